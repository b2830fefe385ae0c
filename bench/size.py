"""The size of the tables."""

import math
from dataclasses import dataclass
from fractions import Fraction

from job import ARTICLE, FULL_DISTINCT, FULL_ROWS, WIDE, WIDE_TABLE_ROWS


@dataclass(frozen=True)
class Size:
    """`scale` 1 is the article's size. `persons` is the number of distinct rows; without it, they are scaled like the rows."""

    scale: float
    persons: int | None = None
    job = ARTICLE

    @property
    def name(self):
        """The name of the database with this size."""
        persons = "" if self.persons is None else f"_persons_{self.persons}"
        return _name("scale", self.scale) + persons

    @property
    def flags(self):
        """The flags of `firstseen generate` for this size."""
        persons = [] if self.persons is None else ["--persons", str(self.persons)]
        return ["--scale", f"{self.scale:g}", *persons]

    @property
    def counts(self):
        """Rows and distinct rows, if they are known before anything has read the tables."""
        return (FULL_ROWS if self.scale == 1 else None), (self.persons or (FULL_DISTINCT if self.scale == 1 else None))


@dataclass(frozen=True)
class WideSize:
    """The wide tables: `scale` 1 is 2,000,000 rows, of which so many percent have a new key."""

    scale: float
    survivors: float
    job = WIDE

    @property
    def name(self):
        return f"{_name('wide', self.scale)}_{_name('survivors', self.survivors)}"

    @property
    def flags(self):
        return ["--wide", "--scale", f"{self.scale:g}", "--survivors", f"{self.survivors:g}"]

    @property
    def counts(self):
        """Rounded as `firstseen generate` does."""
        rows = len(WIDE.tables) * _rounded(WIDE_TABLE_ROWS * Fraction(f"{self.scale:g}"))
        return rows, max(1, _rounded(rows * Fraction(f"{self.survivors:g}") / 100))


def _name(what, number):
    return f"{what}_{number:g}".replace(".", "_").replace("-", "_")


def _rounded(number):
    return math.floor(number + Fraction(1, 2))
