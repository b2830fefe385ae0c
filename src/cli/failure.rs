//! The one report of an error, for people or for programs.

use crate::Error;
use crate::report::JSON_SCHEMA_VERSION;
use serde::Serialize;
use std::error::Error as StdError;
use std::fmt::Write;
use std::time::Duration;

/// The error, its causes, and what to do: a line each.
pub(super) fn as_text(error: &Error) -> String {
    let mut text = format!("firstseen: {error}\n");
    for cause in causes(error) {
        let _ = writeln!(text, "  cause: {cause}");
    }
    if let Some(advice) = error.advice() {
        let _ = writeln!(text, "  {advice}");
    }
    text
}

/// The last line of a JSON log.
#[derive(Serialize)]
struct Failed<'a> {
    schema_version: u32,
    elapsed_secs: f64,
    event: &'static str,
    message: String,
    causes: Vec<String>,
    advice: Option<&'a str>,
    exit_code: u8,
    retryable: bool,
}

/// The error as a line of the JSON log.
pub(super) fn as_json(error: &Error, elapsed: Duration) -> String {
    let failed = Failed {
        schema_version: JSON_SCHEMA_VERSION,
        elapsed_secs: elapsed.as_secs_f64(),
        event: "failed",
        message: error.to_string(),
        causes: causes(error),
        advice: error.advice(),
        exit_code: error.exit_code(),
        retryable: error.kind().policy().retryable,
    };
    // Text, numbers and booleans always make JSON.
    let line = serde_json::to_string(&failed).unwrap_or_default();
    format!("{line}\n")
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
