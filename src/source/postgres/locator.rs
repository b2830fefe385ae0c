//! What identifies a row of a PostgreSQL table: its position in the file, which is the same in every session that sees the same
//! snapshot, also while others update, delete and vacuum.

use super::dialect::DIALECT;
use crate::source::locator::{Locator, LocatorPart, Spelling};
use arrow::datatypes::DataType;

/// A list of this many positions takes the server less than a millisecond to parse. Several workers share a batch file's rows.
const AT_ONCE: usize = 2_500;
/// Measured: a row of 1 KB takes 6 µs by its position, and 5.5 µs in a scan.
const SCAN_PERCENT: u64 = 90;
/// The server can't tell from `tableoid` which members it need not look at.
const EVERY_MEMBER: &str =
    "each of its partitions or child tables would be searched for every row that is written";
/// How a position is sent: the block's number and the item's within it.
const POSITION_BYTES: i32 = 6;

/// The locator of a relation of this kind (`pg_class.relkind`, or `h` for a table with child tables).
pub(super) fn locator(
    table: &str,
    kind: &str,
    scans_ranges: bool,
) -> Result<Locator, &'static str> {
    let has_members = match kind {
        "r" | "m" => false,
        "p" | "h" => true,
        "v" => return Err("it is a view"),
        _ => return Err("it is a foreign table"),
    };
    let part = |column: &str, data_type, literal| LocatorPart {
        expression: format!("{}.{column}", DIALECT.quote(table)),
        data_type,
        literal,
    };
    let position = part("ctid", DataType::FixedSizeBinary(POSITION_BYTES), position);
    let member = part("tableoid", DataType::UInt32, number);
    Ok(Locator {
        parts: if has_members {
            vec![member, position]
        } else {
            vec![position]
        },
        spelling: Spelling::Places,
        at_once: AT_ONCE,
        has_ranges: scans_ranges && !has_members,
        costly: has_members.then_some(EVERY_MEMBER),
        scan_percent: SCAN_PERCENT,
    })
}

fn position(bytes: &[u8]) -> String {
    let (block, item) = bytes.split_at(bytes.len().min(4));
    let item = u16::from_be_bytes(item.try_into().unwrap_or_default());
    format!("'({},{item})'", number(block))
}

fn number(bytes: &[u8]) -> String {
    u32::from_be_bytes(bytes.try_into().unwrap_or_default()).to_string()
}
