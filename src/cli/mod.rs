//! The command line: flags in, exit code out.
//!
//! Parsing does no I/O. Standard output holds the result, standard error the log, the progress and the one error.

mod argv;
mod failure;
mod generate;
mod job_command;
mod login;
mod out;
mod signals;
mod unknown;
mod verify;

use crate::Result;
use crate::secret::struck;
use clap::{Args, CommandFactory, Parser, Subcommand};
use clap_complete::Shell;
use failure::Failure;
use job_command::JobArgs;
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
· 6 the output exists or is in use · 129, 130, 143 interrupted";

#[derive(Subcommand)]
enum Command {
    /// Read the tables and write the batch files and their manifest
    Run(Box<JobArgs>),
    /// Check a job and print what it would read and write; writes nothing
    Plan(Box<JobArgs>),

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
    /// Parses the arguments of this process. Where they are no command it says so and what was meant, without a password
    /// that stands among them, and exits.
    pub fn of_arguments() -> Self {
        Self::try_parse().unwrap_or_else(|mut error| {
            let mut cli = Self::command();
            cli.build(); // with --help and --version
            unknown::suggest(&mut error, &cli, &argv::words());
            let text = error.render().to_string();
            let shown = struck(&text, &argv::passwords());
            if shown == text {
                error.exit();
            }
            out::error(&shown);
            std::process::exit(error.exit_code())
        })
    }

    /// Runs the command, prints at most one report to standard error, and says how to exit.
    pub fn run(self) -> ExitCode {
        let begun = Instant::now();
        let Err(failure) = self.command.run() else {
            return ExitCode::SUCCESS;
        };
        let told = failure.told(begun.elapsed());
        out::error(&struck(&told, &argv::passwords()));
        ExitCode::from(failure.error.exit_code())
    }
}

impl Command {
    fn run(self) -> Result<(), Failure> {
        match self {
            Self::Run(job) => job.run(),
            Self::Plan(job) => job.plan(),
            Self::Verify(args) => Ok(args.run()?),
            Self::Generate(args) => Ok(args.run()?),
            Self::Completions(args) => Ok(completions(args.shell)?),
        }
    }
}

fn completions(shell: Shell) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "firstseen", &mut script);
    out::result(&script)
}
