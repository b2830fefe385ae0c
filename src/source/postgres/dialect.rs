//! How PostgreSQL writes SQL.

use crate::source::Dialect;
use crate::source::dialect::Locks;

pub(in crate::source) const DIALECT: Dialect = Dialect {
    quote_mark: '"',
    number_literal: "{}::text",
    quoted_literal: "quote_literal({}::text)",
    nulls_first: " NULLS FIRST",
    nulls_last: " NULLS LAST",
    stored_order: "",
    float_as_text: "CAST({} AS text)",
    locks: Locks {
        held: "ACCESS SHARE on every relation that is read: ALTER, DROP, TRUNCATE and VACUUM FULL wait until the last row is read",
        required: "with --snapshot require, no other locks",
    },
    text_flag: None,
};
