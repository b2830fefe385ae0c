"""What an engine has written must add up, or nothing is published."""

from __future__ import annotations

from pathlib import Path
from typing import List, Optional, Sequence, Tuple

from .._errors import EngineError, Error, InternalError, ValueFitError, VerifyError
from .engine import Engine, ShardCount, UnitCount
from .failures import advised
from .plan import PlanFile
from .stage import Part, Stage, restage, unit_name

_REPORT = "nothing was published; run it again, or use another engine, and report this as a bug"
_SAME_PATHS = (
    "the engine, all its workers and this process must see the stage by the same path, on a share that they all have mounted"
)


def survivors(counts: Sequence[UnitCount], stage: Stage, plan: PlanFile, engine: Engine) -> None:
    """The engine must have read each staged row once."""
    copies = sum(count.copies for count in counts)
    if copies != stage.rows:
        raise _wrong_rows(copies, stage, plan, engine)
    for count in counts:
        if not 0 <= count.unit < len(plan.units):
            raise advised(VerifyError(f"a part says that its rows are of unit {count.unit}, which is not in the plan"), _REPORT)
        if count.survivors > stage.candidates[count.unit]:
            message = (
                f"{count.survivors:,} rows of unit {unit_name(count.unit, plan)} survive, "
                f"but only {stage.candidates[count.unit]:,} are staged"
            )
            raise advised(InternalError(message), _REPORT)
        if count.null_keys and plan.null_keys != "keep":
            message = f"{count.null_keys:,} staged rows have a NULL key, but the plan says null_keys = {plan.null_keys}"
            error = advised(ValueFitError(message), f"stage the unit again: {restage([count.unit], plan, stage.folder)}")
            error.table = plan.units[count.unit].table
            error._where = f"unit {unit_name(count.unit, plan)}"
            raise error


def shards(found: Sequence[ShardCount], files: int, counts: Sequence[UnitCount], plan: PlanFile) -> None:
    """Each position of the result must be there once, in its shard."""
    rows = sum(count.survivors for count in counts)
    listed = sum(shard.survivors for shard in found)
    if listed != rows:
        raise advised(InternalError(f"{rows:,} rows survive, but the keep-list has {listed:,}"), _REPORT)
    if files != len(found) or len(found) != -(-rows // plan.shard_rows):
        raise advised(InternalError(f"{rows:,} rows don't make {files:,} shards of {plan.shard_rows:,} rows"), _REPORT)
    for number, shard in enumerate(sorted(found)):
        first = number * plan.shard_rows
        expected = min(plan.shard_rows, rows - first)
        whole = ShardCount(number, expected, first, first + expected - 1, expected * (expected - 1) // 2)
        if shard != whole:
            raise advised(InternalError(f"shard {number} of the keep-list doesn't have each of its positions once"), _REPORT)


def one_file(shard: int, names: Sequence[str], folder: Path) -> None:
    """An engine that splits a shard wouldn't say in which order its files are."""
    if len(names) != 1:
        raise advised(InternalError(f"the engine wrote {len(names)} files for shard {shard} in {folder}"), _REPORT)


def unseen(folder: Path) -> EngineError:
    """The error when the engine says that it has written a folder, and it isn't there."""
    return advised(EngineError(f"the engine has written {folder}, but it isn't there"), _SAME_PATHS)


def _wrong_rows(copies: int, stage: Stage, plan: PlanFile, engine: Engine) -> Error:
    message = f"the engine counted {copies:,} staged rows, but the units' manifests list {stage.rows:,}"
    wrong = _wrong_part(stage.parts, engine)
    if wrong is not None:
        part, found = wrong
        error = advised(
            VerifyError(f"{part.path} has {found:,} rows, but the manifest of its unit lists {part.rows:,}"),
            f"remove the manifest, and stage the unit again: {restage([part.unit], plan, stage.folder)}",
        )
        error.causes = [message]
        return error
    if copies == 0:
        return advised(EngineError(message), _SAME_PATHS)
    return advised(InternalError(message), _REPORT)


def _wrong_part(parts: List[Part], engine: Engine) -> Optional[Tuple[Part, int]]:
    """A part that has another number of rows than its manifest lists, with this number: found by halving the parts."""
    found = engine.count_parts([part.path for part in parts])
    if found == sum(part.rows for part in parts):
        return None
    if len(parts) == 1:
        return parts[0], found
    half = len(parts) // 2
    return _wrong_part(parts[:half], engine) or _wrong_part(parts[half:], engine)
