"""Ctrl-C ends a job within two seconds and leaves nothing, and other threads run meanwhile."""

import signal
import threading
import time
import unittest

import firstseen

from tests.servers import server
from tests.support import ENDLESS, WithSample, eventually, interrupted, python, start_python, threads

# A job that doesn't end by itself. It prints `begun` when SQLite runs its query, and what it left when it was interrupted.
ENDLESS_JOB = f"""
    import os, signal, threading, time
    import firstseen
    from firstseen import events

    def note(event):
        if isinstance(event, events.UnitStarted):
            print("begun", flush=True)

    def run(**options):
        firstseen.run("sample_data/job.toml", where="{ENDLESS}", on_event=note, **options)
    """


class CtrlC(WithSample):
    def begun(self, code):
        process = start_python(ENDLESS_JOB + code)
        self.addCleanup(process.kill)
        while process.stdout.readline() not in ("begun\n", ""):
            pass
        return process

    def test_ends_a_job_within_two_seconds_and_leaves_nothing(self):
        process = self.begun("""
    try:
        run(progress="never")
    except KeyboardInterrupt:
        print("interrupted", sorted(os.listdir(".")))
    """)
        seconds, printed = interrupted(process, 0.5)
        self.assertLess(seconds, 2, printed.error)
        self.assertIn("interrupted ['sample_data']", printed.output, printed.error)
        self.assertEqual(printed.code, 0)

    def test_that_is_not_caught_ends_the_program_as_any_other(self):
        process = self.begun("\n    run(progress='always')")
        seconds, printed = interrupted(process, 0.2)
        self.assertLess(seconds, 2)
        self.assertIn("KeyboardInterrupt", printed.error)
        self.assertEqual(printed.code, -signal.SIGINT)
        self.assertEqual(self.names(), ["sample_data"])

    def test_leaves_no_thread_that_reads_on(self):
        process = self.begun("""
    try:
        run(progress="never")
    except KeyboardInterrupt:
        import time
        end = time.monotonic() + 5
        while len(os.listdir("/proc/self/task")) > 1 and time.monotonic() < end:
            time.sleep(0.01)
        print("threads", len(os.listdir("/proc/self/task")))
    """)
        _, printed = interrupted(process, 0.2)
        self.assertIn("threads 1\n", printed.output, printed.error)

    def test_can_be_answered_by_another_job(self):
        process = self.begun("""
    try:
        run(progress="never")
    except KeyboardInterrupt:
        print(firstseen.run("sample_data/job.toml", progress="never").manifest["totals"]["new"])
    """)
        _, printed = interrupted(process, 0.2)
        self.assertIn("10014\n", printed.output, printed.error)

    def test_as_sigterm_with_a_handler_that_raises_ends_the_job_too(self):
        process = self.begun("""
    import sys
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    run(progress="never")
    """)
        begun = time.monotonic()
        process.send_signal(signal.SIGTERM)
        _, error = process.communicate(timeout=60)
        self.assertLess(time.monotonic() - begun, 2)
        self.assertEqual((process.returncode, error), (143, ""))
        self.assertEqual(self.names(), ["sample_data"])

    def test_calls_a_handler_that_does_not_raise_and_goes_on(self):
        process = self.begun("""
    # Not `print`: the signal may arrive within the `print` of `note`, and Python's writers can't be entered twice.
    signal.signal(signal.SIGINT, lambda *_: os.write(1, b"handled\\n"))
    threading.Timer(1, lambda: os.kill(os.getpid(), signal.SIGTERM)).start()
    run(progress="never")
    """)
        # The handler is set before the job begins, so it is there by now.
        process.send_signal(signal.SIGINT)
        output, error = process.communicate(timeout=60)
        self.assertIn("handled", output, error)
        self.assertEqual(process.returncode, -signal.SIGTERM, error)

    def test_keeps_the_earlier_result(self):
        firstseen.run(self.JOB, progress="never")
        before = firstseen.verify("batches")
        process = self.begun("""
    try:
        run(progress="never", force=True)
    except KeyboardInterrupt:
        print("interrupted")
    """)
        _, printed = interrupted(process, 0.2)
        self.assertIn("interrupted", printed.output, printed.error)
        self.assertEqual(firstseen.verify("batches"), before)
        self.assertEqual(self.names(), ["batches", "batches.manifest.json", "sample_data"])

    def test_ends_a_plan_whose_server_is_silent(self):
        arrived = threading.Event()

        def is_silent(connection):
            arrived.set()
            connection.recv(100)
            time.sleep(60)

        with server(is_silent) as port:
            process = start_python(f"""
                import firstseen
                firstseen.plan(source="postgresql://reader@127.0.0.1:{port}/d", tables="t", key="k",
                               connect_timeout_secs=60)
                """)
            self.addCleanup(process.kill)
            self.assertTrue(arrived.wait(30))
            seconds, printed = interrupted(process, 0.2)
        self.assertLess(seconds, 2)
        self.assertIn("KeyboardInterrupt", printed.error)

    def test_ends_the_wait_for_a_password_file_that_nobody_writes(self):
        process = start_python("""
            import os
            import firstseen
            os.mkfifo("password", 0o600)
            print("begun", flush=True)
            firstseen.run(source="postgresql://reader@127.0.0.1/d", tables="t", key="k", password_file="password")
            """)
        self.addCleanup(process.kill)
        process.stdout.readline()
        seconds, printed = interrupted(process, 0.5)
        self.assertLess(seconds, 2)
        self.assertIn("KeyboardInterrupt", printed.error)


class OtherThreads(WithSample):
    def test_advance_while_a_job_runs(self):
        printed = python(ENDLESS_JOB + """
    turns = 0
    longest = 0.0

    def count():
        global turns, longest
        last = time.monotonic()
        while True:
            time.sleep(0.001)
            now = time.monotonic()
            longest = max(longest, now - last)
            last = now
            turns += 1

    threading.Thread(target=count, daemon=True).start()
    threading.Timer(2, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    try:
        run(progress="never")
    except KeyboardInterrupt:
        print("turns", turns, longest)
    """)
        _, turns, longest = printed.output.splitlines()[-1].split()
        # With the interpreter's lock held, there would be none, or one pause of two seconds.
        self.assertGreater(int(turns), 100)
        self.assertLess(float(longest), 1.0)

    def test_none_is_left_after_a_job(self):
        before = threads()
        firstseen.run(self.JOB, progress="never")
        with self.assertRaises(firstseen.ExistsError):
            firstseen.run(self.JOB, progress="never")
        self.assertTrue(eventually(lambda: threads() == before), (before, threads()))


class TheEndOfTheProgram(WithSample):
    def test_does_not_wait_for_a_daemon_thread_with_a_job(self):
        begun = time.monotonic()
        printed = python(ENDLESS_JOB + """
    threading.Thread(target=run, kwargs={"progress": "never"}, daemon=True).start()
    time.sleep(0.5)
    print("end", flush=True)
    """)
        self.assertLess(time.monotonic() - begun, 30)
        self.assertTrue(printed.output.endswith("end\n"))
        # The next job for the folder removes what this one left.
        self.assertIn(".batches.firstseen", self.names())
        with self.assertWarnsRegex(firstseen.FirstseenWarning, "earlier run was interrupted"):
            firstseen.run(self.JOB, progress="never")
        self.assertEqual(self.names(), ["batches", "batches.manifest.json", "sample_data"])


if __name__ == "__main__":
    unittest.main()
