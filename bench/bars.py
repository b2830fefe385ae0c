"""The plot of all contenders, with a bar each for time, CPU and memory."""

from statistics import median

from figures import CPU, PEAK, WALL, by_speed, middle, ratios, short
from svg import Drawing
from tables import way_of

WIDTH = 900
NAMES_WIDTH = 276
PANEL_WIDTH = 204
LABEL_WIDTH = 96  # right of the longest bar
ROW_HEIGHT = 30
BAR_HEIGHT = 16
HEAD_HEIGHT = 84
FOOT_HEIGHT = 54

PANELS = [
    ("wall time, s", WALL, 1),
    ("CPU time of the client, s", CPU, 1),
    ("peak memory, MB", PEAK, 1e6),
]


def plot(part):
    clients = by_speed(part["clients"])
    foot = HEAD_HEIGHT + ROW_HEIGHT * len(clients)
    title = f"{part['distinct']:,} distinct of {part['rows']:,} rows, from MariaDB over {way_of(part)} into files of 10,000"
    drawing = Drawing(WIDTH, foot + FOOT_HEIGHT, title)
    drawing.text(20, 32, title, "head")
    for number, client in enumerate(clients):
        _name(drawing, client, _middle_of(number))
    for number, panel in enumerate(PANELS):
        _panel(drawing, NAMES_WIDTH + number * PANEL_WIDTH, panel, clients)
    _foot(drawing, part, foot)
    return drawing.written()


def _name(drawing, client, y):
    style = "ours" if client["name"] == "firstseen" else ""
    drawing.text(NAMES_WIDTH - 12, y + 4, client["name"] + _mark(client), style, "end")


def _panel(drawing, x, panel, clients):
    title, part, unit = panel
    drawing.text(x, HEAD_HEIGHT - 16, title, "small")
    run = [client for client in clients if not client["not_run"]]
    most = max(middle(client, part) for client in run)
    for number, client in enumerate(clients):
        y = _middle_of(number)
        if client["not_run"]:
            if part == WALL:
                drawing.text(x + 4, y + 4, f"not run: {client['not_run']}"[:90], "small")
            continue
        value = middle(client, part)
        width = (PANEL_WIDTH - LABEL_WIDTH) * value / most
        drawing.bar(x, y - BAR_HEIGHT / 2, width, BAR_HEIGHT, _style(client))
        label = short(value / unit)
        if part == WALL and client is not clients[0]:
            label += f"  ({short(median(ratios(client, clients[0], part)))}×)"
        drawing.text(x + width + 6, y + 4, label, "small")
    drawing.line(x, HEAD_HEIGHT - 4, x, HEAD_HEIGHT + ROW_HEIGHT * len(clients), "axis")


def _foot(drawing, part, y):
    how = f"Medians, {part['connections']} connections. (×): ratio to the time of the raw drain, which reads the same rows and discards them."
    drawing.text(20, y + 22, how, "small")
    if any(_mark(client) for client in part["clients"]):
        drawing.text(20, y + 40, "* one row for each key, but not always the first-seen one, and in no fixed order", "small")


def _mark(client):
    return " *" if client["first_seen"] is False else ""


def _style(client):
    return {"raw drain": "drain", "firstseen": "ours"}.get(client["name"], "other")


def _middle_of(number):
    return HEAD_HEIGHT + ROW_HEIGHT * number + ROW_HEIGHT / 2
