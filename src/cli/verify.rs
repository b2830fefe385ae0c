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
        let verified = verify(&folder, &|| cancel.check())?;
        if json {
            return out::json(&verified);
        }
        out::result(format!("{verified}\n").as_bytes())
    }
}
