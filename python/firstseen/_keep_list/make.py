"""The step as a whole."""

from __future__ import annotations

import logging
import os
import shutil
import time
from pathlib import Path
from typing import Callable, List

from .._options import StrPath
from . import checks, keep_list, plan, stage
from .attempt import Attempt
from .engine import Engine, UnitCount
from .failures import output_error
from .keep_list import KeepList
from .plan import PlanFile
from .stage import Stage

_LOG = logging.getLogger("firstseen")

StartEngine = Callable[[Path], Engine]


def make(plan_path: StrPath, stage_folder: StrPath, start: StartEngine) -> KeepList:
    """The keep-list of a stage, which is made unless it is complete. `start` starts the engine that makes it; it can put its
    temporary files into the folder that it is called with."""
    begun = time.monotonic()
    the_plan = plan.read(plan_path)
    the_stage = stage.read(stage_folder, the_plan)
    found = keep_list.complete(the_stage, the_plan)
    if found is None:
        with Attempt(the_stage.folder / "keep") as attempt:
            # Another process may have completed it before this one got the lock.
            found = keep_list.complete(the_stage, the_plan)
            if found is None:
                attempt.begin()
                return _made(the_plan, the_stage, attempt, start, begun)
    _LOG.info("the keep-list in %s is complete already: %s rows", found.folder, f"{found.rows:,}")
    return found


def _made(the_plan: PlanFile, the_stage: Stage, attempt: Attempt, start: StartEngine, begun: float) -> KeepList:
    counts: List[UnitCount] = []
    files: List[Path] = []
    engine = start(attempt.folder / "spill")
    if the_stage.rows > 0:
        survivors, listed = attempt.folder / "survivors", attempt.folder / "list"
        engine.write_survivors([part.path for part in the_stage.parts if part.rows], survivors)
        counts = engine.count_survivors(survivors)
        checks.survivors(counts, the_stage, the_plan, engine)
        engine.write_list(survivors, listed, the_plan)
        files = shard_files(listed)
        checks.shards(engine.count_shards(files, the_plan), len(files), counts, the_plan)
        shutil.rmtree(survivors, ignore_errors=True)
    document = keep_list.manifest(the_plan, the_stage, counts, files, engine.name, time.monotonic() - begun)
    attempt.publish(document, files)
    keep = the_stage.folder / "keep"
    _LOG.info("the keep-list in %s has %s rows in %s shards", keep, f"{document['rows']:,}", f"{len(files):,}")
    return KeepList(keep, engine.name, document["rows"], len(files), files, False)


def shard_files(folder: Path) -> List[Path]:
    """The Parquet files in `folder`, one of each shard, in their order. Engines add files of their own, which are named like
    hidden ones."""
    try:
        with os.scandir(folder) as entries:
            numbers = sorted(int(entry.name[6:]) for entry in entries if entry.name.startswith("shard="))
        files = []
        for number in numbers:
            with os.scandir(folder / f"shard={number}") as entries:
                names = sorted(entry.name for entry in entries if not entry.name.startswith(("_", ".")))
            checks.one_file(number, names, folder)
            files.append(folder / f"shard={number}" / names[0])
    except FileNotFoundError:
        raise checks.unseen(folder) from None
    except OSError as cause:
        raise output_error("list the files in", folder, cause) from None
    return files
