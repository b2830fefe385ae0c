"""Compares a contender's batch files with firstseen's: which rows they contain, and in what order.

    compare.py JOB FIRSTSEEN_FOLDER FOLDER

Prints `{"rows": …, "files": …, "full": …, "strange_rows": …, "in_order": …}`. `full`: whether every file except the last has
10,000 rows. `strange_rows`: how many rows aren't the first-seen ones of their key. `in_order`: whether the keys are in the
first-seen order. All cells, or for wide rows those of some columns, are compared as text, so that a date is the same in Parquet, in a pickle and in a text file.
"""

import json
import pickle
import sys
from pathlib import Path

import polars

sys.path.insert(0, str(Path(__file__).parents[1]))

from job import BATCH_ROWS, JOBS  # noqa: E402

PICKLE = b"\x80"  # the first byte of every protocol since 2


def batches(folder, job):
    """The batch files in a folder as data frames of text, sorted by name."""
    return [read(path, job).select(polars.col(job.compared).cast(polars.String)) for path in sorted(folder.iterdir())]


def read(path, job):
    if path.suffix == ".parquet":
        return polars.read_parquet(path, columns=list(job.compared))
    with path.open("rb") as file:
        if file.read(1) == PICKLE:
            return polars.DataFrame(pickle.loads(path.read_bytes()))
    return polars.read_csv(path, separator="\t", has_header=False, new_columns=job.columns, infer_schema=False)


def main(name, reference, folder):
    job = JOBS[name]
    frames = batches(Path(folder), job)
    theirs, ours = polars.concat(frames), polars.concat(batches(Path(reference), job))
    heights = [frame.height for frame in frames]
    compared = {
        "rows": theirs.height,
        "files": len(frames),
        "full": all(height == BATCH_ROWS for height in heights[:-1]) and 0 < heights[-1] <= BATCH_ROWS,
        "strange_rows": theirs.join(ours, on=job.compared, how="anti", nulls_equal=True).height,
        "in_order": theirs[job.key].equals(ours[job.key]),
    }
    print(json.dumps(compared))


main(*sys.argv[1:])
