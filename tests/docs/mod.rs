//! Everything that the README and docs show works as written.

mod flags;
mod links;
pub mod markdown;
mod snippets;
mod statements;
