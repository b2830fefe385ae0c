"""What the project's README shows: firstseen beside other tools, as a plot and a table."""

from figures import by_speed
from tables import cell, costs, place, table, way_of


def shown(parts):
    if "contenders" not in parts:
        return ""
    part = parts["contenders"]
    plot = "![Wall time, CPU time and peak memory of each](bench/results/mariadb.svg)\n"
    source = f"{place(part)}; {', '.join(part['versions'])}; median of {_rounds(part)}.\n"
    return "\n".join([plot, _contenders(part), source])


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


def _median(spread_out):
    return spread_out.split(" (")[0]
