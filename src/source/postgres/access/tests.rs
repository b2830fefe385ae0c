use super::*;
use crate::source::wire::{Address, ClientCertificate, SslMode};
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
    filled(url, variables).expect("valid parameters")
}

fn password_of(access: &Access) -> Option<&str> {
    access.login.password.as_ref().map(Secret::reveal)
}

/// A folder with a file that only its owner can read.
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
fn the_url_takes_precedence_over_the_environment() {
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
    let explicit = access(url, &variables);
    assert_eq!(explicit.login.user, "ana");
    assert_eq!(password_of(&explicit), Some("x"));
    assert_eq!(explicit.servers[0].address, tcp("h", 5433));
    assert_eq!(explicit.tls.mode, SslMode::Disable);
    assert_eq!(explicit.login.application_name, "mine");
    assert_eq!(explicit.login.options.as_deref(), Some("-c c=d"));
    assert_eq!(explicit.connect_timeout(), Duration::from_secs(7));
    let filled = access("postgresql://h/d", &variables);
    assert_eq!(filled.login.user, "eve");
    assert_eq!(password_of(&filled), Some("pg"));
    assert_eq!(filled.servers[0].address, tcp("h", 1));
    assert_eq!(filled.tls.mode, SslMode::VerifyFull);
    assert_eq!(filled.login.application_name, "app");
    assert_eq!(filled.login.options.as_deref(), Some("-c a=b"));
    assert_eq!(filled.connect_timeout(), Duration::from_secs(3));
    let hosted = access("postgresql:///d", &variables);
    assert_eq!(hosted.servers[0].address, tcp("elsewhere", 1));
}

#[test]
fn a_service_ranks_between_the_url_and_the_environment() {
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
    assert_eq!(served.login.user, "ana");
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
fn tls_files_in_a_url_are_used_as_written() {
    let url = "postgresql://ana@h/d?sslmode=verify-ca&sslrootcert=/a+b%20c.pem&options=-c%20x=1+1";
    let access = access(url, &[]);
    assert_eq!(access.tls.root_cert, Some(PathBuf::from("/a+b c.pem")));
    assert_eq!(access.login.options.as_deref(), Some("-c x=1+1"));
    let system = filled(
        "postgresql://h/d?sslmode=verify-full&sslrootcert=system",
        &[],
    );
    assert_eq!(system.expect("valid parameters").tls.root_cert, None);
}

#[test]
fn parameters_for_tls_and_the_kind_of_server_are_understood() {
    let url = "postgresql://h/d?sslcert=/c&sslkey=/k&sslnegotiation=direct&sslmode=require\
               &target_session_attrs=prefer-standby&channel_binding=require&keepalives_count=3&tcp_user_timeout=5";
    let asked = access(url, &[]);
    let client = ClientCertificate {
        certificate: "/c".into(),
        key: "/k".into(),
    };
    assert_eq!(asked.tls.client, Some(client.clone()));
    assert_eq!(asked.tls.protocol, Some("postgresql"));
    assert_eq!(asked.target, TargetServer::PreferStandby);
    assert_eq!(asked.login.channel_binding, ChannelBinding::Require);
    assert_eq!(asked.timers.retries, Some(3));
    assert_eq!(asked.timers.user_timeout, Some(Duration::from_millis(5)));
    let variables = [
        ("PGSSLCERT", "/c"),
        ("PGSSLKEY", "/k"),
        ("PGTARGETSESSIONATTRS", "primary"),
    ];
    let asked = access("postgresql://h/d", &variables);
    assert_eq!(asked.tls.client, Some(client));
    assert_eq!(asked.tls.protocol, None);
    assert_eq!(asked.target, TargetServer::Primary);
}

#[test]
fn hosts_and_ports_come_from_where_libpq_takes_them() {
    let addresses = |url: &str, variables: &[(&str, &str)]| -> Vec<Address> {
        let access = access(url, variables);
        access
            .servers()
            .iter()
            .map(|server| server.address.clone())
            .collect()
    };
    assert_eq!(
        addresses("postgresql://a,b/d?port=1,2", &[]),
        [tcp("a", 1), tcp("b", 2)]
    );
    assert_eq!(
        addresses("postgresql://a:7/d", &[("PGPORT", "1")]),
        [tcp("a", 7)]
    );
    assert_eq!(addresses("postgresql://a/d?port=8", &[]), [tcp("a", 8)]);
    assert_eq!(addresses("postgresql://[::1]/d", &[]), [tcp("::1", 5432)]);
    let socket = Address::Unix("/s/.s.PGSQL.5432".into());
    assert_eq!(addresses("postgresql://%2Fs/d", &[]), [socket]);
    let number = access("postgresql://a/d?hostaddr=10.0.0.1", &[]);
    assert_eq!(number.servers()[0].address, tcp("10.0.0.1", 5432));
    assert_eq!(number.servers()[0].name, "a");
}

#[test]
fn balanced_hosts_are_tried_in_random_order_and_only_the_chosen_one_afterwards() {
    let url = "postgresql:///d?host=a,b,c&load_balance_hosts=random";
    let mut firsts: Vec<String> = Vec::new();
    for _ in 0..200 {
        let access = access(url, &[]);
        let mut names: Vec<_> = access
            .servers()
            .iter()
            .map(|server| server.name.clone())
            .collect();
        firsts.push(names[0].clone());
        access.choose(&access.servers()[1].clone());
        assert_eq!(access.servers().len(), 1);
        assert_eq!(access.servers()[0].name, names[1]);
        names.sort();
        assert_eq!(names, ["a", "b", "c"]);
    }
    for name in ["a", "b", "c"] {
        assert!(firsts.iter().any(|first| first == name));
    }
}

#[test]
fn invalid_parameters_are_reported_without_their_values() {
    for (query, variables) in [
        ("?sslmode=allow", &[][..]),
        ("?unknown=hunter2", &[]),
        ("?sslcert=hunter2", &[]),
        ("?hunter2", &[]),
        ("?port=hunter2", &[]),
        ("?hostaddr=hunter2", &[]),
        ("?target_session_attrs=hunter2", &[]),
        ("?load_balance_hosts=hunter2", &[]),
        ("?sslnegotiation=hunter2", &[]),
        ("?sslnegotiation=direct&sslmode=prefer", &[]),
        ("?keepalives_idle=hunter2", &[]),
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
