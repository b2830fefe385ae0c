"""The stage that this step reads: the folder's mark, and the units' manifests."""

from __future__ import annotations

import hashlib
import json
import os
import shlex
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Tuple

from .._errors import CapacityError, UsageError, VerifyError
from .._options import StrPath
from .failures import advised
from .plan import MAX_ROWS_PER_UNIT, PlanFile

STAGE_VERSION = 1
# Reading small files over a network is waiting, not work.
_READERS = 16
# A message names this many units.
_MAX_NAMED = 5


@dataclass(frozen=True)
class Part:
    """A Parquet file of staged rows."""

    path: Path
    unit: int
    rows: int


@dataclass(frozen=True)
class Stage:
    """A stage in which all units of the plan are complete."""

    folder: Path
    parts: List[Part]
    candidates: List[int]
    """How many rows are staged, by unit."""
    digest: str
    """A hash of what the manifests list: it changes if a unit is staged again."""

    @property
    def rows(self) -> int:
        return sum(self.candidates)


def read(folder: StrPath, plan: PlanFile) -> Stage:
    """The stage of this plan. Every unit must be complete, and every part have its size."""
    # Engines run elsewhere: paths must not depend on this process's current folder.
    root = Path(os.path.abspath(folder))
    _check_mark(root, plan)
    units = root / "units"
    present = _present(units)
    missing = [unit for unit in range(len(plan.units)) if _manifest_name(unit) not in present]
    if missing:
        raise _missing_units(missing, plan, root)
    with ThreadPoolExecutor(_READERS) as readers:
        of_units = list(readers.map(lambda unit: _parts(units, unit, plan), range(len(plan.units))))
    parts = [part for of_unit, _ in of_units for part in of_unit]
    listed = [[part.path.relative_to(units).as_posix(), part.unit, part.rows] for part in parts]
    digest = hashlib.sha256(json.dumps(listed).encode()).hexdigest()
    return Stage(root, parts, [candidates for _, candidates in of_units], digest)


def check_mark(document: Any, path: Path, plan: PlanFile) -> Dict[str, Any]:
    """A file of the stage, if it belongs to this plan."""
    if not isinstance(document, dict) or "stage_version" not in document or "plan_hash" not in document:
        raise advised(VerifyError(f"{path} is not a file of a stage"), "restore it from a copy, or stage the plan again")
    version, hash = document["stage_version"], str(document["plan_hash"])
    advice = "use the plan that the stage was made for, or another folder for --stage"
    if version != STAGE_VERSION:
        message = f"{path} has version {version}, but this firstseen reads version {STAGE_VERSION}"
        raise advised(VerifyError(message), "use one version of firstseen for all steps of a job")
    if hash != plan.hash:
        raise advised(VerifyError(f"{path} belongs to the plan {hash[:12]}, not to {plan.hash[:12]}"), advice)
    return document


def restage(units: Sequence[int], plan: PlanFile, root: Path) -> str:
    """The command that stages these units."""
    command = ["firstseen", "stage", str(plan.path), "--units", _ranges(units), "--stage", str(root)]
    return " ".join(shlex.quote(word) for word in command)


def unit_name(unit: int, plan: PlanFile) -> str:
    """How messages name a unit."""
    part = plan.units[unit].part
    of_table = f", part {part['number']} of {part['of']}" if part else ""
    return f"{unit} ({plan.units[unit].table}{of_table})"


def _check_mark(root: Path, plan: PlanFile) -> None:
    path = root / "stage.json"
    try:
        document = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise advised(
            UsageError(f"{root} is not a stage: it has no stage.json"),
            f"stage the plan's units first: firstseen stage {shlex.quote(str(plan.path))} --stage DIR",
        ) from None
    except (OSError, ValueError) as cause:
        raise advised(VerifyError(f"can't read {path}"), "restore it from a copy, or stage the plan again", cause) from None
    check_mark(document, path, plan)


def _present(units: Path) -> frozenset[str]:
    try:
        with os.scandir(units) as entries:
            return frozenset(entry.name for entry in entries)
    except FileNotFoundError:
        return frozenset()
    except OSError as cause:
        raise advised(VerifyError(f"can't read the folder {units}"), "check the share and its permissions", cause) from None


def _manifest_name(unit: int) -> str:
    return f"{unit:07}.json"


def _missing_units(missing: List[int], plan: PlanFile, root: Path) -> UsageError:
    names = ", ".join(unit_name(unit, plan) for unit in missing[:_MAX_NAMED])
    more = "" if len(missing) <= _MAX_NAMED else f" and {len(missing) - _MAX_NAMED:,} more"
    verb = "is" if len(missing) == 1 else "are"
    message = f"{len(missing):,} of {len(plan.units):,} units {verb} not staged: {names}{more}"
    return advised(UsageError(message), f"stage them first: {restage(missing, plan, root)}")


def _ranges(units: Sequence[int]) -> str:
    ranges: List[Tuple[int, int]] = []
    for unit in units:
        if ranges and ranges[-1][1] == unit - 1:
            ranges[-1] = (ranges[-1][0], unit)
        else:
            ranges.append((unit, unit))
    return ",".join(str(first) if first == last else f"{first}..{last}" for first, last in ranges)


def _parts(units: Path, unit: int, plan: PlanFile) -> Tuple[List[Part], int]:
    """A unit's parts, and how many candidates it has."""
    path = units / _manifest_name(unit)
    again = f"remove {path}, and stage the unit again: {restage([unit], plan, units.parent)}"

    def wrong(what: str, cause: Optional[BaseException] = None) -> VerifyError:
        return advised(VerifyError(what), again, cause)

    try:
        manifest = check_mark(json.loads(path.read_bytes()), path, plan)
        described = (manifest["unit"], manifest["table"], manifest["part"])
        candidates, rows_read = int(manifest["candidates"]), int(manifest["rows_read"])
        listed = [(units / file["name"], int(file["rows"]), int(file["bytes"])) for file in manifest["files"]]
    except (OSError, KeyError, TypeError, ValueError) as cause:
        raise wrong(f"can't read the unit's manifest {path}", cause) from None
    if described != (unit, plan.units[unit].table, plan.units[unit].part):
        raise wrong(f"{path} describes another unit than {unit_name(unit, plan)}")
    if max(candidates, rows_read) >= MAX_ROWS_PER_UNIT:
        message = f"unit {unit_name(unit, plan)} has {max(candidates, rows_read):,} rows, but a keep-list addresses less"
        raise advised(CapacityError(message), "read the table in parts, with --partition-on")
    if sum(rows for _, rows, _ in listed) != candidates:
        total = sum(rows for _, rows, _ in listed)
        raise wrong(f"{path} lists parts with {total:,} rows, but {candidates:,} candidates")
    for part, _, expected in listed:
        try:
            found = part.stat().st_size
        except OSError as cause:
            raise wrong(f"{part}, which {path.name} lists, can't be read", cause) from None
        if found != expected:
            raise wrong(f"{part} has {found:,} bytes, but {path.name} lists {expected:,}")
    return [Part(part, unit, rows) for part, rows, _ in listed], candidates
