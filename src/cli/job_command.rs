//! `run` and `plan`: the two commands that take a job.

use super::{out, signals};
use crate::job::{Job, JobOptions, Output, read_job_file};
use crate::report::{self, Listener, LogFormat, ProgressChoice, ReportOptions, Summary, Verbosity};
use crate::run::{run, show_plan};
use crate::{Error, ErrorKind, Result};
use clap::{ArgAction, Args};
use std::path::PathBuf;
use std::sync::Arc;

#[derive(Args)]
struct JobArgs {
    /// Job file; flags win over what it says
    #[arg(value_name = "JOB.toml")]
    job_file: Option<PathBuf>,
    #[command(flatten)]
    options: JobOptions,
}

#[derive(Args)]
pub(super) struct RunArgs {
    #[command(flatten)]
    job: JobArgs,
    #[command(flatten)]
    report: ReportArgs,
    /// Print the manifest as JSON instead of the summary
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(super) struct PlanArgs {
    #[command(flatten)]
    job: JobArgs,
    #[command(flatten)]
    report: ReportArgs,
    /// Print the plan as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct ReportArgs {
    /// Progress bars on standard error
    #[arg(long, value_enum, default_value_t)]
    progress: ProgressChoice,
    /// Format of the log on standard error
    #[arg(long, value_enum, default_value_t)]
    log_format: LogFormat,
    /// Log warnings and errors only
    #[arg(short, long, conflicts_with = "verbose")]
    quiet: bool,
    /// Log more
    #[arg(short, long, action = ArgAction::Count)]
    verbose: u8,
}

impl JobArgs {
    fn checked(self) -> Result<Job> {
        let Self { job_file, options } = self;
        let current_dir = std::env::current_dir().map_err(|cause| {
            Error::new(ErrorKind::Usage, "the current directory can't be read")
                .because(cause)
                .advise("was it deleted?")
        })?;
        if job_file
            .as_ref()
            .is_some_and(|path| path.to_string_lossy().contains("://"))
        {
            let error = Error::new(ErrorKind::Usage, "a URL stands where a job file should");
            return Err(error.advise("give the database with --source URL"));
        }
        let options = match job_file {
            Some(path) => options.over(read_job_file(&current_dir.join(path))?),
            None => options,
        };
        Job::new(options, &current_dir)
    }
}

impl ReportArgs {
    fn listener(self) -> Arc<dyn Listener> {
        let Self {
            progress,
            log_format,
            quiet,
            verbose,
        } = self;
        let verbosity = match (quiet, verbose) {
            (true, _) => Verbosity::Quiet,
            (false, 0) => Verbosity::Normal,
            (false, _) => Verbosity::Verbose,
        };
        Arc::from(report::listener(ReportOptions {
            progress,
            log_format,
            verbosity,
        }))
    }
}

impl RunArgs {
    pub fn log_format(&self) -> LogFormat {
        self.report.log_format
    }

    pub fn run(self) -> Result<()> {
        let Self { job, report, json } = self;
        let job = job.checked()?;
        let cancel = signals::cancel_on_signal()?;
        let manifest = run(&job, &report.listener(), &cancel)?;
        if json {
            return out::json(&manifest);
        }
        let output = match &job.output {
            Output::Count => report::Output::CountedOnly,
            Output::Batches(batches) => report::Output::Published(&batches.folder),
        };
        out::result(Summary::new(&manifest, output).to_string().as_bytes())
    }
}

impl PlanArgs {
    pub fn log_format(&self) -> LogFormat {
        self.report.log_format
    }

    pub fn run(self) -> Result<()> {
        let Self { job, report, json } = self;
        let job = job.checked()?;
        let cancel = signals::cancel_on_signal()?;
        let plan = show_plan(&job, report.listener().as_ref(), &cancel)?;
        if json {
            return out::json(&plan);
        }
        out::result(plan.to_string().as_bytes())
    }
}
