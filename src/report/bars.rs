//! Progress bars: one for each running unit, and one for the total.

use super::number::{counted, grouped};
use super::table_ends::{TableEnds, is_end_of_part};
use super::{Event, Listener, Verbosity, style, text};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Time between two redraws without an event, so that rates stay current while a database sorts.
const TICK: Duration = Duration::from_millis(200);

/// Progress bars. Dropping them clears them; the lines above them stay.
pub(super) struct Bars {
    screen: MultiProgress,
    total: ProgressBar,
    verbosity: Verbosity,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    running: HashMap<usize, UnitBar>,
    rows_read: u64,
    candidates: u64,
    table_ends: TableEnds,
}

struct UnitBar {
    bar: ProgressBar,
    rows_read: u64,
    candidates: u64,
}

impl Bars {
    pub(super) fn new(target: ProgressDrawTarget, verbosity: Verbosity) -> Self {
        let screen = MultiProgress::with_draw_target(target);
        let total = screen.add(
            ProgressBar::no_length()
                .with_style(style::open())
                .with_prefix("total"),
        );
        total.enable_steady_tick(TICK);
        Self {
            screen,
            total,
            verbosity,
            state: Mutex::default(),
        }
    }

    fn start(&self, name: &str, estimated_rows: Option<u64>) -> UnitBar {
        let bar = ProgressBar::no_length().with_prefix(text::plain(name).into_owned());
        let bar = self.screen.insert_before(&self.total, bar);
        expect(&bar, estimated_rows);
        bar.set_message("executing");
        bar.enable_steady_tick(TICK);
        UnitBar {
            bar,
            rows_read: 0,
            candidates: 0,
        }
    }

    fn advance(&self, state: &mut State, unit: usize, rows_read: u64, candidates: u64) {
        let Some(running) = state.running.get_mut(&unit) else {
            return;
        };
        state.rows_read += rows_read.saturating_sub(running.rows_read);
        state.candidates += candidates.saturating_sub(running.candidates);
        (running.rows_read, running.candidates) = (rows_read, candidates);
        place(&running.bar, rows_read, candidates);
        place(&self.total, state.rows_read, state.candidates);
    }

    fn finish(&self, state: &mut State, unit: usize) {
        if let Some(running) = state.running.remove(&unit) {
            running.bar.finish_and_clear();
            self.screen.remove(&running.bar);
        }
    }

    fn write_files(&self, state: &State, rows: u64, files: usize) {
        self.total.set_style(style::files());
        self.total.set_prefix("batch files");
        self.total.set_length(files as u64);
        self.total.set_position(0);
        let read = counted(state.rows_read, "row");
        self.total
            .set_message(format!("{} new of {read}", grouped(rows)));
    }

    fn follow(&self, state: &mut State, event: &Event) {
        match event {
            Event::Planned { estimated_rows, .. } => expect(&self.total, *estimated_rows),
            Event::UnitStarted {
                unit,
                table,
                part,
                estimated_rows,
                ..
            } => {
                let started = self.start(&text::name(table, *part), *estimated_rows);
                state.running.insert(*unit, started);
            }
            Event::UnitExecuted { unit, .. } => {
                if let Some(running) = state.running.get(unit) {
                    running.bar.set_message("");
                }
            }
            Event::UnitProgress {
                unit,
                rows_read,
                candidates,
            } => {
                self.advance(state, *unit, *rows_read, *candidates);
            }
            Event::UnitFinished {
                unit,
                rows_read,
                candidates,
                ..
            } => {
                self.advance(state, *unit, *rows_read, *candidates);
                self.finish(state, *unit);
            }
            Event::DistinctCounted { rows, files } => self.write_files(state, *rows, *files),
            Event::FileWritten { .. } => self.total.inc(1),
            Event::Published { .. } => self.total.finish_and_clear(),
            Event::SnapshotTaken { .. }
            | Event::ReadChosen { .. }
            | Event::FetchStarted { .. }
            | Event::UnitCounted { .. }
            | Event::DatesNulled { .. }
            | Event::Warning { .. } => {}
        }
    }

    fn says(&self, event: &Event) -> bool {
        let verbose = self.verbosity == Verbosity::Verbose;
        let is_end = matches!(event, Event::UnitFinished { .. }) && !is_end_of_part(event);
        let is_reported = matches!(event, Event::DatesNulled { .. } | Event::Warning { .. });
        verbose || is_end || is_reported
    }

    /// Prints a line above the bars.
    fn say(&self, line: &str) {
        // A lost terminal is not a reason to stop the job.
        let _ = self.screen.println(line);
    }
}

impl Listener for Bars {
    fn on_event(&self, event: &Event) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        self.follow(&mut state, event);
        if self.says(event)
            && let Some(line) = text::line(event, state.rows_read)
        {
            self.say(&line);
        }
        if let Some(end) = state.table_ends.follow(event) {
            self.say(&text::table_finished(&end));
        }
    }
}

impl Drop for Bars {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        for running in state.running.values() {
            running.bar.finish_and_clear();
        }
        self.total.finish_and_clear();
    }
}

/// Sets an estimate. 0 means nothing: catalogs have it for tables that were never analyzed.
fn expect(bar: &ProgressBar, estimated_rows: Option<u64>) {
    match estimated_rows.filter(|rows| *rows > 0) {
        Some(rows) => {
            bar.set_length(rows);
            bar.set_style(style::estimated());
        }
        None => bar.set_style(style::open()),
    }
}

/// Moves a bar. An estimate that proves too small grows.
fn place(bar: &ProgressBar, rows_read: u64, candidates: u64) {
    if bar.length().is_some_and(|length| length < rows_read) {
        bar.set_length(rows_read);
    }
    bar.set_position(rows_read);
    bar.set_message(format!("at most {} new", grouped(candidates)));
}
