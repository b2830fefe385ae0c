"""The result of this step, and its manifest, keep.json."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence

from .engine import UnitCount
from .plan import PlanFile
from .stage import STAGE_VERSION, Stage, check_mark


@dataclass(frozen=True)
class KeepList:
    """A keep-list: which staged rows the result has, and in which order.

    - `folder`: the folder `keep` of the stage, with keep.json
    - `engine`: what made it, with its version
    - `rows`: how many rows the result has
    - `shards`: how many shards they make
    - `files`: the Parquet files, in the order of the result
    - `reused`: whether it was complete already
    """

    folder: Path
    engine: str
    rows: int
    shards: int
    files: List[Path]
    reused: bool


def complete(stage: Stage, plan: PlanFile) -> Optional[KeepList]:
    """The keep-list of this stage, if it is complete: all its files exist, and no unit was staged again since."""
    keep = stage.folder / "keep"
    path = keep / "keep.json"
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    check_mark(document, path, plan)
    try:
        files = [keep / name for shard in document["shards"] for name in shard["files"]]
        found = KeepList(keep, str(document["engine"]), int(document["rows"]), len(document["shards"]), files, True)
        is_current = document["staged"] == stage.digest
    except (KeyError, TypeError, ValueError):
        return None
    return found if is_current and all(file.is_file() for file in files) else None


def manifest(
    plan: PlanFile, stage: Stage, counts: Sequence[UnitCount], shards: Sequence[Path], engine: str, elapsed_secs: float
) -> Dict[str, Any]:
    """What keep.json says. `shards` are the files of the shards, one each."""
    survivors = {count.unit: count.survivors for count in counts}
    rows = sum(survivors.values())
    keep = stage.folder / "keep"
    return {
        "stage_version": STAGE_VERSION,
        "plan_hash": plan.hash,
        "engine": engine,
        "staged": stage.digest,
        "staged_rows": stage.rows,
        "rows": rows,
        "shards": [
            {
                "shard": number,
                "rows": min(plan.shard_rows, rows - number * plan.shard_rows),
                "files": [file.relative_to(keep).as_posix()],
            }
            for number, file in enumerate(shards)
        ],
        "units": [{"unit": unit, "rows": survivors.get(unit, 0)} for unit in range(len(plan.units))],
        "elapsed_secs": round(elapsed_secs, 3),
    }
