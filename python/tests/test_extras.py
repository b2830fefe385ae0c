"""Other packages are imported only when they are needed, and a missing one is named with the extra that brings it."""

import tomllib
import unittest

from tests.support import ROOT, WithSample, python

OTHERS = {"polars", "pyarrow", "pandas", "numpy", "tqdm", "duckdb", "typing_extensions"}


class Importing(WithSample):
    def test_firstseen_imports_nothing_else(self):
        printed = python("""
            import sys
            import firstseen
            result = firstseen.run("sample_data/job.toml")
            result.batches, result.summary, result._repr_html_(), repr(result), firstseen.verify("batches")
            firstseen.open("batches"), firstseen.plan("sample_data/job.toml")
            print(sorted({name.split(".")[0] for name in sys.modules}))
            """)
        self.assertEqual(OTHERS & set(eval(printed.output)), set())

    def test_each_method_imports_what_it_needs(self):
        for call, needed in [
            ("result.tables", {"polars"}),
            ("result.scan()", {"polars"}),
            ("result.to_arrow()", {"pyarrow"}),
            ("next(iter(result))", {"pyarrow"}),
        ]:
            printed = python(f"""
                import sys
                import firstseen
                result = firstseen.run("sample_data/job.toml", force=True)
                {call}
                print(sorted({{name.split(".")[0] for name in sys.modules}}))
                """)
            found = OTHERS & set(eval(printed.output))
            # pyarrow imports numpy if it is there, and polars typing_extensions.
            self.assertEqual(found - {"numpy", "typing_extensions"}, needed, call)


class WithoutPackages(WithSample):
    """In other processes, in which importing fails as if they weren't installed."""

    def errors(self, missing, *calls, format="parquet", **options):
        printed = python(f"""
            import sys
            sys.modules.update(dict.fromkeys({missing}))
            import firstseen
            result = firstseen.run("sample_data/job.toml", format={format!r}, force=True, **{options})
            for call in {calls}:
                try:
                    eval(call)
                except ImportError as error:
                    print(error)
                else:
                    print("works")
            """)
        return printed.output.splitlines()

    def test_the_error_names_the_extra(self):
        arrow = "this needs pyarrow: pip install 'firstseen[arrow]'"
        polars = "this needs polars: pip install 'firstseen[polars]'"
        pandas = "this needs pandas: pip install 'firstseen[pandas]'"
        calls = ["result.tables", "result.scan()", "result.to_arrow()", "next(iter(result))", "result.to_pandas()"]
        everything = ["polars", "pyarrow", "pandas", "tqdm"]
        self.assertEqual(self.errors(everything, *calls), [polars, polars, arrow, arrow, pandas])
        self.assertEqual(self.errors(["pyarrow"], *calls), ["works", "works", arrow, arrow, arrow])
        self.assertEqual(self.errors(["polars"], *calls), [polars, polars, "works", "works", "works"])
        self.assertEqual(self.errors(["pandas"], *calls), ["works", "works", "works", "works", pandas])

    def test_the_formats_without_types_need_pyarrow(self):
        arrow = "this needs pyarrow: pip install 'firstseen[arrow]'"
        for format in ["csv", "ndjson", "pickle"]:
            self.assertEqual(self.errors(["pyarrow"], "result.scan()", format=format), [arrow])
        self.assertEqual(self.errors(["pyarrow"], "result.scan()", format="arrow"), ["works"])

    def test_a_result_without_rows_is_read_with_the_same_packages(self):
        empty = {"where": "0"}
        self.assertEqual(self.errors(["pyarrow"], "result.scan()", **empty), ["works"])
        self.assertEqual(self.errors(["polars"], "result.to_arrow()", "result.to_pandas()", **empty), ["works"] * 2)

    def test_the_extras_exist(self):
        project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
        names = list(project["optional-dependencies"])
        self.assertEqual(names, ["polars", "arrow", "pandas", "progress", "duckdb", "spark", "all"])


if __name__ == "__main__":
    unittest.main()
