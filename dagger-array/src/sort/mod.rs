//! Order: sorting, what is made of sorted values, and counting by value.
//!
//! A vector is sorted by a sample sort (Frazer and McKellar 1970), in the form of Sanders and Winkel's super scalar sample sort (2004):
//!
//! 1. `sample`: of every run of the vector some keys, which together give the *splitters* (`splitters`);
//! 2. `divide`: every run is put in order by bucket. Keys between two splitters make a bucket, and so do those equal to a splitter, which need no
//!    more sorting: however often a value occurs, it costs no balance (`buckets`);
//! 3. `survey`: how many records each bucket has, so at which places of the result it lies;
//! 4. `gather`: every block of the result collects the buckets it covers and sorts them. A bucket that a cut goes through is sorted for both
//!    sides. So blocks have exactly the shapes that were promised when the tasks were spawned (`exchange`).
//!
//! Memory is read and written twice. Between workers only those parts of the runs travel that a block of the result needs. Runs and
//! blocks of the work are neither tiny nor huge, whatever the array's blocks are (`cuts`). What is sorted (values, positions, pairs) is an
//! [`Order`](order::Order); keys are of types whose comparison is one instruction where that can be (`key`).

mod along;
mod buckets;
mod cuts;
mod exchange;
mod histogram;
mod key;
mod order;
mod places;
mod quantile;
mod unique;
mod vector;

pub use histogram::{Bins, Histogram};
pub use key::Sortable;
pub use places::Side;
pub use unique::Counted;
