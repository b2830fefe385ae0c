//! Checks of single options, and of those that contradict each other.

use super::choices::{ExtractorChoice, SnapshotChoice};
use super::usage::usage;
use super::{DEFAULT_FOLDER, Numeric, SourceUrl};
use crate::Result;
use std::path::{Component, PathBuf};

pub(super) fn distinct_names(flag: &str, names: Vec<String>) -> Result<Vec<String>> {
    if names.is_empty() || names.iter().any(String::is_empty) {
        return Err(usage(format!("--{flag} names no column, or an empty one")));
    }
    for (index, name) in names.iter().enumerate() {
        if names[..index].contains(name) {
            return Err(usage(format!("--{flag} names the column {name} twice")));
        }
    }
    Ok(names)
}

pub(super) fn check_key_is_selected(key: &[String], columns: Option<&[String]>) -> Result<()> {
    let Some(columns) = columns else {
        return Ok(());
    };
    match key.iter().find(|column| !columns.contains(column)) {
        None => Ok(()),
        Some(column) => Err(
            usage(format!("the key column {column} is not among --columns"))
                .advise("add it to --columns, or take another --key"),
        ),
    }
}

/// The stock source of SQLite would write beside the file, and make one where there is none.
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

/// Only within a transaction the database counts what the job reads.
pub(super) fn checked_counts(
    check_counts: Option<bool>,
    snapshot: Option<SnapshotChoice>,
    extractor: Option<ExtractorChoice>,
) -> Result<bool> {
    let alone = if snapshot == Some(SnapshotChoice::Off) {
        Some("--snapshot off")
    } else if extractor == Some(ExtractorChoice::ConnectorX) {
        Some("--extractor connectorx")
    } else {
        None
    };
    match (check_counts, alone) {
        (Some(true), Some(flag)) => Err(usage(format!(
            "--check-counts with {flag}: others may write between reading and counting"
        ))
        .advise("leave one of them out")),
        (check_counts, _) => Ok(check_counts.unwrap_or(false)),
    }
}

pub(super) fn checked_numeric(
    numeric: Option<&str>,
    source: &SourceUrl,
) -> Result<Option<Numeric>> {
    let numeric = numeric.map(Numeric::parse).transpose()?;
    if numeric.is_some() && !matches!(source, SourceUrl::Postgres(_)) {
        return Err(usage(
            "--numeric is for PostgreSQL's numeric, and the source is another database",
        )
        .advise("leave it out"));
    }
    Ok(numeric)
}

/// A result that may lack rows is one that somebody asked for, and says so.
pub(super) fn checked_row_security(
    row_security: Option<bool>,
    source: &SourceUrl,
    warnings: &mut Vec<String>,
) -> Result<bool> {
    let row_security = row_security.unwrap_or(false);
    if row_security && !matches!(source, SourceUrl::Postgres(_)) {
        return Err(usage(
            "--row-security is for PostgreSQL's policies, and the source is another database",
        )
        .advise("leave it out"));
    }
    if row_security {
        let hidden = "--row-security: rows that policies hide from this user are not read";
        warnings.push(hidden.to_owned());
    }
    Ok(row_security)
}

/// The folder's name is what is renamed into place: `.` and `..` are no names.
pub(super) fn checked_folder(out: Option<PathBuf>) -> Result<PathBuf> {
    let out = out.unwrap_or_else(|| PathBuf::from(DEFAULT_FOLDER));
    match out.components().next_back() {
        Some(Component::Normal(_)) => Ok(out),
        _ => Err(usage(format!("--out {} names no folder", out.display()))
            .advise("give the folder's own name, as in --out ../batches")),
    }
}

/// The user's own SQL goes into the query in parentheses of its own lines, so that a comment can't swallow what follows.
pub(super) fn checked_filter(filter: &str) -> Result<String> {
    let filter = filter.trim();
    if filter.is_empty() {
        return Err(usage("--where is empty").advise("leave it out to read every row"));
    }
    if filter.rfind("/*") > filter.rfind("*/") {
        return Err(
            usage("--where has a comment /* without an end").advise("end it, or leave it out")
        );
    }
    Ok(filter.to_owned())
}
