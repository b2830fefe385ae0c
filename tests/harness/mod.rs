//! The harness of all tests: private servers, a database and a folder for each test, the real binary, and readers of its output
//! that share no code with it.

pub mod accounts;
mod case;
mod command;
mod database;
mod dice;
mod mount;
mod oracle;
mod proxy;
mod ran;
mod readers;
mod servers;
mod spot;
mod strace;
mod table;
mod tls;
mod value;

pub use case::{Case, told, typed};
pub use command::{Firstseen, Running, binary, native, package_folder};
pub use database::{System, Way};
pub use dice::Dice;
pub use mount::Mount;
pub use oracle::{NullKeys, keep_first};
pub use proxy::{Fault, Link, Proxy};
pub use ran::Ran;
pub use readers::{Found, Reader, by_psycopg, interpreter, read};
pub use servers::{
    Admin, ENCODED_PASSWORD, Lonely, MariaDb, PASSWORD, Pooler, Pooling, Postgres, mariadb,
    mariadb_as_mysql, postgres, secured_mariadb, secured_postgres, soaked_mariadb,
};
pub use spot::{Spot, Tree};
pub use strace::Strace;
pub use table::{Row, Table, Type};
pub use tls::{TlsCase, tls_cases};
pub use value::Value;

/// Prints a figure even though a test's output is captured.
pub fn tell(figure: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "{figure}");
}
