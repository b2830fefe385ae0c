//! A sample drawn by PostgreSQL's TABLESAMPLE: all rows of some random pages of a table.

use super::drawing::{Drawing, Drawn, SAMPLE_ROWS};
use crate::Result;
use crate::source::CatalogSession;

/// Pages that are read, at most 16 MiB. If the column's order is the table's, they are no better than this many rows.
const PAGES: u64 = 2048;
/// Ten-thousandths of a percent.
const ALL: u64 = 1_000_000;

pub(super) fn draw(
    drawing: &Drawing<'_>,
    pages: u64,
    catalog: &mut CatalogSession,
) -> Result<Drawn> {
    let Drawing { column, bound, .. } = drawing;
    let share = (PAGES * ALL)
        .checked_div(pages)
        .map_or(ALL, |share| share.clamp(1, ALL));
    let from = sampled(drawing, share);
    let count = format!("SELECT count(*) FROM {from}");
    let count = catalog.ask(|it| it.rows(&count))?;
    let count: u64 = count
        .into_iter()
        .flatten()
        .find_map(|cell| cell?.parse().ok())
        .unwrap_or(0);
    // One in `step` rows of the ordered sample is enough to know its shape.
    let step = (count / SAMPLE_ROWS).max(1);
    let place = format!(
        "row_number() OVER (ORDER BY {column}{})",
        catalog.dialect.nulls(false)
    );
    let literal = catalog.dialect.literal("drawn.bound", *bound);
    let sql = format!(
        "SELECT {literal}, 1 FROM (SELECT {column} AS bound, {place} AS place FROM {from}) AS drawn \
         WHERE place % {step} = 0 ORDER BY place"
    );
    let mut drawn = Drawn::new(catalog.ask(|it| it.rows(&sql))?, 1, 1);
    let rows = u128::from(count) * u128::from(ALL) / u128::from(share);
    drawn.rows = u64::try_from(rows).unwrap_or(u64::MAX);
    Ok(drawn)
}

/// What follows FROM. It samples the same pages each time.
fn sampled(drawing: &Drawing<'_>, share: u64) -> String {
    let Drawing { table, filters, .. } = drawing;
    let percent = format!("{}.{:04}", share / 10_000, share % 10_000);
    let from = format!("{table} TABLESAMPLE SYSTEM ({percent}) REPEATABLE (7)");
    if filters.is_empty() {
        from
    } else {
        format!("{from} WHERE {}", filters.join(" AND "))
    }
}
