//! Finds the surviving rows in the candidates' record batches.

use crate::{Error, ErrorKind, Result};
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use std::ops::Range;

/// The rows of a result: the candidates, and which of them survive.
#[derive(Debug, Clone)]
pub(crate) struct Rows<'a> {
    /// Schema of every batch, and of every file.
    pub schema: SchemaRef,
    /// Candidates in unit order. A batch can be empty.
    pub batches: &'a [RecordBatch],
    /// Ascending indices into the rows of `batches`, one batch after the other.
    pub survivors: &'a [u32],
}

/// A row of one of the record batches of [`Picks`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pick {
    /// Index into [`Picks::batches`].
    pub batch: usize,
    /// Row of that batch.
    pub row: usize,
}

/// The rows of one slice, and the record batches that contain them.
#[derive(Debug, Default)]
pub(crate) struct Picks {
    /// Record batches of the result's schema.
    pub batches: Vec<RecordBatch>,
    /// The rows in the order of the slice.
    pub rows: Vec<Pick>,
}

/// Where the rows of a result come from, slice after slice.
pub(crate) trait Supply: Sync {
    /// The rows of the result.
    fn rows(&self) -> usize;

    /// The rows of a slice. Slices are asked for in order, one at a time, each once. May wait for the rows to arrive.
    fn slice(&self, rows: Range<usize>) -> Result<Picks>;
}

impl Supply for InMemory<'_> {
    fn rows(&self) -> usize {
        self.survivors.len()
    }

    fn slice(&self, rows: Range<usize>) -> Result<Picks> {
        self.locate(self.survivors.get(rows).ok_or_else(outside)?)
    }
}

/// The candidates' batches, and for each the global index of the row after its last one.
pub(crate) struct InMemory<'a> {
    batches: &'a [RecordBatch],
    survivors: &'a [u32],
    ends: Vec<usize>,
}

impl<'a> InMemory<'a> {
    pub fn new(rows: &Rows<'a>) -> Self {
        let ends = rows.batches.iter().scan(0, |end, batch| {
            *end += batch.num_rows();
            Some(*end)
        });
        Self {
            batches: rows.batches,
            survivors: rows.survivors,
            ends: ends.collect(),
        }
    }

    /// Finds the rows of `slice`, whose global row indices ascend.
    pub fn locate(&self, slice: &[u32]) -> Result<Picks> {
        let mut rows = Vec::with_capacity(slice.len());
        let first = self.batch_of(slice.first().copied().map_or(0, index));
        let mut batch = first;
        for global in slice.iter().copied().map(index) {
            batch += self
                .ends
                .iter()
                .skip(batch)
                .take_while(|end| **end <= global)
                .count();
            let place = self.place(batch, global).ok_or_else(outside)?;
            rows.push(Pick {
                batch: batch - first,
                row: place,
            });
        }
        let last = self.batches.len().min(batch + 1);
        let batches = self.batches.get(first..last).unwrap_or_default();
        Ok(Picks {
            batches: batches.to_vec(),
            rows,
        })
    }

    fn batch_of(&self, global: usize) -> usize {
        self.ends.partition_point(|end| *end <= global)
    }

    /// The row in `batch` that has this global index.
    fn place(&self, batch: usize, global: usize) -> Option<usize> {
        let end = self.ends.get(batch)?;
        let start = end - self.batches.get(batch)?.num_rows();
        (start..*end).contains(&global).then(|| global - start)
    }
}

/// Converts an index: `usize` has at least 32 bits on every platform that Arrow supports.
fn index(global: u32) -> usize {
    usize::try_from(global).unwrap_or(usize::MAX)
}

fn outside() -> Error {
    Error::new(
        ErrorKind::Bug,
        "internal error: the surviving rows don't ascend, or are beyond the candidates",
    )
}
