"""Reads batch folders with libraries that share no code with firstseen, and tables with a database driver.

Reads one request per line from standard input: {"reader": ..., "format": ..., "folder": ...}. For the reader `psycopg`, the
folder is {"url": ..., "query": ...}, and the query's values are returned as cells of the given format. Writes one answer per
line to standard output: {"columns": [...], "types": [...], "rows": [[cell, ...], ...]}. A cell is null, or a text that begins
with its kind: s: i: f: n: (decimal) d: ts: td: (microseconds) b: (hexadecimal) bool: l: (a JSON list of cells). The process
ends when its input ends.
"""

import base64
import csv
import datetime
import decimal
import io
import json
import os
import pickle
import sys

import duckdb
import numpy
import pandas
import polars
import psycopg
import pyarrow
import pyarrow.csv
import pyarrow.dataset


def kind_and_text(value):
    if isinstance(value, bool):
        return "bool", str(value).lower()
    if isinstance(value, int):
        return "i", str(value)
    if isinstance(value, float):
        return "f", repr(value).replace("e+", "e")
    if isinstance(value, decimal.Decimal):
        return "n", format(value, "f")
    if isinstance(value, str):
        return "s", value
    if isinstance(value, (bytes, bytearray, memoryview)):
        return "b", bytes(value).hex()
    if isinstance(value, datetime.datetime):
        if value.tzinfo is not None:
            value = value.astimezone(datetime.timezone.utc).replace(tzinfo=None)
        return "ts", value.isoformat(timespec="microseconds")
    if isinstance(value, datetime.date):
        return "d", value.isoformat()
    if isinstance(value, datetime.time):
        value = datetime.datetime.combine(datetime.date.min, value) - datetime.datetime.min
    if isinstance(value, datetime.timedelta):
        return "td", str(value // datetime.timedelta(microseconds=1))
    if isinstance(value, numpy.ndarray):
        value = list(value)
    if isinstance(value, list):
        return "l", json.dumps([cell(element) for element in value])
    raise TypeError(f"there is no canonical form for {type(value)}")


def cell(value):
    if value is None:
        return None
    kind, text = kind_and_text(value)
    return f"{kind}:{text}"


def answer(columns, types, rows):
    return {
        "columns": list(columns),
        "types": [str(kind) for kind in types],
        "rows": [[cell(value) for value in row] for row in rows],
    }


def of_arrow(table):
    rows = zip(*(column.to_pylist() for column in table.columns)) if table.num_rows else []
    return answer(table.column_names, table.schema.types, rows)


def of_pandas(frame):
    frame = frame.astype(object).where(frame.notna(), None)
    rows = frame.itertuples(index=False, name=None)
    columns = list(frame.columns)
    return answer(columns, [], ([plain(value) for value in row] for row in rows))


def plain(value):
    if isinstance(value, pandas.Timestamp):
        return value.to_pydatetime()
    if isinstance(value, pandas.Timedelta):
        return value.to_pytimedelta()
    return value


def paths(folder):
    return [os.path.join(folder, name) for name in sorted(os.listdir(folder))]


def by_pyarrow(kind, folder):
    return of_arrow(pyarrow.dataset.dataset(folder, format=kind).to_table())


def by_polars(kind, folder):
    scan = {"parquet": polars.scan_parquet, "arrow": polars.scan_ipc, "csv": polars.scan_csv,
            "ndjson": polars.scan_ndjson}[kind]
    frame = scan(os.path.join(folder, "*")).collect()
    return answer(frame.columns, frame.dtypes, frame.iter_rows())


def by_pandas(kind, folder):
    if kind == "parquet":
        return of_pandas(pandas.read_parquet(folder))
    return of_pandas(pandas.concat(map(pandas.read_feather, paths(folder)), ignore_index=True))


def by_duckdb(kind, folder):
    function = {"parquet": "read_parquet", "csv": "read_csv", "ndjson": "read_json"}[kind]
    result = duckdb.execute(f"SELECT * FROM {function}(?)", [os.path.join(folder, "*")])
    columns = [column[0] for column in result.description]
    return answer(columns, [column[1] for column in result.description], result.fetchall())


def by_pandas_of_arrow(kind, folder):
    """With Arrow's types, in which numbers inside lists can be null, too."""
    if kind == "parquet":
        frame = pandas.read_parquet(folder, dtype_backend="pyarrow")
    else:
        frame = pandas.concat(
            (pandas.read_feather(path, dtype_backend="pyarrow") for path in paths(folder)), ignore_index=True)
    cells = ([None if value is pandas.NA else plain(value) for value in frame[name]] for name in frame)
    return answer(frame.columns, frame.dtypes, zip(*cells))


def by_psycopg(kind, query):
    """What the driver returns for a query in binary mode: as it is, or as JSON represents it."""
    with psycopg.connect(query["url"], options="-c TimeZone=UTC -c IntervalStyle=iso_8601") as connection:
        cursor = connection.cursor(binary=True)
        rows = cursor.execute(query["query"]).fetchall()
        columns = [column.name for column in cursor.description]
    if kind in ("csv", "ndjson"):
        rows = [[as_json(value) for value in row] for row in rows]
    return answer(columns, [], rows)


def as_json(value):
    """The value in JSON, as docs/formats.md describes it."""
    if isinstance(value, list):
        return [as_json(element) for element in value]
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return value if abs(value) <= 2**53 else str(value)
    if isinstance(value, float):
        return value if value - value == 0 else {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[repr(value)]
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        return value.astimezone(datetime.timezone.utc).replace(tzinfo=None).isoformat() + "Z"
    return value.isoformat()


def by_pickle(_kind, folder):
    columns, rows = [], []
    for path in paths(folder):
        with open(path, "rb") as file:
            records = pickle.load(file)
        assert isinstance(records, list) and all(type(record) is dict for record in records)
        columns = list(records[0]) if records else columns
        rows.extend(list(record.values()) for record in records)
    return answer(columns, [], rows)


def text(path):
    """The text of a file, decompressed according to its name."""
    with pyarrow.input_stream(path) as file:
        return file.read().decode()


def by_text(kind, folder):
    return {"csv": of_csv, "ndjson": of_ndjson}[kind](folder)


def of_csv(folder):
    """Every cell as text. `""` is an empty string, and an empty field is null."""
    tables = []
    for path in paths(folder):
        content = text(path)
        header = next(csv.reader(io.StringIO(content)))
        options = pyarrow.csv.ConvertOptions(
            column_types={name: pyarrow.string() for name in header},
            null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False)
        parsing = pyarrow.csv.ParseOptions(newlines_in_values=True)
        tables.append(pyarrow.csv.read_csv(
            io.BytesIO(content.encode()), convert_options=options, parse_options=parsing))
    return of_arrow(pyarrow.concat_tables(tables)) if tables else answer([], [], [])


def of_ndjson(folder):
    columns, rows = [], []
    for path in paths(folder):
        records = [json.loads(line) for line in text(path).split("\n")[:-1]]
        columns = list(records[0]) if records else columns
        rows.extend(list(record.values()) for record in records)
    return answer(columns, [], rows)


def by_json(kind, folder):
    """Every cell as JSON. Reads CSV as well, for its lists."""
    if kind == "ndjson":
        return of_ndjson(folder)
    columns, rows = [], []
    for path in paths(folder):
        content = text(path)
        columns, *records = csv.reader(io.StringIO(content, newline=""), strict=True)
        rows.extend([json.loads(field) if field else None for field in record] for record in records)
    return answer(columns, [], rows)


READERS = {"pyarrow": by_pyarrow, "polars": by_polars, "pandas": by_pandas, "pandas_of_arrow": by_pandas_of_arrow,
           "duckdb": by_duckdb, "pickle": by_pickle, "text": by_text, "json": by_json, "psycopg": by_psycopg}


def main():
    for line in sys.stdin:
        request = json.loads(line)
        try:
            reply = READERS[request["reader"]](request["format"], request["folder"])
        except Exception as error:  # the test prints it
            reply = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    main()
