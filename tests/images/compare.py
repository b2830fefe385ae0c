"""Compares output folders with the cells of docs/values.md, and with what the database's Python driver returns.

Reads one request from standard input, written by jobs.rs. Prints a line for each difference.
"""

import csv
import datetime
import decimal
import io
import json
import os
import pickle
import re
import sqlite3
import sys
import urllib.parse
from collections import namedtuple

import psycopg
import pyarrow.dataset
import pymysql

UTC = datetime.timezone.utc
# What Arrow holds for a date or timestamp that Python's datetime can't represent.
Date32 = namedtuple("Date32", "days")
Timestamp = namedtuple("Timestamp", "microseconds")

# The names that the docs use for Python values.
NAMES = {
    "date": datetime.date, "datetime": datetime.datetime, "time": datetime.time,
    "timedelta": datetime.timedelta, "utc": UTC, "Decimal": decimal.Decimal,
    "nan": float("nan"), "inf": float("inf"), "date32": Date32, "timestamp": Timestamp,
}

# The docs' names for Arrow types, and pyarrow's.
ARROW = {
    "Boolean": "bool", "Utf8": "string", "Binary": "binary", "Float32": "float", "Float64": "double",
    "Date32": "date32[day]", "Timestamp(µs)": "timestamp[us]", "Timestamp(µs, UTC)": "timestamp[us, tz=UTC]",
    "Time64(µs)": "time64[us]", "Duration(µs)": "duration[us]",
}



def pyarrow_name(arrow):
    if arrow.startswith("List("):
        return f"list<item: {pyarrow_name(arrow[5:-1])}>"
    return ARROW.get(arrow, arrow.lower())


# Control characters, as the docs show them in a CSV cell.
PICTURES = {0x2400 + code: code for code in range(0x20)}


def stated(form, cell):
    """What a cell of the docs says, in a form that differs if the type or the value differs."""
    if form in ("csv", "ndjson"):
        return cell.translate(PICTURES)
    return repr(eval(cell, NAMES))


def of_arrow(form, folder):
    table = pyarrow.dataset.dataset(folder, format=form).to_table()
    columns = {name: [shown(value) for value in table[name]] for name in table.column_names}
    return {field.name: str(field.type) for field in table.schema}, columns


def shown(scalar):
    try:
        value = scalar.as_py()
    except (OverflowError, ValueError):
        value = (Date32 if pyarrow.types.is_date(scalar.type) else Timestamp)(scalar.value)
    return repr(each_instant(value, lambda instant: instant.astimezone(UTC)))


def each_instant(value, change):
    """The value, with each datetime that has a time zone changed, also in lists."""
    if isinstance(value, list):
        return [each_instant(element, change) for element in value]
    has_zone = isinstance(value, datetime.datetime) and value.tzinfo is not None
    return change(value) if has_zone else value


def of_csv(text):
    """The cells as written in the file. Python's own reader must see the same number of cells and the same text."""
    cells = re.findall(r'("(?:[^"]|"")*"|[^,"\n]*)([,\n])', text)
    assert "".join(cell + end for cell, end in cells) == text
    rows, row = [], []
    for cell, end in cells:
        row.append(cell)
        if end == "\n":
            rows.append(row)
            row = []
    plain = [[re.sub(r'^"|"$', "", cell).replace('""', '"') for cell in row] for row in rows]
    assert list(csv.reader(io.StringIO(text, newline=""))) == plain
    return {name: column for name, *column in zip(*rows)}


def of_ndjson(text):
    columns = {}
    for line in text.split("\n")[:-1]:
        whole, at = json.loads(line), 1
        for name in whole:
            found, end = json.JSONDecoder().raw_decode(line, at)
            assert found == name
            _, value_end = json.JSONDecoder().raw_decode(line, end + 1)
            columns.setdefault(name, []).append(line[end + 1:value_end])
            at = value_end + 1
    return columns


def of_pickle(content):
    records = pickle.loads(content)
    return {name: [repr(record[name]) for record in records] for name in records[0]}


def read(form, folder):
    """Arrow types by column, if the format has them, and the cells in the form of `stated`."""
    if form in ("parquet", "arrow"):
        return of_arrow(form, folder)
    [path] = [os.path.join(folder, name) for name in os.listdir(folder)]
    with open(path, "rb") as file:
        content = file.read()
    if form == "pickle":
        return {}, of_pickle(content)
    return {}, {"csv": of_csv, "ndjson": of_ndjson}[form](content.decode())


def number(cell):
    """A row's number, which might have been read as text."""
    return int(cell.strip("'\""))


def differences(output, arrow_types):
    form, null = output["format"], {"csv": "", "ndjson": "null"}.get(output["format"], "None")
    types, columns = read(form, output["folder"])
    for name, kind in types.items():
        expected = arrow_types.get(name, kind)
        if kind != expected:
            yield f"{form} {name}: expected the type {expected}, found {kind}"
    rows = [number(row) for row in columns.pop("id")]
    stated_cells = {(cell["row"], cell["column"]): cell for cell in output["cells"]}
    for name, cells in columns.items():
        for row, found in zip(rows, cells):
            cell = stated_cells.pop((row, name), None)
            expected = stated(form, cell["cell"]) if cell else null
            if found != expected:
                what = cell["value"] if cell else f"NULL in {name}"
                yield f"{form}, {what}: the docs say {expected!r}, the file has {found!r}"
    for cell in stated_cells.values():
        yield f"{form}, {cell['value']}: not in the file"


def connect(source):
    url = urllib.parse.urlsplit(source)
    login = {"host": url.hostname, "port": url.port, "user": url.username,
             "password": urllib.parse.unquote(url.password or "")}
    if url.scheme == "sqlite":
        return sqlite3.connect(url.path)
    if url.scheme == "mysql":
        return pymysql.connect(**login, database=url.path[1:], init_command="SET time_zone = '+00:00'")
    return psycopg.connect(**login, dbname=url.path[1:],
                           options="-c TimeZone=UTC -c IntervalStyle=iso_8601")


def selected(scheme, column):
    """The SQL expression for a column. It has a cast for types that the driver represents differently than firstseen."""
    name, kind, arrow = column["name"], column["sql_type"], column["arrow"]
    if scheme == "mysql" and kind == "FLOAT":
        return f"CAST({name} AS DOUBLE)"  # MySQL writes only six digits of a FLOAT
    dimensions = "[]" if arrow.startswith("List(") else ""
    if scheme == "postgresql" and "Utf8" in arrow and not kind.startswith("char("):
        return f"{name}::text{dimensions}"  # psycopg returns UUIDs, JSON, networks and ranges as objects
    if kind in ("numeric", "numeric[]") and (decimal_type := re.search(r"Decimal\d+(\(.*?\))", arrow)):
        return f"{name}::numeric{decimal_type[1]}{dimensions}"  # --numeric appends zeros to the digits
    if scheme == "postgresql" and "Float32" in arrow:
        return f"{name}::float8{dimensions}"  # psycopg reads the shortest decimal form as a double
    return name


def converted(scheme, arrow, any_as_text, kind, value):
    """The driver's value in the documented form."""
    if value is None:
        return None
    if scheme != "sqlite" and kind in ("GEOMETRY", "POINT"):
        return value[4:]  # MySQL's own form is the SRID followed by WKB
    if scheme != "sqlite":
        return each_instant(value, lambda instant: instant.astimezone(UTC).replace(tzinfo=None))
    if any_as_text or arrow == "Utf8":
        return value if isinstance(value, str) else re.sub(r"e([+-])0*", lambda e: "e" + e[1].strip("+"), str(value))
    types = {"Date32": lambda text: datetime.date.fromisoformat(text[:10]), "Float64": float,
             "Timestamp(µs)": lambda text: datetime.datetime.fromisoformat(text.rstrip("0"))
             if "." in text else datetime.datetime.fromisoformat(text)}
    return types.get(arrow, lambda same: same)(value)


def naive(text):
    """An Arrow timestamp in UTC, in the form that pickle holds."""
    return text.replace(", tzinfo=datetime.timezone.utc", "")


def disagreements(request):
    scheme = urllib.parse.urlsplit(request["source"]).scheme
    columns = request["columns"]
    expressions = ", ".join(selected(scheme, column) for column in columns)
    cursor = connect(request["source"]).cursor()
    written = request["written"]
    cursor.execute(f"SELECT {expressions} FROM images WHERE {written['condition']} ORDER BY id")
    rows = cursor.fetchall()
    _, typed = read("parquet", written["parquet"])
    _, pickled = read("pickle", written["pickle"])
    order = sorted(range(len(rows)), key=lambda index: number(pickled["id"][index]))
    for column, driven in zip(columns, zip(*rows)):
        name, kind, arrow = column["name"], column["sql_type"], column["arrow"]
        for index, value in zip(order, driven):
            expected = repr(converted(scheme, arrow, request["any_as_text"], kind, value))
            for form, found in (("parquet", naive(typed[name][index])), ("pickle", pickled[name][index])):
                if found != expected:
                    yield f"{form}, {kind}: the driver returns {expected}, the file has {found}"


def main():
    request = json.load(sys.stdin)
    arrow_types = {column["name"]: pyarrow_name(column["arrow"]) for column in request["columns"]}
    for output in request["outputs"]:
        for line in differences(output, arrow_types):
            print(line)
    for line in disagreements(request):
        print(line)


main()
