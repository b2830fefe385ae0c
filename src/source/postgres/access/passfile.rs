//! The password file. <https://www.postgresql.org/docs/current/libpq-pgpass.html>

use super::Server;
use super::login::Login;
use crate::secret::Secret;
use crate::source::wire::Address;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Permissions of anybody else than the file's owner.
const OTHERS: u32 = 0o077;
/// Where servers have their sockets by default: the password file calls them `localhost`.
const SOCKET_FOLDERS: [&str; 3] = ["/var/run/postgresql", "/run/postgresql", "/tmp"];

/// What came of a look into a password file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Looked {
    Found(Secret),
    Nothing,
    /// The file is not to be trusted, and why.
    Unread(String),
}

/// The password of the first line that fits one of the servers.
pub(super) fn password(path: &Path, login: &Login, servers: &[Server]) -> Looked {
    let Ok(metadata) = fs::metadata(path) else {
        return Looked::Nothing;
    };
    let why = if !metadata.is_file() {
        "is no file"
    } else if metadata.permissions().mode() & OTHERS != 0 {
        "can be read by others: chmod 600 it"
    } else {
        return match fs::read_to_string(path) {
            Ok(lines) => found(&lines, login, servers).map_or(Looked::Nothing, Looked::Found),
            Err(_) => Looked::Unread(format!(
                "the password file {} can't be read",
                path.display()
            )),
        };
    };
    Looked::Unread(format!(
        "the password file {} is not used: it {why}",
        path.display()
    ))
}

fn found(lines: &str, login: &Login, servers: &[Server]) -> Option<Secret> {
    let user = login.user.as_str();
    let database = login.database.as_deref().unwrap_or(user);
    servers.iter().find_map(|server| {
        let (host, port) = host_and_port(server);
        let wanted = [host.as_str(), &port, database, user];
        let password = lines.lines().find_map(|line| fitting(line, wanted));
        password.map(Secret::new)
    })
}

fn host_and_port(server: &Server) -> (String, String) {
    match &server.address {
        Address::Tcp { port, .. } => (server.name.clone(), port.to_string()),
        Address::Unix(socket) => {
            let folder = socket.parent().unwrap_or(socket).display().to_string();
            let port = socket.extension().unwrap_or_default().display().to_string();
            if SOCKET_FOLDERS.contains(&folder.as_str()) {
                ("localhost".to_owned(), port)
            } else {
                (folder, port)
            }
        }
    }
}

/// The last field of a line whose first four are these, or `*`.
fn fitting(line: &str, wanted: [&str; 4]) -> Option<String> {
    if line.starts_with('#') {
        return None;
    }
    let mut rest = line;
    for wanted in wanted {
        if let Some(behind) = rest.strip_prefix("*:") {
            rest = behind;
            continue;
        }
        let (field, behind) = field(rest);
        if field != wanted {
            return None;
        }
        rest = behind?;
    }
    let (password, _) = field(rest);
    (!password.is_empty()).then_some(password)
}

/// A field without its escapes, and what stands behind its colon.
fn field(text: &str) -> (String, Option<&str>) {
    let mut field = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            ':' => return (field, text.get(at + 1..)),
            '\\' => field.push(characters.next().map_or('\\', |(_, escaped)| escaped)),
            other => field.push(other),
        }
    }
    (field, None)
}
