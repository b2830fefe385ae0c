"""The result of a job."""

from __future__ import annotations

import glob
import html
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Dict, Iterator, List, Optional

from . import _decode, _firstseen
from ._extras import needed
from ._types import to_polars, to_pyarrow

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

    from ._manifest import Manifest


class Result:
    """What a job wrote: a folder of batch files, and its manifest.

    >>> import firstseen
    >>> result = firstseen.run("sample_data/job.toml", out="batches", force=True, progress="never")
    >>> result.tables.columns
    ['table', 'rows_read', 'new', 'duplicates', 'null_drops', 'elapsed_secs']
    >>> result.scan().collect().height
    10014
    >>> [batch.num_rows for batch in result]
    [10000, 14]

    A result can be pickled; what is kept is the folder's path and the manifest.
    """

    folder: Optional[Path]
    """The output folder, as an absolute path after a run; None if the job only counted."""

    manifest: Manifest
    """The manifest, as docs/manifest.md describes it."""

    def __init__(self, manifest: Manifest, folder: Optional[Path]) -> None:
        self.manifest = manifest
        self.folder = folder

    @property
    def batches(self) -> List[Path]:
        """The batch files, in the order of their rows. Empty if there are no rows, or if the job only counted."""
        folder = self.folder
        return [] if folder is None else [folder / file["name"] for file in self.manifest["files"]]

    @property
    def tables(self) -> polars.DataFrame:
        """The counts of each table, in the order of the result."""
        pl = needed("polars", "polars")
        counts = ["rows_read", "new", "duplicates", "null_drops"]
        schema = {"table": pl.String, **{name: pl.UInt64 for name in counts}, "elapsed_secs": pl.Float64}
        rows = [[table[name] for name in schema] for table in self.manifest["tables"]]  # type: ignore[literal-required]
        frame: polars.DataFrame = pl.DataFrame(rows, schema=schema, orient="row")
        return frame

    def scan(self) -> polars.LazyFrame:
        """All rows, as a polars LazyFrame. Parquet and Arrow files are read when it is collected, others at once."""
        pl = needed("polars", "polars")
        paths = self._paths()
        frame: polars.LazyFrame
        if not paths:
            frame = pl.LazyFrame(schema=self._polars_schema())
        elif self._format == "parquet":
            frame = pl.scan_parquet(paths, glob=False, hive_partitioning=False)
        elif self._format == "arrow":
            # Only newer versions of polars can be told that these are not patterns.
            frame = pl.scan_ipc([glob.escape(str(path)) for path in paths])
        else:
            frame = pl.from_arrow(self.to_arrow(), schema=self._polars_schema()).lazy()
        return frame

    def to_arrow(self) -> pyarrow.Table:
        """All rows, as a pyarrow Table."""
        pa = needed("pyarrow", "arrow")
        batches = list(self)
        return pa.concat_tables(batches) if batches else self._schema().empty_table()

    def to_pandas(self) -> pandas.DataFrame:
        """All rows, as a pandas DataFrame of Arrow-backed columns, in which integers with NULLs stay exact."""
        pd = needed("pandas", "pandas")
        return self.to_arrow().to_pandas(types_mapper=pd.ArrowDtype)

    def __iter__(self) -> Iterator[pyarrow.Table]:
        """The batches, one after the other, as pyarrow Tables."""
        for path in self._paths():
            yield self._batch(path)

    @property
    def summary(self) -> str:
        """The summary that the command prints."""
        return _firstseen.summary(json.dumps(self.manifest), self.folder)

    def __repr__(self) -> str:
        return self.summary

    def _repr_html_(self) -> str:
        totals = self.manifest["totals"]
        with_nulls = totals["null_drops"] > 0
        head = ["table", "rows read", "new entries", "duplicates"] + ["NULL keys"] * with_nulls
        names = ["rows_read", "new", "duplicates"] + ["null_drops"] * with_nulls
        rows: List[List[str]] = []
        for name, counts in [*((table["table"], table) for table in self.manifest["tables"]), ("total", totals)]:
            rows.append([name, *(f"{counts[key]:,}" for key in names)])  # type: ignore[literal-required]
        lines = ["<table>", _row("th", head), *(_row("td", row) for row in rows), "</table>"]
        note = self.summary.split("\n\n", 1)[-1].strip()
        return "\n".join([*lines, f"<pre>{html.escape(note)}</pre>"])

    @property
    def _format(self) -> str:
        return self.manifest["job"]["format"]

    def _paths(self) -> List[Path]:
        if self.folder is None:
            raise ValueError("the job only counted its rows (count_only): there are no batch files")
        return self.batches

    def _schema(self) -> Any:
        pa = needed("pyarrow", "arrow")
        columns = self.manifest["columns"]
        return pa.schema(
            [pa.field(column["name"], to_pyarrow(column["arrow_type"]), column["nullable"]) for column in columns]
        )

    def _polars_schema(self) -> Dict[str, Any]:
        return {column["name"]: to_polars(column["arrow_type"]) for column in self.manifest["columns"]}

    def _batch(self, path: Path) -> Any:
        if self._format in ("parquet", "arrow"):
            # Not the path itself, since pyarrow takes a folder named like x=1 for a column. And not a file of Python, since
            # a thread of pyarrow that closes one when Python ends aborts the process.
            with needed("pyarrow", "arrow").OSFile(str(path)) as file:
                if self._format == "parquet":
                    return needed("pyarrow.parquet", "arrow").ParquetFile(file).read()
                return needed("pyarrow.ipc", "arrow").open_file(file).read_all()
        columns = self.manifest["columns"]
        names = [column["name"] for column in columns]
        types = [column["arrow_type"] for column in columns]
        return _decode.table(path, self._format, names, types).cast(self._schema())


def _row(tag: str, cells: List[str]) -> str:
    shown = "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells)
    return f"<tr>{shown}</tr>"
