//! Gathers lists.

use super::{Parts, gather, offsets, unfit};
use crate::Result;
use crate::batch::locate::Pick;
use arrow::array::{ArrayRef, ListArray};
use arrow::datatypes::FieldRef;
use std::ops::Range;
use std::sync::Arc;

/// Gathers lists with this element type. A null list gets no elements, even if there are some in its slot.
pub(super) fn lists(element: &FieldRef, parts: &Parts<'_, ListArray>) -> Result<ArrayRef> {
    let length = |cell: Option<(&ListArray, usize)>| match cell {
        Some((part, row)) => range(part, row).len(),
        None => 0,
    };
    // Counted first, so that too many are not gathered.
    let offsets = offsets(parts.cells().map(length), "list elements")?;
    let picks = parts.cells().zip(parts.rows).flat_map(|(cell, pick)| {
        let rows = cell.map_or(0..0, |(part, row)| range(part, row));
        rows.map(|row| Pick {
            batch: pick.batch,
            row,
        })
    });
    let picks: Vec<Pick> = picks.collect();
    let elements: Vec<&ArrayRef> = parts.arrays.iter().map(|part| part.values()).collect();
    let values = gather(element.data_type(), &elements, &picks)?;
    ListArray::try_new(Arc::clone(element), offsets, values, parts.nulls())
        .map(|array| Arc::new(array) as ArrayRef)
        .map_err(unfit)
}

/// The range of the list's elements among those of all lists.
fn range(part: &ListArray, row: usize) -> Range<usize> {
    let ends = part.value_offsets();
    let at = |index: usize| super::length(ends[index]);
    at(row)..at(row + 1)
}
