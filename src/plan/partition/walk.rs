//! A sample drawn by walking through the column's index, if a table has no key to sample by. It reads the whole index, once
//! to count and once to sample, but not the table.

use super::drawing::{Drawing, Drawn, SAMPLE_ROWS};
use crate::Result;
use crate::source::CatalogSession;

pub(super) fn draw(
    drawing: &Drawing<'_>,
    condition: &str,
    catalog: &mut CatalogSession,
) -> Result<Drawn> {
    let Drawing {
        table,
        column,
        bound,
        ..
    } = drawing;
    let count = format!("SELECT COUNT(*) FROM {table}");
    let count = catalog.ask(|it| it.rows(&count))?;
    let count: u64 = count
        .into_iter()
        .flatten()
        .find_map(|cell| cell?.parse().ok())
        .unwrap_or(0);
    let one_in = count / SAMPLE_ROWS;
    if one_in <= 1 {
        let select = drawing.select_list(catalog.dialect);
        let sql = format!("SELECT {select} FROM {table} ORDER BY {column}");
        return Ok(Drawn::new(catalog.ask(|it| it.rows(&sql))?, 1, 1));
    }
    // The filters aren't checked: their columns might not be in the index.
    let literal = catalog.dialect.literal(column, *bound);
    let condition = condition.replace("{}", &one_in.to_string());
    let sql = format!("SELECT {literal}, 1 FROM {table} WHERE {condition} ORDER BY {column}");
    let mut drawn = Drawn::new(catalog.ask(|it| it.rows(&sql))?, 1, 1);
    drawn.rows = count;
    Ok(drawn)
}
