"""The keep-list by DuckDB."""

import unittest

from firstseen import duckdb

from tests.keep_lists import OfEngine


class ByDuckDb(OfEngine):
    ENGINE = "duckdb"
    SEEDS = 40

    def keep_list(self, staged):
        return duckdb.keep_list(staged.plan, staged.stage, threads=2)


del OfEngine

if __name__ == "__main__":
    unittest.main()
