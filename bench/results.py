"""Writes the results to files: raw.json, and from it figures.md and two plots. Parts that weren't run stay as they are."""

import json
import re
from pathlib import Path

import bars
import documents
import lines
import tables

REPOSITORY = Path(__file__).parents[1]
SAVED = REPOSITORY / "bench" / "results"
# The documents with a block of figures, and the functions that write these blocks.
DOCUMENTS = {
    REPOSITORY / "README.md": documents.contenders,
    REPOSITORY / "docs" / "performance.md": documents.transports,
}

BETWEEN = re.compile(r"(<!-- bench: begin -->\n).*?(<!-- bench: end -->)", re.DOTALL)


def keep(parts, folder):
    """Writes the results to `folder`, together with the parts that it has from earlier runs. Returns all parts."""
    folder.mkdir(parents=True, exist_ok=True)
    raw = folder / "raw.json"
    known = json.loads(raw.read_text()) if raw.exists() else {}
    parts = known | parts
    raw.write_text(json.dumps(parts, indent=1, ensure_ascii=False) + "\n")
    (folder / "figures.md").write_text(tables.figures(parts))
    if "contenders" in parts:
        (folder / "mariadb.svg").write_text(bars.plot(parts["contenders"]))
    if "scaling" in parts:
        (folder / "scaling.svg").write_text(lines.plot(parts["scaling"]))
    return parts


def put_into_documents(parts):
    """Replaces the text between each document's two comments."""
    for document, block in DOCUMENTS.items():
        shown = block(parts)
        text = document.read_text()
        document.write_text(BETWEEN.sub(lambda found: found[1] + shown + found[2], text))
