//! Calibration, rounds in turns, and the figures that come of them.

use std::thread;
use std::time::Duration;

use super::Effort;
use super::aim::{Aim, Evidence, Outcome};
use super::contender::{Batch, Contender, Failure, Role};
use super::question::{Question, Unit};
use super::statistics::Summary;

/// What a contender reached.
#[derive(Clone, Debug)]
pub struct Figure {
    /// The contender's name.
    pub name: &'static str,
    /// What it stands for.
    pub role: Role,
    /// In the question's unit, or why there is none.
    pub result: Result<Summary, Failure>,
    /// The median time of a run, in nanoseconds.
    pub run: Option<f64>,
}

/// A question's outcome for one number of threads.
#[derive(Clone, Debug)]
pub struct Measured {
    /// The question's name.
    pub name: String,
    /// The question's description.
    pub how: &'static str,
    /// The unit of all figures.
    pub unit: Unit,
    /// The number of threads of every contender but the serial one.
    pub threads: usize,
    /// In the order of the line-up.
    pub figures: Vec<Figure>,
    /// Every aim in words, with what came of it.
    pub aims: Vec<(String, Outcome)>,
    /// What a profile has shown, for aims that are missed.
    pub profile: Option<&'static str>,
}

impl Measured {
    /// Dagger's figure.
    pub fn ours(&self) -> Option<&Figure> {
        self.figures.iter().find(|figure| figure.role == Role::Ours)
    }

    /// The best peer that has a figure, and its median.
    pub fn best_peer(&self) -> Option<(&'static str, f64)> {
        let medians = self
            .figures
            .iter()
            .filter(|figure| figure.role == Role::Peer)
            .filter_map(|figure| {
                figure
                    .result
                    .as_ref()
                    .ok()
                    .map(|summary| (figure.name, summary.median))
            });
        if self.unit.greater_is_better() {
            medians.max_by(|a, b| a.1.total_cmp(&b.1))
        } else {
            medians.min_by(|a, b| a.1.total_cmp(&b.1))
        }
    }

    /// How far ahead of the best peer ours is: above 1 where it is ahead, whatever the unit.
    pub fn ratio(&self) -> Option<f64> {
        let ours = self.ours()?.result.as_ref().ok()?.median;
        let (_, peer) = self.best_peer()?;
        Some(if self.unit.greater_is_better() {
            ours / peer
        } else {
            peer / ours
        })
    }

    /// The same with what came of `aims`. `on_one` is the same question's outcome on one thread.
    pub fn judged(mut self, aims: &[Aim], on_one: Option<&Measured>) -> Measured {
        let median = |measured: &Measured| {
            measured
                .ours()
                .and_then(|figure| figure.result.as_ref().ok())
                .map(|summary| summary.median)
        };
        let peer = |name: &str| {
            let figure = self.figures.iter().find(|figure| figure.name == name)?;
            figure.result.as_ref().ok().map(|summary| summary.median)
        };
        let serial = self
            .figures
            .iter()
            .find(|figure| figure.role == Role::Serial);
        let evidence = Evidence {
            ours: median(&self),
            run: self.ours().and_then(|figure| figure.run),
            serial_run: serial.and_then(|figure| figure.run),
            ours_on_one: on_one.and_then(median),
            peer: &peer,
            greater_is_better: self.unit.greater_is_better(),
        };
        self.aims = aims
            .iter()
            .filter(|aim| aim.threads.is_none_or(|only| only == self.threads))
            .map(|aim| (aim.goal.to_string(), aim.goal.judge(&evidence)))
            .collect();
        self
    }

    /// The contenders whose answers were wrong.
    pub fn wrong(&self) -> impl Iterator<Item = &Figure> {
        self.figures
            .iter()
            .filter(|figure| matches!(figure.result, Err(Failure::Wrong(_))))
    }
}

/// How long to measure.
struct Pace {
    /// A sample lasts at least this long.
    sample: Duration,
    /// Every contender has so many samples.
    rounds: usize,
    /// A contender whose single run takes longer than this has fewer.
    slow_run: Duration,
    /// How many a slow one has.
    slow_rounds: usize,
    /// How long the last contender's threads have to fall asleep.
    settle: Duration,
}

impl Effort {
    fn pace(self) -> Pace {
        match self {
            Effort::Full => Pace {
                sample: Duration::from_millis(20),
                rounds: 9,
                slow_run: Duration::from_millis(400),
                slow_rounds: 3,
                settle: Duration::from_millis(10),
            },
            Effort::Quick => Pace {
                sample: Duration::from_millis(2),
                rounds: 3,
                slow_run: Duration::from_millis(20),
                slow_rounds: 2,
                settle: Duration::from_millis(1),
            },
        }
    }
}

/// Asks `question` for each of its numbers of threads.
pub fn measure(question: &Question, effort: Effort) -> Vec<Measured> {
    let pace = effort.pace();
    let mut measured: Vec<Measured> = Vec::new();
    for &threads in question.threads {
        let runners = take_turns((question.line_up)(threads).contenders, &pace);
        let on_one = measured.iter().find(|earlier| earlier.threads == 1);
        let row = judge(question, threads, runners, on_one);
        measured.push(row);
    }
    measured
}

/// A contender on its way through the rounds.
struct Runner {
    contender: Contender,
    batch: Batch,
    slow: bool,
    /// Nanoseconds a run.
    samples: Vec<f64>,
    failure: Option<Failure>,
}

impl Runner {
    /// Finds how many runs fill a sample.
    fn calibrate(contender: Contender, pace: &Pace) -> Runner {
        let mut runner = Runner {
            contender,
            batch: Batch { warm: 0, timed: 1 },
            slow: false,
            samples: Vec::new(),
            failure: None,
        };
        loop {
            let Some(elapsed) = runner.time() else {
                return runner;
            };
            let runs = runner.batch.timed as f64;
            if elapsed >= pace.sample {
                let run = elapsed.as_secs_f64() / runs;
                let timed = (pace.sample.as_secs_f64() * 1.1 / run).ceil().max(1.0);
                runner.slow = run > pace.slow_run.as_secs_f64();
                let warm = if timed == 1.0 {
                    0.0
                } else {
                    (timed / 16.0).ceil()
                };
                runner.batch = Batch {
                    warm: warm as u64,
                    timed: timed as u64,
                };
                return runner;
            }
            // The first runs are slow: threads start, caches are cold. So the factor is kept small.
            let factor = pace.sample.as_secs_f64() * 1.1 / elapsed.as_secs_f64().max(1e-9);
            runner.batch = Batch {
                warm: 0,
                timed: (runs * factor.clamp(1.5, 20.0)).ceil() as u64,
            };
        }
    }

    fn time(&mut self) -> Option<Duration> {
        match (self.contender.run)(self.batch) {
            Ok(elapsed) => Some(elapsed),
            Err(failure) => {
                self.failure = Some(failure);
                None
            }
        }
    }

    fn sample(&mut self) {
        if let Some(elapsed) = self.time() {
            self.samples
                .push(elapsed.as_nanos() as f64 / self.batch.timed as f64);
        }
    }
}

/// Lets the contenders run in turns; each round starts with another one.
fn take_turns(contenders: Vec<Contender>, pace: &Pace) -> Vec<Runner> {
    let mut runners: Vec<Runner> = contenders
        .into_iter()
        .map(|contender| Runner::calibrate(contender, pace))
        .collect();
    let number = runners.len();
    for round in 0..pace.rounds {
        for turn in 0..number {
            let runner = &mut runners[(turn + round) % number];
            // The slow ones' rounds are spread over all rounds.
            let stride = pace.rounds.div_ceil(pace.slow_rounds);
            if runner.failure.is_some() || (runner.slow && round % stride != 0) {
                continue;
            }
            thread::sleep(pace.settle);
            runner.sample();
        }
    }
    runners
}

fn judge(
    question: &Question,
    threads: usize,
    runners: Vec<Runner>,
    on_one: Option<&Measured>,
) -> Measured {
    let unit = question.unit;
    let median_run = |runner: &Runner| Summary::of(&runner.samples).map(|summary| summary.median);
    let serial_run = runners
        .iter()
        .find(|r| r.contender.role == Role::Serial)
        .and_then(&median_run);

    let figures: Vec<Figure> = runners
        .iter()
        .map(|runner| {
            let figure = |&run: &f64| {
                unit.figure(
                    run,
                    runner.contender.count,
                    serial_run,
                    threads_of(runner, threads),
                )
            };
            let samples: Vec<f64> = runner.samples.iter().filter_map(figure).collect();
            let result = match &runner.failure {
                Some(failure) => Err(failure.clone()),
                None => Summary::of(&samples)
                    .ok_or_else(|| Failure::Broken("no serial time to compare with".into())),
            };
            Figure {
                name: runner.contender.name,
                role: runner.contender.role,
                result,
                run: median_run(runner),
            }
        })
        .collect();

    let measured = Measured {
        name: question.name.clone(),
        how: question.how,
        profile: question.profile,
        unit,
        threads,
        figures,
        aims: Vec::new(),
    };
    measured.judged(&question.aims, on_one)
}

/// The serial contender has one thread, whatever the others have.
fn threads_of(runner: &Runner, threads: usize) -> usize {
    match runner.contender.role {
        Role::Serial => 1,
        Role::Ours | Role::Peer => threads,
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use super::super::aim::Goal;
    use super::super::contender::LineUp;
    use super::*;

    fn pretend(nanoseconds: u64) -> impl FnMut(Batch) -> Result<Duration, Failure> {
        move |batch| Ok(Duration::from_nanos(nanoseconds) * batch.timed as u32)
    }

    fn question(unit: Unit) -> Question {
        Question::new("test/question", unit, "", |_| {
            LineUp::new()
                .ours(pretend(1_000))
                .peer("slow", pretend(4_000))
                .peer("fast", pretend(2_000))
                .peer("absent", |_| Err(Failure::NotBuilt("install it")))
                .serial("serial", pretend(1_500))
        })
    }

    #[test]
    fn the_ratio_is_against_the_best_peer() {
        let rows = measure(&question(Unit::nanoseconds("node", 10)), Effort::Quick);
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].best_peer(), Some(("fast", 200.0)));
        assert_eq!(rows[0].ratio(), Some(2.0));
        assert_eq!(
            rows[0].figures[3].result,
            Err(Failure::NotBuilt("install it"))
        );
    }

    #[test]
    fn the_ratio_is_above_one_when_ahead_whatever_the_unit() {
        let rows = measure(&question(Unit::SpeedUp), Effort::Quick);
        assert_eq!(rows[0].best_peer(), Some(("fast", 0.75)));
        assert_eq!(rows[0].ratio(), Some(2.0));
    }

    #[test]
    fn aims_see_the_right_figures() {
        let question = question(Unit::nanoseconds("run", 1))
            .aim(Goal::AtMost(1_000.0))
            .aim(Goal::OverSerial {
                percent: 0.0,
                nanoseconds: 1.0,
            })
            .aim_on(2, Goal::NoWorseThanOneThread)
            .aim(Goal::AheadOf("fast"));
        let rows = measure(&question, Effort::Quick);
        assert_eq!(rows[0].aims.len(), 3);
        assert_eq!(rows[1].aims.len(), 4);
        assert!(
            rows[1]
                .aims
                .iter()
                .all(|(_, outcome)| *outcome == Outcome::Reached),
            "{:?}",
            rows[1].aims
        );
    }

    #[test]
    fn contenders_take_turns() {
        let order = Rc::new(RefCell::new(String::new()));
        let contender = |letter: char| {
            let order = Rc::clone(&order);
            move |_: Batch| {
                order.borrow_mut().push(letter);
                Ok(Duration::from_millis(5))
            }
        };
        let line_up = LineUp::new()
            .peer("a", contender('a'))
            .peer("b", contender('b'));
        let pace = Effort::Quick.pace();
        let runners = take_turns(line_up.contenders, &pace);
        // One calibration each, then three rounds that start with another one each time.
        assert_eq!(*order.borrow(), "ab".to_owned() + "ab" + "ba" + "ab");
        assert!(runners.iter().all(|runner| runner.samples.len() == 3));
    }

    #[test]
    fn a_failure_keeps_the_figure_out() {
        let mut runs = 0;
        let line_up = LineUp::new().peer("fickle", move |_| {
            runs += 1;
            if runs < 3 {
                Ok(Duration::from_millis(5))
            } else {
                Err(Failure::Wrong("no".into()))
            }
        });
        let runners = take_turns(line_up.contenders, &Effort::Quick.pace());
        assert_eq!(runners[0].failure, Some(Failure::Wrong("no".into())));
    }
}
