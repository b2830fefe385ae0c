//! Which listener a command line asks for.

use super::bars::Bars;
use super::lines::Lines;
use super::screen::Screen;
use super::style::BAR_COLUMNS;
use super::{Listener, Log};
use console::Term;
use indicatif::ProgressDrawTarget;
use serde::Deserialize;
use std::io::{self, IsTerminal};

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

/// The listener for standard error: bars only on a terminal that is wide enough for them. Drop it before anything else is printed there: that clears its bars.
pub fn listener(options: ReportOptions) -> Box<dyn Listener> {
    if io::stderr().is_terminal() && is_wide() && options.draws_on(true) {
        return Box::new(Bars::new(ProgressDrawTarget::stderr(), options.verbosity));
    }
    listener_to(options, Log::stderr())
}

/// Whether a bar fits into a line of the terminal: one that wraps can't be drawn over.
fn is_wide() -> bool {
    let size = Term::stderr().size_checked();
    size.is_none_or(|(_, columns)| columns >= BAR_COLUMNS)
}

/// The listener for `log`, which is no terminal: bars only with [`ProgressChoice::Always`].
pub fn listener_to(options: ReportOptions, log: Log) -> Box<dyn Listener> {
    if options.draws_on(false) {
        let screen = ProgressDrawTarget::term_like(Box::new(Screen::new(log)));
        return Box::new(Bars::new(screen, options.verbosity));
    }
    Box::new(Lines::new(log, options.log_format, options.verbosity))
}

impl ReportOptions {
    fn draws_on(self, terminal: bool) -> bool {
        let asked = match self.progress {
            ProgressChoice::Auto => terminal,
            ProgressChoice::Always => true,
            ProgressChoice::Never => false,
        };
        asked && self.log_format == LogFormat::Text && self.verbosity != Verbosity::Quiet
    }
}
