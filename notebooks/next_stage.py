"""The stage after firstseen. Worker processes have to import it, so it is a module and not a cell of the notebook."""

from collections import Counter

import pyarrow.parquet as pq


def births_per_decade(path):
    """Returns how many persons in this batch file were born in each decade: `{1950: 732, …}`."""
    birthdays = pq.read_table(path, columns=["ID_BIRTHDAY"]).column("ID_BIRTHDAY")
    return Counter(day.year // 10 * 10 for day in birthdays.to_pylist())
