"""Compares a contender's batch files with firstseen's: which rows they contain, and in what order.

    compare.py FIRSTSEEN_FOLDER FOLDER

Prints `{"rows": …, "files": …, "full": …, "strange_rows": …, "in_order": …}`. `full`: whether every file except the last has
10,000 rows. `strange_rows`: how many rows aren't the first-seen ones of their key. `in_order`: whether the keys are in the
first-seen order. All cells are compared as text, so that a date is the same in Parquet, in a pickle and in a text file.
"""

import json
import pickle
import sys
from pathlib import Path

import polars

sys.path.insert(0, str(Path(__file__).parents[1]))

from job import BATCH_ROWS, COLUMNS, KEY  # noqa: E402

PICKLE = b"\x80"  # the first byte of every protocol since 2


def batches(folder):
    """The batch files in a folder as data frames of text, sorted by name."""
    return [read(path).select(polars.col(COLUMNS).cast(polars.String)) for path in sorted(folder.iterdir())]


def read(path):
    if path.suffix == ".parquet":
        return polars.read_parquet(path)
    with path.open("rb") as file:
        if file.read(1) == PICKLE:
            return polars.DataFrame(pickle.loads(path.read_bytes()))
    return polars.read_csv(path, separator="\t", has_header=False, new_columns=COLUMNS, infer_schema=False)


def main(reference, folder):
    frames = batches(folder)
    theirs, ours = polars.concat(frames), polars.concat(batches(reference))
    heights = [frame.height for frame in frames]
    compared = {
        "rows": theirs.height,
        "files": len(frames),
        "full": all(height == BATCH_ROWS for height in heights[:-1]) and 0 < heights[-1] <= BATCH_ROWS,
        "strange_rows": theirs.join(ours, on=COLUMNS, how="anti").height,
        "in_order": theirs[KEY].equals(ours[KEY]),
    }
    print(json.dumps(compared))


main(*map(Path, sys.argv[1:]))
