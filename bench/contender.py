"""What is measured against what: each contender reads all tables of a source once, and says what it found.

The first of `CONTENDERS` is the base of every ratio. Another tool joins by a class of the same shape: `command` makes a
fresh place for its output and returns words and environment, `found` reads what the command printed.
"""

import json
import shutil
from dataclasses import dataclass

import drain
import source
from job import KEY, TABLE_RANGE


@dataclass(frozen=True)
class Found:
    """What a contender says of its result; None where it can't tell.

    `peak_bytes` is said by one that is smaller than this process, which hides it from `measured`.
    """

    rows: int
    distinct: int | None = None
    files: int | None = None
    peak_bytes: int | None = None
    versions: tuple[str, ...] = ()


class RawDrain:
    """The database's own C client: every row is read, nothing is kept."""

    name = "raw drain"

    def __init__(self, source, options, folder):
        self._program = drain.compiled(source.database, folder)
        self._source, self._workers = source, options.workers

    def command(self):
        words = drain.command(self._program, self._source.database, self._workers)
        return words, drain.environment(self._source.database, self._source.url)

    def found(self, printed):
        said = json.loads(printed)
        version = f"{self._source.database} {said['server']}"
        return Found(rows=said["rows"], peak_bytes=said["peak_bytes"], versions=(version,))


class FirstSeenRun:
    """`firstseen run` with its defaults: parquet, checksums, synced and published in a fresh folder."""

    name = "firstseen"

    def __init__(self, source, options, folder):
        self._program, self._source, self._workers = options.firstseen, source, options.workers
        self._folder = folder / "published"

    def command(self):
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir()
        job = ["--tables", TABLE_RANGE, "--key", KEY, "--workers", str(self._workers)]
        words = [self._program, "run", *job, "--out", str(self._folder / "batches"), "--json"]
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


CONTENDERS = [RawDrain, FirstSeenRun]


def contenders(source, options):
    """All of them, ready to start, each with a work folder of its own."""
    for kind in CONTENDERS:
        folder = options.folder / "runs" / source.database / kind.name.replace(" ", "-")
        folder.mkdir(parents=True, exist_ok=True)
        yield kind(source, options, folder), folder
