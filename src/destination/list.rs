//! A growing column of lists: the elements of all lists, and where each list ends.

use super::column::{Column, taken_offsets};
use super::decoder::{Decoder, ReadElements};
use super::fit::{Fit, Misfit};
use crate::arrow_type::is_dated;
use arrow::array::ArrayData;
use arrow::buffer::Buffer;
use arrow::datatypes::DataType;
use arrow::error::ArrowError;
use std::ops::Range;

/// Lists under construction.
pub(super) struct List {
    /// The elements of all lists, one after the other.
    elements: Column,
    /// Arrow's offsets: 0, then the end of each list.
    offsets: Vec<i32>,
    /// Whether invalid dates become NULL elements.
    nulls_dates: bool,
    /// How many did in the last list.
    nulled: usize,
}

impl List {
    pub fn new(element: &DataType) -> Self {
        Self {
            elements: Column::new(element),
            offsets: vec![0],
            nulls_dates: false,
            nulled: 0,
        }
    }

    /// From now on, invalid dates become NULL elements.
    pub fn null_invalid_dates(&mut self) {
        self.nulls_dates = is_dated(self.elements.data_type());
    }

    /// How many invalid dates became NULL elements of the last list. The count is reset.
    pub fn take_nulled(&mut self) -> usize {
        std::mem::take(&mut self.nulled)
    }

    /// Bytes of the elements and the offsets: never less than the number of elements.
    pub fn value_bytes(&self) -> usize {
        self.elements.value_bytes() + self.offsets.len() * size_of::<i32>()
    }

    pub fn truncate(&mut self, lists: usize) {
        self.offsets.truncate(lists + 1);
        self.elements.truncate(self.end());
    }

    pub fn push_empty(&mut self) {
        self.offsets.push(self.offsets.last().copied().unwrap_or(0));
    }

    /// Puts a list, or says why it doesn't fit and leaves the column unchanged.
    pub fn push(&mut self, read: ReadElements, decoder: &Decoder, array: &[u8]) -> Fit<()> {
        self.nulled = 0;
        let pushed = read(array, &mut |element| self.push_element(decoder, element));
        let end =
            pushed.and_then(|()| i32::try_from(self.elements.len()).map_err(|_| Misfit::Inexact));
        if let Ok(end) = end {
            self.offsets.push(end);
        } else {
            self.nulled = 0;
            self.elements.truncate(self.end());
        }
        end.map(drop)
    }

    fn push_element(&mut self, decoder: &Decoder, element: Option<&[u8]>) -> Fit<()> {
        let pushed = element.map(|element| self.elements.push(decoder, element));
        match pushed {
            None => self.elements.push_null(),
            Some(Err(Misfit::NoDate)) if self.nulls_dates => {
                self.nulled += 1;
                self.elements.push_null();
            }
            Some(pushed) => pushed?,
        }
        Ok(())
    }

    /// Appends the given lists of a column of the same type.
    pub fn extend_from(&mut self, other: &Self, lists: &[usize]) {
        let mut elements = Vec::new();
        for list in lists {
            elements.extend(other.range(*list));
            let end = self.elements.len() + elements.len();
            // The writer finishes its batch before a column exceeds 2 GiB, and every element takes at least a byte.
            self.offsets.push(i32::try_from(end).unwrap_or(i32::MAX));
        }
        self.elements.extend_from(&other.elements, &elements);
    }

    fn range(&self, list: usize) -> Range<usize> {
        at(&self.offsets, list)..at(&self.offsets, list + 1)
    }

    /// Where the last list ends.
    fn end(&self) -> usize {
        at(&self.offsets, self.offsets.len().saturating_sub(1))
    }

    pub fn take_offsets(&mut self) -> Buffer {
        taken_offsets(&mut self.offsets)
    }

    /// Takes the elements as an array.
    pub fn finish_elements(&mut self) -> Result<ArrayData, ArrowError> {
        Ok(self.elements.finish()?.to_data())
    }
}

/// Offsets are lengths that fit an `i32` when they were pushed.
fn at(offsets: &[i32], index: usize) -> usize {
    offsets[index].cast_unsigned() as usize
}
