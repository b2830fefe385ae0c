#![expect(clippy::cast_possible_truncation, reason = "the files are small")]

use super::*;
use std::cell::Cell;
use std::slice;

const PAGE: usize = 4096;

/// A file whose pages are filled with their number, and what is read of it.
struct File {
    blocks: Blocks,
    pages: u64,
    reads: Cell<usize>,
}

impl File {
    fn of(pages: u64) -> Self {
        Self {
            blocks: Blocks::default(),
            pages,
            reads: Cell::new(0),
        }
    }

    /// The address of a page whose bytes are right, if it is in memory.
    fn page(&mut self, number: u64) -> Option<*const u8> {
        let end = self.pages * PAGE as u64;
        let reads = &self.reads;
        let read = |offset: u64, memory: &mut [u8]| {
            reads.set(reads.get() + 1);
            let bytes = memory.len().min(end.saturating_sub(offset) as usize);
            for (index, byte) in memory[..bytes].iter_mut().enumerate() {
                *byte = ((offset as usize + index) / PAGE % 251) as u8;
            }
            bytes
        };
        let page = self.blocks.page(number * PAGE as u64, PAGE, read)?;
        #[expect(unsafe_code, reason = "as SQLite reads it")]
        // SAFETY: the page and the margin are in memory until the page is released.
        let bytes = unsafe { slice::from_raw_parts(page, PAGE + MARGIN_BYTES) };
        assert!(
            bytes[..PAGE]
                .iter()
                .all(|byte| u64::from(*byte) == number % 251)
        );
        Some(page)
    }

    fn read(&mut self, number: u64) -> bool {
        let page = self.page(number);
        if let Some(page) = page {
            self.blocks.release(page);
        }
        page.is_some()
    }
}

#[test]
fn pages_in_a_row_are_read_together() {
    let mut file = File::of(1000);
    let in_memory = (0..1000).filter(|page| file.read(*page)).count();
    assert_eq!(in_memory, 998, "all but the first two");
    assert_eq!(file.reads.get(), 998_usize.div_ceil(BLOCK_BYTES / PAGE));
}

#[test]
fn a_row_of_pages_may_have_gaps_of_one() {
    let mut file = File::of(1000);
    let in_memory = (0..1000).step_by(2).filter(|page| file.read(*page)).count();
    assert_eq!(in_memory, 498);
    let mut file = File::of(1000);
    assert!((0..1000).step_by(3).all(|page| !file.read(page)));
    assert_eq!(
        file.reads.get(),
        0,
        "reading the others too would take longer"
    );
}

#[test]
fn several_rows_of_pages_are_read_in_turn() {
    let mut file = File::of(4000);
    for page in 0..1000 {
        for first in [0, 1000, 2000, 3000] {
            assert_eq!(file.read(first + page), page >= 2, "{first} + {page}");
        }
    }
    assert!(file.reads.get() < 4 * 70, "{}", file.reads.get());
}

#[test]
fn the_path_through_a_tree_does_not_interrupt_a_row_of_pages() {
    let mut file = File::of(2000);
    for page in 0..1000 {
        for above in [1999, 1500, 1200] {
            assert!(!file.read(above), "SQLite has it in its cache");
        }
        assert_eq!(file.read(page), page >= 2, "{page}");
    }
}

#[test]
fn a_page_stays_as_long_as_it_is_in_use() {
    let mut file = File::of(4000);
    let mut used = Vec::new();
    for first in 0..BLOCKS as u64 {
        let first = first * 100;
        assert!(!file.read(first) && !file.read(first + 1));
        let address = file.page(first + 2).unwrap();
        used.push((first + 2, address));
    }
    assert!(!file.read(1000) && !file.read(1001));
    assert!(!file.read(1002), "all blocks are in use");
    for (page, address) in used {
        assert_eq!(file.page(page), Some(address));
        file.blocks.release(address);
        file.blocks.release(address);
    }
    assert!(file.read(1003));
}

#[test]
fn the_end_of_the_file_is_read_as_far_as_it_goes() {
    let mut file = File::of(5);
    assert!((2..5).all(|page| file.read(page) == (page >= 4)));
    assert!(!file.read(5));
    assert!(!file.read(6), "there is none");
}

#[test]
fn nothing_is_kept_of_a_file_that_may_have_changed() {
    let mut file = File::of(1000);
    assert!((0..10).filter(|page| file.read(*page)).count() == 8);
    let reads = file.reads.get();
    file.blocks.forget();
    assert!((2..5).filter(|page| file.read(*page)).count() == 1);
    assert_eq!(file.reads.get(), reads + 1);
}
