//! Places fetched rows by their locators, and compares them with what was chosen.

use super::candidates::{Candidates, gathered};
use crate::batch::Pick;
use crate::destination::{Among, SentRow, UnitRows};
use crate::plan::Plan;
use crate::{Error, ErrorKind, Result};
use arrow::array::RecordBatch;
use arrow::compute::kernels::cmp::not_distinct;
use arrow::datatypes::Schema;

/// A piece's rows, in the order of the result.
pub(super) struct Fetched {
    /// Columns of the result.
    pub batches: Vec<RecordBatch>,
    pub rows: Vec<Pick>,
    /// Columns, and how many of their invalid dates became NULL.
    pub nulled: Vec<(usize, u64)>,
}

/// What a piece wants, and in which order.
pub(super) struct Chosen<'a> {
    pub plan: &'a Plan,
    pub candidates: &'a Candidates,
    /// The candidates, in the order of the result.
    pub picks: Vec<Pick>,
    pub among: &'a Among,
}

impl Chosen<'_> {
    /// Places the rows that were fetched. Fails if one is missing, appears twice or has another key, or if a value doesn't fit
    /// its column.
    pub fn place(&self, rows: UnitRows, sent: &Schema) -> Result<Fetched> {
        let places = std::mem::take(&mut *self.among.arrived());
        let picks = self.placed(&rows.batches, &places)?;
        self.refuse_misfits(&rows, &places, sent)?;
        self.compare_keys(&rows.batches, &picks)?;
        Ok(Fetched {
            nulled: rows.nulled.counts().collect(),
            batches: rows.batches,
            rows: picks,
        })
    }

    /// Gives an error's row the number that it has in its unit, if the database has an id for it.
    pub fn renumbered(&self, error: Error) -> Error {
        let Some((_, Some(id))) = error.location().row_and_id() else {
            return error;
        };
        let place = self.among.place([&id.to_le_bytes()[..]]);
        let pick = place.and_then(|place| self.picks.get(place as usize));
        match pick.map(|pick| self.candidates.row_number(*pick)) {
            Some(Ok(number)) => error.renumbered(number),
            _ => error,
        }
    }

    /// Where each wanted row is among those that arrived, whose places these are.
    fn placed(&self, batches: &[RecordBatch], places: &[u32]) -> Result<Vec<Pick>> {
        let mut picks: Vec<Option<Pick>> = vec![None; self.picks.len()];
        let rows = batches.iter().enumerate();
        let rows = rows.flat_map(|(batch, arrived)| {
            (0..arrived.num_rows()).map(move |row| Pick { batch, row })
        });
        let mut places = places.iter();
        for pick in rows {
            let place = places
                .next()
                .and_then(|place| picks.get_mut(*place as usize));
            if place.ok_or_else(lost)?.replace(pick).is_some() {
                return Err(lost());
            }
        }
        let picks: Option<Vec<Pick>> = picks.into_iter().collect();
        picks.filter(|_| places.next().is_none()).ok_or_else(lost)
    }

    /// Fails for the first value, in the order of the result, that doesn't fit.
    fn refuse_misfits(&self, rows: &UnitRows, places: &[u32], sent: &Schema) -> Result<()> {
        let place = |candidate: u64| {
            let arrived = usize::try_from(candidate).ok()?;
            places.get(arrived).copied()
        };
        let first = rows.misfits.iter().min_by_key(|at| place(at.candidate));
        let Some(misfit) = first else {
            return Ok(());
        };
        let pick = place(misfit.candidate).and_then(|place| self.picks.get(place as usize));
        let number = pick
            .map(|pick| self.candidates.row_number(*pick))
            .transpose()?;
        let row = SentRow {
            number: number.unwrap_or_default(),
            ..misfit.row
        };
        Err(misfit.in_row(row).refused(sent))
    }

    fn compare_keys(&self, batches: &[RecordBatch], picks: &[Pick]) -> Result<()> {
        for (part, column) in self.plan.key.iter().enumerate() {
            let chosen = self.candidates.key(part, &self.picks)?;
            let fetched = gathered(batches, *column, picks)?;
            let same = not_distinct(&chosen, &fetched).map_err(|cause| lost().because(cause))?;
            if same.true_count() < picks.len() {
                return Err(lost());
            }
        }
        Ok(())
    }
}

fn lost() -> Error {
    Error::new(
        ErrorKind::Sums,
        "a row that was read by its key can't be found again, or its key is another one",
    )
    .advise("nothing was published; use --read whole, and report this together with the plan")
}
