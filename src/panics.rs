//! What a panic says.

use std::io::Write;
use std::panic::{PanicHookInfo, set_hook};

/// Installs a panic hook that says where a panic happened and nothing else: the texts of client libraries' panics may hold
/// a cell of a table. For programs, which own the process; the library itself never calls it.
pub fn hide_panics() {
    set_hook(Box::new(|info: &PanicHookInfo<'_>| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        // Standard error may be closed, and a panic within a panic would abort the process.
        let _ = writeln!(std::io::stderr(), "firstseen: internal error at {place}");
    }));
}
