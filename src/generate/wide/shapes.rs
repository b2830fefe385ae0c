//! How many rows and how many keys each wide table has.
//!
//! Keys come as if drawn at random from an urn: at 20 percent, 63 percent of the first table's rows have a new key, and
//! 1 percent of the last one's. The numbers of new keys are rounded so that together they are exactly the share.

use super::urn::Urn;
use crate::generate::scale::Scale;
use crate::generate::shape::TableShape;
use crate::generate::survivors::Survivors;
use crate::{Error, ErrorKind, Result};

const TABLES: [&str; 5] = ["WIDE1", "WIDE2", "WIDE3", "WIDE4", "WIDE5"];
/// Rows of each table at scale 1: 2,000,000 in all of them.
const TABLE_ROWS: u64 = 400_000;

pub(super) fn shapes(scale: Scale, survivors: Survivors) -> Result<Vec<TableShape>> {
    let rows = scale.of(TABLE_ROWS);
    if rows == 0 {
        return Err(too_small(scale));
    }
    let all: u64 = TABLES.iter().map(|_| rows).sum();
    let keys = survivors.of(all);
    let urn = Urn::with(keys, all);
    let mut known = 0;
    let shapes = TABLES.iter().zip(1..).map(|(name, number)| {
        let drawn = (urn.distinct(number * rows) * keys).div_ceil(urn.distinct(all));
        let later_rows = all - number * rows;
        let until = drawn.clamp(keys.saturating_sub(later_rows), keys.min(known + rows));
        let shape = shape(name, rows, known..until, urn);
        known = until;
        shape
    });
    Ok(shapes.collect())
}

fn shape(name: &'static str, rows: u64, new: std::ops::Range<u64>, urn: Urn) -> TableShape {
    let (known, new) = (new.start, new.end - new.start);
    let drawn_again = (known * urn.distinct(rows)).div_ceil(urn.keys());
    TableShape {
        name,
        rows,
        known,
        new,
        returning: drawn_again.min(rows - new),
    }
}

fn too_small(scale: Scale) -> Error {
    let message = format!("the wide tables have no rows at the scale {scale}");
    Error::new(ErrorKind::Usage, message).advise("choose a larger --scale: 0.001 makes 2,000 rows")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_new_keys_are_exactly_the_share() {
        for scale in ["1", "0.01", "0.000003", "100"] {
            for percent in ["0.000001", "1", "20", "60", "95", "99.9", "100"] {
                let scale: Scale = scale.parse().expect("a scale");
                let share: Survivors = percent.parse().expect("a share");
                let shapes = shapes(scale, share).expect("shapes");
                let rows = shapes.iter().map(|shape| shape.rows).sum();
                let new: u64 = shapes.iter().map(|shape| shape.new).sum();
                assert_eq!(new, share.of(rows), "{percent} % at {scale}");
                for shape in shapes {
                    assert!(shape.distinct() <= shape.rows && shape.returning <= shape.known);
                    assert!(shape.distinct() > 0, "{shape:?}");
                }
            }
        }
    }

    #[test]
    fn keys_come_as_if_drawn_at_random() {
        let shapes = shapes(Scale::ONE, Survivors::default()).expect("shapes");
        let new = shapes.iter().map(|shape| shape.new * 100 / shape.rows);
        assert_eq!(new.collect::<Vec<_>>(), [63, 23, 8, 3, 1]);
        let distinct = shapes
            .iter()
            .map(|shape| shape.distinct() * 100 / shape.rows);
        assert_eq!(distinct.collect::<Vec<_>>(), [63; 5]);
    }

    #[test]
    fn no_rows_are_refused() {
        let scale = "0.000001".parse().expect("a scale");
        let refused = shapes(scale, Survivors::default()).expect_err("no rows");
        assert_eq!(refused.kind(), ErrorKind::Usage);
    }
}
