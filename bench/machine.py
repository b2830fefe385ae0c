"""Describes the machine that the benchmark ran on."""

import os
import platform
import re
import subprocess
from functools import cache
from pathlib import Path


def machine():
    """The machine and its current load, in one line."""
    memory = f"{_memory_bytes() / 1e9:.1f} GB"
    system = f"{platform.system()} {platform.release()}"
    return f"{_processor()}, {cores()} cores, {memory}, {system}, load at the start {os.getloadavg()[0]:.2f}"


def cores():
    """The number of cores that this process may use."""
    return len(os.sched_getaffinity(0))


@cache
def commit():
    """The commit of this benchmark, in a list that is empty if there is none. Asked only once, since results change the work tree."""
    words = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty"]
    try:
        found = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    except OSError:
        return []
    return [f"bench at {found.stdout.strip()}"] if found.returncode == 0 else []


def _processor():
    found = re.search(r"^model name\s*:\s*(.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found[1] if found else platform.machine()


def _memory_bytes():
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
