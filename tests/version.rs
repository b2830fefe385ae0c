//! What `--version` says about the build.

use crate::harness::{Case, System};
use std::path::Path;
use std::process::Command;

#[test]
fn the_version_names_the_commit_and_the_libraries_that_cargo_lock_has() {
    let case = Case::on(System::Sqlite);
    let long = case.command().arg("--version").succeeds().stdout;
    let version = env!("CARGO_PKG_VERSION");
    let lock = lock();
    let locked = |name: &str| format!("{name} {}", lock[name]);
    let libraries = ["connectorx", "arrow", "parquet", "polars"].map(locked);
    // The version of openssl-src ends in OpenSSL's: 300.6.1+3.6.3.
    let openssl = lock["openssl-src"]
        .split('+')
        .nth(1)
        .expect("OpenSSL's version");
    let lines: Vec<&str> = long.lines().collect();
    assert_eq!(lines.len(), 3, "{long}");
    assert_eq!(lines[1], libraries.join(", "));
    let sqlite = rusqlite::version();
    let expected = format!("SQLite {sqlite}, OpenSSL {openssl} ");
    assert!(lines[2].starts_with(&expected), "{long}\n{expected}");
    let commit = lines[0]
        .strip_prefix(&format!("firstseen {version} ("))
        .and_then(|rest| rest.strip_suffix(')'))
        .unwrap_or_else(|| panic!("a version and a commit: {long}"));
    check_commit(commit);
}

/// The manifest, package indexes and scripts that compare versions take this one.
#[test]
fn the_short_version_is_one_line() {
    let case = Case::on(System::Sqlite);
    let short = case.command().arg("-V").succeeds().stdout;
    assert_eq!(
        short,
        concat!("firstseen ", env!("CARGO_PKG_VERSION"), "\n")
    );
}

/// Cargo's binary is of the checkout's commit. A wheel can be of an earlier one.
fn check_commit(commit: &str) {
    let Some(head) = git(&["rev-parse", "--short=12", "HEAD"]) else {
        assert!(commit == "unknown" || commit.len() == 12, "{commit}");
        return;
    };
    if std::env::var_os("FIRSTSEEN_TEST_BINARY").is_none() {
        assert_eq!(commit, head);
    }
    let known = git(&["rev-parse", "--short=12", &format!("{commit}^{{commit}}")]);
    assert_eq!(known.as_deref(), Some(commit));
}

/// What git says of this checkout, if it is one.
fn git(args: &[&str]) -> Option<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    if !root.join(".git").exists() {
        return None;
    }
    let output = Command::new("git")
        .args(args)
        .current_dir(root)
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim_end().to_owned())
}

/// The versions in Cargo.lock, by name. Those of a crate that is there twice are not asked for.
fn lock() -> std::collections::HashMap<String, String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.lock");
    let text = std::fs::read_to_string(path).expect("Cargo.lock");
    let lock: toml::Table = toml::from_str(&text).expect("TOML");
    let packages = lock["package"].as_array().expect("packages");
    let field =
        |package: &toml::Value, name: &str| package[name].as_str().expect("text").to_owned();
    packages
        .iter()
        .map(|package| (field(package, "name"), field(package, "version")))
        .collect()
}
