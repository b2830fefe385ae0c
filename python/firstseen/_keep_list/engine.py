"""What this step asks of an engine: to run its SQL, and to write what comes out."""

from __future__ import annotations

from pathlib import Path
from typing import List, NamedTuple, Protocol, Sequence

from .plan import PlanFile


class UnitCount(NamedTuple):
    """The survivors of a unit, the staged rows that they are the first of, and how many have a NULL key."""

    unit: int
    survivors: int
    copies: int
    null_keys: int


class ShardCount(NamedTuple):
    """A shard's rows, its least and greatest position, and the sum of its positions, counted from the shard's first."""

    shard: int
    survivors: int
    least: int
    greatest: int
    offsets: int


class Engine(Protocol):
    """An engine. It sees files by the same paths as this process, and raises a subclass of `firstseen.Error`."""

    @property
    def name(self) -> str:
        """The engine and its version."""

    def write_survivors(self, parts: Sequence[Path], folder: Path) -> None:
        """Writes what survivors.sql finds in these parts to a new folder."""

    def count_survivors(self, folder: Path) -> List[UnitCount]:
        """What is in that folder."""

    def count_parts(self, parts: Sequence[Path]) -> int:
        """How many rows these parts have."""

    def write_list(self, survivors: Path, folder: Path, plan: PlanFile) -> None:
        """Writes what positions.sql finds to a new folder: for each shard a folder `shard=N` of one Parquet file, with the
        columns unit, row and position, in the order of the positions."""

    def count_shards(self, files: Sequence[Path], plan: PlanFile) -> List[ShardCount]:
        """What is in those files."""
