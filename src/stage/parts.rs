//! The files of a unit's parts, which count once the unit's manifest lists them.

use super::file::{cannot, create_folder, sync_folder};
use super::folder::{StageFolder, attempt, numbered};
use super::part::PartFile;
use crate::Result;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How often a unit's folder is created for a part. It is removed only by a process that was at the same unit, once by each.
const FOLDER_ATTEMPTS: usize = 100;

/// The parts of a unit that isn't complete. When they are dropped, they are removed, unless they are to be kept.
#[derive(Debug, Clone)]
pub(crate) struct Parts(Arc<Written>);

#[derive(Debug)]
struct Written {
    folder: PathBuf,
    /// The unit's folder in the folder of all units.
    unit: String,
    attempt: String,
    files: Mutex<Files>,
}

#[derive(Debug, Default)]
struct Files {
    complete: Vec<PartFile>,
    /// The number of the part that is being written.
    open: Option<usize>,
    is_kept: bool,
}

impl Parts {
    /// No parts yet.
    pub fn of(stage: &StageFolder, unit: u32) -> Result<Self> {
        let folder = stage.unit(unit);
        create_folder(&folder)?;
        Ok(Self(Arc::new(Written {
            folder,
            unit: numbered(unit),
            attempt: attempt(),
            files: Mutex::default(),
        })))
    }

    fn state(&self) -> MutexGuard<'_, Files> {
        self.0.state()
    }

    /// Begins the next part. Returns its path, and the new file there.
    pub(super) fn begin(&self) -> Result<(PathBuf, File)> {
        let mut files = self.state();
        let number = files.complete.len() + 1;
        let path = self.0.folder.join(self.0.name(number));
        let file = self.create(&path)?;
        files.open = Some(number);
        Ok((path, file))
    }

    /// Creates a file. As long as the folder has none, another process that gives the unit up removes the folder.
    fn create(&self, path: &Path) -> Result<File> {
        for _ in 0..FOLDER_ATTEMPTS {
            create_folder(&self.0.folder)?;
            match File::create_new(path) {
                Err(cause) if cause.kind() == io::ErrorKind::NotFound => {}
                created => return created.map_err(|cause| cannot("create", path, cause)),
            }
        }
        let cause = io::ErrorKind::NotFound.into();
        Err(cannot("create", path, cause))
    }

    /// The part that was begun is complete.
    pub(super) fn complete(&self, bytes: u64, rows: u64, (first_row, last_row): (i64, i64)) {
        let Written { unit, .. } = &*self.0;
        let mut files = self.state();
        let Some(number) = files.open.take() else {
            return;
        };
        files.complete.push(PartFile {
            name: format!("{unit}/{}", self.0.name(number)),
            rows,
            bytes,
            first_row,
            last_row,
        });
    }

    pub(super) fn files(&self) -> Vec<PartFile> {
        self.state().complete.clone()
    }

    /// Makes the files' names durable. Without any, the folder might be gone.
    pub(super) fn sync(&self) -> Result<()> {
        if self.state().complete.is_empty() {
            return Ok(());
        }
        sync_folder(&self.0.folder)
    }

    pub(super) fn keep(&self) {
        self.state().is_kept = true;
    }
}

impl Written {
    fn state(&self) -> MutexGuard<'_, Files> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn name(&self, number: usize) -> String {
        format!("{}-{number:04}.parquet", self.attempt)
    }
}

impl Drop for Written {
    fn drop(&mut self) {
        let (complete, open) = {
            let files = self.state();
            if files.is_kept {
                return;
            }
            (files.complete.len(), files.open)
        };
        let numbers = (1..=complete).chain(open);
        for number in numbers {
            // What can't be removed counts for nothing, and goes with the stage.
            let _ = fs::remove_file(self.folder.join(self.name(number)));
        }
        // Another process might have parts in it.
        let _ = fs::remove_dir(&self.folder);
    }
}

impl StageFolder {
    /// Removes parts of a complete unit that its manifest doesn't list: those of processes that died, or were later.
    pub(super) fn sweep_unit(&self, unit: u32, listed: &[PartFile]) {
        let folder = self.unit(unit);
        let Ok(entries) = fs::read_dir(&folder) else {
            return;
        };
        for entry in entries.flatten() {
            let name = format!("{}/{}", numbered(unit), entry.file_name().to_string_lossy());
            if !listed.iter().any(|file| file.name == name) {
                // What can't be removed counts for nothing.
                let _ = fs::remove_file(entry.path());
            }
        }
        let _ = sync_folder(&folder);
    }
}

#[cfg(test)]
mod tests {
    use super::super::unit::UnitManifest;
    use super::*;
    use crate::ErrorKind;

    #[test]
    fn a_unit_whose_parts_lack_rows_does_not_count() {
        let temporary = tempfile::tempdir().unwrap();
        let stage = StageFolder::create(&temporary.path().join("stage"), "hash").unwrap();
        let parts = Parts::of(&stage, 7).unwrap();
        parts.begin().unwrap();
        parts.complete(100, 5, (1, 5));
        let manifest = |candidates: u64| UnitManifest {
            unit: 7,
            candidates,
            ..UnitManifest::default()
        };
        let error = stage.commit_unit(&parts, manifest(6)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Sums);
        assert!(!stage.has_unit(7));
        stage.commit_unit(&parts, manifest(5)).unwrap();
        assert!(stage.has_unit(7));
    }

    #[test]
    fn parts_go_where_another_process_has_given_the_unit_up() {
        let temporary = tempfile::tempdir().unwrap();
        let stage = StageFolder::create(&temporary.path().join("stage"), "hash").unwrap();
        let [first, second] = [0, 1].map(|_| Parts::of(&stage, 7).unwrap());
        drop(first);
        assert!(!stage.unit(7).exists());
        second.sync().unwrap();
        let (path, _) = second.begin().unwrap();
        assert!(path.exists());
        let third = Parts::of(&stage, 7).unwrap();
        drop(third);
        assert!(path.exists(), "those of others stay");
    }
}
