//! Runs with known answers, and what the scheduler must show: it learns, it spares slow ranks, it leaves big data where it is.

use dagger_core::placement::Models;
use simulate::bounds::Bounds;
use simulate::program::{Cholesky, Jobs, Node, Program, Stencil, Tutorial};
use simulate::{DriverCost, Machine, Outcome, run, run_with};

/// A machine whose runs repeat exactly.
fn machine(ranks: usize) -> Machine {
    Machine::new(ranks).driver(DriverCost::Fixed(1e-6))
}

fn outcome(program: &dyn Program, machine: &Machine) -> Outcome {
    let bounds = Bounds::of(program, machine.seed);
    run(program, machine, &bounds).expect("every node ends")
}

/// Nodes given one by one.
struct Given {
    nodes: Vec<Node>,
    variables: usize,
}

impl Program for Given {
    fn name(&self) -> String {
        "given".to_owned()
    }

    fn tasks(&self) -> &'static [&'static str] {
        &["make", "use"]
    }

    fn variables(&self) -> usize {
        self.variables
    }

    fn nodes(&self, _: u64) -> Box<dyn Iterator<Item = Node> + '_> {
        Box::new(self.nodes.iter().cloned())
    }
}

fn node(task: usize, seconds: f64, reads: &[u32], writes: u32, bytes: u64) -> Node {
    Node {
        task,
        seconds,
        reads: reads.to_vec(),
        writes,
        in_place: false,
        bytes,
        priority: 0,
    }
}

#[test]
fn a_chain_on_one_rank_takes_the_sum_and_what_the_driver_takes() {
    let nodes = (0..4)
        .map(|at| {
            let reads: Vec<u32> = (at > 0).then(|| at - 1).into_iter().collect();
            node(usize::from(at > 0), 0.5, &reads, at, 8)
        })
        .collect();
    let chain = Given {
        nodes,
        variables: 4,
    };
    let outcome = outcome(&chain, &machine(1));
    // Four microseconds of the driver, a message of the rank to itself.
    assert!(
        (outcome.makespan - (2.0 + 4e-6 + 0.2e-6)).abs() < 1e-9,
        "{}",
        outcome.makespan
    );
    assert_eq!(
        (outcome.bound, outcome.messages, outcome.ran),
        (2.0, 0, vec![4])
    );
}

#[test]
fn equal_jobs_fill_all_threads_evenly() {
    let jobs = Jobs::new([1.0; 12]);
    let outcome = outcome(&jobs, &machine(3));
    assert_eq!(outcome.ran, [4, 4, 4]);
    assert!(outcome.makespan < 2.001, "{}", outcome.makespan);
}

#[test]
fn runs_repeat_exactly() {
    let stencil = Stencil::new(60, 10);
    assert_eq!(
        outcome(&stencil, &machine(7)),
        outcome(&stencil, &machine(7))
    );
}

#[test]
fn the_programs_come_near_their_bounds() {
    let programs: [(Box<dyn Program>, usize, f64); 3] = [
        (Box::new(Stencil::new(1000, 20)), 30, 0.9),
        (Box::new(Cholesky::new(24)), 8, 0.75),
        (Box::new(Tutorial), 2, 0.6),
    ];
    for (program, ranks, least) in programs {
        let outcome = outcome(&*program, &machine(ranks));
        assert!(outcome.efficiency() <= 1.0 + 1e-9);
        assert!(
            outcome.efficiency() >= least,
            "{}: {}",
            program.name(),
            outcome.efficiency()
        );
        assert_eq!(outcome.ran.iter().sum::<u64>(), outcome.tasks);
    }
}

#[test]
fn uneven_jobs_end_near_the_bound() {
    let outcome = outcome(&Jobs::tutorial(), &machine(3));
    assert!(
        outcome.makespan <= 1.1 * outcome.bound,
        "{} against {}",
        outcome.makespan,
        outcome.bound
    );
}

#[test]
fn the_second_run_of_an_unbalanced_program_beats_the_first() {
    // The longest job comes last: who does not know it begins it last.
    let jobs = Jobs::new([0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 1.9]);
    let machine = machine(3).threads(1);
    let bounds = Bounds::of(&jobs, 1);
    let (first, learned) = run_with(&jobs, &machine, &bounds, &Models::default()).expect("it ends");
    let (second, _) = run_with(&jobs, &machine, &bounds, &learned).expect("it ends");
    assert!(
        second.makespan < 0.95 * first.makespan,
        "{} after {}",
        second.makespan,
        first.makespan
    );
}

#[test]
fn a_slow_rank_gets_less() {
    let stencil = Stencil::new(400, 30);
    let outcome = outcome(&stencil, &machine(4).slow(2, 4.0));
    let others = (outcome.ran[0] + outcome.ran[1] + outcome.ran[3]) / 3;
    assert!(outcome.ran[2] * 2 < others, "{:?}", outcome.ran);
    assert!(outcome.efficiency() > 0.7, "{}", outcome.efficiency());
}

/// One large value and many short readers of it.
fn readers(bytes: u64) -> Given {
    let make = node(0, 1e-3, &[], 0, bytes);
    let uses = (1..=40).map(|at| node(1, 1e-3, &[0], at, 8));
    Given {
        nodes: std::iter::once(make).chain(uses).collect(),
        variables: 41,
    }
}

#[test]
fn big_data_stays_where_moving_costs_more_than_waiting() {
    let machine = machine(2);
    let learned = |program: &Given| {
        let bounds = Bounds::of(program, 1);
        let (_, models) =
            run_with(program, &machine, &bounds, &Models::default()).expect("it ends");
        run_with(program, &machine, &bounds, &models)
            .expect("it ends")
            .0
    };
    // 8 GiB take 0.86 s, all the readers together 0.02 s.
    let big = learned(&readers(8 << 30));
    assert!(big.bytes < 1 << 20, "{} bytes were moved", big.bytes);
    assert!(big.makespan < 0.05);
    // 80 KiB take 10 µs: the readers share both ranks.
    let small = learned(&readers(80 << 10));
    assert!(small.ran.iter().all(|&ran| ran >= 10), "{:?}", small.ran);
}
