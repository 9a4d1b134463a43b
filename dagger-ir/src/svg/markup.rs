//! SVG elements as text.
//!
//! Everything that comes from the user's program goes through [`escaped`].

use std::fmt::{self, Write};

use crate::graph::NodeKind;

const CORNER: f64 = 7.0;
/// How far a branch's ends point out, and a loop's second box looks out.
const POINT: f64 = 9.0;
const STACK: f64 = 4.0;

/// A document being written, an element a line.
#[derive(Default)]
pub(super) struct Markup {
    text: String,
}

impl Markup {
    /// Appends elements that are escaped already.
    pub(super) fn line(&mut self, elements: fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.text, "{elements}");
    }

    /// Appends a text, whatever it says.
    pub(super) fn text(&mut self, class: &str, x: f64, y: f64, text: &str) {
        self.line(format_args!(
            "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{}</text>",
            escaped(text)
        ));
    }

    /// Appends a node's outline: a box for a task, pointed ends for a branch, a stack of two for a loop.
    pub(super) fn outline(&mut self, kind: NodeKind, width: f64, height: f64) {
        match kind {
            NodeKind::Task | NodeKind::Expression => self.rounded(0.0, width, height),
            NodeKind::Loop => {
                self.rounded(STACK, width, height);
                self.rounded(0.0, width, height);
            }
            NodeKind::Branch => {
                let (right, half) = (width - POINT, height / 2.0);
                self.line(format_args!(
                    "<path class=\"box\" d=\"M{POINT},0L{right},0L{width},{half}L{right},{height}L{POINT},{height}L0,{half}Z\"/>"
                ));
            }
        }
    }

    pub(super) fn finish(self) -> String {
        self.text
    }

    fn rounded(&mut self, at: f64, width: f64, height: f64) {
        self.line(format_args!(
            "<rect class=\"box\" x=\"{at}\" y=\"{at}\" width=\"{width}\" height=\"{height}\" rx=\"{CORNER}\"/>"
        ));
    }
}

/// The text with nothing in it that XML would take for markup, or would not take at all.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(letter),
            '\u{fffe}' | '\u{ffff}' => escaped.push(char::REPLACEMENT_CHARACTER),
            letter if letter.is_control() => escaped.push(' '),
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_gets_through() {
        assert_eq!(
            escaped("a < b && \"c\" > d\u{0}\u{ffff}é"),
            "a &lt; b &amp;&amp; &quot;c&quot; &gt; d \u{fffd}é"
        );
    }
}
