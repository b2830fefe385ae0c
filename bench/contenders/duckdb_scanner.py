"""DuckDB with its MySQL extension. Keeps the row of each key with the lowest place: the table's number, then the row's.

The extension is loaded from its package. It gets complete queries (`mysql_query`), which took less time and memory here than
reading `source.TABLE`. DuckDB reads several tables at a time. It reads each table over one connection and numbers its rows as
they arrive, so the rows that it keeps are exactly the first ones. One COPY per file writes them in order.
"""

from importlib.resources import files

import duckdb
from work import (
    BATCH_ROWS,
    COLUMNS,
    DATABASE,
    HOST,
    KEY,
    PASSWORD,
    PORT,
    TABLES,
    USER,
    WORKERS,
    batch_path,
    query,
    tell,
)

ROW_BITS = 40  # a place is the table's number followed by the row's


def connect():
    connection = duckdb.connect(config={"threads": WORKERS})
    extensions = files("duckdb_extension_mysql_scanner") / "extensions" / f"v{duckdb.__version__}"
    connection.execute(f"LOAD '{extensions / 'mysql_scanner.duckdb_extension'}'")
    where = f"host={HOST} port={PORT} user={USER} password={PASSWORD} database={DATABASE}"
    connection.execute(f"ATTACH '{where}' AS source (TYPE mysql, READ_ONLY)")
    return connection


def placed_rows():
    return " UNION ALL ".join(
        f"SELECT *, ({number}::BIGINT << {ROW_BITS}) + row_number() OVER () AS place"
        f" FROM mysql_query('source', '{query(table)}')"
        for number, table in enumerate(TABLES)
    )


def main():
    connection = connect()
    columns = ", ".join(COLUMNS)
    first = ", ".join(f"arg_min({name}, place) AS {name}" for name in COLUMNS if name != KEY)
    connection.execute(f"""
        CREATE TEMP TABLE firsts AS
        SELECT {columns}, row_number() OVER (ORDER BY place) AS number, read
        FROM (SELECT {KEY}, {first}, min(place) AS place, count(*) AS read FROM ({placed_rows()}) GROUP BY {KEY})
        ORDER BY number
    """)
    rows, distinct = connection.execute("SELECT sum(read)::BIGINT, count(*) FROM firsts").fetchone()
    for begin in range(0, distinct, BATCH_ROWS):
        end = min(begin + BATCH_ROWS, distinct)
        path = batch_path(begin + 1, end - begin, ".parquet")
        connection.execute(f"""
            COPY (SELECT {columns} FROM firsts WHERE number > {begin} AND number <= {end} ORDER BY number)
            TO '{path}' (FORMAT parquet)
        """)
    tell(rows, distinct, ["duckdb"])


main()
