//! How long a task takes, learned online: one model per task and processor class, over the bytes of its inputs.
//!
//! The model is a line in logarithms, `ln seconds = y + slope · (ln(1 + bytes) - x)`, by recursive least squares with
//! forgetting: times that span six orders of magnitude weigh alike, and a power law covers constant, linear and cubic tasks. Until sizes
//! have differed, the slope is that of a task that reads its input once.
//!
//! What keeps it robust: the second run replaces a first one that took more than twice as long (cold caches, page faults); a run
//! far off the line counts only up to a limit; several of those in a row on the same side mean that the task itself has
//! changed, and what was known before then counts as one run.
//!
//! Deliberately not here: which processor ran it. The caller has divided by the processor's speed already.

/// How fast old runs fade: the last 33 or so decide.
const FORGET: f64 = 0.97;
/// The slope nobody has contradicted yet, and how many squared units of `ln bytes` contradict it.
const SLOPE: f64 = 1.0;
const SLOPE_WEIGHT: f64 = 0.5;
/// The variance of `ln seconds` that is assumed before anything is known, worth one run.
const VARIANCE: f64 = 0.25;
/// How many deviations, and at least how many units of `ln seconds`, a run may be off.
const LIMIT: f64 = 3.0;
const LEAST_LIMIT: f64 = 0.3;
/// So many outliers in a row, on one side, are no outliers.
const DRIFT: i32 = 4;
/// One lesson counts as no more runs than this, however many it tells of.
const MOST_AT_ONCE: u32 = 32;
/// No estimate is more doubtful than this.
const MOST_DOUBT: f64 = 3.0;
/// Sizes further than this from all that were seen, in `ln bytes`, are taken to be so far.
const FAR: f64 = 4.0;

/// What is expected of one run. All in natural logarithms of seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The centre.
    pub log: f64,
    /// How far off the centre may be (one standard error).
    pub doubt: f64,
    /// How much single runs differ (one standard deviation).
    pub spread: f64,
}

impl Estimate {
    /// The mean of the times of many runs, in seconds.
    pub fn seconds(&self) -> f64 {
        (self.log + 0.5 * self.spread.powi(2).min(1.0)).exp()
    }
}

/// The model of one task on one class of processor.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ExecutionModel {
    /// How much the runs remembered weigh together.
    pub(super) weight: f64,
    /// Mean of `ln(1 + bytes)`.
    pub(super) x: f64,
    /// Mean of `ln seconds`.
    pub(super) y: f64,
    /// Sums of squares and products about the means.
    pub(super) xx: f64,
    pub(super) xy: f64,
    /// Sum of the squared errors of predictions.
    pub(super) errors: f64,
    /// How many runs there ever were.
    pub(super) runs: u64,
    /// Outliers in a row; negative if below the line.
    streak: i32,
}

impl ExecutionModel {
    /// Nothing known.
    pub fn new() -> Self {
        ExecutionModel::default()
    }

    /// One that was kept: its number of runs and its sums, as [`models`](super::models) writes them.
    pub(super) fn restored(runs: u64, [weight, x, y, xx, xy, errors]: [f64; 6]) -> Self {
        ExecutionModel {
            weight,
            x,
            y,
            xx,
            xy,
            errors,
            runs,
            streak: 0,
        }
    }

    /// How many runs it has heard of.
    pub fn runs(&self) -> u64 {
        self.runs
    }

    /// The exponent of the power law: 0 if the time does not depend on the bytes, 1 if it is proportional to them.
    pub fn slope(&self) -> f64 {
        let slope = (self.xy + SLOPE_WEIGHT * SLOPE) / (self.xx + SLOPE_WEIGHT);
        slope.clamp(-1.0, 4.0)
    }

    /// The bytes of most runs.
    pub(super) fn usual_bytes(&self) -> f64 {
        self.x.exp_m1()
    }

    /// What a run over so many bytes would take; `None` before the first one.
    #[inline]
    pub fn estimate(&self, bytes: f64) -> Option<Estimate> {
        (self.runs > 0).then(|| self.at(bytes.ln_1p()))
    }

    /// Learns that `count` runs over `bytes` bytes have taken `seconds` each.
    pub fn learn(&mut self, bytes: f64, seconds: f64, count: u32) {
        if !seconds.is_finite() || count == 0 {
            return;
        }
        let (x, mut y) = (bytes.max(0.0).ln_1p(), seconds.max(1e-9).ln());
        let count = count.min(MOST_AT_ONCE);
        let before = self.at(x);
        if self.runs == 1 && before.log - y > std::f64::consts::LN_2 {
            *self = ExecutionModel::new();
        }
        if self.runs > 0 {
            let error = y - before.log;
            let limit = (LIMIT * before.spread.hypot(before.doubt)).max(LEAST_LIMIT);
            if self.runs >= 3 && error.abs() > limit {
                let side = if error > 0.0 { 1 } else { -1 };
                self.streak = side
                    + if self.streak * side > 0 {
                        self.streak
                    } else {
                        0
                    };
                if self.streak.abs() >= DRIFT {
                    self.fade(1.0 / self.weight);
                    self.streak = 0;
                } else {
                    y = before.log + limit * f64::from(side);
                }
            } else {
                self.streak = 0;
            }
        }
        self.fade(FORGET.powi(count as i32));
        self.add(x, y, f64::from(count));
        self.runs += u64::from(count);
    }

    /// Makes what is known count for less; more than all of it is all of it.
    fn fade(&mut self, to: f64) {
        let to = to.min(1.0);
        for sum in [
            &mut self.weight,
            &mut self.xx,
            &mut self.xy,
            &mut self.errors,
        ] {
            *sum *= to;
        }
    }

    fn add(&mut self, x: f64, y: f64, weight: f64) {
        if self.runs > 0 {
            // An error of prediction is larger than one of the fit by what the line itself is off.
            let share = self.weight / (self.weight + weight);
            self.errors += weight * share * (y - self.at(x).log).powi(2);
        }
        self.weight += weight;
        let (dx, dy) = (x - self.x, y - self.y);
        self.x += dx * weight / self.weight;
        self.y += dy * weight / self.weight;
        self.xx += weight * dx * (x - self.x);
        self.xy += weight * dx * (y - self.y);
    }

    /// The estimate at `x`, the logarithm of the bytes.
    fn at(&self, x: f64) -> Estimate {
        let variance = (self.errors + VARIANCE) / (self.weight + 1.0);
        let off = (x - self.x).clamp(-FAR, FAR);
        let doubt = variance * (1.0 / self.weight.max(0.1) + off * off / (self.xx + SLOPE_WEIGHT));
        Estimate {
            log: self.y + self.slope() * off,
            doubt: doubt.sqrt().min(MOST_DOUBT),
            spread: variance.sqrt(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(model: &ExecutionModel, bytes: f64) -> f64 {
        model.estimate(bytes).expect("it has learned").log.exp()
    }

    fn close(value: f64, wanted: f64, share: f64) -> bool {
        (value / wanted - 1.0).abs() < share
    }

    #[test]
    fn one_run_is_enough_for_a_first_estimate_and_doubt_shrinks() {
        let mut model = ExecutionModel::new();
        assert_eq!(model.estimate(8.0), None);
        model.learn(8.0, 0.01, 1);
        let first = model.estimate(8.0).expect("one run");
        assert!(close(first.log.exp(), 0.01, 1e-9));
        for _ in 0..20 {
            model.learn(8.0, 0.01, 1);
        }
        let later = model.estimate(8.0).expect("many runs");
        assert!(close(later.seconds(), 0.01, 0.02));
        assert!(later.doubt < first.doubt / 3.0 && later.spread < first.spread);
    }

    #[test]
    fn sizes_teach_the_exponent() {
        let mut cubic = ExecutionModel::new();
        for size in [64, 128, 256, 96, 192, 64, 128, 256] {
            let n = f64::from(size);
            // Input bytes are quadratic in n, the time is cubic.
            cubic.learn(n * n * 8.0, n.powi(3) * 1e-9, 1);
        }
        assert!((cubic.slope() - 1.5).abs() < 0.1, "{}", cubic.slope());
        assert!(close(
            seconds(&cubic, 512.0 * 512.0 * 8.0),
            512f64.powi(3) * 1e-9,
            0.2
        ));
    }

    #[test]
    fn a_cold_first_run_is_replaced() {
        let mut model = ExecutionModel::new();
        model.learn(100.0, 0.5, 1);
        model.learn(100.0, 0.01, 1);
        assert!(close(seconds(&model, 100.0), 0.01, 0.01));
    }

    #[test]
    fn outliers_hardly_count_and_drift_does() {
        let mut model = ExecutionModel::new();
        for _ in 0..20 {
            model.learn(100.0, 0.01, 1);
        }
        model.learn(100.0, 10.0, 1);
        model.learn(100.0, 0.01, 1);
        assert!(
            close(seconds(&model, 100.0), 0.01, 0.1),
            "{}",
            seconds(&model, 100.0)
        );
        for _ in 0..8 {
            model.learn(100.0, 0.08, 1);
        }
        assert!(
            close(seconds(&model, 100.0), 0.08, 0.35),
            "{}",
            seconds(&model, 100.0)
        );
    }

    #[test]
    fn what_makes_no_sense_is_not_learned() {
        let mut model = ExecutionModel::new();
        model.learn(1.0, f64::NAN, 1);
        model.learn(1.0, f64::INFINITY, 1);
        model.learn(1.0, 1.0, 0);
        assert_eq!(model, ExecutionModel::new());
        model.learn(-5.0, 0.0, 1);
        assert!(seconds(&model, 0.0) > 0.0);
    }
}
