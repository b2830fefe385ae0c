"""What the bench calculates. `python3 -B -m unittest discover bench`"""

import sys
import tempfile
import unittest
import xml.dom.minidom
from pathlib import Path
from types import SimpleNamespace

sys.path.insert(0, str(Path(__file__).parent))

import figures
import results
import svg
import tables
from rounds import Counts, _in_a_line
from size import Size
from stop import Stop


def client(name, walls, **more):
    costs = [{"wall_secs": wall, "cpu_secs": 1.0, "server_cpu_secs": 2.0, "peak_bytes": 5_000_000} for wall in walls]
    plain = {"name": name, "files": "parquet", "first_seen": True, "costs": costs, "compared": None, "not_run": None}
    return plain | more


def point(*clients):
    return {"rows": 100, "distinct": 20, "connections": 2, "clients": list(clients)}


def setting():
    return {
        "date": "2026-11-25",
        "machine": "a machine, 2 cores, load at the start 0.00",
        "commit": ["bench at abc"],
        "versions": ["mariadb 10"],
        "scale": 1,
        "workers": 2,
        "pairs": 3,
    }


DRAIN, OURS = client("raw drain", [2, 4, 2], first_seen=None), client("firstseen", [3, 5, 2.5])
SLOW = client("a slow one", [30], first_seen=False, compared={"strange_rows": 7})
ABSENT = client("an absent one", [], not_run="no module named | it")
PARTS = {
    "drains": setting()
    | {
        "points": [
            {"database": "mariadb", "way": "tls"} | point(DRAIN, OURS, client("firstseen, old", [4, 5, 2])),
            {"database": "sqlite", "way": None} | point(DRAIN, OURS),
        ]
    },
    "contenders": setting() | point(DRAIN, OURS, ABSENT, SLOW),
    "promises": setting() | {"databases": {"sqlite": point(OURS, client("firstseen --snapshot off", [3, 5, 2]))}},
    "scaling": setting() | {name: [point(DRAIN, OURS)] * 2 for name in ("by_rows", "by_workers", "by_distinct")},
}


class Bench(unittest.TestCase):
    def test_a_ratio_is_that_of_one_round(self):
        self.assertEqual(figures.ratios(OURS, DRAIN, figures.WALL), [1.5, 1.25, 1.25])
        self.assertEqual(figures.ratios(SLOW, DRAIN, figures.WALL), [15])

    def test_the_fastest_of_the_others_comes_first_and_what_was_not_run_last(self):
        fast = client("a fast one", [1])
        ordered = figures.by_speed([DRAIN, OURS, ABSENT, SLOW, fast])
        self.assertEqual(ordered, [DRAIN, OURS, fast, SLOW, ABSENT])

    def test_a_run_that_finds_other_counts_ends_the_bench(self):
        counts = Counts(Size(1))
        found = {"rows": 15_096_590, "distinct": 1_001_413, "files": 101}
        counts.check("one", SimpleNamespace(**found))
        for wrong in ({"rows": 15_096_589}, {"distinct": 1_001_414}, {"files": 100}):
            with self.assertRaises(Stop):
                counts.check("another", SimpleNamespace(**found | wrong))

    def test_a_failure_is_told_by_the_line_that_says_most(self):
        self.assertEqual(_in_a_line("ended with 2:\nerror: no such flag\n\ntry --help"), "error: no such flag")
        self.assertEqual(_in_a_line("ended with 1:\nTraceback\nImportError: no"), "ImportError: no")

    def test_each_size_is_a_database_of_its_own(self):
        sizes = [Size(1), Size(0.25), Size(0.25, 2500), Size(0.25, 25)]
        self.assertEqual(len({size.name for size in sizes}), len(sizes))
        self.assertEqual(Size(0.25, 25).flags, ["--scale", "0.25", "--persons", "25"])

    def test_an_axis_reaches_the_largest_value_by_round_steps(self):
        self.assertEqual(svg.ticks(15.1), [0, 5, 10, 15, 20])
        self.assertEqual(svg.ticks(0.3), [0, 0.1, 0.2, 0.3])

    def test_a_part_that_was_not_run_stays_and_every_file_is_whole(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            results.keep({name: part for name, part in PARTS.items() if name != "drains"}, folder)
            self.assertEqual(results.keep({"drains": PARTS["drains"]}, folder), PARTS)
            for plot in ("mariadb.svg", "scaling.svg"):
                xml.dom.minidom.parse(str(folder / plot))
            text = (folder / "figures.md").read_text()
            self.assertIn(r"not run: no module named \| it", text)
            self.assertIn("| × defaults |", text)
            self.assertIn("| MariaDB, TLS | firstseen, old |", text)
            self.assertIn("| MariaDB |  |  | 1.25× |  |", tables.readme(PARTS))
            self.assertIn("7 of 20 aren't the first-seen", text)
            columns = {line.count("|") - line.count(r"\|") for line in text.splitlines() if line.startswith("| a ")}
            self.assertEqual(len(columns), 1)


if __name__ == "__main__":
    unittest.main()
