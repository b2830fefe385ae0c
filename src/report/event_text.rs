//! Events as text, for logs that add the time themselves.

use super::{Event, text};

/// Turns a job's events into lines of text, as the log has them, without time and line feed.
#[derive(Debug, Clone, Default)]
pub struct EventText {
    rows_read: u64,
}

impl EventText {
    /// The event's line. `None` for an event without one: progress, and exact counts, which are in the summary.
    pub fn line(&mut self, event: &Event) -> Option<String> {
        if let Event::UnitFinished { rows_read, .. } = event {
            self.rows_read = self.rows_read.saturating_add(*rows_read);
        }
        text::line(event, self.rows_read)
    }
}
