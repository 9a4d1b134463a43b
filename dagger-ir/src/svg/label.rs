//! What a box says, and how large it has to be for that.
//!
//! Fonts differ between viewers and cannot be asked, so widths are estimates
//! on the large side.

use crate::graph::Node;

/// Longest text of a line, in columns; the tooltip has all of it.
const MOST_COLUMNS: usize = 30;
/// Width of a column in the two fonts, in pixels.
pub(super) const NAME_COLUMN: f64 = 7.85;
pub(super) const DETAIL_COLUMN: f64 = 6.2;
pub(super) const NAME_LINE: f64 = 18.0;
pub(super) const DETAIL_LINE: f64 = 15.0;
const MARGIN: f64 = 12.0;

/// The lines of one box.
pub(super) struct Label {
    /// The task or expression.
    pub(super) name: String,
    /// Binding and line; then scope and priority. Empty ones are left out.
    pub(super) details: Vec<String>,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Label {
    pub(super) fn new(node: &Node) -> Self {
        let name = shortened(&node.name);
        let line = if node.line > 0 {
            format!("line {}", node.line)
        } else {
            String::new()
        };
        let priority = if node.priority != 0 {
            format!("priority {}", node.priority)
        } else {
            String::new()
        };
        let scope = if node.scope.is_empty() {
            String::new()
        } else {
            format!("on {}", shortened(&node.scope))
        };
        let details: Vec<String> = [[shortened(&node.binding), line], [scope, priority]]
            .into_iter()
            .map(|parts| {
                parts
                    .into_iter()
                    .filter(|part| !part.is_empty())
                    .collect::<Vec<_>>()
                    .join(" · ")
            })
            .filter(|detail| !detail.is_empty())
            .collect();
        let detail_columns = details
            .iter()
            .map(|detail| columns(detail))
            .max()
            .unwrap_or(0);
        let text_width =
            (columns(&name) as f64 * NAME_COLUMN).max(detail_columns as f64 * DETAIL_COLUMN);
        Self {
            width: (text_width + 2.0 * MARGIN).max(64.0).round(),
            height: NAME_LINE + details.len() as f64 * DETAIL_LINE + 12.0,
            name,
            details,
        }
    }
}

/// How many columns the text takes, wide letters counting twice.
pub(super) fn columns(text: &str) -> usize {
    text.chars().map(column_width).sum()
}

/// On one line, and no longer than a box should be.
pub(super) fn shortened(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if columns(&line) <= MOST_COLUMNS {
        return line;
    }
    let mut used = 1;
    let mut short: String = line
        .chars()
        .take_while(|&letter| {
            used += column_width(letter);
            used <= MOST_COLUMNS
        })
        .collect();
    short.push('…');
    short
}

/// The blocks of East Asian letters and of emoji, roughly.
fn column_width(letter: char) -> usize {
    let wide = matches!(letter as u32, 0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff
        | 0xfe30..=0xfe4f | 0xff00..=0xff60 | 0x1f300..=0x1faff | 0x20000..=0x3fffd);
    if wide { 2 } else { 1 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::NodeKind;

    #[test]
    fn lines_hold_what_there_is() {
        let node = Node::new("double", "b", NodeKind::Task, 12, 3);
        assert_eq!(Label::new(&node).details, ["b · line 12"]);
        let node = node.with_priority(3).with_scope("gpu = 0");
        assert_eq!(
            Label::new(&node).details,
            ["b · line 12", "on gpu = 0 · priority 3"]
        );
        assert!(
            Label::new(&Node::new("f", "", NodeKind::Task, 0, 0))
                .details
                .is_empty()
        );
    }

    #[test]
    fn long_text_is_cut_and_put_on_one_line() {
        assert_eq!(shortened("a\n   + b"), "a + b");
        let long = shortened(&"漢".repeat(40));
        assert!(long.ends_with('…') && columns(&long) <= MOST_COLUMNS);
    }
}
