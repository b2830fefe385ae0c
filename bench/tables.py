"""The results as Markdown: all tables, and what the documentation's tables are made of."""

from figures import CPU, PEAK, SENT, SERVER_CPU, WALL, by_speed, ratios, spread, values
from ways import FILE, NAMES, TCP

MEGABYTE = 1e6

DATABASES = {"mariadb": "MariaDB", "postgres": "PostgreSQL", "sqlite": "SQLite"}


def figures(parts):
    """All tables, with each part's setting."""
    texts = ["# Figures\n\nWritten by `bench/run --save`; [what they mean](../README.md). Median (least–most).\n"]
    if "drains" in parts:
        texts.append(f"## Next to the raw drains\n\n{drains(parts['drains'])}\n{setting(parts['drains'])}")
    if "contenders" in parts:
        heading = f"## Next to other tools, on MariaDB over {way_of(parts['contenders'])}"
        plot = "![Wall time, CPU time and peak memory of each](mariadb.svg)"
        texts.append(f"{heading}\n\n{plot}\n\n{contenders(parts['contenders'])}\n")
        texts[-1] += setting(parts["contenders"])
    if "scaling" in parts:
        plot = "![Time by rows, by connections and by distinct share](scaling.svg)"
        heading = f"## More rows, more connections, more distinct rows, on MariaDB over {NAMES[TCP]}"
        texts.append(f"{heading}\n\n{plot}\n\n")
        texts[-1] += f"{scaling(parts['scaling'])}\n{setting(parts['scaling'])}"
    if "promises" in parts:
        texts.append(f"## What the promises cost\n\n{promises(parts['promises'])}\n{setting(parts['promises'])}")
    if "wide" in parts:
        texts.append(f"## Wide rows\n\n{wide(parts['wide'])}\n{setting(parts['wide'])}")
    return "\n".join(texts)


def drains(part):
    return _by_source(part, "× drain") + _beside(part)


def promises(part):
    return _by_source(part, "× defaults")


def wide(part):
    header = ["database", "transport", "survivors", "client", "wall s", "× drain", "× firstseen", "CPU s", "× drain"]
    header += ["× firstseen", "server CPU s", "peak MB", "MB sent"]
    rows = []
    for point in sources(part):
        place = [*_place_of(point), f"{point['survivors']:g} %"]
        rows += [[*place, cell(client["name"]), *_wide_costs(client, point)] for client in point["clients"]]
    return table(header, rows, left=4)


def _wide_costs(client, point):
    """The costs next to the drain's and firstseen's, or why there are none."""
    if client["not_run"]:
        return [f"not run: {cell(client['not_run'])}", *[""] * 8]
    drain, ours = point["clients"][:2]
    wall, by_drain, cpu, cpu_by_drain, server_cpu, peak = costs(client, drain)
    by_ours, cpu_by_ours = ("1" if client is ours else spread("{:.2f}", ratios(client, ours, part)) for part in (WALL, CPU))
    return [wall, by_drain, by_ours, cpu, cpu_by_drain, cpu_by_ours, server_cpu, peak, _megabytes(client, SENT)]


def sources(part):
    """What was measured on each source: a point, with its database and transport.

    Earlier results have one point per database and no transport, which was plain TCP.
    """
    if "sources" in part:
        return part["sources"]
    ways = {"sqlite": FILE}
    points = part["databases"].items()
    return [point | {"database": database, "way": ways.get(database, TCP)} for database, point in points]


def way_of(part):
    """The name of a part's transport."""
    return NAMES[part.get("way", TCP)]


def _by_source(part, ratio):
    header = ["database", "transport", "client", "wall s", ratio, "CPU s", ratio, "server CPU s", "peak MB"]
    rows = []
    for point in sources(part):
        base, *others = point["clients"]
        clients = [base, *(client for client in others if not client["not_run"])]
        rows += [[*_place_of(point), cell(client["name"]), *costs(client, base)] for client in clients]
    return table(header, rows, left=3)


def _beside(part):
    """firstseen compared with the other binaries that ran in the same rounds; empty if there were none."""
    header = ["database", "transport", "firstseen beside", "its wall s", "wall ×", "its CPU s", "CPU ×"]
    rows = []
    for point in sources(part):
        _, ours, *others = point["clients"]
        for other in others:
            found = [other["name"].removeprefix("firstseen, ")]
            for measure in (WALL, CPU):
                found += [spread("{:.2f}", values(other, measure)), spread("{:.2f}", ratios(ours, other, measure))]
            rows.append([*_place_of(point), *found])
    return f"\n{table(header, rows, left=3)}" if rows else ""


def _place_of(point):
    return [DATABASES[point["database"]], NAMES[point["way"]]]


def contenders(part):
    header = ["client", "rows", "files", "rounds", "wall s", "× drain", "CPU s", "× drain", "server CPU s", "peak MB"]
    base = part["clients"][0]
    rows = []
    for client in by_speed(part["clients"]):
        if client["not_run"]:
            rows.append([cell(client["name"]), f"not run: {cell(client['not_run'])}", *[""] * (len(header) - 2)])
        else:
            rounds = str(len(client["costs"]))
            rows.append([cell(client["name"]), gives(client, part), client["files"], rounds, *costs(client, base)])
    return table(header, rows, left=3)


def scaling(part):
    header = ["", "rows", "distinct", "connections", "drain s", "firstseen s", "× drain", "CPU s", "peak MB"]
    rows = []
    for series in ("by_rows", "by_workers", "by_distinct"):
        for number, point in enumerate(part[series]):
            base, ours = point["clients"]
            counts = [f"{point['rows']:,}", f"{point['distinct']:,}", str(point["connections"])]
            costs = [
                spread("{:.2f}", values(base, WALL)),
                spread("{:.2f}", values(ours, WALL)),
                spread("{:.2f}", ratios(ours, base, WALL)),
                spread("{:.2f}", values(ours, CPU)),
                _megabytes(ours),
            ]
            rows.append([series.replace("_", " ") if number == 0 else "", *counts, *costs])
    return table(header, rows, left=1)


def gives(client, part):
    """Which rows a client writes, according to its files."""
    if client["first_seen"] is None:
        return "none"
    if client["first_seen"]:
        return "first-seen, in order"
    strange = client["compared"]["strange_rows"]
    return f"one for each key, in no fixed order: {strange:,} of {part['distinct']:,} aren't the first-seen"


def place(part):
    """The machine without its load."""
    return part["machine"].partition(", load")[0]


def setting(part):
    """The lines below a table: the size, the machine and the versions."""
    rounds = f"scale {part['scale']:g}, {part['workers']} connections, {part['pairs']} rounds"
    versions = ", ".join([*part["versions"], *part["commit"]])
    return f"- {part['date']}, {rounds}\n- {part['machine']}\n- {versions}\n"


def costs(client, base):
    """Wall time and its ratio, CPU time and its ratio, the server's CPU time, peak memory."""
    own = client is base
    return [
        spread("{:.2f}", values(client, WALL)),
        "1" if own else spread("{:.2f}", ratios(client, base, WALL)),
        spread("{:.2f}", values(client, CPU)),
        "1" if own else spread("{:.2f}", ratios(client, base, CPU)),
        spread("{:.2f}", values(client, SERVER_CPU)),
        _megabytes(client),
    ]


def _megabytes(client, part=PEAK):
    return spread("{:.0f}", [number / MEGABYTE for number in values(client, part)])


def cell(text):
    return text.replace("|", r"\|")


def table(header, rows, left):
    """A table whose first `left` columns hold text, and the others numbers."""
    rule = ["---"] * left + ["---:"] * (len(header) - left)
    return "".join(f"| {' | '.join(row)} |\n" for row in [header, rule, *rows])
