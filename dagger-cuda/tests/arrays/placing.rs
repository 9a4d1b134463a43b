//! Which device gets what.

use super::bench::{Bench, on};
use dagger::array::*;
use dagger::prelude::*;
use dagger::spawn;
use ndarray::{Array1, Ix1};

fn ones() -> DArray<f64, Ix1> {
    DArray::full([800], Blocks([100]), 1.0)
}

#[test]
fn scopes_choose_the_device() {
    let bench = Bench::new(2, 1 << 20);
    bench.run(|| {
        let x = ones();
        on(Scope::gpu(1), || (&x + 1.0).eval()).wait().unwrap();
        assert_eq!((bench.counts(0).0, bench.counts(1).0), (0, 8));
        // Both, block by block.
        let y = on(Scope::any_gpu(), || (&ones() + 1.0).eval());
        y.wait().unwrap();
        assert_eq!((bench.counts(0).0, bench.counts(1).0), (4, 12));
        // And from one to the other.
        let z = on(Scope::gpu(0), || (&y * 3.0).eval());
        assert_eq!(z.collect().unwrap(), Array1::from_elem(800, 6.0));
        assert_eq!((bench.counts(0).0, bench.counts(1).0), (12, 12));
        // Threads, though devices hold the blocks.
        let z = on(Scope::threads([0, 1]), || (&y * 3.0).eval());
        assert_eq!(z.collect().unwrap(), Array1::from_elem(800, 6.0));
        assert_eq!((bench.counts(0).0, bench.counts(1).0), (12, 12));
    });
}

#[task]
fn twice(x: Array1<f64>) -> Result<Array1<f64>> {
    let x = DArray::distribute(&x, Blocks([2]));
    (&x * 2.0).eval().collect()
}

#[task(on(gpu = 1))]
fn thrice(x: Array1<f64>) -> Result<Array1<f64>> {
    let x = DArray::distribute(&x, Blocks([2]));
    (&x * 3.0).eval().collect()
}

#[test]
fn a_task_on_a_device_acts_for_it() {
    let bench = Bench::new(2, 1 << 20);
    bench.run(|| {
        let doubled = spawn!(
            #[on(gpu = 0)]
            twice(Array1::from_elem(4, 1.5))
        );
        assert_eq!(doubled.fetch().unwrap(), Array1::from_elem(4, 3.0));
        assert_eq!((bench.counts(0).0, bench.counts(1).0), (2, 0));
        let tripled = spawn!(thrice(Array1::from_elem(4, 1.5)));
        assert_eq!(tripled.fetch().unwrap(), Array1::from_elem(4, 4.5));
        assert_eq!((bench.counts(0).0, bench.counts(1).0), (2, 2));
        let free = spawn!(twice(Array1::from_elem(4, 1.5)));
        assert_eq!(free.fetch().unwrap(), Array1::from_elem(4, 3.0));
        assert_eq!((bench.counts(0).0, bench.counts(1).0), (2, 2));
    });
}

#[test]
fn threads_and_devices_share_an_array() {
    let bench = Bench::new(1, 1 << 20);
    bench.run(|| {
        let x = on(Scope::gpu(0), || (&ones() + 1.0).eval());
        let mixed = DArray::from_blocks(x.layout().clone(), {
            let (here, there) = (ones().blocks(), x.blocks());
            (0..8)
                .map(|i| {
                    if i % 2 == 0 {
                        here[i].clone()
                    } else {
                        there[i].clone()
                    }
                })
                .collect()
        });
        let sum = (&mixed.unwrap() + &x).eval().collect().unwrap();
        let wanted = Array1::from_shape_fn(800, |i| if i / 100 % 2 == 0 { 3.0 } else { 4.0 });
        assert_eq!(sum, wanted);
    });
}

#[test]
fn a_scope_without_a_device_says_what_there_is() {
    let bench = Bench::new(1, 1 << 20);
    let error = bench.run(|| {
        spawn!(
            #[on(gpu = 3)]
            twice(Array1::zeros(2))
        )
        .fetch()
        .unwrap_err()
    });
    assert!(error.is_unsatisfied());
    let text = error.to_string();
    assert!(text.contains("gpu 3") && text.contains("gpu 0"), "{text}");
}
