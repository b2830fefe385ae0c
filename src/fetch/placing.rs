//! Places fetched rows by their locators, and compares them with what was chosen.

use super::candidates::{Candidates, gathered};
use crate::batch::Pick;
use crate::destination::{Among, SentRow, Shape, UnitRows, locator_bytes};
use crate::plan::Plan;
use crate::{Error, ErrorKind, Result};
use arrow::array::{ArrayRef, AsArray, RecordBatch};
use arrow::compute::kernels::cmp::not_distinct;

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
    pub fn place(&self, rows: &UnitRows, shape: &Shape) -> Result<Fetched> {
        let (places, picks) = self.placed(&rows.batches, shape)?;
        self.refuse_misfits(rows, &places, shape)?;
        let columns = shape.columns();
        let all: Vec<usize> = (0..columns).collect();
        let batches = rows.batches.iter().map(|batch| batch.project(&all));
        let batches: Result<Vec<RecordBatch>, _> = batches.collect();
        let batches = batches.map_err(|cause| lost().because(cause))?;
        self.compare_keys(&batches, &picks)?;
        Ok(Fetched {
            nulled: rows.nulled.counts().collect(),
            batches,
            rows: picks,
        })
    }

    /// Gives an error's row the number that it has in its unit, if the database has an id for it.
    pub fn renumbered(&self, error: Error) -> Error {
        let Some((_, Some(id))) = error.location().row_and_id() else {
            return error;
        };
        let locator = locator_bytes([&id.to_le_bytes()[..]]);
        let place = self.among.place(&locator).map(|place| place as usize);
        let pick = place.and_then(|place| self.picks.get(place));
        match pick.map(|pick| self.candidates.row_number(*pick)) {
            Some(Ok(number)) => error.renumbered(number),
            _ => error,
        }
    }

    /// Which wanted row each row that arrived is, and where each wanted row is.
    fn placed(&self, batches: &[RecordBatch], shape: &Shape) -> Result<(Vec<usize>, Vec<Pick>)> {
        let mut places = Vec::with_capacity(self.picks.len());
        let mut picks: Vec<Option<Pick>> = vec![None; self.picks.len()];
        for (batch, arrived) in batches.iter().enumerate() {
            let locators = arrived.columns().get(shape.columns()..).unwrap_or_default();
            for row in 0..arrived.num_rows() {
                let place = self.among.place(&locator(locators, row));
                let place = place.and_then(|place| usize::try_from(place).ok());
                let slot = place.and_then(|place| picks.get_mut(place));
                let (Some(place), Some(slot)) = (place, slot) else {
                    return Err(lost());
                };
                if slot.replace(Pick { batch, row }).is_some() {
                    return Err(lost());
                }
                places.push(place);
            }
        }
        let picks: Option<Vec<Pick>> = picks.into_iter().collect();
        Ok((places, picks.ok_or_else(lost)?))
    }

    /// Fails for the first value, in the order of the result, that doesn't fit.
    fn refuse_misfits(&self, rows: &UnitRows, places: &[usize], shape: &Shape) -> Result<()> {
        let place = |candidate: u64| {
            let arrived = usize::try_from(candidate).ok()?;
            places.get(arrived).copied()
        };
        let first = rows.misfits.iter().min_by_key(|at| place(at.candidate));
        let Some(misfit) = first else {
            return Ok(());
        };
        let pick = place(misfit.candidate).and_then(|place| self.picks.get(place));
        let number = pick
            .map(|pick| self.candidates.row_number(*pick))
            .transpose()?;
        let row = SentRow {
            number: number.unwrap_or_default(),
            ..misfit.row
        };
        Err(misfit.in_row(row).refused(shape.sent()))
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

/// The bytes of a row's locator in these columns.
fn locator(columns: &[ArrayRef], row: usize) -> Vec<u8> {
    locator_bytes(columns.iter().map(|column| {
        let column = column.as_binary_opt::<i32>();
        column.map(|column| column.value(row)).unwrap_or_default()
    }))
}

fn lost() -> Error {
    Error::new(
        ErrorKind::Sums,
        "a row that was read by its key can't be found again, or its key is another one",
    )
    .advise("nothing was published; use --read whole, and report this together with the plan")
}
