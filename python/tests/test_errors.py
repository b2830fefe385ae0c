"""Each kind of failure is an exception of its own, with all that the command would say about it."""

import copy
import pickle
import subprocess
import sys
import unittest
from pathlib import Path

import firstseen

from tests.servers import closed_port, lets_in_and_closes, refuses, server
from tests.support import ENDLESS, InFolder, WithSample, child_environment, interrupted, python, run, sqlite, start_python

VISITS = """
    CREATE TABLE visit (id INTEGER PRIMARY KEY, person TEXT, day INTEGER);
    INSERT INTO visit (person, day) VALUES ('a', 1), ('b', 2), (NULL, 3);
    CREATE TABLE other (id INTEGER PRIMARY KEY, person TEXT);
"""


class TheKindsOfFailures(InFolder):
    def setUp(self):
        super().setUp()
        self.options = {"source": sqlite("visits.sqlite", VISITS), "tables": "visit", "key": "id", "retries": 0}

    def failure(self, expected, message, **options):
        """The error of a job. It has this class, says this, and leaves no files."""
        before = self.names()
        with self.assertRaises(firstseen.Error) as caught:
            run(**{**self.options, **options})
        error = caught.exception
        self.assertIs(type(error), expected, error)
        self.assertIn(message, str(error))
        self.assertEqual(self.names(), before)
        self.assertEqual(error.exit_code, expected.exit_code)
        self.assertEqual(error.retryable, expected.retryable)
        return error

    def test_options_that_make_no_job(self):
        error = self.failure(firstseen.UsageError, "--workers 0 is out of range", workers=0)
        self.assertEqual((error.exit_code, error.retryable), (2, False))
        self.assertEqual(error.advice, "give a number from 1 to 1024")

    def test_a_job_file_that_can_not_be_read(self):
        Path("bad.toml").write_text("key = 'id'\nbatch_row = 5\n")
        with self.assertRaises(firstseen.UsageError) as caught:
            firstseen.run("bad.toml")
        self.assertEqual(caught.exception.exit_code, 2)
        self.assertIn("line 2", str(caught.exception))
        self.assertIn('did you mean "batch_rows"?', caught.exception.advice)
        with self.assertRaises(firstseen.UsageError) as caught:
            firstseen.run("missing.toml")
        self.assertIn("No such file", caught.exception.causes[0])
        self.assertIn("  cause: No such file", str(caught.exception))

    def test_a_server_or_file_that_is_not_there(self):
        self.failure(firstseen.UnreachableError, "there is no SQLite file", source="sqlite://missing.sqlite")
        for scheme in ["postgresql", "mysql"]:
            url = f"{scheme}://reader@127.0.0.1:{closed_port()}/lhid2005"
            error = self.failure(firstseen.UnreachableError, "can't be reached", source=url)
            self.assertEqual((error.exit_code, error.retryable), (3, True))

    def test_a_login_that_is_refused(self):
        with server(refuses("28P01", "password authentication failed")) as port:
            url = f"postgresql://reader@127.0.0.1:{port}/lhid2005"
            error = self.failure(firstseen.AccessDeniedError, "password authentication failed", source=url)
        self.assertEqual((error.exit_code, error.retryable), (3, False))

    def test_a_statement_that_is_refused(self):
        error = self.failure(firstseen.RefusedError, "syntax error", where="nonsense(")
        self.assertEqual((error.exit_code, error.retryable, error.table), (3, False, "visit"))

    def test_a_connection_that_is_lost(self):
        with server(lets_in_and_closes) as port:
            url = f"postgresql://reader@127.0.0.1:{port}/lhid2005"
            error = self.failure(firstseen.ConnectionLostError, "the connection was lost", source=url)
        self.assertEqual((error.exit_code, error.retryable), (3, True))

    def test_a_lock_that_is_held_for_too_long(self):
        # In another process: SQLite's locks don't keep a process from itself.
        code = "import sqlite3; held = sqlite3.connect('visits.sqlite', isolation_level=None);" \
               "held.execute('BEGIN EXCLUSIVE'); print('held', flush=True); input()"
        holder = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            holder.stdout.readline()
            error = self.failure(firstseen.SessionEndedError, "database is locked", lock_wait_secs=1)
        finally:
            holder.communicate("\n")
        self.assertEqual((error.exit_code, error.retryable), (3, True))

    def test_columns_that_do_not_fit(self):
        error = self.failure(firstseen.SchemaError, "the key column persom doesn't exist", key="persom")
        self.assertEqual((error.exit_code, error.table), (4, "visit"))
        error = self.failure(firstseen.SchemaError, "the column day doesn't exist", tables="visit,other")
        self.assertEqual(error.table, "other")

    def test_a_value_that_does_not_fit(self):
        error = self.failure(firstseen.ValueFitError, "the key column person is NULL", key="person")
        self.assertEqual((error.exit_code, error.retryable), (4, False))
        self.assertEqual((error.table, error.row, error.column), ("visit", 3, "person"))
        self.assertIn("\n  where: table visit, row 3, column person\n  hint: use --null-keys drop", str(error))

    def test_no_more_threads(self):
        # The limit leaves space for no thread's stack, which is 2 MB.
        printed = python("""
            import resource
            import firstseen
            [used] = [line for line in open("/proc/self/status") if line.startswith("VmSize")]
            limit = int(used.split()[1]) * 1024 + 1_000_000
            try:
                resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
                firstseen.run(source="sqlite://visits.sqlite", tables="visit", key="id")
            except firstseen.CapacityError as error:
                print(error.exit_code, error.retryable, error, isinstance(error, firstseen.DataError))
            """)
        self.assertIn("4 False the system can't start another thread", printed.output)
        self.assertTrue(printed.output.endswith(" True\n"))

    def test_a_folder_that_differs_from_its_manifest(self):
        result = run(**self.options)
        Path(result.batches[0]).write_bytes(b"")
        with self.assertRaises(firstseen.VerifyError) as caught:
            firstseen.verify("batches")
        self.assertEqual(caught.exception.exit_code, 4)
        self.assertIn("0 bytes instead of", str(caught.exception))
        for read in [firstseen.verify, firstseen.open]:
            with self.assertRaisesRegex(firstseen.VerifyError, "the folder .*nowhere is missing"):
                read("nowhere")

    def test_an_output_that_can_not_be_written(self):
        error = self.failure(firstseen.OutputError, "can't write to", out="no/where")
        self.assertEqual((error.exit_code, error.retryable), (5, False))

    def test_an_output_that_exists(self):
        run(**self.options)
        error = self.failure(firstseen.ExistsError, "already exists", key="id")
        self.assertEqual((error.exit_code, error.retryable), (6, False))
        self.assertIn("--force", error.advice)

    def test_an_output_that_another_job_writes(self):
        other = start_python(f"""
            import firstseen
            firstseen.run(source="sqlite://visits.sqlite", tables="visit", key="id", where="{ENDLESS}",
                          on_event=lambda event: print(event, flush=True), progress="never")
            """)
        try:
            while "UnitStarted" not in other.stdout.readline():
                pass
            error = self.failure(firstseen.InUseError, "another job")
        finally:
            interrupted(other)
        self.assertEqual((error.exit_code, error.retryable), (6, True))

    def test_counts_that_do_not_add_up(self):
        # Each query draws another number of rows; that two draw the same is as likely as 1 in 100,000.
        source = sqlite("drawn.sqlite", """
            CREATE VIEW drawn AS SELECT x AS id
            FROM (WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 100000) SELECT x FROM c)
            WHERE x < (SELECT abs(random()) % 100000)
        """)
        drawn = {"source": source, "tables": "drawn", "column_type": "id=integer", "check_counts": True}
        error = self.failure(firstseen.InternalError, "rows were read, but the database counts", **drawn)
        self.assertEqual((error.exit_code, error.retryable, error.table), (1, False, "drawn"))


class TheTree(unittest.TestCase):
    PARENTS = {
        firstseen.UsageError: firstseen.Error,
        firstseen.SourceError: firstseen.Error,
        firstseen.UnreachableError: firstseen.SourceError,
        firstseen.AccessDeniedError: firstseen.SourceError,
        firstseen.RefusedError: firstseen.SourceError,
        firstseen.ConnectionLostError: firstseen.SourceError,
        firstseen.SessionEndedError: firstseen.SourceError,
        firstseen.DataError: firstseen.Error,
        firstseen.SchemaError: firstseen.DataError,
        firstseen.ValueFitError: firstseen.DataError,
        firstseen.CapacityError: firstseen.DataError,
        firstseen.VerifyError: firstseen.DataError,
        firstseen.OutputError: firstseen.Error,
        firstseen.ExistsError: firstseen.Error,
        firstseen.InUseError: firstseen.Error,
        firstseen.InternalError: firstseen.Error,
        firstseen.EngineError: firstseen.Error,
        firstseen.Error: Exception,
    }

    def test_every_public_exception_is_in_it(self):
        public = {getattr(firstseen, name) for name in firstseen.__all__ if name.endswith("Error")}
        self.assertEqual(public, set(self.PARENTS))
        for kind, parent in self.PARENTS.items():
            self.assertEqual(kind.__bases__, (parent,))

    def test_every_kind_of_the_library_has_a_class(self):
        from firstseen import _errors

        source = Path(__file__).resolve().parents[2].joinpath("src/error.rs").read_text()
        kinds = source.split("pub enum ErrorKind {")[1].split("\n}")[0]
        names = {line.strip().rstrip(",") for line in kinds.splitlines() if line.strip() and "//" not in line}
        # Python's own exception ends an interrupted job.
        self.assertEqual(names - set(_errors._CLASSES), {"Interrupted(Interrupt)"})
        self.assertEqual(set(_errors._CLASSES) - names, set())


class AnError(WithSample):
    def test_can_be_pickled_and_copied(self):
        with self.assertRaises(firstseen.Error) as caught:
            run(source="sqlite://sample_data/lhid2005.sqlite", tables="ID2000", key="HASH")
        error = caught.exception
        for same in [pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)]:
            self.assertIs(type(same), firstseen.SchemaError)
            self.assertEqual(str(same), str(error))
            self.assertEqual(vars(same), vars(error))
            self.assertEqual(same.table, "ID2000")

    def test_reads_like_the_command_says_it(self):
        options = ["--source", "sqlite://sample_data/lhid2005.sqlite", "--tables", "ID2000", "--key", "HASH"]
        command = subprocess.run(
            [sys.executable, "-m", "firstseen", "run", *options, "--quiet"],
            env=child_environment(), capture_output=True, text=True,
        )
        with self.assertRaises(firstseen.Error) as caught:
            run(source="sqlite://sample_data/lhid2005.sqlite", tables="ID2000", key="HASH")
        self.assertEqual(command.stderr, f"firstseen: {caught.exception}\n")
        self.assertEqual(command.returncode, caught.exception.exit_code)


if __name__ == "__main__":
    unittest.main()
