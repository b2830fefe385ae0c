//! A range of a column, and its SQL condition.

use crate::plan::Chosen;
use crate::source::Dialect;
use serde::{Deserialize, Serialize};

/// Values from one bound up to, but not including, the next; or all values.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::plan) struct Range(Option<Bounds>);

/// Bounds are SQL literals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Bounds {
    column: String,
    /// `None`: from the beginning, NULLs included.
    from: Option<String>,
    /// `None`: to the end.
    below: Option<String>,
}

impl Range {
    /// The ranges between these bounds of a column. The first has no lower bound and the last no upper bound.
    pub fn between(column: &str, bounds: &[String]) -> Vec<Self> {
        if bounds.is_empty() {
            return vec![Self::default()];
        }
        let from = std::iter::once(None).chain(bounds.iter().map(Some));
        let below = bounds.iter().map(Some).chain([None]);
        let range = |(from, below): (Option<&String>, Option<&String>)| {
            Self(Some(Bounds {
                column: column.to_owned(),
                from: from.cloned(),
                below: below.cloned(),
            }))
        };
        from.zip(below).map(range).collect()
    }

    /// Whether rows whose value is NULL belong to the range.
    pub fn has_nulls(&self) -> bool {
        self.0.as_ref().is_none_or(|bounds| bounds.from.is_none())
    }

    /// The condition that exactly the range's rows meet.
    pub fn condition(&self, dialect: &Dialect, chosen: &Chosen) -> Option<String> {
        let Bounds {
            column,
            from,
            below,
        } = self.0.as_ref()?;
        let mut known = chosen.table.columns.iter();
        // In a NOT NULL column, MySQL's IS NULL is true for a zero date, so it must not be used there.
        let may_be_null = known.any(|known| known.name == *column && known.nullable);
        let column = dialect.column(&chosen.name, column);
        let from = from.as_ref().map(|from| format!("{column} >= {from}"));
        let below = below.as_ref().map(|below| format!("{column} < {below}"));
        match (from, below) {
            (None, Some(below)) if may_be_null => Some(format!("({column} IS NULL OR {below})")),
            (Some(from), Some(below)) => Some(format!("{from} AND {below}")),
            (from, below) => from.or(below),
        }
    }
}
