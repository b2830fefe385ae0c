"""Find the distinct records of many same-schema SQL tables and write them as batch files.

A job reads the tables, keeps the first row of each key, and publishes a folder of batch files with a manifest:

>>> import firstseen
>>> result = firstseen.run("sample_data/job.toml", out="batches", force=True, progress="never")
>>> result.manifest["totals"]["new"]
10014
>>> [path.name for path in result.batches]
['person-0000001-0010000.parquet', 'person-0010001-0010014.parquet']

`plan` checks a job without reading rows, `open` returns the result of an earlier run, and `verify` checks one against its
manifest. Failures are subclasses of `firstseen.Error`.
"""

from __future__ import annotations

from . import events
from ._api import FirstseenWarning, Plan, Verified, open, plan, run, verify
from ._errors import (
    AccessDeniedError,
    CapacityError,
    ConnectionLostError,
    DataError,
    EngineError,
    Error,
    ExistsError,
    InternalError,
    InUseError,
    OutputError,
    RefusedError,
    SchemaError,
    SessionEndedError,
    SourceError,
    UnreachableError,
    UsageError,
    ValueFitError,
    VerifyError,
)
from ._firstseen import __version__
from ._result import Result

__all__ = [
    "AccessDeniedError",
    "CapacityError",
    "ConnectionLostError",
    "DataError",
    "EngineError",
    "Error",
    "ExistsError",
    "FirstseenWarning",
    "InUseError",
    "InternalError",
    "OutputError",
    "Plan",
    "RefusedError",
    "Result",
    "SchemaError",
    "SessionEndedError",
    "SourceError",
    "UnreachableError",
    "UsageError",
    "ValueFitError",
    "Verified",
    "VerifyError",
    "__version__",
    "events",
    "open",
    "plan",
    "run",
    "verify",
]
