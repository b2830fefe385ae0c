//! Rows drawn from a walk through the column's index, where a table has no key to draw them by. It reads the whole index,
//! once to count and once to draw, but not the table.

use super::drawing::{Drawing, Drawn, WANTED};
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
    let one_in = count / WANTED;
    if one_in <= 1 {
        let select = drawing.select_list(catalog.dialect);
        let sql = format!("SELECT {select} FROM {table} ORDER BY {column}");
        return Ok(Drawn::new(catalog.ask(|it| it.rows(&sql))?, 1, 1));
    }
    // The filters' columns may not stand in the index: then they are not asked.
    let literal = catalog.dialect.literal(column, *bound);
    let condition = condition.replace("{}", &one_in.to_string());
    let sql = format!("SELECT {literal}, 1 FROM {table} WHERE {condition} ORDER BY {column}");
    let mut drawn = Drawn::new(catalog.ask(|it| it.rows(&sql))?, 1, 1);
    drawn.rows = count;
    Ok(drawn)
}
