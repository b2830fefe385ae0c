"""Passwords are never shown: in exceptions, tracebacks with variables, logs, warnings, events and pickles."""

import io
import json
import logging
import os
import pickle
import traceback
import unittest
import urllib.parse
import warnings
from pathlib import Path

import firstseen

from tests.servers import closed_port, refuses, server
from tests.support import InFolder, interrupted, sqlite, start_python

PASSWORDS = ["hunter2-tiger", "p@ss:w/rd", "a#b?c&d=e%f", "quote'and\"quote", "back\\slash$dollar", "pässwörd 中文", "%41%42%43%44",
             "100% {braces} [brackets]"]


def spellings(password):
    """The ways in which a text could contain it."""
    return {
        password, urllib.parse.quote(password, safe=""), urllib.parse.quote(password), urllib.parse.quote_plus(password),
        json.dumps(password)[1:-1], json.dumps(password, ensure_ascii=False)[1:-1], repr(password)[1:-1],
    }


def urls(password, port):
    """URLs with the password, some of them invalid."""
    quoted = urllib.parse.quote(password, safe="")
    yield f"postgresql://reader:{quoted}@127.0.0.1:{port}/d"
    yield f"mysql://reader:{quoted}@127.0.0.1:{port}/d"
    yield f"mariadb://reader:{quoted}@127.0.0.1:{port}/d"
    yield f"postgresql://127.0.0.1:{port}/d?user=reader&password={quoted}"
    yield f"postgresql://reader:{quoted}@127.0.0.1:{port}/"
    yield f"postgresql://reader:{quoted}@127.0.0.1:{port}/d?sslmode=never"
    yield f"postgresql://reader:{quoted}@127.0.0.1:port/d"
    yield f"mysql://reader:{quoted}@/d"
    yield f"oracle://reader:{quoted}@127.0.0.1:{port}/d"
    # The password as it is, as people write it.
    yield f"postgresql://reader:{password}@127.0.0.1:{port}/d"


class Secrets(InFolder):
    def setUp(self):
        super().setUp()
        # What is not shown by the exception must not be shown elsewhere either.
        self.logged = io.StringIO()
        handler = logging.StreamHandler(self.logged)
        logger = logging.getLogger("firstseen")
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
        self.addCleanup(logger.removeHandler, handler)
        self.addCleanup(logger.setLevel, logging.NOTSET)

    def failure(self, password, call):
        """Calls, and checks the exception. The call's own variables don't count: they are the program's."""
        seen = []
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                call(seen.append)
            except Exception as error:
                raised = error
            else:
                self.fail("it doesn't fail")
        shown = list(texts(raised))
        shown += [repr(event) for event in seen] + [str(warning.message) for warning in caught] + [self.logged.getvalue()]
        self.assertNothingOf(password, shown)
        return raised

    def assertNothingOf(self, password, shown):
        for text in shown:
            for spelling in spellings(password):
                # Without assertNotIn, whose message would be the only place to show a secret.
                self.assertFalse(spelling in text, f"a secret is shown in {text!r}")


def texts(error):
    """All that tools show of an exception."""
    yield from [str(error), repr(error), repr(error.args), repr(vars(error)), repr(error.__cause__), repr(error.__context__)]
    yield "".join(traceback.format_exception(type(error), error, error.__traceback__))
    yield pickle.dumps(error).decode("latin-1")
    yield pickle.dumps(error, protocol=0).decode("latin-1")
    frames = 0
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if Path(frame.f_code.co_filename).parent == Path(firstseen.__file__).parent:
            frames += 1
            for name, value in frame.f_locals.items():
                yield f"{name} = {value!r} {value}"
                # Some tools shorten what they show, and so don't ask for the repr of the whole text.
                if isinstance(value, str):
                    yield str.__str__(value)
    assert frames > 0
    shown = traceback.TracebackException.from_exception(error, capture_locals=True)
    while shown.stack and Path(shown.stack[0].filename).parent != Path(firstseen.__file__).parent:
        shown.stack.pop(0)
    yield "".join(shown.format())


class AServerThatIsNotThere(Secrets):
    def test_is_reported_without_the_password_of_its_url(self):
        port = closed_port()
        for password in PASSWORDS:
            for url in urls(password, port):
                for call in [firstseen.run, firstseen.plan]:
                    error = self.failure(
                        password, lambda note: call(source=url, tables="t", key="k", retries=0, on_event=note)
                    )
                    self.assertIsInstance(error, firstseen.Error)

    def test_is_reported_without_the_password_of_a_file(self):
        port = closed_port()
        for password in PASSWORDS:
            Path("password").write_text(password + "\n")
            os.chmod("password", 0o600)
            Path("my.cnf").write_text(f"[client]\nuser=u\npassword='{password}'\n")
            os.chmod("my.cnf", 0o600)
            for scheme, options in [("mysql", {"password_file": "password"}), ("postgresql", {"password_file": Path("password")}),
                                    ("mariadb", {"defaults_file": "my.cnf"})]:
                url = f"{scheme}://reader@127.0.0.1:{port}/d"
                error = self.failure(password, lambda note: firstseen.run(source=url, tables="t", key="k", retries=0, **options))
                self.assertIsInstance(error, firstseen.Error)

    def test_is_reported_without_the_password_of_the_environment(self):
        for password in PASSWORDS:
            os.environ["FIRSTSEEN_PASSWORD"] = password
            self.addCleanup(os.environ.pop, "FIRSTSEEN_PASSWORD", None)
            url = f"mysql://reader@127.0.0.1:{closed_port()}/d"
            error = self.failure(password, lambda note: firstseen.run(source=url, tables="t", key="k", retries=0))
            self.assertIsInstance(error, firstseen.UnreachableError)

    def test_is_reported_without_the_password_of_a_job_file(self):
        port = closed_port()
        for password in PASSWORDS:
            for url in urls(password, port):
                for more in ["", "\nkye = 1", "\nworkers = 'many'", "\nx ="]:
                    Path("job.toml").write_text(f"source = {json.dumps(url, ensure_ascii=False)}\ntables='t'\nkey='k'{more}\n")
                    error = self.failure(password, lambda note: firstseen.run("job.toml", retries=0))
                    self.assertIsInstance(error, firstseen.Error)


class AServerThatRefuses(Secrets):
    def test_and_repeats_the_password_is_reported_without_it(self):
        for password in PASSWORDS:
            with server(refuses("28P01", f"no user with the password {password}, I said {password}")) as port:
                url = f"postgresql://reader:{urllib.parse.quote(password, safe='')}@127.0.0.1:{port}/d"
                error = self.failure(password, lambda note: firstseen.run(source=url, tables="t", key="k", on_event=note))
            self.assertIsInstance(error, firstseen.AccessDeniedError)
            self.assertIn("no user with the password ***, I said ***", str(error))


class WrongCalls(Secrets):
    """Calls that fail before there is a job."""

    def test_are_reported_without_the_password(self):
        for password in PASSWORDS:
            url = f"postgresql://reader:{urllib.parse.quote(password, safe='')}@127.0.0.1:9/d"
            for call in [
                lambda note: firstseen.run(url),
                lambda note: firstseen.run(Path(url)),
                lambda note: firstseen.run({"source": url, "tables": "t"}),
                lambda note: firstseen.run(url.encode()),
                lambda note: firstseen.run(source=url.encode(), tables="t", key="k"),
                lambda note: firstseen.run(source=[url], tables="t", key="k"),
                lambda note: firstseen.run(source={url}, tables="t", key="k"),
                lambda note: firstseen.run(source=url + "\udcff", tables="t", key="k"),
                lambda note: firstseen.run(source=url, tables="t", key={"k"}),
                lambda note: firstseen.run(source=url, tables="t", key="k", kye="k"),
                lambda note: firstseen.run(source=url, tables="t", key="k", workers="all"),
                lambda note: firstseen.run(source=url, tables="t", key="k", json=True),
                lambda note: firstseen.run(source=url, tables="t", key="k", progress="sometimes"),
                lambda note: firstseen.run(source=url),
                lambda note: firstseen.run(sorce=url),
                lambda note: firstseen.run(tables=url, key="k"),
                lambda note: firstseen.run(format=url, source=url),
                lambda note: firstseen.run(workers=url, source=url),
                lambda note: firstseen.run(**{url: "source"}),
                lambda note: firstseen.run(**{url: {"source"}}),
                lambda note: firstseen.plan(url),
                lambda note: firstseen.plan(source=url, tables="t", key={"k"}),
            ]:
                self.assertIsInstance(self.failure(password, call), firstseen.UsageError)


class ACallback(Secrets):
    def test_that_raises_shows_no_options(self):
        source = sqlite("a.sqlite", "CREATE TABLE t (k TEXT)", "INSERT INTO t VALUES ('a')")

        def refuse(event):
            raise LookupError

        try:
            firstseen.run(source=source, tables="t", key="k", on_event=refuse)
        except LookupError as error:
            shown = traceback.TracebackException.from_exception(error, capture_locals=True)
        [called] = [frame for frame in shown.stack if frame.name == "run"]
        self.assertEqual((called.locals["request"], called.locals["options"], called.locals["job"]), ("<options>", "{}", "None"))
        self.assertNotIn(source, "".join(called.locals.values()))


class AnInterrupt(Secrets):
    def test_shows_no_password(self):
        password = PASSWORDS[1]
        with server(lambda connection: connection.recv(100) and connection.recv(100)) as port:
            process = start_python("""
                import sys, traceback
                import firstseen
                print("begun", flush=True)
                try:
                    firstseen.run(source=sys.argv[1], tables="t", key="k", connect_timeout_secs=60)
                except KeyboardInterrupt as error:
                    shown = traceback.TracebackException.from_exception(error, capture_locals=True)
                    print("".join(shown.format()))
                """, f"postgresql://reader:{urllib.parse.quote(password, safe='')}@127.0.0.1:{port}/d")
            self.addCleanup(process.kill)
            process.stdout.readline()
            _, printed = interrupted(process, 0.5)
        self.assertIn("KeyboardInterrupt", printed.output)
        self.assertIn("request = <options>", printed.output)
        self.assertNothingOf(password, [printed.output, printed.error])


if __name__ == "__main__":
    unittest.main()
