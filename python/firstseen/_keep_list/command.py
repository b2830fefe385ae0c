"""`python -m firstseen.duckdb` and `python -m firstseen.spark`: what both do."""

from __future__ import annotations

import argparse
import sys
from typing import Callable

from .._errors import Error
from .keep_list import KeepList

# As a shell reports a process that SIGINT has ended.
_INTERRUPTED = 130


def parser(program: str, description: str) -> argparse.ArgumentParser:
    """What the command line of every engine has."""
    made = argparse.ArgumentParser(f"python -m {program}", description=description)
    made.add_argument("plan", metavar="PLAN.json", help="the plan, from firstseen plan --out")
    made.add_argument(
        "--stage",
        required=True,
        metavar="DIR",
        help="the stage, in which all units of the plan are complete; the engine must see it by the same path",
    )
    return made


def finished(run: Callable[[], KeepList]) -> int:
    """Runs the step, prints its result or its error, and returns the exit code, as docs/exit-codes.md lists it."""
    try:
        made = run()
    except Error as error:
        print(f"firstseen: {error}", file=sys.stderr)
        return error.exit_code
    except ImportError as error:
        print(f"firstseen: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("firstseen: interrupted", file=sys.stderr)
        return _INTERRUPTED
    note = "complete already, kept" if made.reused else f"made by {made.engine}"
    print(f"{made.rows:,} rows in {made.shards:,} shards: {made.folder / 'keep.json'} ({note})")
    return 0
