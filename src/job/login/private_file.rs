//! A small file that nobody but its owner can read.

use crate::{Error, ErrorKind, Result};
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Permissions of anybody else than the file's owner, as libpq looks at its password file.
const OTHERS: u32 = 0o077;
/// More than any file of options has: a device has no end.
const MAX_BYTES: u64 = 1 << 20;

/// The file's text; `flag` is what names it. A pipe is fine, too: `--password-file <(pass show database)`.
pub(super) fn read(path: &Path, flag: &str) -> Result<String> {
    let named = format!("--{flag} {}", path.display());
    let unreadable = |cause| usage(format!("{named} can't be read")).because(cause);
    let file = File::open(path).map_err(unreadable)?;
    // Of the file that is open: another may have this name by now.
    let metadata = file.metadata().map_err(unreadable)?;
    if metadata.is_dir() {
        return Err(usage(format!("{named} is a folder")));
    }
    if metadata.permissions().mode() & OTHERS != 0 {
        let error = usage(format!(
            "{named} is refused: group or others have access to it"
        ));
        return Err(error.advise(format!("chmod 600 {}", path.display())));
    }
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(usage(format!("{named} is longer than 1 MB")));
    }
    // The cause would hold the bytes.
    String::from_utf8(bytes).map_err(|_| usage(format!("{named} is no text in UTF-8")))
}

fn usage(message: String) -> Error {
    Error::new(ErrorKind::Usage, message)
}
