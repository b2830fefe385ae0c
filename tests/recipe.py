#!/usr/bin/env -S python3 -B
"""Checks the recipe for a database in CONTRIBUTING.md against the traits in src/: each trait's required methods, the number of its
methods with a default, and the totals."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
SOURCES = ROOT / "src"
RECIPE = ROOT / "CONTRIBUTING.md"
ROW = re.compile(r"^ *\| `(\w+)` \| (\d+) \| (\d+|–) \| [^|]+ \| ([^|]+) \|$", re.MULTILINE)
SUMS = re.compile(r"(\d+) methods that must be written \((\d+) others")
TRAIT = re.compile(r"\btrait (\w+)[^{;]*\{\n(.*?)\n\}", re.DOTALL)
METHOD = re.compile(r"^    fn (\w+)[^;{]*([;{])", re.MULTILINE)


def traits(text):
    """Each trait in a text, with the methods that it requires and those that have a default."""
    for name, body in TRAIT.findall(text):
        methods = METHOD.findall(body)
        yield name, ([it for it, end in methods if end == ";"], [it for it, end in methods if end == "{"])


def faults(recipe, known):
    """What a recipe says wrongly about the known traits."""
    must, may = 0, 0
    for name, asked, others, words in ROW.findall(recipe):
        if name not in known:
            yield f"there is no trait {name}"
            continue
        required, defaults = known[name]
        asked, others = int(asked), int(others.replace("–", "0"))
        must, may = must + asked, may + others
        if (asked, others) != (len(required), len(defaults)):
            yield f"{name} requires {len(required)} methods and has {len(defaults)} with a default"
        for method in required:
            if f"`{method}`" not in words:
                yield f"{name} requires {method}, which isn't named"
    sums = SUMS.search(recipe)
    if not sums or (int(sums[1]), int(sums[2])) != (must, may):
        yield f"the totals are {must} methods that must be written, and {may} others"


def section(text):
    """The part of the document that is the recipe."""
    return text.split("\n## Adding a database\n")[1].split("\n## ")[0]


def main():
    known = {}
    for path in SOURCES.rglob("*.rs"):
        known.update(traits(path.read_text()))
    found = list(faults(section(RECIPE.read_text()), known))
    for fault in found:
        print(f"tests/recipe.py: CONTRIBUTING.md, adding a database: {fault}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
