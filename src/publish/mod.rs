//! Publication: staging beside the target, then folder and manifest into place, or nothing at all.

mod manifest;

pub use manifest::*;
