use super::*;
use crate::secret::Secret;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use tempfile::TempDir;

const MYSQL: &str = "mysql://r@h/d";
const POSTGRES: &str = "postgresql://r@h/d";

/// A folder with a file of this mode.
fn file(content: &[u8], mode: u32) -> (TempDir, Option<PathBuf>) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("file");
    fs::write(&path, content).expect("a file");
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("a mode");
    (folder, Some(path))
}

fn fill(url: &str, login: &LoginOptions) -> Result<(SourceUrl, Vec<String>)> {
    let mut warnings = Vec::new();
    let source = SourceUrl::parse(url, Path::new("/"))?;
    login
        .fill(source, &mut warnings)
        .map(|source| (source, warnings))
}

fn password(url: &str, login: &LoginOptions) -> Option<String> {
    let (source, _) = fill(url, login).expect("a source");
    match source {
        SourceUrl::MySql(server) | SourceUrl::Postgres(server) => server
            .password()
            .map(|password| password.reveal().to_owned()),
        SourceUrl::Sqlite(_) => None,
    }
}

fn refusal(url: &str, login: &LoginOptions) -> String {
    let Err(error) = fill(url, login) else {
        panic!("{url} was accepted");
    };
    assert_eq!(error.exit_code(), 2);
    format!("{error} / {}", error.advice().unwrap_or_default())
}

#[test]
fn the_password_comes_from_the_first_place_that_has_one() {
    let (_one, password_file) = file(b"from the file\n", 0o600);
    let (_two, defaults_file) = file(b"[client]\npassword=from the options\n", 0o400);
    let mut login = LoginOptions {
        password_file,
        password: Some(Secret::new("from the environment")),
        defaults_file,
    };
    assert_eq!(
        password("mysql://r:mine@h/d", &login).as_deref(),
        Some("mine")
    );
    let (_, warnings) = fill("mysql://r:mine@h/d", &login).unwrap();
    assert!(warnings[0].contains("--password-file"), "{warnings:?}");
    assert_eq!(password(MYSQL, &login).as_deref(), Some("from the file"));
    let shown = format!("{:?} {login:?}", fill(MYSQL, &login).unwrap());
    assert!(
        !shown.contains("from the environment") && !shown.contains("from the file"),
        "{shown}"
    );
    login.password_file = None;
    assert_eq!(
        password(MYSQL, &login).as_deref(),
        Some("from the environment")
    );
    login.password = None;
    assert_eq!(password(MYSQL, &login).as_deref(), Some("from the options"));
    login.defaults_file = None;
    assert_eq!(password(MYSQL, &login), None);
}

#[test]
fn a_password_file_is_one_line() {
    for (content, expected) in [
        (&b"p"[..], Some("p")),
        (b"p\n", Some("p")),
        (b"p\r\n", Some("p")),
        (b" p@:/%# \n", Some(" p@:/%# ")),
        (b"", None),
        (b"\n", None),
        (b"p\n\n", None),
        (b"p\nq\n", None),
        (b"p\0", None),
        (b"p\xff", None),
    ] {
        let (_folder, password_file) = file(content, 0o600);
        let login = LoginOptions {
            password_file,
            ..LoginOptions::default()
        };
        match expected {
            Some(_) => assert_eq!(password(POSTGRES, &login).as_deref(), expected),
            None => assert!(
                refusal(POSTGRES, &login).contains("--password-file"),
                "{content:?}"
            ),
        }
    }
}

#[test]
fn a_file_that_others_have_access_to_is_refused() {
    for mode in [0o640, 0o604, 0o620, 0o644] {
        let (_one, password_file) = file(b"hunter2", mode);
        let (_two, defaults_file) = file(b"[client]\npassword=hunter2", mode);
        for (login, flag) in [
            (
                LoginOptions {
                    password_file,
                    ..LoginOptions::default()
                },
                "--password-file",
            ),
            (
                LoginOptions {
                    defaults_file,
                    ..LoginOptions::default()
                },
                "--defaults-file",
            ),
        ] {
            let refused = refusal(MYSQL, &login);
            assert!(
                refused.contains(flag) && refused.contains("chmod 600"),
                "{refused}"
            );
            assert!(!refused.contains("hunter2"), "{refused}");
        }
    }
}

#[test]
fn a_folder_a_missing_file_and_a_device_are_refused() {
    for path in ["/", "/nowhere/at/all", "/dev/zero"] {
        let login = LoginOptions {
            password_file: Some(path.into()),
            ..LoginOptions::default()
        };
        refusal(MYSQL, &login);
    }
}

#[test]
fn a_flag_that_the_source_has_no_use_for_is_refused() {
    let (_folder, path) = file(b"[client]\n", 0o600);
    let defaults = LoginOptions {
        defaults_file: path.clone(),
        ..LoginOptions::default()
    };
    assert!(refusal(POSTGRES, &defaults).contains("--defaults-file"));
    assert!(refusal("sqlite://x", &defaults).contains("--defaults-file"));
    let password = LoginOptions {
        password_file: path,
        ..LoginOptions::default()
    };
    assert!(refusal("sqlite://x", &password).contains("--password-file"));
    let environment = LoginOptions {
        password: Some(Secret::new("p")),
        ..LoginOptions::default()
    };
    assert!(fill("sqlite://x", &environment).is_ok());
}

#[test]
fn a_database_is_named_by_the_url_or_the_option_file() {
    let nothing = LoginOptions::default();
    assert!(refusal("mysql://r@h", &nothing).contains("no database"));
    assert!(refusal("postgresql://r@h", &nothing).contains("no database"));
    let (_folder, defaults_file) = file(b"[client]\ndatabase=d\n", 0o600);
    let defaults = LoginOptions {
        defaults_file,
        ..LoginOptions::default()
    };
    let (source, _) = fill("mariadb://r@h", &defaults).unwrap();
    assert_eq!(source.redacted(), "mysql://h/d");
    let (_folder, defaults_file) = file(b"[client]\n", 0o600);
    let defaults = LoginOptions {
        defaults_file,
        ..LoginOptions::default()
    };
    assert!(refusal("mariadb://r@h", &defaults).contains("no database"));
}
