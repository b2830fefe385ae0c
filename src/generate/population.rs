//! The persons, and their rows in each table.

use super::calendar::Calendar;
use super::dice::Dice;
use super::draw::Draw;
use super::row::{Row, digits};
use super::shape::{Shape, TableShape};
use xxhash_rust::xxh3::xxh3_128;

/// One row in this many has a sex that differs from its person's.
const ROWS_PER_SLIP: u64 = 1000;

/// Everyone in the tables. Persons are computed on demand.
pub(super) struct Population<'a> {
    tables: &'a [TableShape],
    calendar: Calendar,
    seed: u64,
    ids: Dice,
    births: Dice,
}

impl<'a> Population<'a> {
    pub(super) fn new(shape: &'a Shape, seed: u64) -> Self {
        Self {
            tables: shape.tables(),
            calendar: Calendar::new(),
            seed,
            ids: Dice::new(seed, "ids"),
            births: Dice::new(seed, "births"),
        }
    }

    pub(super) fn tables(&self) -> &'a [TableShape] {
        self.tables
    }

    /// The rows of `table`, in the order in which they are inserted.
    pub(super) fn rows(&self, table: &TableShape) -> impl Iterator<Item = Row<'_>> {
        let draw = Draw::new(table, self.seed);
        let slips = Dice::new(self.seed, &format!("slips of {}", table.name));
        let birthdays = self.birthdays();
        (0..table.rows).map(move |position| {
            let slip = slips.roll(position).is_multiple_of(ROWS_PER_SLIP);
            self.row(position + 1, draw.person(position), slip, &birthdays)
        })
    }

    /// For each table: the end of its newcomers' numbers, and their possible birthdays.
    fn birthdays(&self) -> Vec<(u64, &[String])> {
        let until = |table: &TableShape| (table.known + table.new, self.calendar.until(table.year));
        self.tables.iter().map(until).collect()
    }

    fn row<'d>(
        &self,
        seq: u64,
        person: u64,
        slip: bool,
        birthdays: &[(u64, &'d [String])],
    ) -> Row<'d> {
        let id = digits(self.ids.wide_roll(person));
        let [a, b, c, d, sex, ..] = self.births.roll(person).to_le_bytes();
        let first_table = birthdays.iter().find(|(end, _)| person < *end);
        let days = first_table.map(|(_, days)| *days).unwrap_or_default();
        // The later of two random days, so that more persons are young than old.
        let age = u16::from_le_bytes([a, b]).max(u16::from_le_bytes([c, d]));
        let birthday = days
            .get((usize::from(age) * days.len()) >> u16::BITS)
            .map_or("", String::as_str);
        let is_female = (sex & 1 == 1) != slip;
        Row {
            seq,
            id,
            birthday,
            sex: if is_female { "F" } else { "M" },
            hashidv: digits(xxh3_128(&[id.as_slice(), birthday.as_bytes()].concat())),
        }
    }
}
