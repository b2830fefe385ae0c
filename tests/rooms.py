#!/usr/bin/env -S python3 -B
"""Checks the imports in src/ against the table of rooms in CONTRIBUTING.md. A room may import the rooms named in its line, which
must all be listed above it, and the ground. Within a room, files must not import each other in a circle, except those that
recurse.

Tests in src/ may import anything.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
SOURCES = ROOT / "src"
TABLE = ROOT / "CONTRIBUTING.md"
ROW = re.compile(r"^\| `(\w+)/?` \| [^|]+ \| ([^|]+) \|$", re.MULTILINE)
GROUND = re.compile(r"^The ground[^:]*: (.+)$", re.MULTILINE)
NAME = re.compile(r"`(\w+)(?:\.rs|/)?`")
# What starts the program, makes the rooms a library, or is built only for fuzzing.
ABOVE_ALL = {"lib", "main", "fuzzing"}
# Files whose values contain values of the same kind.
RECURSIVE = [
    {"batch/json", "batch/text"},
    {"destination/column", "destination/list"},
    {"source/postgres/array", "source/postgres/types"},
]
TESTS = re.compile(r"#\[cfg\(test\)\]\s*(?:pub\S* )?mod \w+ \{.*", re.DOTALL)
USE = re.compile(r"\b(?:pub(?:\([^)]*\))? )?use ([^;]+);")


class Rooms:
    """The rooms and what each may import, according to a text."""

    def __init__(self, text):
        self.ground = set(NAME.findall(GROUND.search(text)[1]))
        table = text[text.index("\n| room |") : GROUND.search(text).start()]
        self.imports = {name: set(NAME.findall(may)) for name, may in ROW.findall(table)}

    def faults(self):
        """Imports of rooms that aren't listed above the line that names them."""
        above = set()
        for room, imports in self.imports.items():
            for other in sorted(imports - above):
                yield f"CONTRIBUTING.md: {room} may import {other}, which isn't listed above it"
            above.add(room)

    def refuses(self, room, other):
        """Why a room must not import another one; None if it may."""
        if room in ABOVE_ALL or other in self.ground or room == other:
            return None
        if room in self.ground:
            return f"the ground must not import {other}"
        if room not in self.imports:
            return f"{room} has no line in CONTRIBUTING.md"
        if other not in self.imports[room]:
            return f"{room} must not import {other}"
        return None


def code(path):
    """A file's text without its tests."""
    return TESTS.sub("", path.read_text())


def sources():
    """Every file except tests, with its place: `plan/order`."""
    for path in sorted(SOURCES.rglob("*.rs")):
        place = path.relative_to(SOURCES).with_suffix("")
        if "tests" not in place.parts and place.name != "fixture":
            yield place, path


def imported_rooms(text):
    """The crate's modules that a text names."""
    listed = " ".join(re.findall(r"crate::\{([^}]*)\}", text))
    names = re.findall(r"crate::(\w+)", text) + re.findall(r"(?:^|[\s,])(\w+)(?=::|,|$)", listed)
    return {name for name in names if name[0].islower()}


def directions(rooms):
    """The imports that the table doesn't allow."""
    modules = {path.stem if path.is_file() else path.name for path in SOURCES.iterdir()}
    for place, path in sources():
        room = place.parts[0]
        for other in sorted(imported_rooms(code(path)) & modules):
            why = rooms.refuses(room, other)
            if why:
                yield f"src/{place}.rs: {why}"


def circles():
    """Files in a room that import each other in a circle."""
    files = {module(place): code(path) for place, path in sources()}
    graph = {name: imported_files(name, text, files) for name, text in files.items()}
    seen = []
    for name in graph:
        circle = circle_of(name, graph)
        if circle and circle not in [*seen, *RECURSIVE]:
            seen.append(circle)
            yield "these files import each other in a circle: " + ", ".join(sorted(circle))


def module(place):
    """`plan` for plan/mod.rs, `plan/order` for plan/order.rs."""
    return str(place.parent if place.name == "mod" else place)


def imported_files(name, text, files):
    """The files that a file imports, except its own submodules and the modules that contain it."""
    found = set()
    for path in (path for use in USE.findall(text) for path in flat(use)):
        base = name
        parts = path.split("::")
        if parts[0] == "crate":
            base, parts = "", parts[1:]
        elif parts[0] == "super":
            while parts and parts[0] == "super":
                base, parts = base.rpartition("/")[0], parts[1:]
        elif parts[0] == "self":
            parts = parts[1:]
        target = resolve(base, parts, files)
        if target and target != name and not is_part(name, target) and not is_part(target, name):
            found.add(target)
    return found


def is_part(inner, outer):
    """Whether a module is inside another one."""
    return inner.startswith(outer + "/")


def flat(use):
    """The paths of a use declaration, without braces and renames."""
    use = re.sub(r"\s+as \w+", "", re.sub(r"\s+", " ", use)).strip()
    match = re.match(r"([^{]*)\{(.*)\}$", use)
    if not match:
        return [use]
    paths, depth, item = [], 0, ""
    for letter in match[2] + ",":
        depth += (letter == "{") - (letter == "}")
        if letter == "," and depth == 0:
            if item.strip():
                paths += [match[1] + path for path in flat(item)]
            item = ""
        else:
            item += letter
    return paths


def resolve(base, parts, files, depth=4):
    """The file that defines the last name of a path, as far as the declarations show."""
    for part in parts:
        inner = f"{base}/{part}".strip("/")
        if inner in files:
            base = inner
            continue
        for path in (path for use in USE.findall(files.get(base, "")) for path in flat(use)):
            names = path.split("::")
            if depth and names[-1] == part and names[0] not in ("crate", "super", "std"):
                return resolve(base, [n for n in names if n != "self"], files, depth - 1)
        break
    return base or None


def circle_of(start, graph):
    """All files that import a file, directly or not, and are also imported by it."""
    reached = reachable(start, graph)
    circle = {name for name in reached if start in reachable(name, graph)}
    return circle | {start} if circle - {start} else None


def reachable(start, graph):
    reached, new = set(), [start]
    while new:
        for name in graph[new.pop()] - reached:
            reached.add(name)
            new.append(name)
    return reached


def main():
    rooms = Rooms(TABLE.read_text())
    faults = [*rooms.faults(), *directions(rooms), *circles()]
    for fault in faults:
        print(f"tests/rooms.py: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
