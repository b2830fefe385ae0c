//! What is reported about a panic.

use std::io::Write;
use std::panic::{PanicHookInfo, set_hook};
use std::thread;

/// Name of the threads on which a client library's panic is caught and becomes an error that names the table.
pub(crate) const READER: &str = "reader";

/// Installs a panic hook that reports where a panic happened and nothing else: a client library's panic message might
/// contain a cell's value. For programs, which own their process; the library itself never calls it.
pub fn hide_panics() {
    set_hook(Box::new(|info: &PanicHookInfo<'_>| {
        if thread::current().name() == Some(READER) {
            return;
        }
        let file = info
            .location()
            .and_then(|place| place.file().rsplit('/').next());
        let line = info.location().map_or(0, std::panic::Location::line);
        // Standard error might be closed, and a panic within a panic would abort the process.
        let _ = writeln!(
            std::io::stderr(),
            "firstseen: internal error ({}:{line})",
            file.unwrap_or_default()
        );
    }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    const PASSWORD: &str = "pa:s/s@w%rd#1";
    /// Set in the separate process that this test starts, and that panics.
    const PANICS: &str = "FIRSTSEEN_TEST_PANICS";

    #[test]
    fn a_panic_reports_its_place_and_not_its_message() {
        if std::env::var_os(PANICS).is_some() {
            hide_panics();
            panic!("mysql://reader:{PASSWORD}@h/d");
        }
        let this = "panics::tests::a_panic_reports_its_place_and_not_its_message";
        let ran = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", this, "--nocapture"])
            .env(PANICS, "1")
            .env("RUST_BACKTRACE", "full")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&[ran.stdout, ran.stderr].concat()).into_owned();
        assert!(!ran.status.success(), "{said}");
        assert!(said.contains("internal error (panics.rs:"), "{said}");
        assert!(
            !said.contains(PASSWORD) && !said.contains("reader"),
            "{said}"
        );
    }
}
