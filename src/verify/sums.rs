//! Whether the manifest's counts add up.

use super::Fault;
use crate::publish::{Manifest, ManifestTable};

/// The counts of each table, and the totals over tables and files.
pub(super) fn check(manifest: &Manifest) -> Vec<Fault> {
    let tables = manifest.tables.iter().flat_map(table);
    tables.chain(totals(manifest)).collect()
}

fn table(table: &ManifestTable) -> impl Iterator<Item = Fault> + use<> {
    let name = &table.table;
    let parts = [table.new, table.duplicates, table.null_drops];
    let drops = [table.filter_drops, table.unique_drops];
    let read = differ(
        format!("rows read of table {name}"),
        table.rows_read,
        "new + duplicates + null drops",
        parts,
    );
    let duplicates = differ(
        format!("duplicates of table {name}"),
        table.duplicates,
        "filter drops + unique drops",
        drops,
    );
    read.into_iter().chain(duplicates)
}

fn totals(manifest: &Manifest) -> impl Iterator<Item = Fault> {
    let totals = &manifest.totals;
    let over_tables = [
        (
            "total of rows read",
            totals.rows_read,
            count(manifest, |table| table.rows_read),
        ),
        (
            "total of new",
            totals.new,
            count(manifest, |table| table.new),
        ),
        (
            "total of duplicates",
            totals.duplicates,
            count(manifest, |table| table.duplicates),
        ),
        (
            "total of null drops",
            totals.null_drops,
            count(manifest, |table| table.null_drops),
        ),
    ]
    .map(|(what, count, tables)| differ(what.into(), count, "the sum over the tables", tables));
    let files = || manifest.files.iter();
    let over_files = [
        differ(
            "total of new".into(),
            totals.new,
            "the sum of the files' rows",
            files().map(|file| file.rows),
        ),
        differ(
            "total of bytes".into(),
            totals.bytes,
            "the sum of the files' bytes",
            files().map(|file| file.bytes),
        ),
        differ(
            "total of files".into(),
            totals.files,
            "the list of files",
            files().map(|_| 1),
        ),
    ];
    over_tables.into_iter().chain(over_files).flatten()
}

fn count(manifest: &Manifest, of: fn(&ManifestTable) -> u64) -> Vec<u64> {
    manifest.tables.iter().map(of).collect()
}

/// Summed in 128 bits: what a manifest says may be anything.
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
