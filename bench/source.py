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


@dataclass(frozen=True)
class Source:
    """A database with the thirteen tables. `server` tells its CPU time where it is our own."""

    database: str
    url: str
    server: object


@contextmanager
def opened(database, options):
    """The source of `database`. A private server runs until the block ends."""
    given = os.environ.get(f"BENCH_{database.upper()}_URL")
    if given:
        yield _given(database, given, options)
    elif database == "sqlite":
        yield _file(options)
    else:
        module = PRIVATE_SERVERS[database]
        with module.started(options.folder / database, options.scale) as server:
            yield _private(database, module, server, options)


def environment(url):
    """The URL by the environment: the command line is everyone's to see."""
    return os.environ | {"FIRSTSEEN_SOURCE": url}


def _given(database, url, options):
    plan = [options.firstseen, "plan", "--tables", TABLE_RANGE, "--key", KEY]
    if not succeeds(plan, env=environment(url)):
        _generate(url, options, [])
    return Source(database, url, NoServer())


def _file(options):
    folder = options.folder / "sqlite"
    folder.mkdir(parents=True, exist_ok=True)
    url = f"sqlite://{folder / _name(options)}.sqlite"
    _fill_once("sqlite", url, options)
    return Source("sqlite", url, NoServer())


def _private(database, module, server, options):
    url = module.url(server, _name(options))
    if _fill_once(database, url, options):
        module.settle(server, _name(options))
    return Source(database, url, server)


def _name(options):
    return f"scale_{options.scale:g}".replace(".", "_")


def _fill_once(database, url, options):
    """Fills a database of our own if that was never done to the end. Whether it was filled now."""
    done = options.folder / database / f"{_name(options)}.filled"
    if done.exists():
        return False
    _generate(url, options, ["--force"])
    done.touch()
    return True


def _generate(url, options, more):
    words = [options.firstseen, "generate", "--scale", f"{options.scale:g}", *more]
    if subprocess.run(words, env=environment(url), stdout=subprocess.DEVNULL).returncode != 0:
        raise Stop("the tables can't be made")
