"""A result is the same table whatever its format, with the same schema if it has no rows."""

import contextlib
import math
import os
import sqlite3
import unittest
from datetime import date, datetime, timezone
from pathlib import Path

import firstseen
import pandas
import polars
import polars.testing
import pyarrow

from tests.support import InFolder, run, sqlite

FORMATS = {
    "parquet": ["zstd:1", "zstd:22", "snappy", "lz4", "none"],
    "arrow": ["none", "lz4", "zstd"],
    "csv": ["none", "gzip", "zstd", "zstd:19"],
    "ndjson": ["none", "gzip", "zstd", "zstd:19"],
    "pickle": ["none"],
}

# Everything that ends a line somewhere, and everything that a format gives a meaning.
LINE_ENDS = "a\nb\r\nc\rd\x0be\x0cf\x1cg\x1dh\x1ei\x85j\u2028k\u2029l"
UTC = timezone.utc

# Each column: its declaration, its Arrow type, and values as SQLite has them and as Python reads them.
COLUMNS = {
    "id": ("INTEGER PRIMARY KEY", pyarrow.int64(), [(number, number) for number in range(1, 10)]),
    "whole": ("BIGINT", pyarrow.int64(), [
        (value, value) for value in [0, -1, 2**53, 2**53 + 1, -(2**53) - 1, 2**63 - 1, -(2**63), None, 7]
    ]),
    "flag": ("BOOLEAN", pyarrow.int64(), [
        (value, None if value is None else int(value)) for value in [True, False, None, 1, 0, 1, 0, 1, 0]
    ]),
    "real": ("REAL", pyarrow.float64(), [
        (value, value) for value in [0.1, -0.5, 5e-324, 1.7976931348623157e308, math.inf, -math.inf, None, 1e16, 123456789.125]
    ]),
    "number": ("NUMERIC", pyarrow.float64(), [
        (value, None if value is None else float(value)) for value in [5, 0.5, None, -3, 2**53, 1e300, -1e-7, 0, 1]
    ]),
    "text": ("TEXT", pyarrow.string(), [
        (value, value) for value in [
            "", "plain", 'a "quoted", text', LINE_ENDS, "nul\0nul", "žluťoučký 日本 🙂", None, "NULL", " spaces \t"
        ]
    ]),
    "more": ("VARCHAR(9)", pyarrow.string(), [
        (value, value) for value in ['"', ",", "\n", "\r", "'", "\\", None, '""', "NaN"]
    ]),
    "bytes": ("BLOB", pyarrow.binary(), [
        (value, value) for value in [b"", b"\0", bytes(range(256)), None, b"text", b"\xff\xfe", b'"', b"\n", b","]
    ]),
    "day": ("DATE", pyarrow.date32(), [
        (value, None if value is None else date.fromisoformat(value)) for value in [
            "0001-01-01", "9999-12-31", "1969-12-31", "1970-01-01", None, "2000-02-29", "1582-10-10", "2024-05-06", "1900-03-01"
        ]
    ]),
    "at": ("DATETIME", pyarrow.timestamp("us"), [
        (value, None if value is None else datetime.fromisoformat(value)) for value in [
            "0001-01-01 00:00:00", "9999-12-31 23:59:59.999999", "1969-12-31 23:59:59.999999", "1970-01-01 00:00:00",
            None, "2024-02-29 12:00:00.500000", "2024-05-06 07:08:09", "1583-01-01 00:00:00.000001", "2000-01-01 00:00:00",
        ]
    ]),
    "instant": ("TEXT", pyarrow.timestamp("us", "UTC"), [
        (value, None if value is None else datetime.fromisoformat(value).astimezone(UTC)) for value in [
            "2024-05-06 07:08:09+02:00", "1969-12-31 23:59:59.999999+00:00", None, "9999-12-31 23:59:59.999999+00:00",
            "0001-01-01 00:00:00+00:00", "2024-03-31 02:30:00-05:00", "2000-01-01 00:00:00+14:00",
            "1970-01-01 00:00:00+00:00", "2038-01-19 03:14:08+00:00",
        ]
    ]),
}


def expected():
    """The table, by hand."""
    fields = [pyarrow.field(name, arrow, name != "id") for name, (_, arrow, _) in COLUMNS.items()]
    columns = [pyarrow.array([python for _, python in values], arrow) for _, arrow, values in COLUMNS.values()]
    return pyarrow.table(columns, schema=pyarrow.schema(fields))


def make(name):
    declared = ", ".join(f"{column} {declaration}" for column, (declaration, _, _) in COLUMNS.items())
    rows = zip(*([stored for stored, _ in values] for _, _, values in COLUMNS.values()))
    with contextlib.closing(sqlite3.connect(name)) as database:
        database.execute(f"CREATE TABLE every ({declared})")
        database.executemany(f"INSERT INTO every VALUES ({', '.join('?' * len(COLUMNS))})", rows)
        database.commit()
    return {"source": f"sqlite://{name}", "tables": "every", "key": "id", "column_type": "instant=instant", "batch_rows": 4}


class EveryFormat(InFolder):
    def setUp(self):
        super().setUp()
        self.job = make("every.sqlite")

    def results(self, **options):
        for format, compressions in FORMATS.items():
            for compression in compressions:
                out = f"{format}-{compression}"
                yield run(**self.job, format=format, compression=compression, out=out, **options)

    def test_has_the_same_table(self):
        table = expected()
        shown = repr(table.to_pylist())
        for result in self.results():
            self.assertEqual(len(result.batches), 3)
            found = result.to_arrow()
            self.assertEqual(found.schema, table.schema, result.folder)
            # Unlike equals, this tells apart what Python shows differently.
            self.assertEqual(repr(found.to_pylist()), shown, result.folder)
            self.assertTrue(found.equals(table))
            self.assertEqual([batch.num_rows for batch in result], [4, 4, 1])
            self.assertTrue(all(batch.schema == table.schema for batch in result))

    def test_has_the_same_polars_frame(self):
        frame = polars.from_arrow(expected())
        for result in self.results():
            scanned = result.scan()
            self.assertIsInstance(scanned, polars.LazyFrame)
            self.assertEqual(scanned.collect_schema(), frame.schema)
            polars.testing.assert_frame_equal(scanned.collect(), frame)
            self.assertEqual(repr(scanned.collect().rows()), repr(frame.rows()))

    def test_has_the_same_pandas_frame(self):
        frame = expected().to_pandas(types_mapper=pandas.ArrowDtype)
        for result in self.results():
            pandas.testing.assert_frame_equal(result.to_pandas(), frame)

    def test_has_the_same_schema_without_rows(self):
        schema = expected().schema
        frame = polars.from_arrow(expected())
        types = expected().to_pandas(types_mapper=pandas.ArrowDtype).dtypes
        for result in self.results(where="0"):
            self.assertEqual(result.batches, [])
            self.assertEqual(list(result), [])
            self.assertEqual(result.to_arrow().schema, schema)
            self.assertEqual(result.to_arrow().num_rows, 0)
            self.assertEqual(result.scan().collect_schema(), frame.schema)
            self.assertEqual(result.scan().collect().height, 0)
            pandas.testing.assert_series_equal(result.to_pandas().dtypes, types)

    def test_can_be_joined_without_rows(self):
        full = run(**self.job)
        empty = run(**self.job, where="0", out="empty")
        self.assertEqual(full.scan().join(empty.scan(), on="id", how="semi").collect().height, 0)
        polars.testing.assert_frame_equal(polars.concat([empty.scan(), full.scan()]).collect(), full.scan().collect())

    def test_is_opened_as_it_was_written(self):
        for result in self.results():
            opened = firstseen.open(result.folder)
            self.assertEqual(opened.manifest, result.manifest)
            self.assertEqual(opened.to_arrow(), result.to_arrow())

    def test_has_years_that_python_has_not(self):
        source = sqlite("old.sqlite", "CREATE TABLE t (day DATE, at DATETIME)",
                        "INSERT INTO t VALUES ('0000-01-01', '0000-12-31 23:59:59.999999')")
        for format in ["parquet", "arrow", "csv", "ndjson"]:
            table = run(source=source, tables="t", key="day", format=format, out=format).to_arrow()
            self.assertEqual(table["day"].cast("int32").to_pylist(), [-719528])
            self.assertEqual(table["at"].cast("int64").to_pylist(), [-62135596800000001])


class NamesAndPlaces(InFolder):
    """Names that a reader could take for something else."""

    NAMES = ['a,b "c"', "line\nfeed", "", "ünï 🙂", "id", " id", "a=1", "\u2028", "x" * 300]

    def test_columns_of_any_name(self):
        quoted = ['"' + name.replace('"', '""') + '" TEXT' for name in self.NAMES if name]
        names = [name for name in self.NAMES if name]
        source = sqlite("names.sqlite", f"CREATE TABLE t ({', '.join(quoted)})",
                        f"INSERT INTO t VALUES ({', '.join(repr(str(number)) for number in range(len(names)))})")
        row = {name: str(number) for number, name in enumerate(names)}
        for format in FORMATS:
            result = run(source=source, tables="t", key="id", format=format, out=format)
            self.assertEqual(result.to_arrow().to_pylist(), [row])
            self.assertEqual(result.scan().collect().to_dicts(), [row])

    def test_a_single_column_of_nulls_and_empty_text(self):
        source = sqlite("one.sqlite", "CREATE TABLE t (k TEXT)", "INSERT INTO t VALUES (NULL), (''), (NULL), ('a')")
        for format in FORMATS:
            result = run(source=source, tables="t", key="k", null_keys="keep", format=format, out=format)
            self.assertEqual(result.to_arrow()["k"].to_pylist(), [None, "", None, "a"])

    def test_folders_of_any_name(self):
        source = sqlite("a.sqlite", "CREATE TABLE t (k INTEGER)", "INSERT INTO t VALUES (1), (2)")
        for name in ["year=2020", "a*b", "[x]", "what?", "{a,b}", "100%", "%41", "ünï 🙂", "file:", "a b", "x" * 200]:
            Path(name).mkdir()
            for format in FORMATS:
                result = run(source=source, tables="t", key="k", format=format, out=f"{name}/{format}", batch_rows=1)
                self.assertEqual(result.to_arrow().to_pylist(), [{"k": 1}, {"k": 2}], name)
                self.assertEqual(result.scan().collect().to_dicts(), [{"k": 1}, {"k": 2}], name)
                self.assertEqual(result.scan().collect_schema().names(), ["k"], name)
                self.assertEqual(len(firstseen.open(f"{name}/{format}").to_pandas()), 2)

    def test_a_pattern_in_a_folder_is_no_pattern(self):
        source = sqlite("a.sqlite", "CREATE TABLE t (k INTEGER)", "INSERT INTO t VALUES (1)")
        for format in ["parquet", "arrow"]:
            run(source=source, tables="t", key="k", format=format, out=f"ax{format}")
            result = run(source=source, tables="t", key="k", format=format, out=f"a*{format}")
            self.assertEqual(result.scan().collect().height, 1)

    def test_a_folder_whose_name_is_not_text(self):
        source = sqlite("a.sqlite", "CREATE TABLE t (k INTEGER)", "INSERT INTO t VALUES (1)")
        run(source=source, tables="t", key="k", out="plain")
        name = os.fsdecode(b"\xff\xfe")
        os.rename("plain", name)
        os.rename("plain.manifest.json", f"{name}.manifest.json")
        self.assertEqual(firstseen.verify(name).rows, 1)
        # pyarrow and polars can't read a file with such a path.
        result = firstseen.open(name)
        self.assertTrue(result.batches[0].is_file())
        self.assertIn("1 row", result.summary)


if __name__ == "__main__":
    unittest.main()
