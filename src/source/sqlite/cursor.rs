//! A prepared query, and the rows that it steps through: SQLite's values where they stand, with as few calls as it takes.
//!
//! rusqlite asks for the number of columns and then thrice for each cell, through functions that each check the statement
//! and lock the connection. Measured on the full-size job: a fifth of its CPU time.
//!
//! What makes every block below sound: the statement was prepared on a connection that the cursor has for itself for as long
//! as it lives, and is finalized once, when the cursor is dropped, before the connection goes home. So no other thread, and no
//! other code of this one, uses the connection meanwhile, but for `sqlite3_interrupt`, which may be called at any time.
#![expect(unsafe_code, reason = "measured: a fifth of the full-size job")]

use super::super::lease::Lease;
use super::error::translated;
use crate::{Error, ErrorKind, Result};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, ffi};
use std::ffi::{CStr, c_int};
use std::ptr::{self, NonNull};
use std::slice;

/// A query and its current row.
pub(super) struct Cursor {
    statement: NonNull<ffi::sqlite3_stmt>,
    /// As `sqlite3_column_value` counts them.
    columns: c_int,
    has_row: bool,
    /// Of nobody else until the statement is gone.
    _lent: Lease<Connection>,
}

// SAFETY: SQLite ties none of its objects to a thread, and the statement goes to another one with the connection that it was
// prepared on, which may be sent, too.
unsafe impl Send for Cursor {}

impl Cursor {
    pub fn new(mut lent: Lease<Connection>, sql: &str) -> Result<Self> {
        let connection = lent.get_mut()?;
        // SAFETY: the handle is open while the connection is there; the text's length is given, and both pointers that
        // SQLite writes to are valid for it.
        let (code, statement) = unsafe {
            let mut statement = ptr::null_mut();
            let bytes = c_int::try_from(sql.len()).map_err(|_| too_long())?;
            let text = sql.as_ptr().cast();
            let handle = connection.handle();
            let code =
                ffi::sqlite3_prepare_v2(handle, text, bytes, &raw mut statement, ptr::null_mut());
            (code, NonNull::new(statement))
        };
        let Some(statement) = statement.filter(|_| code == ffi::SQLITE_OK) else {
            return Err(failed(connection, code));
        };
        // SAFETY: the statement is there.
        let columns = unsafe { ffi::sqlite3_column_count(statement.as_ptr()) };
        Ok(Self {
            statement,
            columns,
            has_row: false,
            _lent: lent,
        })
    }

    pub fn columns(&self) -> usize {
        usize::try_from(self.columns).unwrap_or(0)
    }

    /// Goes to the next row. Whether there is one.
    #[inline]
    pub fn step(&mut self) -> Result<bool> {
        // SAFETY: the statement is there.
        let code = unsafe { ffi::sqlite3_step(self.statement.as_ptr()) };
        self.has_row = code == ffi::SQLITE_ROW;
        match code {
            ffi::SQLITE_ROW => Ok(true),
            ffi::SQLITE_DONE => Ok(false),
            _ => Err(self.failed(code)),
        }
    }

    /// A cell of the current row, until the next step.
    pub fn value(&self, column: usize) -> Result<ValueRef<'_>> {
        let value = self.handle(column)?;
        // SAFETY: the value is a cell of the current row.
        unsafe {
            Ok(match ffi::sqlite3_value_type(value) {
                ffi::SQLITE_TEXT => ValueRef::Text(self.text_of(value)?),
                ffi::SQLITE_INTEGER => ValueRef::Integer(ffi::sqlite3_value_int64(value)),
                ffi::SQLITE_FLOAT => ValueRef::Real(ffi::sqlite3_value_double(value)),
                ffi::SQLITE_BLOB => ValueRef::Blob(self.blob_of(value)?),
                _ => ValueRef::Null,
            })
        }
    }

    /// A cell of the current row that is text, until the next step; `None` for any other.
    #[inline]
    pub fn text(&self, column: usize) -> Result<Option<&[u8]>> {
        let value = self.handle(column)?;
        // SAFETY: the value is a cell of the current row.
        unsafe {
            if ffi::sqlite3_value_type(value) == ffi::SQLITE_TEXT {
                self.text_of(value).map(Some)
            } else {
                Ok(None)
            }
        }
    }

    /// A cell of the current row that is an integer, such as the row's id; 0 for any that is none.
    #[inline]
    pub fn integer(&self, column: usize) -> Result<i64> {
        let value = self.handle(column)?;
        // SAFETY: the value is a cell of the current row.
        Ok(unsafe { ffi::sqlite3_value_int64(value) })
    }

    /// SQLite's own handle of a cell, until the next step. It is an unprotected one, which SQLite's manual keeps from
    /// `sqlite3_value_text` and its like since they aren't safe beside other threads: there is none.
    /// <https://www.sqlite.org/c3ref/column_blob.html>
    #[inline]
    fn handle(&self, column: usize) -> Result<*mut ffi::sqlite3_value> {
        match c_int::try_from(column) {
            // SAFETY: the statement has a row, and the row this column.
            Ok(column) if self.has_row && column < self.columns => unsafe {
                Ok(ffi::sqlite3_column_value(self.statement.as_ptr(), column))
            },
            _ => Err(beyond()),
        }
    }

    /// The bytes of text, in UTF-8 if it was valid; what is UTF-16 is converted here.
    ///
    /// # Safety
    /// The value is a cell of the current row, and text.
    #[inline]
    unsafe fn text_of(&self, value: *mut ffi::sqlite3_value) -> Result<&[u8]> {
        // SAFETY: SQLite says how many bytes there are at the address, and they stay there until the next step, which takes
        // the cursor mutably, or until the value is asked for in another type or encoding, which nobody does.
        unsafe {
            let text = ffi::sqlite3_value_text(value);
            let bytes = usize::try_from(ffi::sqlite3_value_bytes(value)).unwrap_or(0);
            // Even empty text has an address, unless there is no memory for it.
            if text.is_null() {
                return Err(self.failed(ffi::SQLITE_NOMEM));
            }
            Ok(slice::from_raw_parts(text, bytes))
        }
    }

    /// The bytes of a blob.
    ///
    /// # Safety
    /// The value is a cell of the current row, and a blob.
    unsafe fn blob_of(&self, value: *mut ffi::sqlite3_value) -> Result<&[u8]> {
        // SAFETY: as for text.
        unsafe {
            let blob = ffi::sqlite3_value_blob(value).cast::<u8>();
            let bytes = usize::try_from(ffi::sqlite3_value_bytes(value)).unwrap_or(0);
            match (blob.is_null(), bytes) {
                (false, _) => Ok(slice::from_raw_parts(blob, bytes)),
                // An empty blob has no address.
                (true, 0) => Ok(&[]),
                (true, _) => Err(self.failed(ffi::SQLITE_NOMEM)),
            }
        }
    }

    #[cold]
    fn failed(&self, code: c_int) -> Error {
        // SAFETY: the statement is there, and so is its connection.
        unsafe { failure(ffi::sqlite3_db_handle(self.statement.as_ptr()), code) }
    }
}

impl Drop for Cursor {
    fn drop(&mut self) {
        // SAFETY: the statement is there, and not used again. What is returned is the last step's error once more.
        unsafe { ffi::sqlite3_finalize(self.statement.as_ptr()) };
    }
}

#[cold]
fn beyond() -> Error {
    Error::new(ErrorKind::Bug, "a cell beyond the row is read")
}

fn too_long() -> Error {
    Error::new(ErrorKind::Refused, "the query is longer than 2 GiB")
}

fn failed(connection: &Connection, code: c_int) -> Error {
    // SAFETY: the handle is open while the connection is borrowed.
    unsafe { failure(connection.handle(), code) }
}

/// What SQLite says of the last call's failure.
///
/// # Safety
/// The handle is an open connection's, which no other thread uses.
unsafe fn failure(handle: *mut ffi::sqlite3, code: c_int) -> Error {
    // SAFETY: SQLite always has a message, which stays until the next call.
    let message = unsafe { CStr::from_ptr(ffi::sqlite3_errmsg(handle)) };
    let message = message.to_string_lossy().into_owned();
    translated(&rusqlite::Error::SqliteFailure(
        ffi::Error::new(code),
        Some(message),
    ))
}
