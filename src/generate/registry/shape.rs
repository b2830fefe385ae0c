//! How many rows and how many persons each table has: the article's counts, scaled.

use crate::generate::scale::Scale;
use crate::generate::shape::TableShape;
use crate::{Error, ErrorKind, Result};

/// A table with the article's row count. The article doesn't give each year's newcomers, only their total, 1,001,413,
/// and that the last year brings almost none.
struct Counted {
    table: &'static str,
    year: i32,
    rows: u64,
    newcomers: u64,
}

const fn counted(table: &'static str, year: i32, rows: u64, newcomers: u64) -> Counted {
    Counted {
        table,
        year,
        rows,
        newcomers,
    }
}

const ARTICLE: [Counted; 13] = [
    counted("ID2000", 2000, 2_324_798, 936_420),
    counted("ID2001", 2001, 0, 0),
    counted("ID2002", 2002, 2_876_945, 32_871),
    counted("ID2003", 2003, 964_940, 11_204),
    counted("ID2004", 2004, 963_719, 9_318),
    counted("ID2005", 2005, 1_011_473, 9_105),
    counted("ID2006", 2006, 1_004_483, 1_204),
    counted("ID2007", 2007, 997_491, 612),
    counted("ID2008", 2008, 996_222, 309),
    counted("ID2009", 2009, 991_508, 187),
    counted("ID2010", 2010, 989_194, 104),
    counted("ID2011", 2011, 988_304, 58),
    counted("ID2012", 2012, 987_513, 21),
];

/// Distinct persons in the article.
pub(super) const ARTICLE_PERSONS: u64 = 1_001_413;
/// This many in a hundred of the persons in earlier tables are also in the next table.
const RETURNING_PERCENT: u64 = 97;
/// At least this many in a thousand of the rows that newcomers leave over repeat a person of the same table.
const REPEATED_PER_MILLE: u64 = 15;

/// All thirteen tables. Every person is in at least one of them, and no table has fewer rows than persons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shape {
    tables: Vec<TableShape>,
}

impl Shape {
    /// Scales the rows by `scale`, and the persons to `persons`, or by `scale` as well.
    pub(super) fn new(scale: Scale, persons: Option<u64>) -> Result<Self> {
        let persons = persons.unwrap_or_else(|| scale.of(ARTICLE_PERSONS));
        if persons == 0 || persons > scale.of(ARTICLE.iter().map(|counted| counted.rows).sum()) {
            return Err(unfit(persons));
        }
        let mut tables = Vec::new();
        let (mut newcomers, mut known) = (0, 0);
        for counted in &ARTICLE {
            newcomers += counted.newcomers;
            let until = share(newcomers, persons);
            tables.push(table(
                counted,
                scale.of(counted.rows),
                known..until,
                persons,
            )?);
            known = until;
        }
        Ok(Self { tables })
    }

    pub(super) fn tables(&self) -> impl Iterator<Item = &TableShape> {
        self.tables.iter()
    }

    /// For each table: the end of its newcomers' numbers, and its year.
    pub(super) fn newcomers(&self) -> impl Iterator<Item = (u64, i32)> {
        let ends = self.tables.iter().map(|table| table.known + table.new);
        ends.zip(ARTICLE.iter().map(|counted| counted.year))
    }
}

fn table(
    counted: &Counted,
    rows: u64,
    newcomers: std::ops::Range<u64>,
    persons: u64,
) -> Result<TableShape> {
    let (known, new) = (newcomers.start, newcomers.end - newcomers.start);
    let spare = rows.checked_sub(new).ok_or_else(|| unfit(persons))?;
    let present = (known * RETURNING_PERCENT).div_ceil(100);
    let room = (spare * (1000 - REPEATED_PER_MILLE)).div_ceil(1000);
    Ok(TableShape {
        name: counted.table,
        rows,
        known,
        new,
        returning: present.min(room),
    })
}

/// The share of `persons` that corresponds to `newcomers` among the article's persons, rounded.
fn share(newcomers: u64, persons: u64) -> u64 {
    (newcomers * persons + ARTICLE_PERSONS / 2) / ARTICLE_PERSONS
}

fn unfit(persons: u64) -> Error {
    Error::new(
        ErrorKind::Usage,
        format!("{persons} persons don't fit into the rows of this scale"),
    )
    .advise("choose a larger --scale, or --persons from 1 to about twice the scale × 1,001,413")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_the_articles() {
        assert_eq!(
            ARTICLE.iter().map(|counted| counted.rows).sum::<u64>(),
            15_096_590
        );
        assert_eq!(
            ARTICLE.iter().map(|counted| counted.newcomers).sum::<u64>(),
            ARTICLE_PERSONS
        );
    }

    #[test]
    fn every_scale_shares_out_all_persons() {
        for billionths in [
            "100", "1", "0.01", "0.0013", "0.000123", "0.000003", "0.000001",
        ] {
            let scale: Scale = billionths.parse().expect("a scale");
            let shape = Shape::new(scale, None).expect("a shape");
            assert_eq!(
                shape.tables.iter().map(|table| table.new).sum::<u64>(),
                scale.of(ARTICLE_PERSONS)
            );
            for table in &shape.tables {
                assert!(table.distinct() <= table.rows && table.returning <= table.known);
                assert!(table.rows == 0 || table.distinct() > 0, "{table:?}");
            }
        }
    }

    #[test]
    fn refuses_persons_that_no_row_has_room_for() {
        for (scale, persons) in [
            ("0.0000001", None),
            ("0.01", Some(0)),
            ("0.01", Some(40_000)),
            ("1", Some(u64::MAX)),
        ] {
            let scale = scale.parse().expect("a scale");
            let refused = Shape::new(scale, persons).expect_err("no shape");
            assert_eq!(refused.kind(), ErrorKind::Usage);
        }
    }
}
