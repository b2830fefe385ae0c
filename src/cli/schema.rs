//! The JSON Schemas that `schema` prints.

use super::failure::LogLine;
use super::out;
use crate::Result;
use crate::job::JobOptions;
use crate::publish::{Manifest, SCHEMA_VERSION};
use crate::report::JSON_SCHEMA_VERSION;
use clap::ValueEnum;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, schema_for};

/// Version of the job file's format. It is raised when a job file of an older version would mean something else.
const JOB_SCHEMA_VERSION: u32 = 1;

/// A document that programs read or write.
#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Document {
    /// DIR.manifest.json, and what run --json prints
    Manifest,
    /// A line of the log with --log-format json
    Events,
    /// The job file
    Job,
}

impl Document {
    /// Writes the schema to standard output.
    pub fn print(self) -> Result<()> {
        out::json(&self.schema())
    }

    /// The schema, with its version in `$id`.
    fn schema(self) -> Schema {
        let (name, version, title, mut schema) = match self {
            Self::Manifest => {
                let title = "firstseen: the manifest of an output folder";
                ("manifest", SCHEMA_VERSION, title, schema_for!(Manifest))
            }
            Self::Events => {
                let title = "firstseen: a line of the JSON log";
                ("events", JSON_SCHEMA_VERSION, title, written::<LogLine>())
            }
            Self::Job => {
                let title = "firstseen: a job file";
                ("job", JOB_SCHEMA_VERSION, title, schema_for!(JobOptions))
            }
        };
        schema.remove("description"); // it is for readers of the code
        schema.insert("title".to_owned(), title.into());
        schema.insert(
            "$id".to_owned(),
            format!("urn:firstseen:{name}:{version}").into(),
        );
        schema
    }
}

/// The schema of what the program writes, in which no field is ever absent. The other documents are also read, and fields that
/// have a default can be absent from them.
fn written<T: JsonSchema>() -> Schema {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    settings.into_generator().into_root_schema_for::<T>()
}
