//! The native module of the Python package `firstseen`: the library and the command.
//!
//! Jobs run on threads of their own. The calling thread waits without the interpreter's lock, hands the job's events to
//! Python, and looks for signals, so that callbacks run in the caller's thread and Ctrl-C ends a job.

#![expect(
    clippy::needless_pass_by_value,
    reason = "PyO3 passes arguments by value"
)]

mod attend;
mod failure;

use pyo3::prelude::*;

/// Everything that `firstseen` calls.
#[pymodule]
mod _firstseen {
    use super::attend::{attend, idly, silently};
    use firstseen::job::{JobOptions, Output, read_job_file};
    use firstseen::report::{Outcome, Summary};
    use firstseen::{Job, Manifest};
    use pyo3::exceptions::PyValueError;
    use pyo3::prelude::*;
    use std::ffi::OsString;
    use std::path::{Path, PathBuf};
    use std::sync::Once;

    static HOOK: Once = Once::new();

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        // A client library's panic could contain a cell.
        HOOK.call_once(firstseen::hide_panics);
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }

    /// Runs a job, and returns its manifest as JSON, and its output folder if it wrote one.
    #[pyfunction]
    fn run(
        py: Python<'_>,
        job_file: Option<PathBuf>,
        options: String,
        on_event: Py<PyAny>,
    ) -> PyResult<(String, Option<OsString>)> {
        let job = idly(py, move || job(job_file.as_deref(), &options))?;
        attend(py, Some(&on_event), move |listener, cancel| {
            let manifest = firstseen::run(&job, &listener, &cancel)?;
            let folder = match job.output {
                Output::Count => None,
                Output::Batches(batches) => Some(batches.folder.into_os_string()),
            };
            Ok((json(&manifest), folder))
        })
    }

    /// Plans a job, and returns the plan as JSON and as text.
    #[pyfunction]
    fn plan(
        py: Python<'_>,
        job_file: Option<PathBuf>,
        options: String,
        on_event: Py<PyAny>,
    ) -> PyResult<(String, String)> {
        let job = idly(py, move || job(job_file.as_deref(), &options))?;
        attend(py, Some(&on_event), move |listener, cancel| {
            let plan = firstseen::plan(&job, listener.as_ref(), &cancel)?;
            Ok((json(&plan), plan.to_string()))
        })
    }

    /// Checks a folder against its manifest, and returns the run's ID, and the numbers of files, rows and bytes.
    #[pyfunction]
    fn verify(py: Python<'_>, folder: PathBuf) -> PyResult<(String, u64, u64, u64)> {
        silently(py, move |cancel| {
            let checked = firstseen::verify::verify(&folder, &|| cancel.check())?;
            Ok((checked.run_id, checked.files, checked.rows, checked.bytes))
        })
    }

    /// Completes an interrupted publication, and returns the manifest of a folder as JSON.
    #[pyfunction]
    fn manifest(py: Python<'_>, folder: PathBuf) -> PyResult<String> {
        silently(py, move |_| {
            Ok(json(&firstseen::verify::manifest(&folder)?))
        })
    }

    /// The summary that the command prints. Without a folder, only counts were asked for.
    #[pyfunction]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "the form in which PyO3 passes a path"
    )]
    fn summary(manifest: &str, folder: Option<PathBuf>) -> PyResult<String> {
        let manifest: Manifest = serde_json::from_str(manifest)
            .map_err(|_| PyValueError::new_err("this is not a manifest"))?;
        let outcome = match &folder {
            None => Outcome::CountedOnly,
            Some(folder) => Outcome::Published(folder),
        };
        Ok(Summary::new(&manifest, outcome).to_string())
    }

    /// Runs the command with these arguments, the program's name first, and returns its exit code.
    #[pyfunction]
    fn main(py: Python<'_>, args: Vec<OsString>) -> u8 {
        py.detach(|| firstseen::cli::main(args))
    }

    fn job(job_file: Option<&Path>, options: &str) -> firstseen::Result<Job> {
        let mut options = JobOptions::from_json(options)?;
        options.password = firstseen::cli::password()?;
        if options.source.is_none() {
            // As for the command, it takes precedence over the job file.
            let source = std::env::var("FIRSTSEEN_SOURCE").ok();
            options.source = source.filter(|source| !source.is_empty());
        }
        let current_dir = std::env::current_dir().unwrap_or_default();
        let options = match job_file {
            None => options,
            Some(path) => options.over(read_job_file(&current_dir.join(path))?),
        };
        Job::new(options, &current_dir)
    }

    /// Documents always have a form in JSON.
    fn json(document: &impl serde::Serialize) -> String {
        serde_json::to_string(document).unwrap_or_default()
    }
}
