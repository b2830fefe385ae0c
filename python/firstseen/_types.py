"""Arrow types by the names that the manifest gives them."""

from __future__ import annotations

import re
from typing import Any, Callable, Dict

from ._extras import needed

_DECIMAL = re.compile(r"Decimal(128|256)\((\d+), ?(-?\d+)\)")
_LIST = re.compile(r"List\((.*)\)")

_TO_PYARROW: Dict[str, Callable[[Any], Any]] = {
    "Boolean": lambda pa: pa.bool_(),
    "Int8": lambda pa: pa.int8(),
    "Int16": lambda pa: pa.int16(),
    "Int32": lambda pa: pa.int32(),
    "Int64": lambda pa: pa.int64(),
    "UInt8": lambda pa: pa.uint8(),
    "UInt16": lambda pa: pa.uint16(),
    "UInt32": lambda pa: pa.uint32(),
    "UInt64": lambda pa: pa.uint64(),
    "Float32": lambda pa: pa.float32(),
    "Float64": lambda pa: pa.float64(),
    "Utf8": lambda pa: pa.string(),
    "Binary": lambda pa: pa.binary(),
    "Date32": lambda pa: pa.date32(),
    "Timestamp(µs)": lambda pa: pa.timestamp("us"),
    'Timestamp(µs, "UTC")': lambda pa: pa.timestamp("us", "UTC"),
    "Time64(µs)": lambda pa: pa.time64("us"),
    "Duration(µs)": lambda pa: pa.duration("us"),
}


def to_pyarrow(name: str) -> Any:
    """The pyarrow type of this name."""
    pa = needed("pyarrow", "arrow")
    found = _DECIMAL.fullmatch(name)
    if found:
        width, precision, scale = found.groups()
        make = pa.decimal128 if width == "128" else pa.decimal256
        return make(int(precision), int(scale))
    found = _LIST.fullmatch(name)
    if found:
        return pa.list_(to_pyarrow(found[1]))
    return _TO_PYARROW[name](pa)


# It panics at Arrow's decimals of 256 bits.
_POLARS_DIGITS = 38

_TO_POLARS: Dict[str, Callable[[Any], Any]] = {
    "Boolean": lambda pl: pl.Boolean,
    "Utf8": lambda pl: pl.String,
    "Binary": lambda pl: pl.Binary,
    "Date32": lambda pl: pl.Date,
    "Timestamp(µs)": lambda pl: pl.Datetime("us"),
    'Timestamp(µs, "UTC")': lambda pl: pl.Datetime("us", "UTC"),
    "Time64(µs)": lambda pl: pl.Time,
    "Duration(µs)": lambda pl: pl.Duration("us"),
}


def to_polars(name: str) -> Any:
    """The polars type that reading a column of this name's type gives."""
    pl = needed("polars", "polars")
    found = _DECIMAL.fullmatch(name)
    if found:
        precision, scale = int(found[2]), int(found[3])
        if precision > _POLARS_DIGITS:
            raise ValueError(
                f"polars has no decimals of {precision} digits: use to_arrow(), or leave the column out of the job"
            )
        return pl.Decimal(precision, scale)
    found = _LIST.fullmatch(name)
    if found:
        return pl.List(to_polars(found[1]))
    make = _TO_POLARS.get(name)
    return getattr(pl, name) if make is None else make(pl)
