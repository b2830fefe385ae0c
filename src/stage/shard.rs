//! A shard of the result: the folder of its batch files, and its manifest, which makes them count.

use super::file::{self, Written, cannot, create_folder, sync_folder};
use super::folder::{Mark, StageFolder, attempt, numbered};
use crate::Result;
use crate::batch::BatchFile;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};

/// `files/0000002.json`: a shard whose batch files are complete.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ShardManifest {
    #[serde(flatten)]
    mark: Mark,
    /// From 0, in the order of the result.
    pub shard: u32,
    /// Its folder in the folder `files`.
    folder: String,
    /// Its batch files, in the order of their rows.
    pub files: Vec<BatchFile>,
    /// What it has of each unit, in the order of the result.
    pub units: Vec<OfUnit>,
    /// By column, how many invalid dates are written as NULL.
    pub nulled: Vec<u64>,
    pub elapsed_secs: f64,
    /// Peak resident memory of the process that wrote it, if the system reports it.
    pub peak_memory_bytes: Option<u64>,
}

/// A shard's rows of one unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct OfUnit {
    pub unit: u32,
    pub rows: u64,
    /// How many of these were fetched by their locators, and how many by scans.
    pub located: u64,
    pub scanned: u64,
}

/// The folder in which a process writes a shard's batch files. When it is dropped, it is removed, unless they are to be kept.
#[derive(Debug)]
pub(crate) struct ShardFolder {
    path: PathBuf,
    name: String,
    shard: u32,
    is_kept: bool,
}

impl ShardFolder {
    /// A new, empty folder.
    pub fn create(stage: &StageFolder, shard: u32) -> Result<Self> {
        let name = format!("{}/{}", numbered(shard), attempt());
        let path = stage.files().join(&name);
        create_folder(&path)?;
        Ok(Self {
            path,
            name,
            shard,
            is_kept: false,
        })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for ShardFolder {
    fn drop(&mut self) {
        if !self.is_kept {
            // What can't be removed counts for nothing, and goes with the stage.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

impl StageFolder {
    /// The manifest of a shard; `None` if it isn't complete.
    pub fn shard_manifest_of(&self, shard: u32) -> Result<Option<ShardManifest>> {
        let path = self.shard_manifest(shard);
        let manifest: Option<ShardManifest> = file::read(&path)?;
        if let Some(manifest) = &manifest {
            self.check_mark(&manifest.mark, &path)?;
        }
        Ok(manifest)
    }

    /// Whether a shard is complete.
    pub fn has_shard(&self, shard: u32) -> bool {
        self.shard_manifest(shard).exists()
    }

    /// The path of a shard's batch file.
    pub fn batch_file(&self, shard: &ShardManifest, file: &BatchFile) -> PathBuf {
        self.files().join(&shard.folder).join(&file.name)
    }

    /// Makes a shard count, with the files in this folder. If another process has completed it meanwhile, that one's files stay
    /// and these go.
    pub fn commit_shard(
        &self,
        mut folder: ShardFolder,
        (files, units): (Vec<BatchFile>, Vec<OfUnit>),
        nulled: Vec<u64>,
        (elapsed_secs, peak_memory_bytes): (f64, Option<u64>),
    ) -> Result<()> {
        sync_folder(&folder.path)?;
        let manifest = ShardManifest {
            mark: self.mark(),
            shard: folder.shard,
            folder: folder.name.clone(),
            files,
            units,
            nulled,
            elapsed_secs,
            peak_memory_bytes,
        };
        let path = self.shard_manifest(folder.shard);
        if file::write_new(&path, &attempt(), &manifest)? == Written::Here {
            folder.is_kept = true;
            self.sweep_shard(&folder);
        }
        Ok(())
    }

    /// Removes what other processes have left of a complete shard.
    fn sweep_shard(&self, kept: &ShardFolder) {
        let Ok(entries) = fs::read_dir(self.shard(kept.shard)) else {
            return;
        };
        let others = entries.flatten().filter(|entry| entry.path() != kept.path);
        for other in others {
            // What can't be removed counts for nothing.
            let _ = fs::remove_dir_all(other.path());
        }
    }

    /// Puts a batch file where it is to be published: as a link if the file systems allow it, otherwise as a copy.
    pub fn place_file(&self, shard: &ShardManifest, file: &BatchFile, to: &Path) -> Result<()> {
        let from = self.batch_file(shard, file);
        let bytes = fs::metadata(&from)
            .map_err(|cause| cannot("read", &from, cause))?
            .len();
        if bytes != file.bytes {
            return Err(other_file(&from));
        }
        if fs::hard_link(&from, to).is_ok() {
            return Ok(());
        }
        let copied = copy(&from, to).map_err(|cause| cannot("write", to, cause))?;
        if copied == file.sha256 {
            return Ok(());
        }
        Err(other_file(&from))
    }
}

/// Copies a file, syncs it to disk, and returns the SHA-256 of what was read.
fn copy(from: &Path, to: &Path) -> std::io::Result<String> {
    let target = fs::File::create_new(to)?;
    let source = fs::File::open(from)?;
    let sum = crate::checksum::of(
        Tee {
            source,
            target: &target,
        },
        || Ok::<_, std::io::Error>(()),
    )?;
    crate::durable::sync_and_close(target)?;
    Ok(sum)
}

/// Writes what is read of a file to another one.
struct Tee<'a> {
    source: fs::File,
    target: &'a fs::File,
}

impl std::io::Read for Tee<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        use std::io::Write;
        let read = self.source.read(buffer)?;
        let mut target = self.target;
        target.write_all(buffer.get(..read).unwrap_or_default())?;
        Ok(read)
    }
}

fn other_file(path: &Path) -> crate::Error {
    let message = format!("{} is not the file that was written", path.display());
    crate::Error::new(crate::ErrorKind::Fault, message).advise(
        "remove the shard's manifest from the stage's folder files, and finish the shard again",
    )
}
