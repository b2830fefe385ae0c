//! `verify`: does a folder still hold what its manifest says?

use super::{out, signals};
use crate::Result;
use crate::verify::verify;
use clap::Args;
use std::path::PathBuf;

#[derive(Args)]
pub(super) struct VerifyArgs {
    /// The folder; its manifest stands beside it as DIR.manifest.json
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

impl VerifyArgs {
    pub fn run(self) -> Result<()> {
        let Self { folder, json } = self;
        let cancel = signals::cancel_on_signal()?;
        let checked = verify(&folder, &|| cancel.is_interrupted());
        // The room says that it was stopped; which signal did it is known here.
        let verified = checked.or_else(|error| cancel.check().and(Err(error)))?;
        if json {
            return out::json(&verified);
        }
        out::result(format!("{verified}\n").as_bytes())
    }
}
