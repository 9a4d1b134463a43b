//! Fibonacci numbers by double recursion, without a cut-off: nothing but the price of a fork and a join.

use std::hint::black_box;

use chili::Scope;

use crate::harness::{Effort, Goal, LineUp, Question, Unit, answered, time};
use crate::peers::{chili_pool, openmp, rayon_pool, tbb};

/// Nanoseconds a call of fib(35).
pub fn question(effort: Effort) -> Question {
    let n = effort.size(35, 22);
    let unit = Unit::nanoseconds("call", calls(n));
    let how = "fib(n) = fib(n - 1) + fib(n - 2), the two calls side by side down to n < 2; time divided by the number \
               of calls. OpenMP and oneTBB compute a smaller number, named in the row.";
    Question::new(format!("fork-join/fib({n})"), unit, how, move |threads| {
        line_up(effort, n, threads)
    })
    .aim(Goal::LevelWith("chili"))
    .aim(Goal::LevelWith("rayon join"))
}

fn line_up(effort: Effort, n: u64, threads: usize) -> LineUp {
    let line_up = LineUp::new().ours(move |batch| {
        crate::ours::sample(threads, batch, &fib(n), || ours::fib(black_box(n)))
    });
    // A tenfold dearer call makes fib(35) take seconds; the price of a call does not depend on n.
    let (small, with_tbb, with_openmp) = match effort {
        Effort::Full => (
            27,
            "oneTBB parallel_invoke, fib(27)",
            "OpenMP tasks, fib(27)",
        ),
        Effort::Quick => (
            18,
            "oneTBB parallel_invoke, fib(18)",
            "OpenMP tasks, fib(18)",
        ),
    };
    line_up
        .peer("chili", move |batch| {
            chili_pool::sample(threads, batch, &fib(n), |scope| {
                with_chili(scope, black_box(n))
            })
        })
        .peer("rayon join", move |batch| {
            rayon_pool::sample(threads, batch, &fib(n), || with_rayon(black_box(n)))
        })
        .smaller_peer(with_tbb, calls(small), move |batch| {
            answered(tbb::fib(batch, threads, small)?, fib(small))
        })
        .smaller_peer(with_openmp, calls(small), move |batch| {
            answered(openmp::fib(batch, threads, small)?, fib(small))
        })
        .serial("serial", move |batch| {
            time(batch, &fib(n), || serial(black_box(n)))
        })
}

mod ours {
    use dagger::prelude::*;

    #[task]
    pub(super) fn fib(n: u64) -> u64 {
        if n < 2 {
            return n;
        }
        dag! {
            let x = fib(n - 1);
            let y = fib(n - 2);
            x + y
        }
        .expect("no node fails")
    }
}

fn with_chili(scope: &mut Scope<'_>, n: u64) -> u64 {
    if n < 2 {
        return n;
    }
    let (x, y) = scope.join(
        |scope| with_chili(scope, n - 1),
        |scope| with_chili(scope, n - 2),
    );
    x + y
}

fn with_rayon(n: u64) -> u64 {
    if n < 2 {
        return n;
    }
    let (x, y) = rayon::join(|| with_rayon(n - 1), || with_rayon(n - 2));
    x + y
}

fn serial(n: u64) -> u64 {
    if n < 2 {
        n
    } else {
        serial(n - 1) + serial(n - 2)
    }
}

/// The answer, found another way than by what is timed.
fn fib(n: u64) -> u64 {
    (0..n).fold((0, 1), |(a, b), _| (b, a + b)).0
}

/// How many calls the recursion makes.
fn calls(n: u64) -> u64 {
    2 * fib(n + 1) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closed_forms_agree_with_the_recursion() {
        fn count(n: u64) -> u64 {
            if n < 2 {
                1
            } else {
                1 + count(n - 1) + count(n - 2)
            }
        }
        for n in 0..20 {
            assert_eq!(fib(n), serial(n));
            assert_eq!(calls(n), count(n));
        }
    }
}
