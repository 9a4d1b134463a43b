//! Stderr, as a terminal or not.

use super::Show;
use std::io::{IsTerminal, Write, stderr};

/// Shows progress on stderr. Errors are ignored: a closed stderr must not disturb the run.
pub(in crate::observe) struct Screen {
    is_terminal: bool,
}

impl Screen {
    pub(in crate::observe) fn new() -> Screen {
        Screen {
            is_terminal: stderr().is_terminal(),
        }
    }
}

impl Show for Screen {
    fn columns(&self) -> Option<usize> {
        self.is_terminal.then(|| terminal_columns().unwrap_or(80))
    }

    fn rewrite(&mut self, line: &str) {
        // One write, so that nothing comes between clearing and writing.
        let _ = stderr().write_all(format!("\r\x1b[2K{line}").as_bytes());
    }

    fn clear(&mut self) {
        let _ = stderr().write_all(b"\r\x1b[2K");
    }

    fn print(&mut self, line: &str) {
        let _ = stderr().write_all(format!("{line}\n").as_bytes());
    }
}

#[cfg(unix)]
fn terminal_columns() -> Option<usize> {
    let mut size = libc::winsize {
        ws_row: 0,
        ws_col: 0,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    // SAFETY: TIOCGWINSZ writes one `winsize` to the address given, which is a live local of that type.
    let result = unsafe { libc::ioctl(libc::STDERR_FILENO, libc::TIOCGWINSZ, &raw mut size) };
    (result == 0 && size.ws_col > 0).then_some(usize::from(size.ws_col))
}

#[cfg(not(unix))]
fn terminal_columns() -> Option<usize> {
    None
}
