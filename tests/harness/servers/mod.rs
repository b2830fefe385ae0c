//! Private database servers, one of each for the whole test process. The first test that needs one starts it.

mod admin;
mod certificates;
mod lonely;
mod mariadb;
mod pooler;
mod postgres;
mod supervised;

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

pub use admin::Admin;
pub use lonely::Lonely;
pub use mariadb::MariaDb;
pub use pooler::{Pooler, Pooling};
pub use postgres::Postgres;

/// The password of the user `reader` on both servers. Its characters need care in a URL.
pub const PASSWORD: &str = "pa:s/s@w%rd#1";

/// [`PASSWORD`], percent-encoded.
pub const ENCODED_PASSWORD: &str = "pa%3As%2Fs%40w%25rd%231";

/// The MariaDB server of this test process.
pub fn mariadb() -> &'static MariaDb {
    static SERVER: OnceLock<MariaDb> = OnceLock::new();
    SERVER.get_or_init(MariaDb::start)
}

/// A MariaDB server whose users must meet conditions: see [`MariaDb::start_secured`].
pub fn secured_mariadb() -> &'static MariaDb {
    static SERVER: OnceLock<MariaDb> = OnceLock::new();
    SERVER.get_or_init(MariaDb::start_secured)
}

/// A MariaDB server that claims to be MySQL: see [`MariaDb::start_as_mysql`].
pub fn mariadb_as_mysql() -> &'static MariaDb {
    static SERVER: OnceLock<MariaDb> = OnceLock::new();
    SERVER.get_or_init(MariaDb::start_as_mysql)
}

/// A MariaDB server whose global settings the soak changes.
pub fn soaked_mariadb() -> &'static MariaDb {
    static SERVER: OnceLock<MariaDb> = OnceLock::new();
    SERVER.get_or_init(MariaDb::start)
}

/// The PostgreSQL server of this test process.
pub fn postgres() -> &'static Postgres {
    static SERVER: OnceLock<Postgres> = OnceLock::new();
    SERVER.get_or_init(Postgres::start)
}

/// A PostgreSQL server that authenticates each user with a different method: see [`Postgres::start_secured`].
pub fn secured_postgres() -> &'static Postgres {
    static SERVER: OnceLock<Postgres> = OnceLock::new();
    SERVER.get_or_init(Postgres::start_secured)
}

/// A database name that no other test in this process uses.
fn fresh_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("t_{}", COUNT.fetch_add(1, Ordering::Relaxed))
}
