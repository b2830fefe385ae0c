"""The keep-list by Sail: a Spark Connect server, in this process, that needs no Java."""

import os
import unittest
import warnings

from firstseen import spark

from tests.keep_lists import OfEngine
from tests.stages import random_units


class BySail(OfEngine):
    ENGINE = "sail"

    @classmethod
    def setUpClass(cls):
        # It logs that it ends what the session has started.
        os.environ["RUST_LOG"] = "error"
        cls.addClassCleanup(os.environ.pop, "RUST_LOG")
        from pysail.spark import SparkConnectServer
        from pyspark.sql import SparkSession

        warnings.filterwarnings("ignore", category=FutureWarning, module="pyspark")
        cls.server = SparkConnectServer("127.0.0.1", 0)
        cls.server.start(background=True)
        cls.remote = f"sc://127.0.0.1:{cls.server.listening_address[1]}"
        cls.session = SparkSession.builder.remote(cls.remote).create()

    @classmethod
    def tearDownClass(cls):
        cls.session.stop()
        cls.server.stop()

    def keep_list(self, staged):
        return spark.keep_list(self.session, staged.plan, staged.stage)

    def test_leaves_the_session_as_it_was(self):
        self.session.range(3).createOrReplaceTempView("staged")
        self.session.range(3).createOrReplaceTempView("survivors")
        before = [table.name for table in self.session.catalog.listTables()]
        self.check(self.staged(random_units(1)))
        self.assertEqual([table.name for table in self.session.catalog.listTables()], before)

    def test_is_a_command(self):
        staged = self.staged(random_units(2))
        printed = self.ran(0, spark.main, staged.plan, "--stage", staged.stage, "--remote", self.remote)
        self.assertRegex(printed, r"^\d+ rows in 1 shards: .*/stage/keep/keep.json \(made by sail [\d.]+\)\n$")
        printed = self.ran(0, spark.main, staged.plan, "--stage", staged.stage, "--remote", self.remote)
        self.assertIn("(complete already, kept)", printed)


del OfEngine

if __name__ == "__main__":
    unittest.main()
