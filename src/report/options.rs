//! What the command line asks of the report.

use serde::Deserialize;

/// When bars are drawn, `--progress`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum ProgressChoice {
    /// Bars where standard error is a terminal, else lines.
    #[default]
    Auto,
    /// Bars in any case.
    Always,
    /// Lines in any case.
    Never,
}

/// What a line of the log is, `--log-format`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum LogFormat {
    /// Seconds since the start, a tab, and what happened.
    #[default]
    Text,
    /// One JSON object with `schema_version`, `elapsed_secs`, `event` and the event's fields. There are never bars.
    Json,
}

/// How much is said, `-q` and `-v`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Verbosity {
    /// Warnings alone.
    Quiet,
    /// Each table's start, SQL, first row and end, each file, the totals. With bars: each table's end.
    #[default]
    Normal,
    /// Lines also say every five seconds how far the reading is. With bars: all lines of `Normal`, above the bars.
    Verbose,
}

/// What the command line chose.
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
    /// Whether bars are drawn, on a terminal or elsewhere.
    pub(super) fn draws_on(self, terminal: bool) -> bool {
        let asked = match self.progress {
            ProgressChoice::Auto => terminal,
            ProgressChoice::Always => true,
            ProgressChoice::Never => false,
        };
        asked && self.log_format == LogFormat::Text && self.verbosity != Verbosity::Quiet
    }
}
