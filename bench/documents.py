"""The figures in the documentation: other tools in the README, each transport's raw drain in the page on performance."""

from figures import CPU, WALL, by_speed, middle, ratios, spread
from tables import DATABASES, cell, costs, place, sources, table, way_of
from ways import NAMES


def contenders(parts):
    """The README's block: firstseen next to other tools, as a plot and a table."""
    if "contenders" not in parts:
        return ""
    part = parts["contenders"]
    plot = "![Wall time, CPU time and peak memory of each](bench/results/mariadb.svg)\n"
    source = f"{place(part)}; {', '.join(part['versions'])}; median of {_rounds(part)}.\n"
    return "\n".join([plot, _contenders(part), source])


def transports(parts):
    """The performance page's block: firstseen next to the raw drain of each transport."""
    if "drains" not in parts:
        return ""
    part = parts["drains"]
    source = f"{place(part)}; {', '.join(part['versions'])}; median of {part['pairs']} rounds.\n"
    return "\n".join([_drains(part), source])


def _rounds(part):
    fewest = min(len(client["costs"]) for client in part["clients"] if client["costs"])
    slow = "" if fewest == part["pairs"] else f", {fewest} for the slow ones"
    return f"{part['pairs']} rounds{slow}"


def _contenders(part):
    header = [f"on MariaDB over {way_of(part)}", "rows", "wall s", "× drain", "CPU s", "peak MB"]
    base = part["clients"][0]
    rows = []
    for client in by_speed(part["clients"]):
        if client["not_run"]:
            rows.append([cell(client["name"]), f"not run: {cell(client['not_run'])}", *[""] * 4])
            continue
        kept = {None: "none kept", True: "first-seen, in order", False: "any of each key"}[client["first_seen"]]
        wall, by_drain, cpu, _, _, peak = map(_median, costs(client, base))
        rows.append([cell(client["name"]), kept, wall, by_drain, cpu, peak])
    return table(header, rows, left=2)


def _drains(part):
    header = ["database", "transport", "drain s", "firstseen s", "× drain", "drain CPU s", "firstseen CPU s"]
    rows = []
    for point in sources(part):
        drain, ours = point["clients"][:2]
        walls = [f"{middle(client, WALL):.2f}" for client in (drain, ours)]
        cpus = [f"{middle(client, CPU):.2f}" for client in (drain, ours)]
        by_drain = _median(spread("{:.2f}", ratios(ours, drain, WALL)))
        rows.append([DATABASES[point["database"]], NAMES[point["way"]], *walls, by_drain, *cpus])
    return table(header, rows, left=2)


def _median(spread_out):
    return spread_out.split(" (")[0]
