"""`run`, `plan`, `open` and `verify`."""

from __future__ import annotations

import json
import logging
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, Dict, Literal, Optional, Union, cast

from . import _firstseen, events
from ._errors import usage_error
from ._options import StrPath
from ._progress import Progress
from ._request import Request
from ._result import Result

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._options import Options

OnEvent = Callable[[events.Event], None]
ProgressChoice = Union[bool, Literal["auto", "always", "never"]]

_LOG = logging.getLogger("firstseen")


class FirstseenWarning(UserWarning):
    """Something to know about a job that is not an error."""


def run(
    job: Optional[StrPath] = None,
    /,
    *,
    on_event: Optional[OnEvent] = None,
    progress: ProgressChoice = "auto",
    **options: Unpack[Options],
) -> Result:
    """Run a job, and return its result.

    `job` is a job file; `options` are the command's flags with `_` for `-`, and take precedence over it. Relative paths are
    taken from the current folder, those in a job file from its folder. `FIRSTSEEN_SOURCE` and `FIRSTSEEN_PASSWORD` are used
    as by the command. Without `out`, the result goes to the folder `batches`. `force=True` replaces an earlier result.

    `progress` shows a progress bar: `"auto"` on a terminal and in a notebook, `"always"` (or True), `"never"` (or False). It
    is tqdm's, if tqdm is installed. `on_event` is called with each of `firstseen.events`, in this thread; an exception that it
    raises ends the job. Warnings are `FirstseenWarning`s. The log goes to the logger `firstseen`, at level INFO.

    Raises a subclass of `firstseen.Error` if the job fails: then nothing was published. Ctrl-C raises KeyboardInterrupt within
    two seconds, with the same effect. Other threads run meanwhile, and several jobs can run in several threads.

    >>> result = run("sample_data/job.toml", count_only=True, progress="never")
    >>> result.manifest["totals"]["duplicates"]
    80566
    """
    request = Request(job, cast(Dict[str, Any], options))
    job = None
    with Progress(_is_shown(progress)) as bar:
        manifest, folder = _firstseen.run(*request.arguments(), _receiver(on_event, bar.show))
    return Result(json.loads(manifest), None if folder is None else Path(folder))


@dataclass(frozen=True)
class Plan:
    """What a job would read, lock and write. `str()` is the text that the command prints."""

    document: Dict[str, Any]
    text: str

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return self.text


def plan(
    job: Optional[StrPath] = None,
    /,
    *,
    on_event: Optional[OnEvent] = None,
    **options: Unpack[Options],
) -> Plan:
    """Check a job against its database, and return what it would read, lock and write. Reads no rows.

    Takes the same job file and options as `run`.

    >>> plan("sample_data/job.toml").document["key"]
    ['HASHIDV']
    """
    request = Request(job, cast(Dict[str, Any], options))
    job = None
    document, text = _firstseen.plan(*request.arguments(), _receiver(on_event, None))
    return Plan(json.loads(document), text)


@dataclass(frozen=True)
class Verified:
    """A folder that matches its manifest."""

    folder: Path
    run_id: str
    files: int
    rows: int
    bytes: int


def verify(folder: StrPath) -> Verified:
    """Read every file of an output folder, and compare it with the manifest next to it.

    Raises `VerifyError`, which lists the faults, if anything differs.

    >>> _ = run("sample_data/job.toml", out="batches", force=True, progress="never")
    >>> verify("batches").rows
    10014
    """
    return Verified(Path(folder), *_firstseen.verify(folder))


def open(folder: StrPath) -> Result:
    """Return the result of an earlier run, from its output folder. The files themselves aren't read.

    >>> _ = run("sample_data/job.toml", out="batches", force=True, progress="never")
    >>> len(open("batches").batches)
    2
    """
    path = Path(folder).absolute()
    return Result(json.loads(_firstseen.manifest(path)), path)


def _is_shown(progress: ProgressChoice) -> Optional[bool]:
    choices: Dict[Any, Optional[bool]] = {True: True, False: False, "auto": None, "always": True, "never": False}
    try:
        return choices[progress]
    except (KeyError, TypeError):
        raise usage_error(
            f"progress={progress!r} is not one of the possible values",
            'use "auto", "always" or "never", or True or False',
        ) from None


def _receiver(on_event: Optional[OnEvent], show: Optional[OnEvent]) -> _firstseen.OnEvent:
    def receive(text: str, line: Optional[str]) -> None:
        event = events._of_json(json.loads(text))
        if isinstance(event, events.Warned):
            warnings.warn(event.message, FirstseenWarning, stacklevel=3)
        elif line is not None:
            _LOG.info("%s", line)
        if show is not None:
            show(event)
        if on_event is not None:
            on_event(event)

    return receive
