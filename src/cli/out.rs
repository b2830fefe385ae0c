//! Standard output and standard error, either of which may be a closed pipe.

use crate::{Error, ErrorKind, Result};
use std::io::{self, ErrorKind as IoErrorKind, Write};

/// Writes a result to standard output. A reader that has closed the pipe is not an error.
pub(super) fn result(bytes: &[u8]) -> Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Err(cause) if cause.kind() != IoErrorKind::BrokenPipe => {
            Err(Error::new(ErrorKind::Output, "can't write to standard output").because(cause))
        }
        _ => Ok(()),
    }
}

/// Writes an object as JSON to standard output.
pub(super) fn json(object: &impl serde::Serialize) -> Result<()> {
    let mut text = serde_json::to_vec_pretty(object).map_err(|cause| {
        Error::new(
            ErrorKind::Bug,
            "internal error: can't serialize the result as JSON",
        )
        .because(cause)
    })?;
    text.push(b'\n');
    result(&text)
}

/// Writes a report to standard error, if anyone reads it.
pub(super) fn error(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}
