//! Reads a database file in larger pieces than pages where SQLite reads it from one end to the other.
//!
//! SQLite reads page after page, mostly of 4 KiB, with a system call for each, and copies them into its cache, which takes 2 MB
//! for each connection. Measured with wide rows of which only the keys are read: a third of the job's CPU time. SQLite can
//! instead ask for pages in memory: those of a mapped file. A mapping would end the process with a signal if the file can't be
//! read or gets shorter, and count as the process's memory. So this module answers with [blocks](super::blocks) that it reads.
//! What it doesn't have, and each error, SQLite finds as ever.
//!
//! SQLite guarantees what makes that correct: it asks for pages in memory only if they don't change as long as the connection
//! is in a transaction, and it says at the beginning of one if the file has changed since the last.
#![expect(
    unsafe_code,
    reason = "measured: a third of the CPU time of reading wide rows' keys"
)]

use super::blocks::Blocks;
use rusqlite::{Connection, OpenFlags, ffi};
use std::ffi::{CStr, c_int, c_void};
use std::path::Path;
use std::ptr;
use std::sync::OnceLock;

/// How connections name this way of reading.
const NAME: &CStr = c"firstseen";

/// SQLite asks for pages in memory up to this offset: always.
const ASK: &str = "PRAGMA mmap_size = 9223372036854775807";

/// Opens a connection that reads ahead.
pub(super) fn connect(path: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let Some(vfs) = vfs() else {
        return Connection::open_with_flags(path, flags);
    };
    let connection = Connection::open_with_flags_and_vfs(path, flags, vfs)?;
    connection.execute_batch(ASK)?;
    Ok(connection)
}

/// The way of reading files that connections are opened with, registered once. `None` if SQLite can't.
fn vfs() -> Option<&'static CStr> {
    static REGISTERED: OnceLock<bool> = OnceLock::new();
    let is_registered = *REGISTERED.get_or_init(|| register().is_some());
    is_registered.then_some(NAME)
}

/// Only opening a file differs from SQLite's own way.
fn register() -> Option<()> {
    // SAFETY: SQLite returns its default, which exists as long as the process. The copy does too.
    unsafe {
        let default = ffi::sqlite3_vfs_find(ptr::null()).as_ref()?;
        let ours = Box::leak(Box::new(ffi::sqlite3_vfs {
            pNext: ptr::null_mut(),
            zName: NAME.as_ptr(),
            xOpen: Some(open),
            ..*default
        }));
        let code = ffi::sqlite3_vfs_register(&raw mut *ours, 0);
        (code == ffi::SQLITE_OK).then_some(())
    }
}

/// An open file. The methods come first, since SQLite has a pointer to them.
#[repr(C)]
struct OpenFile {
    methods: ffi::sqlite3_io_methods,
    default: *const ffi::sqlite3_io_methods,
    blocks: Blocks,
}

/// Opens a file as SQLite does. If it is a database, four of its methods are replaced.
unsafe extern "C" fn open(
    _ours: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    opened_flags: *mut c_int,
) -> c_int {
    // SAFETY: all arguments are what SQLite passes to the default's function of the same type. The file's methods are set if it
    // could be opened, and stay valid.
    unsafe {
        let default = ffi::sqlite3_vfs_find(ptr::null());
        let Some(open) = default.as_ref().and_then(|default| default.xOpen) else {
            return ffi::SQLITE_CANTOPEN;
        };
        let code = open(default, name, file, flags, opened_flags);
        let methods = (*file).pMethods;
        if let Some(known) = methods.as_ref()
            && code == ffi::SQLITE_OK
            && flags & ffi::SQLITE_OPEN_MAIN_DB != 0
            && known.iVersion >= 3
        {
            let ours = OpenFile {
                methods: ffi::sqlite3_io_methods {
                    xClose: Some(close),
                    xFileControl: Some(control),
                    xFetch: Some(fetch),
                    xUnfetch: Some(unfetch),
                    ..*known
                },
                default: methods,
                blocks: Blocks::default(),
            };
            (*file).pMethods = Box::into_raw(Box::new(ours)).cast();
        }
        code
    }
}

/// The state of a file that [`open`] has opened.
///
/// # Safety
/// The file is open, and its methods were replaced.
unsafe fn of(file: *mut ffi::sqlite3_file) -> *mut OpenFile {
    // SAFETY: the methods are the first field of what `open` has allocated.
    unsafe { (*file).pMethods.cast_mut().cast() }
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: SQLite closes an open file once. From here on it has its default methods again.
    unsafe {
        let ours = Box::from_raw(of(file));
        (*file).pMethods = ours.default;
        drop(ours);
        let close = (*file).pMethods.as_ref().and_then(|default| default.xClose);
        close.map_or(ffi::SQLITE_OK, |close| close(file))
    }
}

/// The file is never mapped, whatever SQLite's limit on that is.
unsafe extern "C" fn control(
    file: *mut ffi::sqlite3_file,
    operation: c_int,
    argument: *mut c_void,
) -> c_int {
    if operation == ffi::SQLITE_FCNTL_MMAP_SIZE {
        return ffi::SQLITE_NOTFOUND;
    }
    // SAFETY: the arguments are passed on as they are.
    unsafe {
        let default = (*of(file)).default.as_ref();
        let control = default.and_then(|default| default.xFileControl);
        control.map_or(ffi::SQLITE_NOTFOUND, |control| {
            control(file, operation, argument)
        })
    }
}

/// Answers with a page's address, or none.
unsafe extern "C" fn fetch(
    file: *mut ffi::sqlite3_file,
    offset: ffi::sqlite3_int64,
    bytes: c_int,
    page: *mut *mut c_void,
) -> c_int {
    // SAFETY: one thread uses a connection and its file at a time. SQLite doesn't write to the page, and `page` is valid.
    unsafe {
        let ours = of(file);
        let default = (*ours).default;
        let blocks = &mut (*ours).blocks;
        let asked = u64::try_from(offset).ok().zip(usize::try_from(bytes).ok());
        let found = asked.filter(|(_, bytes)| *bytes > 0).and_then(|asked| {
            blocks.page(asked.0, asked.1, |offset, memory| {
                read(file, default, offset, memory).unwrap_or(0)
            })
        });
        *page = found.map_or(ptr::null_mut(), |found| found.cast_mut().cast());
    }
    ffi::SQLITE_OK
}

/// Reads as much of a file as there is.
///
/// # Safety
/// The file is open, and these are its default methods.
unsafe fn read(
    file: *mut ffi::sqlite3_file,
    methods: *const ffi::sqlite3_io_methods,
    offset: u64,
    memory: &mut [u8],
) -> Option<usize> {
    // SAFETY: the memory has the bytes that are asked for.
    unsafe {
        let methods = methods.as_ref()?;
        let (bytes, at) = (
            c_int::try_from(memory.len()).ok()?,
            i64::try_from(offset).ok()?,
        );
        match methods.xRead?(file, memory.as_mut_ptr().cast(), bytes, at) {
            ffi::SQLITE_OK => Some(memory.len()),
            ffi::SQLITE_IOERR_SHORT_READ => {
                let mut size = 0;
                let code = methods.xFileSize?(file, &raw mut size);
                let left = u64::try_from(size).ok()?.checked_sub(offset)?;
                usize::try_from(left)
                    .ok()
                    .filter(|_| code == ffi::SQLITE_OK)
            }
            _ => None,
        }
    }
}

/// Takes a page back. Without one, the file may have changed, and no page is in use.
unsafe extern "C" fn unfetch(
    file: *mut ffi::sqlite3_file,
    _offset: ffi::sqlite3_int64,
    page: *mut c_void,
) -> c_int {
    // SAFETY: as for `fetch`.
    let blocks = unsafe { &mut (*of(file)).blocks };
    if page.is_null() {
        blocks.forget();
    } else {
        blocks.release(page.cast());
    }
    ffi::SQLITE_OK
}

#[cfg(test)]
mod tests;
