//! Errors as Python's exceptions.

use firstseen::Error;
use pyo3::prelude::*;

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
        error.causes(),
        error.exit_code(),
        error.kind().policy().retryable,
    ))?;
    Ok(PyErr::from_value(made))
}
