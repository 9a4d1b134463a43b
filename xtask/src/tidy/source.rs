//! A Rust file cut into lines, each with its code and its comment apart.
//!
//! The contents of strings and of character literals are left out of the code, so that a rule about
//! `unsafe` is not misled by text that only speaks of it. This is a scanner, no parser: it knows
//! comments, literals and braces, nothing else.

/// A scanned file.
pub(super) struct Source {
    /// From the root, with `/`.
    pub(super) path: String,
    pub(super) lines: Vec<Line>,
}

/// One line of it.
#[derive(Debug, Default)]
pub(super) struct Line {
    /// The code, with empty literals and without comments.
    pub(super) code: String,
    /// The comments, with their slashes and stars.
    pub(super) comment: String,
    /// Whether it belongs to an item under `#[cfg(test)]`.
    pub(super) in_test: bool,
}

impl Source {
    pub(super) fn scan(path: &str, text: &str) -> Self {
        let mut scanner = Scanner {
            lines: vec![Line::default()],
            state: State::Code,
        };
        let characters: Vec<char> = text.chars().collect();
        let mut at = 0;
        while at < characters.len() {
            at += scanner.step(&characters, at);
        }
        let mut lines = scanner.lines;
        if lines
            .last()
            .is_some_and(|line| line.code.is_empty() && line.comment.is_empty())
        {
            lines.pop();
        }
        mark_tests(&mut lines);
        Source {
            path: path.to_owned(),
            lines,
        }
    }

    /// Numbered from 1.
    pub(super) fn numbered(&self) -> impl Iterator<Item = (usize, &Line)> {
        self.lines
            .iter()
            .enumerate()
            .map(|(index, line)| (index + 1, line))
    }
}

/// Whether `word` stands in `text` as a word of its own; where it starts.
pub(super) fn find_word(text: &str, word: &str) -> Option<usize> {
    text.match_indices(word).map(|(at, _)| at).find(|&at| {
        let is_part = |character: char| character.is_alphanumeric() || character == '_';
        !text[..at].ends_with(is_part) && !text[at + word.len()..].starts_with(is_part)
    })
}

enum State {
    Code,
    LineComment,
    BlockComment { depth: usize },
    Text,
    RawText { hashes: usize },
}

struct Scanner {
    lines: Vec<Line>,
    state: State,
}

impl Scanner {
    /// Takes in what stands at `at`; how many characters that was.
    fn step(&mut self, characters: &[char], at: usize) -> usize {
        let rest = &characters[at..];
        if rest[0] == '\n' {
            if matches!(self.state, State::LineComment) {
                self.state = State::Code;
            }
            self.lines.push(Line::default());
            return 1;
        }
        match self.state {
            State::Code => self.step_code(characters, at),
            State::LineComment => self.comment(&rest[..1]),
            State::BlockComment { depth } => self.step_block_comment(rest, depth),
            State::Text => {
                if rest[0] == '"' {
                    self.state = State::Code;
                    return self.code('"');
                }
                // A `\` before the end of the line must not swallow it.
                if rest[0] == '\\' && rest.get(1).is_some_and(|&next| next != '\n') {
                    2
                } else {
                    1
                }
            }
            State::RawText { hashes } => {
                if rest[0] == '"' && starts_with_hashes(&rest[1..], hashes) {
                    self.state = State::Code;
                    return self.code('"') + hashes;
                }
                1
            }
        }
    }

    fn step_code(&mut self, characters: &[char], at: usize) -> usize {
        let rest = &characters[at..];
        match (rest[0], rest.get(1)) {
            ('/', Some('/')) => {
                self.state = State::LineComment;
                self.comment(&rest[..2])
            }
            ('/', Some('*')) => {
                self.state = State::BlockComment { depth: 1 };
                self.comment(&rest[..2])
            }
            ('"', _) => {
                self.state = State::Text;
                self.code('"')
            }
            ('r', Some('"' | '#')) if starts_literal(characters, at) => {
                let hashes = rest[1..].iter().take_while(|&&next| next == '#').count();
                if rest.get(1 + hashes) == Some(&'"') {
                    self.state = State::RawText { hashes };
                    return self.code('"') + 1 + hashes;
                }
                self.code('r')
            }
            ('\'', _) => match character_literal(rest) {
                Some(length) => {
                    self.code('\'');
                    self.code('\'');
                    length
                }
                None => self.code('\''),
            },
            (other, _) => self.code(other),
        }
    }

    fn step_block_comment(&mut self, rest: &[char], depth: usize) -> usize {
        let depth = match (rest[0], rest.get(1)) {
            ('*', Some('/')) => depth - 1,
            ('/', Some('*')) => depth + 1,
            _ => return self.comment(&rest[..1]),
        };
        self.state = if depth == 0 {
            State::Code
        } else {
            State::BlockComment { depth }
        };
        self.comment(&rest[..2])
    }

    fn code(&mut self, character: char) -> usize {
        self.line().code.push(character);
        1
    }

    fn comment(&mut self, text: &[char]) -> usize {
        self.line().comment.extend(text);
        text.len()
    }

    fn line(&mut self) -> &mut Line {
        if self.lines.is_empty() {
            self.lines.push(Line::default());
        }
        let last = self.lines.len() - 1;
        &mut self.lines[last]
    }
}

/// Whether the `r` at `at` opens a raw string rather than ending a name; `br` and `cr` do too.
fn starts_literal(characters: &[char], at: usize) -> bool {
    let is_part = |index: usize| characters[index].is_alphanumeric() || characters[index] == '_';
    match at {
        0 => true,
        _ if !is_part(at - 1) => true,
        _ => matches!(characters[at - 1], 'b' | 'c') && (at == 1 || !is_part(at - 2)),
    }
}

fn starts_with_hashes(rest: &[char], hashes: usize) -> bool {
    rest.len() >= hashes && rest[..hashes].iter().all(|&next| next == '#')
}

/// The length of the literal at the start of `rest`; `None` for a lifetime.
fn character_literal(rest: &[char]) -> Option<usize> {
    match (rest.get(1)?, rest.get(2)) {
        // The escaped character itself may be a quote.
        ('\\', _) => rest
            .iter()
            .skip(3)
            .position(|&next| next == '\'')
            .map(|at| at + 4),
        (_, Some('\'')) => Some(3),
        _ => None,
    }
}

/// Marks the item behind each `#[cfg(test)]`, to its closing brace or semicolon.
fn mark_tests(lines: &mut [Line]) {
    let mut depth = 0usize;
    let mut inside = false;
    for line in lines {
        if !inside && (line.code.contains("#[cfg(test)]") || line.code.contains("#[cfg(all(test")) {
            inside = true;
            depth = 0;
        }
        line.in_test = inside;
        if !inside {
            continue;
        }
        for character in line.code.chars() {
            match character {
                '{' => depth += 1,
                '}' => depth = depth.saturating_sub(1),
                ';' => {}
                _ => continue,
            }
            if depth == 0 && character != '{' {
                inside = false;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str) -> Vec<String> {
        Source::scan("a.rs", text)
            .lines
            .into_iter()
            .map(|line| line.code)
            .collect()
    }

    #[test]
    fn comments_and_code_are_apart() {
        let source = Source::scan("a.rs", "let a = 1; // why\n/* b /* c */\nd */ e\n/// docs");
        let lines: Vec<(&str, &str)> = source
            .lines
            .iter()
            .map(|line| (line.code.as_str(), line.comment.as_str()))
            .collect();
        assert_eq!(
            lines,
            [
                ("let a = 1; ", "// why"),
                ("", "/* b /* c */"),
                (" e", "d */"),
                ("", "/// docs")
            ]
        );
    }

    #[test]
    fn literals_are_emptied() {
        assert_eq!(
            codes(r#"f("unsafe { \" // no", 'x', '\'', b"//", 'a: loop {})"#),
            [r#"f("", '', '', b"", 'a: loop {})"#]
        );
        assert_eq!(
            codes("f(r\"\\\", r#\"a \" // b\"#, br\"//\", r#type)"),
            ["f(\"\", \"\", b\"\", r#type)"]
        );
        assert_eq!(codes("\"a\n// in text\nb\" // out"), ["\"", "", "\" "]);
        assert_eq!(codes("\"a \\\n b\"; c"), ["\"", "\"; c"]);
        assert_eq!(
            codes("fn f<'a>(x: &'a str) -> Vec<'a>"),
            ["fn f<'a>(x: &'a str) -> Vec<'a>"]
        );
    }

    #[test]
    fn test_items_are_marked() {
        let text = "fn a() {}\n#[cfg(test)]\nmod tests {\n fn b() { c; }\n}\nfn d() {}\n#[cfg(test)]\nuse e;\nfn f() {}\n";
        let marks: Vec<bool> = Source::scan("a.rs", text)
            .lines
            .iter()
            .map(|line| line.in_test)
            .collect();
        assert_eq!(
            marks,
            [false, true, true, true, true, false, true, true, false]
        );
    }

    #[test]
    fn words_are_whole() {
        assert_eq!(find_word("not_unsafe unsafe", "unsafe"), Some(11));
        assert_eq!(find_word("unsafely", "unsafe"), None);
    }
}
