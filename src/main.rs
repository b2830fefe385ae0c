//! The command `firstseen`.

use clap::Parser;
use firstseen::cli::Cli;
use std::process::ExitCode;

fn main() -> ExitCode {
    firstseen::hide_panics();
    Cli::parse().run()
}
