//! Compares a frozen plan with one that was made again from the same job: what differs is refused.

use super::{Frozen, FrozenColumn, FrozenTable};
use crate::plan::Plan;
use crate::source::compare;
use crate::{Error, ErrorKind, Result};

impl Frozen {
    /// Fails if the database would now be read in another way than the frozen plan says.
    pub fn check(&self, plan: &Plan) -> Result<()> {
        if plan.database != self.versions.database {
            return Err(differs(format!(
                "the plan was made on {}, and this is {}",
                self.versions.database, plan.database
            )));
        }
        let columns = plan.columns.iter().map(FrozenColumn::of);
        for (frozen, now) in self.columns.iter().zip(columns) {
            if *frozen != now {
                return Err(column_differs(frozen, &now));
            }
        }
        for (frozen, now) in self.tables.iter().zip(&plan.tables) {
            let FrozenTable {
                sql,
                order,
                unversioned,
                ..
            } = frozen;
            let what = if *order != now.order {
                format!(
                    "its rows would now be in another order: {}, not {order}",
                    now.order
                )
            } else if *sql != now.sql {
                format!("it would now be read by another query: {}", now.sql)
            } else if *unversioned != now.unversioned {
                "whether a transaction sees its rows unchanged is not as it was".to_owned()
            } else {
                continue;
            };
            return Err(differs(what).in_table(&frozen.name));
        }
        compare(&plan.named, &self.relations, &plan.relations)
            .map_err(|error| differs(error.message().to_owned()))
    }
}

fn column_differs(frozen: &FrozenColumn, now: &FrozenColumn) -> Error {
    let described = |column: &FrozenColumn| {
        let nullable = if column.nullable { "" } else { ", not null" };
        format!("{} ({}{nullable})", column.sql_type, column.arrow_type)
    };
    differs(format!(
        "the type is now {}, not {}",
        described(now),
        described(frozen)
    ))
    .in_column(&frozen.name)
}

fn differs(what: String) -> Error {
    let error =
        Error::new(ErrorKind::Schema, what).after("the database is no longer as it was planned");
    error.advise("write a new plan with firstseen plan, and stage all of its units again")
}
