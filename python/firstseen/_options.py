"""The options of a job: the flags, with underscores."""

from __future__ import annotations

import os
from typing import List, Literal, Sequence, TypedDict, Union

StrPath = Union[str, "os.PathLike[str]"]
Names = Union[str, Sequence[str]]


class _Table(TypedDict):
    name: str


class TableEntry(_Table, total=False):
    """A table with a filter of its own."""

    where: str


class Options(TypedDict, total=False):
    """What `run` and `plan` take by keyword. `firstseen run --help` explains each."""

    source: str
    password_file: StrPath
    defaults_file: StrPath
    workers: int
    extractor: Literal["auto", "wire", "connectorx"]
    tables: Names
    table: List[TableEntry]
    columns: Names
    where: str
    partition_on: str
    partitions: Union[int, Literal["auto"]]
    invalid_dates: Literal["error", "null"]
    numeric: str
    row_security: bool
    sqlite_types: Literal["declared", "text"]
    column_type: Names
    read: Literal["auto", "whole", "keys-first"]
    key: Names
    order_by: Names
    null_keys: Literal["error", "drop", "keep"]
    exact: bool
    out: StrPath
    force: bool
    format: Literal["parquet", "arrow", "csv", "ndjson", "pickle"]
    compression: str
    batch_rows: int
    prefix: str
    count_only: bool
    snapshot: Literal["auto", "require", "off"]
    check_counts: bool
    retries: int
    connect_timeout_secs: int
    read_timeout_secs: int
    lock_wait_secs: int
