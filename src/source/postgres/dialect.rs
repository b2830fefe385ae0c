//! How PostgreSQL writes SQL.

use crate::source::Dialect;

pub(in crate::source) const DIALECT: Dialect = Dialect {
    quote_mark: '"',
    number_literal: "{}::text",
    quoted_literal: "quote_literal({}::text)",
    nulls_first: " NULLS FIRST",
    nulls_last: " NULLS LAST",
    stored_order: "",
    pins_conditions: true,
    float_as_text: "CAST({} AS text)",
    text_flag: None,
};
