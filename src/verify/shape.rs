//! What every batch file of a manifest must look like.

use crate::batch::{Encoding, Format};
use crate::publish::{Manifest, ManifestColumn};
use crate::{Error, ErrorKind, Result};
use std::str::FromStr;

/// The format and the columns of all files in a folder.
pub(super) struct Shape {
    pub encoding: Encoding,
    /// In the order of the files.
    pub columns: Vec<ManifestColumn>,
    /// Indices of the key's columns.
    pub key: Vec<usize>,
    /// Whether rows with a NULL key are kept.
    pub null_keys: bool,
}

impl Shape {
    /// Takes them from a manifest. A format, compression or key that this program doesn't know is [`ErrorKind::Fault`].
    pub(super) fn of(manifest: &Manifest) -> Result<Self> {
        let job = &manifest.job;
        let encoding = Format::from_str(&job.format)
            .and_then(|format| Encoding::new(format, Some(&job.compression)))
            .map_err(|cause| fault("an unknown format or compression").because(cause))?;
        let columns = &manifest.columns;
        let index = |name: &String| columns.iter().position(|column| column.name == *name);
        let key: Option<Vec<usize>> = job.key.iter().map(index).collect();
        let key = key.filter(|key| !key.is_empty());
        Ok(Self {
            encoding,
            columns: columns.clone(),
            key: key.ok_or_else(|| fault("a key that is not among its columns"))?,
            null_keys: job.null_keys == "keep",
        })
    }

    /// Whether `names` are the columns' names, in order.
    pub(super) fn is_named<'a>(&self, names: impl IntoIterator<Item = &'a [u8]>) -> bool {
        let columns = self.columns.iter().map(|column| column.name.as_bytes());
        names.into_iter().eq(columns)
    }
}

fn fault(what: &str) -> Error {
    Error::new(ErrorKind::Fault, format!("the manifest names {what}"))
        .advise("use the firstseen that wrote it, or a newer one")
}
