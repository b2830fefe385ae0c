//! Rows of a stock source, staged until their keys are looked up together.

use super::UnitRows;
use super::column::Column;
use super::misfit::MisfitAt;
use super::selection::{Filter, Selector};
use super::writer::{bytes, columns};
use crate::Result;
use arrow::datatypes::SchemaRef;
use std::sync::Arc;

/// Rows that are staged before their keys are looked up together.
const STAGED_ROWS: usize = 256;
/// Bytes at which staged rows are looked up early: cells may be large.
const STAGED_BYTES: usize = 1 << 20;

pub(super) struct Staging {
    schema: SchemaRef,
    selector: Selector,
    pub columns: Vec<Column>,
    /// Of the staged rows, candidates or not; `candidate` is the index among the staged rows.
    pub misfits: Vec<MisfitAt>,
    /// Of the staged rows, candidates or not: the row, the column, and how many values of it are NULL.
    pub nulled: Vec<(u64, usize, usize)>,
    /// Rows whose keys were looked up.
    pub rows_before: u64,
}

impl Staging {
    pub fn new(unit: u32, schema: &SchemaRef, filter: Filter) -> Self {
        Self {
            columns: columns(schema, filter.invalid_dates),
            selector: Selector::new(unit, filter),
            schema: Arc::clone(schema),
            misfits: Vec::new(),
            nulled: Vec::new(),
            rows_before: 0,
        }
    }

    fn len(&self) -> usize {
        // The last column gets its cell of a row last.
        self.columns.last().map_or(0, Column::len)
    }

    pub fn is_full(&self) -> bool {
        self.len() >= STAGED_ROWS || bytes(&self.columns) >= STAGED_BYTES
    }

    /// The row that is being put together, as the database sent it, from 1.
    pub fn row(&self) -> u64 {
        self.rows_before + self.len() as u64 + 1
    }

    /// Selects the candidates, and counts what becomes of the staged rows.
    pub fn select(&mut self, rows: &mut UnitRows) -> Result<()> {
        let drops = self.selector.select(&self.columns[..]);
        let drops = drops.map_err(|null| null.refused(&self.schema, self.rows_before))?;
        let candidate = |row: u64| {
            let staged = row - self.rows_before - 1;
            let place = |row: &usize| (*row as u64).cmp(&staged);
            let candidate = self.selector.rows().binary_search_by(place).ok()?;
            Some(rows.candidates + candidate as u64)
        };
        for misfit in self.misfits.drain(..) {
            if let Some(candidate) = candidate(misfit.row.number) {
                rows.misfits.push(MisfitAt {
                    candidate,
                    ..misfit
                });
            }
        }
        for (row, column, values) in self.nulled.drain(..) {
            if let Some(candidate) = candidate(row) {
                rows.nulled.add(column, candidate, values);
            }
        }
        rows.filter_drops += drops.by_filter;
        rows.null_drops += drops.by_null_key;
        rows.candidates += self.selector.rows().len() as u64;
        self.rows_before += self.len() as u64;
        Ok(())
    }

    /// Moves the candidates that were selected last, and forgets the other rows.
    pub fn keep_candidates(&mut self, kept: &mut [Column]) {
        for (kept, staged) in kept.iter_mut().zip(&mut self.columns) {
            kept.extend_from(staged, self.selector.rows());
            staged.clear();
        }
    }
}
