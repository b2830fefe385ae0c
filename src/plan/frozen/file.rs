//! Reading and writing the file of a frozen plan.

use super::{Frozen, FrozenPlan, PLAN_VERSION};
use crate::checksum;
use crate::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use tempfile::Builder;

#[derive(Serialize, Deserialize)]
struct Document {
    hash: String,
    plan: Value,
}

/// Read first, since everything else might differ in a newer plan.
#[derive(Deserialize)]
struct Version {
    plan_version: u32,
}

impl FrozenPlan {
    /// The plan with the hash that names it.
    pub fn new(plan: Frozen) -> Result<Self> {
        let value = serde_json::to_value(&plan).map_err(not_json)?;
        let hash = hash(&value);
        Ok(Self { hash, plan })
    }

    /// Reads the plan at `path`. One that was altered, or written by another version of firstseen, is refused.
    pub fn read(path: &Path) -> Result<Self> {
        let bytes = fs::read(path).map_err(|cause| {
            let message = format!("can't read the plan {}", path.display());
            let error = Error::new(ErrorKind::JobFile, message).because(cause);
            error.advise("name a file that firstseen plan has written: firstseen plan JOB.toml --out plan.json")
        })?;
        let broken = |cause: serde_json::Error| {
            let place = format!("{}, line {}", path.display(), cause.line());
            let error = Error::new(ErrorKind::JobFile, "can't parse the plan");
            let error = error.within(place).because(cause);
            error.advise("write it again: firstseen plan JOB.toml --out plan.json")
        };
        let Document { hash: named, plan } = serde_json::from_slice(&bytes).map_err(broken)?;
        if hash(&plan) != named {
            let message = "the plan is not the one that its hash names: it was altered after it had been written";
            let error = Error::new(ErrorKind::JobFile, message).within(path.display());
            return Err(error.advise("change the job instead, and write a new plan: firstseen plan JOB.toml --out plan.json"));
        }
        let Version { plan_version } = Version::deserialize(&plan).map_err(broken)?;
        if plan_version != PLAN_VERSION {
            let message = format!(
                "the plan has version {plan_version}, but this firstseen reads version {PLAN_VERSION}"
            );
            let error = Error::new(ErrorKind::JobFile, message).within(path.display());
            return Err(error.advise("use the firstseen that wrote it"));
        }
        let plan = Frozen::deserialize(&plan).map_err(broken)?;
        let (by, this) = (&plan.versions.firstseen, env!("CARGO_PKG_VERSION"));
        if by != this {
            let message =
                format!("the plan was written by firstseen {by}, and this is firstseen {this}");
            let error = Error::new(ErrorKind::JobFile, message).within(path.display());
            return Err(error.advise("all steps of a job need the same version"));
        }
        Ok(Self { hash: named, plan })
    }

    /// Writes the plan to `path`, as a whole or not at all. A file with another content is replaced only with `force`.
    pub fn write(&self, path: &Path, force: bool) -> Result<()> {
        let document = Document {
            hash: self.hash.clone(),
            plan: serde_json::to_value(&self.plan).map_err(not_json)?,
        };
        let mut json = serde_json::to_vec_pretty(&document).map_err(not_json)?;
        json.push(b'\n');
        if fs::read(path).is_ok_and(|there| there == json) {
            return Ok(());
        }
        let is_there = fs::symlink_metadata(path).is_ok();
        if is_there && !force {
            let message = format!("{} already exists, and is another plan", path.display());
            return Err(Error::new(ErrorKind::Exists, message)
                .advise("pass --force to replace it, or name another file with --out"));
        }
        write_whole(path, &json).map_err(|cause| {
            let message = format!("can't write {}", path.display());
            Error::new(ErrorKind::Output, message).because(cause)
        })
    }
}

fn not_json(cause: serde_json::Error) -> Error {
    let message = "internal error: can't serialize the plan as JSON";
    Error::new(ErrorKind::Bug, message).because(cause)
}

fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|it| *it != Path::new(""));
    // Other users may carry out the plan: it has the mode that the umask gives.
    let mode = Permissions::from_mode(0o666);
    let mut file = Builder::new()
        .permissions(mode)
        .tempfile_in(folder.unwrap_or(Path::new(".")))?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// SHA-256 of the canonical JSON: `serde_json` sorts the keys of an object.
fn hash(plan: &Value) -> String {
    checksum::of(plan.to_string().as_bytes(), || Ok::<_, io::Error>(())).unwrap_or_default()
}
