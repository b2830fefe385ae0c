"""A private PostgreSQL that holds all tables in memory."""

import signal
import subprocess
from contextlib import contextmanager
from urllib.parse import quote

from server import certified, free_port, prepare, program, running, succeeds

# At scale 1 the thirteen tables take 1.8 GB.
BUFFER_BYTES = 3 << 30
LEAST_BUFFER_BYTES = 256 << 20


@contextmanager
def started(folder, scale):
    """The running server."""
    prepare(folder, _initdb(folder))
    port = free_port()
    certificate, key = certified(folder)
    settings = [
        "listen_addresses=127.0.0.1",
        "ssl=on",
        f"ssl_cert_file={certificate}",
        f"ssl_key_file={key}",
        f"shared_buffers={max(LEAST_BUFFER_BYTES, int(BUFFER_BYTES * scale)) >> 20}MB",
        "fsync=off",
        "wal_level=minimal",
        "max_wal_senders=0",
        "autovacuum=off",  # `settle` vacuums, and not in the midst of a measurement
    ]
    options = [option for setting in settings for option in ("-c", setting)]
    words = [program("postgres"), "-D", str(folder / "data"), "-k", str(folder), "-p", str(port), *options]
    ping = [program("pg_isready"), "-h", str(folder), "-p", str(port)]
    with running(words, folder, port, signal.SIGINT, lambda: succeeds(ping)) as server:
        yield server


def urls(server, name):
    """The URLs of a database, which is made if it isn't there: one for each way in."""
    if not succeeds(_client(server, name), input=b"SELECT 1"):
        _tell(server, "postgres", f"CREATE DATABASE {name}")
    _tell(server, name, f"ALTER ROLE bench PASSWORD '{server.password}'")
    user, place = f"postgresql://bench:{server.password}@", f":{server.port}/{name}"
    return {
        "socket": f"{user}{quote(str(server.folder), safe='')}{place}",
        "tcp": f"{user}127.0.0.1{place}?sslmode=disable",
        "tls": f"{user}127.0.0.1{place}?sslmode=require",
    }


def settle(server, name):
    """Does what the first reader after a load would do in passing, so that every reader finds the same."""
    _tell(server, name, "VACUUM ANALYZE")
    _tell(server, name, "CHECKPOINT")


def _tell(server, name, statement):
    subprocess.run(_client(server, name), input=statement, text=True, check=True)


def _client(server, name):
    place = ["--host", server.folder, "--port", str(server.port), "--username", "bench", "--dbname", name]
    return [program("psql"), "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", *place]


def _initdb(folder):
    return [
        program("initdb"),
        f"--pgdata={folder / 'data'}",
        "--username=bench",
        "--auth-local=trust",  # the socket is in a folder of its own
        "--auth-host=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
    ]
