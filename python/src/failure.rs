//! Errors as Python's exceptions.

use firstseen::Error;
use pyo3::prelude::*;
use std::error::Error as _;

/// The exception of an error: `firstseen._errors` knows which class it is.
pub(crate) fn raised(py: Python<'_>, error: &Error) -> PyErr {
    exception(py, error).unwrap_or_else(|failed| failed)
}

fn exception(py: Python<'_>, error: &Error) -> PyResult<PyErr> {
    let location = error.location();
    let made = py.import("firstseen._errors")?.getattr("of_kind")?.call1((
        format!("{:?}", error.kind()),
        error.message(),
        location.to_string(),
        (location.table(), location.row(), location.column()),
        error.advice(),
        causes(error),
        error.exit_code(),
        error.kind().policy().retryable,
    ))?;
    Ok(PyErr::from_value(made))
}

fn causes(error: &Error) -> Vec<String> {
    let mut causes = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        causes.push(cause.to_string());
        next = cause.source();
    }
    causes
}
