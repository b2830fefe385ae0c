"""Prints every message of the program, with file and line: the texts in src/ that people read.

    python3 tests/messages.py           prints all of them, to be read from top to bottom
    python3 tests/messages.py --check   prints only those that break a rule for wording; fails if there are any
"""

import re
import sys
from pathlib import Path
from typing import NamedTuple

SOURCES = Path(__file__).parents[1] / "src"

# Texts for databases, not for people.
SQL = re.compile(
    r"\b(SELECT|FROM|WHERE|INSERT|UPDATE|COPY|EXPLAIN|PRAGMA|CAST|COLLATE|ORDER BY|SET|BEGIN|COMMIT|ROLLBACK|START|SHOW|LOCK|CREATE|DROP)\b"
    r"|pg_|information_schema|sqlite_"
)

# Words and constructions that aren't plain English, and what to write instead.
INSTEAD = {
    r"\banew\b": "again",
    r"\bblanks?\b": "space",
    r"\bcan ?not\b": "can't",
    r"\bcatalogue\b": "catalog",
    r"\bcalendar has\b": "invalid date",
    r"\bheirs?\b": "child table",
    r"\bexact image\b": "can't be represented exactly",
    r"\bmakes? no\b": "can't be",
    r"\bmend": "fix",
    r"\bbut those\b": "except those",
    r"\bstands?\b": "is, exists or is listed",
    r"(?<!there )\bis no (?!longer|more)": "is not a",
    r"\bare no (?!longer|more)": "are not",
    r"\bwhoever\b": "any user who",
    r"\bin clear\b": "in cleartext",
    r"\bstock source\b": "ConnectorX's own source",
    r"\bplease\b": "",
}


class Message(NamedTuple):
    file: str
    line: int
    text: str


def literals(source):
    """The string literals in Rust code with their lines, except those in comments and attributes."""
    token = re.compile(
        r"""
        (?P<comment>//[^\n]*|/\*.*?\*/)
        |(?P<attribute>\#!?\[(?:[^\[\]"]|"(?:\\.|[^"\\])*"|\[[^\]]*\])*\])
        |(?P<char>'(?:\\.[^']*|[^'\\\n])')
        |b?r(?P<hashes>\#*)"(?P<raw>.*?)"(?P=hashes)
        |(?P<bytes>b"(?:\\.|[^"\\])*")
        |"(?P<text>(?:\\.|[^"\\])*)"
        """,
        re.VERBOSE | re.DOTALL,
    )
    for found in token.finditer(source):
        text = found["text"] if found["text"] is not None else found["raw"]
        if text is not None:
            yield source.count("\n", 0, found.start()) + 1, _unescaped(text)


def _unescaped(text):
    text = re.sub(r"\\\n\s*", "", text)
    return text.replace('\\"', '"').replace("\\n", "\n").replace("\\\\", "\\")


def is_message(text):
    """Whether people read it: at least two words, and no SQL."""
    words = re.findall(r"[a-z']{2,}", re.sub(r"\{[^}]*\}", "", text))
    return len(words) >= 2 and " " in text.strip() and not SQL.search(text)


def messages(folder=SOURCES):
    found = []
    for path in sorted(folder.rglob("*.rs")):
        place = path.relative_to(folder)
        if path.name in ("tests.rs", "fixture.rs", "fuzzing.rs") or "tests" in place.parts:
            continue
        code = path.read_text().split("#[cfg(test)]\nmod tests {")[0]
        found += [Message(str(place), line, text) for line, text in literals(code) if is_message(text)]
    return found


def faults(text):
    """The rules that a message breaks."""
    said = []
    for pattern, instead in INSTEAD.items():
        word = re.search(pattern, text)
        if word:
            said.append(f'"{word[0].strip()}": say {instead or "nothing"}')
    if re.search(r"[a-z]\.$", text) and "\n" not in text and ". " not in text:
        said.append("ends with a full stop")
    return said


def main():
    check = "--check" in sys.argv[1:]
    wrong = 0
    for message in messages():
        said = faults(message.text)
        wrong += bool(said)
        if check and not said:
            continue
        notes = f"    <- {'; '.join(said)}" if said else ""
        print(f"{message.file}:{message.line}: {message.text}{notes}")
    if check and wrong:
        sys.exit(f"tests/messages.py: {wrong} messages aren't in plain English")


if __name__ == "__main__":
    main()
