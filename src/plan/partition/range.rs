//! A range of a column, and the condition that it is.

use crate::plan::Chosen;
use crate::source::Dialect;

/// Values from one bound to below the next, or all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::plan) struct Range(Option<Bounds>);

/// Bounds are literals of SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Bounds {
    column: String,
    /// `None`: from NULL on.
    from: Option<String>,
    /// `None`: to the end.
    below: Option<String>,
}

impl Range {
    /// The ranges between these bounds of a column, open at both ends.
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

    /// Whether the rows whose value is NULL belong to it.
    pub fn has_nulls(&self) -> bool {
        self.0.as_ref().is_none_or(|bounds| bounds.from.is_none())
    }

    /// What its rows fulfil, and no others.
    pub fn condition(&self, dialect: &Dialect, chosen: &Chosen) -> Option<String> {
        let Bounds {
            column,
            from,
            below,
        } = self.0.as_ref()?;
        let mut known = chosen.table.columns.iter();
        // MySQL takes a zero date for NULL where a column is NOT NULL: it may not be asked there.
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
