"""Rounds: in each, every contender runs once, one after the other."""

import math
import sys
from dataclasses import replace

from contender import contenders
from job import BATCH_ROWS, FULL_DISTINCT, FULL_ROWS
from measure import measured
from stop import Stop


class Counts:
    """What every run must find: the article's counts at scale 1, else what the first run found."""

    def __init__(self, scale):
        self._rows, self._distinct = (FULL_ROWS, FULL_DISTINCT) if scale == 1 else (None, None)

    def check(self, name, found):
        self._rows = self._agreed(name, "rows", self._rows, found.rows)
        if found.distinct is not None:
            self._distinct = self._agreed(name, "distinct rows", self._distinct, found.distinct)
        if found.files is not None:
            self._agreed(name, "files", math.ceil(self._distinct / BATCH_ROWS), found.files)

    @staticmethod
    def _agreed(name, what, expected, found):
        if expected not in (None, found):
            raise Stop(f"{name} found {found:,} {what}, and not {expected:,}: nothing is measured by that")
        return found


def run_rounds(source, options, counts):
    """Costs by contender, in order of the rounds, and the versions that were seen. The first round is a warm-up."""
    costs, versions = {}, {}
    ready = list(contenders(source, options))
    for number in range(options.pairs + 1):
        for contender, folder in ready:
            words, environment = contender.command()
            printed, cost = measured(words, environment, folder, source.server)
            found = contender.found(printed)
            counts.check(f"{contender.name} on {source.database}", found)
            cost = replace(cost, peak_bytes=found.peak_bytes or cost.peak_bytes)
            versions |= dict.fromkeys(found.versions)
            _tell(source, contender, number, cost)
            if number > 0:
                costs.setdefault(contender.name, []).append(cost)
    return costs, list(versions)


def _tell(source, contender, number, cost):
    which = f"round {number}" if number else "warm-up"
    took = f"{cost.wall_secs:.2f} s, CPU {cost.cpu_secs:.2f} s, {cost.peak_bytes / 1e6:.0f} MB"
    print(f"{source.database}: {which}: {contender.name}: {took}", file=sys.stderr, flush=True)
