"""What a running job reports, as it happens: the events of the JSON log.

`run(…, on_event=callback)` calls back with one of these for each, in the caller's thread. Events of one unit (a table, or a
part of one) come in order; those of different units interleave.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Dict, List, Optional, Type


@dataclass(frozen=True)
class Part:
    """A part of a table."""

    number: int
    of: int


@dataclass(frozen=True)
class Event:
    """Something that happened in a running job."""


@dataclass(frozen=True)
class Planned(Event):
    """The plan is made: this many units will be read by this many workers."""

    units: int
    workers: int
    estimated_rows: Optional[int]


@dataclass(frozen=True)
class SnapshotTaken(Event):
    """All sessions have begun. `why_none` is None if they see one consistent snapshot."""

    snapshot: str
    why_none: Optional[str]


@dataclass(frozen=True)
class ReadChosen(Event):
    """How these tables will be read, `whole` or `keys-first`, and why."""

    tables: List[str]
    read: str
    why: str


@dataclass(frozen=True)
class UnitStarted(Event):
    """A worker sends a unit's query."""

    unit: int
    table: str
    part: Optional[Part]
    sql: str
    estimated_rows: Optional[int]


@dataclass(frozen=True)
class UnitExecuted(Event):
    """A unit's first row, or its end, has arrived."""

    unit: int
    table: str
    part: Optional[Part]


@dataclass(frozen=True)
class UnitProgress(Event):
    """More rows of a unit have been read."""

    unit: int
    rows_read: int
    candidates: int


@dataclass(frozen=True)
class UnitFinished(Event):
    """A unit has been read to its end."""

    unit: int
    table: str
    part: Optional[Part]
    rows_read: int
    candidates: int


@dataclass(frozen=True)
class UnitCounted(Event):
    """All units have been read, and the unit's exact counts are known."""

    unit: int
    table: str
    part: Optional[Part]
    rows_read: int
    new: int
    duplicates: int
    null_drops: int


@dataclass(frozen=True)
class DatesNulled(Event):
    """Invalid dates of this column are written as NULL."""

    column: str
    values: int


@dataclass(frozen=True)
class DistinctCounted(Event):
    """The result is known: this many rows, in this many files."""

    rows: int
    files: int


@dataclass(frozen=True)
class FetchStarted(Event):
    """Rows of a table are fetched, after its keys. `located` of them are named by their locators, the others found by scans."""

    table: str
    rows_read: int
    rows: int
    located: int


@dataclass(frozen=True)
class FileWritten(Event):
    """A batch file is in the staging folder. Files finish in any order."""

    name: str
    rows: int
    bytes: int


@dataclass(frozen=True)
class Published(Event):
    """The folder and its manifest are in place."""

    folder: str


@dataclass(frozen=True)
class Warned(Event):
    """Something to know that is not an error. It is also a Python warning."""

    message: str


@dataclass(frozen=True)
class Other(Event):
    """An event that this version of the package doesn't know."""

    event: str
    values: Dict[str, Any]


_CLASSES: Dict[str, Type[Event]] = {
    "planned": Planned,
    "snapshot_taken": SnapshotTaken,
    "read_chosen": ReadChosen,
    "unit_started": UnitStarted,
    "unit_executed": UnitExecuted,
    "unit_progress": UnitProgress,
    "unit_finished": UnitFinished,
    "unit_counted": UnitCounted,
    "dates_nulled": DatesNulled,
    "distinct_counted": DistinctCounted,
    "fetch_started": FetchStarted,
    "file_written": FileWritten,
    "published": Published,
    "warning": Warned,
}


def _of_json(values: Dict[str, Any]) -> Event:
    name = values.pop("event")
    event_class = _CLASSES.get(name)
    if event_class is None:
        return Other(name, values)
    if values.get("part"):
        values["part"] = Part(**values["part"])
    known = {field.name for field in fields(event_class)}
    return event_class(**{name: value for name, value in values.items() if name in known})
