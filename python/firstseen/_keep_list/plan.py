"""`plan.json`, which `firstseen plan --out` writes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Optional

from .._errors import CapacityError, UsageError
from .._options import StrPath
from .failures import advised

_PLAN_VERSION = 1
# The place of a row is one number in the SQL: 2^40 rows to each of 2^23 units.
_MAX_UNITS = 1 << 23
MAX_ROWS_PER_UNIT = 1 << 40
# Of a segment or a shard: Spark's row_number has 31 bits, and the sum of a shard's positions must fit into 63.
_MAX_ROWS = (1 << 31) - 1

_AGAIN = "write the plan again: firstseen plan … --out plan.json"


@dataclass(frozen=True)
class PlanUnit:
    """What one worker reads with one query."""

    table: str
    part: Optional[Dict[str, int]]


@dataclass(frozen=True)
class PlanFile:
    """What the keep-list depends on in a plan."""

    path: Path
    hash: str
    units: List[PlanUnit]
    null_keys: str
    segment_rows: int
    shard_rows: int


def read(path: StrPath) -> PlanFile:
    """The plan in this file, if it is what its hash says."""
    path = Path(path)
    try:
        document = json.loads(path.read_bytes())
    except OSError as cause:
        raise advised(UsageError(f"can't read the plan {path}"), _AGAIN, cause) from None
    except ValueError as cause:
        raise advised(UsageError(f"the plan {path} isn't valid JSON"), _AGAIN, cause) from None
    try:
        plan, expected = document["plan"], str(document["hash"])
        found = _hash(plan)
    except (KeyError, TypeError, ValueError):
        raise advised(UsageError(f"{path} is not a plan of firstseen"), _AGAIN) from None
    if found != expected:
        raise advised(UsageError(f"the plan {path} was changed after it was written"), _AGAIN)
    return _checked(path, expected, plan)


def _hash(plan: Any) -> str:
    canonical = json.dumps(plan, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _checked(path: Path, hash: str, plan: Dict[str, Any]) -> PlanFile:
    try:
        version = plan["plan_version"]
        if version != _PLAN_VERSION:
            raise advised(
                UsageError(f"the plan {path} has version {version}, but this firstseen reads version {_PLAN_VERSION}"),
                "use one version of firstseen for all steps of a job",
            )
        checked = PlanFile(
            path,
            hash,
            [PlanUnit(str(unit["table"]), unit.get("part")) for unit in plan["units"]],
            str(plan["null_keys"]),
            int(plan["segment_rows"]),
            int(plan["shard_rows"]),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as cause:
        raise advised(UsageError(f"{path} is not a plan of firstseen"), _AGAIN, cause) from None
    if len(checked.units) > _MAX_UNITS:
        raise CapacityError(f"the plan has {len(checked.units):,} units, but a keep-list has at most {_MAX_UNITS:,}")
    if not (1 <= checked.segment_rows <= _MAX_ROWS and 1 <= checked.shard_rows <= _MAX_ROWS):
        raise advised(UsageError(f"the plan {path} has segments or shards of an impossible size"), _AGAIN)
    return checked
