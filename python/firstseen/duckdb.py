"""The keep-list of a stage, by DuckDB on this machine. Needs `pip install 'firstseen[duckdb]'`.

    python -m firstseen.duckdb PLAN.json --stage DIR

DuckDB spills what exceeds its memory limit to its folder for temporary files.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence

from ._errors import EngineError, Error, OutputError, UsageError
from ._extras import needed
from ._keep_list import command, statements
from ._keep_list.engine import ShardCount, UnitCount
from ._keep_list.failures import advised, output_error
from ._keep_list.keep_list import KeepList
from ._keep_list.make import make
from ._keep_list.plan import PlanFile
from ._options import StrPath

__all__ = ["KeepList", "keep_list"]

# Version 2 has an encoding for ascending numbers, which takes a tenth of the time to read.
_PARQUET = "FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2"
# DuckDB's threads share one file.
_FILE = "part-0.parquet"


def keep_list(
    plan: StrPath,
    stage: StrPath,
    *,
    memory_limit: Optional[str] = None,
    threads: Optional[int] = None,
    temp_directory: Optional[StrPath] = None,
) -> KeepList:
    """Make the keep-list of a stage, or return it if it is complete.

    `memory_limit` (such as "4GB") and `threads` are DuckDB's settings; it uses 80 % of the memory and all cores otherwise, and
    spills to `temp_directory`: by default to the stage, which a fast local disk beats. Raises a subclass of `firstseen.Error`;
    then nothing counts of what was written.
    """
    settings: Dict[str, Any] = {"memory_limit": memory_limit, "threads": threads, "temp_directory": temp_directory}
    return make(plan, stage, lambda spill: _DuckDb(settings, spill))


class _DuckDb:
    def __init__(self, settings: Dict[str, Any], spill: Path) -> None:
        self._duckdb = needed("duckdb", "duckdb")
        self._spill = spill if settings["temp_directory"] is None else Path(settings["temp_directory"]).absolute()
        self.name = f"duckdb {self._duckdb.__version__}"
        given = {name: str(value) for name, value in settings.items() if value is not None}
        config = {
            **given,
            "temp_directory": str(self._spill),
            # Otherwise rows wait in memory until all those before them are written. ORDER BY holds all the same.
            "preserve_insertion_order": "false",
        }
        try:
            self._database = self._duckdb.connect(":memory:", config=config)
        except self._duckdb.Error as cause:
            advice = "memory_limit is a size such as 4GB, threads a number from 1"
            raise advised(UsageError("DuckDB doesn't accept its settings"), advice, cause) from None
        self._run("SET enable_progress_bar = false")

    def write_survivors(self, parts: Sequence[Path], folder: Path) -> None:
        self._make_folder(folder)
        self._view("staged", parts, "staged.unit, staged.row, staged.key, staged.key_is_null")
        self._copy(statements.survivors("staged"), folder / _FILE)

    def count_survivors(self, folder: Path) -> List[UnitCount]:
        self._view("survivors", [folder / _FILE])
        return [UnitCount(*row) for row in self._run(statements.survivor_counts("survivors"))]

    def count_parts(self, parts: Sequence[Path]) -> int:
        [(rows,)] = self._run(f"SELECT count(*) FROM {_read(parts)}")
        return int(rows)

    def write_list(self, survivors: Path, folder: Path, plan: PlanFile) -> None:
        """In two steps: first each shard's rows in any order, then each shard in its order. Only new versions of DuckDB sort
        the rows of each partition's file, and earlier ones don't keep the order of a query in them."""
        self._view("survivors", [survivors / _FILE])
        unsorted = folder.parent / "unsorted"
        self._make_folder(folder)
        self._run(
            f"COPY ({statements.positions('survivors', plan)}) TO {_text(unsorted)} ({_PARQUET}, PARTITION_BY (shard))"
        )
        try:
            for shard in unsorted.iterdir():
                self._make_folder(folder / shard.name)
                self._view("shard", list(shard.iterdir()), "staged.unit, staged.row, staged.position")
                self._copy("SELECT * FROM shard ORDER BY shard.position", folder / shard.name / _FILE)
                shutil.rmtree(shard)
            unsorted.rmdir()
        except OSError as cause:
            raise output_error("remove the files in", unsorted, cause) from None

    def count_shards(self, files: Sequence[Path], plan: PlanFile) -> List[ShardCount]:
        self._view("keep_list", files)
        return [ShardCount(*row) for row in self._run(statements.shard_counts("keep_list", plan))]

    def _view(self, name: str, files: Sequence[Path], columns: str = "*") -> None:
        self._run(f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT {columns} FROM {_read(files)} AS staged")

    def _copy(self, query: str, file: Path) -> None:
        self._run(f"COPY ({query}) TO {_text(file)} ({_PARQUET})")

    def _run(self, statement: str) -> List[Any]:
        try:
            rows: List[Any] = self._database.execute(statement).fetchall()
            return rows
        except self._duckdb.Error as cause:
            raise self._failure(cause) from None

    def _failure(self, cause: Exception) -> Error:
        if isinstance(cause, self._duckdb.OutOfMemoryException):
            advice = "raise memory_limit, use fewer threads, or give it a temp_directory with more space"
            return advised(EngineError("DuckDB has no memory left, or no space for its temporary files"), advice, cause)
        if isinstance(cause, self._duckdb.IOException) and "units" + os.sep not in str(cause):
            advice = "check the space and the permissions in the stage and in temp_directory, and run the same command again"
            return advised(OutputError("DuckDB can't write the keep-list"), advice, cause)
        advice = "check the file that the cause names, if it names one, and run the same command again"
        return advised(EngineError("DuckDB failed"), advice, cause)

    @staticmethod
    def _make_folder(folder: Path) -> None:
        try:
            folder.mkdir(exist_ok=True)
        except OSError as cause:
            raise output_error("create the folder", folder, cause) from None


def _read(files: Sequence[Path]) -> str:
    """These files as a table. A path that exists is not taken for a pattern, but `x=1` in it would be taken for a column."""
    return f"read_parquet([{', '.join(map(_text, files))}], hive_partitioning = false)"


def _text(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def main(args: Optional[Sequence[str]] = None) -> int:
    """The command. Returns its exit code."""
    parser = command.parser("firstseen.duckdb", "Make the keep-list of a stage with DuckDB, on this machine.")
    spills = "such as 4GB; default: 80 %% of the memory. What exceeds it is spilled to disk"
    parser.add_argument("--memory-limit", metavar="SIZE", help=spills)
    parser.add_argument("--threads", type=int, metavar="N", help="default: all cores")
    parser.add_argument("--temp-directory", metavar="DIR", help="where it spills to; default: the stage, but a disk is faster")
    given = parser.parse_args(args)
    return command.finished(
        lambda: keep_list(
            given.plan,
            given.stage,
            memory_limit=given.memory_limit,
            threads=given.threads,
            temp_directory=given.temp_directory,
        )
    )


if __name__ == "__main__":
    sys.exit(main())
