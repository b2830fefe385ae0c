//! The tables that the soak test reads, and the expected results.

use super::trouble::Instead;
use crate::harness::{Case, Dice, Spot, System, Table, Type, accounts, soaked_mariadb};
use std::collections::HashSet;
use std::fmt;

/// The number of rows in each of the four tables.
const ROWS: usize = 2500;

/// The range of keys, of which the tables have many in common.
const KEYS: usize = 6000;

/// Four tables with many keys in common, two accounts tables, and a table that other sessions put in the place of `t3`.
pub struct Source {
    pub case: Case,
    /// Where the jobs publish.
    pub spot: Spot,
    expected: Vec<[i64; 2]>,
    /// The rows if the other table has taken the place of `t3`.
    expected_swapped: Vec<[i64; 2]>,
    /// The rows if the child table's rows follow those of `t3`.
    expected_grown: Vec<[i64; 2]>,
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{:?}", self.system())
    }
}

impl Source {
    pub fn new(system: System, dice: &mut Dice) -> Self {
        let names = ["t1", "t2", "t3", "t4", "other", "heir"];
        let tables: Vec<Vec<[i64; 2]>> = (1..=6)
            .map(|number| {
                let ids =
                    (0..ROWS).map(|_| i64::try_from(dice.below(KEYS)).expect("a small number"));
                // The amount shows which table a row is from.
                ids.map(|id| [id, id + number * 1_000_000]).collect()
            })
            .collect();
        let case = match system {
            // A change to what its sessions inherit affects the whole server.
            System::MariaDb => Case::at(soaked_mariadb()),
            system => Case::on(system),
        };
        for (name, rows) in names.iter().zip(&tables) {
            let rows = rows.iter().map(|row| row.map(Into::into).to_vec());
            let columns = [("id", Type::BigInt), ("amount", Type::BigInt)];
            case.database.create(&Table::new(name, &columns).rows(rows));
        }
        accounts::create(&case);
        let in_order = |order: &[usize]| first(order.iter().flat_map(|place| &tables[*place]));
        Self {
            expected: in_order(&[0, 1, 2, 3]),
            expected_swapped: in_order(&[0, 1, 4, 3]),
            expected_grown: in_order(&[0, 1, 2, 5, 3]),
            spot: Spot::at(case.path("out")),
            case,
        }
    }

    pub fn system(&self) -> System {
        self.case.database.system()
    }

    /// Whether these are the expected first rows, in order. They can differ if a trouble replaced the rows of `t3`.
    pub fn expects(&self, rows: &[[i64; 2]], instead: Option<Instead>) -> bool {
        let others = instead.map(|instead| match instead {
            Instead::Other => &self.expected_swapped,
            Instead::WithHeir => &self.expected_grown,
        });
        rows == self.expected || others.is_some_and(|others| rows == others)
    }
}

/// The first row for each id.
fn first<'a>(rows: impl Iterator<Item = &'a [i64; 2]>) -> Vec<[i64; 2]> {
    let mut seen = HashSet::new();
    rows.filter(|[id, _]| seen.insert(*id)).copied().collect()
}
