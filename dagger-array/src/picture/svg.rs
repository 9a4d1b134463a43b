//! Writing SVG: a plane that the array is drawn on, a line of words above and a legend beside it.

use std::fmt::Write;

/// The longer edge of the plane.
const LONG: f64 = 480.0;
/// The least edge of the plane, so that a thin array can be seen.
const SHORT: f64 = 24.0;
const LEFT: f64 = 16.0;
const TOP: f64 = 44.0;
/// What the legend takes.
const LEGEND: f64 = 180.0;

/// A picture that is being drawn.
pub(super) struct Drawing {
    /// How long the array's axes are drawn.
    pub(super) height: f64,
    pub(super) width: f64,
    body: String,
}

impl Drawing {
    /// For an array of this shape, with a line that says what it is.
    pub(super) fn new(shape: [usize; 2], words: &str) -> Self {
        let longest = shape[0].max(shape[1]).max(1) as f64;
        let drawn = |length: usize| (length as f64 / longest * LONG).max(SHORT);
        let mut drawing = Drawing {
            height: drawn(shape[0]),
            width: drawn(shape[1]),
            body: String::new(),
        };
        drawing.text(0.0, -16.0, "start", "#222", words);
        drawing
    }

    /// A rectangle in the plane, in its own measure.
    pub(super) fn rectangle(&mut self, [x, y]: [f64; 2], [width, height]: [f64; 2], fill: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(
            self.body,
            "<rect x=\"{:.2}\" y=\"{:.2}\" width=\"{width:.2}\" height=\"{height:.2}\" fill=\"{fill}\"/>",
            x + LEFT,
            y + TOP
        );
    }

    /// A thin line.
    pub(super) fn line(&mut self, [x, y]: [f64; 2], [to_x, to_y]: [f64; 2]) {
        let _ = writeln!(
            self.body,
            "<line x1=\"{:.2}\" y1=\"{:.2}\" x2=\"{:.2}\" y2=\"{:.2}\" stroke=\"#fff\" stroke-width=\"1\" stroke-opacity=\"0.6\" shape-rendering=\"geometricPrecision\"/>",
            x + LEFT,
            y + TOP,
            to_x + LEFT,
            to_y + TOP
        );
    }

    /// Words; `anchor` as in SVG.
    pub(super) fn text(&mut self, x: f64, y: f64, anchor: &str, fill: &str, words: &str) {
        let words = words.replace('&', "&amp;").replace('<', "&lt;");
        let _ = writeln!(
            self.body,
            "<text x=\"{:.2}\" y=\"{:.2}\" text-anchor=\"{anchor}\" fill=\"{fill}\">{words}</text>",
            x + LEFT,
            y + TOP
        );
    }

    /// Where the legend begins.
    pub(super) fn beside(&self) -> f64 {
        self.width + 20.0
    }

    /// The whole text; `legend` is how far down the legend goes.
    pub(super) fn finish(self, legend: f64) -> String {
        // The line above may be wider than a narrow array and its legend.
        let width = (LEFT + self.width + 20.0 + LEGEND).max(560.0);
        let height = TOP + self.height.max(legend) + 16.0;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
             viewBox=\"0 0 {width:.0} {height:.0}\" font-family=\"sans-serif\" font-size=\"13\" \
             shape-rendering=\"crispEdges\">\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n{}</svg>\n",
            self.body
        )
    }
}
