//! From expressions to tasks: one a block.
//!
//! A task's arguments are told one by one, so there is a function for each number of arrays in an expression, up to eight.

use dagger_core::kernel::Kernel as Operator;
use dagger_core::{Error, Result, Task};
use dagger_macros::{spawn, task};
use ndarray::{Array, Dimension};
use std::panic::Location;

use super::align::broadcast;
use super::stream::{Fused, Stream, fit, piece};
use super::{Aligned, At, Chunk, Collect, Cutting, Expression, Function2, Kernel, Sink};
use crate::array::{Block, DArray, Parts};
use crate::device::{self, DeviceBlock, Transfer};
use crate::element::Element;
use crate::layout::{Layout, Place};
use crate::mistake::mistake_at;
use crate::placement::located;

/// Expressions of element type `T` and shape `D` that can be evaluated into the sink `S`, which makes an `Out` of every block: those
/// of at most eight arrays.
///
/// It deliberately says nothing about the expression's and the sink's own traits: where it is required, rustc then still sees what
/// their implementations say.
#[diagnostic::on_unimplemented(
    message = "this elementwise expression cannot be evaluated",
    note = "an expression may have up to eight arrays: call `eval()` on a part of a longer one"
)]
pub trait Run<S, T, D, Out>: Sized {
    /// Spawns the tasks.
    ///
    /// # Errors
    /// Shapes that do not fit; an array that has failed.
    fn run(self, sink: S) -> Result<(Layout<D>, Vec<Task<Out>>)>;

    /// The same where devices may do some of them, which apply `operator`; `fetched` gives what a task here would have given.
    ///
    /// # Errors
    /// As for [`run`](Self::run).
    #[doc(hidden)]
    fn reduced(
        self,
        sink: S,
        operator: &Operator,
        fetched: &dyn Fn(Task<DeviceBlock>) -> Task<Out>,
    ) -> Result<(Layout<D>, Vec<Task<Out>>)>;

    /// Spawns the tasks where devices may do some of them: what they give is where it was computed.
    ///
    /// # Errors
    /// As for [`run`](Self::run), and if devices are asked for that cannot do it.
    #[doc(hidden)]
    fn array(self) -> DArray<T, D>;
}

/// Expressions whose elements can be combined with those of an array, in place: those of at most eight arrays.
#[diagnostic::on_unimplemented(
    message = "this elementwise expression cannot change an array in place",
    note = "an expression may have up to eight arrays: call `eval()` on a part of a longer one"
)]
pub trait Update<F, T, D>: Sized {
    /// Spawns a task for every block, that sets its elements to `function(element, element of the expression)`.
    ///
    /// # Errors
    /// Shapes that do not fit; an array that has failed.
    fn update(
        self,
        function: F,
        target: Parts<T, D>,
        written: &Location<'_>,
    ) -> Result<Parts<T, D>>;
}

/// Lists of arrays that tasks can be spawned for.
pub trait Launch<K: Kernel, D: Dimension> {
    /// Spawns a task for every block of `layout`.
    fn launch<S: Sink<K::Item, D>>(
        self,
        kernel: K,
        sink: S,
        layout: &Layout<D>,
    ) -> Vec<Task<S::Out>>;

    /// Spawns the task of one block.
    fn launch_one<S: Sink<K::Item, D>>(
        &self,
        kernel: &K,
        sink: &S,
        layout: &Layout<D>,
        number: usize,
        position: &[usize],
    ) -> Task<S::Out>;

    /// The arrays, whatever their types.
    fn arrays(&self) -> Vec<&dyn Transfer>;

    /// Spawns a task for every block of `layout` that changes the block of `target`.
    fn change<T: Element, F: Function2<T, K::Item, Out = T>>(
        self,
        kernel: K,
        function: F,
        layout: &Layout<D>,
        target: Vec<Block<T, D>>,
    ) -> Vec<Block<T, D>>;
}

impl<E, S> Run<S, E::Item, E::Dim, S::Out> for E
where
    E: Expression,
    S: Sink<E::Item, E::Dim>,
    E::Inputs<()>: Launch<E::Kernel, E::Dim>,
{
    fn run(self, sink: S) -> Result<(Layout<E::Dim>, Vec<Task<S::Out>>)> {
        let mut cutting = Cutting::new(self.shape()?.slice());
        self.propose(&mut cutting);
        let layout: Layout<E::Dim> = cutting.settle();
        let kernel = self.kernel();
        let inputs = self.inputs(&cutting, ())?;
        let tasks = inputs.launch(kernel, sink, &layout);
        Ok((layout, tasks))
    }

    fn reduced(
        self,
        sink: S,
        operator: &Operator,
        fetched: &dyn Fn(Task<DeviceBlock>) -> Task<S::Out>,
    ) -> Result<(Layout<E::Dim>, Vec<Task<S::Out>>)> {
        let mut cutting = Cutting::new(self.shape()?.slice());
        self.propose(&mut cutting);
        let layout: Layout<E::Dim> = cutting.settle();
        let kernel = self.kernel();
        let inputs = self.inputs(&cutting, ())?;
        let on_thread = |number, position: &E::Dim| {
            inputs.launch_one(&kernel, &sink, &layout, number, position.slice())
        };
        let arrays = inputs.arrays();
        let tasks = device::reduce(&kernel, operator, &arrays, &layout, fetched, on_thread)?;
        let tasks = match tasks {
            Some(tasks) => tasks,
            None => inputs.launch(kernel, sink, &layout),
        };
        Ok((layout, tasks))
    }

    fn array(self) -> DArray<E::Item, E::Dim> {
        let evaluated = || {
            let mut cutting = Cutting::new(self.shape()?.slice());
            self.propose(&mut cutting);
            let layout: Layout<E::Dim> = cutting.settle();
            let kernel = self.kernel();
            let inputs = self.inputs(&cutting, ())?;
            let sink = Collect::default();
            let on_thread = |number, position: &E::Dim| {
                inputs.launch_one(&kernel, &sink, &layout, number, position.slice())
            };
            let held = device::evaluate(&kernel, &inputs.arrays(), &layout, on_thread)?;
            Ok(match held {
                Some(held) => DArray::held_by_devices(layout, held),
                None => {
                    let blocks = inputs.launch(kernel, sink, &layout);
                    DArray::of(layout, blocks)
                }
            })
        };
        evaluated().unwrap_or_else(DArray::failed)
    }
}

impl<E, F, T> Update<F, T, E::Dim> for E
where
    E: Expression,
    T: Element,
    F: Function2<T, E::Item, Out = T>,
    E::Inputs<()>: Launch<E::Kernel, E::Dim>,
{
    fn update(
        self,
        function: F,
        (layout, blocks): Parts<T, E::Dim>,
        written: &Location<'_>,
    ) -> Result<Parts<T, E::Dim>> {
        let shape = self.shape()?;
        let together: Result<E::Dim> = broadcast(written, layout.shape(), shape.slice());
        if together.ok() != Some(layout.raw_dim()) {
            let (target, other) = (layout.shape(), shape.slice());
            let what = format!("shape {other:?} does not fit into shape {target:?}");
            return Err(mistake_at(written, "assignment", what));
        }
        let mut cutting = Cutting::new(layout.shape());
        cutting.consider(&layout);
        cutting.settle::<E::Dim>();
        let kernel = self.kernel();
        let inputs = self.inputs(&cutting, ())?;
        let blocks = inputs.change(kernel, function, &layout, blocks);
        Ok((layout, blocks))
    }
}

/// `(&'a [A], (&'a [B], ()))`
macro_rules! rows_type {
    ($a:lifetime) => { () };
    ($a:lifetime $item:ident $($rest:ident)*) => { (&$a [$item], rows_type!($a $($rest)*)) };
}

/// `(Aligned<A, DA>, (Aligned<B, DB>, ()))`
macro_rules! arrays_type {
    () => { () };
    ($item:ident $dim:ident $($rest:ident)*) => { (Aligned<$item, $dim>, arrays_type!($($rest)*)) };
}

/// `(a, (b, ()))`
macro_rules! arrays {
    () => { () };
    ($array:ident $($rest:ident)*) => { ($array, arrays!($($rest)*)) };
}

/// The next `len` elements of each.
macro_rules! rows {
    ($len:ident) => { () };
    ($len:ident $array:ident $($rest:ident)*) => { ($array.next($len), rows!($len $($rest)*)) };
}

/// Implements [`Launch`] for a list of arrays: `(name of the task, of the one in place): a A DA, b B DB, ..`.
macro_rules! launch {
    ($name:ident, $in_place:ident: $($array:ident $item:ident $dim:ident),+) => {
        #[task(name = "elementwise", anywhere)]
        #[allow(clippy::too_many_arguments)]
        fn $name<K, S, D, $($item, $dim),+>(
            kernel: &K,
            sink: &S,
            place: &Place<D>,
            $($array: &Array<$item, $dim>),+
        ) -> Result<S::Out>
        where
            K: for<'a> At<rows_type!('a $($item)+)>,
            S: Sink<K::Item, D>,
            D: Dimension + 'static,
            $($item: Element, $dim: Dimension + 'static),+
        {
            $(let $array = fit($array, &place.shape)?;)+
            $(let mut $array = Stream::new(&$array);)+
            let total = place.shape.size();
            let piece = piece(true $(&& $array.is_flat())+, total);
            let mut state = sink.begin(place);
            let mut done = 0;
            while done < total {
                let len = piece.min(total - done);
                let rows = rows!(len $($array)+);
                sink.absorb(&mut state, &Fused::new(kernel, rows, len));
                done += len;
            }
            Ok(sink.end(state, place))
        }

        #[task(name = "elementwise_in_place", anywhere)]
        #[allow(clippy::too_many_arguments)]
        fn $in_place<K, TT, FF, D, $($item, $dim),+>(
            kernel: &K,
            function: &FF,
            mut target: Array<TT, D>,
            $($array: &Array<$item, $dim>),+
        ) -> Result<Array<TT, D>>
        where
            K: for<'a> At<rows_type!('a $($item)+)>,
            TT: Element,
            FF: Function2<TT, K::Item, Out = TT>,
            D: Dimension + 'static,
            $($item: Element, $dim: Dimension + 'static),+
        {
            let shape = target.raw_dim();
            $(let $array = fit($array, &shape)?;)+
            $(let mut $array = Stream::new(&$array);)+
            let piece = piece(true $(&& $array.is_flat())+, target.len()).max(1);
            let elements = target.as_slice_mut().ok_or_else(out_of_order)?;
            for piece in elements.chunks_mut(piece) {
                let len = piece.len();
                let rows = rows!(len $($array)+);
                update(piece, &Fused::new(kernel, rows, len), function);
            }
            Ok(target)
        }

        impl<K, D, $($item, $dim),+> Launch<K, D> for arrays_type!($($item $dim)+)
        where
            K: for<'a> At<rows_type!('a $($item)+)>,
            D: Dimension + 'static,
            $($item: Element, $dim: Dimension + 'static),+
        {
            fn launch<S>(self, kernel: K, sink: S, layout: &Layout<D>) -> Vec<Task<S::Out>>
            where
                S: Sink<K::Item, D>,
            {
                let mut tasks = Vec::with_capacity(layout.blocks());
                layout.for_each(|position| {
                    let task = self.launch_one(&kernel, &sink, layout, tasks.len(), position.slice());
                    tasks.push(task);
                });
                tasks
            }

            fn launch_one<S: Sink<K::Item, D>>(
                &self,
                kernel: &K,
                sink: &S,
                layout: &Layout<D>,
                number: usize,
                position: &[usize],
            ) -> Task<S::Out> {
                let arrays!($($array)+) = self;
                let (kernel, sink, place) = (kernel.clone(), sink.clone(), layout.place(position));
                located(layout.owner(number), || {
                    spawn!($name(kernel, sink, place, $($array.at(number, position)),+))
                })
            }

            fn arrays(&self) -> Vec<&dyn Transfer> {
                let arrays!($($array)+) = self;
                vec![$($array),+]
            }

            fn change<TT: Element, FF: Function2<TT, K::Item, Out = TT>>(
                self,
                kernel: K,
                function: FF,
                layout: &Layout<D>,
                target: Vec<Block<TT, D>>,
            ) -> Vec<Block<TT, D>> {
                let arrays!($($array)+) = self;
                let mut target = target.into_iter();
                let mut tasks = Vec::with_capacity(layout.blocks());
                layout.for_each(|position| {
                    let (number, position) = (tasks.len(), position.slice());
                    let (kernel, function) = (kernel.clone(), function.clone());
                    if let Some(block) = target.next() {
                        tasks.push(located(layout.owner(number), || {
                            spawn!($in_place(kernel, function, block, $($array.at(number, position)),+))
                        }));
                    }
                });
                tasks
            }
        }
    };
}

/// Sets each of the elements to a function of itself and of the chunk's.
fn update<T, C, F>(elements: &mut [T], chunk: &C, function: &F)
where
    T: Element,
    C: Chunk,
    F: Function2<T, C::Item, Out = T>,
{
    let elements = &mut elements[..chunk.len()];
    for (i, element) in elements.iter_mut().enumerate() {
        // SAFETY: there are as many elements as the chunk has.
        let other = unsafe { chunk.at_unchecked(i) };
        *element = function.call(element.clone(), other);
    }
}

/// Blocks are in row-major order: `from_blocks` sees to those of users.
fn out_of_order() -> Error {
    Error::msg("a block is not in row-major order")
}

launch!(fused_one, updated_one: a A DA);
launch!(fused_two, updated_two: a A DA, b B DB);
launch!(fused_three, updated_three: a A DA, b B DB, c C DC);
launch!(fused_four, updated_four: a A DA, b B DB, c C DC, e E DE);
launch!(fused_five, updated_five: a A DA, b B DB, c C DC, e E DE, f F DF);
launch!(fused_six, updated_six: a A DA, b B DB, c C DC, e E DE, f F DF, g G DG);
launch!(fused_seven, updated_seven: a A DA, b B DB, c C DC, e E DE, f F DF, g G DG, h H DH);
launch!(fused_eight, updated_eight: a A DA, b B DB, c C DC, e E DE, f F DF, g G DG, h H DH, i I DI);
