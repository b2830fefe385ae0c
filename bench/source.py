"""Where the tables are: in a given database, or in a private one that `firstseen generate` fills on first use."""

import os
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import mariadb
import postgres
import ways
from job import ARTICLE, Job
from link import linked
from server import NoServer, succeeds
from stop import Stop

PRIVATE_SERVERS = {"mariadb": mariadb, "postgres": postgres}
DATABASES = [*PRIVATE_SERVERS, "sqlite"]


@dataclass(frozen=True)
class Source:
    """A database with a job's tables, over one transport. `server` knows its CPU time if it is private."""

    database: str
    way: str
    url: str
    server: object
    job: Job = ARTICLE

    @property
    def name(self):
        """The name that messages use."""
        return f"{self.database} over {ways.NAMES[self.way]}"


@contextmanager
def opened(database, options, over=(ways.TCP,)):
    """Yields a function from a `Size` to the sources that hold it, one per transport. A private server runs until the block ends.

    A given database has only its URL's transport, and SQLite only its file.
    """
    given = os.environ.get(f"BENCH_{database.upper()}_URL")
    if given:
        yield lambda size: [_given(database, given, size, options)]
    elif database == "sqlite":
        yield lambda size: [_file(size, options)]
    else:
        with private(database, options, over) as sources_of:
            yield sources_of


@contextmanager
def private(database, options, over=(ways.TCP,)):
    """Like `opened`, but always with a private server."""
    module = PRIVATE_SERVERS[database]
    with module.started(options.folder / database, options.scale, tls=ways.TLS in over) as server:
        yield lambda size: [_private(database, module, server, size, way, options) for way in over]


@contextmanager
def filled(database, size, options, over):
    """Yields the private sources that hold a size, one per transport. Its tables are dropped when the block ends, also by an error."""
    mark = _filled_mark(database, size, options)
    if database == "sqlite":
        source = _file(size, options)
        with _dropped(mark, Path(source.url.removeprefix("sqlite://")).unlink):
            yield [source]
        return
    module = PRIVATE_SERVERS[database]
    with module.started(options.folder / database, options.scale, tls=False) as server, linked(server, options.folder) as link:
        direct = _private(database, module, server, size, ways.TCP, options)
        behind_link = replace(direct, way=ways.GIGABIT, url=link.url(direct.url), server=link)
        with _dropped(mark, lambda: module.drop(server, size.name)):
            yield [{ways.TCP: direct, ways.GIGABIT: behind_link}[way] for way in over]


@contextmanager
def _dropped(mark, drop):
    try:
        yield
    finally:
        mark.unlink()
        drop()


def environment(url):
    """Passes the URL in the environment, since everyone can see the command line."""
    return os.environ | {"FIRSTSEEN_SOURCE": url}


def _given(database, url, size, options):
    way = ways.of(url)
    plan = [options.firstseen, "plan", "--tables", size.job.table_range, "--key", size.job.key]
    if not succeeds(plan, env=environment(url)):
        _generate(url, size, options, [])
    return Source(database, way, url, NoServer(), size.job)


def _file(size, options):
    folder = options.folder / "sqlite"
    folder.mkdir(parents=True, exist_ok=True)
    url = f"sqlite://{folder / size.name}.sqlite"
    _fill_once("sqlite", url, size, options)
    return Source("sqlite", ways.FILE, url, NoServer(), size.job)


def _private(database, module, server, size, way, options):
    url = module.url(server, size.name, way)
    if _fill_once(database, url, size, options):
        module.settle(server, size.name)
    return Source(database, way, url, server, size.job)


def _fill_once(database, url, size, options):
    """Fills a private database unless this was completed before. Returns whether it was filled now."""
    done = _filled_mark(database, size, options)
    if done.exists():
        return False
    _generate(url, size, options, ["--force"])
    done.touch()
    return True


def _filled_mark(database, size, options):
    return options.folder / database / f"{size.name}.filled"


def _generate(url, size, options, more):
    words = [options.firstseen, "generate", *size.flags, *more]
    if subprocess.run(words, env=environment(url), stdout=subprocess.DEVNULL).returncode != 0:
        raise Stop("the tables can't be created")
