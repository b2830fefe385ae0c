//! What a command did. A failure prints the command, its output, its exit code and the folder's tree.

use super::command::Firstseen;
use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitStatus;
use std::time::Duration;

/// A command that has ended.
pub struct Ran {
    pub(super) command: Firstseen,
    pub(super) status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
    pub elapsed: Duration,
}

impl Ran {
    /// Panics with everything that is known about the command, unless `holds` is true.
    #[track_caller]
    pub fn check(&self, holds: bool, expectation: impl std::fmt::Display) {
        assert!(holds, "{expectation}\n{}", self.story());
    }

    #[track_caller]
    pub fn exits_with(self, code: i32) -> Self {
        self.check(
            self.status.code() == Some(code),
            format!("expected exit code {code}"),
        );
        self
    }

    pub fn code(&self) -> Option<i32> {
        self.status.code()
    }

    /// Whether `kill -9` ended it.
    pub fn was_killed(&self) -> bool {
        std::os::unix::process::ExitStatusExt::signal(&self.status) == Some(9)
    }

    /// Expects standard error to contain the text.
    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        self.check(
            self.stderr.contains(text),
            format!("standard error must contain: {text}"),
        );
        self
    }

    /// Expects neither output to contain the text.
    #[track_caller]
    pub fn never_says(self, text: &str) -> Self {
        let said = self.stdout.contains(text) || self.stderr.contains(text);
        self.check(!said, format!("no output may contain: {text}"));
        self
    }

    /// Standard output, which must be a single JSON document.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        let parsed = serde_json::from_str(&self.stdout);
        self.check(
            parsed.is_ok(),
            "standard output must be JSON and nothing else",
        );
        parsed.unwrap_or_default()
    }

    fn story(&self) -> String {
        let Self {
            command,
            status,
            stdout,
            stderr,
            elapsed,
        } = self;
        let mut story = format!("{:?}\n{status} after {elapsed:?}\n", command.command);
        let _ = write!(
            story,
            "--- stdout\n{stdout}\n--- stderr\n{stderr}\n--- {}\n",
            command.folder.display()
        );
        tree(&command.folder, 1, &mut story);
        story
    }
}

fn tree(folder: &Path, depth: usize, story: &mut String) {
    let mut entries: Vec<_> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .collect();
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let size = entry
            .metadata()
            .map(|found| found.len())
            .unwrap_or_default();
        let _ = writeln!(
            story,
            "{}{} ({size} bytes)",
            "  ".repeat(depth),
            entry.file_name().display()
        );
        tree(&entry.path(), depth + 1, story);
    }
}
