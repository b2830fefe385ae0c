//! A sample drawn by random values of a key: one statement looks up a few thousand values, so that each row has the same
//! chance whatever gaps the key has.

use super::drawing::{Drawing, Drawn, SAMPLE_ROWS};
use super::spans::{Span, places, tight};
use crate::Result;
use crate::source::{CatalogSession, TextRow};

/// Keys that are looked up.
const TRIES: i128 = 8192;
/// Rows that the lookups must find at least: with fewer, the key is too sparse to sample.
const MIN_HITS: usize = 1024;

/// A sample, or `None` if the key is too sparse, even between its largest gaps.
pub(super) fn draw(
    drawing: &Drawing<'_>,
    key: &str,
    catalog: &mut CatalogSession,
) -> Result<Option<Drawn>> {
    let Drawing { table, column, .. } = drawing;
    let key = format!("{table}.{}", catalog.dialect.quote(key));
    let mut keys = Keys {
        key: &key,
        table,
        catalog,
    };
    let Some((first, last)) = keys.ends()? else {
        return Ok(keys.is_empty()?.then(Drawn::default));
    };
    let spans = tight(Span { first, last }, |middle| keys.around(middle))?;
    let values: i128 = spans.iter().map(Span::len).sum();
    let all = values <= i128::from(SAMPLE_ROWS);
    let condition = if all {
        "1 = 1".to_owned()
    } else {
        let tried: Vec<_> = places(&spans, TRIES).map(|key| key.to_string()).collect();
        format!("{key} IN ({})", tried.join(", "))
    };
    let select = drawing.select_list(catalog.dialect);
    let sql = format!("SELECT {select} FROM {table} WHERE {condition} ORDER BY {column}");
    let found = catalog.ask(|it| it.rows(&sql))?;
    if all {
        return Ok(Some(Drawn::new(found, 1, 1)));
    }
    let is_sample = found.len() >= MIN_HITS;
    let (values, tries) = (values.unsigned_abs(), TRIES.unsigned_abs());
    Ok(is_sample.then(|| Drawn::new(found, values, tries)))
}

/// Lookups in the key's index.
struct Keys<'a> {
    catalog: &'a mut CatalogSession,
    table: &'a str,
    key: &'a str,
}

impl Keys<'_> {
    /// The smallest and the largest key.
    fn ends(&mut self) -> Result<Option<(i128, i128)>> {
        let Self { table, key, .. } = self;
        let sql =
            format!("SELECT (SELECT MIN({key}) FROM {table}), (SELECT MAX({key}) FROM {table})");
        self.pair(&sql)
    }

    /// The keys on both sides of a value: the largest one below it, and the smallest one that isn't.
    fn around(&mut self, middle: i128) -> Result<Option<(i128, i128)>> {
        let Self { table, key, .. } = self;
        let sql = format!(
            "SELECT (SELECT MAX({key}) FROM {table} WHERE {key} < {middle}), \
             (SELECT MIN({key}) FROM {table} WHERE {key} >= {middle})"
        );
        self.pair(&sql)
    }

    fn is_empty(&mut self) -> Result<bool> {
        let sql = format!("SELECT 1 FROM {} LIMIT 1", self.table);
        Ok(self.catalog.ask(|it| it.rows(&sql))?.is_empty())
    }

    fn pair(&mut self, sql: &str) -> Result<Option<(i128, i128)>> {
        let rows = self.catalog.ask(|it| it.rows(sql))?;
        Ok(rows.into_iter().next().and_then(numbers))
    }
}

fn numbers(row: TextRow) -> Option<(i128, i128)> {
    let mut numbers = row.into_iter().map(|cell| cell?.parse().ok());
    numbers.next().flatten().zip(numbers.next().flatten())
}
