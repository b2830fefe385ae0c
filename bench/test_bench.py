"""Tests what the benchmark calculates. `python3 -B -m unittest discover bench`"""

import sys
import tempfile
import unittest
import xml.dom.minidom
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

sys.path.insert(0, str(Path(__file__).parent))

import documents
import drain
import figures
import results
import source
import svg
import tables
import ways
from rounds import Counts, _in_a_line
from size import Size
from stop import Stop


def client(name, walls, **more):
    costs = [{"wall_secs": wall, "cpu_secs": 1.0, "server_cpu_secs": 2.0, "peak_bytes": 5_000_000} for wall in walls]
    plain = {"name": name, "files": "parquet", "first_seen": True, "costs": costs, "compared": None, "not_run": None}
    return plain | more


def point(*clients, **where):
    return where | {"rows": 100, "distinct": 20, "connections": 2, "clients": list(clients)}


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
OLD = client("firstseen, old", [6, 10, 2.5])
ABSENT = client("an absent one", [], not_run="no module named | it")
PARTS = {
    "drains": setting()
    | {
        "sources": [
            point(DRAIN, OURS, OLD, database="mariadb", way="socket"),
            point(DRAIN, OURS, database="mariadb", way="tls"),
            point(DRAIN, OURS, OLD, database="sqlite", way="file"),
        ]
    },
    "contenders": setting() | point(DRAIN, OURS, ABSENT, SLOW),
    # Like earlier results: one point per database.
    "promises": setting()
    | {"databases": {name: point(OURS, client("firstseen --snapshot off", [3, 5, 2])) for name in ("mariadb", "sqlite")}},
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
        self.assertEqual(_in_a_line("exited with code 2:\nerror: no such flag\n\ntry --help"), "error: no such flag")
        self.assertEqual(_in_a_line("exited with code 1:\nTraceback\nImportError: no"), "ImportError: no")

    def test_each_size_is_a_database_of_its_own(self):
        sizes = [Size(1), Size(0.25), Size(0.25, 2500), Size(0.25, 25)]
        self.assertEqual(len({size.name for size in sizes}), len(sizes))
        self.assertEqual(Size(0.25, 25).flags, ["--scale", "0.25", "--persons", "25"])

    def test_an_axis_reaches_the_largest_value_by_round_steps(self):
        self.assertEqual(svg.ticks(15.1), [0, 5, 10, 15, 20])
        self.assertEqual(svg.ticks(0.3), [0, 0.1, 0.2, 0.3])

    def test_the_readme_shows_who_ran_and_why_others_did_not(self):
        told = documents.contenders(PARTS)
        self.assertIn("| firstseen | first-seen, in order | 3.00 | 1.25 |", told)
        self.assertIn("| an absent one | not run: no module named \\| it |", told)

    def test_each_transport_is_beside_its_own_drain(self):
        told = documents.transports(PARTS)
        self.assertIn("| MariaDB | Unix socket | 2.00 | 3.00 | 1.25 |", told)
        self.assertIn("| MariaDB | TLS over TCP | 2.00 | 3.00 | 1.25 |", told)
        self.assertIn("| SQLite | file | 2.00 | 3.00 | 1.25 |", told)

    def test_another_binary_stands_beside_firstseen_in_the_same_rounds(self):
        told = tables.drains(PARTS["drains"])
        self.assertIn("| MariaDB | Unix socket | old | 6.00 (2.50–10.00) | 0.50 (0.50–1.00) | 1.00 | 1.00 |", told)
        self.assertNotIn("| MariaDB | TLS over TCP | old |", told)

    def test_earlier_results_were_measured_over_plain_tcp(self):
        told = tables.promises(PARTS["promises"])
        self.assertIn("| MariaDB | plain TCP | firstseen |", told)
        self.assertIn("| SQLite | file | firstseen |", told)

    def test_a_url_of_ours_names_the_way_in_that_was_asked_for(self):
        server = SimpleNamespace(folder=Path("/a folder"), port=1234, password="secret")
        for module in source.PRIVATE_SERVERS.values():
            with mock.patch.multiple(module, _told=mock.Mock(), _tell=mock.Mock(), succeeds=mock.Mock(), create=True):
                for way in ways.WAYS:
                    self.assertEqual(ways.of(module.url(server, "scale_1", way)), way)

    def test_a_given_url_that_leaves_the_way_in_open_is_refused(self):
        for url in ("mysql://reader@host/db", "postgresql://reader@host/db?sslmode=prefer"):
            with self.assertRaises(Stop):
                ways.of(url)
        self.assertEqual(ways.of("postgresql://reader@host/db?sslmode=verify-full"), ways.TLS)

    def test_a_drain_is_told_where_and_by_which_way(self):
        url = "mysql://bench:p%40ss@localhost/db?socket=/a%20folder/socket"
        told = drain.environment(SimpleNamespace(database="mariadb", way="socket", url=url))
        wanted = {"DRAIN_WAY": "socket", "DRAIN_SOCKET": "/a folder/socket", "DRAIN_PASSWORD": "p@ss", "DRAIN_HOST": "localhost"}
        self.assertEqual(wanted.items() & told.items(), wanted.items())

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
            self.assertIn("7 of 20 aren't the first-seen", text)
            columns = {line.count("|") - line.count(r"\|") for line in text.splitlines() if line.startswith("| a ")}
            self.assertEqual(len(columns), 1)


if __name__ == "__main__":
    unittest.main()
