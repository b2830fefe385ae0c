//! Turns cuts into bounds, after asking the server about each.

use super::Range;
use crate::Result;
use crate::plan::Chosen;
use crate::source::CatalogSession;

/// The ranges between the cuts, without the cuts that would leave a range empty. Two values that only look different, such as
/// `a` and `A` in a case-insensitive collation, are one bound.
///
/// A row between two bounds proves that the second one compares as greater, so that every row is in exactly one range.
pub(super) fn ranges(
    cuts: Vec<String>,
    column: &str,
    catalog: &mut CatalogSession,
    chosen: &Chosen,
) -> Result<Vec<Range>> {
    let mut rows = Rows {
        column: catalog.dialect.column(&chosen.name, column),
        table: catalog.dialect.quote(&chosen.name),
        catalog,
    };
    let mut bounds: Vec<String> = Vec::new();
    for cut in cuts {
        let any = match bounds.last() {
            None => rows.any_below(&cut)?,
            Some(from) => rows.any_between(from, &cut)?,
        };
        if any {
            bounds.push(cut);
        }
    }
    if let Some(last) = bounds.last()
        && !rows.any_from(last)?
    {
        bounds.pop();
    }
    Ok(Range::between(column, &bounds))
}

/// Asks whether a range has rows. Each question takes one index lookup.
struct Rows<'a> {
    catalog: &'a mut CatalogSession,
    table: String,
    column: String,
}

impl Rows<'_> {
    fn any_below(&mut self, bound: &str) -> Result<bool> {
        let column = self.column.clone();
        Ok(self.any(&format!("{column} < {bound}"))? || self.any(&format!("{column} IS NULL"))?)
    }

    fn any_between(&mut self, from: &str, below: &str) -> Result<bool> {
        let column = self.column.clone();
        self.any(&format!("{column} >= {from} AND {column} < {below}"))
    }

    fn any_from(&mut self, from: &str) -> Result<bool> {
        let column = self.column.clone();
        self.any(&format!("{column} >= {from}"))
    }

    fn any(&mut self, condition: &str) -> Result<bool> {
        let Self {
            catalog,
            table,
            column,
        } = self;
        // With this order, every optimizer uses the column's index.
        let sql = format!("SELECT 1 FROM {table} WHERE {condition} ORDER BY {column} LIMIT 1");
        Ok(!catalog.ask(|it| it.rows(&sql))?.is_empty())
    }
}
