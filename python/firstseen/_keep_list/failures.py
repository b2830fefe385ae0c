"""What the errors of this step have in common."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Optional, TypeVar

from .._errors import Error, OutputError

_AnyError = TypeVar("_AnyError", bound=Error)

# Engines add stack traces and plans to their messages.
_MAX_CAUSE_CHARS = 500


def advised(error: _AnyError, advice: str, cause: Optional[BaseException] = None) -> _AnyError:
    """The error, with what to do about it, and with the text of what caused it."""
    error.advice = advice
    if cause is not None:
        error.causes = [_text(cause)]
    return error


def _text(cause: BaseException) -> str:
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror
    lines = [line.strip() for line in str(cause).split("JVM stacktrace:")[0].splitlines()]
    text = " ".join(line for line in lines if line and not line.startswith("at ")) or type(cause).__name__
    return text if len(text) <= _MAX_CAUSE_CHARS else text[:_MAX_CAUSE_CHARS] + "…"


def output_error(what: str, path: Path, cause: OSError) -> OutputError:
    """The error when the operating system refuses an operation on the stage."""
    if cause.errno in (errno.ENOSPC, errno.EDQUOT):
        advice = "free some space, and run the same command again"
    elif cause.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        advice = "run this as a user who is allowed to write to the stage"
    else:
        advice = "check the disk or the share, and run the same command again"
    return advised(OutputError(f"can't {what} {path}"), advice, cause)
