//! What a session inherits from the server, its database, its role or `init_connect`. Each setting that the server lists is
//! given other values in its range. The result must be the same bytes and the same plan, or a clear error.

mod limits;
mod mariadb;
mod named;
mod postgres;

use crate::harness::{Case, Firstseen, Lonely, Running, System, tell};
use std::fs;
use std::path::Path;
use std::time::Instant;

/// The result of a job.
#[derive(PartialEq, Eq)]
struct Outcome {
    code: Option<i32>,
    /// Names and contents, in the order of the names.
    files: Vec<(String, Vec<u8>)>,
    /// Only for plain jobs: the others have their own tables.
    plan: Option<String>,
    said: String,
}

/// A setting with a value that the server refuses to set for others, or for which an error is right, and the expected message.
type Exceptions = &'static [(&'static str, &'static str)];

/// A separate server whose settings are changed, and jobs that read it.
struct Walk {
    server: Lonely,
    case: Case,
    jobs: &'static [&'static [&'static str]],
    extractor: &'static str,
    before: Vec<Outcome>,
    begun: Instant,
    values: usize,
    faults: Vec<String>,
}

impl Walk {
    /// Starts the server. `statements` create the tables that the jobs read.
    fn on(
        system: System,
        statements: &[String],
        jobs: &'static [&'static [&'static str]],
        extractor: &'static str,
    ) -> Self {
        let server = Lonely::start(system);
        server.execute_all(statements);
        let mut walk = Self {
            server,
            case: Case::on(System::Sqlite),
            jobs,
            extractor,
            before: Vec::new(),
            begun: Instant::now(),
            values: 0,
            faults: Vec::new(),
        };
        walk.before = walk.outcomes();
        for before in &walk.before {
            assert_eq!(before.code, Some(0), "{}", before.said);
        }
        walk
    }

    /// The outcomes of all jobs, which run at the same time.
    fn outcomes(&self) -> Vec<Outcome> {
        let begun: Vec<(Option<Running>, Running)> = (0..self.jobs.len())
            .map(|job| {
                let plan = || self.command(job, "plan").arg("--json").start();
                let run = self.command(job, "run").arg("--force");
                (self.is_plain(job).then(plan), run.start())
            })
            .collect();
        let ended = begun.into_iter().enumerate();
        ended
            .map(|(job, (plan, run))| {
                let plan = plan.map(|plan| plan.end().stdout);
                let ran = run.end();
                let folder = self.case.path(&format!("out{job}"));
                let outcome = Outcome {
                    code: ran.code(),
                    files: files(&folder),
                    plan,
                    said: ran.stderr,
                };
                // A failing job would leave the result of the job before it.
                let _ = fs::remove_dir_all(folder);
                outcome
            })
            .collect()
    }

    /// Whether a job has neither a filter nor an order.
    fn is_plain(&self, job: usize) -> bool {
        self.jobs[job].len() == 4
    }

    fn command(&self, job: usize, verb: &str) -> Firstseen {
        let out = format!("out{job}");
        let command = self.case.command().arg(verb).args(self.jobs[job]);
        let workers = if self.is_plain(job) { "2" } else { "1" };
        let command = command.args(["--format", "csv", "--workers", workers, "--out", &out]);
        command
            .args(["--extractor", self.extractor])
            .env("FIRSTSEEN_SOURCE", self.server.url())
    }

    /// Compares the jobs with a setting to the jobs without it. `wanted` is the text of an error that is right.
    fn look(&mut self, setting: &str, wanted: Option<&str>) {
        self.values += 1;
        for (outcome, before) in self.outcomes().into_iter().zip(&self.before) {
            let is_same = (outcome.code, &outcome.files, &outcome.plan)
                == (before.code, &before.files, &before.plan);
            let is_clear =
                outcome.code == Some(3) && wanted.is_some_and(|text| outcome.said.contains(text));
            if !is_same && !is_clear {
                let kind = match (outcome.files == before.files, outcome.plan == before.plan) {
                    (true, _) => "plan",
                    (false, true) => "bytes",
                    (false, false) => "bytes and plan",
                };
                let Outcome { code, said, .. } = outcome;
                self.faults
                    .push(format!("{setting}: other {kind}, {code:?}\n{said}"));
            }
        }
    }

    #[track_caller]
    fn end(self, least: usize) {
        let Self {
            values,
            faults,
            begun,
            ..
        } = self;
        let secs = begun.elapsed().as_secs_f64();
        tell(&format!(
            "inherited settings, {:?}: {values} values in {secs:.0} s",
            self.server.system()
        ));
        assert!(faults.is_empty(), "{}", faults.join("\n"));
        assert!(values >= least, "only {values} values were tried");
    }
}

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<_> = entries
        .map(|entry| {
            let name = entry.file_name().into_string().expect("UTF-8");
            (name, fs::read(entry.path()).expect("a batch file"))
        })
        .collect();
    files.sort();
    files
}

fn exception(exceptions: Exceptions, name: &str) -> Option<&'static str> {
    let found = exceptions
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name));
    found.map(|(_, text)| *text)
}
