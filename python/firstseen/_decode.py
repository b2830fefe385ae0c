"""Batch files of the formats without types, as Arrow tables of the manifest's types. docs/formats.md describes them."""

from __future__ import annotations

import base64
import datetime
import decimal
import functools
import gzip
import io
import json
import pickle
import re
from pathlib import Path
from typing import Any, Callable, Iterator, List, Sequence

from ._extras import needed
from ._types import to_pyarrow

_EPOCH = datetime.date(1970, 1, 1)
_DAY = re.compile(r"([+-]?\d{4,})-(\d\d)-(\d\d)")
_CLOCK = re.compile(r"(-?)(\d+):(\d\d):(\d\d)(?:\.(\d{1,6}))?")
_MICROS_PER_DAY = 86_400_000_000


def table(path: Path, text_format: str, names: Sequence[str], types: Sequence[str]) -> Any:
    """A batch file of csv, ndjson or pickle as a pyarrow table."""
    pa = needed("pyarrow", "arrow")
    columns: List[List[Any]] = [[] for _ in names]
    for row in _rows(path, text_format, names):
        for column, value in zip(columns, row):
            column.append(value)
    arrays = []
    for values, arrow_type in zip(columns, types):
        if text_format == "pickle":
            arrays.append(pa.array(values, _pickled(arrow_type)).cast(to_pyarrow(arrow_type)))
        else:
            decode = _decoder(arrow_type, text_format == "csv")
            decoded = [None if value is None else decode(value) for value in values]
            arrays.append(_array(decoded, arrow_type))
    return pa.table(arrays, names=list(names))


def _pickled(arrow_type: str) -> Any:
    """Pickled moments in UTC have no zone."""
    pa = needed("pyarrow", "arrow")
    return pa.timestamp("us") if arrow_type.startswith("Timestamp") else to_pyarrow(arrow_type)


def _rows(path: Path, text_format: str, names: Sequence[str]) -> Iterator[Sequence[Any]]:
    if text_format == "pickle":
        for row in pickle.loads(path.read_bytes()):
            yield [row[name] for name in names]
    elif text_format == "ndjson":
        # Not splitlines, which also splits at characters that JSON doesn't escape.
        for line in _text(path).split("\n")[:-1]:
            row = json.loads(line, parse_float=str)
            yield [row[name] for name in names]
    else:
        yield from _csv_rows(_text(path))


def _text(path: Path) -> str:
    content = path.read_bytes()
    if path.suffix == ".gz":
        content = gzip.decompress(content)
    elif path.suffix == ".zst":
        content = needed("pyarrow", "arrow").CompressedInputStream(io.BytesIO(content), "zstd").read()
    return content.decode()


def _csv_rows(text: str) -> Iterator[List[Any]]:
    """The rows of a csv file. Python's csv can't tell an empty string, which is quoted, from NULL, which is nothing."""
    field = re.compile(r'("(?:[^"]|"")*"|[^,\n]*)([,\n])')
    row: List[Any] = []
    is_header = True
    for found in field.finditer(text):
        value, end = found.groups()
        if value.startswith('"'):
            row.append(value[1:-1].replace('""', '"'))
        else:
            row.append(value or None)
        if end == "\n":
            if not is_header:
                yield row
            is_header = False
            row = []


def _array(values: List[Any], arrow_type: str) -> Any:
    """Dates and moments are numbers here: Python has no years beyond 9999."""
    pa = needed("pyarrow", "arrow")
    target = to_pyarrow(arrow_type)
    if arrow_type == "Date32":
        return pa.array(values, pa.int32()).cast(target)
    if arrow_type.startswith(("Timestamp", "Time64", "Duration")):
        return pa.array(values, pa.int64()).cast(target)
    if arrow_type.startswith("Float"):
        # Python has no 32-bit numbers: by way of float, a number could be rounded twice.
        return pa.array(values, pa.string()).cast(target)
    if arrow_type.startswith("List("):
        element = arrow_type[5:-1]
        flat = [value for inner in values if inner is not None for value in inner]
        offsets: List[Any] = []
        end = 0
        for inner in values:
            offsets.append(None if inner is None else end)
            end += 0 if inner is None else len(inner)
        offsets.append(end)
        lists = pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), _array(flat, element))
        return lists.cast(target)
    return pa.array(values, target)


def _decoder(arrow_type: str, is_csv: bool) -> Callable[[Any], Any]:
    if arrow_type.startswith("List("):
        element = _decoder(arrow_type[5:-1], False)

        def elements(value: Any) -> List[Any]:
            found = json.loads(value, parse_float=str) if is_csv else value
            return [None if inner is None else element(inner) for inner in found]

        return elements
    if arrow_type == "Boolean":
        return (lambda value: value == "true") if is_csv else bool
    if arrow_type.startswith(("Int", "UInt")):
        return int
    if arrow_type.startswith("Decimal"):
        return decimal.Decimal
    if arrow_type == "Binary":
        return functools.partial(base64.b64decode, validate=True)
    if arrow_type == "Date32":
        return _days
    if arrow_type.startswith("Timestamp"):
        return _moment
    if arrow_type.startswith(("Time64", "Duration")):
        return _micros
    return str


def _days(text: str) -> int:
    """Days since 1970, of any year of the proleptic Gregorian calendar."""
    found = _DAY.fullmatch(text)
    if found is None:
        raise ValueError("this is not a date of a batch file")
    year, month, day = map(int, found.groups())
    # 400 years have the same days as any other 400.
    shift = (year - 2000) // 400
    return (datetime.date(year - shift * 400, month, day) - _EPOCH).days + shift * 146_097


def _moment(text: str) -> int:
    day, clock = text.rstrip("Z").split("T")
    return _days(day) * _MICROS_PER_DAY + _micros(clock)


def _micros(text: str) -> int:
    found = _CLOCK.fullmatch(text)
    if found is None:
        raise ValueError("this is not a time of a batch file")
    sign, hours, minutes, seconds, fraction = found.groups()
    whole = (int(hours) * 60 + int(minutes)) * 60 + int(seconds)
    micros = whole * 1_000_000 + int((fraction or "").ljust(6, "0"))
    return -micros if sign else micros
