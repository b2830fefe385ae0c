"""Samples the memory of a process and of all processes that it started."""

import os
import threading
from pathlib import Path

LOOK_SECS = 0.1  # a sample takes well below a millisecond

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class Watch:
    """Watches a process, if there is one, until the block ends. `peak_bytes` is the largest sum that was seen.

    Pages that processes share are counted for each of them: about 10 MB for each of Python's processes.
    """

    def __init__(self, pid):
        self.peak_bytes = 0
        self._pid = pid
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self):
        if self._pid is not None:
            self._thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()

    def _look(self):
        while not self._ended.wait(LOOK_SECS):
            self.peak_bytes = max(self.peak_bytes, sum(map(_resident_bytes, _family(self._pid))))


def _family(pid):
    """The process and its descendants that still run."""
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            pids = children.read_text().split()
        except OSError:  # it ended
            continue
        for child in pids:
            yield from _family(int(child))


def _resident_bytes(pid):
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_BYTES
    except OSError:  # it ended
        return 0
