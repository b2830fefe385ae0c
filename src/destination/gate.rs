//! The gate: decides which rows a source passes on, before it passes on any of their cells.

use super::control::Control;
use super::decoder::CellEncoding;
use super::misfit::SentRow;
use super::selection::{Filter, Selector};
use super::written_keys::{KeyColumns, WrittenRows};
use crate::Result;
use crate::distinct::KeyTag;
use arrow::datatypes::SchemaRef;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Rows between two progress events.
const PROGRESS_ROWS: u64 = 16 * 1024;

/// The first-seen filter at the source. A source that asks it passes on all cells of the candidates in row order, and no
/// cells of other rows.
pub(crate) struct Gate {
    unit: u32,
    selector: Selector,
    keys: KeyColumns,
    schema: SchemaRef,
    control: Arc<Control>,
    passed: Arc<Passed>,
    reported_at: u64,
}

/// A gate's counts, and which rows the current candidates are.
#[derive(Debug, Default)]
pub(super) struct Passed {
    pub read: AtomicU64,
    pub candidates: AtomicU64,
    pub filter_drops: AtomicU64,
    pub null_drops: AtomicU64,
    /// The last chunk's candidates.
    rows: Mutex<Vec<SentRow>>,
    /// How the filter finds their keys again; empty if no unit can overtake this one.
    tags: Mutex<Vec<KeyTag>>,
}

impl Passed {
    /// A candidate of the last chunk, or the next row if there is no such candidate yet.
    pub fn row(&self, candidate: usize) -> SentRow {
        let rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        let next = SentRow {
            number: self.read.load(Ordering::Relaxed) + 1,
            id: None,
        };
        rows.get(candidate).copied().unwrap_or(next)
    }

    /// Moves the last chunk's tags to those of the chunks before it.
    pub fn move_tags(&self, to: &mut Vec<KeyTag>) {
        let mut tags = self.tags.lock().unwrap_or_else(PoisonError::into_inner);
        to.append(&mut tags);
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
            reported_at: 0,
        }
    }

    /// Offers a chunk's rows to the filter, each once and in row order. Returns the candidates: ascending rows of the chunk.
    pub fn select<R: WrittenRows>(&mut self, chunk: &R) -> Result<&[usize]> {
        self.control.check()?;
        let rows_before = self.passed.read.load(Ordering::Relaxed);
        let drops = self.selector.select(&self.keys.of(chunk));
        let drops = drops.map_err(|null| null.refused(&self.schema, rows_before))?;
        let candidates = self.selector.rows();
        self.passed.count(rows_before, chunk, candidates);
        self.passed.note_tags(self.selector.tags());
        add(&self.passed.filter_drops, drops.by_filter);
        add(&self.passed.null_drops, drops.by_null_key);
        self.report_progress();
        Ok(self.selector.rows())
    }

    fn report_progress(&mut self) {
        let read = self.passed.read.load(Ordering::Relaxed);
        if read - self.reported_at >= PROGRESS_ROWS {
            self.reported_at = read;
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

    fn note_tags(&self, tags: &[KeyTag]) {
        if tags.is_empty() {
            return;
        }
        let mut noted = self.tags.lock().unwrap_or_else(PoisonError::into_inner);
        noted.extend_from_slice(tags);
    }
}

/// Only one thread writes a counter; another one may read it.
fn add(counter: &AtomicU64, more: u64) {
    counter.fetch_add(more, Ordering::Relaxed);
}
