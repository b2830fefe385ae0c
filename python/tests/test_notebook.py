"""Runs the notebook from top to bottom, and checks its outputs: the new ones, and those kept in the file.

After a change to the notebook, put the new outputs in the file, with `firstseen` and its native module on PYTHONPATH:

    PYTHONPATH=… python python/tests/test_notebook.py
"""

import ast
import os
import re
import tempfile
import unittest
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from traitlets.config import Config

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = ROOT / "notebooks" / "lhid2005.ipynb"

CELL_SECONDS = 60
MAX_LINE = 112  # a longer line of code is cut off where the page is as narrow as nbconvert's
TOTALS = {"rows_read": 90580, "new": 10014, "duplicates": 80566, "null_drops": 0, "files": 2}
FIGURES = ["rows-figure", "distinct-figure"]
COMPARISONS = ["pool-check", "filtered-equal", "same-files"]


def executed(folder, environment):
    """The notebook, run in its folder by a kernel that keeps its own files in `folder` and needs no network."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    settings = {
        "IPYTHONDIR": str(folder / "ipython"),
        "MPLCONFIGDIR": str(folder / "matplotlib"),
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    sockets = {"transport": "ipc", "connection_file": str(folder / "kernel.json")}
    client = NotebookClient(
        notebook,
        config=Config({"KernelManager": sockets}),
        timeout=CELL_SECONDS,
        record_timing=False,
        resources={"metadata": {"path": str(NOTEBOOK.parent)}},
    )
    return client.execute(env={**os.environ, **environment, **settings})


def code_cells(notebook):
    return {cell.id: cell for cell in notebook.cells if cell.cell_type == "code"}


def shown(cell, kind):
    """A cell's outputs of this MIME type."""
    return [output.data[kind] for output in cell.outputs if kind in output.get("data", {})]


class Outputs:
    """What must be true of the outputs of `self.notebook`."""

    def setUp(self):
        self.cells = code_cells(self.notebook)

    def test_every_cell_ran_in_order_without_errors_or_warnings(self):
        self.assertEqual([cell.execution_count for cell in self.cells.values()], list(range(1, len(self.cells) + 1)))
        for name, cell in self.cells.items():
            for output in cell.outputs:
                self.assertNotEqual(output.output_type, "error", name)
                self.assertNotEqual(output.get("name"), "stderr", f"{name}: {output.get('text')}")

    def test_the_job_finds_the_rows_of_the_sample(self):
        (totals,) = shown(self.cells["totals"], "text/plain")
        self.assertEqual({**ast.literal_eval(totals), **TOTALS}, ast.literal_eval(totals))
        (summary,) = shown(self.cells["run-job"], "text/html")
        self.assertRegex(summary, "<td>total</td><td>90,580</td><td>10,014</td><td>80,566</td>")
        self.assertIn("2 batch files, 10,014 rows", summary)

    def test_every_reader_finds_all_rows(self):
        (decades,) = shown(self.cells["polars-decades"], "text/html")
        persons = re.findall(r"<td>([\d,]+)</td></tr>", decades)
        self.assertEqual(sum(int(number.replace(",", "")) for number in persons), 10014)
        (pandas,) = shown(self.cells["pandas-persons"], "text/html")
        self.assertIn("<p>10014 rows × 4 columns</p>", pandas)
        self.assertRegex(self.cells["pyarrow-batches"].outputs[0].text, r"^10,000 rows, .*\n +14 rows, .*\n$")
        (keys,) = shown(self.cells["duckdb-keys"], "text/html")
        self.assertIn("<td>10,014</td><td>10,014</td>", keys)

    def test_script_01_finds_the_same(self):
        (table,) = shown(self.cells["beside-table"], "text/html")
        for method in ["Script 01", "firstseen"]:
            self.assertRegex(table, f">&quot;{method}&quot;</td><td>90,580</td><td>10,014</td><td>2</td>")

    def test_all_comparisons_hold(self):
        for name in COMPARISONS:
            self.assertEqual(shown(self.cells[name], "text/plain"), ["True"], name)

    def test_the_filter_lets_fewer_rows_through(self):
        (summary,) = shown(self.cells["filtered-run"], "text/html")
        self.assertIn("<td>total</td><td>46,125</td><td>5,084</td>", summary)

    def test_there_are_two_figures(self):
        drawn = [name for name, cell in self.cells.items() if shown(cell, "image/png")]
        self.assertEqual(drawn, FIGURES)


class NewOutputs(Outputs, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        before = sorted(NOTEBOOK.parent.iterdir())
        with tempfile.TemporaryDirectory() as folder:
            results = Path(folder, "results")
            results.mkdir()
            cls.notebook = executed(Path(folder), {"TMPDIR": str(results)})
            cls.left = sorted(results.iterdir())
        cls.added = [path for path in sorted(NOTEBOOK.parent.iterdir()) if path not in before]

    def test_nothing_is_left_behind(self):
        self.assertEqual(self.left, [])
        self.assertEqual(self.added, [])


class KeptOutputs(Outputs, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.notebook = nbformat.read(NOTEBOOK, as_version=4)

    def test_they_name_only_temporary_folders(self):
        kinds = ["text/plain", "text/html"]
        texts = [text for cell in self.cells.values() for kind in kinds for text in shown(cell, kind)]
        texts += [output.text for cell in self.cells.values() for output in cell.outputs if "text" in output]
        paths = re.findall(r"(?:^|[\s'\"(:])(/[\w.-]+/[\w./-]+)", "\n".join(texts))
        self.assertGreater(len(paths), 1)
        self.assertEqual([path for path in paths if not path.startswith("/tmp/firstseen-")], [])


class Text(unittest.TestCase):
    def test_links_lead_to_files(self):
        notebook = nbformat.read(NOTEBOOK, as_version=4)
        text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
        links = [link for link in re.findall(r"\]\(([^)#]+)", text) if "://" not in link]
        self.assertGreater(len(links), 3)
        self.assertEqual([link for link in links if not (NOTEBOOK.parent / link).exists()], [])

    def test_code_fits_the_page(self):
        for name, cell in code_cells(nbformat.read(NOTEBOOK, as_version=4)).items():
            for line in cell.source.splitlines():
                self.assertLessEqual(len(line), MAX_LINE, f"{name}: {line}")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as own:
        nbformat.write(executed(Path(own), {}), NOTEBOOK)
