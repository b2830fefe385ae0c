"""Which imports go which way. `python3 -B -m unittest discover tests`"""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import rooms

TEXT = """
| room | what it does | imports |
|---|---|---|
| `low/` | the first | – |
| `high/` | the second | `low` |

The ground imports no room: `error.rs`, `secret/`
"""


class Directions(unittest.TestCase):
    def setUp(self):
        self.rooms = rooms.Rooms(TEXT)

    def test_what_the_table_names_and_the_ground_may_be_imported(self):
        for room, other in [("high", "low"), ("low", "error"), ("high", "secret"), ("high", "high"), ("lib", "high")]:
            self.assertIsNone(self.rooms.refuses(room, other), (room, other))

    def test_all_else_is_refused(self):
        for room, other in [("low", "high"), ("error", "low"), ("new", "low"), ("high", "new")]:
            self.assertIsNotNone(self.rooms.refuses(room, other), (room, other))

    def test_a_table_that_goes_both_ways_is_refused(self):
        both = TEXT.replace("| the first | – |", "| the first | `high` |")
        self.assertEqual(len(list(rooms.Rooms(both).faults())), 1)
        self.assertEqual(list(self.rooms.faults()), [])


class Imports(unittest.TestCase):
    def test_every_spelling_names_its_room(self):
        for text, names in [
            ("use crate::plan::Plan;", {"plan"}),
            ("use crate::{Error, job::Job, report};", {"job", "report"}),
            ("fn f(plan: crate::plan::Plan) {}", {"plan"}),
            ("use crate::{Error, Result};", set()),
        ]:
            self.assertEqual(rooms.imported_rooms(text), names, text)

    def test_lists_are_taken_apart(self):
        self.assertEqual(rooms.flat("super::{a::{B, self}, c as d}"), ["super::a::B", "super::a::self", "super::c"])

    def test_a_circle_is_found_through_what_a_module_passes_on(self):
        files = {
            "room": "mod a; mod b; pub use b::B;",
            "room/a": "use super::B;",
            "room/b": "use super::a::A;",
            "room/c": "use super::a::A;",
        }
        graph = {name: rooms.imported_files(name, text, files) for name, text in files.items()}
        self.assertEqual(rooms.circle_of("room/a", graph), {"room/a", "room/b"})
        self.assertIsNone(rooms.circle_of("room/c", graph))


if __name__ == "__main__":
    unittest.main()
