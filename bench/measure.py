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

    `server_cpu_secs` is what the database server used meanwhile; None if it isn't a private server. `sent_bytes` is what the
    server sent; None if there is no link that counts it.
    """

    wall_secs: float
    cpu_secs: float
    server_cpu_secs: float | None
    peak_bytes: int
    sent_bytes: int | None = None


def measured(words, environment, folder, server, several=False):
    """Runs a command to its end. Returns what it printed, and its cost.

    Its standard error goes to `log` in `folder`, which is shown if the command fails. The CPU time includes processes that it
    started and waited for. The peak of `several` processes is that of their sum. A single process' peak is never below this
    process' own (about 30 MB), since the system counts its memory until the new program is loaded.
    """
    with open(folder / "log", "wb") as log, open(folder / "printed", "wb") as printed:
        server_before, sent_before = server.cpu_secs(), server.sent_bytes()
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
    server_after, sent_after = server.cpu_secs(), server.sent_bytes()
    cost = Cost(
        wall_secs=wall_secs,
        cpu_secs=usage.ru_utime + usage.ru_stime,
        server_cpu_secs=_increase(server_before, server_after),
        peak_bytes=watched_bytes or usage.ru_maxrss * 1024,  # KiB on Linux
        sent_bytes=_increase(sent_before, sent_after),
    )
    return (folder / "printed").read_bytes(), cost


def _increase(before, after):
    return None if after is None else after - before


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
