//! Checks of single options and of combinations of options.

use super::choices::{ExtractorChoice, ReadChoice, SnapshotChoice, SqliteTypes};
use super::usage::usage;
use super::{DEFAULT_FOLDER, Numeric, SourceUrl};
use crate::Result;
use crate::nearest::similar;
use std::path::{Component, PathBuf};

pub(super) fn distinct_names(flag: &str, names: Vec<String>) -> Result<Vec<String>> {
    if names.is_empty() || names.iter().any(String::is_empty) {
        return Err(
            usage(format!("--{flag} contains an empty column name")).advise(format!(
                "write column names separated by commas, as in --{flag} ID,YEAR"
            )),
        );
    }
    for (index, name) in names.iter().enumerate() {
        if names[..index].contains(name) {
            return Err(usage(format!("--{flag} names column {name} twice")).advise("name it once"));
        }
    }
    Ok(names)
}

pub(super) fn check_key_is_selected(key: &[String], columns: Option<&[String]>) -> Result<()> {
    let Some(columns) = columns else {
        return Ok(());
    };
    let Some(column) = key.iter().find(|column| !columns.contains(column)) else {
        return Ok(());
    };
    let advice = match similar(column, columns.iter().map(String::as_str)) {
        Some(meant) => format!("did you mean {meant}? Otherwise add {column} to --columns"),
        None => "add it to --columns, or choose another --key".to_owned(),
    };
    Err(usage(format!("key column {column} is not in --columns")).advise(advice))
}

/// ConnectorX's own SQLite source would write files next to the database, and create a database that is missing.
pub(super) fn checked_extractor(
    extractor: ExtractorChoice,
    source: &SourceUrl,
) -> Result<ExtractorChoice> {
    if extractor == ExtractorChoice::ConnectorX && matches!(source, SourceUrl::Sqlite(_)) {
        return Err(
            usage("--extractor connectorx doesn't read SQLite files").advise("leave it out")
        );
    }
    Ok(extractor)
}

/// Only within the transaction that reads the rows does the database count the same rows.
pub(super) fn checked_counts(
    check_counts: Option<bool>,
    snapshot: Option<SnapshotChoice>,
    extractor: Option<ExtractorChoice>,
) -> Result<bool> {
    match (check_counts, without_transaction(snapshot, extractor)) {
        (Some(true), Some(flag)) => Err(usage(format!(
            "--check-counts can't be combined with {flag}: other sessions might write between reading and counting"
        ))
        .advise("leave one of them out")),
        (check_counts, _) => Ok(check_counts.unwrap_or(false)),
    }
}

/// Rows can be fetched after their keys only within the transaction that read the keys.
pub(super) fn checked_read(
    read: Option<ReadChoice>,
    snapshot: Option<SnapshotChoice>,
    extractor: Option<ExtractorChoice>,
) -> Result<ReadChoice> {
    match (read, without_transaction(snapshot, extractor)) {
        (Some(ReadChoice::KeysFirst), Some(flag)) => Err(usage(format!(
            "--read keys-first can't be combined with {flag}: rows might change between reading the keys and the rows"
        ))
        .advise("leave one of them out")),
        (read, _) => Ok(read.unwrap_or_default()),
    }
}

/// The flag with which each query is a transaction of its own.
fn without_transaction(
    snapshot: Option<SnapshotChoice>,
    extractor: Option<ExtractorChoice>,
) -> Option<&'static str> {
    if snapshot == Some(SnapshotChoice::Off) {
        Some("--snapshot off")
    } else if extractor == Some(ExtractorChoice::ConnectorX) {
        Some("--extractor connectorx")
    } else {
        None
    }
}

/// Refused even with the default value: whoever writes it expects a SQLite file.
pub(super) fn checked_sqlite_types(
    sqlite_types: Option<SqliteTypes>,
    source: &SourceUrl,
) -> Result<SqliteTypes> {
    if sqlite_types.is_some() && !matches!(source, SourceUrl::Sqlite(_)) {
        return Err(usage(
            "--sqlite-types is for SQLite files: on a server, every column already has a type",
        )
        .advise("leave it out"));
    }
    Ok(sqlite_types.unwrap_or_default())
}

pub(super) fn checked_numeric(
    numeric: Option<&str>,
    source: &SourceUrl,
) -> Result<Option<Numeric>> {
    let numeric = numeric.map(Numeric::parse).transpose()?;
    if numeric.is_some() && !matches!(source, SourceUrl::Postgres(_)) {
        return Err(usage(
            "--numeric is for PostgreSQL's numeric type, but the source is not PostgreSQL",
        )
        .advise("leave it out"));
    }
    Ok(numeric)
}

/// The result might lack rows: that has to be asked for, and a warning says so.
pub(super) fn checked_row_security(
    row_security: Option<bool>,
    source: &SourceUrl,
    warnings: &mut Vec<String>,
) -> Result<bool> {
    let row_security = row_security.unwrap_or(false);
    if row_security && !matches!(source, SourceUrl::Postgres(_)) {
        return Err(usage(
            "--row-security is for PostgreSQL's row security policies, but the source is not PostgreSQL",
        )
        .advise("leave it out"));
    }
    if row_security {
        let hidden = "--row-security: rows that policies hide from this user are not read";
        warnings.push(hidden.to_owned());
    }
    Ok(row_security)
}

/// The folder is renamed into place by its own name, which `.` and `..` are not.
pub(super) fn checked_folder(out: Option<PathBuf>) -> Result<PathBuf> {
    let out = out.unwrap_or_else(|| PathBuf::from(DEFAULT_FOLDER));
    match out.components().next_back() {
        Some(Component::Normal(_)) => Ok(out),
        _ => Err(usage(format!(
            "--out {} doesn't end in the name of a folder",
            out.display()
        ))
        .advise("give the folder's own name, as in --out ../batches")),
    }
}

/// The query holds the user's SQL in parentheses that have their own lines, so that a `--` comment can't swallow them.
pub(super) fn checked_filter(filter: &str) -> Result<String> {
    let filter = filter.trim();
    if filter.is_empty() {
        return Err(usage("--where is empty").advise("leave it out to read every row"));
    }
    if filter.rfind("/*") > filter.rfind("*/") {
        return Err(usage("--where has a comment that is not closed")
            .advise("end it with */, or leave it out"));
    }
    Ok(filter.to_owned())
}
