//! Tables in parts: ranges of a column, in the column's order, with about the same number of rows each.
//!
//! In: the tables, and the column of `--partition-on`. Out: each table's ranges, whose bounds are literals, or why the
//! column can't split the table. Rows are sampled, and not counted one by one if that can be avoided. The sample decides
//! only how even the parts are, never which rows are read: whether one bound comes before the next is asked of the server,
//! by the comparison that the parts are read by.
//!
//! ```text
//! column checked ─▶ a few rows drawn, in order ─▶ how many parts ─▶ cuts ─▶ bounds, checked ─▶ ranges
//!         column      drawing, keys, spans, pages, walk    counts      cuts       bounds          range
//! ```

mod bounds;
mod column;
mod counts;
mod cuts;
mod drawing;
mod keys;
mod pages;
mod range;
mod spans;
mod walk;

pub(super) use range::Range;

use super::{Chosen, in_table};
use crate::Result;
use crate::job::{Job, Partition, Partitions};
use crate::source::{CatalogSession, Draw};
use drawing::{Drawing, Drawn};
use std::num::NonZeroUsize;

/// The parts of a table.
pub(super) struct Parts {
    /// At least one.
    pub ranges: Vec<Range>,
    pub estimated_rows: Option<u64>,
}

/// Each table's parts. Without --partition-on, the whole table is one part.
pub(super) fn parts(
    job: &Job,
    catalog: &mut CatalogSession,
    chosen: &[Chosen],
    workers: NonZeroUsize,
) -> Result<Vec<Parts>> {
    let Some(partition) = &job.partition else {
        return Ok(chosen.iter().map(Parts::whole).collect());
    };
    for chosen in chosen {
        column::check(job, &partition.column, chosen)
            .map_err(|error| in_table(error, &chosen.name))?;
    }
    let drawn = chosen
        .iter()
        .map(|chosen| drawn(job, partition, catalog, chosen))
        .collect::<Result<Vec<_>>>()?;
    let rows: Vec<u64> = drawn.iter().map(|drawn| drawn.rows).collect();
    let counts = counts::counts(partition.partitions, &rows, workers);
    let tables = chosen.iter().zip(drawn).zip(counts);
    tables
        .map(|((chosen, drawn), count)| in_parts(partition, catalog, chosen, &drawn, count))
        .collect()
}

impl Parts {
    fn whole(chosen: &Chosen) -> Self {
        Self {
            ranges: vec![Range::default()],
            estimated_rows: chosen.table.estimated_rows,
        }
    }
}

/// A sample of a table, unless the table is one part anyway.
fn drawn(
    job: &Job,
    partition: &Partition,
    catalog: &mut CatalogSession,
    chosen: &Chosen,
) -> Result<Drawn> {
    let estimate = chosen.table.estimated_rows.unwrap_or(0);
    let is_one_part = match partition.partitions {
        Partitions::AtMost(count) => count == NonZeroUsize::MIN,
        // Catalogs also report 0 for tables that they know nothing about.
        Partitions::Auto => estimate > 0 && !counts::is_worth_parts(estimate),
    };
    if is_one_part {
        return Ok(Drawn::nothing_of(estimate));
    }
    let drawing = Drawing::new(job, &partition.column, catalog, chosen)
        .map_err(|error| in_table(error, &chosen.name))?;
    draw(&drawing, catalog).map_err(|error| in_table(error, &chosen.name))
}

fn draw(drawing: &Drawing<'_>, catalog: &mut CatalogSession) -> Result<Drawn> {
    match drawing.draw {
        Draw::Pages(pages) => pages::draw(drawing, *pages, catalog),
        Draw::Walk(condition) => walk::draw(drawing, condition, catalog),
        Draw::Key { column, or_walk } => match keys::draw(drawing, column, catalog)? {
            Some(drawn) => Ok(drawn),
            None => walk::draw(drawing, or_walk, catalog),
        },
    }
}

fn in_parts(
    partition: &Partition,
    catalog: &mut CatalogSession,
    chosen: &Chosen,
    drawn: &Drawn,
    count: usize,
) -> Result<Parts> {
    let cuts = cuts::cuts(&drawn.values, count);
    let ranges = bounds::ranges(cuts, &partition.column, catalog, chosen)
        .map_err(|error| in_table(error, &chosen.name))?;
    Ok(Parts {
        ranges,
        estimated_rows: Some(drawn.rows)
            .filter(|rows| *rows > 0)
            .or(chosen.table.estimated_rows),
    })
}
