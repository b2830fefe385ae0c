//! The key columns. Their values must compare as bytes.

use super::columns::{find, one_of, or_as_text};
use super::{Chosen, PlannedColumn};
use crate::job::Job;
use crate::source::Dialect;
use crate::{Error, ErrorKind, Result};
use arrow::datatypes::DataType;

/// Indices of the key columns, whose values must compare as bytes.
pub(super) fn indices(
    job: &Job,
    dialect: &Dialect,
    columns: &[PlannedColumn],
    chosen: &[Chosen],
) -> Result<Vec<usize>> {
    job.key
        .iter()
        .map(|name| key_column(dialect, name, columns, chosen))
        .collect()
}

fn key_column(
    dialect: &Dialect,
    name: &str,
    columns: &[PlannedColumn],
    chosen: &[Chosen],
) -> Result<usize> {
    let index = columns.iter().position(|column| column.name == name);
    let Some((index, column)) = index.and_then(|index| Some((index, columns.get(index)?))) else {
        let message = format!("the key column {name} doesn't exist");
        let error = Error::new(ErrorKind::Schema, message);
        let Some(first) = chosen.first() else {
            return Err(error);
        };
        let known = first.table.columns.iter();
        let known: Vec<_> = known.map(|column| column.name.as_str()).collect();
        return Err(error.in_table(&first.name).advise(one_of(name, &known)));
    };
    if matches!(column.data_type, DataType::Float32 | DataType::Float64) {
        let cast = dialect.float_as_text.replace("{}", &dialect.quote(name));
        let error = no_key(column, "floating-point numbers");
        let advice = format!("read a view that has {cast} instead");
        return Err(error.advise(or_as_text(dialect, name, &advice)));
    }
    if matches!(column.data_type, DataType::List(_)) {
        let quoted = dialect.quote(name);
        return Err(no_key(column, "arrays").advise(format!(
            "read a view that has CAST({quoted} AS text) instead"
        )));
    }
    refuse_other_padding(dialect, name, chosen)?;
    Ok(index)
}

fn no_key(column: &PlannedColumn, values: &str) -> Error {
    let PlannedColumn { name, sql_type, .. } = column;
    let message = format!("the key column {name} is {sql_type}, but {values} can't be keys");
    Error::new(ErrorKind::Schema, message)
}

/// Refuses values that are padded to different lengths: equal values would be different keys.
fn refuse_other_padding(dialect: &Dialect, name: &str, chosen: &[Chosen]) -> Result<()> {
    let mut padded = chosen
        .iter()
        .filter_map(|chosen| Some((chosen, find(name, chosen).ok()?)));
    let Some((first, expected)) = padded.next() else {
        return Ok(());
    };
    match padded.find(|(_, column)| column.padded_to != expected.padded_to) {
        None => Ok(()),
        Some((other, column)) => {
            let message = format!(
                "the type {} can't be compared with the type {} in table {}: the database pads values with spaces to \
                 their column's width",
                column.sql_type, expected.sql_type, first.name
            );
            let quoted = dialect.quote(name);
            let error = Error::new(ErrorKind::Schema, message)
                .in_table(&other.name)
                .in_column(name);
            Err(error.advise(format!("read views that have CAST({quoted} AS varchar)")))
        }
    }
}
