//! Jobs over a table of values, and the comparison of what they write.

use super::document::{REFUSED, is_refused};
use super::table::{Images, Placed};
use crate::harness::{Ran, interpreter};
use serde_json::{Value, json};
use std::io::Write;
use std::process::{Command, Stdio};

const FORMATS: [&str; 5] = ["parquet", "arrow", "csv", "ndjson", "pickle"];

/// Runs jobs with these flags, as many as are needed to see every value in every format. Python compares their outputs with the
/// docs and with what the database's driver returns.
pub fn check(images: &Images, flags: &[&str]) {
    let jobs = Jobs { images, flags };
    let mut outputs = jobs.written();
    outputs.extend(jobs.refused());
    outputs.extend(jobs.invalid_dates());
    let columns = images.columns.iter().enumerate().map(|(index, column)| {
        json!({"name": format!("c{index}"), "sql_type": column.sql_type, "arrow": column.arrow})
    });
    let request = json!({
        "source": images.case.database.url(),
        "columns": columns.collect::<Vec<_>>(),
        "outputs": outputs,
        "written": {"condition": Images::written(), "parquet": "written.parquet", "pickle": "written.pickle"},
        "any_as_text": flags.contains(&"--sqlite-types"),
    });
    let differences = jobs.compare(&request);
    assert!(differences.is_empty(), "{flags:?}\n{differences}");
}

struct Jobs<'a> {
    images: &'a Images,
    flags: &'a [&'a str],
}

impl Jobs<'_> {
    /// The values that every format can represent, with one job per format.
    fn written(&self) -> Vec<Value> {
        let placed = self.images.placed.iter();
        let placed: Vec<&Placed> = placed
            .filter(|placed| placed.image.cells.are_written())
            .collect();
        let run = |format: &&str| {
            let out = format!("written.{format}");
            self.run(format, &out, &Images::written(), &[])
                .exits_with(0);
            output(format, &out, &placed)
        };
        FORMATS.iter().map(run).collect()
    }

    /// The values that a format refuses, each with a separate job.
    fn refused(&self) -> Vec<Value> {
        let mut outputs = Vec::new();
        for placed in &self.images.placed {
            let cells = &placed.image.cells;
            let formats = if cells.are_written() {
                &[]
            } else if cells.are_refused() {
                &FORMATS[..1] // fails before any format matters
            } else {
                &FORMATS[..]
            };
            let run = |format: &&str| self.one(placed, format);
            outputs.extend(formats.iter().filter_map(run));
        }
        outputs
    }

    fn one(&self, placed: &Placed, format: &str) -> Option<Value> {
        let (row, column) = (placed.row, placed.column());
        let out = format!("{row}.{format}");
        let columns = format!("id,{column}");
        let only = format!("id = {row}");
        let cell = placed.image.cells.of(format);
        let invalid_dates = if cell == REFUSED { "null" } else { "error" };
        let flags = ["--columns", &columns, "--invalid-dates", invalid_dates];
        let ran = self.run(format, &out, &only, &flags);
        if is_refused(cell) {
            let ran = ran.exits_with(4);
            ran.check(!self.images.case.path(&out).exists(), "nothing is written");
            ran.says(&format!("column {column}")).never_says("panicked");
            return None;
        }
        ran.exits_with(0);
        Some(output(format, &out, &[placed]))
    }

    /// The dates that `--invalid-dates null` writes as NULL, with one job per format.
    fn invalid_dates(&self) -> Vec<Value> {
        let invalid = self.images.placed.iter();
        let invalid = invalid.filter(|placed| placed.image.cells.may_be_null());
        let rows: Vec<String> = invalid.map(|placed| placed.row.to_string()).collect();
        if rows.is_empty() {
            return Vec::new();
        }
        let invalid = format!("id IN ({})", rows.join(", "));
        let run = |format: &&str| {
            let out = format!("invalid.{format}");
            let flags = ["--invalid-dates", "null"];
            self.run(format, &out, &invalid, &flags).exits_with(0);
            output(format, &out, &[])
        };
        FORMATS.iter().map(run).collect()
    }

    fn run(&self, format: &str, out: &str, condition: &str, flags: &[&str]) -> Ran {
        let job = ["--tables", "images", "--key", "id", "--where", condition];
        // The process' time zone must not matter either.
        let run = self.images.case.run().env("TZ", "America/New_York");
        let run = run
            .args(job)
            .args(["--format", format, "--out", out, "--force"]);
        run.args(self.flags).args(flags).end()
    }

    /// The differences that `compare.py` finds, one per line.
    fn compare(&self, request: &Value) -> String {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/images/compare.py");
        let mut python = Command::new(interpreter())
            .arg(script)
            .current_dir(self.images.case.folder())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python starts");
        let mut input = python.stdin.take().expect("a pipe");
        write!(input, "{request}").expect("Python takes the request");
        drop(input);
        let ended = python.wait_with_output().expect("Python ends");
        assert!(ended.status.success(), "{}", ended.status);
        String::from_utf8(ended.stdout).expect("UTF-8")
    }
}

/// An output folder, and what it must contain besides NULLs.
fn output(format: &str, folder: &str, placed: &[&Placed]) -> Value {
    let cell = |placed: &&Placed| {
        let image = &placed.image;
        let value = format!("{} {}", image.sql_type, image.literal);
        json!({"row": placed.row, "column": placed.column(), "value": value, "cell": image.cells.of(format)})
    };
    let cells: Vec<Value> = placed.iter().map(cell).collect();
    json!({"format": format, "folder": folder, "cells": cells})
}
