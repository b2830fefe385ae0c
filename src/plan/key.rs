//! The key columns: those whose values compare as bytes.

use super::columns::{find, or_as_text};
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
        let known: Vec<_> = columns.iter().map(|column| column.name.as_str()).collect();
        return Err(
            Error::new(ErrorKind::Schema, format!("there is no key column {name}")).advise(
                format!(
                    "the columns are {}; names are compared exactly",
                    known.join(", ")
                ),
            ),
        );
    };
    if matches!(column.data_type, DataType::Float32 | DataType::Float64) {
        let cast = dialect.float_as_text.replace("{}", &dialect.quote(name));
        let message = format!("the key column {name} is {}", column.sql_type);
        let advice = format!("read a view that has {cast} instead");
        let advice = or_as_text(dialect, name, &advice);
        return Err(Error::new(ErrorKind::Schema, message)
            .advise(format!("floating-point numbers make no key: {advice}")));
    }
    if matches!(column.data_type, DataType::List(_)) {
        let message = format!("the key column {name} is {}", column.sql_type);
        let quoted = dialect.quote(name);
        return Err(Error::new(ErrorKind::Schema, message).advise(format!(
            "arrays make no key: read a view that has CAST({quoted} AS text) instead"
        )));
    }
    refuse_other_padding(dialect, name, chosen)?;
    Ok(index)
}

/// Values padded to different lengths would be different keys.
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
                "{} can't be compared with {} of table {}",
                column.sql_type, expected.sql_type, first.name
            );
            let quoted = dialect.quote(name);
            let error = Error::new(ErrorKind::Schema, message)
                .in_table(&other.name)
                .in_column(name);
            Err(error.advise(format!(
                "the database pads such values with blanks to their own width: read views that have CAST({quoted} AS varchar)"
            )))
        }
    }
}
