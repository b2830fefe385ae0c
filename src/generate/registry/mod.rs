//! The article's tables: a register of persons, with one table for each year.
//!
//! In: a scale, a number of persons and a seed. Out: thirteen tables whose rows are computed on demand.

mod population;
mod shape;

use super::content::{Column, Content, Table};
use super::draw::Draw;
use super::scale::Scale;
use super::shape::TableShape;
use crate::Result;
use population::Population;
use shape::Shape;
use std::sync::Arc;

/// The columns, without the key.
const COLUMNS: [Column; 4] = [
    Column::new("ID", "CHAR(32)"),
    Column::new("ID_BIRTHDAY", "DATE"),
    Column::new("ID_SEX", "CHAR(1)"),
    Column::new("HASHIDV", "CHAR(32)"),
];
/// The key column of `--with-key`. SQLite uses a column of exactly this type as its rowid.
const KEY_COLUMN: Column = Column::new("SEQ", "INTEGER PRIMARY KEY");

/// The thirteen tables.
pub(super) fn content(
    scale: Scale,
    persons: Option<u64>,
    with_key: bool,
    seed: u64,
) -> Result<Content> {
    let shape = Shape::new(scale, persons)?;
    let population = Arc::new(Population::new(&shape, seed));
    let key_column = with_key.then_some(KEY_COLUMN);
    let table = |shape: &TableShape| table(shape, &population, with_key, seed);
    Ok(Content {
        columns: key_column.into_iter().chain(COLUMNS).collect(),
        tables: shape.tables().map(table).collect(),
    })
}

fn table(shape: &TableShape, population: &Arc<Population>, with_key: bool, seed: u64) -> Table {
    let draw = Draw::new(shape, seed);
    let (population, slips) = (Arc::clone(population), population.slips(shape.name));
    Table {
        counts: shape.counts(),
        write_cells: Box::new(move |position, row| {
            if with_key {
                row.push((position + 1).to_string());
            }
            population.write(draw.entry(position), slips.at(position), row);
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::super::row::Row;
    use super::*;
    use shape::ARTICLE_PERSONS;
    use std::collections::HashSet;

    /// `HASHIDV`.
    fn key(row: &Row) -> Vec<u8> {
        row.cells().nth(3).flatten().expect("a key").to_vec()
    }

    #[test]
    fn full_size_has_the_articles_counts() {
        let content = content(Scale::ONE, None, false, 1).expect("tables");
        let mut all = HashSet::new();
        let (mut total, mut row) = (0, Row::default());
        for table in &content.tables {
            let before = all.len();
            let mut here = HashSet::new();
            for position in 0..table.counts.rows {
                row.clear();
                (table.write_cells)(position, &mut row);
                here.insert(key(&row));
                total += 1;
            }
            let name = table.name();
            assert_eq!(
                u64::try_from(here.len()),
                Ok(table.counts.distinct),
                "{name}"
            );
            all.extend(here);
            assert_eq!(
                u64::try_from(all.len() - before),
                Ok(table.counts.new),
                "{name}"
            );
        }
        assert_eq!(total, 15_096_590);
        assert_eq!(u64::try_from(all.len()), Ok(ARTICLE_PERSONS));
    }
}
