//! What `sslmode` promises, whatever the database: which host is asked for, which certificates are trusted, and the outcome.

use std::path::Path;

/// A connection with the secured servers' certificates, which are for the name `localhost`.
pub struct TlsCase {
    /// `sslmode`, and `sslrootcert` if it is given.
    pub query: String,
    pub host: &'static str,
    /// Whether the session is encrypted; an error if the certificate is refused.
    pub encrypted: Result<bool, ()>,
}

/// All modes except `prefer`. `folder` contains the certificates.
pub fn tls_cases(folder: &Path) -> Vec<TlsCase> {
    let root = |name: &str| format!("&sslrootcert={}", folder.join(name).display());
    let (none, ours, strangers) = (String::new(), root("authority.pem"), root("stranger.pem"));
    let cases = [
        ("disable", "localhost", &none, Ok(false)),
        ("require", "127.0.0.1", &none, Ok(true)),
        ("require", "127.0.0.1", &ours, Ok(true)),
        ("require", "localhost", &strangers, Err(())),
        ("verify-ca", "127.0.0.1", &ours, Ok(true)),
        ("verify-ca", "localhost", &strangers, Err(())),
        ("verify-ca", "localhost", &none, Err(())),
        ("verify-full", "localhost", &ours, Ok(true)),
        ("verify-full", "127.0.0.1", &ours, Err(())),
        ("verify-full", "localhost", &strangers, Err(())),
    ];
    let case = |(mode, host, root, encrypted): (_, _, &String, _)| TlsCase {
        query: format!("sslmode={mode}{root}"),
        host,
        encrypted,
    };
    cases.into_iter().map(case).collect()
}
