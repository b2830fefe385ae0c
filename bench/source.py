"""Where the tables are: a database that was given, or a private one, filled by `firstseen generate` at its first use."""

import os
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass

import mariadb
import postgres
from job import KEY, TABLE_RANGE
from server import NoServer, succeeds
from stop import Stop

PRIVATE_SERVERS = {"mariadb": mariadb, "postgres": postgres}
DATABASES = [*PRIVATE_SERVERS, "sqlite"]

# By a Unix socket, by TCP without encryption, by TCP with TLS.
WAYS = ["socket", "tcp", "tls"]


@dataclass(frozen=True)
class Source:
    """A database with the thirteen tables. `server` tells its CPU time where it is our own."""

    database: str
    url: str
    server: object
    way: str | None = None  # one of WAYS; None for a file, or where a given URL says it


@contextmanager
def opened(database, options):
    """Yields a function from a `Size`, and a way in, to the source that holds it.

    A private server runs until the block ends.
    """
    given = os.environ.get(f"BENCH_{database.upper()}_URL")
    if given:
        yield lambda size, _way=None: _given(database, given, size, options)
    elif database == "sqlite":
        yield lambda size, _way=None: _file(size, options)
    else:
        with private(database, options) as source_of:
            yield source_of


@contextmanager
def private(database, options):
    """As `opened`, by a server of our own in any case."""
    module = PRIVATE_SERVERS[database]
    with module.started(options.folder / database, options.scale) as server:
        yield lambda size, way="tcp": _private(database, module, server, size, way, options)


def ways(database, options):
    """The ways into a database: those that were asked for, or the one that there is."""
    if database == "sqlite" or os.environ.get(f"BENCH_{database.upper()}_URL"):
        return [None]
    return options.ways


def environment(url):
    """The URL by the environment: the command line is everyone's to see."""
    return os.environ | {"FIRSTSEEN_SOURCE": url}


def _given(database, url, size, options):
    plan = [options.firstseen, "plan", "--tables", TABLE_RANGE, "--key", KEY]
    if not succeeds(plan, env=environment(url)):
        _generate(url, size, options, [])
    return Source(database, url, NoServer())


def _file(size, options):
    folder = options.folder / "sqlite"
    folder.mkdir(parents=True, exist_ok=True)
    url = f"sqlite://{folder / size.name}.sqlite"
    _fill_once("sqlite", url, size, options)
    return Source("sqlite", url, NoServer())


def _private(database, module, server, size, way, options):
    url = module.urls(server, size.name)[way]
    if _fill_once(database, url, size, options):
        module.settle(server, size.name)
    return Source(database, url, server, way)


def _fill_once(database, url, size, options):
    """Fills a database of our own if that was never done to the end. Whether it was filled now."""
    done = options.folder / database / f"{size.name}.filled"
    if done.exists():
        return False
    _generate(url, size, options, ["--force"])
    done.touch()
    return True


def _generate(url, size, options, more):
    words = [options.firstseen, "generate", *size.flags, *more]
    if subprocess.run(words, env=environment(url), stdout=subprocess.DEVNULL).returncode != 0:
        raise Stop("the tables can't be made")
