//! Aligned columns of plain text.

use std::fmt::{self, Write};

/// Spaces between two columns.
const GAP: usize = 2;

/// Rows of cells, the first of them the header.
pub(crate) struct TextTable {
    rows: Vec<Vec<String>>,
    left: Left,
}

/// Which columns are aligned left.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Left {
    First,
    FirstAndLast,
    All,
}

impl TextTable {
    /// The first column is aligned left, the others right.
    pub fn new(rows: Vec<Vec<String>>) -> Self {
        let left = Left::First;
        Self { rows, left }
    }

    /// All columns are aligned left.
    pub fn left(rows: Vec<Vec<String>>) -> Self {
        let left = Left::All;
        Self { rows, left }
    }

    /// The first and the last column are aligned left, the others right.
    pub fn left_at_ends(rows: Vec<Vec<String>>) -> Self {
        let left = Left::FirstAndLast;
        Self { rows, left }
    }

    fn widths(&self) -> Vec<usize> {
        let mut widths = Vec::new();
        for row in &self.rows {
            widths.resize(widths.len().max(row.len()), 0);
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.chars().count().max(*width);
            }
        }
        widths
    }
}

impl fmt::Display for TextTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths = self.widths();
        for row in &self.rows {
            let mut line = String::new();
            for (index, (cell, width)) in row.iter().zip(&widths).enumerate() {
                let is_left = match self.left {
                    Left::First => index == 0,
                    Left::FirstAndLast => index == 0 || index + 1 == row.len(),
                    Left::All => true,
                };
                let gap = if index == 0 { 0 } else { GAP };
                let _ = if is_left {
                    write!(line, "{:gap$}{cell:width$}", "")
                } else {
                    write!(line, "{:gap$}{cell:>width$}", "")
                };
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}
