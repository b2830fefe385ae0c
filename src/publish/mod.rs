//! Publication: a result is written to a staging folder next to the target. Then the folder and its manifest are moved into
//! place, or nothing is.
//!
//! In: a target folder, checked before any query; batch files, written to the staging folder; the manifest. Out: the folder,
//! with its manifest next to it. This module never touches anything at the target unless it is known to be firstseen's own,
//! and never leaves a state that [`roll_forward`] can't complete or clean up.
//!
//! ```text
//! PARENT/batches/                      the folder: batch files and nothing else
//! PARENT/batches.manifest.json         its manifest, moved into place last
//! PARENT/.batches.firstseen/           the staging folder, mode 0700; exists only while a job runs
//!     lock                             locked while the job runs; created first, removed last
//!     batches/                         the new folder; after it has moved into place, the one that it replaced
//!     manifest.json                    the new manifest; exists only while a publication is pending
//!     replaced/, replaced.manifest.json    the old folder and manifest
//! ```

mod contents;
mod failure;
mod lock;
mod manifest;
mod manifest_file;
mod moves;
mod place;
mod publication;
mod roll_forward;
mod room;
mod staging;
mod sweep;
mod sync;
mod target;
mod target_state;
#[cfg(test)]
mod tests;

pub(crate) use failure::FULL;
pub use manifest::*;
pub use place::manifest_path;
pub use roll_forward::{RollForward, roll_forward};
pub use room::Room;
pub use staging::Staging;
pub use target::Target;
