//! The files of a unit's parts, which count once the unit's manifest lists them.

use super::file::{create_folder, sync_folder};
use super::folder::{StageFolder, attempt, numbered};
use super::part::PartFile;
use crate::Result;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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
    /// No parts yet, of a unit whose folder is created.
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

    /// Begins the next part. Returns its path, at which nothing exists.
    pub(super) fn begin(&self) -> PathBuf {
        let mut files = self.state();
        let number = files.complete.len() + 1;
        files.open = Some(number);
        self.0.folder.join(self.0.name(number))
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

    pub(super) fn sync(&self) -> Result<()> {
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
