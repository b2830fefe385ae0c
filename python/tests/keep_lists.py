"""What a keep-list must be like, whichever engine makes it."""

import contextlib
import io
import json
import random
import subprocess
import sys
from pathlib import Path

import firstseen

from tests.stages import Staged, listed, random_units, tree, write_part
from tests.support import InFolder, child_environment, sqlite


class InSteps:
    """A job in a new folder, and its commands. `source` makes its SQLite file, and returns the file's URL and its tables."""

    def __init__(self, folder, source, options):
        self.folder = Path(folder)
        self.folder.mkdir()
        self.plan, self.stage = self.folder / "plan.json", self.folder / "stage"
        source, tables = source(self)
        self.job = ["--source", source, "--tables", tables, *options]

    def command(self, *words):
        done = subprocess.run(
            [sys.executable, "-B", "-m", "firstseen", *words],
            cwd=self.folder, env=child_environment(), capture_output=True, text=True, timeout=120,
        )
        if done.returncode != 0:
            raise AssertionError(f"{words}: exit code {done.returncode}\n{done.stderr}")

    def files(self, folder):
        """The names and bytes of a result."""
        return {path.name: path.read_bytes() for path in (self.folder / folder).iterdir()}


def random_tables(seed):
    """Four tables of random rows, some empty."""

    def source(steps):
        chance = random.Random(seed)
        statements = []
        for table in range(4):
            statements.append(f"CREATE TABLE t{table} (id INTEGER PRIMARY KEY, k TEXT, n INTEGER, note TEXT);")
            for row in range(chance.choice([0, 60, 90])):
                key = f"'k{chance.randrange(50)}'"
                number = chance.choice(["NULL", str(chance.randrange(-9, 9))])
                statements.append(f"INSERT INTO t{table} (k, n, note) VALUES ({key}, {number}, 't{table} row {row}');")
        return sqlite(str(steps.folder / "source.sqlite"), *statements), "t0..t3"

    return source


def registry(scale):
    """The article's tables at this scale."""

    def source(steps):
        url = f"sqlite://{steps.folder / 'source.sqlite'}"
        steps.command("generate", "--source", url, "--scale", str(scale))
        return url, "ID2000..ID2012"

    return source


class OfEngine(InFolder):
    """Tests of an engine: `keep_list(staged)` makes a keep-list with it."""

    ENGINE = ""
    # How many random stages it is tried on.
    SEEDS = 12

    def keep_list(self, staged):
        raise NotImplementedError

    def staged(self, units, name="job", **options):
        (self.folder / name).mkdir(parents=True)
        return Staged(self.folder / name, units, **options)

    def check(self, staged):
        made = self.keep_list(staged)
        self.assertFalse(made.reused)
        expected = staged.expected()
        self.assertEqual(listed(staged), expected)
        self.assertEqual((made.rows, made.shards), (len(expected), len(staged.keep_json["shards"])))
        self.assertEqual(made.folder, staged.keep)
        files = [name for shard in staged.keep_json["shards"] for name in shard["files"]]
        self.assertEqual(made.files, [staged.keep / name for name in files])
        # Nothing else is left, except what engines add next to their files.
        mine = [name for name in tree(staged.keep) if not Path(name).name.startswith(("_", "."))]
        self.assertEqual(mine, sorted(["keep.json", "lock", *files]))
        self.assertEqual(list(staged.keep.glob("*/survivors")), [])
        self.assertRegex(made.engine, rf"^{self.ENGINE} \d+\.\d+")
        self.assertEqual(staged.keep_json["engine"], made.engine)
        return made

    def test_keeps_the_first_row_of_each_key_in_order(self):
        for seed in range(self.SEEDS):
            with self.subTest(seed=seed):
                chance = random.Random(seed)
                units = random_units(seed, units=chance.randint(1, 6))
                sizes = {"segment_rows": chance.choice([1, 2, 7, 50, 10**6]), "shard_rows": chance.choice([20, 33, 100, 10**6])}
                self.check(self.staged(units, f"seed {seed}", parts=chance.randint(1, 3), **sizes))

    def test_cuts_shards_and_segments_at_their_borders(self):
        for rows in [0, 1, 9, 10, 11, 20, 49, 50]:
            with self.subTest(rows=rows):
                unit = [(row, b"%d" % row) for row in range(1, rows + 1)]
                made = self.check(self.staged([unit, [], unit], f"rows {rows}", segment_rows=10, shard_rows=10))
                self.assertEqual((made.rows, made.shards), (rows, -(-rows // 10)))

    def test_gives_the_files_of_a_job_in_one_process(self):
        for seed, compared in enumerate([["--key", "k"], ["--key", "k,n", "--null-keys", "keep"], ["--key", "n", "--null-keys", "drop"]]):
            with self.subTest(seed=seed):
                steps = InSteps(self.folder / f"steps {seed}", random_tables(seed), [*compared, "--batch-rows", "7", "--format", "csv"])
                steps.command("run", *steps.job, "--out", "local", "--force")
                steps.command("plan", *steps.job, "--out", "plan.json", "--shard-files", "3", "--segment-rows", "20")
                steps.command("stage", "plan.json", "--stage", "stage", "--units", "1..2")
                steps.command("stage", "plan.json", "--stage", "stage")
                self.keep_list(steps)
                steps.command("finish", "plan.json", "--stage", "stage")
                steps.command("publish", "plan.json", "--stage", "stage", "--out", "in-steps")
                self.assertEqual(steps.files("in-steps"), steps.files("local"))
                self.assertFalse(steps.stage.exists())

    def test_keeps_every_row_whose_key_is_null(self):
        units = [[(1, None), (2, b""), (3, None)], [(1, b""), (2, None)]]
        staged = self.staged(units)
        self.assertEqual(self.check(staged).rows, 4)
        self.assertEqual(staged.expected(), [(0, 1), (0, 2), (0, 3), (1, 2)])

    def test_orders_rows_across_many_batches_of_an_engine(self):
        """More rows than an engine handles at once, of which each shard gets some from many of its tasks."""
        chance = random.Random(7)
        units = [[(row, chance.randbytes(8)) for row in sorted(chance.sample(range(1, 90_000), 30_000))] for _ in range(3)]
        self.check(self.staged(units, segment_rows=1_000, shard_rows=7_000))

    def test_makes_more_shards_than_an_engine_keeps_open(self):
        units = [[(row, b"%d" % (row * 7919 % 3001)) for row in range(1, 1501)] for _ in range(2)]
        self.assertGreater(self.check(self.staged(units, segment_rows=100, shard_rows=5)).shards, 250)

    def test_reads_numbers_up_to_their_limits(self):
        last = (1 << 40) - 5
        self.check(self.staged([[], [(1, b"a"), (last, b"b")], [(last - 1, b"b"), (last, b"c")]], segment_rows=1_000_000))

    def test_takes_any_path(self):
        units = random_units(1)
        for name in ["a b", "a=1,b", "50%20%", "x[ab]*?{c}", "ünï 'q\" $HOME #f"]:
            with self.subTest(name=name):
                self.check(self.staged(units, name, shard_rows=50))

    def test_leaves_out_what_manifests_do_not_list(self):
        staged = self.staged([[(1, b"a"), (5, b"b")], [(1, b"b"), (2, b"c")]])
        dead = staged.stage / "units" / "0000000" / "deadbeef-0001.parquet"
        write_part(dead, 0, [(1, b"c"), (2, b"b")])
        (staged.stage / "units" / ".0000001.json.deadbeef").write_text("{")
        (dead.parent / "deadbeef-0002.parquet").write_bytes(b"PAR1")
        self.check(staged)

    def test_removes_what_dead_attempts_left(self):
        staged = self.staged(random_units(2))
        dead = staged.keep / "0123abcd" / "list" / "shard=0"
        dead.mkdir(parents=True)
        (dead / "part-0.parquet").write_bytes(b"PAR1")
        (staged.keep / ".keep.json.0123abcd").write_text("{")
        (staged.keep / "notes.txt").write_text("a user's")
        self.keep_list(staged)
        self.assertEqual(listed(staged), staged.expected())
        self.assertEqual((staged.keep / "notes.txt").read_text(), "a user's")
        self.assertFalse((staged.keep / "0123abcd").exists() or (staged.keep / ".keep.json.0123abcd").exists())

    def test_returns_a_complete_keep_list_and_makes_half_a_one_again(self):
        staged = self.staged(random_units(3, nulls=0), shard_rows=30)
        made = self.check(staged)
        before = staged.keep_json
        again = self.keep_list(staged)
        self.assertTrue(again.reused)
        self.assertEqual((again.rows, again.files, again.engine), (made.rows, made.files, made.engine))
        self.assertEqual(staged.keep_json, before)
        made.files[1].unlink()
        self.check(staged)
        (staged.keep / "keep.json").write_text('{"stage_ver')
        self.check(staged)

    def test_makes_it_again_if_a_unit_was_staged_again(self):
        staged = self.staged([[(1, b"a")], [(1, b"a"), (2, b"b")]])
        self.check(staged)
        staged.units[1] = [(1, b"b"), (2, b"c")]
        staged.write_unit(1)
        self.check(staged)

    def test_names_a_part_with_another_number_of_rows(self):
        staged = self.staged([[(row, b"%d" % row) for row in range(1, 9)] for _ in range(3)], parts=4)
        part = staged.first_part(1)
        write_part(part, 1, [(1, b"1")])
        manifest = json.loads(staged.manifest(1).read_text())
        manifest["files"][0]["bytes"] = part.stat().st_size
        staged.change(staged.manifest(1), **manifest)
        with self.assertRaises(firstseen.VerifyError) as caught:
            self.keep_list(staged)
        self.assertEqual(caught.exception.message, f"{part} has 1 rows, but the manifest of its unit lists 2")
        self.assertIn("--units 1 --stage", caught.exception.advice)
        # Neither the attempt nor a keep.json is left.
        self.assertEqual(tree(staged.keep), ["lock"])

    def test_refuses_null_keys_unless_they_are_kept(self):
        for null_keys in ["drop", "error"]:
            staged = self.staged([[(1, b"a")], [(1, None), (2, b"b")]], null_keys, null_keys=null_keys)
            with self.assertRaises(firstseen.ValueFitError) as caught:
                self.keep_list(staged)
            self.assertIn(f"1 staged rows have a NULL key, but the plan says null_keys = {null_keys}", str(caught.exception))
            self.assertEqual(caught.exception.table, "ID2001")

    def test_fails_if_a_part_is_not_parquet(self):
        staged = self.staged(random_units(5))
        unit = max(range(4), key=lambda unit: len(staged.units[unit]))
        part = staged.first_part(unit)
        part.write_bytes(b"PAR1" + b"\0" * (part.stat().st_size - 8) + b"PAR1")
        with self.assertRaises(firstseen.Error) as caught:
            self.keep_list(staged)
        self.assertIn(caught.exception.exit_code, (3, 4), caught.exception)
        self.assertEqual(tree(staged.keep), ["lock"])

    def ran(self, code, main, *args):
        """Runs a command in this process, and returns what it printed."""
        output, error = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(error):
            self.assertEqual(main([str(arg) for arg in args]), code, error.getvalue())
        return output.getvalue() or error.getvalue()
