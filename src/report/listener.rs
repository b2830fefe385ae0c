//! Chooses the listener that the command line asks for.

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

/// Returns the listener for standard error, with bars only on a terminal that is wide enough for them. Drop it before
/// printing anything else there: that clears its bars.
pub fn listener(options: ReportOptions) -> Box<dyn Listener> {
    if io::stderr().is_terminal() && is_wide() && options.draws_on(true) {
        return Box::new(Bars::new(ProgressDrawTarget::stderr(), options.verbosity));
    }
    listener_to(options, Log::stderr())
}

/// Whether a bar fits into a line of the terminal. A bar that wraps can't be redrawn.
fn is_wide() -> bool {
    let size = Term::stderr().size_checked();
    size.is_none_or(|(_, columns)| columns >= BAR_COLUMNS)
}

/// Returns the listener for `log`, which is not a terminal, with bars only for [`ProgressChoice::Always`].
pub fn listener_to(options: ReportOptions, log: Log) -> Box<dyn Listener> {
    if options.draws_on(false) {
        let screen = ProgressDrawTarget::term_like(Box::new(Screen::new(log)));
        return Box::new(Bars::new(screen, options.verbosity));
    }
    Box::new(Lines::new(log, options.log_format, options.verbosity))
}
