"""ClickHouse in this process (chDB) with its table function `mysql`. Keeps the row of each key with the lowest place.

ClickHouse reads several tables at a time. It reads each table over one connection and numbers its rows as they arrive, so the
rows that it keeps are exactly the first ones. One INSERT per file writes them in order.
"""

from chdb.session import Session
from work import BATCH_ROWS, COLUMNS, DATABASE, HOST, KEY, PASSWORD, PORT, TABLES, USER, WORKERS, batch_path, tell

ROW_BITS = 40  # a place is the table's number followed by the row's


def placed_rows():
    columns = ", ".join(COLUMNS)
    return " UNION ALL ".join(
        f"SELECT {columns}, bitShiftLeft(toUInt64({number}), {ROW_BITS}) + rowNumberInAllBlocks() AS place"
        f" FROM mysql('{HOST}:{PORT}', '{DATABASE}', '{table}', '{USER}', '{PASSWORD}')"
        for number, table in enumerate(TABLES)
    )


def main():
    session = Session()
    session.query(f"SET max_threads = {WORKERS}")
    others = [name for name in COLUMNS if name != KEY]
    session.query(f"""
        CREATE TABLE firsts ENGINE = Memory AS
        SELECT *, rowNumberInAllBlocks() AS number
        FROM (
            SELECT argMin(({', '.join(others)}), place) AS others, {KEY}, min(place) AS first, count() AS read
            FROM ({placed_rows()}) GROUP BY {KEY} ORDER BY first
        )
    """)
    rows, distinct = map(int, session.query("SELECT sum(read), count() FROM firsts", "CSV").data().split(","))
    columns = ", ".join(name if name == KEY else f"others.{others.index(name) + 1} AS {name}" for name in COLUMNS)
    for begin in range(0, distinct, BATCH_ROWS):
        end = min(begin + BATCH_ROWS, distinct)
        path = batch_path(begin + 1, end - begin, ".parquet")
        session.query(f"""
            INSERT INTO FUNCTION file('{path}', 'Parquet')
            SELECT {columns} FROM firsts WHERE number >= {begin} AND number < {end} ORDER BY number
        """)
    tell(rows, distinct, ["chdb"])


main()
