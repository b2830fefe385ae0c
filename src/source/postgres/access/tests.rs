use super::*;
use crate::source::wire::Address;
use ::url::Url;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use tempfile::TempDir;

fn filled(url: &str, variables: &[(&str, &str)]) -> Result<Access> {
    let server = ServerUrl::new(Url::parse(url).expect("a URL"))?;
    Access::filled(&server, &Environment::of(variables))
}

fn access(url: &str, variables: &[(&str, &str)]) -> Access {
    filled(url, variables).expect("it is in order")
}

fn password_of(access: &Access) -> Option<&str> {
    let password = access.config.get_password();
    password.map(|password| std::str::from_utf8(password).expect("text"))
}

/// A folder with a file that only its owner may read.
fn folder(name: &str, content: &str) -> (TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    fs::write(&path, content).expect("a file");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("permissions");
    (folder, path.display().to_string())
}

fn tcp(host: &str, port: u16) -> Address {
    Address::Tcp {
        host: host.to_owned(),
        port,
    }
}

#[test]
fn the_url_wins_over_the_environment() {
    let variables = [
        ("PGUSER", "eve"),
        ("PGPASSWORD", "pg"),
        ("PGPORT", "1"),
        ("PGHOST", "elsewhere"),
        ("PGSSLMODE", "verify-full"),
        ("PGAPPNAME", "app"),
        ("PGOPTIONS", "-c a=b"),
        ("PGCONNECT_TIMEOUT", "3"),
    ];
    let url = "postgresql://ana:x@h:5433/d?sslmode=disable&application_name=mine&connect_timeout=7&options=-c%20c=d";
    let said = access(url, &variables);
    assert_eq!(said.config.get_user(), Some("ana"));
    assert_eq!(password_of(&said), Some("x"));
    assert_eq!(said.servers[0].address, tcp("h", 5433));
    assert_eq!(said.tls.mode, SslMode::Disable);
    assert_eq!(said.config.get_application_name(), Some("mine"));
    assert_eq!(said.config.get_options(), Some("-c c=d"));
    assert_eq!(said.connect_timeout(), Duration::from_secs(7));
    let filled = access("postgresql://h/d", &variables);
    assert_eq!(filled.config.get_user(), Some("eve"));
    assert_eq!(password_of(&filled), Some("pg"));
    assert_eq!(filled.servers[0].address, tcp("h", 1));
    assert_eq!(filled.tls.mode, SslMode::VerifyFull);
    assert_eq!(filled.config.get_application_name(), Some("app"));
    assert_eq!(filled.config.get_options(), Some("-c a=b"));
    assert_eq!(filled.connect_timeout(), Duration::from_secs(3));
    let hosted = access("postgresql:///d", &variables);
    assert_eq!(hosted.servers[0].address, tcp("elsewhere", 1));
}

#[test]
fn a_service_stands_between_the_url_and_the_environment() {
    let (_folder, file) = folder(
        "services",
        "[other]\nhost=x\n[mine]\nhost=h1,h2\nport=6000,6001\nuser=ana\npassword=p:w\nsslmode=require\n",
    );
    let variables = [
        ("PGSERVICEFILE", file.as_str()),
        ("PGUSER", "eve"),
        ("PGPORT", "9"),
    ];
    let served = access("postgresql:///d?service=mine", &variables);
    let addresses: Vec<Address> = served
        .servers
        .iter()
        .map(|server| server.address.clone())
        .collect();
    assert_eq!(addresses, [tcp("h1", 6000), tcp("h2", 6001)]);
    assert_eq!(served.config.get_user(), Some("ana"));
    assert_eq!(password_of(&served), Some("p:w"));
    assert_eq!(served.tls.mode, SslMode::Require);
    let variables = [
        ("PGSERVICEFILE", file.as_str()),
        ("PGSERVICE", "none"),
        ("PGSYSCONFDIR", "/nowhere"),
    ];
    let error = filled("postgresql://h/d", &variables)
        .err()
        .expect("no service");
    assert!(error.kind() == ErrorKind::Usage && error.to_string().contains("none"));
}

#[test]
fn the_password_file_is_read_line_by_line() {
    let lines = "# h:*:*:*:comment\nh:1:*:*:other port\nh:*:d\\:b:ana:with \\: and \\\\\n\
                 localhost:5432:*:ana:socket\n\\*:*:*:*:star\n*:*:*:bob:anybody's\n*:*:*:eve:\n";
    let (_folder, file) = folder("pass", lines);
    let password = |url: &str| {
        let access = access(url, &[("PGPASSFILE", &file)]);
        password_of(&access).map(str::to_owned)
    };
    assert_eq!(
        password("postgresql://ana@h/d:b").as_deref(),
        Some("with : and \\")
    );
    assert_eq!(
        password("postgresql://ana@h:1/x").as_deref(),
        Some("other port")
    );
    assert_eq!(
        password("postgresql:///d?host=/var/run/postgresql&user=ana").as_deref(),
        Some("socket")
    );
    assert_eq!(password("postgresql:///d?host=/srv/sockets&user=ana"), None);
    assert_eq!(password("postgresql://ana@elsewhere/d"), None);
    assert_eq!(
        password("postgresql://bob@elsewhere/d").as_deref(),
        Some("anybody's")
    );
    assert_eq!(password("postgresql://eve@h/d"), None);
    let own = access(
        "postgresql://bob@h/d",
        &[("PGPASSFILE", &file), ("PGPASSWORD", "env")],
    );
    assert_eq!(password_of(&own), Some("env"));
}

#[test]
fn a_password_file_that_others_can_read_is_not_used() {
    let (folder, _) = folder(".pgpass", "*:*:*:*:secret\n");
    let home = folder.path().display().to_string();
    let variables = [("HOME", home.as_str())];
    assert_eq!(
        password_of(&access("postgresql://ana@h/d", &variables)),
        Some("secret")
    );
    let path = Path::new(&home).join(".pgpass");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("permissions");
    let access = access("postgresql://ana@h/d", &variables);
    assert_eq!(password_of(&access), None);
    let advice = access.no_password().advice().map(str::to_owned);
    assert!(advice.is_some_and(|advice| advice.contains("chmod 600")));
}

#[test]
fn a_urls_own_files_of_tls_are_taken_as_they_stand() {
    let url = "postgresql://ana@h/d?sslmode=verify-ca&sslrootcert=/a+b%20c.pem&options=-c%20x=1+1";
    let access = access(url, &[]);
    assert_eq!(access.tls.root_cert, Some(PathBuf::from("/a+b c.pem")));
    assert_eq!(access.config.get_options(), Some("-c x=1+1"));
    let system = filled(
        "postgresql://h/d?sslmode=verify-full&sslrootcert=system",
        &[],
    );
    assert_eq!(system.expect("in order").tls.root_cert, None);
}

#[test]
fn what_our_connection_does_not_speak_is_known() {
    for (query, beyond) in [
        ("", None),
        ("?channel_binding=require", None),
        (
            "?target_session_attrs=read-write",
            Some("target_session_attrs"),
        ),
        ("?sslnegotiation=direct", Some("sslnegotiation")),
        ("?sslcert=a&sslkey=b", Some("sslcert")),
    ] {
        let access = access(&format!("postgresql://h/d{query}"), &[]);
        assert_eq!(access.beyond_wire(), beyond);
    }
}

#[test]
fn what_is_not_in_order_is_said_without_its_values() {
    for (query, variables) in [
        ("?sslmode=allow", &[][..]),
        ("?unknown=hunter2", &[]),
        ("?sslcert=hunter2", &[]),
        ("", &[("PGCONNECT_TIMEOUT", "hunter2")]),
    ] {
        let error = filled(&format!("postgresql://h/d{query}"), variables)
            .err()
            .expect("no access");
        assert_eq!(error.kind(), ErrorKind::Usage);
        assert!(!error.to_string().contains("hunter2"));
    }
    let error = filled("postgresql:///d", &[]).err().expect("no host");
    assert_eq!(error.kind(), ErrorKind::Usage);
}
