"""ADBC's PostgreSQL driver, which reads by COPY in the binary format, and Polars: one data frame per table, then `unique`, and slices
as Parquet."""

import polars
from adbc_driver_postgresql import dbapi
from frames import write_first_seen
from work import URL, query


def read(table):
    with dbapi.connect(URL) as connection, connection.cursor() as cursor:
        cursor.execute(query(table))
        return polars.from_arrow(cursor.fetch_arrow_table())


write_first_seen(read, ["adbc-driver-postgresql"])
