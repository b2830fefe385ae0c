//! Server messages made up by a fuzzer.

use super::chunk::Chunk;
pub use super::connection::fuzzing::login;

/// The number of columns in the made-up result.
const COLUMNS: usize = 3;

/// Reads a stream of row packets to its end.
pub fn rows(stream: &[u8]) {
    let mut chunk = Chunk::new(COLUMNS);
    let mut buffer = stream.to_vec();
    let mut sequence = 0;
    while chunk.fill(&mut buffer, &mut sequence).is_ok() {
        for row in 0..chunk.rows() {
            for column in 0..COLUMNS {
                std::hint::black_box(chunk.cell(&buffer, row, column));
            }
        }
        if chunk.end.is_some() || chunk.taken == 0 {
            return;
        }
        buffer.drain(..chunk.taken);
    }
}
