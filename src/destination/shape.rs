//! What a query returns, and what of it is kept.

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use std::sync::Arc;

/// Name of the column of row numbers.
const ROW: &str = "row";

/// The columns of a query: the result's, all of them or the key alone, and perhaps locators behind them. Locators that are kept
/// are the bytes in which they arrive.
#[derive(Debug, Clone)]
pub(crate) struct Shape {
    /// What the query returns, by the types that the catalog reported.
    sent: SchemaRef,
    /// What is kept of it.
    kept: SchemaRef,
    /// How many of the sent columns are columns of the result.
    columns: usize,
    /// Whether the rows' numbers are kept as the last column.
    numbered: bool,
    expected: Expected,
}

/// What is known about rows before they arrive, so that memory is reserved for them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Expected {
    pub rows: usize,
    /// By column, bytes that a row takes; empty if that isn't known.
    pub row_bytes: Arc<[usize]>,
}

impl Shape {
    /// Columns of the result and no others.
    pub fn of(schema: SchemaRef) -> Self {
        Self {
            columns: schema.fields().len(),
            kept: Arc::clone(&schema),
            sent: schema,
            numbered: false,
            expected: Expected::default(),
        }
    }

    /// Columns of the result, and behind them locators of these types, which are never NULL.
    pub fn located(schema: &Schema, locators: &[DataType]) -> Self {
        let fields = |data_type: &dyn Fn(&DataType) -> DataType| {
            let locators = locators.iter().enumerate();
            let locators = locators.map(|(part, locator)| {
                Arc::new(Field::new(
                    format!("locator {part}"),
                    data_type(locator),
                    false,
                ))
            });
            let fields = schema.fields().iter().cloned();
            fields.chain(locators).collect::<Vec<_>>()
        };
        Self {
            columns: schema.fields().len(),
            sent: Arc::new(Schema::new(fields(&DataType::clone))),
            kept: Arc::new(Schema::new(fields(&|_| DataType::Binary))),
            numbered: false,
            expected: Expected::default(),
        }
    }

    /// The same, with the rows' numbers in a last column.
    pub fn numbered(self) -> Self {
        let fields = self.kept.fields().iter().cloned();
        let number = Arc::new(Field::new(ROW, DataType::UInt64, false));
        Self {
            kept: Arc::new(Schema::new(fields.chain([number]).collect::<Vec<_>>())),
            numbered: true,
            ..self
        }
    }

    /// The same, without keeping the locators.
    pub fn without_locators(self) -> Self {
        let columns = self.sent.fields().iter().take(self.columns).cloned();
        Self {
            kept: Arc::new(Schema::new(columns.collect::<Vec<_>>())),
            ..self
        }
    }

    /// The same, when so much is known about the rows.
    pub fn expecting(self, expected: Expected) -> Self {
        Self { expected, ..self }
    }

    /// By column, how many rows are expected, and bytes of a row.
    pub fn expected(&self) -> impl Iterator<Item = (usize, usize)> {
        let Expected { rows, row_bytes } = &self.expected;
        row_bytes.iter().map(|bytes| (*rows, *bytes))
    }

    pub fn sent(&self) -> &SchemaRef {
        &self.sent
    }

    pub fn kept(&self) -> &SchemaRef {
        &self.kept
    }

    /// The first locator's index among the columns, or how many columns there are.
    pub fn columns(&self) -> usize {
        self.columns
    }

    pub fn is_numbered(&self) -> bool {
        self.numbered
    }
}
