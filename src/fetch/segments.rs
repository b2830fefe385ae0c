//! Cuts the result into slices, and each slice into segments of one unit. What has to be fetched of a segment is cut into pieces,
//! each of which is one query.

use super::Wanted;
use crate::Result;
use crate::batch::Pick;
use crate::plan::{Fetch, Plan};
use crate::unit::UnitName;
use std::ops::Range;

/// Bytes of locators that one query names. As hexadecimal digits, they stay below the shortest limit on a query's length: MySQL's
/// smallest `max_allowed_packet` by default, 1 MiB.
const MOST_LOCATOR_BYTES: usize = 128 * 1024;

/// Wanted rows of one scan: few enough for several workers to share a batch file's rows, and to take little memory.
const MOST_SCANNED_ROWS: usize = 2_500;

/// Rows of a unit that follow each other in the result and belong to one slice.
pub(super) struct Segment {
    pub unit: usize,
    /// Candidates of the unit that survive: a range of the survivors.
    pub survivors: Range<usize>,
    /// The pieces in which its rows are fetched; empty if they are in memory.
    pub pieces: Range<usize>,
}

/// What one query fetches.
pub(super) struct Piece {
    pub slice: usize,
    pub unit: usize,
    pub survivors: Range<usize>,
    /// Whether all rows between the first and the last are read.
    pub is_scan: bool,
}

/// How many rows are fetched by their locators, and how many by scans.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Ways {
    pub located: u64,
    pub scanned: u64,
}

impl Ways {
    pub fn rows(self) -> u64 {
        self.located + self.scanned
    }
}

/// All slices and pieces of a result.
pub(super) struct Segments {
    /// By slice.
    pub slices: Vec<Vec<Segment>>,
    pub pieces: Vec<Piece>,
}

impl Segments {
    pub fn new(wanted: &Wanted) -> Result<Self> {
        let batch_rows = wanted.batch_rows.get();
        let slices = wanted.survivors.len().div_ceil(batch_rows);
        let mut segments = Self {
            slices: (0..slices).map(|_| Vec::new()).collect(),
            pieces: Vec::new(),
        };
        let mut at = 0;
        for (unit, candidates) in wanted.candidates.iter().enumerate() {
            let is_of_unit = |place: &u32| (*place as usize) < candidates.end();
            let end = wanted.survivors.partition_point(is_of_unit);
            while at < end {
                let until = end.min((at / batch_rows + 1) * batch_rows);
                segments.add(wanted, unit, at..until)?;
                at = until;
            }
        }
        Ok(segments)
    }

    fn add(&mut self, wanted: &Wanted, unit: usize, survivors: Range<usize>) -> Result<()> {
        let slice = survivors.start / wanted.batch_rows.get();
        let first_piece = self.pieces.len();
        let piece = |survivors, is_scan| Piece {
            slice,
            unit,
            survivors,
            is_scan,
        };
        if let Some(fetch) = wanted.candidates[unit].fetch() {
            let (rows, between) = wanted.density(unit, &survivors)?;
            let is_dense = fetch.is_dense(rows, between);
            let rows = if is_dense {
                scanned_at_once(&survivors)
            } else {
                wanted.named_at_once(unit, fetch, &survivors)?
            };
            self.pieces
                .extend(rows.into_iter().map(|rows| piece(rows, is_dense)));
        }
        self.slices[slice].push(Segment {
            unit,
            survivors,
            pieces: first_piece..self.pieces.len(),
        });
        Ok(())
    }

    /// By unit, how its rows are fetched.
    pub fn ways(&self, units: usize) -> Vec<Ways> {
        let mut ways = vec![Ways::default(); units];
        for piece in &self.pieces {
            let of_unit = &mut ways[piece.unit];
            let rows = piece.survivors.len() as u64;
            if piece.is_scan {
                of_unit.scanned += rows;
            } else {
                of_unit.located += rows;
            }
        }
        ways
    }

    /// The name of each piece's unit.
    pub fn names(&self, plan: &Plan) -> Vec<UnitName> {
        let units = self
            .pieces
            .iter()
            .filter_map(|piece| plan.units.get(piece.unit));
        units.map(|unit| unit.name.clone()).collect()
    }
}

/// Cuts rows into what one query scans.
fn scanned_at_once(survivors: &Range<usize>) -> Vec<Range<usize>> {
    let firsts = survivors.clone().step_by(MOST_SCANNED_ROWS);
    firsts
        .map(|first| first..survivors.end.min(first + MOST_SCANNED_ROWS))
        .collect()
}

impl Wanted {
    /// Where a unit has these survivors.
    pub fn picks(&self, unit: usize, survivors: &Range<usize>) -> Result<Vec<Pick>> {
        let candidates = &self.candidates[unit];
        let survivors = self.survivors[survivors.clone()].iter();
        survivors.map(|place| candidates.pick(*place)).collect()
    }

    /// Cuts rows into what one query names: so many rows, and not many bytes of locators.
    fn named_at_once(
        &self,
        unit: usize,
        fetch: &Fetch,
        survivors: &Range<usize>,
    ) -> Result<Vec<Range<usize>>> {
        let candidates = &self.candidates[unit];
        let mut pieces = Vec::new();
        let (mut first, mut bytes) = (survivors.start, 0);
        for survivor in survivors.clone() {
            let pick = candidates.pick(self.survivors[survivor])?;
            let more = candidates.locator_bytes(pick);
            let is_full = survivor - first == fetch.locator.at_once;
            if survivor > first && (is_full || bytes + more > MOST_LOCATOR_BYTES) {
                pieces.push(first..survivor);
                (first, bytes) = (survivor, 0);
            }
            bytes += more;
        }
        pieces.push(first..survivors.end);
        Ok(pieces)
    }

    /// How many rows of a unit are wanted, and how many the unit has from the first to the last of them.
    fn density(&self, unit: usize, survivors: &Range<usize>) -> Result<(u64, u64)> {
        let candidates = &self.candidates[unit];
        let number =
            |survivor: usize| candidates.row_number(candidates.pick(self.survivors[survivor])?);
        let (first, last) = (number(survivors.start)?, number(survivors.end - 1)?);
        Ok((survivors.len() as u64, last.saturating_sub(first) + 1))
    }
}
