"""Tests what the benchmark calculates. `python3 -B -m unittest discover bench`"""

import shutil
import socket
import sys
import tempfile
import threading
import time
import unittest
import xml.dom.minidom
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

sys.path.insert(0, str(Path(__file__).parent))

import documents
import drain
import figures
import job
import link
import results
import source
import svg
import tables
import ways
from contender import Variant
from rounds import Counts, _in_a_line
from size import Size, WideSize
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
LINKED = client("through a link", [6, 10, 5])
LINKED["costs"] = [cost | {"sent_bytes": 7_000_000} for cost in LINKED["costs"]]
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
    "wide": setting()
    | {
        "sources": [
            point(DRAIN, OURS, LINKED, ABSENT, database="postgres", way="gigabit", survivors=20),
            point(DRAIN, OURS, database="sqlite", way="file", survivors=0.5),
        ]
    },
    "scaling": setting() | {name: [point(DRAIN, OURS)] * 2 for name in ("by_rows", "by_workers", "by_distinct")},
}


def _answer_once(listener, answer):
    client, _ = listener.accept()
    with client:
        client.recv(1)
        client.sendall(answer)


def _asked(host, port):
    """How many bytes come back for a question."""
    with socket.create_connection((host, port)) as server:
        server.sendall(b"?")
        return sum(len(piece) for piece in iter(lambda: server.recv(1 << 16), b""))


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

    def test_the_share_of_new_keys_is_known_before_the_wide_tables_are_read(self):
        self.assertEqual(WideSize(1, 20).counts, (2_000_000, 400_000))
        self.assertEqual(WideSize(0.02, 0.5).counts, (40_000, 200))
        self.assertEqual(WideSize(0.00001, 1).counts, (20, 1))
        self.assertEqual(WideSize(0.5, 60).flags, ["--wide", "--scale", "0.5", "--survivors", "60"])
        names = {size.name for size in (WideSize(1, 20), WideSize(0.5, 20), WideSize(1, 0.5), WideSize(1, 5), Size(1))}
        self.assertEqual(len(names), 5)

    def test_a_drain_of_wide_rows_reads_all_columns(self):
        wide = SimpleNamespace(database="mariadb", job=job.WIDE)
        self.assertEqual(drain.command("drain", wide, 2)[:4], ["drain", "2", "*", "`WIDE1`"])
        article = SimpleNamespace(database="postgres", job=job.ARTICLE)
        self.assertEqual(drain.command("drain", article, 2)[2], '"ID", "ID_BIRTHDAY", "ID_SEX", "HASHIDV"')

    def test_a_variant_is_measured_only_if_the_binary_has_its_flags(self):
        whole = Variant("firstseen --read whole", ("--read", "whole"))
        self.assertTrue(whole.is_known("      --read <WAY>   What to read"))
        self.assertFalse(whole.is_known("      --read-ahead <N>   What to read"))

    def test_wide_rows_stand_beside_the_drain_and_firstseen(self):
        told = tables.wide(PARTS["wide"])
        place = "| PostgreSQL | 1 Gbit/s TCP | 20 % |"
        self.assertIn(f"{place} firstseen | 3.00 (2.50–5.00) | 1.25 (1.25–1.50) | 1 | 1.00 | 1.00 | 1 |", told)
        self.assertIn(f"{place} through a link | 6.00 (5.00–10.00) | 2.50 (2.50–3.00) | 2.00 | 1.00 | 1.00 | 1.00 | 2.00 | 5 | 7 |", told)
        self.assertIn(f"{place} an absent one | not run: no module named \\| it |", told)
        self.assertIn("| SQLite | file | 0.5 % | raw drain |", told)
        self.assertEqual(len({line.count("|") - line.count(r"\|") for line in told.splitlines()}), 1)

    @unittest.skipUnless(shutil.which("cc"), "needs a C compiler")
    def test_a_link_counts_what_the_server_sends_and_limits_its_rate(self):
        with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as listener:
            threading.Thread(target=_answer_once, args=[listener, bytes(1_000_000)], daemon=True).start()
            server = SimpleNamespace(port=listener.getsockname()[1], cpu_secs=lambda: 1.5)
            with link.linked(server, Path(folder), bytes_per_sec=5_000_000) as seen:
                begin = time.monotonic()
                host, _, port = seen.url(f"x://127.0.0.1:{server.port}/db").removeprefix("x://").partition("/")[0].partition(":")
                received = _asked(host, int(port))
                self.assertEqual((received, seen.sent_bytes(), seen.cpu_secs()), (1_000_000, 1_000_000, 1.5))
                self.assertGreater(time.monotonic() - begin, 0.19)

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
