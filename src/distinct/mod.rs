//! Distinct: which rows are the first of their key.
//!
//! Two parts that know nothing of each other: the first-seen filter, asked while rows are read, drops most rows that
//! can't be first; then Polars' `unique` over the candidates' real keys decides. In: candidates in unit order. Out: the
//! ascending indices of the survivors. This room never looks at a column that is no key.

mod first_seen;
mod handover;
mod share;
mod unique;

pub use first_seen::{FirstSeen, KeyHash};
pub(crate) use unique::{Survivors, survivors};

use crate::{Error, ErrorKind};

/// The error of a library's step that no keys should fail.
fn failed(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::new(ErrorKind::Bug, "the distinct keys can't be found").because(cause)
}
