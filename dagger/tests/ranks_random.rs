//! Random graphs of tasks on several workers, against the same graph computed serially.

use dagger::prelude::*;
use proptest::prelude::*;
use std::time::Duration;

#[task]
fn source(seed: u64, length: usize) -> Vec<u64> {
    (0..length as u64)
        .map(|i| seed.wrapping_mul(0x9e37_79b9).wrapping_add(i))
        .collect()
}

#[task]
fn mixed(values: &[&Vec<u64>], salt: u64) -> Vec<u64> {
    mix(values, salt)
}

#[task]
fn changed(mut value: Vec<u64>, salt: u64) -> Vec<u64> {
    for x in &mut value {
        *x = x.rotate_left(7) ^ salt;
    }
    value
}

fn mix(values: &[&Vec<u64>], salt: u64) -> Vec<u64> {
    let length = values.iter().map(|value| value.len()).max().unwrap_or(3);
    let mut result = vec![salt; length];
    for value in values {
        for (x, y) in result.iter_mut().zip(*value) {
            *x = x.wrapping_mul(31).wrapping_add(*y);
        }
    }
    result
}

/// One node: which earlier ones it reads, or the one it changes, and where it runs.
#[derive(Clone, Debug)]
struct Plan {
    inputs: Vec<usize>,
    changes: bool,
    length: usize,
    worker: Option<usize>,
    keep: bool,
}

fn plans() -> impl Strategy<Value = Vec<Plan>> {
    let plan = (
        proptest::collection::vec(0..1000_usize, 0..5),
        any::<bool>(),
        prop_oneof![Just(0_usize), Just(5), Just(300), Just(5000)],
        proptest::option::of(0..3_usize),
        any::<bool>(),
    );
    proptest::collection::vec(plan, 1..60).prop_map(|plans| {
        plans
            .into_iter()
            .enumerate()
            .map(|(at, (inputs, changes, length, worker, keep))| Plan {
                inputs: if at == 0 {
                    Vec::new()
                } else {
                    inputs.into_iter().map(|input| input % at).collect()
                },
                changes,
                length,
                worker,
                keep,
            })
            .collect()
    })
}

fn serial(plans: &[Plan]) -> Vec<Vec<u64>> {
    let mut values: Vec<Vec<u64>> = Vec::new();
    for (at, plan) in plans.iter().enumerate() {
        let salt = at as u64;
        let value = match plan.inputs[..] {
            [] => source(salt, plan.length),
            [first, ..] if plan.changes => changed(values[first].clone(), salt),
            _ => mix(
                &plan
                    .inputs
                    .iter()
                    .map(|&input| &values[input])
                    .collect::<Vec<_>>(),
                salt,
            ),
        };
        values.push(value);
    }
    values
}

fn spawned(plans: &[Plan]) -> Vec<Option<Task<Vec<u64>>>> {
    let mut tasks: Vec<Option<Task<Vec<u64>>>> = Vec::new();
    let last_use = |node: usize| plans.iter().rposition(|plan| plan.inputs.contains(&node));
    for (at, plan) in plans.iter().enumerate() {
        let salt = at as u64;
        let scope = match plan.worker {
            Some(worker) => Scope::worker(worker),
            None => Scope::workers([0, 1, 2]),
        };
        let task = with_options(Options::new().on(scope), || match plan.inputs[..] {
            [] => spawn!(source(salt, plan.length)),
            [first, ..] if plan.changes => {
                let value = tasks[first].as_ref().expect("kept until its last use");
                if last_use(first) == Some(at) && !plans[first].keep {
                    let value = tasks[first].take().expect("kept until its last use");
                    spawn!(changed(value, salt))
                } else {
                    spawn!(changed(value, salt))
                }
            }
            _ => {
                let inputs: Vec<Task<Vec<u64>>> = plan
                    .inputs
                    .iter()
                    .map(|&input| tasks[input].clone().expect("kept"))
                    .collect();
                spawn!(mixed(inputs, salt))
            }
        });
        tasks.push(Some(task));
        for node in 0..at {
            if last_use(node).is_some_and(|last| last <= at) && !plans[node].keep {
                tasks[node] = None;
            }
        }
    }
    tasks
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn random_graphs_compute_what_serial_code_computes(plans in plans()) {
        let runtime = Runtime::builder().workers(3).threads(2).build().expect("three workers start");
        let expected = serial(&plans);
        runtime.enter(|| {
            let tasks = spawned(&plans);
            for (task, expected) in tasks.iter().zip(&expected) {
                if let Some(task) = task {
                    assert_eq!(&task.fetch().expect("nothing fails"), expected);
                }
            }
        });
        drop(runtime);
    }
}

#[task]
fn tree(depth: u32) -> u64 {
    if depth == 0 {
        return 1;
    }
    let left = spawn!(tree(depth - 1));
    let right = spawn!(tree(depth - 1));
    left.fetch().expect("it does not fail") + right.fetch().expect("it does not fail")
}

/// Tasks that spawn tasks on any worker and wait for them, while all threads wait.
#[test]
fn trees_that_wait_for_each_other_end() {
    let runtime = Runtime::builder()
        .workers(3)
        .threads(1)
        .build()
        .expect("three workers start");
    let sum = runtime.enter(|| spawn!(tree(8)).fetch());
    assert_eq!(sum.unwrap(), 256);
}

#[task]
fn sleepy(milliseconds: u64) -> usize {
    std::thread::sleep(Duration::from_millis(milliseconds));
    this_worker() * 10 + this_thread()
}

#[test]
fn long_tasks_use_every_thread_of_every_worker() {
    let runtime = Runtime::builder()
        .workers(3)
        .threads(2)
        .build()
        .expect("three workers start");
    let mut used: Vec<usize> = runtime.enter(|| {
        let tasks: Vec<_> = (0..20).map(|_| spawn!(sleepy(50))).collect();
        fetch_all(&tasks).expect("they do not fail")
    });
    used.sort_unstable();
    used.dedup();
    assert_eq!(used, [0, 1, 10, 11, 20, 21]);
}

#[task]
fn scattered(depth: u32, seed: usize) -> u64 {
    if depth == 0 {
        return 1;
    }
    let left = spawn!(
        #[on(workers = [0, 1, 2])]
        scattered(depth - 1, seed * 2)
    );
    let right = with_options(Options::new().on(Scope::worker(seed % 3)), || {
        spawn!(scattered(depth - 1, seed * 2 + 1))
    });
    left.fetch().expect("it does not fail") + right.fetch().expect("it does not fail")
}

/// The same where no task runs where it was spawned: each thread soon waits for what only other workers may run.
#[test]
fn trees_that_are_scattered_end() {
    let runtime = Runtime::builder()
        .workers(3)
        .threads(1)
        .build()
        .expect("three workers start");
    let sum = runtime.enter(|| spawn!(scattered(5, 1)).fetch());
    assert_eq!(sum.unwrap(), 32);
}
