"""The SQL, with the names of an engine's relations and the plan's numbers filled in."""

from __future__ import annotations

from pathlib import Path

from .plan import PlanFile

_FOLDER = Path(__file__).parent


def survivors(staged: str) -> str:
    """Columns: place, copies, key_is_null."""
    return _text("survivors").format(staged=staged)


def survivor_counts(survivors: str) -> str:
    """Columns: those of `engine.UnitCount`."""
    return _text("survivor_counts").format(survivors=survivors)


def positions(survivors: str, plan: PlanFile) -> str:
    """Columns: unit, row, position, shard."""
    return _text("positions").format(
        survivors=survivors, segment_rows=plan.segment_rows, shard_rows=plan.shard_rows
    )


def shard_counts(keep_list: str, plan: PlanFile) -> str:
    """Columns: those of `engine.ShardCount`."""
    return _text("shard_counts").format(keep_list=keep_list, shard_rows=plan.shard_rows)


def _text(name: str) -> str:
    return (_FOLDER / f"{name}.sql").read_text(encoding="utf-8")
