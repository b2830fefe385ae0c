//! The steps of a publication. [`super::roll_forward`] lists what a crash leaves after each of them.

use super::failure::{cannot, not_ours};
use super::manifest::Manifest;
use super::moves::{Move, is_unsupported};
use super::place::Place;
use super::sync::sync_folder;
use super::target_state::TargetState;
use crate::Result;
use std::fs;
use std::io;

/// A step that changes the target, or syncs the change to disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// The new folder moves into place. The old one moves to the staging folder.
    MoveFolder,
    SyncFolder,
    /// The old manifest is copied to the staging folder, so that the next move can be undone.
    KeepManifest,
    /// The new manifest replaces the old one. This completes the publication.
    MoveManifest,
    SyncManifest,
}

impl Step {
    /// All steps, in order.
    pub(super) const ALL: [Self; 5] = [
        Self::MoveFolder,
        Self::SyncFolder,
        Self::KeepManifest,
        Self::MoveManifest,
        Self::SyncManifest,
    ];
}

/// Writes the manifest to the staging folder and syncs all of that to disk. The batch files are synced already.
///
/// The manifest gets its name when it is complete. So if it exists in the staging folder, the folder next to it is complete.
pub(super) fn prepare(place: &Place, manifest: &Manifest) -> Result<()> {
    manifest.write(&place.partial_manifest())?;
    fs::rename(place.partial_manifest(), place.staged_manifest())
        .map_err(|cause| cannot("rename the new manifest", cause))?;
    sync_folder(&place.staged_folder())?;
    sync_folder(&place.staging)?;
    sync_folder(&place.parent)
}

/// A publication, with the changes made to the target so far.
#[derive(Debug)]
pub(super) struct Publication<'a> {
    place: &'a Place,
    state: TargetState,
    made: Vec<Move>,
}

impl<'a> Publication<'a> {
    /// A publication from the prepared staging folder to a target in this state.
    pub(super) fn new(place: &'a Place, state: TargetState) -> Self {
        let made = Vec::new();
        Self { place, state, made }
    }

    pub(super) fn take(&mut self, step: Step) -> Result<()> {
        match step {
            Step::MoveFolder => self.move_folder(),
            Step::SyncFolder | Step::SyncManifest => self.sync_places(),
            Step::KeepManifest => self.keep_manifest(),
            Step::MoveManifest => self.move_manifest(),
        }
    }

    /// Undoes all moves, the last one first. After an error the staging folder must stay as it is, for the roll-forward.
    pub(super) fn undo(&mut self) -> io::Result<()> {
        while let Some(made) = self.made.pop() {
            made.undo()?;
        }
        Ok(())
    }

    fn move_folder(&mut self) -> Result<()> {
        if self.state != TargetState::Published {
            return self.place_folder();
        }
        let exchange = Move::Exchange {
            one: self.place.staged_folder(),
            other: self.place.out.clone(),
        };
        match exchange.make() {
            Err(cause) if is_unsupported(&cause) => {
                self.park_folder()?;
                self.place_folder()
            }
            result => self.record(exchange, result),
        }
    }

    /// The first of the two renames that replace an exchange.
    pub(super) fn park_folder(&mut self) -> Result<()> {
        self.make(Move::Rename {
            from: self.place.out.clone(),
            to: self.place.replaced_folder(),
        })
    }

    /// Moves the new folder into place, where nothing or an empty folder is.
    pub(super) fn place_folder(&mut self) -> Result<()> {
        self.make(Move::Rename {
            from: self.place.staged_folder(),
            to: self.place.out.clone(),
        })
    }

    fn sync_places(&self) -> Result<()> {
        sync_folder(&self.place.staging)?;
        sync_folder(&self.place.parent)
    }

    fn keep_manifest(&mut self) -> Result<()> {
        if self.state == TargetState::Vacant {
            return Ok(());
        }
        self.make(Move::Keep {
            original: self.place.manifest.clone(),
            copy: self.place.replaced_manifest(),
        })
    }

    fn move_manifest(&mut self) -> Result<()> {
        let from = self.place.staged_manifest();
        let to = self.place.manifest.clone();
        self.make(if self.state == TargetState::Vacant {
            Move::Place { from, to }
        } else {
            Move::Rename { from, to }
        })
    }

    fn make(&mut self, change: Move) -> Result<()> {
        let result = change.make();
        self.record(change, result)
    }

    fn record(&mut self, change: Move, result: io::Result<()>) -> Result<()> {
        match result {
            Ok(()) => {
                self.made.push(change);
                Ok(())
            }
            Err(cause) if is_occupied(&cause) => {
                Err(not_ours(change.target(), "was changed while the job ran").because(cause))
            }
            Err(cause) => Err(cannot(change, cause)),
        }
    }
}

fn is_occupied(cause: &io::Error) -> bool {
    use io::ErrorKind::{AlreadyExists, DirectoryNotEmpty, IsADirectory, NotADirectory};
    matches!(
        cause.kind(),
        AlreadyExists | DirectoryNotEmpty | IsADirectory | NotADirectory
    )
}
