//! The rows of a shard, or of a part of it, as the writer takes them slice after slice: read from the stage's parts.

use crate::batch::{Pick, Picks, Supply};
use crate::plan::{Frozen, FrozenUnit};
use crate::stage::{Place, RowNotes, StageFolder, UnitManifest, WantedRows};
use crate::{Error, ErrorKind, Result};
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// Rows of units that were staged whole. A few record batches are in memory.
pub(super) struct StagedRows<'a> {
    schema: SchemaRef,
    rows: usize,
    state: Mutex<State<'a>>,
}

struct State<'a> {
    reading: Reading<'a>,
    /// Why the rows can't be read: nothing more is read then.
    failure: Option<Error>,
}

/// How far the rows are read.
pub(super) struct Reading<'a> {
    stage: &'a StageFolder,
    plan: &'a Frozen,
    /// Units whose rows aren't read yet, with the numbers of the rows that are wanted.
    units: VecDeque<(&'a UnitManifest, Vec<i64>)>,
    unit: Option<(&'a UnitManifest, WantedRows)>,
    /// Rows that were decoded but not taken: a batch, and which of its rows these are.
    decoded: Option<(RecordBatch, Vec<usize>)>,
    /// By column, invalid dates that became NULL.
    nulled: Vec<u64>,
}

impl<'a> Reading<'a> {
    /// The rows at these places, in the order of the result. `unit_of` returns a unit's manifest.
    pub fn new(
        (stage, plan): (&'a StageFolder, &'a Frozen),
        places: &[Place],
        unit_of: impl Fn(u32) -> Result<&'a UnitManifest>,
    ) -> Result<Self> {
        let groups = places.chunk_by(|one, next| one.unit == next.unit);
        let units = groups.map(|group| {
            let unit = group.first().map_or(0, |place| place.unit);
            Ok((
                unit_of(unit)?,
                group.iter().map(|place| place.row).collect(),
            ))
        });
        Ok(Self {
            stage,
            plan,
            units: units.collect::<Result<_>>()?,
            unit: None,
            decoded: None,
            nulled: vec![0; plan.columns.len()],
        })
    }

    /// A batch with the next rows, and which of its rows these are, at most so many; `None` if there are no more.
    pub fn next(&mut self, most: usize) -> Result<Option<(RecordBatch, Vec<usize>)>> {
        let decoded = match self.decoded.take() {
            Some(decoded) => decoded,
            None => match self.decode()? {
                Some(decoded) => decoded,
                None => return Ok(None),
            },
        };
        let (batch, mut picked) = decoded;
        if picked.len() > most {
            let rest = picked.split_off(most);
            self.decoded = Some((batch.clone(), rest));
        }
        Ok(Some((batch, picked)))
    }

    fn decode(&mut self) -> Result<Option<(RecordBatch, Vec<usize>)>> {
        loop {
            if let Some((unit, rows)) = &mut self.unit {
                let unit = self.plan.units.get(unit.unit as usize);
                let name = unit.map(FrozenUnit::name);
                let located = |error: Error| match &name {
                    Some(name) => error.in_unit(name),
                    None => error,
                };
                if let Some(decoded) = rows.next().map_err(located)? {
                    for (row, note) in &decoded.notes {
                        let notes = RowNotes::read(note).map_err(located)?;
                        notes.check(*row).map_err(located)?;
                        for column in notes.nulled {
                            if let Some(nulled) = self.nulled.get_mut(column) {
                                *nulled += 1;
                            }
                        }
                    }
                    return Ok(Some((decoded.values, decoded.picked)));
                }
            }
            let Some((unit, wanted)) = self.units.pop_front() else {
                return Ok(None);
            };
            let wanted = wanted.into_iter();
            self.unit = Some((unit, WantedRows::new(self.stage, unit, wanted)));
        }
    }

    /// By column, how many invalid dates of the rows that were read became NULL.
    pub fn nulled(&self) -> &[u64] {
        &self.nulled
    }
}

impl<'a> StagedRows<'a> {
    pub fn new(schema: SchemaRef, rows: usize, reading: Reading<'a>) -> Self {
        Self {
            schema,
            rows,
            state: Mutex::new(State {
                reading,
                failure: None,
            }),
        }
    }

    /// What was written of the rows, with how many invalid dates of each column became NULL. If they couldn't be read, the reason
    /// rather than the writer's error, which is a consequence.
    pub fn end<T>(self, written: Result<T>) -> Result<(T, Vec<u64>)> {
        let state = self.state.into_inner();
        let State { reading, failure } = state.unwrap_or_else(PoisonError::into_inner);
        match failure {
            Some(failure) => Err(failure),
            None => Ok((written?, reading.nulled)),
        }
    }
}

impl State<'_> {
    fn picks(&mut self, rows: usize) -> Result<Picks> {
        let mut picks = Picks::default();
        while picks.rows.len() < rows {
            let next = self.reading.next(rows - picks.rows.len())?;
            let (batch, picked) = next.ok_or_else(|| {
                let message = "internal error: a shard has fewer rows than its keep-list";
                Error::new(ErrorKind::Bug, message)
            })?;
            let index = picks.batches.len();
            let picked = picked.into_iter();
            picks
                .rows
                .extend(picked.map(|row| Pick { batch: index, row }));
            picks.batches.push(batch);
        }
        Ok(picks)
    }
}

impl Supply for StagedRows<'_> {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn rows(&self) -> usize {
        self.rows
    }

    fn slice(&self, rows: Range<usize>) -> Result<Picks> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(failure) = &state.failure {
            return Err(failure.without_cause());
        }
        let picks = state.picks(rows.len());
        picks.map_err(|error| {
            let copy = error.without_cause();
            state.failure = Some(error);
            copy
        })
    }
}
