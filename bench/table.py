"""The result, as Markdown."""

from statistics import median

HEADER = ["database", "client", "wall s", "× drain", "CPU s", "× drain", "server CPU s", "peak MB", "× drain"]


def table(costs_by_database):
    """A row for each database and contender; the first contender of each is the base of the ratios."""
    rows = [HEADER, ["---", "---", *["---:"] * (len(HEADER) - 2)]]
    for database, costs in costs_by_database.items():
        base = next(iter(costs.values()))
        rows += [[database, name, *_cells(each, base)] for name, each in costs.items()]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _cells(costs, base):
    server = [cost.server_cpu_secs for cost in costs if cost.server_cpu_secs is not None]
    return [
        *_pair("{:.2f}", costs, base, lambda cost: cost.wall_secs),
        *_pair("{:.2f}", costs, base, lambda cost: cost.cpu_secs),
        _spread("{:.2f}", server),
        *_pair("{:.0f}", costs, base, lambda cost: cost.peak_bytes / 1e6),
    ]


def _pair(form, costs, base, part):
    """A part of the costs, and its ratio to the base's in the same round."""
    ratios = [part(cost) / part(of) for cost, of in zip(costs, base, strict=True)]
    return [_spread(form, [part(cost) for cost in costs]), "1" if costs is base else _spread("{:.2f}", ratios)]


def _spread(form, values):
    """Median, and least to most."""
    if not values:
        return "–"
    least, middle, most = (form.format(value) for value in (min(values), median(values), max(values)))
    return middle if least == most else f"{middle} ({least}–{most})"
