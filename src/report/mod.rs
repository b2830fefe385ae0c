//! What a job says: typed events, and the progress bars, log lines and summary made of them.

mod event;

pub use event::{Event, Listener, Silent};
