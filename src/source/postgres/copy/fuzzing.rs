//! A copy from a server, as made up by a fuzzer.

use super::chunk::{Chunk, Stop};

/// Columns of the made-up result.
const COLUMNS: usize = 3;

/// Reads a stream of messages to its end.
pub fn rows(stream: &[u8]) {
    let mut chunk = Chunk::new(COLUMNS);
    let mut rest = stream;
    while let Ok(stop) = chunk.index(rest) {
        for row in 0..chunk.rows() {
            for column in 0..COLUMNS {
                std::hint::black_box(chunk.cell(rest, row, column));
            }
        }
        rest = rest.get(chunk.bytes()..).unwrap_or_default();
        chunk.clear();
        if stop != Stop::Full {
            return;
        }
    }
}
