"""Compiles the C programs: the raw drains (clients that read the same rows and keep nothing), a library that disables fsync, and the
link to a server that counts bytes."""

import os
import subprocess
from pathlib import Path
from urllib.parse import unquote, urlsplit, parse_qs

from stop import Stop
from ways import CONNECTIONS

SOURCES = Path(__file__).parent / "drains"

# The source file, pkg-config's name, and the Debian package with the headers.
CLIENTS = {
    "mariadb": ("mysql.c", "libmariadb", "libmariadb-dev"),
    "postgres": ("postgres.c", "libpq", "libpq-dev"),
    "sqlite": ("sqlite.c", "sqlite3", "libsqlite3-dev"),
}


def compiled(database, folder):
    """Compiles the drain of `database` into `folder`, and returns its path."""
    source, library, package = CLIENTS[database]
    target = folder / f"drain-{database}"
    try:
        flags = _printed(["pkg-config", "--cflags", "--libs", library]).split()
        sources = [SOURCES / "drain.c", SOURCES / source]
        _compile(target, ["-pthread", *sources, *flags])
    except (OSError, subprocess.CalledProcessError) as cause:
        needs = f"`tests/prepare.sh bench` installs build-essential, pkg-config and {package}"
        raise Stop(f"the drain of {database} doesn't compile ({cause}): {needs}") from cause
    return target


def unsynced(folder):
    """Compiles a library into `folder` that replaces `fsync` and does nothing, and returns its path."""
    return _compiled("unsynced.c", folder / "unsynced.so", "-shared", "-fPIC")


def link(folder):
    """Compiles the link to a server into `folder`, and returns its path."""
    return _compiled("link.c", folder / "link", "-pthread")


def quote(database):
    """What stands around a name in SQL."""
    return "`" if database == "mariadb" else '"'


def command(program, source, connections):
    """The command that reads all tables, with one connection per thread."""
    mark = quote(source.database)
    names = [f"{mark}{name}{mark}" for name in source.job.tables]
    return [program, str(connections), source.job.selected(mark), *names]


def environment(source):
    """Where to connect, and over which transport. A drain that uses another transport fails."""
    way = {"DRAIN_WAY": CONNECTIONS[source.way]}
    if source.database == "postgres":
        return os.environ | way | {"DRAIN_URL": source.url}
    if source.database == "sqlite":
        return os.environ | way | {"DRAIN_PATH": source.url.removeprefix("sqlite://")}
    return mysql_environment(source.url, "DRAIN") | way


def mysql_environment(url, prefix):
    """Where a MariaDB server is, with one part of the URL in each variable."""
    parts = urlsplit(url)
    found = {
        "HOST": parts.hostname,
        "PORT": str(parts.port or 3306),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "DATABASE": parts.path.lstrip("/"),
        "SOCKET": parse_qs(parts.query).get("socket", [None])[0],
    }
    if found["SOCKET"]:
        found["HOST"] = "localhost"
    return os.environ | {f"{prefix}_{name}": value for name, value in found.items() if value is not None}


def _compiled(source, target, *flags):
    try:
        _compile(target, [*flags, SOURCES / source])
    except (OSError, subprocess.CalledProcessError) as cause:
        raise Stop(f"{source} doesn't compile ({cause}): `tests/prepare.sh bench` installs build-essential") from cause
    return target


def _compile(target, words):
    _printed(["cc", "-O2", "-Wall", "-Wextra", "-o", target, *words])


def _printed(words):
    return subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True).stdout
