"""The contenders: each reads all tables of a source once, and reports what it found.

`command` makes a fresh output folder and returns the command line and its environment; `found` reads what the command printed.
To add a tool that can be run from a script, add a line to `SCRIPTS` and a file in `contenders/`: see README.md in this folder.
"""

import json
import re
import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

import drain
import source
import ways
from stop import NO_PYTHON, NotRun

FOLDER = Path(__file__).parent / "contenders"


@dataclass(frozen=True)
class Found:
    """What a contender reports about its result; None if it doesn't know.

    `peak_bytes` is reported by contenders that need less memory than this process, since `measured` can't see it then.
    """

    rows: int
    distinct: int | None = None
    files: int | None = None
    peak_bytes: int | None = None
    versions: tuple[str, ...] = ()


class RawDrain:
    """The database's own C client: reads every row and keeps nothing."""

    name = "raw drain"
    files = "none"
    several = False
    first_seen = None
    batches = None

    def __init__(self, source, options, folder):
        self._program = drain.compiled(source.database, folder)
        self._source, self._workers = source, options.workers

    def command(self):
        words = drain.command(self._program, self._source, self._workers)
        return words, drain.environment(self._source)

    def found(self, printed):
        said = json.loads(printed)
        version = f"{self._source.database} {said['server']}"
        return Found(rows=said["rows"], peak_bytes=said["peak_bytes"], versions=(version,))


class FirstSeenRun:
    """`firstseen run` with its defaults: Parquet, checksums, files synced and published in a fresh folder."""

    name = "firstseen"
    files = "parquet, synced, checksums"
    several = False
    first_seen = True
    more_flags = ()

    def __init__(self, source, options, folder):
        self._program, self._source, self._workers = options.firstseen, source, options.workers
        self._folder = folder / "published"
        self.batches = self._folder / "batches"

    def command(self):
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir()
        job = ["--tables", self._source.job.table_range, "--key", self._source.job.key]
        flags = ["--workers", str(self._workers), *self.more_flags]
        words = [self._program, "run", *job, *flags, "--out", str(self.batches), "--json"]
        return words, source.environment(self._source.url)

    def found(self, printed):
        manifest = json.loads(printed)
        totals, versions = manifest["totals"], manifest["versions"]
        return Found(
            rows=totals["rows_read"],
            distinct=totals["new"],
            files=len(manifest["files"]),
            versions=(f"firstseen {versions['firstseen']}",),
        )


class FirstSeenByConnectorX(FirstSeenRun):
    """The same, but rows are read by ConnectorX's own source."""

    name = "firstseen --extractor connectorx"
    more_flags = ("--extractor", "connectorx")


class FirstSeenWithoutSnapshot(FirstSeenRun):
    """Each table as it is when it is read."""

    name = "firstseen --snapshot off"
    more_flags = ("--snapshot", "off")


class FirstSeenBehindLock(FirstSeenRun):
    """One consistent snapshot of all tables, with a brief lock if it can't be verified otherwise."""

    name = "firstseen --snapshot require"
    more_flags = ("--snapshot", "require")


class FirstSeenUnsynced(FirstSeenRun):
    """With an `fsync` that does nothing."""

    name = "firstseen, without fsync"
    files = "parquet, checksums"

    def __init__(self, source, options, folder):
        super().__init__(source, options, folder)
        self._shim = drain.unsynced(folder)

    def command(self):
        words, environment = super().command()
        return words, environment | {"LD_PRELOAD": str(self._shim)}


@dataclass(frozen=True)
class Variant:
    """firstseen with other flags."""

    name: str
    flags: tuple[str, ...]
    files = FirstSeenRun.files
    first_seen = True

    def __call__(self, source, options, folder):
        return VariantRun(self, source, options, folder)

    def is_known(self, help_text):
        """Whether the help of `firstseen run` has all its flags."""
        known = set(re.findall(r"--[a-z][a-z-]*", help_text))
        return {flag for flag in self.flags if flag.startswith("--")} <= known


class VariantRun(FirstSeenRun):
    """A variant, ready to start."""

    def __init__(self, variant, source, options, folder):
        super().__init__(source, options, folder)
        self.name, self.more_flags = variant.name, variant.flags


@dataclass(frozen=True)
class Beside:
    """Another firstseen binary, given by `--beside`."""

    name: str
    program: str
    files = FirstSeenRun.files
    first_seen = True

    def __call__(self, source, options, folder):
        run = FirstSeenRun(source, replace(options, firstseen=self.program), folder)
        run.name = self.name
        return run


@dataclass(frozen=True)
class Script:
    """A program in `contenders/`. It writes batch files to the folder that is passed to it.

    `first_seen`: whether it writes the first row of each key, in order; if so, this is checked. `several`: whether several
    processes do its work.
    """

    name: str
    program: str
    files: str
    first_seen: bool = True
    several: bool = False

    def __call__(self, source, options, folder):
        return ScriptRun(self, source, options, folder)


class ScriptRun:
    """A script, ready to start."""

    def __init__(self, script, source, options, folder):
        self.name, self.files = script.name, script.files
        self.first_seen, self.several = script.first_seen, script.several
        self._program, self._python = FOLDER / script.program, options.python
        if ways.CONNECTIONS[source.way] not in (ways.TCP, ways.FILE):
            raise NotRun(f"connects only over plain TCP, and the given URL uses {ways.NAMES[source.way]}")
        self._tables = source.job.tables
        self._environment = drain.mysql_environment(source.url, "BENCH") | {
            "BENCH_JOB": source.job.name,
            "BENCH_QUOTE": drain.quote(source.database),
            "BENCH_URL": _client_url(source),
            "BENCH_WORKERS": str(options.workers),
        }
        self.batches = folder / "batches"

    def command(self):
        if not self._python.is_file():
            raise NotRun(NO_PYTHON)
        shutil.rmtree(self.batches, ignore_errors=True)
        self.batches.mkdir()
        if self._program.suffix == ".sh":
            return ["bash", self._program, self.batches, *self._tables], self._environment
        return [self._python, "-B", self._program, self.batches], self._environment

    def found(self, printed):
        said = json.loads(printed)
        return Found(said["rows"], said["distinct"], said["files"], versions=tuple(said["versions"]))


def _client_url(source):
    """The URL for ConnectorX and ADBC.

    ConnectorX's MySQL client has no `sslmode`. From the same machine it would go on over the server's Unix socket, without being
    asked.
    """
    if source.database != "mariadb":
        return source.url
    return source.url.partition("?")[0] + "?prefer_socket=false"


# The first is the base of every ratio; the others' files are compared with those of the second.
DRAIN_AND_FIRSTSEEN = [RawDrain, FirstSeenRun]

CONNECTORX = Script("ConnectorX + Polars, Python", "connectorx_polars.py", "parquet")

SCRIPTS = [
    CONNECTORX,
    Script("DuckDB, mysql_scanner", "duckdb_scanner.py", "parquet"),
    Script("ClickHouse (chDB), mysql()", "chdb_mysql.py", "parquet"),
    Script("mariadb | awk | split", "awk.sh", "tab-separated text", several=True),
    Script("MySQLdb (Script 03)", "mysqldb.py", "pickle"),
    Script("MySQLdb, 4 processes (Script 10)", "mysqldb_pipe.py", "pickle", first_seen=False, several=True),
]

EVERYONE = [*DRAIN_AND_FIRSTSEEN, FirstSeenByConnectorX, *SCRIPTS]

# The first has all of them by default.
WITHOUT_PROMISES = [FirstSeenRun, FirstSeenWithoutSnapshot, FirstSeenBehindLock, FirstSeenUnsynced]


# Other ways to read wide rows. Those with flags that the binary doesn't have are left out.
VARIANTS = [Variant("firstseen --read whole", ("--read", "whole"))]

ADBC = Script("ADBC + Polars, Python", "adbc_polars.py", "parquet")


def readers_of_wide_rows(database, options):
    """The contenders for the wide tables of a database."""
    words = [options.firstseen, "run", "--help"]
    help_text = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True).stdout
    variants = [variant for variant in VARIANTS if variant.is_known(help_text)]
    return [*DRAIN_AND_FIRSTSEEN, *variants, CONNECTORX, *([ADBC] if database == "postgres" else [])]


def ready(kinds, source, options):
    """Yields these contenders, ready to start, each with its own work folder."""
    for kind in kinds:
        folder = options.folder / "runs" / source.database / "".join(c if c.isalnum() else "-" for c in kind.name)
        folder.mkdir(parents=True, exist_ok=True)
        yield kind(source, options, folder), folder
