//! A growing column of lists: PostgreSQL's arrays of one dimension, as text or in its binary format.
//!
//! Only what one list of Arrow tells exactly gets in: no arrays of several dimensions, none whose subscripts begin
//! elsewhere than at 1.

mod binary;
mod element;
mod literal;

use super::carrier::Carried;
use super::column::{Column, taken_offsets};
use super::convert::{Misfit, is_dated};
use arrow::array::ArrayData;
use arrow::buffer::Buffer;
use arrow::datatypes::DataType;
use arrow::error::ArrowError;
use binary::BinaryArray;
use literal::Literal;
use std::ops::Range;

/// Lists under construction.
pub(super) struct List {
    /// The elements of all lists, one after the other.
    elements: Column,
    /// Arrow's offsets: 0, and where each list ends.
    offsets: Vec<i32>,
    /// Whether an element that no calendar has is NULL.
    nulls_dates: bool,
    /// Such elements of the last list.
    nulled: usize,
}

/// An element on its way.
#[derive(Clone, Copy)]
enum Element<'a> {
    Null,
    Value(&'a [u8]),
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

    /// From now on, dates that no calendar has are NULL elements.
    pub fn null_invalid_dates(&mut self) {
        self.nulls_dates = is_dated(self.elements.data_type());
    }

    /// How many elements of the last list no calendar has. They are told once.
    pub fn take_nulled(&mut self) -> usize {
        std::mem::take(&mut self.nulled)
    }

    /// Bytes of the elements and the offsets: never fewer than the elements are.
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

    /// Puts a list, or says why it doesn't fit; then nothing has changed.
    pub fn push(&mut self, array: Carried<'_>) -> Result<(), Misfit> {
        self.nulled = 0;
        let pushed = match array {
            Carried::Text(literal) => self.push_literal(literal.as_bytes()),
            Carried::Written(literal) => self.push_literal(literal),
            Carried::Binary(array) => self.push_binary(array),
            _ => Err(Misfit::OtherType),
        };
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

    fn push_literal(&mut self, text: &[u8]) -> Result<(), Misfit> {
        let mut literal = Literal::begin(text)?;
        while let Some(element) = literal.next()? {
            self.push_element(element, element::push_written)?;
        }
        Ok(())
    }

    fn push_binary(&mut self, bytes: &[u8]) -> Result<(), Misfit> {
        let mut array = BinaryArray::begin(bytes)?;
        while let Some(element) = array.next()? {
            self.push_element(element, |column, bytes| column.push(Carried::Binary(bytes)))?;
        }
        Ok(())
    }

    fn push_element(
        &mut self,
        element: Element<'_>,
        push: fn(&mut Column, &[u8]) -> Result<(), Misfit>,
    ) -> Result<(), Misfit> {
        let is_null = match element {
            Element::Null => true,
            Element::Value(bytes) => match push(&mut self.elements, bytes) {
                Err(Misfit::NoDate) if self.nulls_dates => {
                    self.nulled += 1;
                    true
                }
                pushed => {
                    pushed?;
                    false
                }
            },
        };
        if is_null {
            self.elements.push_null();
        }
        Ok(())
    }

    /// Appends the given lists of a column of the same type.
    pub fn extend_from(&mut self, other: &Self, lists: &[usize]) {
        let mut elements = Vec::new();
        for list in lists {
            elements.extend(other.range(*list));
            let end = self.elements.len() + elements.len();
            // The writer finishes its batch before a column could pass 2 GiB, and no element is less than a byte.
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

    /// The array of the elements, which are gone afterwards.
    pub fn finish_elements(&mut self) -> Result<ArrayData, ArrowError> {
        Ok(self.elements.finish()?.to_data())
    }
}

/// Offsets are lengths that fitted an `i32` when they were pushed.
fn at(offsets: &[i32], index: usize) -> usize {
    offsets[index].cast_unsigned() as usize
}

#[cfg(test)]
mod tests;
