"""A private PostgreSQL server that holds all tables in memory."""

import signal
import subprocess
from contextlib import contextmanager
from urllib.parse import quote

import certificate
from server import free_port, prepare, program, running, succeeds
from ways import SOCKET, SSLMODES

# At scale 1 the thirteen tables take 1.8 GB.
BUFFER_BYTES = 3 << 30
LEAST_BUFFER_BYTES = 256 << 20


@contextmanager
def started(folder, scale, tls):
    """Yields the running server. Without `tls` it doesn't offer TLS, so that no client uses it without being asked."""
    prepare(folder, _initdb(folder))
    port = free_port()
    settings = [
        "listen_addresses=127.0.0.1",
        f"shared_buffers={max(LEAST_BUFFER_BYTES, int(BUFFER_BYTES * scale)) >> 20}MB",
        "fsync=off",
        "wal_level=minimal",
        "max_wal_senders=0",
        "autovacuum=off",  # `settle` vacuums, so that it doesn't happen during a measurement
        *(_tls(folder) if tls else ["ssl=off"]),
    ]
    options = [option for setting in settings for option in ("-c", setting)]
    words = [program("postgres"), "-D", str(folder / "data"), "-k", str(folder), "-p", str(port), *options]
    ping = [program("pg_isready"), "-h", str(folder), "-p", str(port)]
    with running(words, folder, port, signal.SIGINT, lambda: succeeds(ping)) as server:
        yield server


def url(server, name, way):
    """The URL of a database, which is created if it doesn't exist."""
    if not succeeds(_client(server, name), input=b"SELECT 1"):
        _tell(server, "postgres", f"CREATE DATABASE {name}")
    _tell(server, name, f"ALTER ROLE bench PASSWORD '{server.password}'")
    if way == SOCKET:
        return f"postgresql:///{name}?host={quote(str(server.folder))}&port={server.port}&user=bench"
    return f"postgresql://bench:{server.password}@127.0.0.1:{server.port}/{name}?sslmode={SSLMODES[way]}"


def settle(server, name):
    """Does the work that the first reader after loading would do as a side effect, so that all readers find the same state."""
    _tell(server, name, "VACUUM ANALYZE")
    _tell(server, name, "CHECKPOINT")


def drop(server, name):
    """Drops a database, and gives its disk space back."""
    _tell(server, "postgres", f"DROP DATABASE {name} WITH (FORCE)")


def _tell(server, name, statement):
    subprocess.run(_client(server, name), input=statement, text=True, check=True)


def _client(server, name):
    place = ["--host", server.folder, "--port", str(server.port), "--username", "bench", "--dbname", name]
    return [program("psql"), "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", *place]


def _tls(folder):
    made, key = certificate.make(folder)
    return ["ssl=on", f"ssl_cert_file={made}", f"ssl_key_file={key}"]


def _initdb(folder):
    return [
        program("initdb"),
        f"--pgdata={folder / 'data'}",
        "--username=bench",
        "--auth-local=trust",  # only the server's user can reach the socket's folder
        "--auth-host=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
    ]
