//! The log: a line of text or JSON for each event, with the seconds since the start.

use super::table_ends::{TableEnd, TableEnds, is_end_of_part};
use super::text;
use super::{Event, Listener, Log, LogFormat, Verbosity};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Version of the format of the JSON lines, their `schema_version`. New events and fields don't change it.
pub const JSON_SCHEMA_VERSION: u32 = 1;

/// Least time between two progress lines of a job: often enough for a log, rarely enough for a long job.
const PROGRESS_INTERVAL: Duration = Duration::from_secs(5);

/// Writes the log: seconds, a tab, and what happened, or one JSON object per line.
pub(super) struct Lines {
    log: Log,
    format: LogFormat,
    verbosity: Verbosity,
    start: Instant,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    rows_read: u64,
    running: HashMap<usize, String>,
    table_ends: TableEnds,
    last_progress: Duration,
}

/// A JSON line.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Record {
    /// Version of the format. New events and fields don't change it.
    #[schemars(range(min = 1, max = 1))]
    schema_version: u32,
    /// Seconds since the start.
    elapsed_secs: f64,
    /// What happened.
    #[serde(flatten)]
    event: Event,
}

impl Lines {
    pub(super) fn new(log: Log, format: LogFormat, verbosity: Verbosity) -> Self {
        Self {
            log,
            format,
            verbosity,
            start: Instant::now(),
            state: Mutex::default(),
        }
    }

    fn says(&self, event: &Event, state: &mut State, elapsed: Duration) -> bool {
        match (self.verbosity, event) {
            (_, Event::Warning { .. }) => true,
            (Verbosity::Quiet, _) | (Verbosity::Normal, Event::UnitProgress { .. }) => false,
            (Verbosity::Normal, event) if is_end_of_part(event) => self.format == LogFormat::Json,
            (Verbosity::Verbose, Event::UnitProgress { .. }) => state.progress_is_due(elapsed),
            (Verbosity::Normal | Verbosity::Verbose, _) => true,
        }
    }

    fn line(&self, event: &Event, state: &State, elapsed: Duration) -> Option<String> {
        match self.format {
            LogFormat::Text => Some(timed(&state.text(event)?, elapsed)),
            LogFormat::Json => json(event, elapsed),
        }
    }

    fn write_end(&self, end: &TableEnd, elapsed: Duration) {
        if self.format == LogFormat::Text && self.verbosity != Verbosity::Quiet {
            self.log.write(&timed(&text::table_finished(end), elapsed));
        }
    }
}

impl Listener for Lines {
    fn on_event(&self, event: &Event) {
        // Held while writing, so that the lines are in the order of their times.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let elapsed = self.start.elapsed();
        state.note(event);
        if self.says(event, &mut state, elapsed)
            && let Some(line) = self.line(event, &state, elapsed)
        {
            self.log.write(&line);
        }
        if let Some(end) = state.table_ends.follow(event) {
            self.write_end(&end, elapsed);
        }
    }
}

impl State {
    fn note(&mut self, event: &Event) {
        match event {
            Event::UnitStarted {
                unit, table, part, ..
            } => {
                self.running.insert(*unit, text::name(table, *part));
            }
            Event::UnitFinished {
                unit, rows_read, ..
            } => {
                self.running.remove(unit);
                self.rows_read = self.rows_read.saturating_add(*rows_read);
            }
            _ => {}
        }
    }

    fn text(&self, event: &Event) -> Option<String> {
        if let Event::UnitProgress {
            unit,
            rows_read,
            candidates,
        } = event
        {
            let name = self.running.get(unit)?;
            return Some(text::progress(name, *rows_read, *candidates));
        }
        text::line(event, self.rows_read)
    }

    fn progress_is_due(&mut self, elapsed: Duration) -> bool {
        let due = elapsed.saturating_sub(self.last_progress) >= PROGRESS_INTERVAL;
        if due {
            self.last_progress = elapsed;
        }
        due
    }
}

fn timed(said: &str, elapsed: Duration) -> String {
    format!("{:.3}\t{said}\n", elapsed.as_secs_f64())
}

/// Seconds with microseconds, as in the JSON log.
pub(crate) fn seconds(elapsed: Duration) -> f64 {
    (elapsed.as_secs_f64() * 1e6).round() / 1e6
}

fn json(event: &Event, elapsed: Duration) -> Option<String> {
    let record = Record {
        schema_version: JSON_SCHEMA_VERSION,
        elapsed_secs: seconds(elapsed),
        event: event.clone(),
    };
    // An event contains only strings, numbers and a path as a string, so it can always be serialized.
    serde_json::to_string(&record).ok().map(|line| line + "\n")
}
