//! Which pages of a file are read together, because they are read one after another, and where these are in memory.

/// Bytes that are read at once: few enough to stay in a core's cache until SQLite has used them.
const BLOCK_BYTES: usize = 64 * 1024;
/// SQLite keeps the pages of one path through a B-tree, and one of a long row, in use at a time. More blocks aren't needed.
const BLOCKS: usize = 4;
/// Places of the file at which pages are read one after another: as many as a path through a B-tree has pages, and some more.
const STREAMS: usize = 8;
/// So many pages in a row show that the next ones will be read as well.
const RUN: u32 = 2;
/// SQLite may read slightly beyond a page if the file is corrupt. Its own mappings have as many bytes there.
const MARGIN_BYTES: usize = 256;

/// Reads a file from an offset on. Returns the number of bytes that it has read, 0 if it can't.
pub(super) trait ReadAt: FnOnce(u64, &mut [u8]) -> usize {}

impl<F: FnOnce(u64, &mut [u8]) -> usize> ReadAt for F {}

/// Blocks of a file.
#[derive(Default)]
pub(super) struct Blocks {
    held: [Block; BLOCKS],
    streams: [Stream; STREAMS],
    /// Counts the calls, to find what was used longest ago.
    now: u64,
}

/// Consecutive bytes of the file.
#[derive(Default)]
struct Block {
    offset: u64,
    /// Bytes of the file; 0 if the block is free.
    filled: usize,
    /// Allocated once, and never moved.
    memory: Vec<u8>,
    /// How many of its pages SQLite uses.
    pages_in_use: usize,
    last_use: u64,
}

/// A place at which pages are read one after another.
#[derive(Default)]
struct Stream {
    /// The last page, and the one that would be next.
    page: u64,
    next: u64,
    /// How many pages were next so far.
    run: u32,
    last_use: u64,
}

impl Blocks {
    /// A page, which stays where it is until it is released. `None` if the pages before it weren't read just now: then SQLite
    /// reads it into its own cache.
    pub fn page(&mut self, offset: u64, bytes: usize, read: impl ReadAt) -> Option<*const u8> {
        self.now += 1;
        let now = self.now;
        let has_page = |block: &&mut Block| block.place(offset, bytes).is_some();
        if let Some(block) = self.held.iter_mut().find(has_page) {
            return block.take(offset, bytes, now);
        }
        let stream = self.sequential(offset, bytes)?;
        let is_free = |block: &&mut Block| block.pages_in_use == 0;
        let blocks = self.held.iter_mut().filter(is_free);
        let block = blocks.min_by_key(|block| block.last_use)?;
        block.fill(offset, read);
        self.streams[stream].next = offset + (block.filled / bytes * bytes) as u64;
        block.take(offset, bytes, now)
    }

    /// The stream in which a page comes next, if enough others came before it.
    fn sequential(&mut self, offset: u64, bytes: usize) -> Option<usize> {
        let found = self.streams.iter().position(|stream| {
            // One page may be left out: it often belongs to another level of the B-tree.
            let next = stream.next..=stream.next + bytes as u64;
            stream.last_use > 0 && (stream.page == offset || next.contains(&offset))
        });
        let oldest = || {
            let streams = self.streams.iter().enumerate();
            streams.min_by_key(|(_, stream)| stream.last_use)
        };
        let number = found.or_else(|| Some(oldest()?.0))?;
        let before = &self.streams[number];
        let run = match found {
            Some(_) if before.page == offset => before.run,
            Some(_) => before.run + 1,
            None => 0,
        };
        self.streams[number] = Stream {
            page: offset,
            next: offset + bytes as u64,
            run,
            last_use: self.now,
        };
        (run >= RUN).then_some(number)
    }

    /// SQLite no longer uses a page.
    pub fn release(&mut self, page: *const u8) {
        let holds = |block: &&mut Block| block.memory.as_ptr_range().contains(&page);
        if let Some(block) = self.held.iter_mut().find(holds) {
            block.pages_in_use = block.pages_in_use.saturating_sub(1);
        }
    }

    /// The file may have changed.
    pub fn forget(&mut self) {
        for block in &mut self.held {
            block.filled = 0;
        }
        self.streams = Default::default();
    }
}

impl Block {
    /// Where a page is in the block, if all of it is there.
    fn place(&self, offset: u64, bytes: usize) -> Option<usize> {
        let place = usize::try_from(offset.checked_sub(self.offset)?).ok()?;
        (place + bytes <= self.filled).then_some(place)
    }

    fn take(&mut self, offset: u64, bytes: usize, now: u64) -> Option<*const u8> {
        let page = self.memory.get(self.place(offset, bytes)?..)?;
        self.pages_in_use += 1;
        self.last_use = now;
        Some(page.as_ptr())
    }

    fn fill(&mut self, offset: u64, read: impl ReadAt) {
        (self.offset, self.filled) = (offset, 0);
        let bytes = BLOCK_BYTES + MARGIN_BYTES;
        if self.memory.is_empty() && self.memory.try_reserve_exact(bytes).is_ok() {
            self.memory.resize(bytes, 0);
        }
        if let Some(memory) = self.memory.get_mut(..BLOCK_BYTES) {
            self.filled = read(offset, memory).min(BLOCK_BYTES);
        }
    }
}

#[cfg(test)]
mod tests;
