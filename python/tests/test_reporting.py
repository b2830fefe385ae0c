"""Warnings, the log, and progress."""

import contextlib
import fcntl
import io
import logging
import os
import pty
import select
import struct
import sys
import termios
import types
import unittest
import warnings
from pathlib import Path

import firstseen
from firstseen import events

from tests.support import WithSample, python, start_python

# Leads to a warning: nothing is written, so there is nothing to replace.
WARNED = {"count_only": True, "force": True}


class Warnings(WithSample):
    def test_are_python_warnings_at_the_line_that_called(self):
        for call in [firstseen.run, firstseen.plan]:
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                call(self.JOB, **WARNED)
            [warning] = caught
            self.assertIs(warning.category, firstseen.FirstseenWarning)
            self.assertTrue(issubclass(warning.category, UserWarning))
            self.assertIn("--force has no effect", str(warning.message))
            self.assertEqual(warning.filename, __file__)

    def test_are_events_too_and_not_in_the_log(self):
        seen = []
        with warnings.catch_warnings(), self.assertLogs("firstseen") as logged:
            warnings.simplefilter("ignore")
            firstseen.run(self.JOB, **WARNED, on_event=seen.append, progress="never")
        self.assertEqual([event.message for event in seen if isinstance(event, events.Warned)],
                         ["--force has no effect with --count-only: nothing is written"])
        self.assertNotIn("--force", "\n".join(logged.output))

    def test_that_are_errors_end_the_job_and_leave_nothing(self):
        Path(".batches.firstseen").mkdir()
        Path(".batches.firstseen/lock").touch()
        with warnings.catch_warnings():
            warnings.simplefilter("error", firstseen.FirstseenWarning)
            with self.assertRaisesRegex(firstseen.FirstseenWarning, "earlier run was interrupted"):
                firstseen.run(self.JOB, progress="never")
        self.assertEqual(self.names(), ["sample_data"])

    def test_are_seldom(self):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            firstseen.run(self.JOB, progress="never")
            firstseen.plan(self.JOB)
            firstseen.verify("batches")
            firstseen.open("batches").to_arrow()


class TheLog(WithSample):
    def test_goes_to_the_logger_firstseen_at_level_info(self):
        with self.assertLogs("firstseen", logging.DEBUG) as logged:
            firstseen.run(self.JOB, progress="never")
        lines = [record.getMessage() for record in logged.records]
        self.assertEqual({(record.name, record.levelno) for record in logged.records}, {("firstseen", logging.INFO)})
        self.assertRegex(lines[0], "^reading 13 units with [12]")
        self.assertIn("total: 90,580 rows, 10,014 new, 2 batch files", lines)
        self.assertEqual(lines[-1], f"published {self.folder}/batches")

    def test_is_silent_unless_asked_for(self):
        printed = python("""
            import firstseen
            firstseen.run("sample_data/job.toml")
            """)
        self.assertEqual((printed.output, printed.error), ("", ""))
        printed = python("""
            import logging
            import firstseen
            logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
            firstseen.run("sample_data/job.toml", force=True)
            """)
        self.assertIn("firstseen: reading 13 units", printed.error)

    def test_shows_a_percent_sign_as_it_is(self):
        with self.assertLogs("firstseen") as logged:
            firstseen.run(self.JOB, where="ID_SEX <> '%s %d'", count_only=True, progress="never")
        self.assertIn("<> '%s %d'", "\n".join(logged.output))


class ProgressBars(WithSample):
    def shown(self, progress):
        with contextlib.redirect_stderr(io.StringIO()) as error:
            firstseen.run(self.JOB, progress=progress, force=True)
        return error.getvalue()

    def test_are_those_of_tqdm(self):
        for progress in ["always", True]:
            shown = self.shown(progress)
            self.assertRegex(shown, r"reading: .* rows")
            self.assertRegex(shown, r"writing: .* files")
            # Nothing is left on the screen.
            self.assertEqual(shown.rsplit("\r", 1)[1], "")

    def test_are_shown_only_if_somebody_looks(self):
        for progress in ["never", False, "auto"]:
            self.assertEqual(self.shown(progress), "")

    def test_are_shown_in_a_notebook(self):
        sys.modules["ipykernel"] = types.ModuleType("ipykernel")
        self.addCleanup(sys.modules.pop, "ipykernel")
        self.assertIn("reading", self.shown("auto"))

    def test_are_shown_on_a_terminal(self):
        for blocked in [(), ("tqdm",)]:
            ours, theirs = pty.openpty()
            # tqdm shows nothing on a terminal without columns.
            fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
            process = start_python(f"""
                import os, sys
                sys.modules.update(dict.fromkeys({blocked}))
                sys.stderr = open({theirs}, "w")
                import firstseen
                firstseen.run("sample_data/job.toml", force=True)
                """, pass_fds=[theirs])
            _, error = process.communicate(timeout=60)
            self.assertEqual((process.returncode, error), (0, ""))
            self.assertTrue(select.select([ours], [], [], 0)[0], blocked)
            self.assertIn(b"reading", os.read(ours, 10_000))
            os.close(theirs)
            os.close(ours)

    def test_without_tqdm_are_a_line_of_text(self):
        printed = python("""
            import sys
            sys.modules["tqdm"] = None
            import firstseen
            firstseen.run("sample_data/job.toml", progress="always")
            """)
        # Python reads a carriage return as the end of a line.
        self.assertTrue(printed.error.startswith("firstseen: reading\n"), printed.error)
        self.assertRegex(printed.error, r"\nfirstseen: read [\d,]+ rows, at most [\d,]+ new ")
        self.assertTrue(printed.error.endswith("\n\x1b[K"))

    def test_end_when_the_job_fails(self):
        def refuse(event):
            if isinstance(event, events.UnitStarted):
                raise LookupError

        with contextlib.redirect_stderr(io.StringIO()) as error, self.assertRaises(LookupError):
            firstseen.run(self.JOB, on_event=refuse, progress="always")
        self.assertIn("reading", error.getvalue())
        self.assertEqual(error.getvalue().rsplit("\r", 1)[1], "")

    def test_work_without_standard_error(self):
        for blocked in [(), ("tqdm",)]:
            printed = python(f"""
                import sys
                sys.modules.update(dict.fromkeys({blocked}))
                sys.stderr = None
                import firstseen
                firstseen.run("sample_data/job.toml", count_only=True)
                firstseen.run("sample_data/job.toml", count_only=True, progress="always")
                """)
            self.assertEqual(printed.output, "")


if __name__ == "__main__":
    unittest.main()
