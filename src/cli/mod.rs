//! The command line: flags in, exit code out.
//!
//! Parsing does no I/O. Standard output holds the result, standard error the log, the progress and the one error.

mod argv;
mod failure;
mod generate;
mod job_command;
mod login;
mod out;
mod schema;
mod signals;
mod steps;
mod unknown;
mod verify;
mod version;

use crate::free_memory::set_up_heap;
use crate::secret::struck;
use crate::{Error, ErrorKind, Result};
use clap::{Args, CommandFactory, Parser, Subcommand};
use clap_complete::Shell;
use failure::Failure;
use job_command::{JobArgs, PlanArgs};
pub use login::password;
use std::ffi::OsString;
use std::time::Instant;

/// Find the distinct records of many same-schema SQL tables and write them as batch files
#[derive(Parser)]
#[command(name = "firstseen", version = version::SHORT, long_version = version::long(), after_help = EXIT_CODES)]
struct Cli {
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
  firstseen plan job.toml --json
  firstseen plan job.toml --out plan.json";

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
    Plan(Box<PlanArgs>),
    /// Hold one state of the database for the processes that stage a plan
    ///
    /// Keeps the state until it is stopped with Ctrl-C or SIGTERM: on PostgreSQL an exported snapshot, on MariaDB a place in the
    /// binary log that every process has to see. What isn't complete when it ends doesn't count.
    Hold(steps::HoldArgs),
    /// Read units of a plan and write them to a stage
    ///
    /// Any number of processes, on any machines that share the folder, can stage different units of a plan at the same time. What a
    /// process left that died counts for nothing: run the command again.
    Stage(steps::StageArgs),
    /// Write the batch files of a staged plan, shard by shard
    ///
    /// The keep-list must be complete: python -m firstseen.duckdb or python -m firstseen.spark computes it. Any number of processes
    /// can finish different shards at the same time.
    Finish(steps::FinishArgs),
    /// Publish the batch files of a finished stage with their manifest
    ///
    /// Checks that all units and shards are complete and that the counts of each table add up. Then removes the stage.
    Publish(steps::PublishArgs),
    /// Remove the stage of a plan, with everything in it
    Discard(steps::DiscardArgs),
    /// Check an output folder against its manifest
    ///
    /// Reads every file and compares checksums, rows, columns, file names and order, and checks that no key occurs twice. Reports
    /// how many faults there are, describes the first 20, and exits with code 4 if there is any.
    Verify(verify::VerifyArgs),
    /// Create the article's thirteen tables with made-up data, or wide ones, at any scale
    Generate(generate::GenerateArgs),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
    /// Print a manual page
    Man(ManArgs),
    /// Print the JSON Schema of a document: the manifest, the JSON log, or the job file
    Schema(SchemaArgs),
}

#[derive(Args)]
struct CompletionsArgs {
    /// Shell
    shell: Shell,
}

#[derive(Args)]
struct ManArgs {
    /// Command; without it, the page of firstseen itself
    command: Option<String>,
}

#[derive(Args)]
struct SchemaArgs {
    /// Document
    document: schema::Document,
}

impl Cli {
    /// Parses arguments, the program's name first. If they are invalid, it says so, suggests what was meant, hides any
    /// password among them, and returns the exit code.
    fn parse(args: &[OsString]) -> Result<Self, u8> {
        Self::try_parse_from(args).map_err(|mut error| {
            let mut cli = Self::command();
            cli.build(); // adds --help and --version
            let words = args.iter().skip(1);
            let words: Vec<_> = words
                .map(|word| word.to_string_lossy().into_owned())
                .collect();
            unknown::suggest(&mut error, &cli, &words);
            let text = error.render().to_string();
            let shown = struck(&text, &argv::passwords(args));
            if shown == text {
                let _ = error.print();
            } else {
                out::error(&shown);
            }
            u8::try_from(error.exit_code()).unwrap_or(USAGE)
        })
    }
}

/// Runs the command with these arguments, the program's name first. Prints at most one error report to standard error, and
/// returns the exit code.
pub fn main(args: impl IntoIterator<Item = OsString>) -> u8 {
    set_up_heap();
    let args: Vec<OsString> = args.into_iter().collect();
    let begun = Instant::now();
    let cli = match Cli::parse(&args) {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    let Err(failure) = cli.command.run(&args) else {
        return 0;
    };
    let told = failure.told(begun.elapsed());
    out::error(&struck(&told, &argv::passwords(&args)));
    failure.error.exit_code()
}

/// The exit code of invalid arguments.
const USAGE: u8 = 2;

impl Command {
    fn run(self, args: &[OsString]) -> Result<(), Failure> {
        match self {
            Self::Run(job) => job.run(args),
            Self::Plan(plan) => plan.run(args),
            Self::Hold(hold) => hold.run(),
            Self::Stage(stage) => stage.run(),
            Self::Finish(finish) => finish.run(),
            Self::Publish(publish) => publish.run(),
            Self::Discard(discard) => Ok(discard.run()?),
            Self::Verify(options) => Ok(options.run()?),
            Self::Generate(options) => Ok(options.run(args)?),
            Self::Completions(options) => Ok(completions(options.shell)?),
            Self::Man(options) => Ok(man(options.command.as_deref())?),
            Self::Schema(options) => Ok(options.document.print()?),
        }
    }
}

fn completions(shell: Shell) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "firstseen", &mut script);
    out::result(&script)
}

fn man(command: Option<&str>) -> Result<()> {
    let mut cli = Cli::command().disable_help_subcommand(true); // it has no page
    cli.build(); // names the commands after the program
    let page = match command {
        None => cli,
        Some(name) => cli.find_subcommand(name).cloned().ok_or_else(|| {
            let names: Vec<_> = Cli::command()
                .get_subcommands()
                .map(|command| command.get_name().to_owned())
                .collect();
            Error::new(ErrorKind::Usage, format!("there is no command {name}"))
                .advise(format!("the commands are {}", names.join(", ")))
        })?,
    };
    let mut roff = Vec::new();
    // Writing to memory can't fail.
    let _ = clap_mangen::Man::new(page).render(&mut roff);
    out::result(&roff)
}
