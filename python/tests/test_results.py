"""What a result offers: manifest, counts, paths, tables, and what a notebook shows."""

import copy
import html.parser
import json
import os
import pickle
import shutil
import unittest
from pathlib import Path

import firstseen
import polars

from tests.support import InFolder, WithSample, run, sqlite


class AResult(WithSample):
    def setUp(self):
        super().setUp()
        self.result = firstseen.run(self.JOB, progress="never")

    def test_has_the_manifest_that_was_written(self):
        self.assertEqual(self.result.manifest, json.loads(Path("batches.manifest.json").read_text()))

    def test_has_the_paths_of_its_batches_in_order(self):
        self.assertEqual(self.result.folder, self.folder / "batches")
        names = [file["name"] for file in self.result.manifest["files"]]
        self.assertEqual(self.result.batches, [self.folder / "batches" / name for name in names])
        self.assertTrue(all(path.is_file() for path in self.result.batches))

    def test_has_the_counts_of_its_tables(self):
        tables = self.result.tables
        self.assertEqual(dict(tables.schema), {
            "table": polars.String, "rows_read": polars.UInt64, "new": polars.UInt64, "duplicates": polars.UInt64,
            "null_drops": polars.UInt64, "elapsed_secs": polars.Float64,
        })
        self.assertEqual(tables.height, 13)
        self.assertEqual(tables.row(0)[:5], ("ID2000", 13949, 9364, 4585, 0))
        sums = tables.select(polars.col("rows_read", "new", "duplicates").sum()).row(0)
        self.assertEqual(sums, (90580, 10014, 80566))

    def test_gives_its_rows_to_each_library_in_order(self):
        keys = self.result.to_arrow()["HASHIDV"].to_pylist()
        self.assertEqual(len(set(keys)), 10014)
        self.assertEqual(self.result.scan().select("HASHIDV").collect()["HASHIDV"].to_list(), keys)
        self.assertEqual(self.result.to_pandas()["HASHIDV"].to_list(), keys)
        self.assertEqual([key for batch in self.result for key in batch["HASHIDV"].to_pylist()], keys)

    def test_is_scanned_lazily(self):
        scanned = self.result.scan()
        for path in self.result.batches:
            os.truncate(path, 0)
        with self.assertRaises(polars.exceptions.PolarsError):
            scanned.collect()

    def test_keeps_integers_with_nulls_exact_in_pandas(self):
        source = sqlite("big.sqlite", "CREATE TABLE t (k TEXT, n INTEGER)", f"INSERT INTO t VALUES ('a', {2**53 + 1}), ('b', NULL)")
        frame = run(source=source, tables="t", key="k", out="big").to_pandas()
        self.assertEqual(frame["n"].iloc[0], 2**53 + 1)

    def test_can_be_pickled_and_copied(self):
        for same in [pickle.loads(pickle.dumps(self.result)), copy.deepcopy(self.result)]:
            self.assertEqual(same.manifest, self.result.manifest)
            self.assertEqual(same.batches, self.result.batches)

    def test_does_not_depend_on_the_current_folder(self):
        opened = firstseen.open("batches")
        os.chdir("/")
        for result in [self.result, opened]:
            self.assertEqual(result.scan().collect().height, 10014)
        os.chdir(self.folder)

    def test_shows_the_summary_that_the_command_prints(self):
        lines = str(self.result).splitlines()
        self.assertEqual(lines[0], "table   rows read  new entries  duplicates")
        self.assertIn("total      90,580       10,014      80,566", lines)
        self.assertIn(f"2 batch files, 10,014 rows, 378.8 kB in {self.folder}/batches", lines)
        self.assertEqual(repr(self.result), self.result.summary)


class OpenAndVerify(WithSample):
    def setUp(self):
        super().setUp()
        self.result = firstseen.run(self.JOB, progress="never")

    def test_an_earlier_result(self):
        opened = firstseen.open("batches")
        self.assertEqual(opened.manifest, self.result.manifest)
        self.assertEqual(opened.batches, self.result.batches)
        totals = self.result.manifest["totals"]
        verified = firstseen.verify("batches")
        self.assertEqual(
            (verified.folder, verified.run_id, verified.files, verified.rows, verified.bytes),
            (Path("batches"), self.result.manifest["run_id"], 2, 10014, totals["bytes"]),
        )

    def test_a_folder_that_was_moved_with_its_manifest(self):
        Path("elsewhere").mkdir()
        shutil.move("batches", "elsewhere/person")
        shutil.move("batches.manifest.json", "elsewhere/person.manifest.json")
        moved = firstseen.open("elsewhere/person")
        self.assertEqual(moved.folder, self.folder / "elsewhere" / "person")
        self.assertEqual(moved.scan().collect().height, 10014)
        self.assertEqual(firstseen.verify("elsewhere/person").rows, 10014)
        self.assertEqual(firstseen.verify("elsewhere/person/").rows, 10014)

    def test_a_folder_by_any_of_its_paths(self):
        os.chdir("batches")
        for path in [".", "", "../batches", self.folder / "batches", "../batches/"]:
            if path != "":
                self.assertEqual(firstseen.verify(path).rows, 10014, path)
            self.assertEqual(firstseen.open(path).to_arrow().num_rows, 10014, path)
        os.mkdir("in")
        self.assertEqual(firstseen.open("in/..").to_arrow().num_rows, 10014)

    def test_a_folder_without_a_manifest_and_a_manifest_without_a_folder(self):
        os.rename("batches", "alone")
        for missing in ["alone", "batches"]:
            for call in [firstseen.open, firstseen.verify]:
                with self.assertRaisesRegex(firstseen.VerifyError, "is missing"):
                    call(missing)

    def test_a_manifest_that_is_none(self):
        Path("batches.manifest.json").write_text("{")
        with self.assertRaisesRegex(firstseen.VerifyError, "can't parse the manifest"):
            firstseen.open("batches")
        later = {**self.result.manifest, "schema_version": 99}
        Path("batches.manifest.json").write_text(json.dumps(later))
        with self.assertRaisesRegex(firstseen.VerifyError, "schema version 99"):
            firstseen.open("batches")

    def test_opening_reads_no_batch_file(self):
        os.truncate(self.result.batches[0], 0)
        self.assertEqual(firstseen.open("batches").manifest["totals"]["new"], 10014)
        with self.assertRaises(firstseen.VerifyError):
            firstseen.verify("batches")


class CountOnly(WithSample):
    def test_writes_nothing_and_has_counts(self):
        result = firstseen.run(self.JOB, count_only=True, progress="never")
        self.assertEqual(self.names(), ["sample_data"])
        self.assertIsNone(result.folder)
        self.assertEqual(result.batches, [])
        self.assertEqual(result.manifest["totals"]["new"], 10014)
        self.assertEqual(result.tables["new"].sum(), 10014)
        self.assertIn("10,014", repr(result))
        self.assertNotIn("batch files", repr(result))
        self.assertIn("<td>10,014</td>", result._repr_html_())

    def test_has_no_rows_to_read(self):
        result = firstseen.run(self.JOB, count_only=True, progress="never")
        for read in [result.scan, result.to_arrow, result.to_pandas, lambda: list(result)]:
            with self.assertRaisesRegex(ValueError, "count_only"):
                read()


class ANotebook(InFolder):
    def cells(self, result):
        found = []

        class Parser(html.parser.HTMLParser):
            def handle_starttag(self, tag, attributes):
                found.append([] if tag == "tr" else tag)

            def handle_data(self, data):
                if isinstance(found[-1], str):
                    found[-1] = (found[-1], data)

        parser = Parser()
        parser.feed(result._repr_html_())
        parser.close()
        return [cell for cell in found if isinstance(cell, tuple)]

    def test_shows_a_table(self):
        source = sqlite("a.sqlite", "CREATE TABLE t (k TEXT)", "INSERT INTO t VALUES ('a'), ('a'), ('b')")
        cells = self.cells(run(source=source, tables="t", key="k"))
        self.assertEqual([text for tag, text in cells if tag == "th"], ["table", "rows read", "new entries", "duplicates"])
        self.assertEqual([text for tag, text in cells if tag == "td"], ["t", "3", "2", "1", "total", "3", "2", "1"])
        [note] = [text for tag, text in cells if tag == "pre"]
        self.assertIn("1 batch file, 2 rows", note)

    def test_shows_null_keys_if_there_are_any(self):
        source = sqlite("a.sqlite", "CREATE TABLE t (k TEXT)", "INSERT INTO t VALUES ('a'), (NULL)")
        cells = self.cells(run(source=source, tables="t", key="k", null_keys="drop"))
        self.assertEqual([text for tag, text in cells if tag == "th"][-1], "NULL keys")
        self.assertEqual([text for tag, text in cells if tag == "td"], ["t", "2", "1", "0", "1", "total", "2", "1", "0", "1"])

    def test_shows_names_as_text(self):
        name = "<script>alert(1)</script>&amp;"
        source = sqlite("a.sqlite", f'CREATE TABLE "{name}" (k TEXT)', f"INSERT INTO \"{name}\" VALUES ('a')")
        Path("<b>").mkdir()
        result = run(source=source, table=[{"name": name}], key="k", out="<b>/out")
        self.assertNotIn("<script", result._repr_html_())
        self.assertNotIn("<b>", result._repr_html_())
        self.assertIn(("td", name), self.cells(result))


class APlan(WithSample):
    def test_is_a_document_and_a_text(self):
        plan = firstseen.plan(self.JOB)
        self.assertEqual(plan.document["key"], ["HASHIDV"])
        self.assertIn("ID2000", str(plan))
        self.assertEqual(repr(plan), str(plan))
        self.assertEqual(self.names(), ["sample_data"])

    def test_is_refused_as_its_job_would_be(self):
        with self.assertRaises(firstseen.UsageError):
            firstseen.plan(self.JOB, workers=0)
        with self.assertRaises(firstseen.SchemaError):
            firstseen.plan(self.JOB, tables="NONE")


if __name__ == "__main__":
    unittest.main()
