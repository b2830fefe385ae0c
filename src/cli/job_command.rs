//! `run` and `plan`: the two commands that take a job.

use super::failure::Failure;
use super::{argv, login, out, signals};
use crate::job::{Job, JobOptions, Output, read_job_file};
use crate::report::{self, Listener, LogFormat, Summary};
use crate::run::{run, show_plan};
use crate::{Cancel, Error, ErrorKind, Result};
use clap::Args;
use std::ffi::OsString;
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

/// A job that is ready to begin.
struct Ready {
    job: Job,
    listener: Arc<dyn Listener>,
    cancel: Cancel,
    json: bool,
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
            let job = Job::new(options, &current_dir)?;
            work(Ready {
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

fn current_dir() -> Result<PathBuf> {
    std::env::current_dir().map_err(|cause| {
        Error::new(ErrorKind::Usage, "can't get the current folder")
            .because(cause)
            .advise("change to a folder that exists, and run the command again")
    })
}
