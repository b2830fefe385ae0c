"""Jobs in several threads and processes, and after a fork."""

import multiprocessing
import os
import threading
import unittest
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import firstseen

from tests.support import ENDLESS, WithSample, python


def count(job):
    """What a spawned process does. It must be found by name there."""
    return firstseen.run(job, count_only=True, progress="never").manifest["totals"]["new"]


def height(result):
    return sum(batch.num_rows for batch in result)


def names_of(result):
    return [path.name for path in result.batches]


class SeveralThreads(WithSample):
    def test_run_several_jobs(self):
        def job(number):
            seen = []
            result = firstseen.run(self.JOB, out=f"out{number}", workers=2, on_event=seen.append, progress="never")
            return result.manifest["totals"]["new"], {file["sha256"] for file in result.manifest["files"]}, len(seen)

        with ThreadPoolExecutor(6) as pool:
            results = list(pool.map(job, range(12)))
        self.assertEqual({new for new, _, _ in results}, {10014})
        self.assertEqual(len(set().union(*(sums for _, sums, _ in results))), 2)
        self.assertTrue(all(events > 50 for _, _, events in results))

    def test_of_which_one_gets_the_output_if_all_want_it(self):
        barrier = threading.Barrier(4)

        def job(_):
            barrier.wait()
            try:
                return firstseen.run(self.JOB, progress="never").manifest["totals"]["new"]
            except (firstseen.InUseError, firstseen.ExistsError) as error:
                return type(error)

        with ThreadPoolExecutor(4) as pool:
            results = list(pool.map(job, range(4)))
        self.assertEqual(results.count(10014), 1, results)
        self.assertEqual(firstseen.verify("batches").rows, 10014)

    def test_fail_each_with_its_own_error(self):
        def job(number):
            try:
                firstseen.run(self.JOB, where=f"NO{number} = 1", count_only=True, progress="never")
            except firstseen.RefusedError as error:
                return f"NO{number}" in str(error)

        with ThreadPoolExecutor(8) as pool:
            self.assertEqual(list(pool.map(job, range(16))), [True] * 16)


class AFork(WithSample):
    """In other processes, whose forks could hang them."""

    def test_before_the_first_use_works(self):
        printed = python("""
            import os
            import firstseen
            for _ in range(3):
                child = os.fork()
                if child == 0:
                    result = firstseen.run("sample_data/job.toml", out=f"out{os.getpid()}", progress="never")
                    print(result.manifest["totals"]["new"], firstseen.verify(result.folder).files, flush=True)
                    os._exit(0)
                os.waitpid(child, 0)
            print(firstseen.run("sample_data/job.toml", count_only=True, progress="never").manifest["totals"]["new"])
            """)
        self.assertEqual(printed.output, "10014 2\n" * 3 + "10014\n")

    def test_after_the_first_use_raises(self):
        printed = python("""
            import os, sys
            import firstseen
            result = firstseen.run("sample_data/job.toml", progress="never")
            sys.stdout.flush()
            child = os.fork()
            if child == 0:
                for call in [
                    lambda: firstseen.run("sample_data/job.toml", count_only=True),
                    lambda: firstseen.plan("sample_data/job.toml"),
                    lambda: firstseen.verify("batches"),
                    lambda: firstseen.open("batches"),
                ]:
                    try:
                        call()
                    except RuntimeError as error:
                        print("spawn" in str(error))
                # A result needs no thread.
                print(sum(batch.num_rows for batch in result), "10,014" in str(result), flush=True)
                os._exit(0)
            os.waitpid(child, 0)
            print(firstseen.verify("batches").rows)
            """)
        self.assertEqual(printed.output, "True\n" * 4 + "10014 True\n" + "10014\n")

    def test_while_a_job_runs_raises_in_the_child_and_leaves_the_job(self):
        printed = python(f"""
            import os, signal, sys, threading, time
            import firstseen
            from firstseen import events

            def fork(event):
                if not isinstance(event, events.UnitStarted) or event.unit:
                    return
                child = os.fork()
                if child == 0:
                    try:
                        firstseen.run("sample_data/job.toml", count_only=True)
                    except RuntimeError as error:
                        print("raises", flush=True)
                    os._exit(0)
                os.waitpid(child, 0)
                os.kill(os.getpid(), signal.SIGINT)

            try:
                firstseen.run("sample_data/job.toml", where="{ENDLESS}", on_event=fork, progress="never")
            except KeyboardInterrupt:
                print(sorted(os.listdir(".")))
            """)
        self.assertEqual(printed.output, "raises\n['sample_data']\n")


class AProcessPool(WithSample):
    def pool(self, method):
        return ProcessPoolExecutor(2, mp_context=multiprocessing.get_context(method))

    def test_that_spawns_runs_jobs(self):
        with self.pool("spawn") as pool:
            self.assertEqual(list(pool.map(count, [self.JOB] * 3)), [10014] * 3)

    def test_that_spawns_reads_a_result(self):
        result = firstseen.run(self.JOB, progress="never")
        with self.pool("spawn") as pool:
            self.assertEqual(pool.submit(height, result).result(), 10014)
            self.assertEqual(pool.submit(names_of, result).result(), [path.name for path in result.batches])

    def test_that_forks_reads_paths_of_a_result(self):
        result = firstseen.run(self.JOB, progress="never")
        with self.pool("fork") as pool:
            self.assertEqual(pool.submit(names_of, result).result(), [path.name for path in result.batches])
            self.assertEqual(list(pool.map(os.path.getsize, result.batches)), [
                file["bytes"] for file in result.manifest["files"]
            ])
            with self.assertRaises(RuntimeError):
                pool.submit(count, self.JOB).result()


if __name__ == "__main__":
    unittest.main()
