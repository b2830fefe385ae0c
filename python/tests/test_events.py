"""A callback gets each event of a job, typed, and can end the job."""

import dataclasses
import json
import threading
import typing
import unittest

import firstseen
from firstseen import events

from tests.support import InFolder, WithSample, python, run, sqlite


def noting():
    """A list, and a callback that appends to it."""
    seen = []
    return seen, seen.append


class EventsOfAJob(WithSample):
    def test_come_typed_and_in_order(self):
        seen, note = noting()
        result = firstseen.run(self.JOB, on_event=note, progress="never")
        self.assertEqual(seen[0], events.Planned(units=13, workers=seen[0].workers, estimated_rows=None))
        self.assertEqual(seen[1], events.SnapshotTaken(snapshot=result.manifest["snapshot"], why_none=None))
        self.assertEqual(seen[-1], events.Published(str(self.folder / "batches")))
        self.assertIn(events.DistinctCounted(rows=10014, files=2), seen)
        counted = [event for event in seen if isinstance(event, events.UnitCounted)]
        self.assertEqual(
            [(event.table, event.rows_read, event.new, event.duplicates) for event in counted],
            [(table["table"], table["rows_read"], table["new"], table["duplicates"]) for table in result.manifest["tables"]],
        )
        written = sorted(event.name for event in seen if isinstance(event, events.FileWritten))
        self.assertEqual(written, [path.name for path in result.batches])
        for unit in range(13):
            of_unit = [type(event).__name__ for event in seen if getattr(event, "unit", None) == unit]
            self.assertEqual(of_unit[:2], ["UnitStarted", "UnitExecuted"])
            self.assertEqual(of_unit[-2:], ["UnitFinished", "UnitCounted"])
        [first] = [event for event in seen if isinstance(event, events.UnitStarted) and event.unit == 0]
        self.assertEqual((first.table, first.part), ("ID2000", None))
        self.assertTrue(first.sql.startswith("SELECT "))

    def test_come_in_the_thread_of_the_caller(self):
        found = set()
        firstseen.run(self.JOB, on_event=lambda _: found.add(threading.get_ident()), progress="never")
        self.assertEqual(found, {threading.get_ident()})

    def test_of_a_table_in_parts_name_the_part(self):
        rows = ", ".join(f"({number})" for number in range(1000))
        source = sqlite("parts.sqlite", "CREATE TABLE t (id INTEGER PRIMARY KEY)", f"INSERT INTO t VALUES {rows}")
        seen, note = noting()
        run(source=source, tables="t", key="id", partition_on="id", partitions=3, on_event=note)
        for kind in [events.UnitStarted, events.UnitExecuted, events.UnitFinished, events.UnitCounted]:
            parts = sorted((event.part.number, event.part.of) for event in seen if isinstance(event, kind))
            self.assertEqual(parts, [(1, 3), (2, 3), (3, 3)], kind)
        self.assertIsInstance(seen[2].part, events.Part)

    def test_tell_how_many_rows_were_read(self):
        source = sqlite("many.sqlite", """
            CREATE TABLE t AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 100000)
            SELECT CAST(x % 7 AS TEXT) AS k FROM c
        """)
        seen, note = noting()
        run(source=source, tables="t", key="k", column_type="k=text", on_event=note)
        read = [event for event in seen if isinstance(event, events.UnitProgress)]
        self.assertGreater(len(read), 2)
        self.assertEqual({event.candidates for event in read}, {7})
        self.assertEqual([event.rows_read for event in read], sorted(event.rows_read for event in read))

    def test_of_dates_that_became_null(self):
        source = sqlite("dates.sqlite", "CREATE TABLE t (id INTEGER PRIMARY KEY, day DATE)",
                        "INSERT INTO t VALUES (1, '2024-02-30'), (2, '2024-02-29'), (3, '2023-02-29')")
        seen, note = noting()
        run(source=source, tables="t", key="id", invalid_dates="null", on_event=note)
        self.assertIn(events.DatesNulled(column="day", values=2), seen)

    def test_of_a_plan_are_its_warnings(self):
        seen, note = noting()
        with self.assertWarns(firstseen.FirstseenWarning):
            firstseen.plan(self.JOB, count_only=True, force=True, on_event=note)
        self.assertEqual([type(event) for event in seen], [events.Warned])

    def test_are_frozen(self):
        with self.assertRaises(dataclasses.FrozenInstanceError):
            events.Published("here").folder = "there"


class ACallbackThatRaises(WithSample):
    def test_ends_the_job_and_leaves_nothing(self):
        for kind in [events.Planned, events.UnitStarted, events.UnitCounted, events.DistinctCounted, events.FileWritten]:
            calls = []

            def refuse(event):
                calls.append(event)
                if isinstance(event, kind):
                    raise LookupError("enough")

            with self.assertRaisesRegex(LookupError, "enough"):
                firstseen.run(self.JOB, on_event=refuse, progress="never")
            self.assertIsInstance(calls[-1], kind)
            self.assertEqual(self.names(), ["sample_data"], kind)

    def test_keeps_the_earlier_result(self):
        firstseen.run(self.JOB, progress="never")
        before = firstseen.verify("batches")

        def refuse(event):
            if isinstance(event, events.FileWritten):
                raise LookupError

        with self.assertRaises(LookupError):
            firstseen.run(self.JOB, force=True, on_event=refuse, progress="never")
        self.assertEqual(firstseen.verify("batches"), before)

    def test_after_the_result_is_published_leaves_the_result(self):
        def refuse(event):
            if isinstance(event, events.Published):
                raise LookupError

        with self.assertRaises(LookupError):
            firstseen.run(self.JOB, on_event=refuse, progress="never")
        self.assertEqual(firstseen.verify("batches").rows, 10014)

    def test_can_be_anything_that_python_raises(self):
        def leave(event):
            raise SystemExit(7)

        with self.assertRaises(SystemExit):
            firstseen.run(self.JOB, on_event=leave, progress="never")
        with self.assertRaises(TypeError):
            firstseen.run(self.JOB, on_event="not callable", progress="never")
        self.assertEqual(self.names(), ["sample_data"])


class TheClasses(InFolder):
    """The library's own description of its events, from `firstseen schema events`."""

    def schema(self):
        printed = python("import firstseen._firstseen as native; native.main(['firstseen', 'schema', 'events'])")
        return json.loads(printed.output)

    def test_have_the_fields_that_the_library_sends(self):
        found = {}
        for event in objects_with_an_event(self.schema()):
            properties = dict(event["properties"])
            name = properties.pop("event")["const"]
            found[name] = set(properties) - {"schema_version", "elapsed_secs"}
        found.pop("failed", None)
        known = {name: {field.name for field in dataclasses.fields(kind)} for name, kind in events._CLASSES.items()}
        self.assertEqual(known, found)

    def test_are_all_public(self):
        for kind in events._CLASSES.values():
            self.assertIs(getattr(events, kind.__name__), kind)
            self.assertTrue(typing.get_type_hints(kind) or not dataclasses.fields(kind))

    def test_an_event_of_a_later_version_is_kept(self):
        event = events._of_json({"event": "danced", "steps": 3})
        self.assertEqual(event, events.Other("danced", {"steps": 3}))
        event = events._of_json({"event": "published", "folder": "x", "added": 1})
        self.assertEqual(event, events.Published("x"))


def objects_with_an_event(schema):
    """Every object of the schema that has a property `event` with one possible value."""
    if isinstance(schema, dict):
        event = schema.get("properties", {}).get("event") if isinstance(schema.get("properties"), dict) else None
        if isinstance(event, dict) and "const" in event:
            yield schema
        for inner in schema.values():
            yield from objects_with_an_event(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from objects_with_an_event(inner)


if __name__ == "__main__":
    unittest.main()
