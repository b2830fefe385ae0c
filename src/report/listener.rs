//! Which listener a command line asks for.

use super::bars::Bars;
use super::lines::Lines;
#[cfg(doc)]
use super::options::ProgressChoice;
use super::options::ReportOptions;
use super::screen::Screen;
use super::style::BAR_COLUMNS;
use super::{Listener, Log};
use console::Term;
use indicatif::ProgressDrawTarget;
use std::io::{self, IsTerminal};

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
