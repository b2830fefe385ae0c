"""What the project's README shows: other tools with their plot, and firstseen beside the drain of each way in."""

from figures import CPU, WALL, by_speed, middle, ratios, spread
from tables import DATABASES, cell, costs, place, sources, table, way_of
from ways import NAMES


def shown(parts):
    texts = []
    if "contenders" in parts:
        part = parts["contenders"]
        texts.append("![Wall time, CPU time and peak memory of each](bench/results/mariadb.svg)\n")
        texts.append(_contenders(part))
        texts.append(f"{place(part)}; {', '.join(part['versions'])}; median of {_rounds(part)}.\n")
    if "drains" in parts:
        part = parts["drains"]
        texts.append("Each way in with a raw drain of its own, which alternates with firstseen alone:\n")
        texts.append(_drains(part))
        texts.append(f"{place(part)}; {', '.join(part['versions'])}; median of {part['pairs']} rounds.\n")
    return "\n".join(texts)


def _rounds(part):
    fewest = min(len(client["costs"]) for client in part["clients"] if client["costs"])
    slow = "" if fewest == part["pairs"] else f", of the slow ones {fewest}"
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
    header = ["database", "way in", "drain s", "firstseen s", "× drain", "drain CPU s", "firstseen CPU s"]
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
