"""Types, docstrings and the names that are public."""

import doctest
import importlib
import inspect
import json
import pkgutil
import subprocess
import sys
import typing
import unittest
from pathlib import Path

import firstseen
from firstseen import _manifest

from tests.support import PACKAGES, ROOT, InFolder, WithSample, child_environment, python

TYPED = '''
from __future__ import annotations

import logging
from pathlib import Path
from typing import Dict, List, Optional

import firstseen
from firstseen import events
from typing_extensions import assert_type


def counts(job: Path) -> Dict[str, int]:
    result = firstseen.run(job, out=Path("out"), force=True, key=["HASHIDV"], format="csv", batch_rows=5000, progress=False)
    assert_type(result, firstseen.Result)
    assert_type(result.batches, List[Path])
    assert_type(result.folder, Optional[Path])
    assert_type(result.manifest["totals"]["new"], int)
    assert_type(result.manifest["tables"][0]["units"][0]["sql"], str)
    assert_type(result.manifest["peak_memory_bytes"], Optional[int])
    height = result.scan().collect().height
    assert_type(height, int)
    return {table["table"]: table["new"] for table in result.manifest["tables"]}


def note(event: events.Event) -> None:
    if isinstance(event, events.UnitFinished):
        assert_type(event.part, Optional[events.Part])
        logging.info("%s: %d rows", event.table, event.rows_read)


def attempt(job: str) -> bool:
    try:
        firstseen.run(job, on_event=note, table=[{"name": "ID2000", "where": "1"}], partitions="auto")
    except firstseen.SourceError as error:
        assert_type(error.table, Optional[str])
        assert_type(error.causes, List[str])
        return error.retryable
    return firstseen.verify("batches").rows > 0 and bool(firstseen.plan(job).document)
'''

# Each line is an error.
WRONG = '''
import firstseen
firstseen.run("job.toml", kye="HASHIDV")
firstseen.run("job.toml", format="parket")
firstseen.run("job.toml", workers="two")
firstseen.run("job.toml", progress="sometimes")
firstseen.run(job="job.toml")
firstseen.plan("job.toml", progress="never")
firstseen.open("batches").manifest["total"]
firstseen.verify("batches").row
firstseen.events.Published("x").name
firstseen.run("job.toml", on_event=lambda: None)
'''


class Types(InFolder):
    def mypy(self, *args):
        command = [sys.executable, "-m", "mypy", "--strict", "--config-file", str(ROOT / "pyproject.toml"), *args]
        # The package is found as users find it: in the folder of PYTHONPATH, which py.typed says is typed.
        environment = child_environment(MYPYPATH="", MYPY_CACHE_DIR=str(self.folder / "cache"))
        return subprocess.run(command, env=environment, capture_output=True, text=True)

    def test_of_the_package_are_strict(self):
        checked = self.mypy("-p", "firstseen")
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)

    def test_of_a_program_that_uses_it_are_strict(self):
        Path("typed.py").write_text(TYPED)
        checked = self.mypy("typed.py")
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
        Path("wrong.py").write_text(WRONG)
        checked = self.mypy("wrong.py")
        lines = {int(line.split(":")[1]) for line in checked.stdout.splitlines() if ": error: " in line}
        self.assertEqual(lines, set(range(3, len(WRONG.splitlines()) + 1)), checked.stdout)

    def test_are_declared_to_be_there(self):
        self.assertTrue((PACKAGES / "firstseen" / "py.typed").exists())


class Docstrings(WithSample):
    def modules(self):
        names = [module.name for module in pkgutil.iter_modules(firstseen.__path__) if module.name != "__main__"]
        return [firstseen, *(importlib.import_module(f"firstseen.{name}") for name in names)]

    def test_have_examples_that_run(self):
        run = 0
        for module in self.modules():
            failed, attempted = doctest.testmod(module)
            self.assertEqual(failed, 0, module.__name__)
            run += attempted
        self.assertGreater(run, 10)

    def test_are_on_everything_public(self):
        for name in firstseen.__all__:
            if name != "__version__":
                self.assertTrue(inspect.getdoc(getattr(firstseen, name)), name)
        for kind in vars(firstseen.events).values():
            if inspect.isclass(kind) and kind.__module__ == "firstseen.events":
                self.assertFalse(kind.__doc__.startswith(kind.__name__ + "("), kind)
        for name, member in inspect.getmembers(firstseen.Result):
            if not name.startswith("_") and (callable(member) or isinstance(member, property)):
                self.assertTrue(inspect.getdoc(member), name)

    def test_functions_with_examples_are_those_that_do_something(self):
        for function in [firstseen.run, firstseen.plan, firstseen.open, firstseen.verify, firstseen.Result]:
            self.assertIn(">>>", function.__doc__)


class PublicNames(InFolder):
    def test_are_all_there(self):
        self.assertEqual(sorted(firstseen.__all__), sorted(set(firstseen.__all__)))
        for name in firstseen.__all__:
            self.assertTrue(hasattr(firstseen, name), name)

    def test_firstseen_open_is_not_the_builtin_of_modules(self):
        self.assertIsNot(firstseen.open, open)
        printed = python("from firstseen import *; print(open.__module__)")
        self.assertEqual(printed.output, "firstseen._api\n")


class TheManifest(InFolder):
    """The library's own description of the manifest, from `firstseen schema manifest`."""

    def setUp(self):
        super().setUp()
        printed = python("import firstseen._firstseen as native; native.main(['firstseen', 'schema', 'manifest'])")
        self.schema = json.loads(printed.output)

    def test_has_the_fields_of_the_types(self):
        checked = set()
        self.check(_manifest.Manifest, self.schema, checked)
        public = {kind for kind in vars(_manifest).values() if typing.is_typeddict(kind)} if sys.version_info >= (3, 10) else checked
        self.assertEqual(checked, public)

    def check(self, typed, schema, checked):
        checked.add(typed)
        hints = typing.get_type_hints(typed)
        self.assertEqual(set(hints), set(schema["properties"]), typed)
        for name, hint in hints.items():
            self.check_field(hint, schema["properties"][name], checked, f"{typed.__name__}.{name}")

    def check_field(self, hint, schema, checked, where):
        if "$ref" in schema:
            schema = self.schema["$defs"][schema["$ref"].rsplit("/", 1)[1]]
        arguments = typing.get_args(hint)
        kinds = schema.get("type")
        kinds = set(kinds) if isinstance(kinds, list) else {kinds}
        if type(None) in arguments:
            self.assertIn("null", kinds, where)
            hint, arguments = arguments[0], ()
            kinds -= {"null"}
        names = {str: "string", int: "integer", float: "number", bool: "boolean"}
        if hint in names:
            self.assertEqual(kinds, {names[hint]}, where)
        elif typing.get_origin(hint) is list:
            self.assertEqual(kinds, {"array"}, where)
            self.check_field(arguments[0], schema["items"], checked, where)
        else:
            self.check(hint, schema, checked)


if __name__ == "__main__":
    unittest.main()
