//! The output of the listeners for one small job.

use super::*;
use crate::unit::Part;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// Keeps what was written, until it is closed.
#[derive(Clone, Default)]
struct Pipe(Arc<Mutex<Vec<u8>>>);

impl Pipe {
    fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The lines without their times.
    fn said(&self) -> Vec<String> {
        let text = self.text();
        text.lines()
            .filter_map(|line| Some(line.split_once('\t')?.1.to_owned()))
            .collect()
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct ClosedPipe;

impl Write for ClosedPipe {
    fn write(&mut self, _bytes: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Err(io::ErrorKind::BrokenPipe.into())
    }
}

/// One table of 30 rows, whose estimate is 10.
fn job() -> Vec<Event> {
    let table = || "ID\n2000".to_owned();
    let progress = |rows_read| Event::UnitProgress {
        unit: 0,
        rows_read,
        candidates: 2,
    };
    vec![
        Event::Planned {
            units: 1,
            workers: 2,
            estimated_rows: Some(10),
        },
        Event::UnitStarted {
            unit: 0,
            table: table(),
            part: None,
            sql: "SELECT 1".into(),
            estimated_rows: Some(10),
        },
        Event::UnitExecuted {
            unit: 0,
            table: table(),
            part: None,
        },
        progress(5),
        progress(20),
        Event::UnitFinished {
            unit: 0,
            table: table(),
            part: None,
            rows_read: 30,
            candidates: 3,
        },
        Event::UnitCounted {
            unit: 0,
            table: table(),
            part: None,
            rows_read: 30,
            new: 2,
            duplicates: 28,
            null_drops: 0,
        },
        Event::DistinctCounted { rows: 2, files: 1 },
        Event::FileWritten {
            name: "p-0000001-0000002".into(),
            rows: 2,
            bytes: 1_500,
        },
        Event::Warning {
            message: "mind the gap".into(),
        },
        Event::Published {
            folder: "batches".into(),
        },
    ]
}

fn run(options: ReportOptions, out: impl Write + Send + 'static) {
    let listener = listener_to(options, Log::new(out));
    for event in job() {
        listener.on_event(&event);
    }
}

#[test]
fn lines_follow_each_table_and_escape_its_name() {
    let out = Pipe::default();
    run(ReportOptions::default(), out.clone());
    assert_eq!(
        out.said(),
        [
            "reading 1 unit with 2 workers, about 10 rows",
            r"running ID\n2000: SELECT 1",
            r"execution of ID\n2000 completed",
            r"finished ID\n2000: 30 rows, at most 3 new",
            "total: 30 rows, 2 new, 1 batch file",
            "wrote p-0000001-0000002: 2 rows, 1.5 kB",
            "warning: mind the gap",
            "published batches",
        ]
    );
}

/// One table of 30 rows in two parts.
fn job_in_parts() -> Vec<Event> {
    let ends = [(2, 20, 3), (1, 10, 4)];
    let end = |(number, rows_read, candidates)| Event::UnitFinished {
        unit: number - 1,
        table: "t".to_owned(),
        part: Some(Part { number, of: 2 }),
        rows_read,
        candidates,
    };
    ends.map(end).to_vec()
}

#[test]
fn a_table_in_parts_is_reported_once_and_its_parts_if_asked_for() {
    let once = "finished t: 30 rows, at most 7 new";
    let parts = [
        "finished t, part 2 of 2: 20 rows, at most 3 new",
        "finished t, part 1 of 2: 10 rows, at most 4 new",
    ];
    for progress in [ProgressChoice::Never, ProgressChoice::Always] {
        for (verbosity, told) in [
            (Verbosity::Quiet, vec![]),
            (Verbosity::Normal, vec![once]),
            (Verbosity::Verbose, vec![parts[0], parts[1], once]),
        ] {
            let out = Pipe::default();
            let options = ReportOptions {
                progress,
                verbosity,
                ..Default::default()
            };
            let listener = listener_to(options, Log::new(out.clone()));
            for event in job_in_parts() {
                listener.on_event(&event);
            }
            drop(listener);
            let text = out.text();
            let said: Vec<_> = [parts[0], parts[1], once]
                .into_iter()
                .filter(|line| text.contains(*line))
                .collect();
            assert_eq!(said, told, "{text:?}");
            assert!(text.matches("finished t:").count() <= 1, "{text:?}");
        }
    }
}

#[test]
fn quiet_reports_only_warnings_even_if_bars_are_asked_for() {
    for progress in [ProgressChoice::Never, ProgressChoice::Always] {
        let out = Pipe::default();
        let verbosity = Verbosity::Quiet;
        run(
            ReportOptions {
                progress,
                verbosity,
                ..Default::default()
            },
            out.clone(),
        );
        assert_eq!(out.said(), ["warning: mind the gap"]);
    }
}

#[test]
fn json_lines_have_the_events_name_and_fields() {
    let out = Pipe::default();
    let progress = ProgressChoice::Always;
    run(
        ReportOptions {
            progress,
            log_format: LogFormat::Json,
            ..Default::default()
        },
        out.clone(),
    );
    let parsed = out
        .text()
        .lines()
        .map(serde_json::from_str)
        .collect::<Result<Vec<serde_json::Value>, _>>();
    let lines = parsed.unwrap_or_default();
    let names: Vec<_> = lines
        .iter()
        .filter_map(|line| line["event"].as_str())
        .collect();
    assert_eq!(
        names,
        [
            "planned",
            "unit_started",
            "unit_executed",
            "unit_finished",
            "unit_counted",
            "distinct_counted",
            "file_written",
            "warning",
            "published"
        ]
    );
    assert!(
        lines
            .iter()
            .all(|line| line["schema_version"] == 1 && line["elapsed_secs"].is_f64())
    );
    assert_eq!(lines[4]["duplicates"], 28);
}

#[test]
fn bars_outgrow_a_wrong_estimate_and_leave_lines_for_finished_tables() {
    let out = Pipe::default();
    let progress = ProgressChoice::Always;
    run(
        ReportOptions {
            progress,
            ..Default::default()
        },
        out.clone(),
    );
    let text = out.text();
    assert!(
        text.contains(r"finished ID\n2000: 30 rows, at most 3 new"),
        "{text:?}"
    );
    assert!(text.contains("warning: mind the gap"), "{text:?}");
}

#[test]
fn a_closed_pipe_is_ignored() {
    for progress in [ProgressChoice::Never, ProgressChoice::Always] {
        run(
            ReportOptions {
                progress,
                ..Default::default()
            },
            ClosedPipe,
        );
    }
}
