"""The jobs that are measured: tables, columns and counts."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Job:
    """Tables to read in order, and what to read of them.

    `columns` is empty if all are read. `compared` are the columns in which contenders' files must agree: those that every tool
    reads as the same text.
    """

    name: str
    tables: tuple[str, ...]
    table_range: str
    key: str
    columns: tuple[str, ...]
    compared: tuple[str, ...]

    def selected(self, quote=""):
        """What follows SELECT, with names in `quote`s."""
        return ", ".join(f"{quote}{name}{quote}" for name in self.columns) or "*"


_PERSON = ("ID", "ID_BIRTHDAY", "ID_SEX", "HASHIDV")

ARTICLE = Job(
    name="article",
    tables=tuple(f"ID{year}" for year in range(2000, 2013)),
    table_range="ID2000..ID2012",
    key="HASHIDV",
    columns=_PERSON,
    compared=_PERSON,
)

WIDE = Job(
    name="wide",
    tables=tuple(f"WIDE{number}" for number in range(1, 6)),
    table_range="WIDE1..WIDE5",
    key="HASHIDV",
    columns=(),
    compared=("ID", "HASHIDV", "VISIT_NO", "DIAGNOSIS", "NOTE", "REMARK"),
)

JOBS = {job.name: job for job in (ARTICLE, WIDE)}

BATCH_ROWS = 10_000

# What every run must find in the article's tables at scale 1.
FULL_ROWS = 15_096_590
FULL_DISTINCT = 1_001_413

# In each of the wide tables at scale 1.
WIDE_TABLE_ROWS = 400_000
