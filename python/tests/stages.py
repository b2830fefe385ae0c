"""Stages made of random rows, as the command would write them; what their keep-list must be; and how to read one."""

import decimal
import hashlib
import json
import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

# What the struct next to the key can hold: types that Spark doesn't read, and names that are also columns of the file.
STRUCTS = {
    "rows": ("columns", {"KEY": pa.decimal256(60, 2), "unit": pa.uint64(), "time": pa.time64("us"), "span": pa.duration("us")}),
    "keys": ("locator", {"rowid": pa.uint64()}),
}
VALUES = {"KEY": decimal.Decimal(1)}


class Staged:
    """A plan and its stage in a folder. `units` has the rows of each unit: (row, key), where None is a NULL key."""

    def __init__(self, folder, units, *, segment_rows=1_000_000, shard_rows=1_000_000, null_keys="keep", parts=2, tables=None):
        self.folder = Path(folder)
        self.plan, self.stage = self.folder / "plan.json", self.folder / "stage"
        self.units, self.parts = units, parts
        content = {
            "plan_version": 1,
            "versions": {"firstseen": "0.1.0"},
            "units": tables or [{"table": f"ID{2000 + unit}", "part": None} for unit in range(len(units))],
            "key": ["HASHIDV"],
            "null_keys": null_keys,
            "batch_rows": 1,
            "segment_rows": segment_rows,
            "shard_rows": shard_rows,
            "unknown": {"näme": None},
        }
        self.content = content
        self.hash = plan_hash(content)
        (self.stage / "units").mkdir(parents=True)
        self.plan.write_text(json.dumps({"hash": self.hash, "plan": content}))
        (self.stage / "stage.json").write_text(json.dumps({"stage_version": 1, "plan_hash": self.hash}))
        for unit in range(len(units)):
            self.write_unit(unit)

    def write_unit(self, unit, **changes):
        """Writes a unit's parts and its manifest. Units hold rows and keys in turn."""
        rows = self.units[unit]
        holds = "keys" if unit % 2 else "rows"
        size = -(-len(rows) // self.parts) or 1
        files = []
        for begin in range(0, len(rows), size):
            name = f"{unit:07}/{random.getrandbits(32):08x}-{len(files) + 1:04}.parquet"
            part = self.stage / "units" / name
            part.parent.mkdir(exist_ok=True)
            write_part(part, unit, rows[begin : begin + size], holds)
            files.append({"name": name, "rows": len(rows[begin : begin + size]), "bytes": part.stat().st_size})
        manifest = {
            "stage_version": 1,
            "plan_hash": self.hash,
            "unit": unit,
            **self.content["units"][unit],
            "holds": holds,
            "files": files,
            "rows_read": len(rows) + 3,
            "candidates": len(rows),
            "filter_drops": 3,
            "null_drops": 0,
            **changes,
        }
        self.manifest(unit).write_text(json.dumps(manifest))
        return manifest

    def manifest(self, unit):
        return self.stage / "units" / f"{unit:07}.json"

    def first_part(self, unit):
        """The path of a unit's first part."""
        return self.stage / "units" / json.loads(self.manifest(unit).read_text())["files"][0]["name"]

    def change(self, path, **changes):
        """Changes fields of a JSON file."""
        path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))

    @property
    def keep(self):
        return self.stage / "keep"

    @property
    def keep_json(self):
        return json.loads((self.keep / "keep.json").read_text())

    def expected(self):
        """The (unit, row) of each row of the result, in order."""
        seen, places = set(), []
        for unit, rows in enumerate(self.units):
            for row, key in rows:
                if key is None or key not in seen:
                    places.append((unit, row))
                seen.add(key)
        return places


def plan_hash(content):
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def write_part(path, unit, rows, holds="rows"):
    name, types = STRUCTS[holds]
    fields = [pa.array([VALUES.get(field, 1)] * len(rows), kind) for field, kind in types.items()]
    columns = [
        (pa.array([unit] * len(rows), pa.int32()), "unit"),
        (pa.array([row for row, _ in rows], pa.int64()), "row"),
        (pa.array([key or b"" for _, key in rows], pa.binary()), "key"),
        (pa.array([key is None for _, key in rows], pa.bool_()), "key_is_null"),
        (pa.StructArray.from_arrays(fields, list(types)), name),
    ]
    schema = pa.schema([pa.field(name, array.type, nullable=False) for array, name in columns])
    pq.write_table(pa.table([array for array, _ in columns], schema=schema), path, compression="zstd")


def random_units(seed, *, units=4, rows=200, keys=150, nulls=0.03):
    """Units of random sizes, some empty, with gaps between their rows and few keys."""
    chance = random.Random(seed)
    made = []
    for _ in range(units):
        row, found = 0, []
        for _ in range(chance.choice([0, 1, rows // 2, rows])):
            # Some segments are empty.
            row += chance.choice([1, 1, 1, 2, 3, 40])
            found.append((row, None if chance.random() < nulls else random_key(chance, keys)))
        made.append(found)
    return made


def random_key(chance, keys):
    """Among others an empty key, which is not NULL, and keys that differ only in zero bytes or in case."""
    number = chance.randrange(keys)
    return [b"", b"\0", b"\0\0", b"k", b"K", b"k\0", b"k ", b"\xff\xfe"][number] if number < 8 else b"\0key%d\0" % number


def listed(staged):
    """The (unit, row) of each row of a keep-list, read by pyarrow. Checks what its files must look like."""
    document, places = staged.keep_json, []
    assert document["stage_version"] == 1 and document["plan_hash"] == staged.hash, document
    for number, shard in enumerate(document["shards"]):
        assert shard["shard"] == number and shard["files"], document
        first = len(places)
        assert first == number * staged.content["shard_rows"], document
        for name in shard["files"]:
            # Not the path itself, since pyarrow takes a folder named like x=1 for a column.
            with pa.OSFile(str(staged.keep / name)) as file:
                table = pq.ParquetFile(file).read()
            assert {field.name: str(field.type) for field in table.schema} == {
                "unit": "int32",
                "row": "int64",
                "position": "int64",
            }, table.schema
            assert table["position"].to_pylist() == list(range(len(places), len(places) + len(table))), name
            places += zip(table["unit"].to_pylist(), table["row"].to_pylist())
        assert len(places) - first == shard["rows"], document
    assert len(places) == document["rows"], document
    for unit in document["units"]:
        assert unit["rows"] == sum(place[0] == unit["unit"] for place in places), document
    assert len(document["units"]) == len(staged.units), document
    return places


def tree(folder):
    """All files in a folder."""
    return sorted(path.relative_to(folder).as_posix() for path in Path(folder).rglob("*") if path.is_file())
