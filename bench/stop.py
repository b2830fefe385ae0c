"""How the bench, or a contender, ends without a result."""

# The reason of each contender that needs it, to run or to have its files compared. It names no path: it may be published.
NO_PYTHON = "the bench's Python environment is not there: `tests/prepare.sh bench` makes it"


class Stop(Exception):
    """Why nothing was measured. Shown as one line, without a trace."""


class NotRun(Stop):
    """Why one contender has no figures; the others may have."""
