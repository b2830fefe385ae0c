"""Rounds. In each, all contenders run once, one after the other. The first is a warm-up, which isn't part of the figures."""

import json
import math
import subprocess
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path

from contender import DRAIN_AND_FIRSTSEEN, ready
from job import BATCH_ROWS
from measure import measured
from stop import NO_PYTHON, NotRun, Stop

SLOW_SECS = 20  # contenders that take longer run only in the first `slow_pairs` rounds

COMPARE = Path(__file__).parent / "contenders" / "compare.py"


@dataclass
class Measured:
    """What is known about a contender after the rounds: its costs in order, or why there are none."""

    name: str
    files: str
    first_seen: bool | None
    costs: list = field(default_factory=list)
    compared: dict | None = None
    not_run: str | None = None


class Counts:
    """What every run must find. It is known beforehand, or taken from the first run."""

    def __init__(self, size):
        self.rows, self.distinct = size.counts

    def check(self, name, found):
        self.rows = self._agreed(name, "rows", self.rows, found.rows)
        if found.distinct is not None:
            self.distinct = self._agreed(name, "distinct rows", self.distinct, found.distinct)
        if found.files is not None:
            self._agreed(name, "files", math.ceil(self.distinct / BATCH_ROWS), found.files)

    @staticmethod
    def _agreed(name, what, expected, found):
        if expected not in (None, found):
            raise Stop(f"{name} found {found:,} {what} instead of {expected:,}, so it can't be measured")
        return found


class Rounds:
    """The rounds of several contenders on one source."""

    def __init__(self, source, kinds, counts, options):
        self._source, self._counts, self._options = source, counts, options
        self._ready, self._versions = [], {}
        self._measured = {}
        for kind in kinds:
            self._make_ready(kind)

    def run(self):
        """Runs all rounds. Returns a `Measured` for each contender, and the versions that were seen."""
        for number in range(self._options.pairs + 1):
            # In reverse order every other time, so that no contender always runs after the same one.
            for contender, folder in self._ready[:: -1 if number % 2 else 1]:
                self._run_one(contender, folder, number)
        return list(self._measured.values()), list(self._versions)

    def _make_ready(self, kind):
        self._measured[kind.name] = Measured(kind.name, kind.files, kind.first_seen)
        try:
            self._ready += ready([kind], self._source, self._options)
        except NotRun as reason:
            self._leave_out(kind, reason)

    def _run_one(self, contender, folder, number):
        measured_so_far = self._measured[contender.name]
        if number > self._options.slow_pairs and measured_so_far.costs[0].wall_secs > SLOW_SECS:
            return
        try:
            cost = self._cost(contender, folder)
            if number == 0:
                measured_so_far.compared = self._compared(contender)
        except NotRun as reason:
            # A contender that ran once must not fail later. Without these two there is nothing to report.
            if number > 0 or type(contender) in DRAIN_AND_FIRSTSEEN:
                raise
            self._ready.remove((contender, folder))
            self._leave_out(contender, reason)
            return
        self._tell(contender, number, cost)
        if number > 0:
            measured_so_far.costs.append(cost)

    def _cost(self, contender, folder):
        words, environment = contender.command()
        printed, cost = measured(words, environment, folder, self._source.server, contender.several)
        found = contender.found(printed)
        self._counts.check(f"{contender.name} on {self._source.name}", found)
        if cost.sent_bytes is not None and cost.sent_bytes < found.rows:
            raise NotRun("it doesn't read over the requested transport")
        self._versions |= dict.fromkeys(found.versions)
        return replace(cost, peak_bytes=found.peak_bytes or cost.peak_bytes)

    def _compared(self, contender):
        """How the files compare with firstseen's, which ran before; None for firstseen's own and if there are none."""
        reference = next(ours.batches for ours, _ in self._ready if type(ours) is DRAIN_AND_FIRSTSEEN[1])
        if contender.batches in (None, reference):
            return None
        if not self._options.python.is_file():
            raise NotRun(NO_PYTHON)
        words = [self._options.python, "-B", COMPARE, self._source.job.name, reference, contender.batches]
        done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            raise NotRun(f"its files can't be read:\n{done.stderr.strip()}")
        compared = json.loads(done.stdout)
        exact = compared["strange_rows"] == 0 and compared["in_order"]
        if not compared["full"] or compared["rows"] != self._counts.distinct or (contender.first_seen and not exact):
            raise Stop(f"{contender.name} wrote the wrong files: {done.stdout.strip()}")
        return compared

    def _leave_out(self, contender, reason):
        self._measured[contender.name].not_run = _in_a_line(reason)
        print(f"{self._source.name}: {contender.name}: not run: {reason}", file=sys.stderr, flush=True)

    def _tell(self, contender, number, cost):
        which = f"round {number}" if number else "warm-up"
        took = f"{cost.wall_secs:.2f} s, CPU {cost.cpu_secs:.2f} s, {cost.peak_bytes / 1e6:.0f} MB"
        print(f"{self._source.name}: {which}: {contender.name}: {took}", file=sys.stderr, flush=True)


def _in_a_line(reason):
    """The line that says most: the first that begins with "error", or the last, where Python puts the exception."""
    lines = str(reason).strip().splitlines()
    return next((line for line in lines if line.startswith("error")), lines[-1])
