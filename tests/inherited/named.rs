//! The settings that lost rows or returned other rows, each by name.

use crate::harness::{Admin, Case, Firstseen, Lonely, System, Table, typed};

/// A table with five rows, among others.
struct Five {
    server: Lonely,
    case: Case,
    admin: Admin,
    table: Table,
}

impl Five {
    fn on(system: System) -> Self {
        Self::at(Lonely::start(system))
    }

    fn at(server: Lonely) -> Self {
        let system = server.system();
        let table = Table::notes("t1").ids(1..=5);
        let mut statements = table.statements(system);
        for other in ["t2", "t3"] {
            statements.extend(Table::notes(other).statements(system));
        }
        server.execute_all(&statements);
        let admin = server.admin();
        Self {
            server,
            case: Case::on(System::Sqlite),
            admin,
            table,
        }
    }

    fn command(&self, verb: &str) -> Firstseen {
        let command = self.case.command().arg(verb);
        command.env("FIRSTSEEN_SOURCE", self.server.url())
    }

    /// Checks all rows of all tables and columns, with both extractors, and also as `generate` sees them.
    #[track_caller]
    fn is_whole(&self) {
        for extractor in ["wire", "connectorx"] {
            let job = [
                "--tables",
                "t*",
                "--key",
                "id",
                "--force",
                "--extractor",
                extractor,
            ];
            let ran = self.command("run").args(job).succeeds();
            ran.check(self.case.rows() == typed(&self.table.rows), "all rows");
            let tables = self.case.manifest()["tables"].as_array().map(Vec::len);
            ran.check(tables == Some(3), "all tables");
        }
    }
}

#[test]
fn a_server_that_lets_no_session_set_its_clock_is_read() {
    Five::at(Lonely::with_secure_timestamp()).is_whole();
}

#[test]
fn a_limit_on_selected_rows_leaves_out_no_row_and_no_table() {
    let mut five = Five::on(System::MariaDb);
    let generate = |five: &Five| five.command("generate").args(["--scale", "0.0001"]);
    generate(&five).succeeds();
    for setting in [
        "SET GLOBAL sql_select_limit = 2",
        "SET GLOBAL sql_select_limit = 0",
        "SET GLOBAL sql_select_limit = DEFAULT",
        "SET GLOBAL init_connect = 'SET sql_select_limit = 4'",
        "SET GLOBAL init_connect = 'SET sql_select_limit = 0'",
    ] {
        five.admin.execute(setting);
        five.is_whole();
        generate(&five)
            .fails_with(6)
            .says("the table already exists, and so do 12 more")
            .says("table ID2000");
    }
}

#[test]
fn a_moment_of_the_past_is_not_what_is_read_of_a_versioned_table() {
    let mut five = Five::on(System::MariaDb);
    for statement in [
        "ALTER TABLE t1 ADD SYSTEM VERSIONING",
        "SET timestamp = UNIX_TIMESTAMP() + 10",
        "UPDATE t1 SET note = 'later' WHERE id = 5",
    ] {
        five.admin.execute(statement);
    }
    five.table.rows[4][1] = "later".into();
    for setting in [
        "SET GLOBAL system_versioning_asof = NOW(6) - INTERVAL 1 YEAR",
        "SET GLOBAL system_versioning_asof = NOW(6) - INTERVAL 5 SECOND",
        "SET GLOBAL system_versioning_asof = DEFAULT",
        "SET GLOBAL init_connect = 'SET system_versioning_asof = NOW(6) - INTERVAL 1 YEAR'",
    ] {
        five.admin.execute(setting);
        five.is_whole();
    }
}

#[test]
fn an_index_that_is_searched_up_to_a_limit_is_searched_to_its_end() {
    let mut five = Five::on(System::Postgres);
    for statement in [
        "CREATE TABLE words (id int PRIMARY KEY, a int[], word text)",
        "INSERT INTO words SELECT i, array[i % 3, -i], 'dogs ' || i FROM generate_series(1, 3000) i",
        "CREATE INDEX ON words USING gin (a)",
        "ANALYZE words",
        "ALTER ROLE reader SET gin_fuzzy_search_limit = 1",
    ] {
        five.admin.execute(statement);
    }
    for extractor in ["wire", "connectorx"] {
        let job = [
            "--tables",
            "words",
            "--key",
            "id",
            "--where",
            "a @> array[1]",
        ];
        let job = job.into_iter().chain(["--columns", "id,word"]);
        five.command("run")
            .args(job)
            .args(["--force", "--extractor", extractor])
            .succeeds();
        assert_eq!(five.case.manifest()["totals"]["rows_read"], 1000);
    }
}

#[test]
fn pages_that_a_role_would_pass_over_are_refused() {
    let mut five = Five::on(System::Postgres);
    five.admin
        .execute("ALTER ROLE reader SET zero_damaged_pages = on");
    let job = ["--tables", "t1", "--key", "id"];
    let failed = five.command("run").args(job).fails_with(3);
    failed
        .says("zero_damaged_pages")
        .says("RESET it with ALTER ROLE");
    five.admin
        .execute("ALTER ROLE reader RESET zero_damaged_pages");
    five.is_whole();
}
