//! A unit of the stage: its manifest, which makes it count.

use super::file::{self, Written};
use super::folder::{Mark, StageFolder, attempt};
use super::part::{Holds, PartFile};
use super::parts::Parts;
use crate::unit::Part;
use crate::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};

/// `units/0000007.json`: a unit that was read completely.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct UnitManifest {
    #[serde(flatten)]
    pub mark: Mark,
    /// Its ordinal in the plan, from 0.
    pub unit: u32,
    pub table: String,
    pub part: Option<Part>,
    pub holds: Holds,
    /// Its parts, in the order of their rows.
    pub files: Vec<PartFile>,
    pub rows_read: u64,
    /// Rows in its parts.
    pub candidates: u64,
    pub filter_drops: u64,
    pub null_drops: u64,
    /// The query that read it.
    pub sql: String,
    /// What read it: `wire` or `connectorx`.
    pub extractor: String,
    /// How it was verified that the process read all its units from one consistent snapshot; `none` if it wasn't.
    pub snapshot: String,
    /// The state that it was read from; two units of the same state were read from one consistent snapshot.
    pub state: String,
    /// From the query to the last row.
    pub elapsed_secs: f64,
    /// Connections that the process read with.
    pub workers: usize,
}

impl StageFolder {
    /// The manifest of a unit; `None` if it isn't complete.
    pub fn unit_manifest_of(&self, unit: u32) -> Result<Option<UnitManifest>> {
        let path = self.unit_manifest(unit);
        let manifest: Option<UnitManifest> = file::read(&path)?;
        if let Some(manifest) = &manifest {
            self.check_mark(&manifest.mark, &path)?;
            if manifest.unit != unit {
                let message = format!("{} describes unit {}", path.display(), manifest.unit);
                return Err(Error::new(ErrorKind::Fault, message)
                    .advise("remove the stage with firstseen discard, and stage the plan again"));
            }
        }
        Ok(manifest)
    }

    /// Whether a unit is complete.
    pub fn has_unit(&self, unit: u32) -> bool {
        self.unit_manifest(unit).exists()
    }

    /// Makes a unit count, with these parts, and returns its manifest. If another process has completed it meanwhile, that one's
    /// parts and manifest stay, and these go.
    pub fn commit_unit(&self, parts: &Parts, manifest: UnitManifest) -> Result<UnitManifest> {
        parts.sync()?;
        let unit = manifest.unit;
        let manifest = UnitManifest {
            mark: self.mark(),
            files: parts.files(),
            ..manifest
        };
        let rows: u64 = manifest.files.iter().map(|part| part.rows).sum();
        if rows != manifest.candidates {
            let candidates = manifest.candidates;
            let message = format!("{candidates} rows are candidates, but the parts have {rows}");
            return Err(Error::new(ErrorKind::Sums, message));
        }
        let written = file::write_new(&self.unit_manifest(unit), &attempt(), &manifest)?;
        if written == Written::Elsewhere {
            let other = self.unit_manifest_of(unit)?;
            return other.ok_or_else(|| file::bug("a unit's manifest is gone"));
        }
        parts.keep();
        self.sweep_unit(unit, &manifest.files);
        Ok(manifest)
    }
}
