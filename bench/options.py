"""Flags and environment, checked."""

import argparse
import os
from dataclasses import dataclass
from pathlib import Path

from machine import cores
from source import DATABASES
from stop import Stop

DESCRIPTION = """Measures the full-size job against raw drains of the same rows, and prints a Markdown table.
BENCH_DIR: work folder (3 GB a database at scale 1).
BENCH_MARIADB_URL, BENCH_POSTGRES_URL, BENCH_SQLITE_URL: databases to take instead of private ones."""


@dataclass(frozen=True)
class Options:
    """What to measure, with what, where."""

    pairs: int
    scale: float
    databases: list[str]
    workers: int
    firstseen: str
    folder: Path
    save: Path | None


def parsed():
    """The options of the command line."""
    parser = argparse.ArgumentParser(description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=5, metavar="N", help="measured rounds after the warm-up [5]")
    parser.add_argument("--scale", type=float, default=1, metavar="S", help="size of the tables [1: 15,096,590 rows]")
    parser.add_argument("--databases", default=",".join(DATABASES), metavar="NAME,…", help=f"[{','.join(DATABASES)}]")
    parser.add_argument("--workers", type=int, default=cores(), metavar="N", help="connections [the cores]")
    parser.add_argument("--firstseen", type=Path, default=_built(), metavar="PATH", help="binary [make's release build]")
    parser.add_argument("--save", type=Path, metavar="FILE", help="write the result there, too")
    given = parser.parse_args()
    unknown = set(given.databases.split(",")) - set(DATABASES)
    if unknown or given.pairs < 1 or given.workers < 1 or given.scale <= 0:
        parser.error(f"--databases are {', '.join(DATABASES)}; numbers are above 0")
    if not given.firstseen.is_file():
        raise Stop(f"{given.firstseen} is not there: `make bench` builds it")
    return Options(
        pairs=given.pairs,
        scale=given.scale,
        databases=given.databases.split(","),
        workers=given.workers,
        firstseen=str(given.firstseen.resolve()),
        folder=_folder(),
        save=given.save,
    )


def _cache():
    """The user's cache. Root's is closed to the user that servers run as, so root takes the system's."""
    if os.geteuid() == 0:
        return Path("/var/cache/firstseen")
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "firstseen"


def _folder():
    folder = Path(os.environ.get("BENCH_DIR") or _cache() / "bench").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _built():
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    target = os.environ.get("CARGO_TARGET_DIR") or cache / "firstseen" / "target"
    return Path(target) / "release" / "firstseen"
