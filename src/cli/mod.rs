//! The command line: flags in, exit code out.
//!
//! Parsing does no I/O. Standard output holds the result, standard error the log, the progress and the one error.

mod failure;
mod generate;
mod job_command;
mod out;
mod signals;
mod verify;

use crate::Result;
use crate::report::LogFormat;
use clap::{Args, CommandFactory, Parser, Subcommand};
use clap_complete::Shell;
use std::process::ExitCode;
use std::time::Instant;

/// Finds the distinct records of many same-schema SQL tables and writes them as exact batch files.
#[derive(Parser)]
#[command(name = "firstseen", version, after_help = EXIT_CODES)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 done · 1 a bug, or sums that differ · 2 usage or job file · 3 the source can't be \
reached, refuses or was lost · 4 the data or schema doesn't fit, or verify found a fault · 5 the output can't be written \
· 6 the output exists or is in use · 130, 143 interrupted";

#[derive(Subcommand)]
enum Command {
    /// Read the tables and write the batch files and their manifest
    Run(Box<job_command::RunArgs>),
    /// Check a job and print what it would read and write; reads no rows and writes nothing
    Plan(Box<job_command::PlanArgs>),

    /// Check that a folder still holds what its manifest says
    Verify(verify::VerifyArgs),
    /// Make the article's thirteen tables, at any scale
    Generate(generate::GenerateArgs),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
}

#[derive(Args)]
struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

impl Cli {
    /// Runs the command, prints at most one report to standard error, and says how to exit.
    pub fn run(self) -> ExitCode {
        let begun = Instant::now();
        let log_format = self.command.log_format();
        let Err(error) = self.command.run() else {
            return ExitCode::SUCCESS;
        };
        out::error(&match log_format {
            LogFormat::Text => failure::as_text(&error),
            LogFormat::Json => failure::as_json(&error, begun.elapsed()),
        });
        ExitCode::from(error.exit_code())
    }
}

impl Command {
    fn log_format(&self) -> LogFormat {
        match self {
            Self::Run(args) => args.log_format(),
            Self::Plan(args) => args.log_format(),
            Self::Verify(_) | Self::Generate(_) | Self::Completions(_) => LogFormat::Text,
        }
    }

    fn run(self) -> Result<()> {
        match self {
            Self::Run(args) => args.run(),
            Self::Plan(args) => args.run(),
            Self::Verify(args) => args.run(),
            Self::Generate(args) => args.run(),
            Self::Completions(args) => completions(args.shell),
        }
    }
}

fn completions(shell: Shell) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "firstseen", &mut script);
    out::result(&script)
}
