//! What kernels may be, and where they can be written.
use dagger::kernel::Kernel;
use dagger::prelude::*;

/// Documented.
#[kernel]
#[must_use]
pub const fn shifted(x: i32) -> i32 {
    x + 1
}

#[kernel(reduce, identity = T::zero(), commutative)]
fn sum<T: Number>(a: T, b: T) -> T {
    a + b
}

#[kernel(stencil)]
fn middle(#[uniform] weight: f64, u: Neighbours<'_, f64, 1>) -> f64 {
    weight * (u[-1] + u[1])
}

mod inner {
    use dagger::prelude::*;

    #[kernel]
    pub(super) fn hidden(_: bool, mut x: u8) -> u8 {
        x += 1;
        x
    }
}

macro_rules! kernels {
    ($($name:ident $ty:ident)*) => {
        $(#[kernel]
        fn $name(x: $ty) -> $ty {
            x / 2 as $ty
        })*
    };
}
kernels!(half_f32 f32 half_u8 u8);

fn apply<A, B>(f: impl Fn(A) -> B + Clone + 'static, x: A) -> (B, bool) {
    (f(x), Kernel::of(&f).is_some())
}

fn main() {
    #[kernel]
    fn local(x: f32) -> f32 {
        x * 2.0
    }
    assert_eq!(apply(local, 1.5), (3.0, true));
    assert_eq!(apply(shifted, 1), (2, true));
    assert_eq!(apply(half_f32, 1.0), (0.5, true));
    assert_eq!(apply(half_u8, 5), (2, true));
    assert_eq!(apply(|x: f32| x, 1.0), (1.0, false));
    assert_eq!(inner::hidden(true, 3), 4);
    assert_eq!(sum(1, 2) + sum::identity::<i32>(), 3);
    let added = sum::with();
    assert_eq!(added(0.5, 0.25), 0.75f32);
    let data = [1.0, 10.0, 3.0];
    let stencil = middle::with(0.5);
    assert_eq!(stencil(Neighbours::new(&data, 1, [1], [1])), 2.0);
    assert!(Kernel::of(&stencil).is_some());
}
