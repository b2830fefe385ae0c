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

/// Find the distinct records of many same-schema SQL tables and write them as batch files
#[derive(Parser)]
#[command(name = "firstseen", version, after_help = EXIT_CODES)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
    0  success
    1  a bug, or totals that don't add up; nothing was published
    2  invalid arguments or job file
    3  the database can't be reached, refused something, or the connection was lost
    4  the data or a table's columns don't fit, or verify found a fault
    5  the output can't be written
    6  the output already exists or is in use
  129  interrupted by SIGHUP; 130 by SIGINT (Ctrl-C); 143 by SIGTERM";

const RUN_EXAMPLES: &str = "\
Examples:
  firstseen run --source sqlite://lhid2005.sqlite --tables ID2000..ID2012 --key HASHIDV
  firstseen run job.toml --out /data/person --force
  firstseen run job.toml --count-only";

const PLAN_EXAMPLES: &str = "\
Examples:
  firstseen plan --source sqlite://lhid2005.sqlite --tables 'ID*' --key HASHIDV
  firstseen plan job.toml --json";

#[derive(Subcommand)]
enum Command {
    /// Read the tables and write batch files and a manifest
    ///
    /// Every option can also be set in the job file, with _ instead of -. A flag takes precedence over the file.
    #[command(after_help = RUN_EXAMPLES)]
    Run(Box<JobArgs>),
    /// Check a job and show what it would read, lock and write
    ///
    /// Takes the same options as run. Connects to the database and checks the job against its catalog. Nothing is written; the
    /// only rows read are the samples from which --partition-on chooses the bounds of the parts.
    #[command(after_help = PLAN_EXAMPLES)]
    Plan(Box<JobArgs>),
    /// Check an output folder against its manifest
    ///
    /// Reads every file and compares checksums, rows, columns, file names and order, and checks that no key occurs twice. Reports
    /// how many faults there are, describes the first 20, and exits with code 4 if there is any.
    Verify(verify::VerifyArgs),
    /// Create the article's thirteen tables with made-up data, at any scale
    Generate(generate::GenerateArgs),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
}

#[derive(Args)]
struct CompletionsArgs {
    /// Shell
    shell: Shell,
}

impl Cli {
    /// Parses the arguments of this process. If they are invalid, it says so, suggests what was meant, hides any password
    /// among them, and exits.
    pub fn of_arguments() -> Self {
        Self::try_parse().unwrap_or_else(|mut error| {
            let mut cli = Self::command();
            cli.build(); // adds --help and --version
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

    /// Runs the command, prints at most one error report to standard error, and returns the exit code.
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
