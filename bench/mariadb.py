"""A private MariaDB server that holds all tables in memory."""

import signal
import subprocess
import time
from contextlib import contextmanager
from urllib.parse import quote

import certificate
from server import free_port, prepare, program, running, succeeds
from ways import SOCKET, SSLMODES

# At scale 1 the thirteen tables take 2 GB in InnoDB.
POOL_BYTES = 3 << 30
LEAST_POOL_BYTES = 256 << 20

SETTLE_SECS = 120


@contextmanager
def started(folder, scale, tls):
    """Yields the running server. Without `tls` it doesn't offer TLS, so that no client uses it without being asked."""
    prepare(folder, _install(folder))
    port = free_port()
    socket = _socket(folder, port)
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
        *(_tls(folder) if tls else ["--skip-ssl"]),
    ]
    ping = [*_client(socket), "--execute=SELECT 1"]
    with running(words, folder, port, signal.SIGTERM, lambda: succeeds(ping)) as server:
        yield server


def url(server, name, way):
    """The URL of a database, which is created if it doesn't exist."""
    statements = f"""
        CREATE DATABASE IF NOT EXISTS {name};
        CREATE OR REPLACE USER bench@'%' IDENTIFIED BY '{server.password}';
        GRANT ALL ON *.* TO bench@'%';
    """
    _told(server, statements)
    login = f"mysql://bench:{server.password}"
    if way == SOCKET:
        return f"{login}@localhost/{name}?socket={quote(str(_socket(server.folder, server.port)))}"
    return f"{login}@127.0.0.1:{server.port}/{name}?sslmode={SSLMODES[way]}"


def settle(server, _name):
    """Makes the server write out what loading has left in memory, so that it doesn't do so during a measurement."""
    _told(server, "SET GLOBAL innodb_max_dirty_pages_pct = 0")
    begin = time.monotonic()
    while _dirty_pages(server) > 0 and time.monotonic() - begin < SETTLE_SECS:
        time.sleep(0.5)
    _told(server, "SET GLOBAL innodb_max_dirty_pages_pct = DEFAULT")


def drop(server, name):
    """Drops a database, and gives its disk space back."""
    _told(server, f"DROP DATABASE {name}")


def _dirty_pages(server):
    return int(_told(server, "SHOW GLOBAL STATUS LIKE 'Innodb_buffer_pool_pages_dirty'").split()[1])


def _told(server, statements):
    """The server's answer."""
    words = _client(_socket(server.folder, server.port))
    return subprocess.run(words, input=statements, stdout=subprocess.PIPE, text=True, check=True).stdout


def _socket(folder, port):
    """The path of the socket. It contains the port, so that another server in this folder isn't mistaken for this one."""
    return folder / f"socket-{port}"


def _client(socket):
    # Not `mariadb-admin`, which is in a separate Debian package.
    return [program("mariadb"), "--no-defaults", "--user=root", f"--socket={socket}", "--batch", "--skip-column-names"]


def _tls(folder):
    made, key = certificate.make(folder)
    return [f"--ssl-cert={made}", f"--ssl-key={key}"]


def _install(folder):
    return [
        program("mariadb-install-db"),
        "--no-defaults",
        f"--datadir={folder / 'data'}",
        "--auth-root-authentication-method=normal",
        "--skip-test-db",
    ]
