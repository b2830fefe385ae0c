"""The size of the tables."""

from dataclasses import dataclass

from job import FULL_DISTINCT, FULL_ROWS


@dataclass(frozen=True)
class Size:
    """`scale` 1 is the article's size. `persons` is the number of distinct rows; without it, they are scaled like the rows."""

    scale: float
    persons: int | None = None

    @property
    def name(self):
        """The name of the database with this size."""
        persons = "" if self.persons is None else f"_persons_{self.persons}"
        return f"scale_{self.scale:g}".replace(".", "_").replace("-", "_") + persons

    @property
    def flags(self):
        """The flags of `firstseen generate` for this size."""
        persons = [] if self.persons is None else ["--persons", str(self.persons)]
        return ["--scale", f"{self.scale:g}", *persons]

    @property
    def counts(self):
        """Rows and distinct rows, if they are known before anything has read the tables."""
        return (FULL_ROWS if self.scale == 1 else None), (self.persons or (FULL_DISTINCT if self.scale == 1 else None))
