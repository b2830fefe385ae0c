"""The manifest's fields, as docs/manifest.md describes them."""

from __future__ import annotations

from typing import List, Optional, TypedDict


class Versions(TypedDict):
    firstseen: str
    database: str


class ManifestJob(TypedDict):
    source: str
    key: List[str]
    where: Optional[str]
    order_by: List[str]
    partition_on: Optional[str]
    partitions: Optional[str]
    batch_rows: int
    prefix: str
    format: str
    compression: str
    null_keys: str
    exact: bool
    check_counts: bool
    row_security: bool
    extractor: str
    read: str
    workers: int


class ManifestColumn(TypedDict):
    name: str
    sql_type: str
    arrow_type: str
    nullable: bool
    nulled_dates: int


class ManifestUnit(TypedDict):
    sql: str
    order: str
    rows_read: int
    new: int
    duplicates: int
    filter_drops: int
    unique_drops: int
    null_drops: int
    elapsed_secs: float


class ManifestTable(ManifestUnit):
    table: str
    read: str
    read_why: str
    rows_located: int
    rows_scanned: int
    units: List[ManifestUnit]


class Totals(TypedDict):
    rows_read: int
    new: int
    duplicates: int
    null_drops: int
    files: int
    bytes: int


class BatchFile(TypedDict):
    name: str
    rows: int
    bytes: int
    sha256: str


class Timings(TypedDict):
    plan_secs: float
    read_secs: float
    distinct_secs: float
    write_secs: float
    total_secs: float


class Manifest(TypedDict):
    schema_version: int
    run_id: str
    started: str
    plan_hash: Optional[str]
    versions: Versions
    job: ManifestJob
    snapshot: str
    columns: List[ManifestColumn]
    tables: List[ManifestTable]
    totals: Totals
    files: List[BatchFile]
    timings: Timings
    peak_memory_bytes: Optional[int]
