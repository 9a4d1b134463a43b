//! The legend: what every colour and every outline means, and how much time went there.

use super::draw::{Picture, escape, fitting};
use super::{Bar, Worst};
use crate::observe::units;
use std::fmt::Write;

/// Names in the legend at most; the rest is summed up.
const NAMES: usize = 24;

/// One line of the legend.
pub(super) struct Entry {
    class: &'static str,
    fill: &'static str,
    name: String,
    text: String,
}

impl Picture<'_> {
    /// The lines of the legend, the name with most time first.
    pub(super) fn legend_entries(&self) -> Vec<Entry> {
        let mut order: Vec<usize> = (0..self.gantt.names.len()).collect();
        order.sort_by_key(|&index| std::cmp::Reverse(self.gantt.names[index].busy));
        let mut entries: Vec<Entry> = order
            .iter()
            .take(NAMES)
            .map(|&index| {
                let name = &self.gantt.names[index];
                let sum = units::duration(name.busy);
                let text = match name.count {
                    1 => sum,
                    count => format!("{} × · {sum}", units::count(count)),
                };
                Entry {
                    class: "",
                    fill: self.colours[index],
                    name: name.name.to_owned(),
                    text,
                }
            })
            .collect();
        let rest = order.len().saturating_sub(NAMES);
        if rest > 0 {
            let busy = order[NAMES..]
                .iter()
                .map(|&index| self.gantt.names[index].busy)
                .sum();
            entries.push(Entry {
                class: "",
                fill: "#ffffff",
                name: format!("{rest} more names"),
                text: units::duration(busy),
            });
        }
        let end = self.start + self.range;
        // Idle time before the first task and after the last is not in the picture.
        let shown = |idle: &Bar| {
            let length = idle.end.min(end).saturating_sub(idle.start.max(self.start));
            length.min(idle.busy)
        };
        let idles = self.rows.iter().flat_map(|row| &row.idles);
        let idle: u64 = idles.map(shown).sum();
        if idle > 0 {
            let name = "idle".to_owned();
            entries.push(Entry {
                class: "idle",
                fill: "",
                name,
                text: units::duration(idle),
            });
        }
        let any = |worst| {
            self.rows
                .iter()
                .flat_map(|row| &row.bars)
                .any(|bar| bar.worst == worst)
        };
        if any(Worst::Failed) {
            entries.push(Entry {
                class: "bar bad",
                fill: "#ffffff",
                name: "failed".into(),
                text: String::new(),
            });
        }
        if any(Worst::Cancelled) || any(Worst::Unfinished) {
            let name = "cancelled or unfinished".into();
            entries.push(Entry {
                class: "bar cut",
                fill: "#ffffff",
                name,
                text: String::new(),
            });
        }
        entries
    }

    /// Draws one of them.
    pub(super) fn legend_entry(&mut self, entry: &Entry, x: f64, y: f64) {
        let fill = if entry.fill.is_empty() {
            String::new()
        } else {
            format!(r#" fill="{}""#, entry.fill)
        };
        let name = fitting(&entry.name, 165.0).unwrap_or_default();
        let _ = writeln!(
            self.out,
            r#"<g><title>{}</title><rect class="{}" x="{x:.1}" y="{y:.1}" width="12" height="12" rx="2"{fill}/><text class="legend" x="{:.1}" y="{:.1}">{} <tspan class="sum">{}</tspan></text></g>"#,
            escape(&entry.name),
            entry.class,
            x + 18.0,
            y + 10.0,
            escape(&name),
            escape(&entry.text),
        );
    }
}
