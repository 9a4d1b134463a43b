//! The drawing: for each program, makespan, lower bound and the driver's time over the number of ranks, both axes logarithmic.

use crate::outcome::{Outcome, duration};
use std::fmt::Write;

const WIDTH: f64 = 420.0;
const HEIGHT: f64 = 340.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 20.0;
const TOP: f64 = 50.0;
const BOTTOM: f64 = 50.0;

/// A curve: what it shows, its colour, and how to get it.
type Curve = (&'static str, &'static str, fn(&Outcome) -> f64);

const CURVES: [Curve; 3] = [
    ("makespan", "#1f6fb4", |outcome| outcome.makespan),
    ("lower bound", "#6a9a3b", |outcome| outcome.bound),
    ("driver busy", "#c2552d", |outcome| outcome.driver),
];

/// A panel for each program with its runs.
pub fn svg(programs: &[(String, Vec<Outcome>)]) -> String {
    let width = WIDTH * programs.len().max(1) as f64;
    let mut out = String::new();
    let _ = writeln!(
        out,
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{HEIGHT}" viewBox="0 0 {width} {HEIGHT}" font-family="sans-serif" font-size="11">"#
    );
    out.push_str("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
    for (at, (name, outcomes)) in programs.iter().enumerate() {
        let _ = writeln!(out, r#"<g transform="translate({} 0)">"#, at as f64 * WIDTH);
        panel(&mut out, name, outcomes);
        out.push_str("</g>\n");
    }
    out.push_str("</svg>\n");
    out
}

/// A logarithmic axis over whole decades.
struct Axis {
    first: i32,
    last: i32,
    start: f64,
    end: f64,
}

impl Axis {
    fn over(values: impl Iterator<Item = f64>, start: f64, end: f64) -> Axis {
        let logs = values.filter(|value| *value > 0.0).map(f64::log10);
        let (least, most) = logs.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), log| {
            (least.min(log), most.max(log))
        });
        let first = if least.is_finite() {
            least.floor() as i32
        } else {
            0
        };
        let last = if most.is_finite() {
            most.ceil() as i32
        } else {
            1
        };
        Axis {
            first,
            last: last.max(first + 1),
            start,
            end,
        }
    }

    fn at(&self, value: f64) -> f64 {
        let decades = f64::from(self.last - self.first);
        let share = (value.log10() - f64::from(self.first)) / decades;
        self.start + share.clamp(0.0, 1.0) * (self.end - self.start)
    }

    fn ticks(&self) -> impl Iterator<Item = f64> {
        (self.first..=self.last).map(|decade| 10f64.powi(decade))
    }
}

fn panel(out: &mut String, name: &str, outcomes: &[Outcome]) {
    let ranks = outcomes.iter().map(|outcome| outcome.ranks as f64);
    let x = Axis::over(ranks, LEFT, WIDTH - RIGHT);
    let times = outcomes
        .iter()
        .flat_map(|outcome| CURVES.map(|(_, _, of)| of(outcome)));
    let y = Axis::over(times, HEIGHT - BOTTOM, TOP);
    let name = name.replace('&', "&amp;").replace('<', "&lt;");
    let _ = writeln!(
        out,
        r#"<text x="{LEFT}" y="18" font-size="13" font-weight="bold">{name}</text>"#
    );
    for tick in y.ticks() {
        let _ = writeln!(
            out,
            r##"<path d="M{LEFT} {1:.1}H{0}" stroke="#ddd"/><text x="{2}" y="{3:.1}" text-anchor="end">{4}</text>"##,
            WIDTH - RIGHT,
            y.at(tick),
            LEFT - 6.0,
            y.at(tick) + 4.0,
            duration(tick)
        );
    }
    for tick in x.ticks() {
        let _ = writeln!(
            out,
            r##"<path d="M{0:.1} {TOP}V{1}" stroke="#ddd"/><text x="{0:.1}" y="{2}" text-anchor="middle">{tick}</text>"##,
            x.at(tick),
            HEIGHT - BOTTOM,
            HEIGHT - BOTTOM + 16.0
        );
    }
    let _ = writeln!(
        out,
        r#"<text x="{}" y="{}" text-anchor="middle">ranks</text>"#,
        (LEFT + WIDTH - RIGHT) / 2.0,
        HEIGHT - 12.0
    );
    for (number, (label, colour, of)) in CURVES.into_iter().enumerate() {
        let points: Vec<String> = outcomes
            .iter()
            .filter(|outcome| of(outcome) > 0.0)
            .map(|outcome| format!("{:.1},{:.1}", x.at(outcome.ranks as f64), y.at(of(outcome))))
            .collect();
        let _ = writeln!(
            out,
            r#"<polyline points="{}" fill="none" stroke="{colour}" stroke-width="2"/>"#,
            points.join(" ")
        );
        for point in &points {
            if let Some((x, y)) = point.split_once(',') {
                let _ = writeln!(out, r#"<circle cx="{x}" cy="{y}" r="3" fill="{colour}"/>"#);
            }
        }
        let _ = writeln!(
            out,
            r#"<text x="{}" y="36" fill="{colour}">{label}</text>"#,
            LEFT + 110.0 * number as f64
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(ranks: usize, makespan: f64) -> Outcome {
        Outcome {
            ranks,
            threads: 2,
            tasks: 1,
            makespan,
            bound: makespan / 2.0,
            driver: 0.0,
            busy: 1.0,
            messages: 0,
            bytes: 0,
            driver_bytes: 0,
            pushes: 0,
            lent: 0,
            ran: Vec::new(),
        }
    }

    #[test]
    fn every_run_is_a_point_inside_its_panel() {
        let runs = vec![outcome(10, 3.0), outcome(100, 0.4), outcome(1000, 0.07)];
        let text = svg(&[("a < b".to_owned(), runs), ("empty".to_owned(), Vec::new())]);
        let document = roxmltree::Document::parse(&text).expect("well-formed");
        let circles: Vec<_> = document
            .descendants()
            .filter(|node| node.has_tag_name("circle"))
            .collect();
        // The driver took no time: no point on a logarithmic axis.
        assert_eq!(circles.len(), 6);
        for circle in circles {
            let number = |name| {
                circle
                    .attribute(name)
                    .and_then(|text| text.parse::<f64>().ok())
            };
            let (x, y) = (number("cx").expect("x"), number("cy").expect("y"));
            assert!((LEFT..=WIDTH - RIGHT).contains(&x) && (TOP..=HEIGHT - BOTTOM).contains(&y));
        }
        assert!(text.contains("a &lt; b"));
    }
}
