//! The chart as SVG text: heading, rows of bars, time axis, legend.
//!
//! What is narrower than [`MERGE_PIXELS`] is drawn together with its neighbours, as one bar whose strength shows how much
//! of it was busy; so the document's size depends on the picture, not on the number of tasks.

use super::axis::ticks;
use super::colour;
use super::{Bar, Gantt, MAX_DEPTH, Row, Worst, merge};
use crate::observe::units;
use std::fmt::Write;

const WIDTH: f64 = 1200.0;
const PADDING: f64 = 20.0;
/// Room for "100 %" at the right of every row.
const SHARE_WIDTH: f64 = 60.0;
const HEADING_HEIGHT: f64 = 62.0;
const AXIS_HEIGHT: f64 = 34.0;
const WORKER_HEIGHT: f64 = 24.0;
const ROW_GAP: f64 = 6.0;
/// How much further down a nested task begins than the one around it.
const NEST_STEP: f64 = 5.0;
const LEGEND_ROW: f64 = 22.0;
/// Bars narrower than this are merged.
const MERGE_PIXELS: f64 = 1.5;
/// Width of a character of the 11-pixel sans-serif labels, on the safe side.
const CHARACTER: f64 = 6.6;

/// Draws the chart.
pub(super) fn svg(gantt: &Gantt) -> String {
    let rows: Vec<&Row> = gantt
        .rows
        .values()
        .filter(|row| row.is_worth_showing())
        .collect();
    match gantt.range {
        Some(range) => Picture::new(gantt, rows, range).draw(),
        None => empty(gantt),
    }
}

impl Row {
    /// A thread that did nothing but report is left out: the program's main thread, mostly.
    fn is_worth_showing(&self) -> bool {
        self.tasks > 0 || !self.idles.is_empty()
    }
}

fn empty(gantt: &Gantt) -> String {
    let mut out = String::new();
    open(&mut out, 120.0);
    heading(
        &mut out,
        gantt.title.as_deref().unwrap_or("Gantt chart"),
        "no tasks ran",
    );
    out.push_str("</svg>\n");
    out
}

/// A chart being drawn.
pub(super) struct Picture<'a> {
    pub(super) gantt: &'a Gantt,
    pub(super) rows: Vec<&'a Row>,
    pub(super) colours: Vec<&'static str>,
    pub(super) start: u64,
    /// Length of the picture's time, at least 1.
    pub(super) range: u64,
    left: f64,
    /// Pixels of the time axis.
    plot: f64,
    row_height: f64,
    several_workers: bool,
    pub(super) out: String,
}

impl<'a> Picture<'a> {
    fn new(gantt: &'a Gantt, rows: Vec<&'a Row>, (start, end): (u64, u64)) -> Picture<'a> {
        let names: Vec<&str> = gantt.names.iter().map(|name| name.name).collect();
        let longest = rows
            .iter()
            .map(|row| row.thread.to_string().chars().count())
            .max()
            .unwrap_or(0);
        let left = PADDING + longest as f64 * 7.0 + 14.0;
        let row_height = match rows.len() {
            0..=24 => 30.0,
            25..=64 => 20.0,
            _ => 13.0,
        };
        Picture {
            gantt,
            colours: colour::assign(&names),
            start,
            range: (end - start).max(1),
            left,
            plot: WIDTH - left - SHARE_WIDTH - PADDING,
            row_height,
            several_workers: rows
                .windows(2)
                .any(|pair| pair[0].thread.worker != pair[1].thread.worker),
            rows,
            out: String::new(),
        }
    }

    fn draw(mut self) -> String {
        let tops = self.row_tops();
        let bottom = tops
            .last()
            .zip(self.rows.last())
            .map_or(HEADING_HEIGHT, |(top, row)| top + self.height(row));
        let legend = self.legend_entries();
        let per_line = 4;
        let legend_height = legend.len().div_ceil(per_line) as f64 * LEGEND_ROW;
        open(
            &mut self.out,
            bottom + AXIS_HEIGHT + legend_height + PADDING,
        );
        let subtitle = self.subtitle();
        heading(
            &mut self.out,
            self.gantt.title.as_deref().unwrap_or("Gantt chart"),
            &subtitle,
        );
        self.axis(bottom);
        let mut worker = None;
        for (row, top) in self.rows.clone().into_iter().zip(tops) {
            if self.several_workers && worker != Some(row.thread.worker) {
                worker = Some(row.thread.worker);
                let y = top - 9.0;
                let _ = writeln!(
                    self.out,
                    r#"<text class="worker" x="{PADDING}" y="{y:.1}">worker {}</text>"#,
                    row.thread.worker
                );
            }
            self.row(row, top);
        }
        for (index, entry) in legend.iter().enumerate() {
            let x = self.left
                + (index % per_line) as f64 * (WIDTH - self.left - PADDING) / per_line as f64;
            let y = bottom + AXIS_HEIGHT + 6.0 + (index / per_line) as f64 * LEGEND_ROW;
            self.legend_entry(entry, x, y);
        }
        self.out.push_str("</svg>\n");
        self.out
    }

    fn height(&self, row: &Row) -> f64 {
        let deepest = row.bars.iter().map(|bar| bar.depth).max().unwrap_or(0);
        self.row_height + f64::from(deepest.min(MAX_DEPTH)) * NEST_STEP
    }

    fn row_tops(&self) -> Vec<f64> {
        let mut y = HEADING_HEIGHT;
        let mut worker = None;
        self.rows
            .iter()
            .map(|row| {
                if self.several_workers && worker != Some(row.thread.worker) {
                    worker = Some(row.thread.worker);
                    y += WORKER_HEIGHT;
                }
                let top = y;
                y += self.height(row) + ROW_GAP;
                top
            })
            .collect()
    }

    fn subtitle(&self) -> String {
        let tasks: u64 = self.rows.iter().map(|row| row.tasks).sum();
        let busy: u64 = self.rows.iter().map(|row| row.busy).sum();
        let plural = |count: u64| if count == 1 { "" } else { "s" };
        let threads = self.rows.len() as u64;
        let mut text = format!(
            "{} task{} on {threads} thread{} · makespan {} · busy {}",
            units::count(tasks),
            plural(tasks),
            plural(threads),
            units::duration(self.range),
            units::percent(busy, self.range * threads)
        );
        if self.gantt.merged_below > 0 {
            let _ = write!(
                text,
                " · tasks under {} are merged",
                units::duration(self.gantt.merged_below)
            );
        }
        text
    }

    fn x(&self, time: u64) -> f64 {
        let offset = time.clamp(self.start, self.start + self.range) - self.start;
        self.left + offset as f64 / self.range as f64 * self.plot
    }

    fn axis(&mut self, bottom: f64) {
        for tick in ticks(self.range, 8) {
            let x = self.x(self.start + tick.at);
            let y = bottom + 18.0;
            let _ = writeln!(
                self.out,
                r#"<path class="grid" d="M{x:.2} {HEADING_HEIGHT}V{:.1}"/><text class="tick" x="{x:.2}" y="{y:.1}">{}</text>"#,
                bottom + 5.0,
                tick.label
            );
        }
    }

    fn row(&mut self, row: &Row, top: f64) {
        let height = self.height(row);
        let middle = top + height / 2.0 + 4.0;
        let share = units::percent(row.busy, self.range);
        let _ = writeln!(
            self.out,
            r#"<text class="thread" x="{:.1}" y="{middle:.1}">{}</text><rect class="lane" x="{:.1}" y="{top:.1}" width="{:.1}" height="{height:.1}"/><text class="share" x="{:.1}" y="{middle:.1}">{share}</text>"#,
            self.left - 10.0,
            row.thread,
            self.left,
            self.plot,
            WIDTH - PADDING,
        );
        let quantum = ((self.range as f64 * MERGE_PIXELS / self.plot) as u64).max(1);
        let mut idles = row.idles.clone();
        merge(&mut idles, quantum);
        // Idle time at depth d lies inside the task at depth d − 1, over it; at depth 0 it lies on the lane itself.
        let mut bars: Vec<(bool, Bar)> = idles.into_iter().map(|idle| (true, idle)).collect();
        let mut tasks: Vec<Bar> = row
            .bars
            .iter()
            .copied()
            .filter(|bar| bar.depth <= MAX_DEPTH)
            .collect();
        merge(&mut tasks, quantum);
        bars.extend(tasks.iter().map(|bar| (false, *bar)));
        bars.sort_by_key(|(_, bar)| bar.depth);
        for (is_idle, bar) in bars {
            let inset = f64::from(bar.depth.min(MAX_DEPTH)) * NEST_STEP;
            let place = Place {
                y: top + inset,
                height: height - inset,
            };
            if is_idle {
                self.idle(&bar, &place)
            } else {
                self.bar(&bar, &place);
                self.label(&bar, &place, open_stretch(&bar, &tasks));
            }
        }
    }

    fn idle(&mut self, bar: &Bar, place: &Place) {
        let (from, to) = (self.x(bar.start), self.x(bar.end));
        if to - from < 0.05 {
            return;
        }
        let _ = writeln!(
            self.out,
            r#"<rect class="idle" x="{from:.2}" y="{:.1}" width="{:.2}" height="{:.1}"><title>idle for {}</title></rect>"#,
            place.y,
            to - from,
            place.height,
            units::duration(bar.busy),
        );
    }

    fn bar(&mut self, bar: &Bar, place: &Place) {
        let (from, to) = (self.x(bar.start), self.x(bar.end));
        // Never invisible, never over the next bar by more than a hair.
        let width = (to - from).max(0.6);
        let colour = self.colours[bar.name];
        let opacity = if bar.task.is_some() {
            String::new()
        } else {
            let filled = bar.busy as f64 / (bar.end - bar.start).max(1) as f64;
            format!(r#" fill-opacity="{:.2}""#, 0.35 + 0.65 * filled.min(1.0))
        };
        let class = match bar.worst {
            Worst::Done => "bar",
            Worst::Unfinished | Worst::Cancelled => "bar cut",
            Worst::Failed => "bar bad",
        };
        let corner = if width > 6.0 { r#" rx="2""# } else { "" };
        let _ = writeln!(
            self.out,
            r#"<rect class="{class}" x="{from:.2}" y="{:.1}" width="{width:.2}" height="{:.1}"{corner} fill="{colour}"{opacity}><title>{}</title></rect>"#,
            place.y,
            place.height,
            escape(&self.tooltip(bar)),
        );
    }

    /// Writes a bar's name where it fits and nothing nested covers it.
    fn label(&mut self, bar: &Bar, place: &Place, (from, to): (u64, u64)) {
        let (from, to) = (self.x(from), self.x(to));
        if bar.task.is_some()
            && place.height >= 12.0
            && let Some(label) = fitting(self.gantt.names[bar.name].name, to - from - 8.0)
        {
            let _ = writeln!(
                self.out,
                r#"<text class="label" x="{:.2}" y="{:.1}" fill="{}">{}</text>"#,
                (from + to) / 2.0,
                place.y + place.height / 2.0 + 4.0,
                colour::text_on(self.colours[bar.name]),
                escape(&label),
            );
        }
    }

    fn tooltip(&self, bar: &Bar) -> String {
        let name = self.gantt.names[bar.name].name;
        let when = format!(
            "{} to {}",
            units::duration(bar.start - self.start.min(bar.start)),
            units::duration(bar.end - self.start.min(bar.end))
        );
        match bar.task {
            Some(task) => {
                let end = match bar.worst {
                    Worst::Done => "",
                    Worst::Unfinished => "\nstill running at the end",
                    Worst::Cancelled => "\ncancelled",
                    Worst::Failed => "\nfailed",
                };
                let length = units::duration(bar.end - bar.start);
                format!(
                    "{name}\n{length} ({when})\n{}:{}, task {}{end}",
                    task.file, task.line, task.id
                )
            }
            None => format!(
                "{} tasks, mostly {name}\n{} of {} busy ({when})",
                units::count(bar.count),
                units::duration(bar.busy),
                units::duration(bar.end - bar.start),
            ),
        }
    }
}

/// The longest stretch of a bar that the bars nested in it leave open. `tasks` are sorted by depth, then by start.
fn open_stretch(bar: &Bar, tasks: &[Bar]) -> (u64, u64) {
    let first = tasks.partition_point(|task| (task.depth, task.start) < (bar.depth + 1, bar.start));
    let nested = tasks[first..]
        .iter()
        .take_while(|task| task.depth == bar.depth + 1 && task.start < bar.end);
    let mut longest = (bar.start, bar.start);
    let mut open_from = bar.start;
    let covers = nested
        .map(|task| (task.start, task.end))
        .chain([(bar.end, bar.end)]);
    for (start, end) in covers {
        if start.saturating_sub(open_from) > longest.1 - longest.0 {
            longest = (open_from, start);
        }
        open_from = open_from.max(end);
    }
    longest
}

/// Where a bar lies across its row.
struct Place {
    y: f64,
    height: f64,
}

fn open(out: &mut String, height: f64) {
    let _ = write!(
        out,
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height:.0}" viewBox="0 0 {WIDTH} {height:.0}" font-family="system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif" font-size="12">
<style>
.title {{ font-size: 17px; font-weight: 600; fill: #1f2328 }}
.subtitle, .tick, .share, .sum {{ fill: #656d76 }}
.tick {{ text-anchor: middle; font-size: 11px }}
.thread {{ text-anchor: end; fill: #1f2328 }}
.share {{ text-anchor: end; font-size: 11px }}
.worker {{ font-weight: 600; fill: #1f2328 }}
.legend {{ fill: #1f2328; font-size: 11px }}
.label {{ text-anchor: middle; font-size: 11px; pointer-events: none }}
.lane {{ fill: #f3f5f7 }}
.grid {{ stroke: #d5dae0; stroke-width: 1; fill: none }}
.idle {{ fill: url(#idle) }}
.bar {{ stroke: #ffffff; stroke-width: 0.4 }}
.cut {{ stroke: #57606a; stroke-width: 1.2; stroke-dasharray: 3 2 }}
.bad {{ stroke: #c1121f; stroke-width: 2 }}
</style>
<defs><pattern id="idle" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" fill="#eceff2"/><rect width="1.4" height="6" fill="#cfd5db"/></pattern></defs>
<rect width="100%" height="100%" fill="#ffffff"/>
"##
    );
}

fn heading(out: &mut String, title: &str, subtitle: &str) {
    let title = fitting(title, WIDTH * 0.6).unwrap_or_default();
    let _ = writeln!(
        out,
        r#"<text class="title" x="{PADDING}" y="28">{}</text><text class="subtitle" x="{PADDING}" y="47">{}</text>"#,
        escape(&title),
        escape(subtitle)
    );
}

/// `text` if it fits into `width` pixels, else its beginning with an ellipsis, else nothing.
pub(super) fn fitting(text: &str, width: f64) -> Option<String> {
    let room = (width / CHARACTER).max(0.0) as usize;
    let length = text.chars().count();
    if length <= room {
        return Some(text.to_owned());
    }
    (room >= 4).then(|| text.chars().take(room - 1).chain(['…']).collect())
}

/// Escapes text for XML; control characters, which XML does not allow at all, become blanks.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push('\n'),
            control if control.is_control() || matches!(control, '\u{fffe}' | '\u{ffff}') => {
                out.push(' ')
            }
            other => out.push(other),
        }
    }
    out
}
