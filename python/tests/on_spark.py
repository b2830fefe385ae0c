"""The keep-list by Spark, on a cluster of two workers: `make test-spark`. It needs Java 17 and takes some minutes."""

import contextlib
import io
import os
import random
import signal
import subprocess
import sys
import unittest
import warnings

from firstseen import spark
from firstseen._keep_list import plan, statements

from tests.cluster import Cluster
from tests.keep_lists import InSteps, OfEngine, registry
from tests.stages import Staged, listed, random_units
from tests.support import InFolder, child_environment, eventually, in_thread, python

# What a user's session may be set to.
SETTINGS = {
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.ansi.enabled": "false",
    "spark.sql.caseSensitive": "true",
    "spark.sql.files.ignoreCorruptFiles": "true",
    "spark.sql.files.ignoreMissingFiles": "true",
    "spark.sql.files.maxRecordsPerFile": "3",
    "spark.sql.maxConcurrentOutputFileWriters": "2",
    "spark.sql.optimizer.plannedWrite.enabled": "false",
    "spark.sql.parquet.binaryAsString": "true",
    "spark.sql.parquet.compression.codec": "gzip",
    "spark.sql.parquet.enableVectorizedReader": "false",
    "spark.sql.session.timeZone": "Asia/Kathmandu",
    "spark.sql.shuffle.partitions": "5",
    "spark.sql.sources.partitionOverwriteMode": "dynamic",
}


def setUpModule():
    global CLUSTER
    warnings.filterwarnings("ignore", category=FutureWarning, module="pyspark")
    CLUSTER = Cluster()
    CLUSTER.__enter__()
    unittest.addModuleCleanup(CLUSTER.stop)


def new_session(**settings):
    # As the command's: it doesn't wait long for a server that is gone.
    session = spark._session(CLUSTER.remote)
    for name, value in settings.items():
        session.conf.set(name, value)
    return session


class OnSpark(OfEngine):
    ENGINE = "spark"
    SEEDS = 4
    settings = {}

    def setUp(self):
        super().setUp()
        self.session = new_session(**self.settings)
        self.addCleanup(self.session.stop)

    def keep_list(self, staged):
        return spark.keep_list(self.session, staged.plan, staged.stage)


class BySpark(OnSpark):
    def test_leaves_the_session_as_it_was(self):
        self.session.range(3).createOrReplaceTempView("staged")
        self.session.range(3).createOrReplaceTempView("survivors")
        self.check(self.staged(random_units(1)))
        self.assertEqual(sorted(table.name for table in self.session.catalog.listTables()), ["staged", "survivors"])

    def test_neither_sorts_all_rows_nor_ranks_them_in_one_place(self):
        the_plan = plan.read(self.staged(random_units(1)).plan)
        self.source("staged_x", "CAST(id AS INT) AS unit", "id AS row", "CAST('' AS BINARY) AS key", "false AS key_is_null")
        self.source("survivors_x", "id AS place", "id AS copies", "false AS key_is_null")
        survivors = self.explained(statements.survivors("staged_x"))
        self.assertIn("HashAggregate", survivors)
        self.assertNotIn("SortAggregate", survivors)
        positions = self.explained(statements.positions("survivors_x", the_plan))
        self.assertNotIn("rangepartitioning", survivors + positions)
        # All rows of one relation are brought together only above the segments' counts.
        [_, after] = positions.split("Exchange SinglePartition")
        self.assertRegex(after.splitlines()[1], r"HashAggregate\(keys=\[.*functions=\[count\(1\)\]")
        self.assertNotIn("Exchange SinglePartition", survivors)
        # The window over rows has partitions: the last two lists are the columns of these and of the order.
        [ranks] = [line for line in positions.splitlines() if " Window [row_number()" in line]
        self.assertRegex(ranks, r"\], \[segment#\d+L\], \[place#\d+L ASC NULLS FIRST\]$")
        # What is shuffled for it is two numbers.
        self.assertNotRegex(positions, r"Project \[(place#\d+L), (segment#\d+L), \2, \1\]")

    def source(self, name, *columns):
        """A view of a Parquet file, since the plans of other relations are simpler."""
        path = str(self.folder / name)
        self.session.range(1).selectExpr(*columns).write.parquet(path)
        self.session.read.parquet(path).createOrReplaceTempView(name)

    def explained(self, statement):
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            self.session.sql(statement).explain()
        return output.getvalue()

    def test_shuffles_little_but_keys_and_places(self):
        chance = random.Random(3)
        units = [[(row, chance.randbytes(32)) for row in range(1, 40_001)] for _ in range(2)]
        staged = self.staged(units, parts=1)
        before = {stage["stageId"] for stage in CLUSTER.stages()}
        self.check(staged)
        shuffled = sum(stage["shuffleWriteBytes"] for stage in CLUSTER.stages() if stage["stageId"] not in before)
        self.assertGreater(shuffled / 80_000, 32)
        # Even where every row survives. 8 bytes more are what these few rows cost.
        self.assertLess(shuffled / 80_000, 60 + 8)

    def test_survives_the_loss_of_an_executor(self):
        staged = self.large()
        self.assertEqual(self.keep_list_without_an_executor(staged).rows, len(staged.expected()))
        self.assertEqual(listed(staged), staged.expected())

    def test_gives_the_files_of_a_job_in_one_process_although_an_executor_was_lost(self):
        options = ["--key", "HASHIDV", "--exact", "--batch-rows", "1000"]
        steps = InSteps(self.folder / "steps", registry(0.02), options)
        steps.command("run", *steps.job, "--out", "local")
        steps.command("plan", *steps.job, "--out", "plan.json", "--shard-files", "3", "--segment-rows", "10000")
        steps.command("stage", "plan.json", "--stage", "stage")
        self.assertGreater(self.keep_list_without_an_executor(steps).rows, 20_000)
        steps.command("finish", "plan.json", "--stage", "stage")
        steps.command("publish", "plan.json", "--stage", "stage", "--out", "in-steps")
        self.assertEqual(steps.files("in-steps"), steps.files("local"))

    def keep_list_without_an_executor(self, staged):
        """Makes a keep-list, and meanwhile kills an executor."""
        self.session.conf.set("spark.sql.adaptive.enabled", "false")
        self.session.conf.set("spark.sql.shuffle.partitions", "50")
        before = {stage["stageId"] for stage in CLUSTER.stages()}
        lost = CLUSTER.log("connect").count("Lost executor")
        done = in_thread(lambda: self.keep_list(staged))
        self.assertTrue(eventually(lambda: self.is_shuffled(before), 100))
        os.kill(CLUSTER.executors()[0], signal.SIGKILL)
        made = done()
        log = CLUSTER.log("connect")
        self.assertRegex(log, r"Lost executor \d+ on 127\.0\.0\.1")
        self.assertGreater(log.count("Lost executor"), lost)
        self.assertTrue(eventually(lambda: len(CLUSTER.executors()) == 2, 60))
        return made

    def large(self):
        chance = random.Random(5)
        keys = [chance.randbytes(32) for _ in range(60_000)]
        return self.staged([[(row, chance.choice(keys)) for row in range(1, 60_001)] for _ in range(4)], shard_rows=5_000)

    def is_shuffled(self, before):
        """Whether a stage has read some of what an earlier one has written."""
        new = [stage for stage in CLUSTER.stages() if stage["stageId"] not in before]
        return any(stage["status"] == "ACTIVE" and stage["shuffleReadBytes"] > 0 for stage in new)

    def test_is_made_again_after_its_process_or_its_driver_was_killed(self):
        staged = self.large()
        for kill in (lambda process: process.kill(), lambda process: CLUSTER.kill_server()):
            before = {stage["stageId"] for stage in CLUSTER.stages()}
            process = self.start(staged)
            self.assertTrue(eventually(lambda: len({stage["stageId"] for stage in CLUSTER.stages()} - before) > 2, 100))
            kill(process)
            _, error = process.communicate(timeout=120)
            self.assertIn(process.returncode, (3, -signal.SIGKILL), error)
            self.assertFalse((staged.keep / "keep.json").exists())
        self.assertIn("firstseen: the engine failed", error)
        CLUSTER.start_server()
        process = self.start(staged)
        output, error = process.communicate(timeout=200)
        self.assertEqual(process.returncode, 0, error)
        self.assertIn("(made by spark ", output)
        self.assertEqual(listed(staged), staged.expected())
        self.assertEqual(len([path for path in staged.keep.iterdir() if path.is_dir()]), 1)

    def start(self, staged):
        program = [sys.executable, "-W", "ignore", "-B", "-m", "firstseen.spark"]
        command = [*program, staged.plan, "--stage", staged.stage, "--remote", CLUSTER.remote]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen([str(word) for word in command], text=True, env=child_environment(), **pipes)


class InAnySession(OnSpark):
    """In a session of which settings would change the result, if they applied."""

    settings = SETTINGS
    SEEDS = 2


class InAClassicSession(InFolder):
    def test_is_the_same(self):
        staged = Staged(self.folder, random_units(4), shard_rows=40)
        python(
            """
            import os
            import sys
            # Spark Connect in the parent process has set these.
            for name in [name for name in os.environ if name.startswith("SPARK_")]:
                del os.environ[name]
            from pyspark.sql import SparkSession
            from firstseen import spark
            settings = {"spark.driver.host": "127.0.0.1", "spark.ui.enabled": "false", "spark.driver.memory": "700m"}
            builder = SparkSession.builder.master("local[2]")
            for name, value in settings.items():
                builder = builder.config(name, value)
            session = builder.getOrCreate()
            made = spark.keep_list(session, sys.argv[1], sys.argv[2])
            assert made.engine.startswith("spark "), made
            print(session.catalog.listTables())
            """,
            str(staged.plan),
            str(staged.stage),
        )
        self.assertEqual(listed(staged), staged.expected())


del OfEngine, OnSpark

if __name__ == "__main__":
    unittest.main()
