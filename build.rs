//! Tells the program which commit and which versions of its libraries it is built from: what `--version` prints.

use std::path::Path;
use std::process::Command;
use std::{env, fs};

/// Libraries that decide what is read and what is written.
const LIBRARIES: [&str; 4] = ["connectorx", "arrow", "parquet", "polars"];

fn main() {
    println!("cargo::rerun-if-changed=Cargo.lock");
    println!("cargo::rustc-env=FIRSTSEEN_COMMIT={}", commit());
    println!("cargo::rustc-env=FIRSTSEEN_LIBRARIES={}", libraries());
}

/// The commit of a checkout, or of the package that cargo made of one.
fn commit() -> String {
    if let Some(log) = git(&["rev-parse", "--git-path", "logs/HEAD"]) {
        println!("cargo::rerun-if-changed={log}");
    }
    let packaged = || {
        let info = fs::read_to_string(".cargo_vcs_info.json").ok()?;
        let hash = info.split("\"sha1\": \"").nth(1)?.split('"').next()?;
        Some(hash.chars().take(12).collect())
    };
    git(&["rev-parse", "--short=12", "HEAD"])
        .or_else(packaged)
        .unwrap_or_else(|| "unknown".to_owned())
}

/// What git says of this folder itself: a package unpacked within another checkout has a different one.
fn git(args: &[&str]) -> Option<String> {
    let folder = env::var("CARGO_MANIFEST_DIR").ok()?;
    if !Path::new(&folder).join(".git").exists() {
        return None;
    }
    let output = Command::new("git")
        .args(args)
        .current_dir(folder)
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    (output.status.success() && !text.trim().is_empty()).then(|| text.trim().to_owned())
}

/// Their versions, as the lock file has them.
fn libraries() -> String {
    let lock = fs::read_to_string("Cargo.lock").unwrap_or_default();
    let version = |name: &str| {
        let package = lock
            .split(&format!("name = \"{name}\"\nversion = \""))
            .nth(1)?;
        Some(format!("{name} {}", package.split('"').next()?))
    };
    let versions: Vec<_> = LIBRARIES.into_iter().filter_map(version).collect();
    versions.join(", ")
}
