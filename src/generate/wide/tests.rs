//! The wide tables as a job sees them: columns, bytes and new keys.

use super::*;
use std::collections::HashSet;

fn content(percent: &str, seed: u64) -> Content {
    let scale = "0.02".parse().expect("a scale");
    let survivors = percent.parse().expect("a share");
    super::content(scale, survivors, seed).expect("tables")
}

/// Each row's cells, in table order.
fn rows(content: &Content) -> impl Iterator<Item = Vec<Option<Vec<u8>>>> {
    content.tables.iter().flat_map(|table| {
        (0..table.counts.rows).map(|position| {
            let mut row = Row::default();
            (table.write_cells)(position, &mut row);
            row.cells().map(|cell| cell.map(<[u8]>::to_vec)).collect()
        })
    })
}

#[test]
fn the_share_of_new_keys_is_the_one_that_was_asked_for() {
    for (percent, survivors) in [("1", 400), ("20", 8000), ("60", 24_000), ("95", 38_000)] {
        let content = content(percent, 3);
        let keys: Vec<_> = rows(&content).map(|row| row[1].clone()).collect();
        assert_eq!(keys.len(), 40_000);
        assert!(keys.iter().flatten().all(|key| key.len() == 64));
        assert_eq!(
            keys.iter().collect::<HashSet<_>>().len(),
            survivors,
            "{percent} %"
        );
        let promised: u64 = content.tables.iter().map(|table| table.counts.new).sum();
        assert_eq!(u64::try_from(survivors), Ok(promised));
    }
}

#[test]
fn each_table_has_the_keys_that_were_promised() {
    let content = content("20", 3);
    for table in &content.tables {
        let mut keys = HashSet::new();
        for position in 0..table.counts.rows {
            let mut row = Row::default();
            (table.write_cells)(position, &mut row);
            keys.insert(row.cells().nth(1).flatten().expect("a key").to_vec());
        }
        assert_eq!(
            u64::try_from(keys.len()),
            Ok(table.counts.distinct),
            "{}",
            table.name()
        );
    }
}

#[test]
fn a_row_has_42_columns_and_about_a_kilobyte() {
    let content = content("20", 3);
    assert_eq!(content.columns.len(), 42);
    let names: HashSet<_> = content.columns.iter().map(|column| column.name).collect();
    assert_eq!(names.len(), 42);
    let (mut bytes, mut count) = (0, 0);
    for row in rows(&content) {
        assert_eq!(row.len(), 42);
        bytes += row.iter().flatten().map(Vec::len).sum::<usize>();
        count += 1;
    }
    assert!(
        (900..1100).contains(&(bytes / count)),
        "{} bytes",
        bytes / count
    );
}

#[test]
fn text_fits_its_column_and_needs_no_escaping() {
    let content = content("20", 3);
    for row in rows(&content) {
        for (column, cell) in content.columns.iter().zip(row) {
            let text = String::from_utf8(cell.unwrap_or_default()).expect("ASCII");
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b" .:-".contains(&byte);
            assert!(text.bytes().all(is_plain), "{}: {text}", column.name);
            let most = column
                .sql_type
                .strip_prefix("VARCHAR(")
                .map(|rest| rest.trim_end_matches(')'));
            let most: usize = most.map_or(100, |most| most.parse().expect("a number"));
            assert!(text.len() <= most, "{}: {text}", column.name);
        }
    }
}

#[test]
fn the_seed_decides_the_rows() {
    let [first, again, other] = [7, 7, 8].map(|seed| content("20", seed));
    assert!(rows(&first).eq(rows(&again)));
    assert!(
        rows(&first)
            .zip(rows(&other))
            .all(|(one, another)| one[1] != another[1])
    );
}
