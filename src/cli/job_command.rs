//! `run` and `plan`: the two commands that take a job.

use super::failure::Failure;
use super::{argv, login, out, signals};
use crate::job::{Job, JobOptions, Output, read_job_file};
use crate::plan::Sizes;
use crate::report::{self, Listener, LogFormat, Summary, counted};
use crate::run::{run, show_plan};
use crate::steps::freeze;
use crate::{Cancel, Error, ErrorKind, Result};
use clap::Args;
use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[derive(Args)]
pub(super) struct JobArgs {
    /// Job file; flags take precedence over it
    #[arg(value_name = "JOB.toml")]
    job_file: Option<PathBuf>,
    #[command(flatten)]
    options: JobOptions,
}

/// What `plan` takes beyond a job.
#[derive(Args)]
pub(super) struct PlanArgs {
    #[command(flatten)]
    job: JobArgs,
    /// Batch files of a shard, which one process finishes [default: 100]
    ///
    /// Only with --out FILE.json. A shard is the smallest part of the result that firstseen finish writes.
    #[arg(long, value_name = "N", help_heading = FROZEN, requires = "out")]
    shard_files: Option<NonZeroUsize>,
    /// Rows among which the keep-list ranks what it keeps [default: 1000000]
    ///
    /// Only with --out FILE.json. An engine sorts at most so many rows of a unit together.
    #[arg(long, value_name = "N", help_heading = FROZEN, requires = "out")]
    segment_rows: Option<NonZeroUsize>,
}

/// Heading of the flags that only a plan's file has.
const FROZEN: &str = "Plan for several processes";

const SHARD_FILES: NonZeroUsize = NonZeroUsize::new(100).expect("100 is not zero");
const SEGMENT_ROWS: NonZeroUsize = NonZeroUsize::new(1_000_000).expect("a million is not zero");

impl PlanArgs {
    /// `firstseen plan`. If `--out` names a file that ends in `.json`, the plan is also written to that file.
    pub fn run(self, args: &[OsString]) -> Result<(), Failure> {
        let Self {
            mut job,
            shard_files,
            segment_rows,
        } = self;
        let is_file = |out: &PathBuf| out.extension().is_some_and(|it| it == "json");
        let Some(file) = job.options.out.take_if(|out| is_file(out)) else {
            if shard_files.is_some() || segment_rows.is_some() {
                let message = "--shard-files and --segment-rows are only for a plan that is written to a file";
                let error = Error::new(ErrorKind::Usage, message);
                return Err(error.advise("name the file: --out plan.json").into());
            }
            return job.plan(args);
        };
        let sizes = Sizes {
            segment_rows: segment_rows.unwrap_or(SEGMENT_ROWS),
            shard_files: shard_files.unwrap_or(SHARD_FILES),
        };
        let force = job.options.force == Some(true);
        job.with_job(args, |ready| {
            let job = (&ready.job, &ready.options);
            let (plan, frozen) = freeze(job, sizes, ready.listener.as_ref(), &ready.cancel)?;
            frozen.write(&file, force)?;
            if ready.json {
                return out::json(&plan);
            }
            let units = counted(frozen.plan.units.len() as u64, "unit");
            let written = format!("\n{units}, written to {}\n", file.display());
            out::result(format!("{plan}{written}").as_bytes())
        })
    }
}

/// A job that is ready to begin.
struct Ready {
    job: Job,
    listener: Arc<dyn Listener>,
    cancel: Cancel,
    json: bool,
    /// What the job was made from.
    options: JobOptions,
}

impl JobArgs {
    /// `firstseen run`.
    pub fn run(self, args: &[OsString]) -> Result<(), Failure> {
        self.with_job(args, |ready| {
            let manifest = run(&ready.job, &ready.listener, &ready.cancel)?;
            // Dropping it clears its bars before anything else is printed.
            drop(ready.listener);
            if ready.json {
                return out::json(&manifest);
            }
            let output = match &ready.job.output {
                Output::Count => report::Outcome::CountedOnly,
                Output::Batches(batches) => report::Outcome::Published(&batches.folder),
            };
            out::result(Summary::new(&manifest, output).to_string().as_bytes())
        })
    }

    /// `firstseen plan`.
    pub fn plan(self, args: &[OsString]) -> Result<(), Failure> {
        self.with_job(args, |ready| {
            let plan = show_plan(&ready.job, ready.listener.as_ref(), &ready.cancel)?;
            if ready.json {
                return out::json(&plan);
            }
            out::result(plan.to_string().as_bytes())
        })
    }

    /// Does `work` with the job. A failure is reported in the log's format: the one that a flag names, and once the job
    /// file is read, the one that the two name together.
    fn with_job(
        self,
        args: &[OsString],
        work: impl FnOnce(Ready) -> Result<()>,
    ) -> Result<(), Failure> {
        let failure_in = |log_format: LogFormat| move |error| Failure { error, log_format };
        let by_flag = failure_in(self.options.log_format.unwrap_or_default());
        let current_dir = current_dir().map_err(by_flag)?;
        let options = self.merged(args, &current_dir).map_err(by_flag)?;
        let reported = options.report();
        let ready = || {
            let json = options.json.unwrap_or(false);
            let job = Job::new(options.clone(), &current_dir)?;
            work(Ready {
                options,
                job,
                listener: Arc::from(report::listener(reported)),
                cancel: signals::cancel_on_signal()?,
                json,
            })
        };
        ready().map_err(failure_in(reported.log_format))
    }

    fn merged(self, args: &[OsString], current_dir: &Path) -> Result<JobOptions> {
        let Self {
            job_file,
            mut options,
        } = self;
        options.password = login::password()?;
        options
            .warnings
            .extend(argv::warning(args, options.source.as_deref()));
        match job_file {
            None => Ok(options),
            Some(path) if path.to_string_lossy().contains("://") => {
                let error = Error::new(ErrorKind::Usage, "the job file is a URL");
                Err(error.advise("give the URL of the database with --source"))
            }
            Some(path) => Ok(options.over(read_job_file(&current_dir.join(path))?)),
        }
    }
}

pub(super) fn current_dir() -> Result<PathBuf> {
    std::env::current_dir().map_err(|cause| {
        Error::new(ErrorKind::Usage, "can't get the current folder")
            .because(cause)
            .advise("change to a folder that exists, and run the command again")
    })
}
