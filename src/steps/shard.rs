//! Shards: each is written in two halves, and counts once both are there.

use super::piece::{AT_ONCE, Finisher, Piece, Written};
use crate::batch::BatchFile;
use crate::report::peak_memory_bytes;
use crate::stage::{FULL, ShardFolder, not_in_order};
use crate::threads::side_by_side;
use crate::{Error, ErrorKind, Result};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// The shards that a process writes.
pub(super) struct Shards<'a> {
    finisher: &'a Finisher<'a>,
    left: Mutex<Vec<Piece>>,
    open: Mutex<BTreeMap<u32, Open>>,
}

/// A shard that isn't complete.
struct Open {
    target: Arc<ShardFolder>,
    begun: Instant,
    /// By the first row of each piece that was written.
    written: BTreeMap<u64, Written>,
    /// Rows that are still to be written.
    left: u64,
}

impl<'a> Shards<'a> {
    pub fn new(finisher: &'a Finisher<'a>, shards: &[u32]) -> Self {
        let batch_rows = finisher.output.batch_rows.get() as u64;
        let halves = shards.iter().flat_map(|shard| {
            let rows = finisher.keep_list.shard_rows(*shard);
            let half = rows.div_ceil(batch_rows).div_ceil(2).max(1) * batch_rows;
            let firsts = (0..rows).step_by(usize::try_from(half).unwrap_or(usize::MAX));
            firsts.map(move |first| Piece {
                shard: *shard,
                rows: first..rows.min(first + half),
            })
        });
        Self {
            finisher,
            left: Mutex::new(halves.collect()),
            open: Mutex::default(),
        }
    }

    /// Writes them all, and returns their batch files. After an error, no more pieces are begun.
    pub fn finish(&self) -> Result<Vec<BatchFile>> {
        let workers = AT_ONCE.get().min(self.left().len());
        let work = |_| self.work_through().inspect_err(|_| self.left().clear());
        let panicked = "internal error: writing a shard failed unexpectedly";
        let files = side_by_side(0..workers, work, panicked)?.into_iter();
        let files: Vec<_> = files.collect::<Result<_>>()?;
        Ok(files.concat())
    }

    fn left(&self) -> MutexGuard<'_, Vec<Piece>> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open(&self) -> MutexGuard<'_, BTreeMap<u32, Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes pieces until none is left. Returns the files of the shards that it has completed.
    fn work_through(&self) -> Result<Vec<BatchFile>> {
        let mut files = Vec::new();
        loop {
            // The last rows first: those of later units are usually sparse in their parts, and take longer to find.
            let Some(piece) = self.left().pop() else {
                return Ok(files);
            };
            match self.write(&piece) {
                // Another process has completed it meanwhile, and has removed what this one was writing.
                Err(error)
                    if error.kind() == ErrorKind::Output
                        && self.finisher.folder.has_shard(piece.shard) =>
                {
                    self.left().retain(|it| it.shard != piece.shard);
                    self.open().remove(&piece.shard);
                }
                written => files.extend(written?),
            }
        }
    }

    /// Writes a piece. If it is the last one of its shard, makes the shard count, and returns its files.
    fn write(&self, piece: &Piece) -> Result<Vec<BatchFile>> {
        let target = self.target(piece.shard)?;
        let written = self.finisher.write(piece, &target);
        let written = written.map_err(|error| error.if_full(FULL))?;
        drop(target);
        let complete = {
            let mut shards = self.open();
            let Some(open) = shards.get_mut(&piece.shard) else {
                return Ok(Vec::new());
            };
            open.left -= piece.rows.end - piece.rows.start;
            open.written.insert(piece.rows.start, written);
            if open.left > 0 {
                return Ok(Vec::new());
            }
            shards.remove(&piece.shard)
        };
        complete.map_or(Ok(Vec::new()), |open| self.commit(piece.shard, open))
    }

    /// The folder that a shard is written to.
    fn target(&self, shard: u32) -> Result<Arc<ShardFolder>> {
        let mut shards = self.open();
        if let Some(open) = shards.get(&shard) {
            return Ok(Arc::clone(&open.target));
        }
        let target = Arc::new(ShardFolder::create(self.finisher.folder, shard)?);
        let open = Open {
            target: Arc::clone(&target),
            begun: Instant::now(),
            written: BTreeMap::new(),
            left: self.finisher.keep_list.shard_rows(shard),
        };
        shards.insert(shard, open);
        Ok(target)
    }

    /// Makes a shard count whose pieces are all written.
    fn commit(&self, shard: u32, open: Open) -> Result<Vec<BatchFile>> {
        let Open {
            target,
            begun,
            written,
            ..
        } = open;
        let mut whole = Written::default();
        let mut before = None;
        for piece in written.into_values() {
            let (first, last) = piece.ends.unzip();
            if before
                .zip(first)
                .is_some_and(|(before, first)| before >= first)
            {
                return Err(not_in_order(shard));
            }
            before = last;
            whole.append(piece);
        }
        let target = Arc::into_inner(target).ok_or_else(|| {
            let message = "internal error: a shard is written to that is complete";
            Error::new(ErrorKind::Bug, message)
        })?;
        let made = (whole.files.clone(), whole.units.into_values().collect());
        let cost = (begun.elapsed().as_secs_f64(), peak_memory_bytes());
        let folder = self.finisher.folder;
        folder.commit_shard(target, made, whole.nulled, cost)?;
        Ok(whole.files)
    }
}
