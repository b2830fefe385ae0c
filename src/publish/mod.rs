//! Publication: staging beside the target, then folder and manifest into place, or nothing at all.
//!
//! In: a target folder, checked before any query; batch files, written to staging; the manifest. Out: the folder, and
//! its manifest beside it. This room never touches anything at the target that it can't prove to be firstseen's own,
//! and never leaves a state that [`roll_forward`] doesn't bring to an end.
//!
//! ```text
//! PARENT/batches/                      the folder: batch files and nothing else
//! PARENT/batches.manifest.json         its manifest, moved into place last
//! PARENT/.batches.firstseen/           staging, mode 0700, gone when no job runs
//!     lock                             locked as long as the job runs; made first, removed last
//!     batches/                         the new folder; once it is in place, the one that it replaced
//!     manifest.json                    the new manifest: it stands here only while a publication is pending
//!     replaced/, replaced.manifest.json    what stood at the target
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
mod standing;
mod sweep;
mod sync;
mod target;
#[cfg(test)]
mod tests;

pub use manifest::*;
pub use place::manifest_path;
pub use roll_forward::{RollForward, roll_forward};
pub use room::Room;
pub use staging::Staging;
pub use target::Target;
