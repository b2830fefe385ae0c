"""Options: a job file, keywords named like the flags, both, and what is refused."""

import json
import os
import re
import typing
import unittest
from pathlib import Path

import firstseen
from firstseen._options import Options, TableEntry

from tests.support import WithSample, python, run

SAMPLE = {"source": "sqlite://sample_data/lhid2005.sqlite", "tables": "ID2000..ID2012", "key": "HASHIDV"}


class Keywords(WithSample):
    def test_alone_make_a_job(self):
        result = run(**SAMPLE, prefix="person", columns=["ID", "HASHIDV"], batch_rows=6000)
        self.assertEqual([path.name for path in result.batches], [
            "person-0000001-0006000.parquet", "person-0006001-0010014.parquet"
        ])
        self.assertEqual([column["name"] for column in result.manifest["columns"]], ["ID", "HASHIDV"])

    def test_take_precedence_over_a_job_file(self):
        result = firstseen.run(
            self.JOB, format="csv", prefix="p", out="elsewhere", tables=["ID2000", "ID2002"], progress="never"
        )
        self.assertEqual(result.manifest["job"]["format"], "csv")
        self.assertEqual(result.manifest["job"]["key"], ["HASHIDV"])
        self.assertEqual([table["table"] for table in result.manifest["tables"]], ["ID2000", "ID2002"])
        self.assertEqual(result.batches[0], self.folder / "elsewhere" / "p-0000001-0009693.csv")

    def test_of_none_are_those_of_the_job_file(self):
        result = firstseen.run(self.JOB, prefix=None, out=None, workers=None, progress="never")
        self.assertEqual(result.batches[0].name, "person-0000001-0010000.parquet")

    def test_false_undoes_a_true_of_the_job_file(self):
        Path("job.toml").write_text(Path(self.JOB).read_text().replace("lhid", "sample_data/lhid") + "count_only = true\n")
        self.assertIsNone(firstseen.run("job.toml", progress="never").folder)
        self.assertIsNotNone(firstseen.run("job.toml", count_only=False, progress="never").folder)

    def test_take_lists_tuples_and_text_with_commas(self):
        for tables in ["ID2000,ID2002", ["ID2000", "ID2002"], ("ID2000", "ID2002")]:
            for key in ["ID,HASHIDV", ["ID", "HASHIDV"]]:
                manifest = run(**{**SAMPLE, "tables": tables, "key": key}, count_only=True).manifest
                self.assertEqual([table["table"] for table in manifest["tables"]], ["ID2000", "ID2002"])
                self.assertEqual(manifest["job"]["key"], ["ID", "HASHIDV"])

    def test_give_tables_filters_of_their_own(self):
        tables = [{"name": "ID2000", "where": "ID_SEX = 'F'"}, {"name": "ID2002"}]
        manifest = run(source=SAMPLE["source"], table=tables, key="HASHIDV", count_only=True).manifest
        first, second = [table["rows_read"] for table in manifest["tables"]]
        self.assertLess(first, 13949)
        self.assertEqual(second, 17262)

    def test_take_numbers_of_other_libraries(self):
        import numpy

        result = run(**SAMPLE, batch_rows=numpy.int64(6000), out="numbers")
        self.assertEqual(result.manifest["job"]["batch_rows"], 6000)

    def test_take_paths(self):
        Path("here").mkdir()
        password = Path("password")
        password.write_text("secret\n")
        password.chmod(0o600)
        result = firstseen.run(Path(self.JOB), out=Path("here") / "out", progress="never")
        self.assertEqual(result.folder, self.folder / "here" / "out")
        self.assertTrue(all(isinstance(path, Path) and path.is_absolute() for path in result.batches))
        self.assertEqual(firstseen.verify(result.folder).folder, result.folder)
        self.assertEqual(firstseen.verify(Path("here/out")).folder, Path("here/out"))
        self.assertEqual(firstseen.open(Path("here/out")).folder, result.folder)
        self.assertEqual(firstseen.plan(Path(self.JOB)).document["key"], ["HASHIDV"])
        with self.assertRaises(firstseen.UnreachableError):
            run(source="postgresql://u@127.0.0.1:9/d", tables="t", key="k", password_file=password)

    def test_start_relative_paths_at_the_current_folder_and_those_of_a_job_file_at_its_own(self):
        os.chdir("sample_data")
        result = firstseen.run("job.toml", out="../out", progress="never")
        self.assertEqual(result.manifest["totals"]["new"], 10014)
        os.chdir("..")
        self.assertEqual(firstseen.verify("out").rows, 10014)


class WrongOptions(WithSample):
    def refused(self, *args, **options):
        with self.assertRaises(firstseen.UsageError) as caught:
            firstseen.run(*args, **options)
        error = caught.exception
        self.assertEqual((error.exit_code, error.retryable), (2, False))
        self.assertEqual(self.names(), ["sample_data"])
        return str(error)

    def test_are_named_with_the_nearest(self):
        for wrong, meant in [("kye", "key"), ("wrokers", "workers"), ("batchrows", "batch_rows"), ("output", "out"),
                             ("compresion", "compression"), ("tabels", "tables"), ("count", "count_only")]:
            refused = self.refused(self.JOB, **{wrong: 1})
            self.assertIn(f"there is no option {wrong}\n  hint: did you mean {meant}?", refused)
        with self.assertRaisesRegex(firstseen.UsageError, "did you mean key?"):
            firstseen.plan(self.JOB, kye="x")

    def test_values_are_named_by_their_option(self):
        for options in [{"format": "parket"}, {"workers": "two"}, {"force": "yes"}, {"batch_rows": -1}, {"key": 1},
                        {"key": [1, 2]}, {"table": [{"nam": "t"}]}, {"out": 1}, {"partitions": []}]:
            [name] = options
            self.assertIn(f"value of {name} ", self.refused(self.JOB, **options))
        self.assertIn('did you mean "parquet"?', self.refused(self.JOB, format="parqet"))

    def test_values_that_json_does_not_have_are_named_by_their_option(self):
        for value in [{1, 2}, object(), b"bytes", float("nan"), 1j, "\udcff", ["a", {"b"}]]:
            refused = self.refused(self.JOB, key=value)
            self.assertIn("the value of key has the wrong type, or is not valid Unicode", refused)

    def test_a_job_file_is_a_path(self):
        self.assertIn("run(**options)", self.refused(SAMPLE))
        self.assertIn("isn't a path", self.refused(b"job.toml"))
        self.assertIn('give its path first: run("job.toml")', self.refused(job="job.toml"))
        self.assertIn("source=", self.refused("sqlite://sample_data/lhid2005.sqlite", tables="ID2000", key="ID"))

    def test_flags_of_the_command_are_refused_with_what_python_has_instead(self):
        for name in ["json", "quiet", "verbose", "log_format"]:
            self.assertIn(f"{name} is only for the command\n  hint: use ", self.refused(self.JOB, **{name: True}))
        with self.assertRaisesRegex(firstseen.UsageError, "only run shows progress"):
            firstseen.plan(self.JOB, progress="never")

    def test_progress_is_one_of_three(self):
        for progress in ["sometimes", None, 7, []]:
            self.assertIn("auto", self.refused(self.JOB, progress=progress))


class TheEnvironment(WithSample):
    def set(self, name, value):
        os.environ[name] = value
        self.addCleanup(os.environ.pop, name, None)

    def test_names_the_source_if_nothing_else_does(self):
        self.set("FIRSTSEEN_SOURCE", SAMPLE["source"])
        self.assertEqual(run(tables="ID2000", key="HASHIDV", count_only=True).manifest["totals"]["rows_read"], 13949)
        self.set("FIRSTSEEN_SOURCE", "sqlite://missing.sqlite")
        self.assertEqual(run(**SAMPLE, count_only=True).manifest["totals"]["new"], 10014)

    def test_takes_precedence_over_a_job_file_as_for_the_command(self):
        Path("job.toml").write_text(Path(self.JOB).read_text().replace("lhid2005.sqlite", "missing.sqlite"))
        self.set("FIRSTSEEN_SOURCE", SAMPLE["source"])
        with self.assertWarnsRegex(firstseen.FirstseenWarning, "FIRSTSEEN_SOURCE replaces the job file's source"):
            result = firstseen.run("job.toml", count_only=True, progress="never")
        self.assertEqual(result.manifest["totals"]["new"], 10014)

    def test_that_is_empty_names_nothing(self):
        self.set("FIRSTSEEN_SOURCE", "")
        self.set("FIRSTSEEN_PASSWORD", "")
        result = firstseen.run(self.JOB, count_only=True, progress="never")
        self.assertEqual(result.manifest["totals"]["new"], 10014)
        with self.assertRaisesRegex(firstseen.UsageError, "no source"):
            run(tables="t", key="k")

    def test_password_must_be_text(self):
        self.set("FIRSTSEEN_PASSWORD", os.fsdecode(b"\xff"))
        with self.assertRaisesRegex(firstseen.UsageError, "FIRSTSEEN_PASSWORD is not valid UTF-8"):
            run(source="postgresql://u@127.0.0.1:9/d", tables="t", key="k")


class TheTypes(WithSample):
    """The library's own description of its options, from `firstseen schema job`."""

    COMMAND = {"json", "quiet", "verbose", "log_format", "progress"}

    def setUp(self):
        super().setUp()
        printed = python("import firstseen._firstseen as native; native.main(['firstseen', 'schema', 'job'])")
        self.schema = json.loads(printed.output)

    def test_have_all_options_and_no_others(self):
        self.assertEqual(set(Options.__annotations__), set(self.schema["properties"]) - self.COMMAND)
        for name in self.COMMAND:
            with self.assertRaises(firstseen.UsageError):
                firstseen.plan(self.JOB, **{name: True})

    def test_have_the_possible_values(self):
        hints = typing.get_type_hints(Options)
        for name, hint in hints.items():
            literal = typing.get_args(hint) if typing.get_origin(hint) is typing.Literal else ()
            self.assertEqual(set(literal), set(self.words(self.schema["properties"][name])), name)

    def words(self, schema):
        """The possible values, if they are words."""
        if "$ref" in schema:
            schema = self.schema["$defs"][schema["$ref"].rsplit("/", 1)[1]]
        words = [word for word in [*schema.get("enum", []), schema.get("const")] if word]
        for inner in [*schema.get("anyOf", []), *schema.get("oneOf", [])]:
            words += self.words(inner)
        return words

    def test_of_a_table_have_its_keys(self):
        entry = self.schema["$defs"]["TableEntry"]
        self.assertEqual(set(TableEntry.__annotations__) | {"name"}, set(entry["properties"]))
        self.assertEqual(entry["required"], ["name"])

    def test_are_the_flags(self):
        printed = python("import firstseen._firstseen as native; native.main(['firstseen', 'run', '--help'])")
        flags = {flag.replace("-", "_") for flag in re.findall(r"^ +(?:-\w, )?--([a-z-]+)", printed.output, re.MULTILINE)}
        self.assertEqual(set(Options.__annotations__) - {"table"}, flags - self.COMMAND - {"help"})


if __name__ == "__main__":
    unittest.main()
