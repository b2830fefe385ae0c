//! Aligned columns of plain text.

use std::fmt;

/// Spaces between two columns.
const GAP: usize = 2;

/// Rows of cells, the first of them the header. The first column is aligned left, the others right.
pub(super) struct TextTable(pub Vec<Vec<String>>);

impl TextTable {
    fn widths(&self) -> Vec<usize> {
        let mut widths = Vec::new();
        for row in &self.0 {
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
        for row in &self.0 {
            for (index, (cell, width)) in row.iter().zip(&widths).enumerate() {
                if index == 0 {
                    write!(f, "{cell:width$}")?;
                } else {
                    write!(f, "{:GAP$}{cell:>width$}", "")?;
                }
            }
            writeln!(f)?;
        }
        Ok(())
    }
}
