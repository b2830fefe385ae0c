//! What README and docs say works as written.

mod flags;
mod links;
mod markdown;
mod snippets;
mod statements;
