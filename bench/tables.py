"""The results, as Markdown."""

from figures import CPU, PEAK, SERVER_CPU, WALL, by_speed, ratios, spread, values

MEGABYTE = 1e6

WAYS = {"socket": "Unix socket", "tcp": "TCP", "tls": "TLS"}
NAMES = {"mariadb": "MariaDB", "postgres": "PostgreSQL", "sqlite": "SQLite"}


def figures(parts):
    """Every table, each part with its setting."""
    texts = ["# Figures\n\nWritten by `bench/run --save`; [what they mean](../README.md). Median (least–most).\n"]
    if "drains" in parts:
        texts.append(f"## Beside the raw drains\n\n{drains(parts['drains'])}\n{setting(parts['drains'])}")
    if "contenders" in parts:
        plot = "![Wall time, CPU time and peak memory of each](mariadb.svg)"
        texts.append(f"## Beside other tools, on MariaDB\n\n{plot}\n\n{contenders(parts['contenders'])}\n")
        texts[-1] += setting(parts["contenders"])
    if "scaling" in parts:
        plot = "![Time by rows, by connections and by distinct share](scaling.svg)"
        texts.append(f"## More rows, more connections, more distinct rows, on MariaDB\n\n{plot}\n\n")
        texts[-1] += f"{scaling(parts['scaling'])}\n{setting(parts['scaling'])}"
    if "promises" in parts:
        texts.append(f"## What the promises cost\n\n{promises(parts['promises'])}\n{setting(parts['promises'])}")
    return "\n".join(texts)


def drains(part):
    return _by_place("database, by", [(_place(point), point) for point in part["points"]], "× drain")


def promises(part):
    return _by_place("database", [(NAMES[name], point) for name, point in part["databases"].items()], "× defaults")


def _by_place(place, points, ratio):
    header = [place, "client", "wall s", ratio, "CPU s", ratio, "server CPU s", "peak MB"]
    rows = []
    for name, point in points:
        base, *others = point["clients"]
        clients = [base, *(client for client in others if not client["not_run"])]
        rows += [[name, client["name"], *_costs(client, base)] for client in clients]
    return _table(header, rows, left=2)


def _place(point):
    name, way = NAMES[point["database"]], WAYS.get(point["way"])
    return f"{name}, {way}" if way else name


def contenders(part):
    header = ["client", "rows", "files", "rounds", "wall s", "× drain", "CPU s", "× drain", "server CPU s", "peak MB"]
    base = part["clients"][0]
    rows = []
    for client in by_speed(part["clients"]):
        if client["not_run"]:
            rows.append([_name(client), f"not run: {_cell(client['not_run'])}", *[""] * (len(header) - 2)])
        else:
            rounds = str(len(client["costs"]))
            rows.append([_name(client), gives(client, part), client["files"], rounds, *_costs(client, base)])
    return _table(header, rows, left=3)


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
    return _table(header, rows, left=1)


def gives(client, part):
    """Which rows a client gives, as its files show."""
    if client["first_seen"] is None:
        return "none"
    if client["first_seen"]:
        return "first-seen, in order"
    strange = client["compared"]["strange_rows"]
    return f"one of each key, in no fixed order: {strange:,} of {part['distinct']:,} aren't the first-seen"


def setting(part):
    """On what, with what: the lines below a table."""
    rounds = f"scale {part['scale']:g}, {part['workers']} connections, {part['pairs']} rounds"
    versions = ", ".join([*part["versions"], *part["commit"]])
    return f"- {part['date']}, {rounds}\n- {part['machine']}\n- {versions}\n"


def readme(parts):
    """What the project's README shows: the plot, the short table, the machine, and the drains of all databases."""
    texts = []
    if "contenders" in parts:
        part = parts["contenders"]
        texts.append("![Wall time, CPU time and peak memory of each](bench/results/mariadb.svg)\n")
        texts.append(_short(part))
        place = part["machine"].partition(", load")[0]
        texts.append(f"{place}; {', '.join(part['versions'])}; median of {_rounds(part)}.\n")
    if "drains" in parts:
        texts.append(f"{_beside_drains(parts['drains'])}")
    return "\n".join(texts)


def _rounds(part):
    fewest = min(len(client["costs"]) for client in part["clients"] if client["costs"])
    slow = "" if fewest == part["pairs"] else f", of the slow ones {fewest}"
    return f"{part['pairs']} rounds{slow}"


def _short(part):
    header = ["on MariaDB", "rows", "wall s", "× drain", "CPU s", "peak MB"]
    base = part["clients"][0]
    rows = []
    for client in by_speed(part["clients"]):
        if client["not_run"]:
            rows.append([_name(client), f"not run: {_cell(client['not_run'])}", *[""] * 4])
            continue
        kept = {None: "none kept", True: "first-seen, in order", False: "any of each key"}[client["first_seen"]]
        wall, by_drain, cpu, _, _, peak = (cell.split(" (")[0] for cell in _costs(client, base))
        rows.append([_name(client), kept, wall, by_drain, cpu, peak])
    return _table(header, rows, left=2)


def _beside_drains(part):
    """Where the ways into a database are columns."""
    header = ["firstseen × raw drain, alternating with it alone", *WAYS.values(), "file"]
    found = {}
    for point in part["points"]:
        base, ours = point["clients"][:2]
        by_drain = spread("{:.2f}", ratios(ours, base, WALL)).split(" (")[0]
        found.setdefault(NAMES[point["database"]], {})[point["way"]] = f"{by_drain}×"
    rows = [[name, *(by_way.get(way, "") for way in [*WAYS, None])] for name, by_way in found.items()]
    return _table(header, rows, left=1)


def _costs(client, base):
    """Wall and ratio, CPU and ratio, the server's CPU, peak."""
    own = client is base
    return [
        spread("{:.2f}", values(client, WALL)),
        "1" if own else spread("{:.2f}", ratios(client, base, WALL)),
        spread("{:.2f}", values(client, CPU)),
        "1" if own else spread("{:.2f}", ratios(client, base, CPU)),
        spread("{:.2f}", values(client, SERVER_CPU)),
        _megabytes(client),
    ]


def _megabytes(client):
    return spread("{:.0f}", [peak / MEGABYTE for peak in values(client, PEAK)])


def _name(client):
    return _cell(client["name"])


def _cell(text):
    return text.replace("|", r"\|")


def _table(header, rows, left):
    """A table whose first `left` columns hold text, the others numbers."""
    rule = ["---"] * left + ["---:"] * (len(header) - left)
    return "".join(f"| {' | '.join(row)} |\n" for row in [header, rule, *rows])
