"""A private MariaDB that holds all tables in memory."""

import signal
import subprocess
from contextlib import contextmanager

from server import free_port, prepare, program, running, succeeds

# At scale 1 the thirteen tables take 2 GB in InnoDB.
POOL_BYTES = 3 << 30
LEAST_POOL_BYTES = 256 << 20


@contextmanager
def started(folder, scale):
    """The running server."""
    prepare(folder, _install(folder))
    port, socket = free_port(), folder / "socket"
    words = [
        program("mariadbd"),
        "--no-defaults",
        f"--datadir={folder / 'data'}",
        f"--socket={socket}",
        f"--port={port}",
        f"--pid-file={folder / 'pid'}",
        "--bind-address=127.0.0.1",
        "--skip-log-bin",
        "--local-infile=1",
        f"--innodb-buffer-pool-size={max(LEAST_POOL_BYTES, int(POOL_BYTES * scale))}",
        "--innodb-log-file-size=512M",
        "--innodb-flush-log-at-trx-commit=0",
    ]
    ping = ["mariadb-admin", "--no-defaults", "--user=root", f"--socket={socket}", "ping"]
    with running(words, folder, port, signal.SIGTERM, lambda: succeeds(ping)) as server:
        yield server


def url(server, name):
    """The URL of a database, which is made if it isn't there, by TCP as a client elsewhere would come."""
    statements = f"""
        CREATE DATABASE IF NOT EXISTS {name};
        CREATE OR REPLACE USER bench@'%' IDENTIFIED BY '{server.password}';
        GRANT ALL ON *.* TO bench@'%';
    """
    client = ["mariadb", "--no-defaults", "--user=root", f"--socket={server.folder / 'socket'}"]
    subprocess.run(client, input=statements, text=True, check=True)
    return f"mysql://bench:{server.password}@127.0.0.1:{server.port}/{name}"


def settle(_server, _name):
    """InnoDB leaves a reader nothing to do after a load."""


def _install(folder):
    return [
        program("mariadb-install-db"),
        "--no-defaults",
        f"--datadir={folder / 'data'}",
        "--auth-root-authentication-method=normal",
        "--skip-test-db",
    ]
