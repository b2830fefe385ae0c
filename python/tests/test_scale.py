"""The keep-list's arithmetic at a size that no test could stage: 10^11 rows in 1,000 tables."""

import random
import re
import unittest

import duckdb

from firstseen._keep_list import statements
from firstseen._keep_list.plan import PlanFile, PlanUnit

UNITS, SEGMENTS, SEGMENT_ROWS = 1_000, 100, 1_000_000
BATCH_ROWS, SHARD_FILES = 10_000, 100


class AtScale(unittest.TestCase):
    def test_positions_are_dense_and_files_exact(self):
        """Runs the statement that computes positions on the counts of 100,000 segments, with the first and the last survivor of
        each instead of all of them."""
        for seed in range(3):
            with self.subTest(seed=seed):
                self.check(random.Random(seed))

    def check(self, chance):
        plan = PlanFile(None, "", [PlanUnit("t", None)] * UNITS, "error", SEGMENT_ROWS, SHARD_FILES * BATCH_ROWS)
        database = duckdb.connect()
        segments = [(unit << 40) + segment * SEGMENT_ROWS for unit in range(UNITS) for segment in range(SEGMENTS)]
        counts = [(segment, self.survivors(chance)) for segment in segments]
        counts = [count for count in counts if count[1]]
        chance.shuffle(counts)  # Engines return them in any order.
        database.execute("CREATE TABLE counted (segment BIGINT, survivors BIGINT)")
        for begin in range(0, len(counts), 50_000):
            columns = [list(column) for column in zip(*counts[begin : begin + 50_000])]
            database.execute("INSERT INTO counted SELECT unnest(?), unnest(?)", columns)
        query = self.over_counts(statements.positions("counted", plan))
        ends = database.execute(f"SELECT * FROM ({query}) ORDER BY position, row").fetchall()
        self.assertEqual(len(ends), 2 * len(counts))
        before, total = -1, sum(count[1] for count in counts)
        for (unit, first_row, first, first_shard), (last_unit, last_row, last, last_shard) in zip(ends[::2], ends[1::2]):
            self.assertEqual((unit, first), (last_unit, before + 1))
            self.assertEqual((first_shard, last_shard), (first // plan.shard_rows, last // plan.shard_rows))
            before = last
        self.assertEqual(before + 1, total)
        # In the order of the units, and of the rows in each.
        self.assertEqual([(end[0], end[1]) for end in ends], sorted((end[0], end[1]) for end in ends))
        shards = -(-total // plan.shard_rows)
        rows = [min(plan.shard_rows, total - shard * plan.shard_rows) for shard in range(shards)]
        files = [-(-of_shard // BATCH_ROWS) for of_shard in rows]
        self.assertEqual(sum(files), -(-total // BATCH_ROWS))
        self.assertEqual({of_shard % BATCH_ROWS for of_shard in rows[:-1]}, {0})

    def survivors(self, chance):
        """Of a segment: none, one, all, or any number."""
        return chance.choice([0, 1, SEGMENT_ROWS, chance.randrange(SEGMENT_ROWS), chance.randrange(SEGMENT_ROWS)])

    def over_counts(self, positions):
        """The statement with the segments' counts, and with two rows of each segment in place of all of them."""
        counted = "segments AS (SELECT segment, survivors FROM counted)"
        ranks = (
            "ranks AS (SELECT segment + 1 AS place, segment, CAST(0 AS BIGINT) AS rank FROM counted UNION ALL "
            f"SELECT segment + {SEGMENT_ROWS - 1} AS place, segment, survivors - 1 AS rank FROM counted)"
        )
        positions, replaced = re.subn(r"segments AS \(.*?\n\)", counted, positions, count=1, flags=re.DOTALL)
        self.assertEqual(replaced, 1)
        positions, replaced = re.subn(r"ranks AS \(.*?\n\)", ranks, positions, count=1, flags=re.DOTALL)
        self.assertEqual(replaced, 1)
        return positions


if __name__ == "__main__":
    unittest.main()
