//! Bars on a stream that is not a terminal, for `--progress always`. The reader is assumed to understand ANSI sequences.

use super::Log;
use indicatif::TermLike;
use std::io;

/// Width unless `COLUMNS` gives another one.
const DEFAULT_COLUMNS: u16 = 80;

/// A screen of which only the stream is known.
#[derive(Debug)]
pub(super) struct Screen {
    log: Log,
    columns: u16,
}

impl Screen {
    pub(super) fn new(log: Log) -> Self {
        let columns = std::env::var("COLUMNS")
            .ok()
            .and_then(|columns| columns.parse().ok());
        Self {
            log,
            columns: columns
                .filter(|columns| *columns > 0)
                .unwrap_or(DEFAULT_COLUMNS),
        }
    }

    /// Writes `ESC [ cells letter`, or nothing for 0, which a terminal takes as 1.
    fn move_cursor(&self, cells: usize, letter: char) {
        if cells > 0 {
            self.log.write(&format!("\x1b[{cells}{letter}"));
        }
    }
}

impl TermLike for Screen {
    fn width(&self) -> u16 {
        self.columns
    }

    fn move_cursor_up(&self, n: usize) -> io::Result<()> {
        self.move_cursor(n, 'A');
        Ok(())
    }

    fn move_cursor_down(&self, n: usize) -> io::Result<()> {
        self.move_cursor(n, 'B');
        Ok(())
    }

    fn move_cursor_right(&self, n: usize) -> io::Result<()> {
        self.move_cursor(n, 'C');
        Ok(())
    }

    fn move_cursor_left(&self, n: usize) -> io::Result<()> {
        self.move_cursor(n, 'D');
        Ok(())
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.log.write(&format!("{text}\n"));
        Ok(())
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.log.write(text);
        Ok(())
    }

    fn clear_line(&self) -> io::Result<()> {
        self.log.write("\r\x1b[2K");
        Ok(())
    }

    fn flush(&self) -> io::Result<()> {
        Ok(())
    }
}
