//! Cuts the result into slices, and each slice into segments of one unit. What has to be fetched of a segment is cut into pieces,
//! each of which is one query.

use super::Wanted;
use crate::Result;
use crate::plan::Plan;
use crate::report::Event;
use crate::unit::UnitName;
use std::ops::Range;

/// Rows of a unit that follow each other in the result and belong to one slice.
pub(super) struct Segment {
    pub unit: usize,
    /// Candidates of the unit that survive: a range of the survivors.
    pub survivors: Range<usize>,
    /// Index of the unit's first candidate among all candidates.
    pub first_candidate: usize,
    /// The pieces in which its rows are fetched; empty if they are in memory.
    pub pieces: Range<usize>,
}

/// What one query fetches.
pub(super) struct Piece {
    pub slice: usize,
    pub unit: usize,
    pub survivors: Range<usize>,
    pub first_candidate: usize,
    /// Whether all rows between the first and the last are read.
    pub is_scan: bool,
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
        let (mut first_candidate, mut at) = (0, 0);
        for (unit, candidates) in wanted.candidates.iter().enumerate() {
            let end_candidate = first_candidate + candidates.rows();
            let is_of_unit = |place: &u32| (*place as usize) < end_candidate;
            let end = wanted.survivors.partition_point(is_of_unit);
            while at < end {
                let until = end.min((at / batch_rows + 1) * batch_rows);
                segments.add(wanted, unit, at..until, first_candidate)?;
                at = until;
            }
            first_candidate = end_candidate;
        }
        Ok(segments)
    }

    fn add(
        &mut self,
        wanted: &Wanted,
        unit: usize,
        survivors: Range<usize>,
        first_candidate: usize,
    ) -> Result<()> {
        let slice = survivors.start / wanted.batch_rows.get();
        let first_piece = self.pieces.len();
        let piece = |survivors, is_scan| Piece {
            slice,
            unit,
            survivors,
            first_candidate,
            is_scan,
        };
        if let Some(fetch) = wanted.candidates[unit].fetch() {
            let (rows, between) = wanted.density(unit, &survivors, first_candidate)?;
            if fetch.is_dense(rows, between) {
                self.pieces.push(piece(survivors.clone(), true));
            } else {
                let firsts = survivors.clone().step_by(fetch.locator.at_once);
                let ends = firsts.clone().skip(1).chain([survivors.end]);
                self.pieces.extend(
                    firsts
                        .zip(ends)
                        .map(|(first, end)| piece(first..end, false)),
                );
            }
        }
        self.slices[slice].push(Segment {
            unit,
            survivors,
            first_candidate,
            pieces: first_piece..self.pieces.len(),
        });
        Ok(())
    }

    /// What is fetched, as an event.
    pub fn started(&self) -> Event {
        let rows = |pieces: &mut dyn Iterator<Item = &Piece>| -> u64 {
            pieces.map(|piece| piece.survivors.len() as u64).sum()
        };
        Event::FetchStarted {
            rows: rows(&mut self.pieces.iter()),
            located: rows(&mut self.pieces.iter().filter(|piece| !piece.is_scan)),
        }
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

impl Wanted {
    /// How many rows of a unit are wanted, and how many the unit has from the first to the last of them.
    fn density(
        &self,
        unit: usize,
        survivors: &Range<usize>,
        first_candidate: usize,
    ) -> Result<(u64, u64)> {
        let candidates = &self.candidates[unit];
        let number = |survivor: usize| {
            let candidate = self.survivors[survivor] as usize - first_candidate;
            candidates.row_number(candidates.pick(candidate)?)
        };
        let (first, last) = (number(survivors.start)?, number(survivors.end - 1)?);
        Ok((survivors.len() as u64, last.saturating_sub(first) + 1))
    }
}
