//! The picture: rows as points, by their first two components, a colour for each class.

use ndarray::{Array1, Array2, ArrayView1};
use std::fmt::Write;

use crate::table::Table;

/// Colours that people with any colour vision tell apart (Okabe and Ito).
const COLOURS: [&str; 8] = [
    "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#f0e442", "#000000",
];

/// The edges of the picture, and the margin round the points.
const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 480.0;
const MARGIN: f64 = 56.0;

/// The picture as SVG; `points` has a row for each point, `share` the share of the variance that each component explains.
pub(crate) fn svg(points: &Array2<f64>, share: &Array1<f64>, table: &Table) -> String {
    let mut body = String::new();
    let (across, up) = (extent(points.column(0)), extent(points.column(1)));
    // Writing to a string cannot fail.
    for (row, class) in points.rows().into_iter().zip(&table.class) {
        let x = MARGIN + (row[0] - across.0) / (across.1 - across.0) * (WIDTH - 2.0 * MARGIN);
        let y = HEIGHT - MARGIN - (row[1] - up.0) / (up.1 - up.0) * (HEIGHT - 2.0 * MARGIN);
        let colour = COLOURS[class % COLOURS.len()];
        let _ = writeln!(
            body,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\" fill=\"{colour}\" fill-opacity=\"0.75\"/>"
        );
    }
    for (number, class) in table.classes.iter().enumerate() {
        let (y, colour) = (24.0 + 18.0 * number as f64, COLOURS[number % COLOURS.len()]);
        let class = class.replace('&', "&amp;").replace('<', "&lt;");
        let _ = writeln!(
            body,
            "<text x=\"{:.0}\" y=\"{y:.0}\" text-anchor=\"end\" fill=\"{colour}\">{class}</text>",
            WIDTH - 16.0
        );
    }
    let (right, low, top) = (WIDTH - MARGIN + 8.0, HEIGHT - MARGIN + 8.0, MARGIN - 8.0);
    let (left, middle, half) = (MARGIN - 8.0, WIDTH / 2.0, HEIGHT / 2.0);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH:.0}\" height=\"{HEIGHT:.0}\" viewBox=\"0 0 {WIDTH:.0} {HEIGHT:.0}\" \
         font-family=\"sans-serif\" font-size=\"14\" fill=\"#222\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n\
         <path d=\"M{left} {top}V{low}H{right}\" fill=\"none\" stroke=\"#888\"/>\n\
         <text x=\"{middle}\" y=\"{:.0}\" text-anchor=\"middle\">first component ({:.1} % of the variance)</text>\n\
         <text x=\"24\" y=\"{half}\" text-anchor=\"middle\" transform=\"rotate(-90 24 {half})\">second component ({:.1} %)</text>\n\
         {body}</svg>\n",
        HEIGHT - 20.0,
        100.0 * share[0],
        100.0 * share[1],
    )
}

/// The least and the greatest of some values, or a bit round them where they are one.
fn extent(values: ArrayView1<'_, f64>) -> (f64, f64) {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let greatest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if least < greatest {
        (least, greatest)
    } else {
        (least - 0.5, greatest + 0.5)
    }
}
