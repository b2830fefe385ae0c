//! Tests of the real binary against real databases. `make test` installs what they need.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test fails by panicking
#![allow(missing_docs)] // the names of tests and of the harness's items say enough

mod harness;

mod batches;
mod dates;
mod disks;
mod docs;
mod filesystems;
mod first_seen;
mod formats;
mod generate;
mod identifiers;
mod images;
mod inherited;
mod job_file;
mod keys;
mod keys_first;
mod killed;
mod limits;
mod lists;
mod lost;
mod man;
mod manifest;
mod mariadb_logins;
mod misspelled;
mod moments;
mod numeric;
mod order;
mod partitions;
mod poolers;
mod postgres_logins;
mod postgres_sessions;
mod postgresql;
mod publication;
mod refusals;
mod relations;
mod remedies;
mod rlimits;
mod row_security;
mod same_bytes;
mod sample;
mod schemas;
mod schemas_json;
mod secrets;
mod selection;
mod servers_end;
mod signals;
mod snapshots;
mod soak;
mod sources;
mod sqlite_files;
mod sqlite_types;
mod stages;
mod streams;
mod values;
mod version;
