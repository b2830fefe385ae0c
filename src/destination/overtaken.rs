//! Candidates that were overtaken: after they had been kept, an earlier unit offered their key.
//!
//! Units are read at the same time and may contain the same keys, so each worker's unit would keep most of them until
//! `unique` decides. The filter notes which candidates of each unit were overtaken. Dropping these once they are a good part
//! keeps memory in proportion to the distinct rows, for any number of workers.

mod lookup;

use super::UnitRows;
use crate::distinct::{FirstSeen, KeyTag};
use crate::free_memory::give_back;
use crate::{Error, ErrorKind, Proceed, Result};
use arrow::array::RecordBatch;
use arrow::compute::interleave_record_batch;
use lookup::Overtaken;

pub(super) use lookup::NO_KEY;

/// Fewer overtaken candidates take too little memory.
const LEAST_OVERTAKEN: u64 = 4 * 1024;
/// The overtaken share of the candidates, one in this many, that is worth copying the others. At most a fifth as many rows as
/// there are distinct ones are kept needlessly, and for each dropped row at most five are copied. Measured with 13 workers:
/// with one in four, the peak is 4 MB higher, in the same time.
const SHARE: u64 = 6;
/// Bytes of a record batch that is made of what is left of others.
const JOINED_BYTES: usize = 1 << 20;
/// Freed bytes that are worth giving back to the system, which takes a millisecond.
const GIVEN_BACK_BYTES: usize = 2 << 20;

impl UnitRows {
    /// Drops the candidates that were overtaken, if there are many. What was noted about the others moves with them.
    /// `proceed` is called every few megabytes; after its error, the rows are incomplete.
    pub(crate) fn drop_overtaken(
        &mut self,
        unit: u32,
        first_seen: &FirstSeen,
        proceed: Proceed<'_>,
    ) -> Result<()> {
        self.drop_if(Self::are_many, (unit, first_seen), proceed)
    }

    /// Drops the candidates that were overtaken, however few, once all earlier units have been read: those that are left are
    /// written and read again.
    pub(crate) fn drop_last_overtaken(
        &mut self,
        unit: u32,
        first_seen: &FirstSeen,
        proceed: Proceed<'_>,
    ) -> Result<()> {
        self.drop_if(|_, count| count > 0, (unit, first_seen), proceed)
    }

    fn drop_if(
        &mut self,
        pay: impl Fn(&Self, usize) -> bool,
        (unit, first_seen): (u32, &FirstSeen),
        proceed: Proceed<'_>,
    ) -> Result<()> {
        let Some(overtaken) = self.take_overtaken(unit, first_seen, pay) else {
            return Ok(());
        };
        let (keep, rest) = Overtaken::new(&overtaken).look_for(&self.tags, self.candidates);
        if let Some(mut overtaken) = first_seen.overtaken(unit) {
            overtaken.extend(rest);
        }
        let before = self.bytes();
        self.batches = kept(std::mem::take(&mut self.batches), &keep, proceed)?;
        let bytes = self.bytes();
        if before.saturating_sub(bytes) >= GIVEN_BACK_BYTES {
            give_back();
        }
        self.renumber(&keep);
        let dropped = keep.iter().filter(|keep| !**keep).count() as u64;
        let mut keep = keep.into_iter();
        self.tags.retain(|_| keep.next().unwrap_or(true));
        self.shrink(bytes + self.tags.len() * size_of::<KeyTag>());
        self.candidates -= dropped;
        self.filter_drops += dropped;
        Ok(())
    }

    /// Takes the keys of the overtaken candidates, if so many of them pay.
    fn take_overtaken(
        &self,
        unit: u32,
        first_seen: &FirstSeen,
        pay: impl Fn(&Self, usize) -> bool,
    ) -> Option<Vec<KeyTag>> {
        if !self.are_all_held() {
            return None;
        }
        let mut overtaken = first_seen.overtaken(unit)?;
        pay(self, overtaken.len()).then(|| std::mem::take(&mut *overtaken))
    }

    /// Whether so many candidates were overtaken that it pays to drop them.
    pub(super) fn has_many_overtaken(&self, unit: u32, first_seen: &FirstSeen) -> bool {
        let overtaken = first_seen.overtaken(unit);
        self.are_all_held() && overtaken.is_some_and(|overtaken| self.are_many(overtaken.len()))
    }

    fn are_many(&self, overtaken: usize) -> bool {
        let count = overtaken as u64;
        count >= LEAST_OVERTAKEN && count * SHARE >= self.candidates
    }

    /// Bytes that the candidates take.
    fn bytes(&self) -> usize {
        let batches = self.batches.iter();
        batches.map(RecordBatch::get_array_memory_size).sum()
    }

    /// Called once all earlier units have been read: no candidate can be overtaken any more.
    pub(crate) fn forget_keys(&mut self, unit: u32, first_seen: &FirstSeen) {
        self.tags = Vec::new();
        if let Some(mut overtaken) = first_seen.overtaken(unit) {
            *overtaken = Vec::new();
        }
    }

    /// Moves the notes about candidates to their new numbers, and drops those about dropped ones.
    fn renumber(&mut self, keep: &[bool]) {
        if self.misfits.is_empty() && self.nulled.is_empty() {
            return;
        }
        let mut next = 0;
        let numbers = keep.iter().map(|keep| {
            let number = keep.then_some(next);
            next += u64::from(*keep);
            number
        });
        let numbers: Vec<Option<u64>> = numbers.collect();
        let number = |candidate: u64| *numbers.get(usize::try_from(candidate).ok()?)?;
        self.misfits.retain_mut(|misfit| {
            let number = number(misfit.candidate);
            misfit.candidate = number.unwrap_or_default();
            number.is_some()
        });
        self.nulled.renumber(number);
    }
}

/// The rows to keep, in batches that aren't small. A batch is freed as soon as its rows are copied.
fn kept(
    batches: Vec<RecordBatch>,
    mut keep: &[bool],
    proceed: Proceed<'_>,
) -> Result<Vec<RecordBatch>> {
    let mut kept = Vec::with_capacity(batches.len());
    let mut remains = Remains::default();
    for batch in batches {
        let (own, others) = keep.split_at(batch.num_rows().min(keep.len()));
        keep = others;
        remains.add(batch, own);
        if remains.bytes >= JOINED_BYTES {
            kept.extend(remains.join()?);
            proceed()?;
        }
    }
    kept.extend(remains.join()?);
    Ok(kept)
}

/// Adjacent batches that become one, and the rows to keep: their batch, and their row in it.
#[derive(Default)]
struct Remains {
    batches: Vec<RecordBatch>,
    rows: Vec<(usize, usize)>,
    /// What the rows take, approximately.
    bytes: usize,
}

impl Remains {
    fn add(&mut self, batch: RecordBatch, keep: &[bool]) {
        let before = self.rows.len();
        let at = self.batches.len();
        let rows = keep.iter().enumerate().filter(|(_, keep)| **keep);
        self.rows.extend(rows.map(|(row, _)| (at, row)));
        let added = self.rows.len() - before;
        if added > 0 {
            self.bytes += batch.get_array_memory_size() / batch.num_rows() * added;
            self.batches.push(batch);
        }
    }

    fn join(&mut self) -> Result<Option<RecordBatch>> {
        let Self { batches, rows, .. } = std::mem::take(self);
        if let [batch] = batches.as_slice()
            && batch.num_rows() == rows.len()
        {
            return Ok(batches.into_iter().next());
        }
        if rows.is_empty() {
            return Ok(None);
        }
        let batches: Vec<&RecordBatch> = batches.iter().collect();
        let joined = interleave_record_batch(&batches, &rows).map_err(|cause| {
            let message = "internal error: the candidates that were overtaken can't be dropped";
            Error::new(ErrorKind::Bug, message).because(cause)
        })?;
        Ok(Some(joined))
    }
}

#[cfg(test)]
mod tests;
