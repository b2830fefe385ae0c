use super::super::connection::message;
use super::chunk::after_header;
use super::*;
use crate::source::wire::{Dice, Scripted};

const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
const TRAILER: &[u8] = &[0xff, 0xff];

type Row = Vec<Option<Vec<u8>>>;

fn tuple(row: &Row) -> Vec<u8> {
    let mut bytes = u16::try_from(row.len()).unwrap().to_be_bytes().to_vec();
    for cell in row {
        let length = cell
            .as_ref()
            .map_or(-1, |cell| i32::try_from(cell.len()).unwrap());
        bytes.extend(length.to_be_bytes());
        bytes.extend(cell.iter().flatten());
    }
    bytes
}

fn begin() -> Vec<u8> {
    message(b'H', &[1, 0, 2, 0, 1, 0, 1])
}

fn end(count: usize) -> Vec<u8> {
    let count = format!("COPY {count}\0");
    [
        message(b'c', b""),
        message(b'C', count.as_bytes()),
        message(b'Z', b"I"),
    ]
    .concat()
}

/// As PostgreSQL sends it: the header with the first row, the trailer alone; a notice in between.
fn copied(rows: &[Row]) -> Vec<u8> {
    let mut says = begin();
    let mut header = HEADER.to_vec();
    for (number, row) in rows.iter().enumerate() {
        header.extend(tuple(row));
        says.extend(message(b'd', &std::mem::take(&mut header)));
        if number % 100 == 50 {
            says.extend(message(b'N', b"SNOTICE\0\0"));
            says.extend(message(b'S', b"TimeZone\0UTC\0"));
        }
    }
    header.extend(TRAILER);
    says.extend(message(b'd', &header));
    says.extend(end(rows.len()));
    says
}

fn rows(count: usize) -> Vec<Row> {
    let mut dice = Dice(7);
    let mut cell = |number: usize| -> Option<Vec<u8>> {
        let length = dice.below(if number % 300 == 299 { 70_000 } else { 20 });
        (length != 3).then(|| (0..length).map(|_| dice.byte()).collect())
    };
    (0..count)
        .map(|number| vec![cell(number), cell(number)])
        .collect()
}

fn read(says: Vec<u8>, at_once: usize) -> Attempt<Vec<Row>> {
    let mut connection = Connection::ready(Scripted::saying(says, at_once));
    let mut copy = CopyOut::begin(&mut connection, "SELECT a, b FROM t -- all", 2)?;
    let mut rows = Vec::new();
    while copy.next_chunk(&mut connection)? {
        let bytes = connection.input.bytes();
        let cell = |row, column| copy.chunk.cell(bytes, row, column).map(<[u8]>::to_vec);
        rows.extend((0..copy.chunk.rows()).map(|row| vec![cell(row, 0), cell(row, 1)]));
    }
    // The connection accepts the next query.
    connection.ask(|_| Ok(()))?;
    Ok(rows)
}

#[test]
fn rows_are_read_whole_however_they_arrive() {
    for count in [0, 1, 255, 256, 257, 1000] {
        let rows = rows(count);
        for at_once in [1, 7, 4096, usize::MAX] {
            if at_once == 1 && count > 300 {
                continue;
            }
            assert_eq!(
                read(copied(&rows), at_once).unwrap(),
                rows,
                "{count} by {at_once}"
            );
        }
    }
}

#[test]
fn a_header_may_come_alone() {
    let row = message(b'd', &tuple(&vec![Some(b"a".to_vec()), None]));
    let says = [
        begin(),
        message(b'd', HEADER),
        row,
        message(b'd', TRAILER),
        end(1),
    ]
    .concat();
    assert_eq!(read(says, 3).unwrap(), [[Some(b"a".to_vec()), None]]);
}

#[test]
fn a_copy_that_is_truncated_anywhere_is_a_fault() {
    let says = copied(&rows(60));
    for cut in 0..says.len() {
        assert!(read(says[..cut].to_vec(), usize::MAX).is_err(), "{cut}");
    }
}

#[test]
fn what_the_protocol_does_not_allow_is_a_fault() {
    let cells = |count: i16, lengths: &[i32], bytes: &[u8]| {
        let lengths = lengths.iter().flat_map(|length| length.to_be_bytes());
        let mut row: Vec<u8> = count.to_be_bytes().into_iter().chain(lengths).collect();
        row.extend(bytes);
        row
    };
    let good = || tuple(&vec![None, Some(b"x".to_vec())]);
    for broken in [
        cells(1, &[-1], b""),
        cells(3, &[-1, -1, -1], b""),
        cells(2, &[-1], b""),
        cells(2, &[-1, -2], b""),
        cells(2, &[-1, 5], b"abcd"),
        cells(2, &[-1, i32::MAX], b"abcd"),
        cells(2, &[-1, 1], b"ab"),
        [good(), good()].concat(),
        [good(), TRAILER.to_vec()].concat(),
        cells(-2, &[], b""),
        vec![0],
        Vec::new(),
    ] {
        let says = [begin(), message(b'd', HEADER), message(b'd', &broken)].concat();
        let all = [says, message(b'd', TRAILER), end(1)].concat();
        assert!(
            matches!(read(all, 9), Err(Fault::Protocol(_))),
            "{broken:?}"
        );
    }
}

#[test]
fn a_copy_without_its_beginning_or_its_end_is_a_fault() {
    let rows = rows(3);
    let replaced = |from: &[u8], to: &[u8]| {
        let says = copied(&rows);
        let place = says
            .windows(from.len())
            .position(|part| part == from)
            .unwrap();
        [&says[..place], to, &says[place + from.len()..]].concat()
    };
    let trailer = message(b'd', TRAILER);
    for says in [
        replaced(&begin(), &message(b'H', &[0, 0, 2, 0, 0, 0, 0])),
        replaced(&begin(), &message(b'H', &[1, 0, 1, 0, 1])),
        replaced(&begin(), b""),
        replaced(b"PGCOPY", b"pgcopy"),
        replaced(b"\r\n\0\0\0\0\0", b"\r\n\0\x80\0\0\0"),
        replaced(&trailer, b""),
        replaced(&trailer, &[trailer.clone(), trailer.clone()].concat()),
        replaced(b"COPY 3", b"COPY 4"),
        replaced(b"COPY 3", b"COPY x"),
        replaced(&message(b'c', b""), b""),
        replaced(&message(b'C', b"COPY 3\0"), b""),
    ] {
        assert!(matches!(read(says, 64), Err(Fault::Protocol(_))));
    }
}

#[test]
fn an_error_from_the_server_in_mid_stream_is_reported() {
    let rows = rows(3);
    let mut says = copied(&rows);
    says.truncate(says.len() - end(3).len() - message(b'd', TRAILER).len());
    says.extend(message(b'E', b"SERROR\0C57014\0Mcanceling statement\0\0"));
    says.extend(message(b'Z', b"I"));
    assert!(matches!(read(says, 11), Err(Fault::Server { code, .. }) if code == "57014"));
}

#[test]
fn a_length_that_lies_takes_no_memory() {
    let long = |tag: u8, length: i32| {
        let head = [&[tag][..], &length.to_be_bytes(), b"abc"].concat();
        [begin(), message(b'd', HEADER), head].concat()
    };
    for says in [
        long(b'd', i32::MAX),
        long(b'N', i32::MAX),
        long(b'd', 3),
        long(b'd', -1),
    ] {
        assert!(matches!(read(says, 64), Err(Fault::Protocol(_))));
    }
    // A length that a row can have, but the row never arrives.
    assert!(matches!(read(long(b'd', 1 << 29), 64), Err(Fault::Io(_))));
}

#[test]
fn a_mangled_copy_neither_panics_nor_hangs() {
    let says = copied(&rows(40));
    let mut dice = Dice(3);
    for _ in 0..5000 {
        let mut mangled = says.clone();
        for _ in 0..=dice.below(4) {
            let place = dice.below(mangled.len());
            match dice.below(3) {
                0 => mangled[place] = dice.byte(),
                1 => _ = mangled.remove(place),
                _ => mangled.insert(place, dice.byte()),
            }
        }
        let _ = read(mangled, 1 + dice.below(5000));
    }
    for _ in 0..2000 {
        let noise = (0..dice.below(200)).map(|_| dice.byte()).collect();
        assert!(read(noise, 16).is_err());
    }
}

#[test]
fn an_extension_of_the_header_is_skipped() {
    let header = [&HEADER[..15], &[0, 0, 0, 3], b"new", b"row"].concat();
    assert_eq!(after_header(&header).unwrap(), b"row");
    let lying = [&HEADER[..15], &[0x7f, 0xff, 0xff, 0xff], b"new"].concat();
    assert!(after_header(&lying).is_err());
}
