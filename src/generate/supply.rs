//! The rows of one table on their way into a database, with progress reports and interrupts.

use super::population::Population;
use super::row::Row;
use super::shape::TableShape;
use crate::{Error, ErrorKind, Interrupt, Result};

/// Rows between two progress reports and two checks for an interrupt: a few milliseconds of work.
const REPORT_ROWS: u64 = 8192;
/// Size at which a piece of text is sent: a few hundred rows, so that an interrupt is noticed soon.
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
    pub(super) population: &'a Population<'a>,
    pub(super) table: &'a TableShape,
    pub(super) with_key: bool,
    pub(super) observer: &'a dyn Observer,
}

/// A function that writes a row as text.
pub(super) type WriteRow = fn(&Row<'_>, bool, &mut Vec<u8>);

impl Supply<'_> {
    /// Passes every row to `take`, in order.
    pub(super) fn rows(&self, mut take: impl FnMut(&Row<'_>) -> Result<()>) -> Result<()> {
        let report = |done| {
            self.observer
                .on_progress(self.table.name, done, self.table.rows);
        };
        for row in self.population.rows(self.table) {
            let done = row.seq - 1;
            if done.is_multiple_of(REPORT_ROWS) {
                self.stop_if_asked()?;
                report(done);
            }
            take(&row)?;
        }
        report(self.table.rows);
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
            write(row, self.with_key, &mut piece);
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
