"""ConnectorX and Polars from Python: one data frame per table, then `unique`, and slices as Parquet.

One `read_sql` with a list of queries would return the results in the order in which the queries end. So each table has its own
call, in as many threads as workers. The frames stay in the order of the tables, and `unique` keeps the first row of each key.
"""

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import connectorx
import polars
from work import BATCH_ROWS, DATABASE, HOST, KEY, PASSWORD, PORT, TABLES, USER, WORKERS, batch_path, query, tell

URL = f"mysql://{quote(USER, safe='')}:{quote(PASSWORD, safe='')}@{HOST}:{PORT}/{DATABASE}"


def read(table):
    return connectorx.read_sql(URL, query(table), return_type="polars")


def main():
    with ThreadPoolExecutor(WORKERS) as pool:
        frames = list(pool.map(read, TABLES))
    rows = sum(frame.height for frame in frames)
    # An empty table has another schema, since ConnectorX infers types from rows.
    frame = polars.concat(frame for frame in frames if frame.height > 0)
    del frames
    first = frame.unique(subset=KEY, keep="first", maintain_order=True)
    for number, batch in enumerate(first.iter_slices(BATCH_ROWS)):
        batch.write_parquet(batch_path(number * BATCH_ROWS + 1, batch.height, ".parquet"))
    tell(rows, first.height, ["connectorx", "polars"])


main()
