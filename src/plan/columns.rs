//! The columns of the result: one schema that every table matches.

use super::{Chosen, PlannedColumn, in_table};
use crate::job::{InvalidDates, Job, Output};
use crate::source::{Column, Dialect, Extractor, TypeMapping};
use crate::{Error, ErrorKind, Result, arrow_type};

/// The job's columns, or all columns of the first table, in the types on which all tables agree.
pub(super) fn agree(
    job: &Job,
    dialect: &Dialect,
    chosen: &[Chosen],
    warnings: &mut Vec<String>,
) -> Result<Vec<PlannedColumn>> {
    let Some(first) = chosen.first() else {
        return Err(Error::new(
            ErrorKind::Schema,
            "the job has no tables to read",
        ));
    };
    let names: Vec<&str> = match &job.columns {
        Some(columns) => columns.iter().map(String::as_str).collect(),
        None => first
            .table
            .columns
            .iter()
            .map(|column| column.name.as_str())
            .collect(),
    };
    if job.columns.is_none() {
        warn_of_left_out(first, chosen, warnings);
    }
    check_typed(job, &names)?;
    names
        .into_iter()
        .filter(|name| is_read(job, name))
        .map(|name| agreed(job, dialect, name, (first, chosen)))
        .collect()
}

/// Only the key decides how many distinct rows there are. A key column that isn't among the columns is reported later.
fn is_read(job: &Job, name: &str) -> bool {
    matches!(job.output, Output::Batches(_)) || job.key.iter().any(|key| key == name)
}

fn warn_of_left_out(first: &Chosen, chosen: &[Chosen], warnings: &mut Vec<String>) {
    for later in chosen {
        let is_new = |column: &&Column| {
            !first
                .table
                .columns
                .iter()
                .any(|known| known.name == column.name)
        };
        let left_out: Vec<_> = later
            .table
            .columns
            .iter()
            .filter(is_new)
            .map(|column| column.name.as_str())
            .collect();
        if !left_out.is_empty() {
            let columns = left_out.join(", ");
            warnings.push(format!(
                "table {}: columns left out because table {} doesn't have them: {columns}",
                later.name, first.name
            ));
        }
    }
}

/// Checks that every column in --column-type is read.
fn check_typed(job: &Job, names: &[&str]) -> Result<()> {
    let mut typed = job.reading.column_types.columns();
    match typed.find(|name| !names.contains(name)) {
        None => Ok(()),
        Some(name) => Err(Error::new(
            ErrorKind::Schema,
            format!("--column-type names the column {name}, which isn't read"),
        )
        .advise(one_of(name, names))),
    }
}

/// Advice that lists the columns that can be named.
pub(super) fn one_of(name: &str, columns: &[&str]) -> String {
    let spaces = if name.trim() == name {
        ""
    } else {
        "remove the spaces around the name, or "
    };
    format!(
        "{spaces}name one of these columns: {}; names must match exactly, including case",
        columns.join(", ")
    )
}

fn agreed(
    job: &Job,
    dialect: &Dialect,
    name: &str,
    chosen: (&Chosen, &[Chosen]),
) -> Result<PlannedColumn> {
    let (first, chosen) = chosen;
    let (expected, mapping) = mapped(dialect, name, first)?;
    let mut nullable = false;
    for table in chosen {
        let (column, found) = mapped(dialect, name, table)?;
        if found.data_type != mapping.data_type {
            let error = types_differ(name, (first, expected, mapping), (table, column, found));
            return Err(error.advise(or_as_text(
                dialect,
                name,
                "read a view that casts it to the other type, or leave the column out with --columns",
            )));
        }
        nullable |= column.nullable;
    }
    let may_become_null =
        job.invalid_dates == InvalidDates::Null && arrow_type::is_dated(&mapping.data_type);
    Ok(PlannedColumn {
        name: name.to_owned(),
        sql_type: expected.sql_type.clone(),
        data_type: mapping.data_type.clone(),
        nullable: nullable || may_become_null,
    })
}

type Described<'a> = (&'a Chosen, &'a Column, &'a TypeMapping);

fn types_differ(name: &str, first: Described<'_>, other: Described<'_>) -> Error {
    let (first, expected, mapping) = first;
    let (table, column, found) = other;
    let message = format!(
        "the type {} ({}) doesn't match the type {} ({}) in table {}",
        column.sql_type,
        arrow_type::name(&found.data_type),
        expected.sql_type,
        arrow_type::name(&mapping.data_type),
        first.name
    );
    Error::new(ErrorKind::Schema, message)
        .in_table(&table.name)
        .in_column(name)
}

/// The advice, preceded by the flag that reads the column as text, if the database has one.
pub(super) fn or_as_text(dialect: &Dialect, name: &str, advice: &str) -> String {
    match dialect.text_flag {
        Some(flag) => format!("use {} to read it as text, or {advice}", flag(name)),
        None => advice.to_owned(),
    }
}

pub(super) fn find<'a>(name: &str, chosen: &'a Chosen) -> Result<&'a Column> {
    let columns = &chosen.table.columns;
    columns
        .iter()
        .find(|column| column.name == name)
        .ok_or_else(|| {
            let known: Vec<_> = columns.iter().map(|column| column.name.as_str()).collect();
            let error = Error::new(
                ErrorKind::Schema,
                format!("the column {name} doesn't exist"),
            );
            error.in_table(&chosen.name).advise(one_of(name, &known))
        })
}

fn mapped<'a>(
    dialect: &Dialect,
    name: &str,
    chosen: &'a Chosen,
) -> Result<(&'a Column, &'a TypeMapping)> {
    let column = find(name, chosen)?;
    match &column.mapping {
        Ok(mapping) => Ok((column, mapping)),
        Err(no) => {
            let cast = no.cast.replace("{}", &dialect.quote(name));
            let advice = format!(
                "read a view that has {cast} instead, or leave the column out with --columns"
            );
            let error = Error::new(ErrorKind::Schema, no.reason.clone())
                .in_table(&chosen.name)
                .in_column(name);
            Err(error.advise(or_as_text(dialect, name, &advice)))
        }
    }
}

/// A table's SELECT list.
pub(super) fn select_list(
    dialect: &Dialect,
    extractor: Extractor,
    chosen: &Chosen,
    columns: &[PlannedColumn],
) -> Result<String> {
    let mut list = Vec::new();
    for column in columns {
        let (_, mapping) =
            mapped(dialect, &column.name, chosen).map_err(|error| in_table(error, &chosen.name))?;
        let quoted = dialect.quote(&column.name);
        let expression = mapping.expression(&quoted, extractor);
        let plain = expression == quoted;
        list.push(if plain {
            quoted
        } else {
            format!("{expression} AS {quoted}")
        });
    }
    Ok(list.join(", "))
}
