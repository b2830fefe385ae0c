//! Entry points for the fuzz targets in `fuzz/`, compiled only with `--cfg fuzzing`.

pub use crate::source::mysql::fuzzing::{login as mysql_login, rows as mysql_rows};
pub use crate::source::postgres::fuzzing::rows as postgres_rows;
