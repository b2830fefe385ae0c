//! Decides which rows are the first of their key.
//!
//! There are two independent steps. The first-seen filter, asked while rows are read, drops most rows that can't be first.
//! Then Polars' `unique` over the candidates' real keys decides. In: candidates in unit order. Out: the ascending indices of
//! the survivors. This module looks only at key columns.

mod canonical;
mod first_seen;
mod handover;
mod share;
mod unique;

pub(crate) use canonical::canonical_keys;
pub use first_seen::{FirstSeen, KeyHash, KeyTag};
pub(crate) use unique::{Survivors, survivors};

use crate::{Error, ErrorKind};

/// The error for a step of a library that should never fail.
fn failed(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    let message = "internal error: the distinct keys can't be found";
    Error::new(ErrorKind::Bug, message).because(cause)
}
