//! Limits on sessions, connections and queries. The message says what a job needs, and a user who follows it gets the result.

use crate::harness::{Admin, Case, Firstseen, Lonely, PASSWORD, System, Table};

struct Limited {
    server: Lonely,
    case: Case,
    admin: Admin,
}

impl Limited {
    fn on(system: System) -> Self {
        let server = Lonely::start(system);
        server.execute_all(&Table::notes("t").ids(1..=3).statements(system));
        let admin = server.admin();
        Self {
            server,
            case: Case::on(System::Sqlite),
            admin,
        }
    }

    fn job(&self, user: &str) -> Firstseen {
        let job = ["run", "--tables", "t", "--key", "id", "--workers", "1"];
        self.case
            .command()
            .env("FIRSTSEEN_SOURCE", self.server.url_of(user))
            .args(job)
            .arg("--force")
    }

    /// Checks that this user's job fails with `text`, and works after `remedy`.
    #[track_caller]
    fn is_led_out(&mut self, user: &str, text: &str, remedy: &str) {
        let failed = self.job(user).fails_with(3).says(text);
        failed.never_says("fewer --workers");
        assert!(self.case.entries().is_empty(), "nothing is left");
        self.admin.execute(remedy);
        self.job(user).succeeds();
        std::fs::remove_dir_all(self.case.path("batches")).expect("the result");
        std::fs::remove_file(self.case.path("batches.manifest.json")).expect("its manifest");
    }
}

#[test]
fn a_limit_of_mariadb_is_told_with_what_a_job_needs() {
    let mut limited = Limited::on(System::MariaDb);
    for (user, limit) in [
        ("one", "MAX_USER_CONNECTIONS 1"),
        ("asking", "MAX_QUERIES_PER_HOUR 6"),
        ("coming", "MAX_CONNECTIONS_PER_HOUR 1"),
    ] {
        limited.admin.execute(&format!(
            "CREATE USER {user} IDENTIFIED BY '{PASSWORD}' WITH {limit}"
        ));
        limited
            .admin
            .execute(&format!("GRANT SELECT ON *.* TO {user}"));
    }
    // Sessions of the previous job might not have ended yet.
    limited.is_led_out(
        "one",
        "at least two",
        "ALTER USER one WITH MAX_USER_CONNECTIONS 5",
    );
    limited.is_led_out(
        "asking",
        "again in an hour",
        "ALTER USER asking WITH MAX_QUERIES_PER_HOUR 0",
    );
    limited.is_led_out(
        "coming",
        "again in an hour",
        "ALTER USER coming WITH MAX_CONNECTIONS_PER_HOUR 20",
    );
}

#[test]
fn a_full_mariadb_says_how_many_sessions_a_job_needs() {
    let mut limited = Limited::on(System::MariaDb);
    // The minimum. One more connection is accepted for a user with all privileges.
    limited.admin.execute("SET GLOBAL max_connections = 10");
    let others: Vec<Admin> = (0..8).map(|_| limited.server.admin()).collect();
    let failed = limited.job("reader").fails_with(3).says("at least two");
    failed.says("1040").never_says("fewer --workers");
    drop(others);
    limited.job("reader").succeeds();
}

#[test]
fn a_limit_of_postgresql_is_told_with_what_a_job_needs() {
    let mut limited = Limited::on(System::Postgres);
    let database = limited.server.database().to_owned();
    // The test's own session also counts in the database.
    for (of, limit) in [
        ("ROLE reader".to_owned(), 1),
        (format!("DATABASE {database}"), 2),
    ] {
        let limit_to = |most: i32| format!("ALTER {of} CONNECTION LIMIT {most}");
        limited.admin.execute(&limit_to(limit));
        limited.is_led_out("reader", "at least two", &limit_to(limit + 3));
        limited.admin.execute(&limit_to(-1));
    }
}
