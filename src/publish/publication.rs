//! The publication, step by step: what a crash leaves after each of them is in [`super::roll_forward`].

use super::failure::{cannot, not_ours};
use super::manifest::Manifest;
use super::moves::{Move, is_unsupported};
use super::place::Place;
use super::standing::Standing;
use super::sync::sync_folder;
use crate::Result;
use std::fs;
use std::io;

/// A step that changes the target, or makes the change last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// The new folder comes into its place; one that stood there goes to staging.
    MoveFolder,
    SyncFolder,
    /// The manifest in place is copied to staging, so that the next move can be taken back.
    KeepManifest,
    /// The new manifest takes the place of the old one: the publication is done.
    MoveManifest,
    SyncManifest,
}

impl Step {
    /// All of them, in order.
    pub(super) const ALL: [Self; 5] = [
        Self::MoveFolder,
        Self::SyncFolder,
        Self::KeepManifest,
        Self::MoveManifest,
        Self::SyncManifest,
    ];
}

/// Puts the manifest into staging and makes all of staging last. The batch files' bytes already do.
///
/// The manifest gets its name when it is complete: where it stands in staging, the folder beside it is complete.
pub(super) fn prepare(place: &Place, manifest: &Manifest) -> Result<()> {
    manifest.write(&place.partial_manifest())?;
    fs::rename(place.partial_manifest(), place.staged_manifest())
        .map_err(|cause| cannot("name the staged manifest", cause))?;
    sync_folder(&place.staged_folder())?;
    sync_folder(&place.staging)?;
    sync_folder(&place.parent)
}

/// The changes made at the target so far.
#[derive(Debug)]
pub(super) struct Publication<'a> {
    place: &'a Place,
    standing: Standing,
    made: Vec<Move>,
}

impl<'a> Publication<'a> {
    /// A publication of the prepared staging to a target on which stands `standing`.
    pub(super) fn new(place: &'a Place, standing: Standing) -> Self {
        let made = Vec::new();
        Self {
            place,
            standing,
            made,
        }
    }

    pub(super) fn take(&mut self, step: Step) -> Result<()> {
        match step {
            Step::MoveFolder => self.move_folder(),
            Step::SyncFolder | Step::SyncManifest => self.sync_places(),
            Step::KeepManifest => self.keep_manifest(),
            Step::MoveManifest => self.move_manifest(),
        }
    }

    /// Takes all moves back, the last one first. After an error staging must stay as it is, for the roll-forward.
    pub(super) fn undo(&mut self) -> io::Result<()> {
        while let Some(made) = self.made.pop() {
            made.undo()?;
        }
        Ok(())
    }

    fn move_folder(&mut self) -> Result<()> {
        if self.standing != Standing::Published {
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

    /// The first of the two renames that stand for an exchange.
    pub(super) fn park_folder(&mut self) -> Result<()> {
        self.make(Move::Rename {
            from: self.place.out.clone(),
            to: self.place.replaced_folder(),
        })
    }

    /// Moves the new folder to where nothing, or an empty folder, stands.
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
        if self.standing == Standing::Vacant {
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
        self.make(if self.standing == Standing::Vacant {
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
