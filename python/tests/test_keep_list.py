"""What the keep-list step refuses, whichever engine is to make it, and how its commands report that."""

import fcntl
import hashlib
import json
import os
import pickle
import shutil
import subprocess
import sys
import time
import unittest
from pathlib import Path

import firstseen
from firstseen import duckdb, spark
from firstseen._keep_list import checks, make, plan
from firstseen._keep_list.engine import ShardCount, UnitCount

from tests.stages import Staged, listed, plan_hash, tree
from tests.support import InFolder, child_environment, python, start_python


class WithStage(InFolder):
    def setUp(self):
        super().setUp()
        self.job = Staged(self.folder, [[(1, b"a"), (2, b"b")], [], [(1, b"b"), (4, b"c")], [(7, b"d")]])

    def keep_list(self):
        return duckdb.keep_list(self.job.plan, self.job.stage)

    def refused(self, kind, code, *parts):
        """The error must have this class and code, and these texts."""
        with self.assertRaises(kind) as caught:
            self.keep_list()
        self.assertEqual(caught.exception.exit_code, code)
        for part in parts:
            self.assertIn(part, str(caught.exception))
        self.assertFalse((self.job.keep / "keep.json").exists())
        return caught.exception


class Plans(WithStage):
    def test_must_be_as_they_were_written(self):
        self.job.content["shard_rows"] = 7
        self.job.change(self.job.plan, plan=self.job.content)
        self.refused(firstseen.UsageError, 2, f"the plan {self.job.plan} was changed after it was written", "--out plan.json")

    def test_are_hashed_as_canonical_json(self):
        """The hash of a plan that another program wrote, with other spaces and another order."""
        content = {"ü": ["\u2028", "\x7f", 'q"\n'], "a": {"c": 1, "B": None, "b": True}}
        canonical = '{"a":{"B":null,"b":true,"c":1},"ü":["\u2028","\x7f","q\\"\\n"]}'
        self.assertEqual(plan._hash(content), hashlib.sha256(canonical.encode()).hexdigest())
        other = {"plan": dict(reversed(self.job.content.items())), "hash": self.job.hash}
        self.job.plan.write_text(json.dumps(other, indent=3))
        self.assertEqual(self.keep_list().rows, 4)

    def test_must_be_plans(self):
        for text, part in [
            ("", "isn't valid JSON"),
            ("[]", "is not a plan of firstseen"),
            ('{"hash": "x"}', "is not a plan of firstseen"),
            ("\xff", "isn't valid JSON"),
        ]:
            self.job.plan.write_text(text, encoding="latin-1")
            self.refused(firstseen.UsageError, 2, part)
        self.job.plan.unlink()
        self.refused(firstseen.UsageError, 2, "can't read the plan", "No such file or directory")

    def test_must_have_possible_sizes_and_a_known_version(self):
        for field, value, part in [
            ("plan_version", 2, "has version 2, but this firstseen reads version 1"),
            ("shard_rows", 0, "of an impossible size"),
            ("segment_rows", 1 << 31, "of an impossible size"),
            ("units", 3, "is not a plan of firstseen"),
        ]:
            content = {**self.job.content, field: value}
            self.job.plan.write_text(json.dumps({"hash": plan_hash(content), "plan": content}))
            self.refused(firstseen.UsageError, 2, part)


class Stages(WithStage):
    def test_must_be_stages_of_the_same_plan(self):
        mark = self.job.stage / "stage.json"
        self.job.change(mark, plan_hash="0" * 64)
        self.refused(firstseen.VerifyError, 4, f"{mark} belongs to the plan 000000000000, not to {self.job.hash[:12]}")
        self.job.change(mark, stage_version=2)
        self.refused(firstseen.VerifyError, 4, "has version 2")
        mark.write_text("[]")
        self.refused(firstseen.VerifyError, 4, "is not a file of a stage")
        mark.write_text("{")
        self.refused(firstseen.VerifyError, 4, f"can't read {mark}")
        mark.unlink()
        self.refused(firstseen.UsageError, 2, f"{self.job.stage} is not a stage", "firstseen stage ")

    def test_must_have_all_units(self):
        for unit in [0, 2, 3]:
            self.job.manifest(unit).unlink()
        self.refused(
            firstseen.UsageError,
            2,
            "3 of 4 units are not staged: 0 (ID2000), 2 (ID2002), 3 (ID2003)",
            f"hint: stage them first: firstseen stage {self.job.plan} --units 0,2..3 --stage {self.job.stage}",
        )

    def test_names_few_of_many_missing_units_and_the_part(self):
        units = [{"table": "big", "part": {"number": number + 1, "of": 1000}} for number in range(1000)]
        (self.folder / "big").mkdir()
        job = Staged(self.folder / "big", [[] for _ in units], tables=units)
        for unit in range(1, 1000):
            job.manifest(unit).unlink()
        with self.assertRaises(firstseen.UsageError) as caught:
            duckdb.keep_list(job.plan, job.stage)
        self.assertIn("999 of 1,000 units are not staged: 1 (big, part 2 of 1000), 2 (", str(caught.exception))
        self.assertIn("and 994 more", str(caught.exception))
        self.assertIn("--units 1..999 ", str(caught.exception))
        self.assertLess(len(str(caught.exception)), 500)

    def test_must_have_manifests_that_add_up(self):
        good = json.loads(self.job.manifest(2).read_text())
        for changes, part in [
            ({"plan_hash": "1" * 64}, "belongs to the plan 111111111111"),
            ({"unit": 3}, "describes another unit than 2 (ID2002)"),
            ({"table": "other"}, "describes another unit"),
            ({"part": {"number": 1, "of": 2}}, "describes another unit"),
            ({"candidates": 3}, "lists parts with 2 rows, but 3 candidates"),
            ({"files": good["files"][:1]}, "lists parts with 1 rows, but 2 candidates"),
            ({"files": [{"name": 3}]}, "can't read the unit's manifest"),
            ({"candidates": None}, "can't read the unit's manifest"),
        ]:
            self.job.change(self.job.manifest(2), **{**good, **changes})
            self.refused(firstseen.VerifyError, 4, str(self.job.manifest(2)), part)
        self.job.change(self.job.manifest(2), **{**good, "rows_read": 1 << 40})
        self.refused(firstseen.CapacityError, 4, "1,099,511,627,776 rows", "--partition-on")
        self.job.manifest(2).write_text("")
        self.refused(firstseen.VerifyError, 4, f"remove {self.job.manifest(2)}, and stage the unit again", "--units 2 --stage")

    def test_must_have_the_parts_that_manifests_list(self):
        part = self.job.first_part(2)
        content = part.read_bytes()
        part.write_bytes(content + b"\0")
        size = len(content)
        self.refused(firstseen.VerifyError, 4, f"{part} has {size + 1:,} bytes, but 0000002.json lists {size:,}")
        part.unlink()
        self.refused(firstseen.VerifyError, 4, f"{part}, which 0000002.json lists, can't be read", "No such file", "--units 2")

    def test_may_have_no_candidates_at_all(self):
        (self.folder / "none").mkdir()
        job = Staged(self.folder / "none", [[], []])
        made = duckdb.keep_list(job.plan, job.stage)
        self.assertEqual((made.rows, made.shards, made.files), (0, 0, []))
        self.assertEqual(listed(job), [])
        self.assertTrue(duckdb.keep_list(job.plan, job.stage).reused)
        self.assertEqual(tree(job.keep), ["keep.json", "lock"])

    def test_of_many_units_are_read_quickly(self):
        (self.folder / "many").mkdir()
        job = Staged(self.folder / "many", [[] for _ in range(3000)])
        begun = time.monotonic()
        self.assertEqual(duckdb.keep_list(job.plan, job.stage).rows, 0)
        self.assertLess(time.monotonic() - begun, 5)


class KeepLists(WithStage):
    def test_of_another_plan_are_not_replaced(self):
        self.job.keep.mkdir()
        theirs = {"stage_version": 1, "plan_hash": "2" * 64}
        (self.job.keep / "keep.json").write_text(json.dumps(theirs))
        with self.assertRaises(firstseen.VerifyError) as caught:
            self.keep_list()
        self.assertIn("keep.json belongs to the plan 222222222222", str(caught.exception))
        self.assertEqual(self.job.keep_json, theirs)

    def test_are_made_by_one_process_at_a_time(self):
        self.job.keep.mkdir()
        living = self.job.keep / "0123abcd"
        living.mkdir()
        with open(self.job.keep / "lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            error = self.refused(firstseen.InUseError, 6, "another process is making the keep-list")
            self.assertTrue(error.retryable)
            self.assertTrue(living.exists())
        self.assertEqual(self.keep_list().rows, 4)
        self.assertFalse(living.exists())

    def test_that_are_complete_need_no_lock_and_no_permission(self):
        self.keep_list()
        with open(self.job.keep / "lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.assertTrue(self.keep_list().reused)

    def test_of_a_killed_process_are_made_again(self):
        process = start_python(
            """
            import sys, time
            from firstseen import duckdb
            from firstseen._keep_list import checks
            def wait(*_):
                print("written", flush=True)
                time.sleep(1000)
            checks.shards = wait
            duckdb.keep_list(*sys.argv[1:])
            """,
            str(self.job.plan),
            str(self.job.stage),
        )
        self.addCleanup(process.communicate)
        self.assertEqual(process.stdout.readline(), "written\n", process.poll())
        process.kill()
        process.wait()
        [dead] = [path for path in self.job.keep.iterdir() if path.is_dir()]
        self.assertFalse(self.keep_list().reused)
        self.assertFalse(dead.exists())
        self.assertEqual(listed(self.job), self.job.expected())

    def test_can_be_pickled(self):
        made = self.keep_list()
        self.assertEqual(pickle.loads(pickle.dumps(made)), made)


class Sums(WithStage):
    """What an engine has counted must add up. A wrong engine is simulated by its counts."""

    def with_counts(self, *counts):
        before = duckdb._DuckDb.count_survivors
        duckdb._DuckDb.count_survivors = lambda *_: list(counts)
        self.addCleanup(setattr, duckdb._DuckDb, "count_survivors", before)

    def test_of_staged_rows(self):
        self.with_counts(UnitCount(0, 2, 4, 0))
        error = self.refused(firstseen.InternalError, 1, "the engine counted 4 staged rows, but the units' manifests list 5")
        self.assertIn("nothing was published", error.advice)

    def test_of_an_engine_that_sees_nothing(self):
        self.with_counts()
        self.refused(firstseen.EngineError, 3, "counted 0 staged rows", "by the same path")

    def test_of_survivors_of_a_unit(self):
        self.with_counts(UnitCount(0, 3, 5, 0))
        self.refused(firstseen.InternalError, 1, "3 rows of unit 0 (ID2000) survive, but only 2 are staged")
        self.with_counts(UnitCount(9, 3, 5, 0))
        self.refused(firstseen.VerifyError, 4, "of unit 9, which is not in the plan")

    def test_of_the_list(self):
        self.with_counts(UnitCount(0, 2, 5, 0), UnitCount(2, 2, 0, 0), UnitCount(3, 1, 0, 0))
        self.refused(firstseen.InternalError, 1, "5 rows survive, but the keep-list has 4")

    def test_of_positions(self):
        the_plan = plan.read(self.job.plan)
        counts = [UnitCount(0, 4, 5, 0)]
        checks.shards([ShardCount(0, 4, 0, 3, 6)], 1, counts, the_plan)
        for wrong in [(0, 4, 0, 4, 7), (0, 4, 1, 4, 6), (0, 4, 0, 3, 5), (1, 4, 0, 3, 6)]:
            with self.assertRaisesRegex(firstseen.InternalError, "doesn't have each of its positions once"):
                checks.shards([ShardCount(*wrong)], 1, counts, the_plan)
        with self.assertRaisesRegex(firstseen.InternalError, "don't make 2 shards"):
            checks.shards([ShardCount(0, 4, 0, 3, 6)], 2, counts, the_plan)

    def test_of_files(self):
        for name in ["_SUCCESS", ".part.crc", "part-0.parquet"]:
            path = self.folder / "list" / "shard=0" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("")
        (self.folder / "list" / "_SUCCESS").write_text("")
        self.assertEqual(make.shard_files(self.folder / "list"), [self.folder / "list/shard=0/part-0.parquet"])
        (self.folder / "list" / "shard=0" / "part-1.parquet").write_text("")
        with self.assertRaisesRegex(firstseen.InternalError, "wrote 2 files for shard 0"):
            make.shard_files(self.folder / "list")
        with self.assertRaisesRegex(firstseen.EngineError, "isn't there"):
            make.shard_files(self.folder / "nowhere")


class DuckDb(WithStage):
    def test_takes_limits_and_refuses_wrong_ones(self):
        spill = self.folder / "spill"
        made = duckdb.keep_list(self.job.plan, self.job.stage, memory_limit="500MB", threads=1, temp_directory=spill)
        self.assertEqual(made.rows, 4)
        (self.job.keep / "keep.json").unlink()
        with self.assertRaises(firstseen.UsageError) as caught:
            duckdb.keep_list(self.job.plan, self.job.stage, memory_limit="much")
        self.assertIn("DuckDB doesn't accept its settings", str(caught.exception))

    def test_spills_what_exceeds_its_memory(self):
        (self.folder / "large").mkdir()
        rows = [(row, os.urandom(32)) for row in range(1, 600_001)]
        job = Staged(self.folder / "large", [rows, [(row, key) for row, key in rows if row % 2]], shard_rows=100_000)
        made = duckdb.keep_list(job.plan, job.stage, memory_limit="60MB", threads=1)
        self.assertEqual((made.rows, made.shards), (600_000, 6))
        self.assertEqual(listed(job), job.expected())

    def test_says_so_if_memory_or_space_runs_out(self):
        (self.folder / "large").mkdir()
        job = Staged(self.folder / "large", [[(row, os.urandom(32)) for row in range(1, 300_001)]])
        with self.assertRaises(firstseen.EngineError) as caught:
            duckdb.keep_list(job.plan, job.stage, memory_limit="1MB", threads=1)
        self.assertIn("memory_limit", caught.exception.advice)
        self.assertEqual(tree(job.keep), ["lock"])

    def test_is_missing(self):
        printed = python(
            """
            import sys
            sys.modules["duckdb"] = None
            from firstseen import duckdb
            sys.exit(duckdb.main(sys.argv[1:]))
            """,
            str(self.job.plan),
            "--stage",
            str(self.job.stage),
            check=False,
        )
        self.assertEqual((printed.code, printed.error), (2, "firstseen: this needs duckdb: pip install 'firstseen[duckdb]'\n"))


class Commands(WithStage):
    def ran(self, code, *args):
        command = [sys.executable, "-B", "-m", *map(str, args)]
        ran = subprocess.run(command, env=child_environment(), capture_output=True, text=True, timeout=120)
        self.assertEqual(ran.returncode, code, ran.stderr)
        return ran.stdout + ran.stderr

    def test_make_and_keep_a_keep_list(self):
        command = ["firstseen.duckdb", self.job.plan, "--stage", "stage", "--memory-limit", "1GB", "--threads", "1"]
        made = rf"4 rows in 1 shards: {self.job.keep}/keep.json "
        self.assertRegex(self.ran(0, *command), made + r"\(made by duckdb [\d.]+\)\n")
        self.assertRegex(self.ran(0, *command), made + r"\(complete already, kept\)\n")

    def test_exit_with_the_codes_of_the_documentation(self):
        by_duckdb = ["firstseen.duckdb", self.job.plan, "--stage", self.job.stage]
        self.ran(2, "firstseen.duckdb", self.job.plan)
        self.ran(2, "firstseen.duckdb", "nowhere.json", "--stage", self.job.stage)
        self.ran(2, *by_duckdb, "--memory-limit", "much")
        self.ran(3, *by_duckdb, "--memory-limit", "1kB")
        self.job.manifest(0).rename("0")
        self.assertIn("\n  hint: stage them first: firstseen stage ", self.ran(2, *by_duckdb))
        Path("0").rename(self.job.manifest(0))
        shutil.rmtree(self.job.keep)
        self.job.keep.write_text("in the way")
        self.assertIn("can't create the folder", self.ran(5, *by_duckdb))

    def test_say_at_once_that_a_server_can_not_be_reached(self):
        by_spark = ["firstseen.spark", self.job.plan, "--stage", self.job.stage, "--remote"]
        error = self.ran(3, *by_spark, "sc://127.0.0.1:9")
        self.assertIn("the Spark Connect server at 127.0.0.1:9 can't be reached", error)
        for wrong in ["127.0.0.1:9", "sc://", "sc://host:port", "local[2]"]:
            self.assertIn("is not the address of a Spark Connect server", self.ran(2, *by_spark, wrong))


class Imports(InFolder):
    def test_bring_no_engine(self):
        printed = python(
            """
            import sys
            import firstseen, firstseen.duckdb, firstseen.spark
            print(sorted({"duckdb", "pyspark", "pyarrow", "pandas", "grpc"} & set(sys.modules)))
            """
        )
        self.assertEqual(printed.output, "[]\n")


if __name__ == "__main__":
    unittest.main()
