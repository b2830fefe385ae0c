//! Sources: what firstseen knows of each database.

mod url;

pub use url::SourceUrl;
