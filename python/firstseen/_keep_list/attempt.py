"""The folder `keep` of a stage, and in it the folder that one process fills: its attempt.

An attempt counts once keep.json lists its files. One process at a time makes the keep-list: it holds a lock, which the system
releases however the process ends. So the holder knows that the processes of all other attempts have ended, and removes these.
An engine may still be writing for such a process. It then fails, and what it leaves is removed with the next attempt.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import re
import secrets
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Dict, Optional, Sequence, Set, Type

from .._errors import InUseError, OutputError
from .failures import advised, output_error

_ATTEMPT = re.compile(r"[0-9a-f]{8}")
_PARTIAL = re.compile(r"\.keep\.json\.[0-9a-f]{8}")
_SYNCERS = 16


class Attempt:
    """A new attempt, while its process holds the lock. Removes what it has written, unless it is published."""

    folder: Path

    def __init__(self, keep: Path) -> None:
        self._keep = keep
        self._is_published = False
        self._lock = -1

    def __enter__(self) -> Attempt:
        try:
            self._keep.mkdir(exist_ok=True)
        except OSError as cause:
            raise output_error("create the folder", self._keep, cause) from None
        self._lock = _locked(self._keep / "lock")
        return self

    def begin(self) -> None:
        """Removes the attempts of dead processes, and creates this one's folder."""
        self.folder = self._keep / secrets.token_hex(4)
        try:
            self._sweep()
            self.folder.mkdir()
        except OSError as cause:
            raise output_error("create the folder", self.folder, cause) from None

    def _sweep(self) -> None:
        with os.scandir(self._keep) as entries:
            names = [entry.name for entry in entries]
        for name in names:
            if _ATTEMPT.fullmatch(name):
                shutil.rmtree(self._keep / name, ignore_errors=True)
            elif _PARTIAL.fullmatch(name):
                (self._keep / name).unlink()

    def publish(self, document: Dict[str, Any], files: Sequence[Path]) -> None:
        """Makes the attempt count: writes keep.json, after all that it lists has reached the disk."""
        self._sync(files)
        path = self._keep / "keep.json"
        partial = self._keep / f".keep.json.{self.folder.name}"
        try:
            with open(partial, "w", encoding="utf-8") as file:
                json.dump(document, file, indent=2)
                file.write("\n")
                file.flush()
                os.fsync(file.fileno())
            os.replace(partial, path)
            _sync_folder(self._keep)
        except OSError as cause:
            raise output_error("write", path, cause) from None
        self._is_published = True

    def _sync(self, files: Sequence[Path]) -> None:
        folders: Set[Path] = {self._keep.parent, self._keep, self.folder}
        for file in files:
            folders.update(parent for parent in file.parents if self.folder in parent.parents)
        try:
            with ThreadPoolExecutor(_SYNCERS) as syncers:
                list(syncers.map(_sync_file, files))
                list(syncers.map(_sync_folder, folders))
        except OSError as cause:
            raise output_error("write the keep-list's files in", self.folder, cause) from None

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        if hasattr(self, "folder") and not self._is_published:
            shutil.rmtree(self.folder, ignore_errors=True)
        os.close(self._lock)


def _locked(path: Path) -> int:
    try:
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as cause:
        raise output_error("open", path, cause) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as cause:
        os.close(lock)
        if cause.errno in (errno.EWOULDBLOCK, errno.EACCES):
            message = f"another process is making the keep-list in {path.parent}"
            raise advised(InUseError(message), "wait until it has finished; this command then returns its result") from None
        message = f"{path} can't be locked"
        raise advised(OutputError(message), "use a share that supports locks, such as NFS 4", cause) from None
    return lock


def _sync_file(path: Path) -> None:
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def _sync_folder(path: Path) -> None:
    try:
        _sync_file(path)
    except OSError as cause:
        # Some filesystems don't sync folders, and say so.
        if cause.errno != errno.EINVAL:
            raise
