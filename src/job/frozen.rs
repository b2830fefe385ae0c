//! A job as a frozen plan records it: what any process on any machine needs to know of it, and no login.

use super::{Job, JobOptions, Output, TableItem};
use crate::{Error, ErrorKind, Result};
use serde_json::{Map, Value};
use std::path::Path;

/// Options that belong to a process rather than to the job, or to a login.
const OF_A_PROCESS: [&str; 11] = [
    "password_file",
    "defaults_file",
    "workers",
    "force",
    "count_only",
    "progress",
    "log_format",
    "json",
    "quiet",
    "verbose",
    "tables",
];

impl JobOptions {
    /// The options of this job as a JSON object with the keys of a job file, for these tables and columns: what was a pattern or
    /// a default is spelled out, and paths are absolute. Contains no password.
    pub(crate) fn frozen(
        &self,
        job: &Job,
        (tables, columns): (&[String], &[String]),
    ) -> Result<Map<String, Value>> {
        let Output::Batches(output) = &job.output else {
            let message = "--count-only can't be used with a plan that other processes carry out";
            return Err(Error::new(ErrorKind::Usage, message).advise("leave out --count-only"));
        };
        let Ok(Value::Object(mut object)) = serde_json::to_value(self) else {
            let message = "internal error: the options can't be serialized as a JSON object";
            return Err(Error::new(ErrorKind::Bug, message));
        };
        object.retain(|key, value| !value.is_null() && !OF_A_PROCESS.contains(&key.as_str()));
        let source = job.source.without_password();
        object.insert("source".to_owned(), source.into());
        object.insert("out".to_owned(), text(&output.folder)?.into());
        object.insert("columns".to_owned(), columns.into());
        let tables = tables.iter().map(|name| entry(name, job));
        object.insert("table".to_owned(), tables.collect());
        Ok(object)
    }

    /// Options that a frozen plan records.
    pub(crate) fn of_frozen(object: &Map<String, Value>) -> Result<Self> {
        Self::from_json(&Value::Object(object.clone()).to_string())
    }
}

/// An entry of `[[table]]`, whose name is never taken for a pattern.
fn entry(name: &str, job: &Job) -> Value {
    let mut entry = Map::from_iter([("name".to_owned(), name.into())]);
    let filter = job.tables.0.iter().find_map(|item| match item {
        TableItem::Named {
            name: named,
            filter,
        } if named == name => filter.clone(),
        TableItem::Named { .. } | TableItem::Pattern(_) => None,
    });
    if let Some(filter) = filter {
        entry.insert("where".to_owned(), filter.into());
    }
    entry.into()
}

fn text(path: &Path) -> Result<&str> {
    path.to_str().ok_or_else(|| {
        let message = format!(
            "the path {} is not valid UTF-8, which a plan's file requires",
            path.display()
        );
        Error::new(ErrorKind::Usage, message).advise("name another folder with out in the job file")
    })
}
