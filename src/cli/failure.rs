//! The report of an error, as text or as JSON.

use crate::Error;
use crate::report::{self, JSON_SCHEMA_VERSION, LogFormat, Record, plain};
use schemars::JsonSchema;
use serde::Serialize;
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
    for cause in error.causes() {
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
#[derive(Serialize, JsonSchema)]
pub(super) struct Failed {
    /// Version of the format. New events and fields don't change it.
    #[schemars(range(min = 1, max = 1))]
    schema_version: u32,
    /// Seconds since the start.
    elapsed_secs: f64,
    /// What happened.
    event: FailedEvent,
    /// What went wrong, and where.
    message: String,
    /// The table in which it happened; null if unknown.
    table: Option<String>,
    /// The row in which it happened, from 1; null if unknown.
    row: Option<u64>,
    /// The column in which it happened; null if unknown.
    column: Option<String>,
    /// The underlying errors, the outermost first.
    causes: Vec<String>,
    /// What to do; null if nothing is known to help.
    advice: Option<String>,
    /// Exit code of the command.
    exit_code: u8,
    /// Whether the same job can succeed later without a change to the job, the permissions or the data.
    retryable: bool,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum FailedEvent {
    Failed,
}

/// A line of the log with `--log-format json`.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) enum LogLine {
    /// Something that happened in a running job.
    Event(Record),
    /// The last line of a command that failed.
    Failed(Failed),
}

/// The error as a line of the JSON log.
fn as_json(error: &Error, elapsed: Duration) -> String {
    let failed = Failed {
        schema_version: JSON_SCHEMA_VERSION,
        elapsed_secs: report::seconds(elapsed),
        event: FailedEvent::Failed,
        message: error.to_string(),
        table: error.location().table().map(str::to_owned),
        row: error.location().row(),
        column: error.location().column().map(str::to_owned),
        causes: error.causes(),
        advice: error.advice().map(str::to_owned),
        exit_code: error.exit_code(),
        retryable: error.kind().policy().retryable,
    };
    // Text, numbers and booleans can always be serialized.
    let line = serde_json::to_string(&failed).unwrap_or_default();
    format!("{line}\n")
}
