//! A prepared query, and the rows that it steps through. SQLite's values are read in place, with as few calls as possible.
//!
//! rusqlite asks for the number of columns and then three times for each cell, through functions that each check the
//! statement and lock the connection. Measured on the full-size job, that is a fifth of its CPU time.
//!
//! What makes every block below sound: the statement was prepared on a connection that the cursor owns for as long as it
//! lives. It is finalized once, when the cursor is dropped, before the connection is returned. So no other thread, and no
//! other code in this one, uses the connection in the meantime, except `sqlite3_interrupt`, which can be called at any time.
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
    /// How many there are, in the type of `sqlite3_column_value`'s index.
    columns: c_int,
    has_row: bool,
    /// Keeps the connection from everyone else until the statement is gone.
    _lent: Lease<Connection>,
}

// SAFETY: SQLite ties none of its objects to a thread, and the statement moves to another thread together with the
// connection that it was prepared on, which is `Send` too.
unsafe impl Send for Cursor {}

impl Cursor {
    pub fn new(mut lent: Lease<Connection>, sql: &str) -> Result<Self> {
        let connection = lent.get_mut()?;
        // SAFETY: the handle is open while the connection exists. The text's length is given, and both pointers that
        // SQLite writes to are valid.
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
        // SAFETY: the statement exists.
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

    /// Moves to the next row. Returns whether there is one.
    #[inline]
    pub fn step(&mut self) -> Result<bool> {
        // SAFETY: the statement exists.
        let code = unsafe { ffi::sqlite3_step(self.statement.as_ptr()) };
        self.has_row = code == ffi::SQLITE_ROW;
        match code {
            ffi::SQLITE_ROW => Ok(true),
            ffi::SQLITE_DONE => Ok(false),
            _ => Err(self.failed(code)),
        }
    }

    /// Returns a cell of the current row, valid until the next step.
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

    /// Returns a cell of the current row if it is text, valid until the next step. `None` for any other.
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

    /// Returns a cell of the current row as an integer, such as the row's id. 0 if it isn't one.
    #[inline]
    pub fn integer(&self, column: usize) -> Result<i64> {
        let value = self.handle(column)?;
        // SAFETY: the value is a cell of the current row.
        Ok(unsafe { ffi::sqlite3_value_int64(value) })
    }

    /// Returns SQLite's own handle for a cell, valid until the next step. The handle is unprotected. SQLite's manual forbids
    /// passing such handles to `sqlite3_value_text` and similar functions, because that isn't safe with other threads. There
    /// are none here.
    /// <https://www.sqlite.org/c3ref/column_blob.html>
    #[inline]
    fn handle(&self, column: usize) -> Result<*mut ffi::sqlite3_value> {
        match c_int::try_from(column) {
            // SAFETY: the statement has a row, and the row has this column.
            Ok(column) if self.has_row && column < self.columns => unsafe {
                Ok(ffi::sqlite3_column_value(self.statement.as_ptr(), column))
            },
            _ => Err(beyond()),
        }
    }

    /// Returns the bytes of text, in UTF-8 if it was valid. UTF-16 is converted here.
    ///
    /// # Safety
    /// The value is a cell of the current row, and text.
    #[inline]
    unsafe fn text_of(&self, value: *mut ffi::sqlite3_value) -> Result<&[u8]> {
        // SAFETY: SQLite reports how many bytes there are at the address. They stay there until the next step, which borrows
        // the cursor mutably, or until the value is requested in another type or encoding, which never happens.
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

    /// Returns the bytes of a blob.
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
        // SAFETY: the statement and its connection exist.
        unsafe { failure(ffi::sqlite3_db_handle(self.statement.as_ptr()), code) }
    }
}

impl Drop for Cursor {
    fn drop(&mut self) {
        // SAFETY: the statement exists, and isn't used again. The result only repeats the last step's error.
        unsafe { ffi::sqlite3_finalize(self.statement.as_ptr()) };
    }
}

#[cold]
fn beyond() -> Error {
    Error::new(
        ErrorKind::Bug,
        "internal error: a cell past the end of the row is read",
    )
}

fn too_long() -> Error {
    Error::new(ErrorKind::Refused, "the query is longer than 2 GiB").advise("shorten --where")
}

fn failed(connection: &Connection, code: c_int) -> Error {
    // SAFETY: the handle is open while the connection is borrowed.
    unsafe { failure(connection.handle(), code) }
}

/// Returns the error for the last call's failure, with SQLite's message.
///
/// # Safety
/// The handle belongs to an open connection that no other thread uses.
unsafe fn failure(handle: *mut ffi::sqlite3, code: c_int) -> Error {
    // SAFETY: SQLite always has a message, which is valid until the next call.
    let message = unsafe { CStr::from_ptr(ffi::sqlite3_errmsg(handle)) };
    let message = message.to_string_lossy().into_owned();
    translated(&rusqlite::Error::SqliteFailure(
        ffi::Error::new(code),
        Some(message),
    ))
}
