"""The keep-list of a stage, by a Spark cluster or Sail. Needs `pip install 'firstseen[spark]'`.

    python -m firstseen.spark PLAN.json --stage DIR --remote sc://HOST:PORT

The stage is a folder on a share. This process, the engine and all its workers must see it by the same path.
"""

from __future__ import annotations

import contextlib
import re
import secrets
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, List, NamedTuple, Optional, Sequence, Tuple, Type, TypeVar
from urllib.parse import quote, urlsplit

from ._errors import EngineError, UnreachableError, usage_error
from ._extras import needed
from ._keep_list import command, statements
from ._keep_list.engine import ShardCount, UnitCount
from ._keep_list.failures import advised
from ._keep_list.keep_list import KeepList
from ._keep_list.make import make
from ._keep_list.plan import PlanFile
from ._options import StrPath

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["KeepList", "keep_list"]

_Result = TypeVar("_Result")

# The struct next to these columns can have types that Spark doesn't read.
_STAGED = "unit INT, row BIGINT, key BINARY, key_is_null BOOLEAN"
_SURVIVORS = "place BIGINT, copies BIGINT, key_is_null BOOLEAN"
_LISTED = "unit INT, row BIGINT, position BIGINT"

# What a session may be set to, and what would leave out rows silently.
_READ = {"ignoreCorruptFiles": "false", "ignoreMissingFiles": "false", "mergeSchema": "false"}
# A shard must be one file.
_WRITE = {"compression": "zstd", "maxRecordsPerFile": "0"}

_DEFAULT_PORT = 15002
_CONNECT_SECS = 10
_RETRIES = 6
_MAX_PAUSE_MILLIS = 5_000


def keep_list(spark: SparkSession, plan: StrPath, stage: StrPath) -> KeepList:
    """Make the keep-list of a stage, or return it if it is complete.

    `spark` is a session of yours, classic or Spark Connect, of Spark or of Sail. It is left as it was; its settings apply, such
    as `spark.sql.shuffle.partitions`. The stage must have the same path for this process, the engine and its workers. Raises a
    subclass of `firstseen.Error`; then nothing counts of what was written.
    """
    return make(plan, stage, lambda _: _Spark(spark))


class _Spark:
    def __init__(self, spark: SparkSession) -> None:
        self._spark = spark
        [(version,)] = self._run(lambda: spark.sql("SELECT version()").collect())
        # Spark's is followed by a commit.
        number, *commit = str(version).split()
        self.name = f"spark {number}" if commit else f"sail {number}"
        self._paths = _Paths(_hadoop_pattern, _hadoop_path) if commit else _Paths(_url, _url)

    def write_survivors(self, parts: Sequence[Path], folder: Path) -> None:
        def write(survivors: DataFrame) -> None:
            survivors.write.options(**_WRITE).parquet(self._paths.write(folder))

        self._query(statements.survivors, self._read(parts, _STAGED), write)

    def count_survivors(self, folder: Path) -> List[UnitCount]:
        rows = self._query(statements.survivor_counts, self._read([folder], _SURVIVORS), _collected)
        return [UnitCount(*row) for row in rows]

    def count_parts(self, parts: Sequence[Path]) -> int:
        return int(self._run(self._read(parts, _STAGED).count))

    def write_list(self, survivors: Path, folder: Path, plan: PlanFile) -> None:
        """One task sorts and writes a shard. That isn't in the SQL, since Sail has no DISTRIBUTE BY and SORT BY."""

        def write(positions: DataFrame) -> None:
            ordered = positions.repartition("shard").sortWithinPartitions("shard", "position")
            ordered.write.options(**_WRITE).partitionBy("shard").parquet(self._paths.write(folder))

        self._query(lambda view: statements.positions(view, plan), self._read([survivors], _SURVIVORS), write)

    def count_shards(self, files: Sequence[Path], plan: PlanFile) -> List[ShardCount]:
        rows = self._query(lambda view: statements.shard_counts(view, plan), self._read(files, _LISTED), _collected)
        return [ShardCount(*row) for row in rows]

    def _read(self, paths: Sequence[Path], schema: str) -> DataFrame:
        reader = self._spark.read.schema(schema).options(**_READ)
        return self._run(lambda: reader.parquet(*map(self._paths.read, paths)))

    def _query(self, statement: Callable[[str], str], source: DataFrame, use: Callable[[DataFrame], _Result]) -> _Result:
        """Runs a statement on `source`, under a name that the session's own views don't have."""
        view = f"firstseen_{secrets.token_hex(8)}"
        self._run(lambda: source.createTempView(view))
        try:
            return self._run(lambda: use(self._spark.sql(statement(view))))
        finally:
            # If the session is lost, this fails like what came before it.
            with contextlib.suppress(Exception):
                self._spark.catalog.dropTempView(view)

    @staticmethod
    def _run(ask: Callable[[], _Result]) -> _Result:
        errors = needed("pyspark.errors", "spark")
        # Connect raises gRPC's errors where the server is lost; the classic session raises py4j's.
        lost = tuple(_optional(name) for name in [("grpc", "RpcError"), ("py4j.protocol", "Py4JError")])
        try:
            return ask()
        except (errors.PySparkException, *lost) as cause:
            advice = (
                "see the engine's log; it must see the stage by the same path as this process, "
                "and have space and permissions to write there"
            )
            raise advised(EngineError("the engine failed"), advice, cause) from None


class _Paths(NamedTuple):
    """How an engine is told a path: one that it reads, and one that it creates."""

    read: Callable[[Path], str]
    write: Callable[[Path], str]


def _hadoop_path(path: Path) -> str:
    """With the scheme, since a cluster's default filesystem can be another. Not encoded: Hadoop doesn't decode it."""
    return f"file://{path}"


def _hadoop_pattern(path: Path) -> str:
    return "file://" + re.sub(r"[\\*?\[\]{}]", r"\\\g<0>", str(path))


def _url(path: Path) -> str:
    """Sail decodes it, and takes what isn't encoded for a pattern."""
    return "file://" + quote(str(path))


def _collected(rows: DataFrame) -> List[Any]:
    return list(rows.collect())


def _optional(name: Tuple[str, str]) -> Type[BaseException]:
    """An exception of a package that is there if it can be raised."""
    module = sys.modules.get(name[0])
    return getattr(module, name[1], _NeverRaised)


class _NeverRaised(Exception):
    pass


def _session(remote: str) -> Any:
    """A new session of a Spark Connect server, which must answer at once: pyspark tries for many minutes."""
    address = urlsplit(remote)
    try:
        host, port = address.hostname, address.port or _DEFAULT_PORT
    except ValueError:
        host = None
    if address.scheme != "sc" or not host:
        raise usage_error(f"--remote {remote} is not the address of a Spark Connect server", "write sc://HOST:PORT")
    sql = needed("pyspark.sql", "spark")
    try:
        socket.create_connection((host, port), timeout=_CONNECT_SECS).close()
    except OSError as cause:
        message = f"the Spark Connect server at {host}:{port} can't be reached"
        raise advised(UnreachableError(message), "check --remote, and that the server is running", cause) from None
    session = sql.SparkSession.builder.remote(remote).create()
    retries = needed("pyspark.sql.connect.client.retries", "spark")
    # A quarter of a minute instead of ten minutes: a server that is lost has lost its work.
    session.client.set_retry_policies([retries.DefaultPolicy(max_retries=_RETRIES, max_backoff=_MAX_PAUSE_MILLIS)])
    return session


def main(args: Optional[Sequence[str]] = None) -> int:
    """The command. Returns its exit code."""
    parser = command.parser(
        "firstseen.spark",
        "Make the keep-list of a stage with a Spark Connect server, of a Spark cluster or of Sail. The server, its workers and "
        "this process must see the stage by the same path, on a share that all have mounted.",
    )
    parser.add_argument("--remote", required=True, metavar="sc://HOST:PORT", help="the Spark Connect server")
    given = parser.parse_args(args)

    def run() -> KeepList:
        spark = _session(given.remote)
        try:
            return keep_list(spark, given.plan, given.stage)
        finally:
            with contextlib.suppress(Exception):
                spark.stop()

    return command.finished(run)


if __name__ == "__main__":
    sys.exit(main())
