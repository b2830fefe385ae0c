//! The persons, and their rows.

use super::shape::Shape;
use crate::generate::calendar::Calendar;
use crate::generate::dice::Dice;
use crate::generate::row::{Row, digits};
use xxhash_rust::xxh3::xxh3_128;

/// One row in this many has a sex that differs from its person's.
const ROWS_PER_SLIP: u64 = 1000;

/// Everyone in the tables. Persons are computed on demand.
pub(super) struct Population {
    calendar: Calendar,
    /// For each table: the end of its newcomers' numbers, and how many days can be their birthdays.
    births_until: Vec<(u64, usize)>,
    seed: u64,
    ids: Dice,
    births: Dice,
}

/// The rows of a table whose sex is wrong.
pub(super) struct Slips(Dice);

impl Slips {
    pub(super) fn at(&self, position: u64) -> bool {
        self.0.roll(position).is_multiple_of(ROWS_PER_SLIP)
    }
}

impl Population {
    pub(super) fn new(shape: &Shape, seed: u64) -> Self {
        let calendar = Calendar::new();
        let births_until = shape
            .newcomers()
            .map(|(end, year)| (end, calendar.days_until(year)))
            .collect();
        Self {
            calendar,
            births_until,
            seed,
            ids: Dice::new(seed, "ids"),
            births: Dice::new(seed, "births"),
        }
    }

    pub(super) fn slips(&self, table: &str) -> Slips {
        Slips(Dice::new(self.seed, &format!("slips of {table}")))
    }

    /// Adds a row of this person.
    pub(super) fn write(&self, person: u64, slip: bool, row: &mut Row) {
        let id = digits(self.ids.wide_roll(person));
        let [a, b, c, d, sex, ..] = self.births.roll(person).to_le_bytes();
        // The later of two random days, so that more persons are young than old.
        let birthday = self.birthday(
            person,
            u16::from_le_bytes([a, b]).max(u16::from_le_bytes([c, d])),
        );
        let is_female = (sex & 1 == 1) != slip;
        row.push(id);
        row.push(birthday);
        row.push(if is_female { "F" } else { "M" });
        row.push(digits(xxh3_128(
            &[id.as_slice(), birthday.as_bytes()].concat(),
        )));
    }

    /// One of the days up to the year of the person's first table: `age` 0 is the first of them.
    fn birthday(&self, person: u64, age: u16) -> &str {
        let first_table = self.births_until.iter().find(|(end, _)| person < *end);
        let days = first_table.map_or(0, |(_, days)| *days);
        let day = (usize::from(age) * days) >> u16::BITS;
        self.calendar.days().get(day).map_or("", String::as_str)
    }
}
