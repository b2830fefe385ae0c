//! The gate: which rows a source hands on, asked before any of their cells is.

use super::control::Control;
use super::decoder::CellEncoding;
use super::misfit::SentRow;
use super::selection::{Filter, Selector};
use super::written_keys::{KeyColumns, WrittenRows};
use crate::Result;
use arrow::datatypes::SchemaRef;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Rows between two events of progress.
const PROGRESS_ROWS: u64 = 16 * 1024;

/// The first-seen filter at the source. A source that asks it hands on all cells of the candidates, in row order, and of
/// no other row.
pub(crate) struct Gate {
    unit: u32,
    selector: Selector,
    keys: KeyColumns,
    schema: SchemaRef,
    control: Arc<Control>,
    passed: Arc<Passed>,
    told_at: u64,
}

/// What a gate has counted, and which rows the candidates at hand are.
#[derive(Debug, Default)]
pub(super) struct Passed {
    pub read: AtomicU64,
    pub candidates: AtomicU64,
    pub filter_drops: AtomicU64,
    pub null_drops: AtomicU64,
    /// Of the last chunk's candidates.
    rows: Mutex<Vec<SentRow>>,
}

impl Passed {
    /// A candidate of the last chunk; for one that isn't there yet the next row.
    pub fn row(&self, candidate: usize) -> SentRow {
        let rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        let next = SentRow {
            number: self.read.load(Ordering::Relaxed) + 1,
            id: None,
        };
        rows.get(candidate).copied().unwrap_or(next)
    }
}

impl Gate {
    pub(super) fn new(
        unit: u32,
        filter: Filter,
        schema: SchemaRef,
        control: Arc<Control>,
        (format, passed): (&dyn CellEncoding, Arc<Passed>),
    ) -> Self {
        Self {
            unit,
            keys: KeyColumns::new(format, &filter, &schema),
            selector: Selector::new(unit, filter),
            schema,
            control,
            passed,
            told_at: 0,
        }
    }

    /// Offers a chunk's rows, each once and in row order. The candidates: ascending rows of the chunk.
    pub fn select<R: WrittenRows>(&mut self, chunk: &R) -> Result<&[usize]> {
        self.control.check()?;
        let rows_before = self.passed.read.load(Ordering::Relaxed);
        let drops = self.selector.select(&self.keys.of(chunk));
        let drops = drops.map_err(|null| null.refused(&self.schema, rows_before))?;
        let candidates = self.selector.rows();
        self.passed.count(rows_before, chunk, candidates);
        add(&self.passed.filter_drops, drops.by_filter);
        add(&self.passed.null_drops, drops.by_null_key);
        self.tell();
        Ok(self.selector.rows())
    }

    fn tell(&mut self) {
        let read = self.passed.read.load(Ordering::Relaxed);
        if read - self.told_at >= PROGRESS_ROWS {
            self.told_at = read;
            let candidates = self.passed.candidates.load(Ordering::Relaxed);
            self.control.progress(self.unit, read, candidates);
        }
    }
}

impl Passed {
    fn count(&self, rows_before: u64, chunk: &impl WrittenRows, candidates: &[usize]) {
        add(&self.read, chunk.rows() as u64);
        add(&self.candidates, candidates.len() as u64);
        let mut sent = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        sent.clear();
        sent.extend(candidates.iter().map(|row| SentRow {
            number: rows_before + *row as u64 + 1,
            id: chunk.row_id(*row),
        }));
    }
}

/// One thread counts, and another at most reads.
fn add(counter: &AtomicU64, more: u64) {
    counter.fetch_add(more, Ordering::Relaxed);
}
