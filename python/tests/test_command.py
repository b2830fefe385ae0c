"""The command: `python -m firstseen` is what `firstseen` runs."""

import json
import signal
import subprocess
import sys
import unittest
from pathlib import Path

import firstseen

from tests.support import ENDLESS, ROOT, WithSample, child_environment, interrupted


class TheCommand(WithSample):
    def start(self, *args):
        command = [sys.executable, "-B", "-m", "firstseen", *args]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(command, text=True, env=child_environment(), **pipes)

    def ran(self, code, *args):
        process = self.start(*args)
        output, error = process.communicate(timeout=120)
        self.assertEqual(process.returncode, code, error)
        return output, error

    def test_runs_and_verifies_a_job(self):
        output, error = self.ran(0, "run", self.JOB, "--quiet")
        self.assertIn("total      90,580       10,014      80,566", output)
        self.assertEqual(error, "")
        output, _ = self.ran(0, "verify", "batches")
        self.assertTrue(output.startswith("batches matches its manifest: 2 files, 10014 rows"))
        self.assertEqual(firstseen.verify("batches").rows, 10014)

    def test_exits_with_the_codes_of_the_documentation(self):
        self.ran(0, "--version")
        self.ran(2, "run", "--wrong")
        self.ran(2, "run", self.JOB, "--workers", "0")
        self.ran(3, "run", self.JOB, "--source", "sqlite://missing.sqlite")
        self.ran(4, "run", self.JOB, "--tables", "NONE")
        self.ran(4, "verify", "nowhere")
        self.ran(5, "run", self.JOB, "--out", "no/where")
        self.ran(0, "run", self.JOB)
        self.ran(6, "run", self.JOB)

    def test_calls_itself_firstseen(self):
        _, error = self.ran(2, "run", "--wrong")
        self.assertIn("Usage: firstseen run", error)
        _, error = self.ran(4, "verify", "nowhere")
        self.assertTrue(error.startswith("firstseen: "))

    def test_has_the_version_of_the_package(self):
        output, _ = self.ran(0, "--version")
        self.assertIn(firstseen.__version__, output)
        self.assertIn(f'version = "{firstseen.__version__}"', (ROOT / "Cargo.toml").read_text())

    def test_ends_by_signals_within_two_seconds(self):
        for number, code in [(signal.SIGINT, 130), (signal.SIGTERM, 143)]:
            process = self.start("run", self.JOB, "--where", ENDLESS, "--log-format", "json")
            for line in process.stderr:
                if json.loads(line)["event"] == "unit_started":
                    break
            if number == signal.SIGINT:
                seconds, printed = interrupted(process)
                self.assertLess(seconds, 2)
                self.assertNotIn("Traceback", printed.error)
            else:
                process.send_signal(number)
                process.communicate(timeout=60)
            self.assertEqual(process.returncode, code)
            self.assertEqual(self.names(), ["sample_data"])

    def test_takes_arguments_that_are_not_text(self):
        command = [sys.executable.encode(), b"-m", b"firstseen", b"run", self.JOB.encode(), b"--out", b"\xff", b"--quiet"]
        subprocess.run(command, env=child_environment(), check=True, capture_output=True)
        self.assertIn("\udcff", self.names())

    def test_is_found_by_installers(self):
        project = (ROOT / "pyproject.toml").read_text()
        self.assertIn('[project.scripts]\nfirstseen = "firstseen.__main__:main"', project)
        from firstseen.__main__ import main

        self.assertTrue(callable(main))

    def test_ends_quietly_if_nobody_reads(self):
        process = self.start("run", "--help")
        process.stdout.close()
        _, error = process.communicate(timeout=60)
        self.assertNotIn("Traceback", error)
        self.assertNotIn("panicked", error)


if __name__ == "__main__":
    unittest.main()
