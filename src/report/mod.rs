//! Reporting: typed events, and the progress bars, log lines and summary made from them.
//!
//! In: events, from any thread. Out: text for the log (standard error), and the summary for standard output. Nothing
//! here can make a job fail: what can't be written (to a closed pipe or a lost terminal) is dropped.

mod bars;
mod event;
mod event_text;
mod lines;
mod listener;
mod log;
mod memory;
mod number;
mod options;
mod redacting;
mod screen;
mod style;
mod summary;
mod table;
mod table_ends;
mod text;

pub use event::{Event, Listener, Silent};
pub use event_text::EventText;
pub use lines::JSON_SCHEMA_VERSION;
pub(crate) use lines::{Record, seconds};
pub use listener::{listener, listener_to};
pub use log::Log;
pub use memory::peak_memory_bytes;
pub(crate) use number::{bytes, counted, grouped};
pub use options::{LogFormat, ProgressChoice, ReportOptions, Verbosity};
pub(crate) use redacting::RedactingListener;
pub use summary::{Outcome, Summary};
pub(crate) use table::TextTable;
pub(crate) use text::plain;

#[cfg(test)]
mod tests;
