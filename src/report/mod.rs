//! What a job says: typed events, and the progress bars, log lines and summary made of them.
//!
//! In: events, from any thread. Out: text on the log (standard error), and the summary for standard output. Nothing
//! here can fail a job: what can't be written (a closed pipe, a terminal that went away) is left unsaid.

mod bars;
mod event;
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
pub use lines::JSON_SCHEMA_VERSION;
pub use listener::{listener, listener_to};
pub use log::Log;
pub use memory::peak_memory_bytes;
pub(crate) use number::{bytes, grouped};
pub use options::{LogFormat, ProgressChoice, ReportOptions, Verbosity};
pub(crate) use redacting::RedactingListener;
pub use summary::{Outcome, Summary};
pub(crate) use table::TextTable;
pub(crate) use text::plain;

#[cfg(test)]
mod tests;
