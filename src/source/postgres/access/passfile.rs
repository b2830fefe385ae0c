//! The password file. <https://www.postgresql.org/docs/current/libpq-pgpass.html>

use super::Server;
use super::login::Login;
use crate::secret::Secret;
use crate::source::wire::Address;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// The permissions of everyone except the file's owner.
const OTHERS: u32 = 0o077;
/// The default folders of sockets. In the password file, their host is `localhost`.
const SOCKET_FOLDERS: [&str; 3] = ["/var/run/postgresql", "/run/postgresql", "/tmp"];

/// The result of looking for a password in a password file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Lookup {
    Found(Secret),
    NotFound,
    /// The file was ignored; what to do about it.
    Rejected(String),
}

/// The password from the first line that matches one of the servers.
pub(super) fn password(path: &Path, login: &Login, servers: &[Server]) -> Lookup {
    let Ok(metadata) = fs::metadata(path) else {
        return Lookup::NotFound;
    };
    let file = path.display();
    if !metadata.is_file() {
        return Lookup::Rejected(format!("make the password file {file} a regular file"));
    }
    if metadata.permissions().mode() & OTHERS != 0 {
        return Lookup::Rejected(format!(
            "run chmod 600 {file}: the password file is ignored while other users have access to it"
        ));
    }
    match fs::read_to_string(path) {
        Ok(lines) => found(&lines, login, servers).map_or(Lookup::NotFound, Lookup::Found),
        Err(_) => Lookup::Rejected(format!(
            "make the password file {file} readable, and its text UTF-8"
        )),
    }
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

/// The last field of a line whose first four fields are the wanted ones or `*`.
fn fitting(line: &str, wanted: [&str; 4]) -> Option<String> {
    if line.starts_with('#') {
        return None;
    }
    let mut rest = line;
    for wanted in wanted {
        if let Some(after) = rest.strip_prefix("*:") {
            rest = after;
            continue;
        }
        let (field, after) = field(rest);
        if field != wanted {
            return None;
        }
        rest = after?;
    }
    let (password, _) = field(rest);
    (!password.is_empty()).then_some(password)
}

/// A field without its escapes, and what follows its colon.
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
