"""The parts of the benchmark. Each returns what `results` keeps: the setting, and each contender's costs."""

import shutil
from dataclasses import asdict, replace
from datetime import date

from contender import Beside, DRAIN_AND_FIRSTSEEN, EVERYONE, WITHOUT_PROMISES, readers_of_wide_rows
from job import FULL_ROWS
from machine import commit, machine
from rounds import Counts, Rounds
from size import Size, WideSize
from source import filled, opened, private
from ways import TCP

ROWS = [1 / 16, 1 / 8, 1 / 4, 1 / 2, 1]
WORKERS = [1, 2, 4, 8, 13]
# `firstseen generate` can make about 16 percent of the rows distinct; the article has 6.6 percent.
DISTINCT_SHARES = [0.001, 0.01, 0.033, 0.066, 0.1, 0.15]
DISTINCT_SCALE = 1 / 4


def drains(options):
    """The drain and firstseen, on each database over each transport."""
    return _by_source([*DRAIN_AND_FIRSTSEEN, *_beside(options)], options, options.ways)


def promises(options):
    """firstseen with its defaults, and without what they promise, on each database."""
    return _by_source([*WITHOUT_PROMISES, *_beside(options)], options, [TCP])


def contenders(options):
    """All contenders, on MariaDB."""
    setting = _setting(options)
    with opened("mariadb", options) as sources_of:
        [source] = sources_of(Size(options.scale))
        return setting | _point(source, Size(options.scale), EVERYONE, options, setting)


def scaling(options):
    """MariaDB's drain and firstseen, with more rows, more workers and more distinct rows."""
    setting = _setting(options)
    full = Size(options.scale)
    # On a separate server: all these databases would slow down a tool that searches the whole catalog.
    options = replace(options, folder=options.folder / "scaling")
    with private("mariadb", options) as sources_of:

        def points(sizes, workers):
            pairs = [(size, replace(options, workers=number)) for size in sizes for number in workers]
            return [_point(sources_of(size)[0], size, DRAIN_AND_FIRSTSEEN, each, setting) for size, each in pairs]

        return setting | {
            "by_rows": points([Size(options.scale * part) for part in ROWS], [options.workers]),
            "by_workers": points([full], WORKERS),
            "by_distinct": points([_with_share(options.scale, share) for share in DISTINCT_SHARES], [options.workers]),
        }


def wide(options):
    """Tables of 42 columns with a growing share of new keys, on each database. Only one of these data sets exists at a time."""
    setting = _setting(options)
    # Separate servers, as for `scaling`.
    options = replace(options, folder=options.folder / "wide")
    points = []
    for database in options.databases:
        kinds = [*readers_of_wide_rows(database, options), *_beside(options)]
        for survivors in options.survivors:
            size = WideSize(options.scale, survivors)
            with filled(database, size, options, options.wide_ways) as sources:
                for source in sources:
                    points.append(_point(source, size, kinds, options, setting) | {"survivors": survivors})
                    shutil.rmtree(options.folder / "runs")  # at 95 percent, each client's files take a quarter of the tables' space
    return setting | {"sources": points}


def _by_source(kinds, options, ways):
    setting, size = _setting(options), Size(options.scale)
    points = []
    for database in options.databases:
        with opened(database, options, ways) as sources_of:
            points += [_point(source, size, kinds, options, setting) for source in sources_of(size)]
    return setting | {"sources": points}


def _beside(options):
    return [Beside(*each) for each in options.beside]


def _with_share(scale, share):
    scale *= DISTINCT_SCALE
    return Size(scale, max(1, round(FULL_ROWS * scale * share)))


def _setting(options):
    return {
        "date": date.today().isoformat(),
        "machine": machine(),
        "commit": commit(),
        "versions": [],
        "scale": options.scale,
        "workers": options.workers,
        "pairs": options.pairs,
    }


def _point(source, size, kinds, options, setting):
    """The rounds on one source, with its counts. Adds the versions that were seen to the setting's."""
    counts = Counts(size)
    measured, versions = Rounds(source, kinds, counts, options).run()
    setting["versions"] += [version for version in versions if version not in setting["versions"]]
    return {
        "database": source.database,
        "way": source.way,
        "rows": counts.rows,
        "distinct": counts.distinct,
        "connections": options.workers,
        "clients": [asdict(each) for each in measured],
    }
