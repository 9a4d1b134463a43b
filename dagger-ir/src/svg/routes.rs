//! Boxes and curves in the plane.
//!
//! A curve runs straight through the rows it passes and bends only between
//! them, where no boxes are; so it never cuts one.

use std::fmt::Write;

use super::frames::Frame;
use super::layers::Layers;

/// Space between two rows, which grows with how far sideways edges have to go.
pub(super) const LEAST_GAP: f64 = 44.0;
const MOST_GAP: f64 = 150.0;
/// Length of an arrowhead, and half its width.
const HEAD: f64 = 8.0;
const HALF_HEAD: f64 = 3.8;
/// Most space between the ends of two edges at a box.
const PORT_GAP: f64 = 14.0;
/// Bends sideways by less than this are taken out.
const ALMOST_STRAIGHT: f64 = 5.0;

/// Where the rows go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    /// Rows below each other.
    Down,
    /// Rows as columns, beside each other.
    Right,
}

impl Direction {
    /// A frame's extent along its row.
    pub(super) fn breadth(self, frame: &Frame) -> f64 {
        match self {
            Direction::Down => frame.width,
            Direction::Right => frame.height,
        }
    }

    /// A frame's extent across its row.
    pub(super) fn thickness(self, frame: &Frame) -> f64 {
        match self {
            Direction::Down => frame.height,
            Direction::Right => frame.width,
        }
    }

    /// Space between neighbours of which one at least is a frame. Boxes are wide, so beside each other they need more
    /// of it than on top of each other.
    pub(super) fn frame_gap(self) -> f64 {
        match self {
            Direction::Down => 22.0,
            Direction::Right => 12.0,
        }
    }

    /// Space between lanes.
    pub(super) fn lane_gap(self) -> f64 {
        match self {
            Direction::Down => 12.0,
            Direction::Right => 9.0,
        }
    }

    fn point(self, along: f64, across: f64) -> Point {
        match self {
            Direction::Down => Point {
                x: along,
                y: across,
            },
            Direction::Right => Point {
                x: across,
                y: along,
            },
        }
    }
}

/// In pixels, `y` going down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Point {
    pub(super) x: f64,
    pub(super) y: f64,
}

/// Everything drawn, with the upper left corner at 0.
pub(super) struct Picture {
    /// The upper left corner of every frame.
    pub(super) boxes: Vec<Point>,
    pub(super) curves: Vec<Curve>,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// One edge.
pub(super) struct Curve {
    pub(super) from: u32,
    pub(super) to: u32,
    /// SVG path data of the line and of the arrowhead.
    pub(super) line: String,
    pub(super) head: String,
    /// In the middle of its last bend, and how far sideways that goes.
    pub(super) middle: Point,
    pub(super) sideways: f64,
}

/// Puts boxes and curves where `centres` along the rows say.
pub(super) fn place(
    layers: &Layers,
    frames: &[Frame],
    centres: &[f64],
    direction: Direction,
) -> Picture {
    let ports = Ports::new(layers, frames, centres, direction);
    let bands = bands(layers, frames, centres, direction);
    let mut boxes = Vec::with_capacity(frames.len());
    let mut far = 0.0_f64;
    for (i, frame) in frames.iter().enumerate() {
        let (start, _) = box_span(&bands[layers.row_of[i] as usize], frame, direction);
        boxes.push(direction.point(centres[i] - direction.breadth(frame) / 2.0, start));
        far = far.max(centres[i] + direction.breadth(frame) / 2.0);
    }
    far = centres.iter().copied().fold(far, f64::max);
    let curves = layers
        .routes
        .iter()
        .enumerate()
        .map(|(edge, route)| {
            let (from, to) = (route[0], route[route.len() - 1]);
            let band = |item: u32| &bands[layers.row_of[item as usize] as usize];
            let mut pen = Pen {
                direction,
                path: String::new(),
                along: ports.leaving[edge],
                across: 0.0,
            };
            pen.start(box_span(band(from), &frames[from as usize], direction).1);
            pen.straight(band(from).end);
            for &lane in &route[1..route.len() - 1] {
                pen.bend(centres[lane as usize], band(lane).start);
                pen.straight(band(lane).end);
            }
            let tip = box_span(band(to), &frames[to as usize], direction).0;
            let along = ports.entering[edge];
            let middle = direction.point(
                (pen.along + along) / 2.0,
                (pen.across + band(to).start - HEAD) / 2.0,
            );
            let sideways = (pen.along - along).abs();
            pen.bend(along, band(to).start - HEAD);
            pen.straight(tip - HEAD);
            let mut head = String::new();
            let corners = [
                (along - HALF_HEAD, tip - HEAD),
                (along + HALF_HEAD, tip - HEAD),
                (along, tip),
            ];
            for (letter, (along, across)) in ["M", "L", "L"].into_iter().zip(corners) {
                write_point(&mut head, letter, direction.point(along, across));
            }
            head.push('Z');
            Curve {
                from,
                to,
                line: pen.path,
                head,
                middle,
                sideways,
            }
        })
        .collect();
    let depth = bands.last().map_or(0.0, |band| band.end);
    let Point {
        x: width,
        y: height,
    } = direction.point(far, depth);
    Picture {
        boxes,
        curves,
        width,
        height,
    }
}

/// The stretch across the picture that a row's boxes take.
struct Band {
    start: f64,
    end: f64,
}

fn bands(layers: &Layers, frames: &[Frame], centres: &[f64], direction: Direction) -> Vec<Band> {
    let mut start = 0.0;
    layers
        .rows
        .iter()
        .map(|row| {
            let boxes = row.iter().filter_map(|&item| layers.frame(item));
            let end = start
                + boxes
                    .map(|node| direction.thickness(&frames[node]))
                    .fold(0.0, f64::max);
            let sideways = row
                .iter()
                .flat_map(|&item| {
                    layers
                        .links
                        .successors(item as usize)
                        .iter()
                        .map(move |&to| (item, to))
                })
                .map(|(item, to)| (centres[item as usize] - centres[to as usize]).abs())
                .fold(0.0, f64::max);
            let band = Band { start, end };
            start = end + (LEAST_GAP + 0.12 * (sideways - 150.0)).clamp(LEAST_GAP, MOST_GAP);
            band
        })
        .collect()
}

/// Where a box begins and ends across its row: in the middle of the band.
fn box_span(band: &Band, frame: &Frame, direction: Direction) -> (f64, f64) {
    let margin = (band.end - band.start - direction.thickness(frame)) / 2.0;
    (band.start + margin, band.end - margin)
}

/// Where along its row each edge leaves its first box and enters its last.
struct Ports {
    leaving: Vec<f64>,
    entering: Vec<f64>,
}

impl Ports {
    fn new(layers: &Layers, frames: &[Frame], centres: &[f64], direction: Direction) -> Self {
        let edges = layers.routes.len();
        let mut ports = Self {
            leaving: vec![0.0; edges],
            entering: vec![0.0; edges],
        };
        let mut leaving: Vec<Vec<(u32, usize)>> = vec![Vec::new(); frames.len()];
        let mut entering = leaving.clone();
        for (edge, route) in layers.routes.iter().enumerate() {
            leaving[route[0] as usize].push((route[1], edge));
            entering[route[route.len() - 1] as usize].push((route[route.len() - 2], edge));
        }
        for (ends, places) in [
            (leaving, &mut ports.leaving),
            (entering, &mut ports.entering),
        ] {
            for (node, mut ends) in ends.into_iter().enumerate() {
                // In the order of what they lead to, so that they do not cross at the box. Edges through the same
                // lane share an end.
                ends.sort_by(|a, b| {
                    centres[a.0 as usize]
                        .total_cmp(&centres[b.0 as usize])
                        .then(a.0.cmp(&b.0))
                });
                let groups = ends.chunk_by(|a, b| a.0 == b.0).count();
                let room = 0.6 * direction.breadth(&frames[node]);
                let gap = if groups > 1 {
                    (room / (groups - 1) as f64).min(PORT_GAP)
                } else {
                    0.0
                };
                for (i, group) in ends.chunk_by(|a, b| a.0 == b.0).enumerate() {
                    for &(_, edge) in group {
                        places[edge] = centres[node] + (i as f64 - (groups - 1) as f64 / 2.0) * gap;
                    }
                }
            }
        }
        for (edge, route) in layers.routes.iter().enumerate() {
            let (leaving, entering) = (ports.leaving[edge], ports.entering[edge]);
            if route.len() == 2 && (leaving - entering).abs() < ALMOST_STRAIGHT {
                let middle = (leaving + entering) / 2.0;
                (ports.leaving[edge], ports.entering[edge]) = (middle, middle);
            }
        }
        ports
    }
}

/// Draws from row to row.
struct Pen {
    direction: Direction,
    path: String,
    along: f64,
    across: f64,
}

impl Pen {
    fn start(&mut self, across: f64) {
        self.across = across;
        write_point(
            &mut self.path,
            "M",
            self.direction.point(self.along, across),
        );
    }

    /// On across the rows; nothing for less than a tenth of a pixel.
    fn straight(&mut self, across: f64) {
        if across - self.across > 0.1 {
            self.across = across;
            write_point(
                &mut self.path,
                "L",
                self.direction.point(self.along, across),
            );
        }
    }

    /// To another place along the rows, leaving and arriving straight.
    fn bend(&mut self, along: f64, across: f64) {
        if (along - self.along).abs() < 0.1 {
            self.straight(across);
            return;
        }
        let middle = (self.across + across) / 2.0;
        write_point(
            &mut self.path,
            "C",
            self.direction.point(self.along, middle),
        );
        write_point(&mut self.path, " ", self.direction.point(along, middle));
        write_point(&mut self.path, " ", self.direction.point(along, across));
        (self.along, self.across) = (along, across);
    }
}

fn write_point(path: &mut String, command: &str, Point { x, y }: Point) {
    // Writing to a string cannot fail. A tenth of a pixel is as fine as anybody sees.
    let _ = write!(
        path,
        "{command}{},{}",
        (x * 10.0).round() / 10.0,
        (y * 10.0).round() / 10.0
    );
}
