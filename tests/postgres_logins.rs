//! How PostgreSQL authenticates users, where their passwords come from, and TLS, for both extractors.

use crate::harness::{
    Case, ENCODED_PASSWORD, Firstseen, PASSWORD, Postgres, System, TlsCase, secured_postgres,
    tls_cases,
};
use rustix::process::Signal;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

const EXTRACTORS: [&str; 2] = ["wire", "connectorx"];

#[test]
fn a_password_is_shown_in_every_way_that_the_server_asks_for() {
    let (case, server, database) = secured();
    for user in ["trusted", "cleartext", "md5", "scram"] {
        for query in ["sslmode=disable", "sslmode=require", ""] {
            for extractor in EXTRACTORS {
                let url = server.url_of(user, "127.0.0.1", &database, query);
                job(&case, extractor, &url).succeeds().never_says(PASSWORD);
                if user == "trusted" {
                    continue;
                }
                let wrong = url.replace(ENCODED_PASSWORD, "wrong%21");
                let ran = job(&case, extractor, &wrong).fails_with(3);
                ran.says("28P01")
                    .never_says("wrong!")
                    .never_says("wrong%21");
                let none = url.replace(&format!(":{ENCODED_PASSWORD}"), "");
                let ran = job(&case, extractor, &none)
                    .env("HOME", case.folder())
                    .fails_with(3);
                ran.says("asks for a password").says("PGPASSWORD");
            }
        }
    }
}

#[test]
fn tls_is_as_strict_as_sslmode_says() {
    let (case, server, database) = secured();
    let is_encrypted = "(SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid())";
    let prefer = TlsCase {
        query: "sslmode=prefer".into(),
        host: "localhost",
        encrypted: Ok(true),
    };
    for TlsCase {
        query,
        host,
        encrypted,
    } in tls_cases(server.folder()).into_iter().chain([prefer])
    {
        for extractor in EXTRACTORS {
            let url = server.url_of("scram", host, &database, &query);
            let filter = match encrypted {
                Ok(false) => format!("NOT {is_encrypted}"),
                _ => is_encrypted.to_owned(),
            };
            let ran = job(&case, extractor, &url)
                .args(["--where", &filter])
                .env("HOME", case.folder())
                .end();
            let what = format!("{extractor} {host} {query}");
            match encrypted {
                Ok(_) => {
                    ran.check(ran.code() == Some(0), &what);
                    ran.check(case.manifest()["totals"]["new"] == 3, &what);
                }
                Err(()) => ran.check(
                    ran.code() == Some(3) && ran.stderr.contains("certificate"),
                    &what,
                ),
            }
        }
    }
}

#[test]
fn who_comes_without_the_tls_that_he_needs_is_refused() {
    let (case, server, database) = secured();
    for extractor in EXTRACTORS {
        for (user, good, bad) in [
            ("encrypted", "require", "disable"),
            ("bare", "disable", "require"),
        ] {
            let url = |mode: &str| {
                server.url_of(user, "127.0.0.1", &database, &format!("sslmode={mode}"))
            };
            job(&case, extractor, &url(good)).succeeds();
            job(&case, extractor, &url(bad)).fails_with(3).says("28000");
        }
    }
}

#[test]
fn a_login_is_bound_to_its_tls() {
    let (case, server, database) = secured();
    for extractor in EXTRACTORS {
        for binding in ["disable", "prefer", "require"] {
            let query = format!("sslmode=require&channel_binding={binding}");
            let url = server.url_of("scram", "127.0.0.1", &database, &query);
            job(&case, extractor, &url).succeeds();
        }
        let query = "sslmode=disable&channel_binding=require";
        let url = server.url_of("scram", "127.0.0.1", &database, query);
        job(&case, extractor, &url).fails_with(3);
    }
    for user in ["md5", "trusted"] {
        let query = "sslmode=require&channel_binding=require";
        let url = server.url_of(user, "127.0.0.1", &database, query);
        job(&case, "wire", &url)
            .fails_with(3)
            .says("channel binding");
    }
}

#[test]
fn passwords_and_servers_come_from_libpqs_environment_too() {
    let (case, server, database) = secured();
    let port = server.port().to_string();
    let bare = format!("postgresql:///{database}");
    for extractor in EXTRACTORS {
        let run = || job(&case, extractor, &bare).env("HOME", case.folder());
        run().fails_with(2).says("names no host");
        let placed = || {
            run()
                .env("PGHOST", "127.0.0.1")
                .env("PGPORT", &port)
                .env("PGUSER", "scram")
        };
        placed().env("PGPASSWORD", PASSWORD).succeeds();
        let pass = format!(
            "# ours\n127.0.0.1:{port}:{database}:scram:{}\n",
            PASSWORD.replace(':', "\\:")
        );
        secret(&case, ".pgpass", &pass);
        placed().succeeds();
        secret(&case, "passwords", &pass);
        fs::remove_file(case.path(".pgpass")).expect("the file");
        placed().fails_with(3).says("password");
        placed()
            .env("PGPASSFILE", case.path("passwords"))
            .succeeds();
        fs::set_permissions(case.path("passwords"), fs::Permissions::from_mode(0o644))
            .expect("permissions");
        placed()
            .env("PGPASSFILE", case.path("passwords"))
            .fails_with(3)
            .says("chmod 600");
        let service = format!(
            "[stock]\nhost={}\nport={port}\nuser=scram\npassword={PASSWORD}\n",
            server.folder().display()
        );
        case.write("services", service);
        run()
            .env("PGSERVICEFILE", case.path("services"))
            .env("PGSERVICE", "stock")
            .succeeds();
        let url = format!("{bare}?service=stock");
        job(&case, extractor, &url)
            .env("PGSERVICEFILE", case.path("services"))
            .succeeds();
        let url = format!("{bare}?service=none");
        job(&case, extractor, &url)
            .env("PGSERVICEFILE", case.path("services"))
            .fails_with(2)
            .says("none");
        placed()
            .env("PGPASSWORD", PASSWORD)
            .env("PGSSLMODE", "verify-ca")
            .fails_with(3);
        let root = server.folder().join("authority.pem");
        let verified = placed()
            .env("PGPASSWORD", PASSWORD)
            .env("PGSSLMODE", "verify-ca");
        verified.env("PGSSLROOTCERT", root).succeeds();
    }
}

#[test]
fn the_next_host_is_tried_where_one_can_not_be_reached() {
    let (case, server, database) = secured();
    let port = server.port();
    for extractor in EXTRACTORS {
        for hosts in [
            "host=localhost,127.0.0.1",
            "host=/nowhere&host=127.0.0.1",
            "host=/nowhere,127.0.0.1",
        ] {
            let url = format!(
                "postgresql:///{database}?user=scram&password={ENCODED_PASSWORD}&{hosts}&port=1,{port}"
            );
            job(&case, extractor, &url).succeeds();
        }
    }
}

#[test]
fn a_signal_cancels_a_query_over_tls() {
    let (case, server, database) = secured();
    let url = server.url_of(
        "encrypted",
        "localhost",
        &database,
        "sslmode=require&application_name=cancelled",
    );
    let running = job(&case, "wire", &url)
        .args(["--where", "pg_sleep(3)::text = ''"])
        .start();
    std::thread::sleep(Duration::from_millis(800));
    running.signal(Signal::INT);
    let ran = running.end().exits_with(130);
    ran.check(ran.elapsed < Duration::from_secs(3), "it ends in time");
    let begin = std::time::Instant::now();
    let sessions = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'cancelled'";
    let mut client = server.connect_to(&database);
    while client
        .query_one(sessions, &[])
        .expect("a count")
        .get::<_, i64>(0)
        > 0
    {
        assert!(
            begin.elapsed() < Duration::from_secs(2),
            "the session is left"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_certificate_lets_its_user_in() {
    let (case, server, database) = secured();
    let file = |name: &str| server.folder().join(name).display().to_string();
    for name in [
        "client-pkcs8.key",
        "client-pkcs1.key",
        "client-sec1.key",
        "loose.key",
    ] {
        let from = if name == "loose.key" {
            "client-pkcs8.key"
        } else {
            name
        };
        let mode = if name == "loose.key" { 0o644 } else { 0o600 };
        let key = fs::read_to_string(server.folder().join(from)).expect("a key");
        case.write_with_mode(name, &key, mode);
    }
    let own = |name: &str| case.path(name).display().to_string();
    let url = |mode: &str, certificate: &str, key: &str| {
        let query = format!("sslmode={mode}&sslcert={certificate}&sslkey={key}");
        let url = server.url_of("certified", "127.0.0.1", &database, &query);
        url.replace(&format!(":{ENCODED_PASSWORD}"), "")
    };
    for extractor in EXTRACTORS {
        let run = |url: &str| job(&case, extractor, url).env("HOME", case.folder());
        for (certificate, key) in [
            ("client.pem", "client-pkcs8.key"),
            ("client.pem", "client-pkcs1.key"),
            ("client-sec1.pem", "client-sec1.key"),
        ] {
            for mode in ["require", "prefer"] {
                run(&url(mode, &file(certificate), &own(key))).succeeds();
            }
        }
        let bare = format!(
            "postgresql://certified@127.0.0.1:{}/{database}",
            server.port()
        );
        run(&bare).fails_with(3).says("28000").says("sslcert");
        run(&bare)
            .env("PGSSLCERT", file("client.pem"))
            .env("PGSSLKEY", own("client-pkcs8.key"))
            .succeeds();
        let (strange, key) = (file("strange-client.pem"), own("client-pkcs8.key"));
        run(&url("require", &strange, &key))
            .fails_with(3)
            .says("sslcert");
        let other = url("require", &file("client.pem"), &own("client-sec1.key"));
        run(&other).fails_with(2).says("don't belong together");
        let loose = url("require", &file("client.pem"), &own("loose.key"));
        run(&loose).fails_with(2).says("chmod 600");
        for (certificate, key, said) in [
            (file("nowhere.pem"), &key, "sslcert can't be used"),
            (file("client-pkcs8.key"), &key, "sslcert can't be used"),
            (
                file("client.pem"),
                &file("client.pem"),
                "sslkey can't be used",
            ),
            (
                file("client.pem"),
                &file("nowhere.key"),
                "sslkey can't be used",
            ),
        ] {
            run(&url("require", &certificate, key))
                .fails_with(2)
                .says(said);
        }
    }
}

#[test]
fn a_key_with_a_passphrase_is_refused_with_the_way_out() {
    let (case, server, database) = secured();
    for form in ["pkcs8", "pkcs1"] {
        let name = format!("client-encrypted-{form}.key");
        let key = fs::read_to_string(server.folder().join(&name)).expect("a key");
        secret(&case, &name, &key);
        let certificate = server.folder().join("client.pem");
        let query = format!(
            "sslmode=require&sslcert={}&sslkey={}",
            certificate.display(),
            case.path(&name).display()
        );
        let url = server.url_of("certified", "127.0.0.1", &database, &query);
        job(&case, "wire", &url)
            .fails_with(2)
            .says("the key is encrypted")
            .says("openssl pkey");
    }
}

#[test]
fn a_job_reads_from_the_server_that_it_asks_for() {
    let (case, server, database) = secured();
    let standby = Postgres::standby_of(server);
    let (primary_port, standby_port) = (server.port(), standby.port());
    let is_standby = "pg_is_in_recovery()";
    let url = |ports: &[u16], query: &str| {
        let hosts = vec!["127.0.0.1"; ports.len()].join(",");
        let ports: Vec<String> = ports.iter().map(ToString::to_string).collect();
        format!(
            "postgresql:///{database}?user=scram&password={ENCODED_PASSWORD}&host={hosts}&port={}&{query}",
            ports.join(",")
        )
    };
    let both = [standby_port, primary_port];
    for extractor in EXTRACTORS {
        for (ports, target, expected) in [
            (&both[..], "any", Some(true)),
            (&both, "read-write", Some(false)),
            (&both, "primary", Some(false)),
            (&[primary_port, standby_port], "read-only", Some(true)),
            (&[primary_port, standby_port], "standby", Some(true)),
            (&[primary_port, standby_port], "prefer-standby", Some(true)),
            (&[1, primary_port], "prefer-standby", Some(false)),
            (&[primary_port], "standby", None),
            (&[standby_port], "read-write", None),
        ] {
            let source = url(ports, &format!("target_session_attrs={target}"));
            let filter = match expected {
                Some(true) => is_standby.to_owned(),
                _ => format!("NOT {is_standby}"),
            };
            let run = job(&case, extractor, &source).args(["--where", &filter, "--workers", "2"]);
            if expected.is_none() {
                run.fails_with(3)
                    .says(&format!("target_session_attrs={target}"));
                continue;
            }
            run.succeeds();
            let rows = case.manifest()["totals"]["new"].clone();
            assert_eq!(rows, 3, "{extractor} {target} {ports:?}");
        }
        // The host is chosen at random, but it must be the same for all sessions of a job: otherwise one session's snapshot
        // would be unknown to the other.
        for _ in 0..6 {
            let source = url(&both, "load_balance_hosts=random");
            job(&case, extractor, &source)
                .args(["--workers", "3"])
                .succeeds();
        }
    }
}

#[test]
fn a_parameter_that_is_not_in_order_is_named() {
    let case = Case::on(System::Sqlite);
    for (query, said) in [
        ("target_session_attrs=master", "target_session_attrs"),
        ("load_balance_hosts=yes", "load_balance_hosts"),
        ("sslnegotiation=direct", "sslmode=require"),
        ("sslnegotiation=now&sslmode=require", "sslnegotiation"),
        ("channel_binding=maybe", "channel_binding"),
        ("connect_timeout=soon", "connect_timeout"),
        ("port=many", "port"),
        ("hostaddr=localhost", "hostaddr"),
        ("keepalives_idle=long", "keepalives_idle"),
        ("sslcert=/c", "sslkey"),
        (
            "target_session_attr=any",
            "did you mean target_session_attrs?",
        ),
        ("sslmode", "NAME=VALUE"),
    ] {
        let url = format!("postgresql://ana@127.0.0.1:1/d?{query}");
        job(&case, "wire", &url).fails_with(2).says(said);
    }
}

/// A folder, and a database on the secured server with a table `t` that has three rows.
fn secured() -> (Case, &'static Postgres, String) {
    let server = secured_postgres();
    let database = server.fresh_database();
    let table = "CREATE TABLE t (id integer); INSERT INTO t VALUES (1), (2), (3)";
    server
        .connect_to(&database)
        .batch_execute(table)
        .expect("a table");
    (Case::on(System::Sqlite), server, database)
}

fn job(case: &Case, extractor: &str, url: &str) -> Firstseen {
    let job = [
        "run",
        "--tables",
        "t",
        "--key",
        "id",
        "--extractor",
        extractor,
        "--force",
    ];
    case.command().args(job).args(["--source", url])
}

/// A file that only its owner can read.
fn secret(case: &Case, name: &str, content: &str) {
    case.write_with_mode(name, content, 0o600);
}
