//! One query of a worker: from the database to the rows that its destination keeps.

use super::retry::is_worth_another;
use super::work::{Unread, Worker};
use crate::destination::{Control, Exit, Filter, Shape, UnitDestination, UnitRows};
use crate::source::Query;
use crate::{Error, ErrorKind, Result};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Reads a query's rows on the worker's connection. `piece` is what the control knows it by. With an exit, they leave
/// by it, and what is returned are their counts and those that are held back.
///
/// # Errors
/// With whether the filter has been asked about any row.
pub(crate) fn run_query(
    (piece, query): (u32, &Query),
    (shape, filter, exit): (&Shape, &Filter, Option<Exit>),
    control: &Arc<Control>,
    worker: &mut Worker,
) -> Result<UnitRows, (Unread, bool)> {
    let Worker { held, pool } = worker;
    let session = &mut held.session;
    let intake = session.intake();
    let control_of = Arc::clone(control);
    let intake = (intake, exit);
    let mut destination =
        UnitDestination::new(piece, shape.clone(), filter.clone(), control_of, intake);
    let watch = control.watch(piece);
    watch.inspect(|watch| watch.sign());
    let read = catch_unwind(AssertUnwindSafe(|| {
        pool.install(|| session.read(query, &mut destination))
    }));
    watch.inspect(|watch| watch.rest());
    let read = read.unwrap_or_else(|_| Err(panicked()));
    let asked = destination.has_rows();
    // An error from the destination has been noted already, and has its place.
    let is_placed = control.failure().is_some();
    read.map_err(|error| match error {
        error if is_placed => Unread::Otherwise(error),
        error => Unread::of_connection(placed(error, &destination)),
    })
    .and_then(|()| destination.finish().map_err(Unread::Otherwise))
    .map_err(|unread| (unread, asked))
}

impl Unread {
    pub(super) fn of_connection(error: Error) -> Self {
        if is_worth_another(&error) {
            Self::Retryable(error)
        } else {
            Self::Otherwise(error)
        }
    }
}

/// The error for a client library's panic. The panic's message isn't passed on, since it might contain a cell's value.
fn panicked() -> Error {
    Error::new(ErrorKind::Value, "the database client can't read a value")
        .advise("leave the row out with --where, or the column with --columns")
}

/// Adds the place where a source failed to read a value.
fn placed(error: Error, destination: &UnitDestination) -> Error {
    match destination.place() {
        Some((row, column)) if error.kind() == ErrorKind::Value => row.locate(error, column),
        _ => error,
    }
}
