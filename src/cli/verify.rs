//! `verify`: checks an output folder against its manifest.

use super::{out, signals};
use crate::Result;
use crate::verify::verify;
use clap::Args;
use std::path::PathBuf;

#[derive(Args)]
pub(super) struct VerifyArgs {
    /// Output folder; its manifest is next to it, as DIR.manifest.json
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
