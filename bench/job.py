"""The job that is measured: the article's tables, columns and counts."""

TABLES = [f"ID{year}" for year in range(2000, 2013)]
TABLE_RANGE = "ID2000..ID2012"
COLUMNS = ["ID", "ID_BIRTHDAY", "ID_SEX", "HASHIDV"]
KEY = "HASHIDV"

BATCH_ROWS = 10_000

# What every run must find at scale 1.
FULL_ROWS = 15_096_590
FULL_DISTINCT = 1_001_413
