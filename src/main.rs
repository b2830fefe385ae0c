//! The command `firstseen`.

use firstseen::cli::Cli;
use std::process::ExitCode;

fn main() -> ExitCode {
    firstseen::hide_panics();
    Cli::of_arguments().run()
}
