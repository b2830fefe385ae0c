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
    /// Schema of every batch, and of every file.
    fn schema(&self) -> &SchemaRef;

    /// The rows of the result.
    fn rows(&self) -> usize;

    /// The rows of a slice. Slices are asked for in order, one at a time, each once. May wait for the rows to arrive.
    fn slice(&self, rows: Range<usize>) -> Result<Picks>;
}

impl Supply for InMemory<'_> {
    fn schema(&self) -> &SchemaRef {
        self.schema
    }

    fn rows(&self) -> usize {
        self.survivors.len()
    }

    fn slice(&self, rows: Range<usize>) -> Result<Picks> {
        self.locate(self.survivors.get(rows).ok_or_else(outside)?)
    }
}

/// Where record batches that follow each other end: for each, the index of the row after its last one.
pub(crate) struct Ends(Vec<usize>);

impl Ends {
    pub fn of(batches: &[RecordBatch]) -> Self {
        let ends = batches.iter().scan(0, |end, batch| {
            *end += batch.num_rows();
            Some(*end)
        });
        Self(ends.collect())
    }

    /// The rows of all batches.
    pub fn rows(&self) -> usize {
        self.0.last().copied().unwrap_or(0)
    }

    /// The row that has this index.
    pub fn pick(&self, index: usize) -> Option<Pick> {
        self.pick_in(self.batch_of(index), index)
    }

    /// The row that has this index, if it is in this batch.
    fn pick_in(&self, batch: usize, index: usize) -> Option<Pick> {
        let start = batch
            .checked_sub(1)
            .map_or(Some(0), |before| self.0.get(before).copied())?;
        let end = *self.0.get(batch)?;
        let row = index.checked_sub(start).filter(|_| index < end)?;
        Some(Pick { batch, row })
    }

    fn batch_of(&self, index: usize) -> usize {
        self.0.partition_point(|end| *end <= index)
    }

    /// The same, searched from a batch that isn't far before it.
    fn batch_after(&self, batch: usize, index: usize) -> usize {
        let ends = self.0.iter().skip(batch);
        batch + ends.take_while(|end| **end <= index).count()
    }
}

/// The candidates' batches, which are all in memory.
pub(crate) struct InMemory<'a> {
    schema: &'a SchemaRef,
    batches: &'a [RecordBatch],
    survivors: &'a [u32],
    ends: Ends,
}

impl<'a> InMemory<'a> {
    pub fn new(rows: &'a Rows<'a>) -> Self {
        Self {
            schema: &rows.schema,
            batches: rows.batches,
            survivors: rows.survivors,
            ends: Ends::of(rows.batches),
        }
    }

    /// Finds the rows of `slice`, whose global row indices ascend.
    pub fn locate(&self, slice: &[u32]) -> Result<Picks> {
        let mut rows = Vec::with_capacity(slice.len());
        let first = self.ends.batch_of(slice.first().copied().map_or(0, index));
        let mut batch = first;
        for global in slice.iter().copied().map(index) {
            batch = self.ends.batch_after(batch, global);
            let pick = self.ends.pick_in(batch, global).ok_or_else(outside)?;
            rows.push(Pick {
                batch: batch - first,
                row: pick.row,
            });
        }
        let last = self.batches.len().min(batch + 1);
        let batches = self.batches.get(first..last).unwrap_or_default();
        Ok(Picks {
            batches: batches.to_vec(),
            rows,
        })
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
