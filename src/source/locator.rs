//! Locators: what identifies a row of a table as long as a transaction sees one state, so that the row can be fetched again.

use super::Column;
use arrow::datatypes::DataType;

/// The most rows of a table with one locator column, and with several, that one condition names.
#[derive(Debug, Clone, Copy)]
pub(super) struct AtOnce {
    pub single: usize,
    pub several: usize,
}

/// What identifies a table's rows.
#[derive(Debug, Clone)]
pub(crate) struct Locator {
    /// At least one.
    pub parts: Vec<LocatorPart>,
    /// How a condition names rows.
    pub spelling: Spelling,
    /// The most rows that one condition names.
    pub at_once: usize,
    /// Whether the database finds the rows between two locators without reading the others, and in their order.
    pub has_ranges: bool,
    /// Why naming a row costs so much that it pays only if the user says so.
    pub costly: Option<&'static str>,
    /// From this percentage of wanted rows on, reading all rows between two locators takes less time than naming each.
    pub scan_percent: u64,
}

/// How a condition names rows by the literals of their locators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spelling {
    /// `id IN (1, 2)`, and `a = 1 AND b = 2 OR …`.
    Values,
    /// `ctid = ANY (ARRAY['(0,1)', '(0,2)']::tid[])`, for each `tableoid` if that is the first of two parts.
    Places,
}

/// A column of a locator.
#[derive(Debug, Clone)]
pub(crate) struct LocatorPart {
    /// The column, quoted and with its table.
    pub expression: String,
    /// The type that the database sends.
    pub data_type: DataType,
    /// Writes a value, as the native source receives it, as an SQL literal.
    pub literal: fn(&[u8]) -> String,
}

/// Locators of several rows, one after another: the bytes of each part.
pub(crate) type Located<'a> = [&'a [u8]];

impl Locator {
    /// The locator of a table that has a key of these columns.
    pub(super) fn by_key(parts: Vec<LocatorPart>, at_once: AtOnce, scan_percent: u64) -> Self {
        let is_single = parts.len() == 1;
        Self {
            spelling: Spelling::Values,
            at_once: if is_single {
                at_once.single
            } else {
                at_once.several
            },
            has_ranges: is_single,
            costly: None,
            scan_percent,
            parts,
        }
    }

    /// The condition that exactly these rows meet.
    pub fn among(&self, rows: &Located<'_>) -> String {
        let rows = rows.chunks_exact(self.parts.len().max(1));
        match (self.spelling, &self.parts[..]) {
            (Spelling::Places, [table, place]) => by_table(table, place, rows.collect()),
            (Spelling::Places, [.., place]) => places(place, rows.map(last)),
            (_, [part]) => {
                let values = rows.map(|row| (part.literal)(last(row)));
                format!("{} IN ({})", part.expression, joined(values, ", "))
            }
            (_, parts) => joined(rows.map(|row| equal(parts, row)), " OR "),
        }
    }

    /// The condition that the rows from the first of these to the last meet, both included.
    pub fn between(&self, rows: &Located<'_>) -> String {
        let parts = self.parts.len();
        let first = rows.iter().take(parts);
        let last = rows.iter().skip(rows.len().saturating_sub(parts));
        let bounds = self.parts.iter().zip(first.zip(last));
        let bound = |(part, (first, last)): (&LocatorPart, (&&[u8], &&[u8]))| {
            let LocatorPart {
                expression,
                literal,
                ..
            } = part;
            format!(
                "{expression} >= {} AND {expression} <= {}",
                literal(first),
                literal(last)
            )
        };
        joined(bounds.map(bound), " AND ")
    }

    /// The parts as a SELECT list.
    pub fn select(&self) -> String {
        joined(self.parts.iter().map(|part| part.expression.clone()), ", ")
    }

    /// The types of the parts.
    pub fn types(&self) -> Vec<DataType> {
        let types = self.parts.iter().map(|part| part.data_type.clone());
        types.collect()
    }
}

fn equal(parts: &[LocatorPart], row: &Located<'_>) -> String {
    let parts = parts.iter().zip(row);
    let parts =
        parts.map(|(part, value)| format!("{} = {}", part.expression, (part.literal)(value)));
    format!("({})", joined(parts, " AND "))
}

fn places<'a>(place: &LocatorPart, rows: impl Iterator<Item = &'a [u8]>) -> String {
    let literals = joined(rows.map(place.literal), ", ");
    format!("{} = ANY (ARRAY[{literals}]::tid[])", place.expression)
}

fn by_table(table: &LocatorPart, place: &LocatorPart, mut rows: Vec<&Located<'_>>) -> String {
    rows.sort_by_key(|row| row.first());
    let groups = rows.chunk_by(|one, other| one.first() == other.first());
    let groups = groups.map(|group| {
        let id = group.first().and_then(|row| row.first()).copied();
        let id = (table.literal)(id.unwrap_or_default());
        let places = places(place, group.iter().map(|row| last(row)));
        format!("({} = {id} AND {places})", table.expression)
    });
    joined(groups, " OR ")
}

fn last<'a>(row: &Located<'a>) -> &'a [u8] {
    row.last().copied().unwrap_or_default()
}

fn joined(mut parts: impl Iterator<Item = String>, by: &str) -> String {
    let mut joined = parts.next().unwrap_or_default();
    for part in parts {
        joined.push_str(by);
        joined.push_str(&part);
    }
    joined
}

/// Finds the columns of a key among a table's, if each of them exists.
pub(super) fn columns_of<'a>(key: &[String], columns: &'a [Column]) -> Option<Vec<&'a Column>> {
    let find = |name: &String| columns.iter().find(|column| column.name == *name);
    key.iter().map(find).collect()
}
