//! The report of an error, as text or as JSON.

use crate::Error;
use crate::report::{self, JSON_SCHEMA_VERSION, LogFormat, plain};
use serde::Serialize;
use std::error::Error as StdError;
use std::fmt::Write;
use std::time::Duration;

/// Why a command failed, and the format in which to report it.
pub(super) struct Failure {
    pub error: Error,
    pub log_format: LogFormat,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self {
            error,
            log_format: LogFormat::Text,
        }
    }
}

impl Failure {
    /// The report, with a line feed at the end.
    pub fn told(&self, elapsed: Duration) -> String {
        match self.log_format {
            LogFormat::Text => as_text(&self.error),
            LogFormat::Json => as_json(&self.error, elapsed),
        }
    }
}

/// What went wrong, where, the causes, and what to do, each on its own line.
fn as_text(error: &Error) -> String {
    let mut text = format!("firstseen: {}\n", plain_lines(error.message()));
    let place = error.location().to_string();
    if !place.is_empty() {
        let _ = writeln!(text, "  where: {}", plain_lines(&place));
    }
    for cause in causes(error) {
        let _ = writeln!(text, "  cause: {}", plain_lines(&cause));
    }
    if let Some(advice) = error.advice() {
        let _ = writeln!(text, "  hint: {}", plain_lines(advice));
    }
    text
}

/// Escapes control characters, so that a table's name can't control a terminal or begin a new line. The indented lines in
/// which `verify` lists its faults are kept.
fn plain_lines(text: &str) -> String {
    let lines: Vec<_> = text.split("\n  ").map(plain).collect();
    lines.join("\n  ")
}

/// The last line of a JSON log.
#[derive(Serialize)]
struct Failed<'a> {
    schema_version: u32,
    elapsed_secs: f64,
    event: &'static str,
    message: String,
    table: Option<&'a str>,
    row: Option<u64>,
    column: Option<&'a str>,
    causes: Vec<String>,
    advice: Option<&'a str>,
    exit_code: u8,
    retryable: bool,
}

/// The error as a line of the JSON log.
fn as_json(error: &Error, elapsed: Duration) -> String {
    let failed = Failed {
        schema_version: JSON_SCHEMA_VERSION,
        elapsed_secs: report::seconds(elapsed),
        event: "failed",
        message: error.to_string(),
        table: error.location().table(),
        row: error.location().row(),
        column: error.location().column(),
        causes: causes(error),
        advice: error.advice(),
        exit_code: error.exit_code(),
        retryable: error.kind().policy().retryable,
    };
    // Text, numbers and booleans can always be serialized.
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
