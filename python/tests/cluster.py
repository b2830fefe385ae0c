"""A private Spark cluster on this machine: a master, two workers of one core, and a Spark Connect server, on loopback."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

import pyspark

HOME = Path(pyspark.__file__).parent
HOST = "127.0.0.1"
STARTED_WITHIN_SECS = 120


class Cluster:
    """Starts and stops everything. `settings` are those of the Connect server, which is the driver."""

    def __init__(self, **settings):
        self.settings = {
            "spark.driver.memory": "700m",
            "spark.executor.memory": "700m",
            "spark.driver.host": HOST,
            "spark.driver.bindAddress": HOST,
            "spark.ui.showConsoleProgress": "false",
            # An executor that is gone is noticed and replaced soon.
            "spark.executor.heartbeatInterval": "2s",
            **settings,
        }
        self.folder = Path(tempfile.mkdtemp(prefix="firstseen-cluster-"))
        (self.folder / "conf").mkdir()
        self.processes = []

    def __enter__(self):
        with contextlib.ExitStack() as undo:
            undo.callback(self.stop)
            self.master_port = free_port()
            master = "org.apache.spark.deploy.master.Master"
            self.start("master", "spark-class", master, "--port", self.master_port, *self.web("--webui-port"))
            self.wait_for(self.master_port, "master")
            self.master = f"spark://{HOST}:{self.master_port}"
            self.workers = [self.start_worker(number) for number in range(2)]
            self.start_server()
            undo.pop_all()
        return self

    def web(self, flag):
        return ["--host", HOST, flag, free_port()]

    def start_worker(self, number):
        limits = ["--cores", 1, "--memory", "1g", "--work-dir", self.folder / f"work-{number}"]
        worker = "org.apache.spark.deploy.worker.Worker"
        return self.start(f"worker-{number}", "spark-class", worker, *limits, *self.web("--webui-port"), self.master)

    def start_server(self):
        """The Connect server: its port differs each time, since the system keeps the last one for a while."""
        self.port, self.ui = free_port(), free_port()
        binding = {"spark.connect.grpc.binding.address": HOST, "spark.connect.grpc.binding.port": self.port}
        settings = {**self.settings, **binding, "spark.ui.port": self.ui}
        flags = [word for name, value in settings.items() for word in ("--conf", f"{name}={value}")]
        server = "org.apache.spark.sql.connect.service.SparkConnectServer"
        place = ["--master", self.master, "--class", server]
        self.server = self.start("connect", "spark-submit", *place, *flags, "spark-internal")
        self.wait_for(self.port, "connect")
        self.remote = f"sc://{HOST}:{self.port}"

    def start(self, name, program, *args):
        environment = {
            **os.environ,
            "SPARK_HOME": str(HOME),
            "SPARK_CONF_DIR": str(self.folder / "conf"),
            "SPARK_LOCAL_DIRS": str(self.folder / "spill"),
            "SPARK_LOCAL_IP": HOST,
            # The Connect server counts as a daemon.
            "SPARK_DAEMON_MEMORY": self.settings["spark.driver.memory"] if name == "connect" else "256m",
        }
        with open(self.folder / f"{name}.log", "a") as log:
            command = [str(HOME / "bin" / program), *map(str, args)]
            # A group of its own, so that stopping it takes along what it has started.
            streams = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log}
            process = subprocess.Popen(command, env=environment, cwd=self.folder, start_new_session=True, **streams)
        self.processes.append(process)
        return process

    def wait_for(self, port, name):
        process, end = self.processes[-1], time.monotonic() + STARTED_WITHIN_SECS
        while True:
            try:
                socket.create_connection((HOST, port), timeout=1).close()
                return
            except OSError:
                if process.poll() is not None or time.monotonic() > end:
                    raise AssertionError(f"{name} doesn't start\n{self.log(name)[-5000:]}") from None
                time.sleep(0.1)

    def log(self, name):
        return (self.folder / f"{name}.log").read_text()

    def executors(self):
        """The process of each executor."""
        found = []
        for worker in self.workers:
            for process in children(worker.pid):
                with contextlib.suppress(FileNotFoundError):
                    if b"CoarseGrainedExecutorBackend" in Path(f"/proc/{process}/cmdline").read_bytes():
                        found.append(process)
        return found

    def stages(self):
        """The driver's own metrics of each stage that has run or is running."""
        applications = self.ask("applications")
        return self.ask(f"applications/{applications[0]['id']}/stages") if applications else []

    def ask(self, path):
        with urllib.request.urlopen(f"http://{HOST}:{self.ui}/api/v1/{path}", timeout=30) as answer:
            return json.load(answer)

    def kill_server(self):
        os.killpg(self.server.pid, signal.SIGKILL)
        self.server.wait()

    def stop(self):
        for process in reversed(self.processes):
            for number in (signal.SIGTERM, signal.SIGKILL):
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, number)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=20)
        shutil.rmtree(self.folder, ignore_errors=True)

    def __exit__(self, *_):
        self.stop()


def children(process):
    with contextlib.suppress(FileNotFoundError):
        for task in Path(f"/proc/{process}/task").iterdir():
            yield from map(int, (task / "children").read_text().split())


def free_port():
    with socket.socket() as chosen:
        chosen.bind((HOST, 0))
        return chosen.getsockname()[1]
