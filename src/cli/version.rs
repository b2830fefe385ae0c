//! What `--version` prints.

/// The version, as the manifest has it.
pub(super) const SHORT: &str = env!("CARGO_PKG_VERSION");

/// The version with the commit and the libraries' versions.
pub(super) fn long() -> String {
    format!(
        "{SHORT} ({})\n{}\nSQLite {}, {}",
        env!("FIRSTSEEN_COMMIT"),
        env!("FIRSTSEEN_LIBRARIES"),
        rusqlite::version(),
        openssl::version::version(),
    )
}
