"""Measures one process from outside."""

import os
import signal
import subprocess
import time
from dataclasses import dataclass

from memory import Watch
from stop import NotRun

# How much of a failed process' log is shown, from its end.
SHOWN_BYTES = 2000


@dataclass(frozen=True)
class Cost:
    """What a process cost: seconds, and its largest resident memory.

    `server_cpu_secs` is what the database server used meanwhile; None if it isn't a private server.
    """

    wall_secs: float
    cpu_secs: float
    server_cpu_secs: float | None
    peak_bytes: int


def measured(words, environment, folder, server, several=False):
    """Runs a command to its end. Returns what it printed, and its cost.

    Its standard error goes to `log` in `folder`, which is shown if the command fails. The CPU time includes processes that it
    started and waited for. The peak of `several` processes is that of their sum. A single process' peak is never below this
    process' own (about 30 MB), since the system counts its memory until the new program is loaded.
    """
    with open(folder / "log", "wb") as log, open(folder / "printed", "wb") as printed:
        server_before = server.cpu_secs()
        begin = time.perf_counter()
        process = subprocess.Popen(
            words,
            env=environment,
            stdout=printed,
            stderr=log,
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # so that all its processes can be ended together
        )
        usage, watched_bytes = _waited_for(process, several)
        wall_secs = time.perf_counter() - begin
    if process.returncode != 0:
        raise NotRun(f"{words[0]} exited with code {process.returncode}:\n{_end_of(folder / 'log')}")
    server_after = server.cpu_secs()
    cost = Cost(
        wall_secs=wall_secs,
        cpu_secs=usage.ru_utime + usage.ru_stime,
        server_cpu_secs=None if server_after is None else server_after - server_before,
        peak_bytes=watched_bytes or usage.ru_maxrss * 1024,  # KiB on Linux
    )
    return (folder / "printed").read_bytes(), cost


def _waited_for(process, several):
    try:
        with Watch(process.pid if several else None) as watch:
            _, status, usage = os.wait4(process.pid, 0)
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        raise
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage, watch.peak_bytes


def _end_of(log):
    return log.read_bytes()[-SHOWN_BYTES:].decode(errors="replace").strip()
