"""The plot of scaling: time by rows, by connections and by the share of distinct rows, next to the raw drain's."""

from figures import WALL, middle, values
from svg import Drawing, ticks

WIDTH, HEIGHT = 900, 330
TOP, BOTTOM = 76, 262
PANEL_WIDTH = 288
LEFT = 44  # within a panel, for the numbers of its axis
PLOT_WIDTH = 216

PANELS = [
    ("by rows", "million rows", "by_rows", lambda point: point["rows"] / 1e6),
    ("by connections", "connections", "by_workers", lambda point: point["connections"]),
    ("by distinct share", "% of the rows distinct", "by_distinct", lambda point: 100 * _share(point)),
]


def plot(part):
    drawing = Drawing(WIDTH, HEIGHT, "Time of firstseen and of the raw drain, on MariaDB over plain TCP")
    drawing.text(20, 32, "Wall time on MariaDB over plain TCP, seconds", "head")
    _key(drawing)
    for number, (title, unit, series, place) in enumerate(PANELS):
        _panel(drawing, 20 + number * PANEL_WIDTH, f"{title}{_at(part, series)}", unit, part[series], place)
    return drawing.written()


def _share(point):
    return point["distinct"] / point["rows"]


def _at(part, series):
    """What stays the same along this series."""
    point = part[series][-1]
    rows = f"{point['rows'] / 1e6:.3g} M rows"
    connections = f"{point['connections']} connections"
    return f", {({'by_rows': connections, 'by_workers': rows, 'by_distinct': rows})[series]}"


def _key(drawing):
    for x, style, name in ((WIDTH - 210, "ours", "firstseen"), (WIDTH - 110, "drain", "raw drain")):
        drawing.line(x, 28, x + 18, 28, style)
        drawing.dot(x + 9, 28, style)
        drawing.text(x + 24, 32, name, style)


def _panel(drawing, x, title, unit, points, place):
    drawing.text(x, TOP - 16, title, "small")
    most = max(map(place, points))
    across = [number for number in ticks(most) if number <= most * 1.001]
    up = ticks(max(max(values(client, WALL)) for point in points for client in point["clients"]))
    left = x + LEFT

    def at(number, secs):
        return left + PLOT_WIDTH * number / most, BOTTOM - (BOTTOM - TOP) * secs / up[-1]

    for secs in up:
        _, y = at(0, secs)
        drawing.line(left, y, left + PLOT_WIDTH, y, "axis" if secs == 0 else "grid")
        drawing.text(left - 8, y + 4, f"{secs:g}", "small", "end")
    for number in across:
        drawing.text(at(number, 0)[0], BOTTOM + 18, f"{number:g}", "small", "middle")
    drawing.text(left + PLOT_WIDTH / 2, BOTTOM + 38, unit, "small", "middle")
    for client, style in ((0, "drain"), (1, "ours")):
        _series(drawing, [(place(point), point["clients"][client]) for point in points], at, style)


def _series(drawing, clients, at, style):
    drawing.path([at(number, middle(client, WALL)) for number, client in clients], style)
    for number, client in clients:
        x, low = at(number, min(values(client, WALL)))
        _, high = at(number, max(values(client, WALL)))
        drawing.line(x, low, x, high, f"range {style}")
        drawing.dot(*at(number, middle(client, WALL)), style)
