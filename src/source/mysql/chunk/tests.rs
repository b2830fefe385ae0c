use super::*;
use crate::source::wire::Dice;

/// Puts a payload into a packet, or as many as it takes.
fn packets(payload: &[u8], sequence: &mut u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut parts: Vec<&[u8]> = payload.chunks(FULL_BYTES).collect();
    if payload.len().is_multiple_of(FULL_BYTES) {
        parts.push(&[]);
    }
    for part in parts {
        bytes.extend(&u32::try_from(part.len()).unwrap().to_le_bytes()[..3]);
        bytes.push(*sequence);
        bytes.extend_from_slice(part);
        *sequence = sequence.wrapping_add(1);
    }
    bytes
}

const EOF_PAYLOAD: [u8; 5] = [EOF, 0, 0, 2, 0];

/// Reads all rows of one column from a stream of these bytes that arrives in pieces.
fn read(
    stream: &[u8],
    first_sequence: u8,
    piece: usize,
) -> io::Result<(Vec<Vec<u8>>, Option<End>)> {
    let mut chunk = Chunk::new(1);
    let mut sequence = first_sequence;
    let mut rows = Vec::new();
    let mut buffer: Vec<u8> = Vec::new();
    let mut pieces = stream.chunks(piece);
    loop {
        chunk.fill(&mut buffer, &mut sequence)?;
        for row in 0..chunk.rows() {
            rows.push(chunk.cell(&buffer, row, 0).unwrap().to_vec());
        }
        if chunk.end.is_some() {
            return Ok((rows, chunk.end));
        }
        let taken = chunk.taken;
        buffer.drain(..taken);
        if taken == 0 {
            match pieces.next() {
                Some(piece) => buffer.extend_from_slice(piece),
                None => return Ok((rows, None)),
            }
        }
    }
}

fn result(rows: &[Vec<u8>], first_sequence: u8) -> Vec<u8> {
    let mut sequence = first_sequence;
    let mut stream = Vec::new();
    for row in rows {
        let mut payload = match row.len() {
            short @ ..251 => vec![u8::try_from(short).unwrap()],
            long => [&[0xfe][..], &u64::try_from(long).unwrap().to_le_bytes()].concat(),
        };
        payload.extend_from_slice(row);
        stream.extend(packets(&payload, &mut sequence));
    }
    stream.extend(packets(&EOF_PAYLOAD, &mut sequence));
    stream
}

#[test]
fn rows_are_the_same_whatever_pieces_they_arrive_in() {
    let rows: Vec<Vec<u8>> = (0..700_usize).map(|n| vec![b'x'; n % 250]).collect();
    let stream = result(&rows, 250);
    for piece in [1, 2, 3, 5, 100, 4096, stream.len()] {
        let (found, end) = read(&stream, 250, piece).unwrap();
        assert!(found == rows, "pieces of {piece} bytes");
        assert_eq!(end, Some(End::Complete));
    }
}

#[test]
fn a_row_of_several_packets_is_joined_around_every_boundary() {
    // With its length of nine bytes, the payload fills exactly one packet, or is one byte longer or shorter.
    for bytes in [
        FULL_BYTES - 10,
        FULL_BYTES - 9,
        FULL_BYTES - 8,
        2 * FULL_BYTES - 9,
    ] {
        let rows = vec![b"before".to_vec(), vec![b'y'; bytes], b"after".to_vec()];
        let (found, end) = read(&result(&rows, 3), 3, 1 << 20).unwrap();
        assert!(found == rows, "a cell of {bytes} bytes");
        assert_eq!(end, Some(End::Complete));
    }
}

#[test]
fn a_stream_that_is_cut_anywhere_never_looks_complete() {
    let rows: Vec<Vec<u8>> = (0..20).map(|n| vec![b'z'; n]).collect();
    let stream = result(&rows, 0);
    for cut in 0..stream.len() {
        let read = read(&stream[..cut], 0, 7);
        assert!(!matches!(read, Ok((_, Some(_)))), "cut after {cut} bytes");
    }
}

#[test]
fn an_error_in_mid_stream_ends_the_rows() {
    let mut stream = result(&[b"a".to_vec()], 0);
    stream.truncate(stream.len() - 9);
    let mut sequence = 1;
    stream.extend(packets(b"\xff\x2a\x05#70100killed", &mut sequence));
    let (rows, end) = read(&stream, 0, 4).unwrap();
    assert_eq!(rows.len(), 1);
    assert!(matches!(end, Some(End::Error(_))));
}

#[test]
fn mutated_streams_are_errors_or_rows_and_nothing_else() {
    let rows: Vec<Vec<u8>> = (0..30).map(|n| vec![b'm'; n * 11]).collect();
    let whole = result(&rows, 0);
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for _ in 0..20_000 {
        let mut stream = whole.clone();
        for _ in 0..=dice.below(4) {
            let at = dice.below(stream.len());
            stream[at] = dice.byte();
        }
        stream.truncate(stream.len() - dice.below(3) * dice.below(40));
        let found = read(&stream, 0, 1 + dice.below(900));
        let bytes = found.map_or(0, |(rows, _)| rows.iter().map(Vec::len).sum::<usize>());
        assert!(bytes <= stream.len(), "no byte that was not sent");
    }
}
