"""Flags and environment variables, checked."""

import argparse
import os
from dataclasses import dataclass
from pathlib import Path

from machine import cores
from source import DATABASES
from stop import Stop
from ways import WAYS, WIDE_WAYS

PARTS = ["drains", "contenders", "scaling", "promises", "wide"]
SURVIVORS = [1, 20, 60, 95]

DESCRIPTION = """Measures the full-size job against raw drains of the same rows and against other tools, and prints Markdown
tables. Tables, plots and raw numbers are written to BENCH_DIR/results; with --save, to the repository.
BENCH_DIR: work folder (15 GB at scale 1, and 3 GB more for `wide`).
BENCH_VENV: the other tools' Python environment, made by `tests/prepare.sh bench`.
BENCH_MARIADB_URL, BENCH_POSTGRES_URL, BENCH_SQLITE_URL: databases to use instead of private ones (not for
`scaling` and `wide`), over the transport that the URL names: a socket, sslmode=disable or sslmode=require."""


@dataclass(frozen=True)
class Options:
    """What to measure, and how."""

    parts: list[str]
    pairs: int
    slow_pairs: int
    scale: float
    databases: list[str]
    ways: list[str]
    wide_ways: list[str]
    survivors: list[float]
    workers: int
    firstseen: str
    beside: list[tuple[str, str]]
    python: Path
    folder: Path
    save: bool


def parsed():
    """The options of the command line."""
    given = _parser().parse_args()
    for binary in (given.firstseen, *(path for _, path in given.beside)):
        if not binary.is_file():
            raise Stop(f"{binary} doesn't exist: `make bench` builds it")
    return Options(
        parts=given.only,
        pairs=given.pairs,
        slow_pairs=min(given.slow_pairs, given.pairs),
        scale=given.scale,
        databases=given.databases,
        ways=given.ways,
        wide_ways=given.wide_ways,
        survivors=given.survivors,
        workers=given.workers,
        firstseen=str(given.firstseen.resolve()),
        beside=[(f"firstseen, {name}", str(path.resolve())) for name, path in given.beside],
        python=Path(os.environ.get("BENCH_VENV") or _user_cache() / "bench-venv").resolve() / "bin" / "python",
        folder=_folder(),
        save=given.save,
    )


def _parser():
    parser = argparse.ArgumentParser(description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--only", type=_names(PARTS), default=PARTS, metavar="PART,…", help=f"which parts to measure [{','.join(PARTS)}]")
    add("--pairs", type=_above_zero(int), default=5, metavar="N", help="measured rounds after the warm-up [5]")
    add("--slow-pairs", type=_above_zero(int), default=2, metavar="N", help="measured rounds for clients that take over 20 seconds [2]")
    add("--scale", type=_above_zero(float), default=1, metavar="S", help="size of the tables [1: 15,096,590 rows, or 2,000,000 wide ones]")
    databases = f"databases for the drains, the promises and the wide tables [{','.join(DATABASES)}]"
    add("--databases", type=_names(DATABASES), default=DATABASES, metavar="NAME,…", help=databases)
    ways = f"transports to a private server, for the drains; the other parts except `wide` use plain TCP [{','.join(WAYS)}]"
    add("--ways", type=_names(WAYS), default=WAYS, metavar="WAY,…", help=ways)
    wide_ways = f"transports for the wide tables [{','.join(WIDE_WAYS)}]"
    add("--wide-ways", type=_names(WIDE_WAYS), default=WIDE_WAYS, metavar="WAY,…", help=wide_ways)
    survivors = f"percentages of the wide tables' rows that have a new key [{','.join(map(str, SURVIVORS))}]"
    add("--survivors", type=_percentages, default=SURVIVORS, metavar="P,…", help=survivors)
    add("--workers", type=_above_zero(int), default=cores(), metavar="N", help="connections [number of cores]")
    add("--firstseen", type=Path, default=_built(), metavar="PATH", help="the binary [the release build]")
    beside = "another firstseen binary to measure with the drains, the promises and the wide tables; can be repeated"
    add("--beside", type=_named_path, action="append", default=[], metavar="NAME=PATH", help=beside)
    add("--save", action="store_true", help="write bench/results/ and the figures in the documentation")
    return parser


def _names(known):
    """A parser for a list of `known` names, separated by commas."""

    def names(text):
        found = text.split(",")
        if set(found) <= set(known):
            return [name for name in known if name in found]
        raise argparse.ArgumentTypeError(f"choose from {', '.join(known)}")

    return names


def _percentages(text):
    found = [float(percent) for percent in text.split(",")]
    if all(0 < percent <= 100 for percent in found):
        return found
    raise argparse.ArgumentTypeError("must be above 0 and at most 100")


def _named_path(text):
    name, equals, path = text.partition("=")
    if name and equals and path:
        return name, Path(path)
    raise argparse.ArgumentTypeError("must be NAME=PATH")


def _above_zero(kind):
    def number(text):
        value = kind(text)
        if value > 0:
            return value
        raise argparse.ArgumentTypeError("must be above 0")

    number.__name__ = kind.__name__  # argparse names it if the text isn't a number
    return number


def _user_cache():
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "firstseen"


def _folder():
    """The work folder, in the user's cache. Servers can't reach root's, since they run as another user, so root uses /var/cache."""
    cache = Path("/var/cache/firstseen") if os.geteuid() == 0 else _user_cache()
    folder = Path(os.environ.get("BENCH_DIR") or cache / "bench").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _built():
    target = os.environ.get("CARGO_TARGET_DIR") or _user_cache() / "target"
    return Path(target) / "release" / "firstseen"
