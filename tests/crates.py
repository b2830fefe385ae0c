#!/usr/bin/env -S python3 -B
"""Checks the licenses and the number of the crates that the binary is made of.

deny.toml lists the allowed licenses, and cargo-deny reads the same list. Licenses are checked for the crates of all platforms
and of the Python package's native module; the number counts only the binary's, on this platform. Both include crates that run
only during the build, since some of them generate code.
"""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

DENY = Path(__file__).parent.parent / "deny.toml"
TREE = ["cargo", "tree", "--locked", "--edges", "normal,build"]
ALL_PLATFORMS = ["--target", "all", "--workspace"]
CRATES_AT_MOST = 390
WHO_LINES = 12  # shown of a tree that can be long


class Unreadable(Exception):
    """A text that should be a license, but isn't."""


def is_allowed(expression, allowed):
    """Whether a crate with this SPDX expression is allowed; `/` is Cargo's old notation for OR."""
    words = re.findall(r"[()]|[^\s()]+", expression.replace("/", " OR "))
    allows = _any(words, allowed)
    if words:
        raise Unreadable(expression)
    return allows


def _any(words, allowed):
    allows = _all(words, allowed)
    while words[:1] == ["OR"]:
        words.pop(0)
        allows = _all(words, allowed) or allows
    return allows


def _all(words, allowed):
    allows = _one(words, allowed)
    while words[:1] == ["AND"]:
        words.pop(0)
        allows = _one(words, allowed) and allows
    return allows


def _one(words, allowed):
    word = words.pop(0) if words else ""
    if word == "(":
        allows = _any(words, allowed)
        if words[:1] != [")"]:
            raise Unreadable("a parenthesis isn't closed")
        words.pop(0)
        return allows
    if word in ("", ")", "AND", "OR", "WITH"):
        raise Unreadable(f"no license before {word!r}")
    if words[:1] == ["WITH"]:
        words.pop(0)
        word = f"{word} WITH {words.pop(0) if words else ''}"
    return word in allowed


def crates(tree):
    """Each crate of a tree in lines of `NAME vVERSION|LICENSE`, with its license. ` (*)` marks a crate that was shown before."""
    lines = (line.removesuffix(" (*)") for line in tree.splitlines() if line)
    pairs = (line.split("|", 1) for line in lines)
    return {" ".join(crate.split()[:2]): license for crate, license in pairs}


def refused(licenses, allowed):
    """The crates that aren't allowed, with their licenses."""

    def may_be_carried(license):
        try:
            return is_allowed(license, allowed)
        except Unreadable:
            return False

    return {crate: license for crate, license in licenses.items() if not may_be_carried(license)}


def _tree(*options):
    done = subprocess.run([*TREE, *options], cwd=DENY.parent, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit("tests/crates.py: cargo tree failed")
    return done.stdout


def listed(*options):
    """The crates of cargo's tree, with their licenses."""
    return crates(_tree("--prefix", "none", "--format", "{p}|{l}", *options))


def _who_brings(crate):
    lines = _tree(*ALL_PLATFORMS, "--invert", crate.replace(" v", "@")).splitlines()
    more = ["…"] if len(lines) > WHO_LINES else []
    return "\n".join(f"  {line}" for line in lines[:WHO_LINES] + more)


def check():
    allowed = set(tomllib.loads(DENY.read_text())["licenses"]["allow"])
    of_all, of_this = listed(*ALL_PLATFORMS), listed()
    for crate, license in refused(of_all, allowed).items():
        print(f"tests/crates.py: {crate}: {license or 'no license'} isn't allowed by deny.toml", file=sys.stderr)
        print(_who_brings(crate), file=sys.stderr)
    if len(of_this) > CRATES_AT_MOST:
        print(f"tests/crates.py: {len(of_this)} crates; the limit is {CRATES_AT_MOST}", file=sys.stderr)
    print(f"{len(of_this)} crates, {len(of_all)} on all platforms, {len(set(of_all.values()))} license expressions")
    return not refused(of_all, allowed) and len(of_this) <= CRATES_AT_MOST


if __name__ == "__main__":
    sys.exit(0 if check() else 1)
