//! A small file that only its owner has access to.

use crate::{Error, ErrorKind, Result};
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Permissions of everyone except the owner, the ones that libpq checks on its password file.
const OTHERS: u32 = 0o077;
/// More than any option file has. A device might never end.
const MAX_BYTES: u64 = 1 << 20;

/// Reads the text of the file that `flag` names. It can be a pipe: `--password-file <(pass show database)`.
pub(super) fn read(path: &Path, flag: &str) -> Result<String> {
    let named = format!("--{flag} {}", path.display());
    let unreadable = |cause| usage(format!("can't read {named}")).because(cause);
    let file = File::open(path).map_err(unreadable)?;
    // Of the open file: another file might have its name by now.
    let metadata = file.metadata().map_err(unreadable)?;
    if metadata.is_dir() {
        return Err(unusable(format!("{named} is a folder")));
    }
    if metadata.permissions().mode() & OTHERS != 0 {
        let error = usage(format!(
            "{named} can't be used: group or others have access to it"
        ));
        return Err(error.advise(format!("run chmod 600 {}", path.display())));
    }
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(unusable(format!("{named} is larger than 1 MiB")));
    }
    // The cause would contain the bytes.
    String::from_utf8(bytes).map_err(|_| unusable(format!("{named} is not valid UTF-8")))
}

fn unusable(message: String) -> Error {
    usage(message).advise("name a text file in UTF-8")
}

fn usage(message: String) -> Error {
    Error::new(ErrorKind::Usage, message)
}
