//! How MySQL and MariaDB write SQL.

use crate::source::Dialect;
use crate::source::dialect::Locks;

pub(in crate::source) const DIALECT: Dialect = Dialect {
    quote_mark: '`',
    number_literal: "CAST({} AS CHAR)",
    // QUOTE turns NULL into the word NULL.
    quoted_literal: "IF({} IS NULL, NULL, QUOTE({}))",
    nulls_first: "",
    nulls_last: "",
    // Rules out covering indexes, which would change the order of the rows.
    stored_order: " USE INDEX ()",
    // A FLOAT itself would become text with six digits.
    float_as_text: "CAST({} * 1e0 AS CHAR)",
    locks: Locks {
        held: "a metadata lock on every table, also on those that a filter reads: ALTER, DROP, RENAME and TRUNCATE wait until the last row is read",
        required: "with --snapshot require, if needed, a global lock while the sessions begin: MariaDB's BACKUP STAGE BLOCK_COMMIT (commits wait) or MySQL's FLUSH TABLES WITH READ LOCK (writers wait)",
    },
    text_flag: None,
};
