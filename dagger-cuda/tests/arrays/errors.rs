//! What goes wrong on a device is told as an error of the task, with the kernel's name and line.

use super::bench::{Bench, on};
use dagger::Scope;
use dagger::array::*;
use dagger::prelude::*;
use dagger_cuda::driver::Failure;
use ndarray::Ix1;

#[kernel]
fn inverse(x: i32) -> i32 {
    1000 / x
}

#[kernel]
fn thirded(x: i32) -> i32 {
    x / 3
}

fn numbers() -> DArray<i32, Ix1> {
    DArray::from_fn([400], Blocks([100]), |i| i as i32 - 150)
}

#[test]
fn a_kernel_that_fails_says_where() {
    let bench = Bench::new(1, 1 << 20);
    bench.run(|| {
        let x = on(Scope::any_gpu(), || numbers().map(inverse).eval());
        let text = x.collect().unwrap_err().to_string();
        for part in [
            "kernel `inverse`",
            "errors.rs:12",
            "element 50",
            "divide by zero",
        ] {
            assert!(text.contains(part), "no {part:?} in {text}");
        }
    });
}

#[test]
fn an_expression_that_no_device_can_do_is_refused() {
    let bench = Bench::new(1, 1 << 20);
    bench.run(|| {
        let refused = on(Scope::any_gpu(), || numbers().map(|x| x + 1).eval());
        let text = refused.check().err().unwrap().to_string();
        assert!(text.contains("#[kernel]"), "{text}");
        // Where a thread may do it, one does.
        let x = on(Scope::any_gpu() | Scope::thread(0), || {
            numbers().map(|x| x + 1).eval()
        });
        assert_eq!(x.collect().unwrap()[0], -149);
    });
}

#[test]
fn calls_that_fail_name_kernel_and_call() {
    let bench = Bench::new(1, 1 << 20);
    bench.run(|| {
        bench.drivers[0].fail("launch", 1, Failure::Other);
        let shifted = on(Scope::any_gpu(), || (&numbers() + 1).map(thirded).eval());
        let text = shifted.collect().unwrap_err().to_string();
        for part in ["kernel `thirded`", "recording device", "launch failed"] {
            assert!(text.contains(part), "no {part:?} in {text}");
        }
        for call in [
            "compile", "load", "function", "upload", "allocate", "download",
        ] {
            bench.drivers[0].fail(call, 0, Failure::Other);
            let x = on(Scope::any_gpu(), || (&numbers() * 3).eval());
            if let Err(error) = x.collect() {
                assert!(error.to_string().contains(call), "{error}");
            }
            // Not every call is made: code that is loaded is not compiled again.
            bench.drivers[0].heal();
        }
        let x = on(Scope::any_gpu(), || (&numbers() * 3).eval());
        assert_eq!(x.collect().unwrap()[0], -450);
    });
}
