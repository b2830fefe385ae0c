//! How SQLite writes SQL.

use super::types;
use crate::source::Dialect;
use crate::source::dialect::Locks;

/// `quote()` keeps the storage class, whatever the column's type, and turns NULL into the word NULL.
const LITERAL: &str = "CASE WHEN {} IS NOT NULL THEN quote({}) END";

pub(in crate::source) const DIALECT: Dialect = Dialect {
    quote_mark: '"',
    number_literal: LITERAL,
    quoted_literal: LITERAL,
    nulls_first: "",
    nulls_last: "",
    stored_order: "",
    // A cast alone rounds to 15 digits. printf alone returns a column without a type.
    float_as_text: "CAST(printf('%!.17g', {}) AS TEXT)",
    locks: Locks {
        held: "a read transaction: in rollback-journal mode, writers wait until the last row is read; in WAL mode, they don't",
        required: "with --snapshot require, if needed, BEGIN IMMEDIATE while the sessions begin: writers wait",
    },
    text_flag: Some(types::as_text),
};
