//! Options for reporting.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// When to draw bars, `--progress`.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum ProgressChoice {
    /// Bars if standard error is a terminal, otherwise lines.
    #[default]
    Auto,
    /// Bars.
    Always,
    /// Lines.
    Never,
}

/// Format of the log, `--log-format`.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum LogFormat {
    /// Lines with the seconds since the start, a tab, and what happened.
    #[default]
    Text,
    /// One JSON object per line, with `schema_version`, `elapsed_secs`, `event` and the event's fields; no bars.
    Json,
}

/// How much to report, `-q` and `-v`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Verbosity {
    /// Warnings only.
    Quiet,
    /// Each table's start, SQL, first row and end, each file, and the totals. With bars, only each table's end.
    #[default]
    Normal,
    /// Also the progress of reading, every five seconds. With bars, all lines of `Normal`, above the bars.
    Verbose,
}

/// The options for reporting.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReportOptions {
    /// `--progress`.
    pub progress: ProgressChoice,
    /// `--log-format`.
    pub log_format: LogFormat,
    /// `-q` or `-v`.
    pub verbosity: Verbosity,
}

impl ReportOptions {
    /// Whether to draw bars, on a terminal or elsewhere.
    pub(super) fn draws_on(self, terminal: bool) -> bool {
        let asked = match self.progress {
            ProgressChoice::Auto => terminal,
            ProgressChoice::Always => true,
            ProgressChoice::Never => false,
        };
        asked && self.log_format == LogFormat::Text && self.verbosity != Verbosity::Quiet
    }
}
