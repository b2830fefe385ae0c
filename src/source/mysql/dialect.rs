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
        held: "a metadata lock on every table: ALTER, DROP, RENAME and TRUNCATE wait until the job ends",
        required: "with --snapshot require, if needed, a global lock (MariaDB: BACKUP STAGE BLOCK_COMMIT, MySQL: FLUSH TABLES WITH READ LOCK) while the sessions begin: writers wait",
    },
    text_flag: None,
};
