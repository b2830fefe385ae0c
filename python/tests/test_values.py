"""The formats without types are read as docs/values.md says that their values are written, of every database."""

import base64
import datetime
import decimal
import gzip
import json
import pickle
import re
import unittest
from pathlib import Path

import pyarrow
from firstseen import _decode
from firstseen._types import to_polars, to_pyarrow

from tests.support import ROOT, InFolder

UTC = datetime.timezone.utc
PICTURES = {0x2400 + code: code for code in range(0x20)}
# What Arrow holds for a date or timestamp that Python's datetime can't represent.
NAMES = {
    "date": datetime.date, "datetime": datetime.datetime, "time": datetime.time, "timedelta": datetime.timedelta,
    "utc": UTC, "Decimal": decimal.Decimal, "nan": float("nan"), "inf": float("inf"),
    "date32": lambda days: ("date32", days), "timestamp": lambda micros: ("timestamp", micros),
}


def rows():
    """The lines of the tables in docs/values.md: Arrow type, and the cells of parquet and arrow, csv, ndjson, pickle."""
    for line in (ROOT / "docs/values.md").read_text().splitlines():
        cells = [plain(cell.replace("\0", "|")) for cell in line.replace("\\|", "\0").strip("|").split("|")]
        if line.startswith("| `") and len(cells) == 7 and not cells[3].startswith("exit 4"):
            _, _, arrow, typed, csv, ndjson, pickled = cells
            # As the manifest has it.
            yield arrow.replace(", UTC)", ', "UTC")'), typed, csv.translate(PICTURES), ndjson.translate(PICTURES), pickled


def plain(cell):
    """The text of a cell. Code begins and ends with the same number of backticks, and maybe a space."""
    cell = cell.strip()
    ticks = len(cell) - len(cell.lstrip("`"))
    code = cell[ticks:len(cell) - ticks]
    is_padded = ticks and code.strip() and code.startswith(" ") and code.endswith(" ")
    return code[1:-1] if is_padded else code


def shown(scalar):
    """A value in a form that differs if anything differs."""
    try:
        value = scalar.as_py()
    except (OverflowError, ValueError):
        value = ("date32" if pyarrow.types.is_date(scalar.type) else "timestamp", scalar.value)
    return repr(in_utc(value))


def in_utc(value):
    if isinstance(value, list):
        return [in_utc(element) for element in value]
    has_zone = isinstance(value, datetime.datetime) and value.tzinfo is not None
    return value.astimezone(UTC) if has_zone else value


class EveryValue(InFolder):
    def setUp(self):
        super().setUp()
        self.rows = list(rows())

    def read(self, name, content, format, types):
        path = Path(name)
        path.write_bytes(content)
        table = _decode.table(path, format, [f"c{number}" for number in range(len(types))], types)
        self.assertEqual([field.type for field in table.schema], [to_pyarrow(arrow) for arrow in types])
        return table

    def check(self, format, name, encode, cell):
        """Each value in a column of its own, between two NULLs, so that neighbors can't mix."""
        found = [row for row in self.rows if cell(row) != "exit 4"]
        self.assertGreater(len(found), 250)
        types = [row[0] for row in found]
        table = self.read(name, encode([cell(row) for row in found]), format, types)
        for row, column in zip(found, table.columns):
            self.assertEqual([shown(value) for value in column], ["None", repr(eval(row[1], NAMES)), "None"], row)

    def test_of_csv(self):
        def encode(cells):
            header = ",".join(f"c{number}" for number in range(len(cells)))
            nulls = "," * (len(cells) - 1)
            return "\n".join([header, nulls, ",".join(cells), nulls, ""]).encode()

        self.check("csv", "a.csv", encode, lambda row: row[2])
        self.check("csv", "a.csv.gz", lambda cells: gzip.compress(encode(cells)), lambda row: row[2])

    def test_of_ndjson(self):
        def encode(cells):
            lines = [["null"] * len(cells), cells, ["null"] * len(cells)]
            objects = ("{" + ",".join(f'"c{number}":{cell}' for number, cell in enumerate(line)) + "}" for line in lines)
            return "".join(f"{line}\n" for line in objects).encode()

        self.check("ndjson", "a.ndjson", encode, lambda row: row[3])

    def test_of_pickle(self):
        def encode(cells):
            rows = [[None] * len(cells), [eval(cell, NAMES) for cell in cells], [None] * len(cells)]
            return pickle.dumps([{f"c{number}": value for number, value in enumerate(row)} for row in rows], protocol=4)

        self.check("pickle", "a", encode, lambda row: row[4])

    def test_has_a_type_in_polars(self):
        import polars

        for arrow in {row[0] for row in self.rows if "Decimal256" not in row[0]}:
            frame = polars.from_arrow(pyarrow.table([pyarrow.array([], to_pyarrow(arrow))], ["c"]))
            self.assertEqual(frame.schema["c"], to_polars(arrow), arrow)

    def test_of_more_digits_than_polars_has_is_refused(self):
        with self.assertRaisesRegex(ValueError, "polars has no decimals of 39 digits: use to_arrow"):
            to_polars("Decimal256(39, 0)")
        with self.assertRaisesRegex(ValueError, "to_arrow"):
            to_polars("List(Decimal256(76, 10))")

    def test_of_32_bits_is_rounded_once(self):
        # A little less than halfway between two numbers of 32 bits: by way of 64 bits, the little is lost.
        text = "1.00000017881393432617187499"
        table = self.read("a.csv", f"c0\n{text}\n".encode(), "csv", ["Float32"])
        self.assertEqual(table["c0"][0].as_py(), 1.0000001192092896)

    def test_that_is_none_is_refused(self):
        for arrow, text in [("Date32", "yesterday"), ("Timestamp(µs)", "2024-01-01Tnoon"), ("Time64(µs)", "25"), ("Int64", "x"),
                            ("Float64", "x"), ("Decimal128(5, 2)", "x"), ("Binary", "*")]:
            with self.assertRaises((ValueError, decimal.InvalidOperation), msg=arrow):
                self.read("a.csv", f"c0\n{text}\n".encode(), "csv", [arrow])


class TheDocument(unittest.TestCase):
    def test_has_the_types_that_the_package_knows(self):
        found = {re.sub(r"\d+, \d+", "P, S", row[0]) for row in rows()}
        self.assertGreaterEqual(found, {
            "Boolean", "Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64", "Float32", "Float64", "Utf8",
            "Binary", "Date32", "Timestamp(µs)", 'Timestamp(µs, "UTC")', "Time64(µs)", "Duration(µs)", "Decimal128(P, S)",
            "Decimal256(P, S)", "List(Int32)", "List(Utf8)", "List(Date32)", 'List(Timestamp(µs, "UTC"))',
        })


if __name__ == "__main__":
    unittest.main()
