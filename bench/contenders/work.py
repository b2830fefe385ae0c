"""What is passed to every Python contender, and what it must print at its end."""

import json
import os
import sys
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from job import BATCH_ROWS, COLUMNS, KEY, TABLES  # noqa: E402, F401

HOST = os.environ["BENCH_HOST"]
PORT = int(os.environ["BENCH_PORT"])
USER = os.environ["BENCH_USER"]
PASSWORD = os.environ["BENCH_PASSWORD"]
DATABASE = os.environ["BENCH_DATABASE"]
WORKERS = int(os.environ["BENCH_WORKERS"])


def folder():
    """The fresh folder for the batch files, which is the first argument."""
    return Path(sys.argv[1])


def query(table):
    """The query for one table's rows, in the order in which the server has them."""
    return f"SELECT {', '.join(COLUMNS)} FROM {table}"


def batch_path(first, rows, ending=""):
    """The path of a batch file, named after its first and last row, counted from 1."""
    return folder() / f"person-{first:07}-{first + rows - 1:07}{ending}"


def tell(rows, distinct, packages):
    """Prints what was found, and with which versions."""
    files = len(list(folder().iterdir()))
    versions = [f"{package} {version(package)}" for package in packages]
    print(json.dumps({"rows": rows, "distinct": distinct, "files": files, "versions": versions}))
