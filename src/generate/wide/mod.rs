//! The wide tables: five tables of 42 columns, about 1 KB a row, of which a chosen share of the rows has a new key.
//!
//! In: a scale, the share and a seed. Out: tables whose rows are computed on demand. A row's other cells depend on its position
//! alone, so rows with the same key differ.

mod cells;
mod columns;
mod shapes;
mod text;
mod urn;
mod values;
mod words;

use super::calendar::Calendar;
use super::content::{Column, Content, Table};
use super::dice::Dice;
use super::draw::Draw;
use super::row::{Row, digits};
use super::scale::Scale;
use super::shape::TableShape;
use super::survivors::Survivors;
use crate::Result;
use cells::Cells;
use columns::OTHERS;
use std::sync::Arc;

const ID: Column = Column::new("ID", "INTEGER PRIMARY KEY");
const KEY: Column = Column::new("HASHIDV", "CHAR(64)");

/// The five tables.
pub(super) fn content(scale: Scale, survivors: Survivors, seed: u64) -> Result<Content> {
    let others = OTHERS.iter().map(|other| other.column);
    let calendar = Arc::new(Calendar::new());
    let shapes = shapes::shapes(scale, survivors)?;
    let table = |shape| table(shape, &calendar, seed);
    Ok(Content {
        columns: [ID, KEY].into_iter().chain(others).collect(),
        tables: shapes.iter().map(table).collect(),
    })
}

fn table(shape: &TableShape, calendar: &Arc<Calendar>, seed: u64) -> Table {
    let draw = Draw::new(shape, seed);
    let keys = [Dice::new(seed, "keys"), Dice::new(seed, "keys' ends")];
    let calendar = Arc::clone(calendar);
    let others: Vec<Cells> = OTHERS
        .iter()
        .map(|other| Cells::new(other, shape.name, seed))
        .collect();
    Table {
        counts: shape.counts(),
        write_cells: Box::new(move |position, row| {
            row.push((position + 1).to_string());
            push_key(keys, draw.entry(position), row);
            for cells in &others {
                cells.push(position, calendar.days(), row);
            }
        }),
    }
}

/// 64 hexadecimal digits, as of a SHA-256.
fn push_key(keys: [Dice; 2], entry: u64, row: &mut Row) {
    row.push_with(|text| {
        for dice in keys {
            text.extend_from_slice(&digits(dice.wide_roll(entry)));
        }
    });
}

#[cfg(test)]
mod tests;
