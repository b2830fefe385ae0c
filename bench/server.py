"""A private database server with its own folder and port, on the loopback only, never run as root."""

import fcntl
import os
import secrets
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

from stop import Stop

START_SECS = 60
STOP_SECS = 120  # a full buffer pool might have to be written

LINGER_SECS = 0.3  # a PostgreSQL backend ends, and is counted, a moment after its client

# Debian installs servers in /usr/sbin, and PostgreSQL's in a separate folder. Neither is on an ordinary user's PATH.
SERVER_FOLDERS = ["/usr/sbin", *map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True))]

NOBODY = 65534


class NoServer:
    """A database that has no server, or whose server isn't private."""

    def cpu_secs(self):
        return None

    def sent_bytes(self):
        return None


class PrivateServer:
    """A running private server."""

    def __init__(self, pid, folder, port):
        self._pid = pid
        self.folder = folder
        self.port = port
        self.password = secrets.token_hex(16)  # the password of the user `bench` while this server runs

    def cpu_secs(self):
        """User and system seconds of the process so far, and of its children that have ended."""
        time.sleep(LINGER_SECS)
        stat = Path(f"/proc/{self._pid}/stat").read_text()
        # utime, stime, cutime and cstime are fields 14 to 17, counted from 1. The name in field 2 can contain spaces.
        ticks = stat.rpartition(")")[2].split()[11:15]
        return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")

    def sent_bytes(self):
        """Unknown without a link."""
        return None


@contextmanager
def alone(folder):
    """Locks the folder until the block ends, so that another benchmark doesn't use its databases."""
    with open(folder / "lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as cause:
            raise Stop(f"another benchmark is running in {folder}: wait for it, or set BENCH_DIR") from cause
        yield


def prepare(folder, words):
    """Creates the server's folder on first use, with a command that runs in it."""
    made = folder / "made"
    if made.exists():
        return
    if folder.exists():
        raise Stop(f"{folder} wasn't created completely by this benchmark: remove it, or set BENCH_DIR")
    folder.mkdir(parents=True, mode=0o700)
    if os.geteuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
    try:
        run_in(folder, words)
    except BaseException:  # also after an interrupt: an incomplete folder would stop the next benchmark
        shutil.rmtree(folder, ignore_errors=True)
        raise
    made.touch()


def run_in(folder, words):
    """Runs a command to its end in a server's folder, as the server's user."""
    done = subprocess.run(
        _as_server([], words), cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode != 0:
        raise Stop(f"{words[0]} exited with code {done.returncode}:\n{done.stdout}")


@contextmanager
def running(words, folder, port, signal, is_ready):
    """Runs a server until the block ends, with or without an error. If this process is killed, the server gets `signal`."""
    with open(folder / "log", "ab") as log:
        process = subprocess.Popen(
            _as_server([f"--pdeathsig={signal.name}"], words),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C reaches only the benchmark
        )
    try:
        _wait_until_ready(process, folder, is_ready)
        yield PrivateServer(process.pid, folder, port)
    finally:
        process.send_signal(signal)
        process.wait(STOP_SECS)


def succeeds(words, **options):
    """Whether a command succeeds. Its output is discarded."""
    return subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options).returncode == 0


def program(name):
    """A program on the PATH, or where Debian installs servers."""
    path = os.pathsep.join([os.environ.get("PATH", ""), *SERVER_FOLDERS])
    found = shutil.which(name, path=path)
    if found is None:
        raise Stop(f"{name} isn't installed: `tests/prepare.sh bench` installs it")
    return found


def free_port():
    """A currently free port on the loopback."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def _as_server(options, words):
    """The command, run as the server's user: the current user, but never root."""
    if os.geteuid() == 0:
        options = [*options, f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    return ["setpriv", *options, "--", *words] if options else words


def _wait_until_ready(process, folder, is_ready):
    begin = time.monotonic()
    while not is_ready():
        if process.poll() is not None or time.monotonic() - begin > START_SECS:
            raise Stop(f"the server in {folder} doesn't start: see its log")
        time.sleep(0.1)
