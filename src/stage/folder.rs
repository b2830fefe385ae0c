//! The folder of a stage, and the paths in it.

use super::file::{self, STAGE_VERSION};
use crate::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The folder of one plan's stage.
#[derive(Debug, Clone)]
pub(crate) struct StageFolder {
    root: PathBuf,
    plan_hash: String,
}

/// What every file of a stage begins with.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Mark {
    pub stage_version: u32,
    pub plan_hash: String,
}

impl StageFolder {
    /// The stage of a plan, which is created if it doesn't exist: a folder that is empty, or already this plan's stage.
    pub fn create(root: &Path, plan_hash: &str) -> Result<Self> {
        let stage = Self::at(root, plan_hash)?;
        match fs::create_dir(&stage.root) {
            Ok(()) => {}
            Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => stage.check_empty()?,
            Err(cause) => return Err(file::cannot("create the folder", &stage.root, cause)),
        }
        file::write_new(&stage.mark_path(), &attempt(), &stage.mark())?;
        stage.check()?;
        for folder in [stage.units(), stage.files()] {
            file::create_folder(&folder)?;
        }
        Ok(stage)
    }

    /// The stage of a plan, which must exist.
    pub fn open(root: &Path, plan_hash: &str) -> Result<Self> {
        let stage = Self::at(root, plan_hash)?;
        stage.check()?;
        Ok(stage)
    }

    /// Engines are told the paths of files, so these must not depend on a process's current folder.
    fn at(root: &Path, plan_hash: &str) -> Result<Self> {
        let root = std::path::absolute(root)
            .map_err(|cause| file::cannot("use the folder", root, cause))?;
        Ok(Self {
            root,
            plan_hash: plan_hash.to_owned(),
        })
    }

    /// Fails if the folder has something else than a stage.
    fn check_empty(&self) -> Result<()> {
        if self.mark_path().exists() {
            return Ok(());
        }
        let entries = fs::read_dir(&self.root);
        let mut entries =
            entries.map_err(|cause| file::cannot("read the folder", &self.root, cause))?;
        // Another process might be writing the stage's mark.
        let foreign = entries.find(|entry| {
            let name = entry.as_ref().map(fs::DirEntry::file_name);
            name.is_ok_and(|name| !name.to_string_lossy().starts_with(".stage.json."))
        });
        // It might have written it meanwhile, and gone on.
        if foreign.is_none() || self.mark_path().exists() {
            return Ok(());
        }
        let message = format!("{} is not empty, and not a stage", self.root.display());
        let error = Error::new(ErrorKind::Exists, message);
        Err(error.advise("name a new or an empty folder with --stage"))
    }

    fn check(&self) -> Result<()> {
        let mark: Option<Mark> = file::read(&self.mark_path())?;
        let Some(mark) = mark else {
            let message = format!("{} is not a stage", self.root.display());
            return Err(Error::new(ErrorKind::Usage, message)
                .advise("stage the plan's units first: firstseen stage plan.json --stage DIR"));
        };
        self.check_mark(&mark, &self.mark_path())
    }

    /// Fails if a file of the stage belongs to another plan.
    pub(super) fn check_mark(&self, mark: &Mark, path: &Path) -> Result<()> {
        let Mark {
            stage_version,
            plan_hash,
        } = mark;
        let what = if *stage_version != STAGE_VERSION {
            format!("has version {stage_version}, but this firstseen reads version {STAGE_VERSION}")
        } else if *plan_hash != self.plan_hash {
            format!(
                "belongs to the plan {}, not to {}",
                short(plan_hash),
                short(&self.plan_hash)
            )
        } else {
            return Ok(());
        };
        let message = format!("{} {what}", path.display());
        Err(Error::new(ErrorKind::Fault, message).advise(
            "use the plan that the stage was made for, or name another folder with --stage",
        ))
    }

    pub(super) fn mark(&self) -> Mark {
        Mark {
            stage_version: STAGE_VERSION,
            plan_hash: self.plan_hash.clone(),
        }
    }

    pub fn path(&self) -> &Path {
        &self.root
    }

    pub(super) fn mark_path(&self) -> PathBuf {
        self.root.join("stage.json")
    }

    pub(super) fn state(&self) -> PathBuf {
        self.root.join("snapshot.json")
    }

    pub(super) fn hold_lock(&self) -> PathBuf {
        self.root.join("hold.lock")
    }

    pub(super) fn units(&self) -> PathBuf {
        self.root.join("units")
    }

    /// The folder of a unit's parts.
    pub(super) fn unit(&self, unit: u32) -> PathBuf {
        self.units().join(numbered(unit))
    }

    pub(super) fn unit_manifest(&self, unit: u32) -> PathBuf {
        self.units().join(format!("{}.json", numbered(unit)))
    }

    pub(super) fn keep(&self) -> PathBuf {
        self.root.join("keep")
    }

    pub(super) fn files(&self) -> PathBuf {
        self.root.join("files")
    }

    /// The folder of a shard's batch files.
    pub(super) fn shard(&self, shard: u32) -> PathBuf {
        self.files().join(numbered(shard))
    }

    pub(super) fn shard_manifest(&self, shard: u32) -> PathBuf {
        self.files().join(format!("{}.json", numbered(shard)))
    }
}

/// A unit's or a shard's number in a path.
pub(super) fn numbered(number: u32) -> String {
    format!("{number:07}")
}

/// A name for what this process writes until it is complete. Nothing depends on it except that it differs between processes.
pub(super) fn attempt() -> String {
    let random = getrandom::u32().unwrap_or_else(|_| std::process::id());
    format!("{random:08x}")
}

/// The first digits of a hash: enough to tell plans apart.
fn short(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}
