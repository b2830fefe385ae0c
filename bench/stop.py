"""How the benchmark or a contender ends without a result."""

# The reason for each contender that needs it to run or to have its files compared. It names no path, since it can be published.
NO_PYTHON = "the benchmark's Python environment doesn't exist: `tests/prepare.sh bench` makes it"


class Stop(Exception):
    """Why nothing was measured. Shown as one line, without a traceback."""


class NotRun(Stop):
    """Why one contender has no figures. The others can still have theirs."""
