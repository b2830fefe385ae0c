//! `hold`, `stage`, `finish`, `publish` and `discard`: the steps of a job that several processes carry out.

use super::failure::Failure;
use super::{login, out, signals};
use crate::plan::FrozenPlan;
use crate::report::{
    self, LogFormat, Outcome, ProgressChoice, ReportOptions, Summary, Verbosity, bytes, counted,
    grouped,
};
use crate::steps::{self, Finished, Selection, Staged, Step, StepOptions};
use crate::{Cancel, Result};
use clap::Args;
use std::path::PathBuf;
use std::sync::Arc;

/// What every step takes.
#[derive(Args)]
struct PlanAndStage {
    /// Plan that firstseen plan JOB.toml --out PLAN.json has written
    #[arg(value_name = "PLAN.json")]
    plan: PathBuf,
    /// Folder of the stage, which all processes share
    #[arg(long, value_name = "DIR")]
    stage: PathBuf,
}

/// How a process connects to the database.
#[derive(Args)]
struct Login {
    /// File that contains the password
    #[arg(long, value_name = "FILE", help_heading = "Source")]
    password_file: Option<PathBuf>,
    /// MySQL or MariaDB option file with user, password, host, …
    #[arg(long, value_name = "FILE", help_heading = "Source")]
    defaults_file: Option<PathBuf>,
}

/// How a step reports.
#[derive(Args)]
struct Reporting {
    /// Progress bars: auto, always or never [default: auto]
    #[arg(
        long,
        value_enum,
        value_name = "WHEN",
        hide_possible_values = true,
        help_heading = "Logging"
    )]
    progress: Option<ProgressChoice>,
    /// Log as text or json [default: text]
    #[arg(
        long,
        value_enum,
        value_name = "FORMAT",
        hide_possible_values = true,
        help_heading = "Logging"
    )]
    log_format: Option<LogFormat>,
    /// Log only warnings and errors
    #[arg(short, long, help_heading = "Logging")]
    quiet: bool,
}

#[derive(Args)]
pub(super) struct HoldArgs {
    #[command(flatten)]
    common: PlanAndStage,
    #[command(flatten)]
    login: Login,
    #[command(flatten)]
    reporting: Reporting,
}

#[derive(Args)]
pub(super) struct StageArgs {
    #[command(flatten)]
    common: PlanAndStage,
    /// Units to stage, counted from 0, as in 0..12 [default: all]
    ///
    /// From the first to the last, both included; several with commas: 0,2..3. Units that are complete are skipped. Each table, or each part of it, is a unit,
    /// in the order in which firstseen plan JOB.toml lists them.
    #[arg(long, value_name = "A..B")]
    units: Option<Selection>,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
    /// Connections that read at the same time [default: CPU cores]
    #[arg(long, value_name = "N", help_heading = "Source")]
    workers: Option<u64>,
    #[command(flatten)]
    login: Login,
    #[command(flatten)]
    reporting: Reporting,
}

#[derive(Args)]
pub(super) struct FinishArgs {
    #[command(flatten)]
    common: PlanAndStage,
    /// Shards to finish, counted from 0, as in 0..3 [default: all]
    ///
    /// From the first to the last, both included; several with commas: 0,2..3. Shards that are complete are skipped.
    #[arg(long, value_name = "A..B")]
    shards: Option<Selection>,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
    /// Connections that fetch at the same time [default: CPU cores]
    ///
    /// Only for tables whose keys were staged: their rows are fetched now.
    #[arg(long, value_name = "N", help_heading = "Source")]
    workers: Option<u64>,
    #[command(flatten)]
    login: Login,
    #[command(flatten)]
    reporting: Reporting,
}

#[derive(Args)]
pub(super) struct PublishArgs {
    #[command(flatten)]
    common: PlanAndStage,
    /// Output folder [default: the plan's]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Replace the output of an earlier run
    #[arg(long)]
    force: bool,
    /// Keep the stage, which is otherwise removed once the result is published
    #[arg(long)]
    keep_stage: bool,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    reporting: Reporting,
}

#[derive(Args)]
pub(super) struct DiscardArgs {
    #[command(flatten)]
    common: PlanAndStage,
}

impl Reporting {
    fn options(&self) -> ReportOptions {
        ReportOptions {
            progress: self.progress.unwrap_or_default(),
            log_format: self.log_format.unwrap_or_default(),
            verbosity: if self.quiet {
                Verbosity::Quiet
            } else {
                Verbosity::Normal
            },
        }
    }

    /// Does `work` with the plan's job. A failure is reported in the log's format.
    fn with_step(
        &self,
        common: &PlanAndStage,
        options: StepOptions,
        work: impl FnOnce(&Step<'_>) -> Result<()>,
    ) -> Result<(), Failure> {
        let reported = self.options();
        let step = || {
            let current_dir = super::job_command::current_dir()?;
            let plan = FrozenPlan::read(&common.plan)?;
            let job = options.job(&plan, &current_dir)?;
            let cancel: Cancel = signals::cancel_on_signal()?;
            work(&Step {
                plan: &plan,
                job: &job,
                stage: &common.stage,
                listener: &Arc::from(report::listener(reported)),
                cancel: &cancel,
            })
        };
        step().map_err(|error| Failure {
            error,
            log_format: reported.log_format,
        })
    }
}

impl Login {
    fn options(self, workers: Option<u64>) -> Result<StepOptions> {
        Ok(StepOptions {
            password: login::password()?,
            password_file: self.password_file,
            defaults_file: self.defaults_file,
            workers,
            ..StepOptions::default()
        })
    }
}

impl HoldArgs {
    pub fn run(self) -> Result<(), Failure> {
        let Self {
            common,
            login,
            reporting,
        } = self;
        let options = login.options(Some(1))?;
        reporting.with_step(&common, options, |step| {
            let told = || {
                // A script can wait for the line; without a reader, the state is held all the same.
                let _ = out::result(b"held\n");
            };
            steps::hold(step, told)
        })
    }
}

impl StageArgs {
    pub fn run(self) -> Result<(), Failure> {
        let Self {
            common,
            units,
            json,
            workers,
            login,
            reporting,
        } = self;
        let options = login.options(workers)?;
        reporting.with_step(&common, options, |step| {
            let staged = steps::stage(step, units)?;
            if json {
                return out::json(&staged);
            }
            out::result(staged_text(&staged).as_bytes())
        })
    }
}

fn staged_text(staged: &Staged) -> String {
    let Staged {
        units,
        complete_before,
        missing,
        rows_read,
        candidates,
        bytes: size,
        elapsed_secs,
        ..
    } = staged;
    let text = [
        progress(
            &format!("{} staged", counted(*units as u64, "unit")),
            *complete_before,
            &format!("{} of the plan", grouped(*missing as u64)),
        ),
        format!(
            "{} rows read, {} staged, {}, {elapsed_secs:.2} seconds\n",
            grouped(*rows_read),
            grouped(*candidates),
            bytes(*size)
        ),
    ];
    text.concat()
}

/// How far the job is: what this process has done, what was done before, and what is missing.
fn progress(done: &str, complete_before: usize, missing: &str) -> String {
    let before = grouped(complete_before as u64);
    format!("{done}, {before} complete before, {missing} missing\n")
}

impl FinishArgs {
    pub fn run(self) -> Result<(), Failure> {
        let Self {
            common,
            shards,
            json,
            workers,
            login,
            reporting,
        } = self;
        let options = login.options(workers)?;
        reporting.with_step(&common, options, |step| {
            let finished = steps::finish(step, shards)?;
            if json {
                return out::json(&finished);
            }
            out::result(finished_text(&finished).as_bytes())
        })
    }
}

fn finished_text(finished: &Finished) -> String {
    let Finished {
        shards,
        complete_before,
        missing,
        rows,
        files,
        bytes: size,
        elapsed_secs,
        ..
    } = finished;
    let text = [
        progress(
            &format!("{} finished", counted(*shards as u64, "shard")),
            *complete_before,
            &format!("{} of the result", grouped(*missing as u64)),
        ),
        format!(
            "{}, {} rows, {}, {elapsed_secs:.2} seconds\n",
            counted(*files, "batch file"),
            grouped(*rows),
            bytes(*size)
        ),
    ];
    text.concat()
}

impl PublishArgs {
    pub fn run(self) -> Result<(), Failure> {
        let Self {
            common,
            out,
            force,
            keep_stage,
            json,
            reporting,
        } = self;
        let options = StepOptions {
            out,
            force,
            ..StepOptions::default()
        };
        reporting.with_step(&common, options, |step| {
            let manifest = steps::publish(step, keep_stage)?;
            if json {
                return out::json(&manifest);
            }
            let outcome = Outcome::Published(&step.output()?.folder);
            out::result(Summary::new(&manifest, outcome).to_string().as_bytes())
        })
    }
}

impl DiscardArgs {
    pub fn run(self) -> Result<()> {
        let Self { common } = self;
        let plan = FrozenPlan::read(&common.plan)?;
        steps::discard(&plan, &common.stage)
    }
}
