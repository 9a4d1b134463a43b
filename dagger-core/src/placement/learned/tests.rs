//! The rule against brute force, what the notebook's cells need, and what is learned.

use super::*;
use crate::scope::{Place, Unit};
use crate::seam::identity;
use crate::seam::{Input, Processor, conformance};
use proptest::prelude::*;

const MIB: u64 = 1 << 20;

/// A worker's pool, or a GPU.
#[derive(Debug)]
struct Pool {
    worker: usize,
    slots: usize,
    class: &'static str,
}

impl Processor for Pool {
    fn place(&self) -> Place {
        Place {
            worker: self.worker,
            unit: Unit::Thread(0),
        }
    }

    fn class(&self) -> &str {
        self.class
    }

    fn thread(&self) -> Option<usize> {
        None
    }

    fn slots(&self) -> usize {
        self.slots
    }
}

/// A run of so many workers under a clock that the test sets.
struct Run {
    pools: Vec<Pool>,
    clock: Clock,
    placement: Learned,
}

impl Run {
    fn new(workers: usize, slots: usize) -> Run {
        let clock = Clock::stopped();
        clock.set(1.0);
        let pools = (0..workers).map(|worker| Pool {
            worker,
            slots,
            class: "cpu",
        });
        Run {
            pools: pools.collect(),
            placement: Learned::with(clock.clone(), 1),
            clock,
        }
    }

    fn candidates(&self) -> Vec<Candidate<'_>> {
        let pools = self.pools.iter().enumerate();
        pools
            .map(|(index, pool)| Candidate::new(index, pool))
            .collect()
    }

    fn choose(&self, name: &str, inputs: &[Input<'_>]) -> usize {
        let task = TaskView::new(name, 0).with_inputs(inputs);
        self.placement.choose(&task, &self.candidates())
    }

    fn ended(&self, index: usize, name: &str, input_bytes: u64, seconds: f64) {
        self.placement.learn(&Lesson::Ended {
            index,
            key: 0,
            name,
            input_bytes,
            count: 1,
            seconds: Some(seconds),
            output_bytes: None,
        });
    }

    fn pass(&self, seconds: f64) {
        self.clock.set(self.clock.now() + seconds);
    }

    /// Runs one task to its end; returns where.
    fn wait_for(&self, name: &str, inputs: &[Input<'_>], seconds: f64) -> usize {
        let index = self.choose(name, inputs);
        self.pass(seconds);
        let bytes = inputs.iter().filter_map(|input| input.bytes).sum();
        self.ended(index, name, bytes, seconds);
        index
    }
}

#[test]
fn it_conforms() {
    conformance::placement(&Learned::new());
}

#[test]
fn tasks_without_data_spread_over_all_workers_and_threads() {
    let run = Run::new(3, 2);
    let mut given = [0; 3];
    for _ in 0..20 {
        given[run.choose("pause", &[])] += 1;
    }
    assert!(
        given.iter().all(|&count| (6..=7).contains(&count)),
        "{given:?}"
    );
}

#[test]
fn tasks_go_to_their_data() {
    let run = Run::new(3, 2);
    for holder in [1, 2] {
        let at = [holder];
        let inputs = [Input::new(Some(8 * MIB), &at)];
        for _ in 0..5 {
            assert_eq!(run.wait_for("sum", &inputs, 2e-3), holder);
        }
    }
}

#[test]
fn two_equal_inputs_share_the_work_between_their_workers() {
    let run = Run::new(3, 2);
    let (a, b) = ([1], [2]);
    let inputs = [Input::new(Some(8 * MIB), &a), Input::new(Some(8 * MIB), &b)];
    let mut given = [0; 3];
    for _ in 0..10 {
        given[run.wait_for("both", &inputs, 4e-3)] += 1;
    }
    assert_eq!(given, [0, 5, 5]);
}

#[test]
fn big_data_moves_only_when_waiting_costs_more() {
    let run = Run::new(2, 1);
    for _ in 0..10 {
        run.placement.learn(&Lesson::Moved {
            from: 0,
            to: 1,
            bytes: 100 * MIB,
            seconds: 0.1,
        });
        run.placement.learn(&Lesson::Moved {
            from: 0,
            to: 1,
            bytes: 8,
            seconds: 1e-5,
        });
    }
    let inputs = [Input::new(Some(100 * MIB), &[0])];
    for _ in 0..10 {
        run.wait_for("scan", &inputs, 0.02);
    }
    // Moving takes 0.1 s, a run 0.02 s: about six have to wait before the seventh goes elsewhere.
    let places: Vec<usize> = (0..10).map(|_| run.choose("scan", &inputs)).collect();
    let stayed = places.iter().take_while(|&&place| place == 0).count();
    assert!((5..=8).contains(&stayed), "{places:?}");
}

#[test]
fn a_slow_worker_gets_less() {
    let run = Run::new(4, 1);
    let seconds = |worker: usize| if worker == 2 { 0.04 } else { 0.01 };
    let mut given = [0; 4];
    // Tasks end in the order of their ends, as they would.
    let mut ends: Vec<(f64, usize)> = Vec::new();
    for _ in 0..400 {
        while ends.len() >= 12 {
            let first = (0..ends.len())
                .min_by(|&a, &b| ends[a].0.total_cmp(&ends[b].0))
                .expect("some run");
            let (end, worker) = ends.swap_remove(first);
            run.clock.set(end.max(run.clock.now()));
            run.ended(worker, "work", 0, seconds(worker));
        }
        let worker = run.choose("work", &[]);
        given[worker] += 1;
        let behind = ends.iter().filter(|(_, other)| *other == worker);
        let free = behind.map(|(end, _)| *end).fold(run.clock.now(), f64::max);
        ends.push((free + seconds(worker), worker));
    }
    let others = (given[0] + given[1] + given[3]) as f64 / 3.0;
    assert!((given[2] as f64) < 0.45 * others, "{given:?}");
    assert!(run.placement.load(2).slowness > 2.0 * run.placement.load(0).slowness);
}

#[test]
fn an_unknown_class_is_tried() {
    let mut run = Run::new(1, 1);
    run.pools.push(Pool {
        worker: 0,
        slots: 1,
        class: "cuda sm_90",
    });
    for _ in 0..5 {
        run.placement
            .choose(&TaskView::new("k", 0), &run.candidates()[..1]);
        run.pass(1e-3);
        run.ended(0, "k", 0, 1e-3);
    }
    assert_eq!(run.choose("k", &[]), 1, "the GPU is tried");
    run.pass(0.1);
    run.ended(1, "k", 0, 0.1);
    for _ in 0..3 {
        assert_eq!(
            run.wait_for("k", &[], 1e-3),
            0,
            "and was found to be slower"
        );
    }
}

#[test]
fn the_author_s_cost_decides_until_something_is_known() {
    let run = Run::new(2, 1);
    let inputs = [Input::new(Some(64 * MIB), &[0])];
    let mut costly = TaskView::new("costly", 0).with_inputs(&inputs);
    costly.cost = Some(10e9);
    let candidates = run.candidates();
    let places: Vec<usize> = (0..2)
        .map(|_| run.placement.choose(&costly, &candidates))
        .collect();
    assert_eq!(places, [0, 1], "ten seconds are worth moving 64 MiB");
}

#[test]
fn tasks_that_wait_for_their_inputs_are_expected_later() {
    let run = Run::new(2, 1);
    let mut maker = TaskView::new("make", 0);
    maker.cost = Some(50e9);
    let made = run.placement.decide(&maker, &run.candidates()[..1]);
    assert!(made.ends > 50.0, "{made:?}");
    let at = [0];
    let input = Input {
        ready: made.ends,
        ..Input::new(Some(8), &at)
    };
    let later = TaskView::new("later", 0);
    let decide = |ready| {
        let inputs = [Input { ready, ..input }];
        run.placement
            .decide(&later.with_inputs(&inputs), &run.candidates())
    };
    let decision = decide(made.ends);
    assert!(decision.ends > made.ends && decision.ends < made.ends + 60.0);
    // An expectation from before the books knew better is cut to what they know now.
    run.placement.learn(&Lesson::Ended {
        index: 0,
        key: 0,
        name: "make",
        input_bytes: 0,
        count: 1,
        seconds: Some(1.0),
        output_bytes: None,
    });
    assert!(decide(1e6).ends < 1e3);
}

#[test]
fn results_are_expected_to_be_as_large_as_before() {
    let run = Run::new(1, 1);
    assert_eq!(
        run.placement
            .decide(&TaskView::new("make", 0), &run.candidates())
            .output_bytes,
        None
    );
    run.placement.learn(&Lesson::Ended {
        index: 0,
        key: 0,
        name: "make",
        input_bytes: 0,
        count: 1,
        seconds: Some(0.1),
        output_bytes: Some(800),
    });
    let decision = run
        .placement
        .decide(&TaskView::new("make", 0), &run.candidates());
    assert_eq!(decision.output_bytes, Some(800));
}

#[test]
fn what_one_run_learned_the_next_one_knows() {
    let first = Run::new(2, 1);
    for _ in 0..5 {
        first.wait_for("long", &[], 2.0);
    }
    let models = first.placement.models();
    let second = Run::new(2, 1);
    second.placement.remember(&models);
    let key = identity("long", "", 0);
    let expected = second
        .placement
        .expected(key, "cpu", 0)
        .expect("it is known");
    assert!((1.6..2.6).contains(&expected), "{expected}");
    assert_eq!(second.placement.expected(key, "cuda", 0), None);
}

#[test]
fn thousands_of_processors_are_searched_as_well() {
    let run = Run::new(2000, 1);
    let mut given = vec![0; 2000];
    for _ in 0..4000 {
        given[run.choose("work", &[])] += 1;
    }
    // The tree sees eight at a time; nobody is left idle, nobody gets far more.
    assert!(given.iter().all(|&count| (1..=3).contains(&count)));
    let inputs = [Input::new(Some(64 * MIB), &[777])];
    assert_eq!(run.choose("sum", &inputs), 777);
}

#[test]
fn many_threads_may_ask_at_once() {
    let run = Run::new(4, 2);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..500 {
                    let index = run.choose("work", &[]);
                    run.ended(index, "work", 0, 1e-3);
                }
            });
        }
    });
    for index in 0..4 {
        assert_eq!(run.placement.load(index).tasks, 0);
    }
}

/// What happens to a placement.
#[derive(Clone, Debug)]
enum Event {
    Choose {
        task: usize,
        holder: usize,
        bytes: u64,
        scope: usize,
    },
    End {
        which: usize,
        seconds: f64,
        lost: bool,
    },
    Pass(f64),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => (0..3_usize, 0..6_usize, 0..(64 * MIB), 0..63_usize)
            .prop_map(|(task, holder, bytes, scope)| Event::Choose { task, holder, bytes, scope }),
        3 => (any::<usize>(), -9.0..2.0_f64, any::<bool>())
            .prop_map(|(which, power, lost)| Event::End { which, seconds: 10f64.powf(power), lost }),
        1 => (0.0..3.0_f64).prop_map(Event::Pass),
    ]
}

const TASKS: [&str; 3] = ["first", "second", "third"];

/// Where the rule sends a task, by looking at everybody, in the plainest words. `None` if it is too close to call.
fn brute_force(
    run: &Run,
    name: &str,
    inputs: &[Input<'_>],
    candidates: &[Candidate<'_>],
) -> Option<usize> {
    let mut state = run.placement.state();
    let now = run.clock.now();
    let model = state.models.iter().position(|model| model.name == name)?;
    let input = &inputs[0];
    let bytes = input.bytes.unwrap_or(0).max(1) as f64;
    let price = state.price(model, Some(input.bytes.unwrap_or(0) as f64));
    let finish = |candidate: &Candidate<'_>| {
        let book = &state.books[candidate.index];
        let held = input.at.contains(&candidate.processor.place().worker);
        let transfer = if held {
            0.0
        } else {
            state.links.usual().seconds(bytes)
        };
        let finish = book.begins(now, 1.0).max(now + transfer) + price.hoped * book.slowness();
        (finish, transfer, book.uncertainty())
    };
    let finishes: Vec<_> = candidates.iter().map(finish).collect();
    let best = (0..candidates.len()).min_by(|&a, &b| finishes[a].0.total_cmp(&finishes[b].0))?;
    // Clear of all uncertainty: by far the earliest.
    let clear = (0..candidates.len()).all(|at| {
        let (finish, _, uncertainty) = finishes[at];
        at == best || finish > finishes[best].0 + uncertainty + finishes[best].1 + 1e-8
    });
    clear.then_some(best)
}

proptest! {
    #[test]
    fn any_course_of_events_keeps_the_books(events in prop::collection::vec(event(), 1..120)) {
        let run = Run::new(6, 2);
        let all = run.candidates();
        // Open every book, so that brute force sees them.
        run.placement.choose(&TaskView::new("first", 0), &all);
        let mut open = vec![];
        let mut first = true;
        for index in 0..6 {
            if run.placement.load(index).tasks == 1 && first {
                open.push((index, 0, 0));
                first = false;
            }
        }
        for event in events {
            match event {
                Event::Choose { task, holder, bytes, scope } => {
                    let candidates: Vec<Candidate<'_>> = all.iter().copied()
                        .filter(|candidate| scope == 0 || scope & (1 << candidate.index) != 0).collect();
                    let at = [holder];
                    let inputs = [Input::new(Some(bytes), &at)];
                    let wanted = brute_force(&run, TASKS[task], &inputs, &candidates);
                    let view = TaskView::new(TASKS[task], 0).with_inputs(&inputs);
                    let decision = run.placement.decide(&view, &candidates);
                    prop_assert!(decision.position < candidates.len());
                    prop_assert!(decision.ends.is_finite() && decision.ends >= run.clock.now());
                    if let Some(wanted) = wanted {
                        prop_assert_eq!(decision.position, wanted);
                    }
                    open.push((candidates[decision.position].index, task, bytes));
                }
                Event::End { which, seconds, lost } => if !open.is_empty() {
                    let (index, task, input_bytes) = open.swap_remove(which % open.len());
                    run.placement.learn(&Lesson::Ended {
                        index, key: 0, name: TASKS[task], input_bytes, count: 1,
                        seconds: (!lost).then_some(seconds), output_bytes: None,
                    });
                },
                Event::Pass(seconds) => run.pass(seconds),
            }
            for index in 0..6 {
                let load = run.placement.load(index);
                prop_assert_eq!(load.tasks, open.iter().filter(|task| task.0 == index).count());
                prop_assert!(load.seconds >= 0.0 && load.seconds.is_finite(), "{:?}", load);
                prop_assert!(load.slowness > 0.0 && load.slowness.is_finite());
            }
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_answers(seed: u64, bytes in prop::collection::vec(0..8 * MIB, 1..50)) {
        let answers = || {
            let mut run = Run::new(5, 1);
            run.placement = Learned::with(run.clock.clone(), seed);
            bytes.iter().map(|&bytes| {
                let at = [(bytes % 5) as usize];
                run.wait_for("work", &[Input::new(Some(bytes), &at)], 1e-3)
            }).collect::<Vec<_>>()
        };
        prop_assert_eq!(answers(), answers());
    }
}
