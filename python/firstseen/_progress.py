"""A progress bar, fed by a job's events."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Any, Dict, Optional, Type

from . import events

# As tqdm's.
_SECONDS_PER_LINE = 0.1


def _tqdm() -> Optional[Any]:
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return None
    return tqdm


def _is_watched() -> bool:
    """Whether somebody looks: a terminal, or a notebook's kernel."""
    if "ipykernel" in sys.modules:
        return True
    return sys.stderr.isatty()


class Progress:
    """Shows rows while they are read, then files while they are written. None for `shown`: if somebody looks."""

    def __init__(self, shown: Optional[bool]) -> None:
        is_shown = sys.stderr is not None and (_is_watched() if shown is None else shown)
        self._tqdm = _tqdm() if is_shown else None
        self._is_plain = is_shown and self._tqdm is None
        # Whether there is a line on the screen that must go.
        self._has_line = False
        self._next_line = 0.0
        self._bar: Optional[Any] = None
        self._rows: Dict[int, int] = {}
        self._candidates: Dict[int, int] = {}

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self._close()

    def show(self, event: events.Event) -> None:
        if isinstance(event, events.Planned):
            self._begin("reading", event.estimated_rows, " rows")
        elif isinstance(event, (events.UnitProgress, events.UnitFinished)):
            self._rows[event.unit] = event.rows_read
            self._candidates[event.unit] = event.candidates
            self._set(sum(self._rows.values()), f"at most {sum(self._candidates.values()):,} new")
        elif isinstance(event, events.DistinctCounted):
            self._begin("writing", event.files, " files")
        elif isinstance(event, events.FileWritten):
            self._set(None, "")

    def _begin(self, what: str, total: Optional[int], unit: str) -> None:
        self._close()
        if self._tqdm is not None:
            # Of 2 files, tqdm would write 2.00.
            is_large = unit == " rows"
            self._bar = self._tqdm(desc=what, total=total, unit=unit, unit_scale=is_large, leave=False)
        elif self._is_plain:
            self._print(f"firstseen: {what}")

    def _set(self, count: Optional[int], note: str) -> None:
        if self._bar is not None:
            self._bar.set_postfix_str(note, refresh=False)
            self._bar.update(1 if count is None else count - self._bar.n)
        elif self._is_plain and count is not None and time.monotonic() >= self._next_line:
            self._next_line = time.monotonic() + _SECONDS_PER_LINE
            self._print(f"\rfirstseen: read {count:,} rows, {note} ")

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None
        elif self._has_line:
            self._print("\r\033[K")
            self._has_line = False

    def _print(self, text: str) -> None:
        print(text, end="", file=sys.stderr, flush=True)
        self._has_line = True
