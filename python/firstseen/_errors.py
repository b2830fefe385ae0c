"""The exceptions, by what the caller can do about them."""

from __future__ import annotations

from typing import Any, List, Optional, Tuple, Type


class Error(Exception):
    """A job, a plan or a check failed. Nothing was published.

    - `message`: what went wrong, without where
    - `table`, `row`, `column`: where, each None if unknown; rows count from 1, in the order in which a table or part is read
    - `advice`: what to do, or None
    - `causes`: the underlying errors, the outermost first
    - `exit_code`: the command's exit code for this failure
    - `retryable`: whether the same job can succeed later without a change to the job, the permissions or the data
    """

    message: str
    table: Optional[str] = None
    row: Optional[int] = None
    column: Optional[str] = None
    advice: Optional[str] = None
    causes: List[str]
    exit_code: int = 1
    retryable: bool = False

    _where: str = ""

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.causes = []

    def __str__(self) -> str:
        lines = [self.message]
        if self._where:
            lines.append(f"  where: {self._where}")
        lines += [f"  cause: {cause}" for cause in self.causes]
        if self.advice:
            lines.append(f"  hint: {self.advice}")
        return "\n".join(lines)

    def __reduce__(self) -> Tuple[Any, ...]:
        return (type(self), (self.message,), self.__dict__)


class UsageError(Error):
    """Options or a job file that make no job."""

    exit_code = 2


class SourceError(Error):
    """The database can't be reached, refused something, or the connection was lost."""

    exit_code = 3


class UnreachableError(SourceError):
    """The database can't be reached, or its file doesn't exist."""

    retryable = True


class AccessDeniedError(SourceError):
    """The database refused the user or the password."""


class RefusedError(SourceError):
    """The database refused a statement, or something that the job requires."""


class ConnectionLostError(SourceError):
    """The connection was lost while it was in use."""

    retryable = True


class SessionEndedError(SourceError):
    """The database ended the session or the query, kept it waiting for too long, or was changed meanwhile."""

    retryable = True


class EngineError(Error):
    """DuckDB, Sail or Spark failed, or didn't see the files of a stage."""

    exit_code = 3
    retryable = True


class DataError(Error):
    """The data or the schema doesn't fit."""

    exit_code = 4


class SchemaError(DataError):
    """A table or column is missing, or the tables' columns don't match."""


class ValueFitError(DataError):
    """A value can't be represented exactly in its column's type, or a key is NULL."""


class CapacityError(DataError):
    """There are more rows or bytes than firstseen can address, or the system has no more threads."""


class VerifyError(DataError):
    """Batch files or a manifest are not what they should be."""


class OutputError(Error):
    """The output can't be written."""

    exit_code = 5


class ExistsError(Error):
    """The output exists. `force=True` replaces the output of an earlier run."""

    exit_code = 6


class InUseError(Error):
    """Another job is writing the same output."""

    exit_code = 6
    retryable = True


class InternalError(Error):
    """A bug, or totals that don't add up."""


_CLASSES = {
    "Usage": UsageError,
    "JobFile": UsageError,
    "Unreachable": UnreachableError,
    "AccessDenied": AccessDeniedError,
    "Refused": RefusedError,
    "Lost": ConnectionLostError,
    "Ended": SessionEndedError,
    "Schema": SchemaError,
    "Value": ValueFitError,
    "Capacity": CapacityError,
    "Fault": VerifyError,
    "Output": OutputError,
    "Exists": ExistsError,
    "InUse": InUseError,
    "Sums": InternalError,
    "Bug": InternalError,
}


def usage_error(message: str, advice: str) -> UsageError:
    """The exception for options that this package refuses itself."""
    error = UsageError(message)
    error.advice = advice
    return error


def of_kind(
    kind: str,
    message: str,
    where: str,
    place: Tuple[Optional[str], Optional[int], Optional[str]],
    advice: Optional[str],
    causes: List[str],
    exit_code: int,
    retryable: bool,
) -> Error:
    """The exception for a failure of the native module."""
    kind_class: Type[Error] = _CLASSES.get(kind, Error)
    error = kind_class(message)
    error._where = where
    error.table, error.row, error.column = place
    error.advice = advice
    error.causes = list(causes)
    error.exit_code = exit_code
    error.retryable = retryable
    return error
