//! The contract of this module, in temporary folders: a target, what exists there, and what a publication or a crash leaves.
#![allow(clippy::unwrap_used)] // a test ends where it fails

mod crash;
mod manifest;
mod staging;
mod target;

use super::contents::holds_exactly;
use super::place::Place;
use super::{Manifest, RollForward, Staging, Target, manifest_path, roll_forward};
use crate::batch::BatchFile;
use crate::{Error, ErrorKind, Result};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Names and contents of batch files.
type Files<'a> = &'a [(&'a str, &'a str)];

/// A parent folder for one target.
struct Spot {
    parent: TempDir,
}

impl Spot {
    fn new() -> Self {
        let parent = tempfile::tempdir().unwrap();
        Self { parent }
    }

    fn out(&self) -> PathBuf {
        self.parent.path().join("batches")
    }

    fn place(&self) -> Place {
        Place::of(&self.out()).unwrap()
    }

    fn check(&self, force: bool) -> Result<Target> {
        Target::check(&self.out(), force)
    }

    fn staging(&self, force: bool) -> Staging {
        Staging::create(&self.check(force).unwrap()).unwrap()
    }

    fn publish(&self, run_id: &str, files: Files) {
        let staging = self.staging(true);
        write(staging.folder(), files);
        staging
            .publish(&manifest_of(run_id, files), &|| Ok(()))
            .unwrap();
    }

    /// The run whose complete result is at the target, or `None` if nothing is. Anything else fails.
    fn whole_result(&self) -> Option<String> {
        assert!(!self.place().staging.exists(), "{:?}", self.tree());
        if !self.out().exists() && !manifest_path(&self.out()).exists() {
            return None;
        }
        let manifest = Manifest::read(&manifest_path(&self.out())).unwrap();
        assert!(
            holds_exactly(&self.out(), &manifest.files).unwrap(),
            "{:?}",
            self.tree()
        );
        Some(manifest.run_id)
    }

    /// Every path in the parent folder, with the contents of files.
    fn tree(&self) -> Vec<String> {
        let mut paths = Vec::new();
        list(self.parent.path(), &mut paths);
        paths.sort();
        paths
    }
}

fn list(folder: &Path, paths: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.is_symlink() {
            paths.push(path.display().to_string());
            list(&path, paths);
        } else {
            let contents = fs::read_to_string(&path).unwrap_or_default();
            paths.push(format!("{}: {contents}", path.display()));
        }
    }
}

fn write(folder: &Path, files: Files) {
    for (name, contents) in files {
        fs::write(folder.join(name), contents).unwrap();
    }
}

fn manifest_of(run_id: &str, files: Files) -> Manifest {
    let json = include_str!("manifest.json");
    let mut manifest: Manifest = serde_json::from_str(json).unwrap();
    manifest.run_id = run_id.to_owned();
    manifest.files = files
        .iter()
        .map(|(name, contents)| listed(name, contents))
        .collect();
    manifest
}

fn listed(name: &str, contents: &str) -> BatchFile {
    BatchFile {
        name: name.to_owned(),
        rows: 1,
        bytes: contents.len().try_into().unwrap(),
        sha256: crate::checksum::sha256(contents),
    }
}

fn refusal<T: std::fmt::Debug>(result: Result<T>) -> (ErrorKind, String) {
    let error: Error = result.unwrap_err();
    assert!(error.advice().is_some(), "{error} without advice");
    (error.kind(), error.to_string())
}
