//! What the server's errors mean while tables are filled.

use crate::source::mysql::error::in_use;
use crate::{Error, ErrorKind};
use r2d2_mysql::mysql::Error as ClientError;

/// Translates an error of a session.
pub(super) fn translate(cause: ClientError) -> Error {
    let code = match &cause {
        ClientError::MySqlError(error) => error.code,
        _ => 0,
    };
    match code {
        // ER_DISK_FULL, ER_RECORD_FILE_FULL
        1021 | 1114 => Error::new(ErrorKind::Output, "the server's disk is full").because(cause),
        // ER_TABLE_WITHOUT_PK, if sql_require_primary_key is on
        3750 => Error::new(
            ErrorKind::Refused,
            "the server refuses tables without a primary key",
        )
        .because(cause)
        .advise("pass --with-key to add one"),
        _ => in_use(&cause),
    }
}
