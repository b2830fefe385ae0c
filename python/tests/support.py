"""What the tests have in common: a folder of their own, databases, and other Python processes."""

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
import unittest
from pathlib import Path

import firstseen

ROOT = Path(__file__).resolve().parents[2]
# The folder that other processes find the package in.
PACKAGES = Path(firstseen.__file__).resolve().parents[1]

# A condition that takes SQLite minutes before it returns a row.
ENDLESS = "(WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 1000000000) SELECT max(x) FROM c) > 0"


class InFolder(unittest.TestCase):
    """A test in a new folder that is the current one, without the environment's sources and passwords."""

    def setUp(self):
        before = Path.cwd()
        self.folder = Path(tempfile.mkdtemp(prefix="firstseen-")).resolve()
        self.addCleanup(shutil.rmtree, self.folder)
        self.addCleanup(os.chdir, before)
        os.chdir(self.folder)
        for name in ["FIRSTSEEN_SOURCE", "FIRSTSEEN_PASSWORD"]:
            value = os.environ.pop(name, None)
            if value is not None:
                self.addCleanup(os.environ.__setitem__, name, value)

    def copy_sample(self):
        shutil.copytree(ROOT / "sample_data", "sample_data")

    def names(self):
        """The names of everything in the folder, hidden files included."""
        return sorted(os.listdir(self.folder))


class WithSample(InFolder):
    """A test in a folder that has the sample."""

    JOB = "sample_data/job.toml"

    def setUp(self):
        super().setUp()
        self.copy_sample()


def sqlite(name, *statements):
    """Makes a SQLite file, and returns its URL."""
    with contextlib.closing(sqlite3.connect(name)) as database:
        for statement in statements:
            database.executescript(statement)
        database.commit()
    return f"sqlite://{name}"


def run(**options):
    """A job that shows no progress."""
    return firstseen.run(progress="never", **options)


def python(code, *args, check=True, python_options=(), **environment):
    """Runs code in another Python process, in the current folder, and returns what it printed."""
    process = start_python(code, *args, python_options=python_options, **environment)
    try:
        output, error = process.communicate(timeout=120)
    except subprocess.TimeoutExpired:
        process.kill()
        output, error = process.communicate()
        raise AssertionError(f"it hangs\n{output}\n{error}") from None
    if check and process.returncode != 0:
        raise AssertionError(f"exit code {process.returncode}\n{output}\n{error}")
    return Printed(output, error, process.returncode)


class Printed:
    def __init__(self, output, error, code):
        self.output, self.error, self.code = output, error, code


def start_python(code, *args, python_options=(), pass_fds=(), **environment):
    command = [sys.executable, "-B", *python_options, "-c", textwrap.dedent(code), *args]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.PIPE}
    return subprocess.Popen(command, text=True, env=child_environment(**environment), pass_fds=pass_fds, **pipes)


def child_environment(**environment):
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("FIRSTSEEN_")}
    return {**inherited, "PYTHONPATH": str(PACKAGES), "PYTHONIOENCODING": "utf-8", **environment}


def interrupted(process, delay=0.0):
    """Sends SIGINT, and returns how long the process then took to end, with what it printed."""
    time.sleep(delay)
    begun = time.monotonic()
    process.send_signal(signal.SIGINT)
    try:
        output, error = process.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        output, error = process.communicate()
    return time.monotonic() - begun, Printed(output, error, process.returncode)


def threads():
    """The names of this process's threads, also of those that Python doesn't know."""
    names = []
    for task in os.listdir("/proc/self/task"):
        with contextlib.suppress(FileNotFoundError):
            names.append(Path(f"/proc/self/task/{task}/comm").read_text().strip())
    return sorted(names)


def eventually(condition, seconds=10.0):
    """Whether the condition becomes true within this time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def in_thread(work):
    """Starts work in a thread. Call the result to wait for it: it returns or raises what work did."""
    done = []

    def run_it():
        try:
            done.append((work(), None))
        except BaseException as error:
            done.append((None, error))

    thread = threading.Thread(target=run_it, daemon=True)
    thread.start()

    def result():
        thread.join(timeout=120)
        if not done:
            raise AssertionError("the thread hangs")
        value, error = done[0]
        if error is not None:
            raise error
        return value

    return result
