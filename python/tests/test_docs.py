"""The code of docs/python.md, docs/schedulers.md and the README runs as written, and does what the pages say."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

import firstseen

from tests.support import ROOT, InFolder, child_environment, in_thread, run, sqlite

PAGES = ["README.md", "docs/python.md", "docs/schedulers.md"]


def blocks(page, language):
    text = (ROOT / page).read_text()
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


class InExampleFolder(InFolder):
    """A test in a folder like the one in which the repository's tests run the documentation."""

    def setUp(self):
        super().setUp()
        self.copy_sample()
        for name in ["job.toml", "lhid2005.sqlite"]:
            shutil.copy(ROOT / "sample_data" / name, name)
        shutil.copy(ROOT / "sample_data" / "job.toml", "person.toml")
        firstseen.run("job.toml", progress="never")


class PythonBlocks(InExampleFolder):
    def test_run_and_print_something(self):
        count = 0
        for page in PAGES:
            for block in blocks(page, "python"):
                ran = subprocess.run(
                    [sys.executable, "-B", "-c", block], env=child_environment(), capture_output=True, text=True, timeout=120
                )
                self.assertEqual(ran.returncode, 0, f"{page}\n{block}\n{ran.stderr}")
                self.assertTrue(ran.stdout, f"{page}\n{block}")
                count += 1
        self.assertGreater(count, 10)

    def test_print_what_the_page_shows(self):
        page = (ROOT / "docs/python.md").read_text()
        shown = re.findall(r"^```python\n([^`]*)^```\n\n```text\n([^`]*)^```$", page, re.MULTILINE)
        self.assertEqual(len(shown), 2)
        for code, text in shown:
            ran = subprocess.run([sys.executable, "-B", "-c", code], env=child_environment(), capture_output=True, text=True)
            # Times, sizes of memory and folders differ; … stands for more lines.
            found = {re.sub(r"[\d,.]+ (seconds|rows/s|MB)|/\S+", "", line) for line in ran.stdout.splitlines()}
            for line in text.splitlines():
                expected = re.sub(r"[\d,.]+ (seconds|rows/s|MB)|/\S+", "", line)
                self.assertTrue(line == "…" or expected in found, f"{line}\n{ran.stdout}")

    def test_are_written_in_plain_python(self):
        for page in PAGES:
            for block in blocks(page, "python"):
                ast.parse(block, feature_version=(3, 9))


class TheFunctionForSchedulers(InExampleFolder):
    def setUp(self):
        super().setUp()
        [block] = [block for block in blocks("docs/schedulers.md", "python") if "def person_batches" in block]
        namespace = {"__name__": "persons"}
        exec(compile(block, "docs/schedulers.md", "exec"), namespace)
        self.person_batches = namespace["person_batches"]

    def test_returns_plain_data(self):
        found = self.person_batches("person.toml", "batches")
        self.assertEqual(json.loads(json.dumps(found)), found)
        manifest = json.loads(Path("batches.manifest.json").read_text())
        self.assertEqual(found["run_id"], manifest["run_id"])
        self.assertEqual((found["rows_read"], found["new"], found["duplicates"]), (90580, 10014, 80566))
        self.assertEqual(found["new_by_table"]["ID2000"], 9364)
        self.assertEqual(found["folder"], str(self.folder / "batches"))
        self.assertEqual([Path(name).name for name in found["files"]], [file["name"] for file in manifest["files"]])
        self.assertTrue(all(Path(name).is_file() for name in found["files"]))

    def test_tries_again_if_that_can_help(self):
        job = Path("later.toml")
        job.write_text(Path("person.toml").read_text().replace("lhid2005", "later"))
        done = in_thread(lambda: self.person_batches(job, "later", attempts=100, pause_secs=0.05))
        shutil.copy("lhid2005.sqlite", "later.part")
        os.rename("later.part", "later.sqlite")
        self.assertEqual(done()["new"], 10014)

    def test_gives_up_after_its_attempts(self):
        Path("lhid2005.sqlite").unlink()
        with self.assertRaises(firstseen.UnreachableError):
            self.person_batches("person.toml", "batches", attempts=2, pause_secs=0)
        # The earlier result is still there.
        self.assertEqual(firstseen.verify("batches").rows, 10014)

    def test_does_not_try_again_if_that_can_not_help(self):
        source = sqlite("null.sqlite", "CREATE TABLE t (k TEXT)", "INSERT INTO t VALUES (NULL)")
        Path("null.toml").write_text(f'source = "{source}"\ntables = "t"\nkey = "k"\n')
        with self.assertRaises(firstseen.ValueFitError):
            # It would wait for longer than this test runs.
            self.person_batches("null.toml", "null", pause_secs=100_000)

    def test_is_an_airflow_task_with_a_few_lines(self):
        [block] = [block for block in blocks("docs/schedulers.md", "text") if "AirflowFailException" in block]

        class AirflowFailException(Exception):
            pass

        def task(function):
            lines = "".join(f"    {line}\n" for line in block.splitlines())
            namespace = {"person_batches": function, "firstseen": firstseen, "AirflowFailException": AirflowFailException}
            exec(f"def task():\n{lines}", namespace)
            return namespace["task"]

        def fails(error):
            def function(*_, attempts):
                self.assertEqual(attempts, 1)
                raise error

            return function

        with self.assertRaises(firstseen.UnreachableError):
            task(fails(firstseen.UnreachableError("x")))()
        with self.assertRaises(AirflowFailException):
            task(fails(firstseen.SchemaError("x")))()


class ShellBlocks(InExampleFolder):
    """The loops of docs/schedulers.md, with a next stage that writes down what it gets."""

    def setUp(self):
        super().setUp()
        Path("bin").mkdir()
        Path("bin/firstseen").write_text(f'#!/bin/sh\nexec {sys.executable} -B -m firstseen "$@"\n')
        Path("next-stage").write_text('#!/bin/sh\necho "$1" >> seen\n')
        # Waiting takes no time.
        Path("bin/sleep").write_text('#!/bin/sh\necho "$1" >> pauses\n')
        for path in ["bin/firstseen", "bin/sleep", "next-stage"]:
            os.chmod(path, 0o755)
        self.loop, self.parallel = self.block("for batch in"), self.block("xargs")

    def block(self, part):
        [found] = [block for block in blocks("docs/schedulers.md", "sh") if part in block]
        return found

    def sh(self, script, code=0):
        environment = child_environment(PATH=f"{self.folder}/bin:{os.environ['PATH']}")
        ran = subprocess.run(["sh", "-c", script], env=environment, capture_output=True, text=True, timeout=120)
        self.assertEqual(ran.returncode, code, ran.stderr)
        return ran

    def seen(self):
        return Path("seen").read_text().splitlines() if Path("seen").exists() else []

    def test_hand_on_each_batch_in_order(self):
        run(source="sqlite://lhid2005.sqlite", tables="ID2000", key="HASHIDV", batch_rows=1000, force=True)
        expected = [f"batches/{path.name}" for path in firstseen.open("batches").batches]
        self.assertEqual(len(expected), 10)
        self.sh(self.loop)
        self.assertEqual(self.seen(), expected)
        Path("seen").unlink()
        self.sh(self.parallel)
        self.assertEqual(sorted(self.seen()), expected)

    def test_do_nothing_without_rows(self):
        firstseen.run("job.toml", where="0", force=True, progress="never")
        self.sh(self.loop)
        self.sh(self.parallel)
        self.assertEqual(self.seen(), [])

    def test_stop_at_a_stage_that_fails(self):
        Path("next-stage").write_text('#!/bin/sh\necho "$1" >> seen\nexit 3\n')
        self.sh(self.loop, 3)
        self.assertEqual(len(self.seen()), 1)

    def test_try_again_if_that_can_help(self):
        script = self.block("for pause in")
        self.sh(script)
        self.assertFalse(Path("pauses").exists())
        Path("lhid2005.sqlite").rename("away")
        ran = self.sh(script, 3)
        self.assertEqual(Path("pauses").read_text().split(), ["60", "300", "900"])
        self.assertEqual(ran.stderr.count('"event":"failed"'), 4)
        Path("pauses").unlink()
        Path("away").rename("lhid2005.sqlite")
        Path("person.toml").write_text(Path("person.toml").read_text().replace("HASHIDV", "NONE"))
        self.sh(script, 4)
        self.assertFalse(Path("pauses").exists())


class TheMakefile(InExampleFolder):
    def test_runs_the_job_once_and_after_a_change(self):
        [rules] = blocks("docs/schedulers.md", "make")
        Path("Makefile").write_text(rules)
        Path("report.py").write_text('#!/bin/sh\nls "$1"\n')
        os.chmod("report.py", 0o755)
        Path("bin").mkdir()
        Path("bin/firstseen").write_text(f'#!/bin/sh\nexec {sys.executable} -B -m firstseen "$@"\n')
        os.chmod("bin/firstseen", 0o755)
        Path("batches.manifest.json").unlink()
        shutil.rmtree("batches")
        self.assertIn("firstseen run", self.make(0))
        self.assertEqual(len(Path("report.html").read_text().splitlines()), 2)
        self.assertIn("up to date", self.make(0))
        later = Path("batches.manifest.json").stat().st_mtime + 10
        Path("person.toml").write_text(Path("person.toml").read_text() + 'null_keys = "wrong"\n')
        os.utime("person.toml", (later, later))
        before = Path("report.html").read_text()
        self.make(2)
        self.assertEqual(Path("report.html").read_text(), before)
        self.assertEqual(firstseen.verify("batches").rows, 10014)

    def make(self, code):
        environment = child_environment(PATH=f"{self.folder}/bin:{os.environ['PATH']}")
        ran = subprocess.run(["make", "report.html"], env=environment, capture_output=True, text=True, timeout=120)
        self.assertEqual(ran.returncode, code, ran.stderr)
        return ran.stdout


class ThePage(unittest.TestCase):
    """docs/python.md names everything that the package has."""

    def setUp(self):
        self.text = (ROOT / "docs/python.md").read_text()

    def test_names_every_exception_with_its_exit_code(self):
        for name in firstseen.__all__:
            kind = getattr(firstseen, name)
            if isinstance(kind, type) and issubclass(kind, firstseen.Error) and kind is not firstseen.Error:
                [line] = [line for line in self.text.splitlines() if re.match(rf"\| (– )?`{name}` \|", line)]
                _, _, _, code, retryable, _ = [cell.strip() for cell in line.split("|")]
                self.assertEqual(int(code), kind.exit_code, line)
                if retryable:
                    self.assertEqual(retryable == "yes", kind.retryable, line)

    def test_names_every_event_and_method(self):
        for kind in [*firstseen.events._CLASSES.values(), firstseen.events.Other]:
            self.assertIn(f"`{kind.__name__}`", self.text)
        for name in vars(firstseen.Result):
            if not name.startswith("_"):
                self.assertIn(f"`result.{name}", self.text)


if __name__ == "__main__":
    unittest.main()
