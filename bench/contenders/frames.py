"""What the tools with one data frame per table do with them: `unique`, and slices as Parquet.

One query for all tables would return the results in the order in which their parts end. So each table has its own query, in as
many threads as workers. The frames stay in the order of the tables, and `unique` keeps the first row of each key.
"""

from concurrent.futures import ThreadPoolExecutor

import polars
from work import BATCH_ROWS, KEY, TABLES, WORKERS, batch_path, tell


def write_first_seen(read, packages):
    """Reads each table with `read`, which returns a data frame, and writes the first rows."""
    with ThreadPoolExecutor(WORKERS) as pool:
        frames = list(pool.map(read, TABLES))
    rows = sum(frame.height for frame in frames)
    # An empty table can have another schema, since ConnectorX infers types from rows.
    frame = polars.concat(frame for frame in frames if frame.height > 0)
    del frames
    first = frame.unique(subset=KEY, keep="first", maintain_order=True)
    for number, batch in enumerate(first.iter_slices(BATCH_ROWS)):
        batch.write_parquet(batch_path(number * BATCH_ROWS + 1, batch.height, ".parquet"))
    tell(rows, first.height, [*packages, "polars"])
