//! `firstseen` reads many same-schema SQL tables, keeps the first row of each key, and writes these rows as batch files.
//!
//! [`JobOptions`], from flags, a job file or JSON, are checked into a [`Job`]. [`run`] runs it and returns the [`Manifest`];
//! [`plan`] says what it would read, lock and write. Meanwhile a [`Listener`] receives [`Event`]s, and a [`Cancel`] can stop it.
//! Whatever fails is an [`Error`], whose kind says what the caller can do.
//!
//! ```
//! use firstseen::job::read_job_file;
//! use firstseen::{Cancel, Event, Job, JobOptions, Listener, run};
//! use std::path::Path;
//! use std::sync::Arc;
//!
//! struct Tables;
//!
//! impl Listener for Tables {
//!     fn on_event(&self, event: &Event) {
//!         if let Event::UnitFinished { table, rows_read, .. } = event {
//!             println!("{table}: {rows_read} rows");
//!         }
//!     }
//! }
//!
//! fn main() -> firstseen::Result<()> {
//!     let file = read_job_file(Path::new("sample_data/job.toml"))?;
//!     let flags = JobOptions {
//!         count_only: Some(true),
//!         ..JobOptions::default()
//!     };
//!     let job = Job::new(flags.over(file), Path::new("."))?;
//!     let listener: Arc<dyn Listener> = Arc::new(Tables);
//!     let manifest = run(&job, &listener, &Cancel::default())?;
//!     assert_eq!(manifest.totals.new, 10_014);
//!     Ok(())
//! }
//! ```
//!
//! # How it works
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
//! rows that were not read whole are fetched by their locators                   fetch
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
mod fetch;
mod free_memory;
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
mod stage;
mod steps;
mod threads;
mod unit;
pub mod verify;
mod watch;

pub use batch::{BatchFile, Encoding, Format};
pub use cancel::{Cancel, Proceed};
pub use error::{Error, ErrorKind, Interrupt, Result};
pub use job::{Job, JobOptions};
pub use location::Location;
pub use panics::hide_panics;
pub use plan::PlanDocument as Plan;
pub use publish::Manifest;
pub use report::{Event, Listener, Silent};
pub use run::{run, show_plan as plan};
pub use secret::Secret;
pub use unit::Part;
