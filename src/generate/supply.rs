//! The rows of one table on their way into a database, with progress reports and interrupts.

use super::content::{Column, Table};
use super::row::Row;
use crate::{Error, ErrorKind, Interrupt, Result};

/// Rows between two progress reports and two checks for an interrupt: some milliseconds of work.
const REPORT_ROWS: u64 = 8192;
/// Size at which a piece of text is sent: at most a few hundred rows, so that an interrupt is noticed soon.
const PIECE_BYTES: usize = 1 << 16;

/// Receives the progress of `generate` and can stop it. It is called every few thousand rows, by one thread at a time.
pub trait Observer: Sync {
    /// Called when this many of the table's rows have been passed to the database.
    fn on_progress(&self, table: &str, rows_done: u64, rows_total: u64);

    /// Returns the interrupt that asks to stop, if there is one.
    fn interrupt(&self) -> Option<Interrupt>;
}

/// One table's rows, and the observer of their progress.
#[derive(Clone, Copy)]
pub(super) struct Supply<'a> {
    pub(super) columns: &'a [Column],
    pub(super) table: &'a Table,
    pub(super) observer: &'a dyn Observer,
}

/// A function that writes a row as text.
pub(super) type WriteRow = fn(&Row, &mut Vec<u8>);

impl Supply<'_> {
    /// Passes every row to `take`, in order.
    pub(super) fn rows(&self, mut take: impl FnMut(&Row) -> Result<()>) -> Result<()> {
        let total = self.table.counts.rows;
        let report = |done| self.observer.on_progress(self.table.name(), done, total);
        let mut row = Row::default();
        for done in 0..total {
            if done.is_multiple_of(REPORT_ROWS) {
                self.stop_if_asked()?;
                report(done);
            }
            row.clear();
            (self.table.write_cells)(done, &mut row);
            take(&row)?;
        }
        report(total);
        Ok(())
    }

    /// Passes every row as text to `send`, in order, in pieces that end with a row.
    pub(super) fn pieces(
        &self,
        write: WriteRow,
        mut send: impl FnMut(Vec<u8>) -> Result<()>,
    ) -> Result<()> {
        let mut piece = Vec::new();
        self.rows(|row| {
            write(row, &mut piece);
            if piece.len() < PIECE_BYTES {
                return Ok(());
            }
            send(std::mem::take(&mut piece))
        })?;
        if piece.is_empty() {
            Ok(())
        } else {
            send(piece)
        }
    }

    fn stop_if_asked(&self) -> Result<()> {
        match self.observer.interrupt() {
            None => Ok(()),
            Some(interrupt) => {
                let kind = ErrorKind::Interrupted(interrupt);
                Err(Error::new(kind, "interrupted"))
            }
        }
    }
}
