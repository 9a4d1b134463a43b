//! `dag!` across workers: each worker gets its slice of the graph in one message and runs it on its own.
//!
//! # What a slice is
//!
//! The expansion of a `dag!` has a form in which the nodes are closures over *values*: places for what nodes make, and pointers to the
//! caller's locals. That form captures nothing, so another process of the same build can enter it too (`part`): there the places
//! are empty at first, and the pointers lead to rooms that the slice's message fills. So every worker that takes part has the same
//! nodes over values of its own, and what it does with them is written in its [`Slice`]: a list of *operations* in the
//! program's order, each with those that it comes after.
//!
//! | operation | does |
//! |---|---|
//! | Run | runs a node |
//! | Send | sends a value, as it is now, to the operation of another worker that waits for it |
//! | Receive | puts a value that has come into its place |
//!
//! # How a graph is cut
//!
//! The caller's worker, *home*, goes through the nodes in the program's order, once (`cut`). For each it decides on a worker (`choose`). A value
//! has *holders*: workers whose place for it holds the present version. A node that uses a value where it is not held makes a holder
//! send it there, once for each version and worker; many copies are made along a tree. A node that changes a value in place, makes it or takes it
//! leaves no holder but its own worker, or none. So there is never a question of which copy counts. What the caller's locals
//! hold in the beginning goes with the slice itself. At last, what the block's result needs and the caller's locals that
//! nodes have changed are sent home.
//!
//! On each worker the operations on one value keep the program's order wherever one of them changes the value or its place: node, Send and Receive
//! alike. A result may borrow from what its node borrowed, so that using the result counts as using the lender too, but only for this order:
//! what borrows is not `Wire`, and stays with its lender at home.
//!
//! # Messages
//!
//! | item | from → to | says |
//! |---|---|---|
//! | Slice | home → worker | its operations, and the values of the caller's locals that it needs |
//! | Value | worker → worker | what a Send sends; or that there is none, since something before has failed |
//! | Over | worker → home | all its operations have ended; the earliest failure among them; how long nodes took |
//! | Cut | worker → home → workers | a node has failed: none behind it need run |
//!
//! So a graph that ends well takes one message to each other worker that takes part, one for each value that crosses, and one back from each. A Value may
//! overtake the Slice it is for; it is kept until that comes.
//!
//! # Failure
//!
//! All operations are performed whatever happens: a node behind a failure does nothing, a Send of what was not made says so, and a Receive of
//! nothing puts nothing. So each worker's slice ends, each Over comes, nothing waits for ever, and the counts of messages do not depend on luck.
//! A Value that is none carries the place of the failure, so that it is known to its receiver before anything that needs the value. Home takes
//! the earliest of all failures in the program's order. When the cluster breaks down, values and Overs that have not come count as come, with that error.
//!
//! # Threads
//!
//! Somebody must own the places while a slice runs. At home this is the calling thread, which helps meanwhile as it does in a `frame`. Elsewhere it is a
//! thread of its own that only waits (`hosts`): so no thread of the pool ever waits for a value from another worker below a
//! node of the same graph, and slices of several graphs cannot block each other. Nodes run on the pool.
//!
//! # Loops
//!
//! A loop form unfolds at home, where its driver is, into the same operations (`loops`, and `unfold::far`, which calls it). What is a value above is here a *place*:
//! an element that the loops borrow, a variable, or what a node makes, known by its address at home. A write makes a new version, which is
//! then on the worker of the node that wrote; a reader elsewhere is sent it once. What loops only look at goes with the slice. At the end what was changed
//! elsewhere comes home, but not what only nodes have used.
//!
//! A node's closure captures nothing and is called with its captures; so it is sent as the address of the function that makes it, and its captures: numbers of places, and
//! values of its own (`program`). The receiver makes a room for each place, and the nodes over them, and then performs its slice like any other.
//!
//! Each node's worker is decided on when the driver makes it, and its operations are written at once. After so many nodes, or when the driver must know
//! what nodes have made (`while is_below(&x)`), the slices go out and the driver waits until they are performed: a *piece*. So an endless loop holds a bounded number of
//! nodes, for the price that changed places come home between pieces. The messages are those above: of a piece, one slice to each worker
//! that takes part, one end from each, and the values that cross.
//!
//! What cannot be told apart by address stays at home from there on: a variable that is borrowed both as a whole and in parts, and what uses borrows that an earlier node has
//! handed out. Such nodes run on the threads of home, in the edges that `unfold::hazard` has found.
//!
//! Deliberately not here: prepared graphs; loops that are recorded run on the threads of one worker, and those whose statements say where they run are unfolded
//! anew for each run where there are several. Nodes of loops are not told to observers, and the models of placement are
//! not asked about them: the owner computes.

mod choose;
mod cut;
mod field;
mod hosts;
mod inbox;
mod loops;
mod message;
mod order;
mod part;
mod program;
mod run;
mod slice;
mod table;

pub(crate) use field::Place;
pub use field::{Field, Outers, Places, Stays, Travels};
pub use part::Part;
pub use table::{Slices, Use};

pub(crate) use inbox::Runs;
pub(crate) use loops::{Loops, Overlap, Unfolded, around, cannot_leave, cluster};
pub(crate) use message::{cut, over, slice, value};
pub(crate) use program::maker;
pub(crate) use table::wanted;
