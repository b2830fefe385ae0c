//! `firstseen` reads many same-schema SQL tables, keeps the first row of each key, and writes these rows as batch files.
//!
//! ```text
//! job file + flags ─▶ Job                                                       job
//!    │ connect, list the tables, compare their schemas, choose types and order
//!    ▼
//! Plan: ordered units 0..n                                                      plan, source
//!    │ a connection per worker; one consistent snapshot, if verified            snapshot
//!    │ a pool of workers; per unit ConnectorX's Source → Destination
//!    ▼
//! source ─▶ first-seen filter ─▶ Arrow record batches per unit                  extract, destination, distinct
//!    │
//!    ▼
//! Polars: unique by key, first row kept, order kept ─▶ places of the survivors  distinct
//!    │
//!    ▼
//! slices of `batch_rows` survivors ─▶ parquet | arrow | csv | ndjson | pickle   batch
//!    │
//!    ▼
//! staging ─▶ batches/person-0000001-0010000.parquet …, batches.manifest.json    publish, report
//! ```

mod arrow_type;
mod batch;
mod cancel;
mod checksum;
pub mod cli;
mod destination;
mod distinct;
mod durable;
pub mod error;
mod extract;
#[cfg(fuzzing)]
pub mod fuzzing;
pub mod generate;
pub mod job;
mod location;
mod nearest;
mod panics;
mod plan;
pub mod publish;
pub mod report;
mod run;
mod secret;
mod snapshot;
mod source;
mod threads;
mod unit;
pub mod verify;
mod watch;

pub use batch::{BatchFile, Encoding, Format};
pub use cancel::{Cancel, Proceed};
pub use error::{Error, ErrorKind, Interrupt, Result};
pub use job::Job;
pub use location::Location;
pub use panics::hide_panics;
pub use plan::PlanDocument;
pub use publish::Manifest;
pub use run::{run, show_plan};
pub use secret::Secret;
pub use unit::Part;
