//! Whether the counts in the manifest add up. They are called by their names in its JSON.

use super::Fault;
use crate::publish::{Manifest, ManifestTable, ManifestUnit};

/// Checks the counts of each table, and the totals over tables and files.
pub(super) fn check(manifest: &Manifest) -> Vec<Fault> {
    let tables = manifest.tables.iter().flat_map(table);
    tables.chain(totals(manifest)).collect()
}

fn table(table: &ManifestTable) -> impl Iterator<Item = Fault> + use<> {
    let name = &table.table;
    let parts = [table.new, table.duplicates, table.null_drops];
    let drops = [table.filter_drops, table.unique_drops];
    let read = differ(
        format!("rows_read of table {name}"),
        table.rows_read,
        "new + duplicates + null_drops",
        parts,
    );
    let duplicates = differ(
        format!("duplicates of table {name}"),
        table.duplicates,
        "filter_drops + unique_drops",
        drops,
    );
    read.into_iter().chain(duplicates).chain(units(table))
}

/// Checks the counts of a table's units. A manifest of an older version has none.
fn units(table: &ManifestTable) -> impl Iterator<Item = Fault> + use<> {
    let name = &table.table;
    let sum = |what: &str, count: u64, of: fn(&ManifestUnit) -> u64| {
        let units = table.units.iter().map(of);
        let what = format!("{what} of table {name}");
        differ(what, count, "the sum over its units", units)
    };
    let sums = [
        sum("rows_read", table.rows_read, |unit| unit.rows_read),
        sum("new", table.new, |unit| unit.new),
        sum("duplicates", table.duplicates, |unit| unit.duplicates),
        sum("filter_drops", table.filter_drops, |unit| unit.filter_drops),
        sum("unique_drops", table.unique_drops, |unit| unit.unique_drops),
        sum("null_drops", table.null_drops, |unit| unit.null_drops),
    ];
    let has_units = !table.units.is_empty();
    sums.into_iter().flatten().filter(move |_| has_units)
}

fn totals(manifest: &Manifest) -> impl Iterator<Item = Fault> {
    let totals = &manifest.totals;
    let over_tables = [
        (
            "totals.rows_read",
            totals.rows_read,
            count(manifest, |table| table.rows_read),
        ),
        ("totals.new", totals.new, count(manifest, |table| table.new)),
        (
            "totals.duplicates",
            totals.duplicates,
            count(manifest, |table| table.duplicates),
        ),
        (
            "totals.null_drops",
            totals.null_drops,
            count(manifest, |table| table.null_drops),
        ),
    ]
    .map(|(what, count, tables)| differ(what.into(), count, "the sum over the tables", tables));
    let files = || manifest.files.iter();
    let over_files = [
        differ(
            "totals.new".into(),
            totals.new,
            "the sum of the files' rows",
            files().map(|file| file.rows),
        ),
        differ(
            "totals.bytes".into(),
            totals.bytes,
            "the sum of the files' bytes",
            files().map(|file| file.bytes),
        ),
        differ(
            "totals.files".into(),
            totals.files,
            "the number of listed files",
            files().map(|_| 1),
        ),
    ];
    over_tables.into_iter().chain(over_files).flatten()
}

fn count(manifest: &Manifest, of: fn(&ManifestTable) -> u64) -> Vec<u64> {
    manifest.tables.iter().map(of).collect()
}

/// Compares a count with a sum, which is computed in 128 bits: the numbers in a manifest can be anything.
fn differ(
    what: String,
    count: u64,
    of: &'static str,
    parts: impl IntoIterator<Item = u64>,
) -> Option<Fault> {
    let count = u128::from(count);
    let sum = parts.into_iter().map(u128::from).sum();
    (count != sum).then_some(Fault::Sum {
        what,
        count,
        of,
        sum,
    })
}
