use super::super::super::server_url::ServerUrl;
use super::*;
use url::Url;

fn filled(url: &str, file: &str) -> ServerUrl {
    let file = OptionFile::parse(file).unwrap_or_else(|fault| panic!("{fault:?}"));
    let server = ServerUrl::new(Url::parse(url).expect("a URL")).expect("a server");
    file.fill(server).expect("a server")
}

fn url(url: &str, file: &str) -> String {
    filled(url, file).url().to_string()
}

/// The value of one line, as `my_print_defaults` of MariaDB 10.11 prints it.
#[test]
fn a_value_is_read_as_the_databases_own_clients_read_it() {
    for (line, expected) in [
        ("password=plain", "plain"),
        ("  password \t=  with spaces inside  ", "with spaces inside"),
        ("password=before#after", "before"),
        ("password=\"before#after\"", "before#after"),
        ("password='before#after' # said", "before#after"),
        ("password=\"a'b#c\"", "a'b#c"),
        ("password=a\"b#c\"d", "a\"b#c\"d"),
        ("password=semi;colon", "semi;colon"),
        ("password=a=b", "a=b"),
        ("password=\"half", "\"half"),
        ("password=\"", "\""),
        ("password=\\s a\\tb\\\\c\\d\\\"\\'\\", "  a\tb\\c\\d\"'\\"),
        ("password=\"a\\\"#b\"", "a\"#b"),
        ("password=a\\#b", "a\\"),
        ("password=\"abc\\\\\"#x", "abc\\"),
        ("password='a'b'", "a'b"),
        ("loose-password=x", "x"),
        ("pass:word=x\npassword=ü", "ü"),
        ("password=first\npassword=second", "second"),
        ("password=pa:s/s@w%rd", "pa:s/s@w%rd"),
    ] {
        let server = filled("mysql://h/d", &format!("[client]\r\n{line}\r\n"));
        assert_eq!(
            server.password().map(Secret::reveal),
            Some(expected),
            "{line}"
        );
    }
    for line in [
        "password",
        "password=",
        "password=#x",
        "Password=x",
        "; password=x",
        "#password=x",
    ] {
        let server = filled("mysql://h/d", &format!("[client]\n{line}\n"));
        assert!(server.password().is_none(), "{line}");
    }
}

#[test]
fn the_groups_of_clients_are_read_and_others_are_not() {
    let groups = [
        "client",
        "client-server",
        "client-mariadb",
        "mariadb-client",
        "firstseen",
    ];
    for group in groups {
        let file = format!("[mysqld]\nport=1\n[ {group} ]\nport=7\n[mysqldump]\nport=2\n");
        assert_eq!(url("mysql://h/d", &file), "mysql://h:7/d");
    }
    let later = "[firstseen]\nport=7\n[client]\nport=8\n";
    assert_eq!(url("mysql://h/d", later), "mysql://h:8/d");
}

#[test]
fn the_url_wins_over_the_file() {
    let file =
        "[client]\nuser=a b\nhost=::1\nport=7\ndatabase=d/é\nssl_mode=REQUIRED\nssl-ca=/c a\n";
    let all = "mysql://a%20b@[::1]:7/d%2F%C3%A9?sslmode=REQUIRED&sslrootcert=%2Fc+a";
    assert_eq!(url("mysql://", file), all);
    let given = "mysql://r@h:9/x?ssl-mode=disabled&ssl-ca=/ca";
    assert_eq!(url(given, file), given);
    let server = ServerUrl::new(Url::parse("mysql://r:mine@h/d").unwrap()).unwrap();
    let theirs = OptionFile::parse("[client]\npassword=theirs").unwrap();
    let filled = theirs.fill(server).unwrap();
    assert_eq!(filled.password().map(Secret::reveal), Some("mine"));
}

#[test]
fn a_socket_is_for_this_machine_only() {
    let file = "[client]\nsocket=/s";
    assert_eq!(url("mysql:///d", file), "mysql://localhost/d?socket=%2Fs");
    assert_eq!(
        url("mysql://localhost/d", file),
        "mysql://localhost/d?socket=%2Fs"
    );
    assert_eq!(url("mysql://h/d", file), "mysql://h/d");
    assert_eq!(
        url("mysql://localhost:3306/d", file),
        "mysql://localhost:3306/d"
    );
    let elsewhere = "[client]\nsocket=/s\nhost=h";
    assert_eq!(url("mysql:///d", elsewhere), "mysql://h/d");
}

#[test]
fn mariadbs_tls_options_ask_for_no_weaker_mode() {
    for (lines, mode) in [
        ("ssl", "?sslmode=require"),
        ("ssl=1", "?sslmode=require"),
        ("ssl=0", "?sslmode=disable"),
        ("skip-ssl", "?sslmode=disable"),
        ("ssl-verify-server-cert", "?sslmode=verify-full"),
        ("ssl-ca=/c", "?sslmode=verify-ca&sslrootcert=%2Fc"),
        ("ssl\nssl-ca=/c", "?sslmode=verify-ca&sslrootcert=%2Fc"),
        ("ssl-mode=VERIFY_CA\nssl=0", "?sslmode=VERIFY_CA"),
        ("ssl-verify-server-cert=FALSE", ""),
    ] {
        let file = format!("[client]\n{lines}\n");
        assert_eq!(
            url("mysql://h/d", &file),
            format!("mysql://h/d{mode}"),
            "{lines}"
        );
    }
}

#[test]
fn a_line_with_a_fault_is_named_and_not_quoted() {
    for (file, line) in [
        ("password=hunter2\n", 1),
        ("# x\n\n[client\npassword=hunter2", 3),
        ("[client]\nuser=r\n!include hunter2\n", 3),
    ] {
        let (number, fault) = OptionFile::parse(file).err().expect("a fault");
        assert_eq!(number, line);
        assert!(!fault.contains("hunter2"));
    }
}
