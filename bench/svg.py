"""A small SVG writer. It draws a card with its own background, which is readable on light and dark pages."""

import math
from html import escape

STYLE = """
text { font: 13px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", Helvetica, Arial, sans-serif; fill: #24292f }
.card { fill: #ffffff; stroke: #d0d7de }
.head { font-weight: 600 }
.small { font-size: 12px; fill: #59636e }
.grid { stroke: #e4e8ec; stroke-width: 1 }
.axis { stroke: #8c959f; stroke-width: 1 }
.ours { fill: #1a7f5a; stroke: #1a7f5a }
.drain { fill: #8c959f; stroke: #8c959f }
.other { fill: #a9bcd6; stroke: #a9bcd6 }
polyline { stroke-width: 2; stroke-linejoin: round }
polyline.ours, polyline.drain { fill: none }
.range { stroke-width: 1.5; opacity: .55 }
.bar { stroke: none }
text.ours { stroke: none; font-weight: 600 }
text.drain { stroke: none; fill: #59636e }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .card { fill: #0d1117; stroke: #30363d }
  .small, text.drain { fill: #9198a1 }
  .grid { stroke: #21262d }
  .axis { stroke: #656c76 }
  .ours { fill: #3fb984; stroke: #3fb984 }
  .drain { fill: #7d8590; stroke: #7d8590 }
  .other { fill: #4a6285; stroke: #4a6285 }
}
"""


class Drawing:
    """Shapes, in the order in which they are added. Lengths are in pixels, and y points down."""

    def __init__(self, width, height, title):
        self._width, self._height, self._title = width, height, title
        self._shapes = []

    def text(self, x, y, words, style="", anchor="start"):
        self._add("text", {"x": x, "y": y, "class": style, "text-anchor": anchor}, escape(words))

    def bar(self, x, y, width, height, style):
        self._add("rect", {"x": x, "y": y, "width": max(width, 1), "height": height, "class": f"bar {style}", "rx": 2})

    def line(self, x1, y1, x2, y2, style):
        self._add("line", {"x1": x1, "y1": y1, "x2": x2, "y2": y2, "class": style})

    def path(self, points, style):
        places = " ".join(f"{_number(x)},{_number(y)}" for x, y in points)
        self._add("polyline", {"points": places, "class": style})

    def dot(self, x, y, style):
        self._add("circle", {"cx": x, "cy": y, "r": 3.5, "class": style})

    def written(self):
        card = f'<rect class="card" x=".5" y=".5" width="{self._width - 1}" height="{self._height - 1}" rx="8"/>'
        size = f'width="{self._width}" height="{self._height}" viewBox="0 0 {self._width} {self._height}"'
        head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">'
        title = f"<title>{escape(self._title)}</title>"
        return "\n".join([head, title, f"<style>{STYLE}</style>", card, *self._shapes, "</svg>", ""])

    def _add(self, name, attributes, inside=""):
        said = " ".join(f'{key}="{_number(value)}"' for key, value in attributes.items() if value != "")
        self._shapes.append(f"<{name} {said}>{inside}</{name}>" if inside else f"<{name} {said}/>")


def ticks(most, at_most=5):
    """Round numbers from 0 to the first that reaches `most`, with at most `at_most` steps."""
    steps = (factor * 10.0**power for power in range(-6, 9) for factor in (1, 2, 5))
    step = next(step for step in steps if step * at_most >= most)
    return [round(step * number, 6) for number in range(math.ceil(most / step) + 1)]


def _number(value):
    return f"{value:.1f}".rstrip("0").rstrip(".") if isinstance(value, float) else value
