"""Computes a keep-list in the most naive way, with pyarrow: what the engines' lists are compared with.

    python keep_list.py PLAN.json STAGE
"""

import json
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

plan_path, stage = Path(sys.argv[1]), Path(sys.argv[2])
document = json.loads(plan_path.read_text())
plan = document["plan"]
first = {}
places = []
for unit in range(len(plan["units"])):
    manifest = json.loads((stage / "units" / f"{unit:07}.json").read_text())
    assert manifest["plan_hash"] == document["hash"], unit
    for part in manifest["files"]:
        columns = ["unit", "row", "key", "key_is_null"]
        rows = pq.read_table(stage / "units" / part["name"], columns=columns).to_pylist()
        assert len(rows) == part["rows"], part
        for row in rows:
            place = (row["unit"], row["row"])
            if row["key_is_null"]:
                assert plan["null_keys"] == "keep" and row["key"] == b"", row
                places.append(place)
            else:
                key = row["key"]
                first[key] = min(place, first.get(key, place))
places = sorted(places + list(first.values()))
size = plan["shard_rows"]
folder = stage / "keep" / "naive"
folder.mkdir(parents=True, exist_ok=True)
shards = []
for begin in range(0, len(places), size):
    of_shard = places[begin : begin + size]
    shard = begin // size
    table = pa.table(
        {
            "unit": pa.array([unit for unit, _ in of_shard], pa.int32()),
            "row": pa.array([row for _, row in of_shard], pa.int64()),
            "position": pa.array(range(begin, begin + len(of_shard)), pa.int64()),
        }
    )
    pq.write_table(table, folder / f"{shard}.parquet")
    shards.append({"shard": shard, "rows": len(of_shard), "files": [f"naive/{shard}.parquet"]})
keep = {"stage_version": 1, "plan_hash": document["hash"], "engine": "naive", "rows": len(places), "shards": shards}
(stage / "keep" / "keep.json").write_text(json.dumps(keep))
