"""What is passed to every Python contender, and what it must print at its end."""

import json
import os
import sys
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from job import BATCH_ROWS, JOBS  # noqa: E402, F401

JOB = JOBS[os.environ["BENCH_JOB"]]
TABLES, COLUMNS, KEY = JOB.tables, JOB.columns, JOB.key

# The server, with one part of the URL in each; without a host if it is a file.
HOST = os.environ.get("BENCH_HOST")
PORT = int(os.environ["BENCH_PORT"])
USER = os.environ["BENCH_USER"]
PASSWORD = os.environ["BENCH_PASSWORD"]
DATABASE = os.environ["BENCH_DATABASE"]
URL = os.environ["BENCH_URL"]
WORKERS = int(os.environ["BENCH_WORKERS"])


def folder():
    """The fresh folder for the batch files, which is the first argument."""
    return Path(sys.argv[1])


def query(table):
    """The query for one table's rows, in the order in which the server has them."""
    quote = os.environ["BENCH_QUOTE"]
    return f"SELECT {JOB.selected(quote)} FROM {quote}{table}{quote}"


def batch_path(first, rows, ending=""):
    """The path of a batch file, named after its first and last row, counted from 1."""
    return folder() / f"person-{first:07}-{first + rows - 1:07}{ending}"


def tell(rows, distinct, packages):
    """Prints what was found, and with which versions."""
    files = len(list(folder().iterdir()))
    versions = [f"{package} {version(package)}" for package in packages]
    print(json.dumps({"rows": rows, "distinct": distinct, "files": files, "versions": versions}))
