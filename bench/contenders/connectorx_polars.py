"""ConnectorX and Polars from Python: one data frame per table, then `unique`, and slices as Parquet."""

import connectorx
from frames import write_first_seen
from work import URL, query


def read(table):
    return connectorx.read_sql(URL, query(table), return_type="polars")


write_first_seen(read, ["connectorx"])
