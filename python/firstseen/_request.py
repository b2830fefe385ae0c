"""A job's path and options, on their way to the native module."""

from __future__ import annotations

import json
import numbers
import operator
import os
import re
from typing import Any, Dict, Mapping, Optional, Sequence, Tuple

from ._errors import UsageError, usage_error
from ._options import StrPath

# Flags that say how the command reports. Python has other ways.
_OF_THE_COMMAND = {
    "json": "use the result's manifest, or the plan's document",
    "log_format": "use on_event for events, or a formatter of the logger firstseen",
    "progress": "only run shows progress",
    "quiet": "use the level of the logger firstseen",
    "verbose": "use the level of the logger firstseen",
}

# pathlib makes one slash of two.
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://|(mysql|mariadb|postgres|postgresql|sqlite):/")


class Request:
    """A job file's path and options, which can contain a password.

    Many tools show the variables of each frame of a traceback. So when this package raises, no frame of it has the options in
    a variable, but only this object, which doesn't show them.
    """

    __slots__ = ("_job", "_options")

    def __init__(self, job: Optional[StrPath], options: Dict[str, Any]) -> None:
        self._job = job
        self._options = dict(options)
        options.clear()

    def __repr__(self) -> str:
        return "<options>"

    def arguments(self) -> Tuple[Optional[str], str]:
        """The job file's path, and the options as JSON."""
        refused = self._refused()
        if refused is not None:
            raise refused
        fields = (f"{json.dumps(name)}: {_as_json(value)}" for name, value in self._options.items())
        return None if self._job is None else os.fspath(self._job), f"{{{', '.join(fields)}}}"

    def _refused(self) -> Optional[UsageError]:
        """Why these can't be arguments. It is not raised here, because here are variables that must not be shown."""
        if self._job is not None:
            path = os.fspath(self._job) if isinstance(self._job, (str, os.PathLike)) else None
            if not isinstance(path, str):
                return usage_error("the job file isn't a path", "pass options by keyword: run(**options)")
            if _URL.match(path):
                return usage_error("the job file is a URL", "give the URL of the database by keyword: source=…")
        for name, value in self._options.items():
            if name == "job":
                return usage_error("the job file isn't a keyword argument", 'give its path first: run("job.toml")')
            if name in _OF_THE_COMMAND:
                return usage_error(f"{name} is only for the command", _OF_THE_COMMAND[name])
            if _as_json(value) is None:
                shown = name if name.isidentifier() else "an option"
                message = f"the value of {shown} has the wrong type, or is not valid Unicode"
                return usage_error(message, "use text, numbers, True, False, None, paths, and lists of them")
        return None


def _as_json(value: Any) -> Optional[str]:
    try:
        text = json.dumps(_plain(value), allow_nan=False, ensure_ascii=False)
        text.encode()
    except (TypeError, ValueError):
        return None
    return text


def _plain(value: Any) -> Any:
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes, bytearray)):
        return [_plain(inner) for inner in value]
    # Integers of numpy are none of Python's.
    if isinstance(value, numbers.Integral) and not isinstance(value, bool):
        return operator.index(value)
    return value
