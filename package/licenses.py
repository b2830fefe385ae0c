#!/usr/bin/env -S python3 -B
"""Writes the licenses of everything that the binary and the Python package's native module contain.

    package/licenses.py [FILE]      default: standard output

The texts are those in the sources of exactly the crates that Cargo.lock names, for the platform of the wheel and the tarball,
including crates that run only during the build. The same Cargo.lock leads to the same bytes.
"""

import json
import re
import subprocess
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

import crates  # noqa: E402

PLATFORM = "x86_64-unknown-linux-gnu"
RULE = "=" * 100
HEADER = [
    "firstseen itself is distributed under the MIT license. Its binaries also contain the code that is listed here, under the",
    "licenses that follow the list.",
    "",
]

LICENSE_FILE = re.compile(r"(licen[sc]e|copying|copyright|notice|unlicense|patents)([-_.].*)?", re.IGNORECASE)
CODE = {".rs", ".pm", ".py", ".c", ".h"}

# License files of the C libraries and tables that crates contain.
BUNDLED = {
    "chrono-tz": ["tz/LICENSE"],
    "libz-sys": ["src/zlib/LICENSE"],
    "openssl-src": ["openssl/LICENSE.txt"],
    "pyo3": ["pyo3-runtime/LICENSE-APACHE", "pyo3-runtime/LICENSE-MIT"],
    "regex-syntax": ["src/unicode_tables/LICENSE-UNICODE"],
    "zstd-sys": ["zstd/LICENSE"],
}
# License files of code that isn't compiled: build scripts' tools, choices that Cargo.toml doesn't make, and for zstd the GPL,
# which it offers as an alternative to BSD.
NOT_COMPILED = {
    "libz-sys": ["src/zlib-ng/LICENSE.md", "src/zlib/contrib/"],
    "openssl-src": ["openssl/external/"],
    "zstd-sys": ["zstd/COPYING"],
}
# What isn't a crate: name, license, and whom its text must name. Without libgcc, zig links compiler-rt and libunwind.
OTHERS = [
    ("Rust's standard library", "MIT OR Apache-2.0", "The Rust Project Developers"),
    ("compiler-rt of zig", "MIT", "Zig contributors"),
    ("libunwind of LLVM", "Apache-2.0 WITH LLVM-exception", "LLVM contributors"),
    ("SQLite (in libsqlite3-sys)", "public domain", None),
]


class Missing(Exception):
    """A license without a text."""


class Texts:
    """License texts, each with those who use it. Texts that differ only in white space are the same."""

    def __init__(self):
        self._texts = {}

    def add(self, owner, text):
        lines = [line.rstrip() for line in text.replace("\r\n", "\n").replace("\t", "    ").split("\n")]
        text = "\n".join(lines).strip("\n")
        _, owners = self._texts.setdefault(" ".join(text.split()), (text, []))
        if owner not in owners:
            owners.append(owner)

    def __iter__(self):
        return iter(sorted(self._texts.values(), key=lambda found: (found[1], found[0])))


def license_files(folder):
    """Files that look like licenses, relative to a crate's folder."""
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return sorted(path for path in found if LICENSE_FILE.fullmatch(path.name) and path.suffix not in CODE)


def crate_texts(name, folder):
    """The texts of a crate's license files, with those of the code that it bundles."""
    texts = []
    for path in license_files(folder):
        inner = path.as_posix()
        if any(inner.startswith(start) for start in NOT_COMPILED.get(name, [])):
            continue
        if "/" in inner and inner not in BUNDLED.get(name, []):
            raise Missing(f"{name}: is {inner} the license of code that is compiled? See BUNDLED and NOT_COMPILED")
        texts.append((folder / path).read_text(encoding="utf-8", errors="replace"))
    return texts


def standard_texts(license, holders):
    """The standard texts of a license, for those whose source has none."""
    names = sorted(set(re.findall(r"[A-Za-z][\w.-]*", license.replace("/", " OR "))) - {"OR", "AND", "WITH"})
    for name in names:
        path = Path(__file__).parent / "licenses" / f"{name}.txt"
        if not path.exists():
            raise Missing(f"{license}: there is no {path.relative_to(ROOT)}")
        yield path.read_text().replace("<copyright holders>", holders)


def packages():
    """The packages of the workspace and its dependencies, as cargo describes them, by name and version."""
    command = ["cargo", "metadata", "--locked", "--format-version", "1", "--filter-platform", PLATFORM]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    return {f"{package['name']} v{package['version']}": package for package in json.loads(done.stdout)["packages"]}


def compiled():
    """The crates that the binary and the native module are made of, with their licenses."""
    listed = crates.listed("--workspace", "--target", PLATFORM)
    return {crate: license for crate, license in listed.items() if not crate.startswith(("firstseen v", "firstseen-"))}


def document(licensed, described):
    """The file's text."""
    listed, texts = [], Texts()
    for crate in sorted(licensed):
        package = described[crate]
        listed.append((crate, package["license"], package["repository"]))
        for text in texts_of(package):
            texts.add(crate, text)
    for name, license, holders in OTHERS:
        listed.append((name, license, None))
        for text in standard_texts(license, holders) if holders else []:
            texts.add(name, text)
    return "\n".join([*HEADER, *map(_row, listed), *_chapters(texts), ""])


def texts_of(package):
    """The texts of a package's licenses. If its source has none, the standard texts with its authors' names."""
    folder = Path(package["manifest_path"]).parent
    texts = crate_texts(package["name"], folder)
    if all("/" in path.as_posix() for path in license_files(folder)):
        authors = [author.split(" <")[0] for author in package["authors"]]
        holders = ", ".join(authors) or f"The authors of {package['name']}"
        texts += standard_texts(package["license"], holders)
    return texts


def _row(row):
    return "  |  ".join(filter(None, row))


def _chapters(texts):
    for text, owners in texts:
        yield from ["", RULE, *textwrap.wrap(", ".join(owners), len(RULE), break_on_hyphens=False), RULE, "", text]


def main(arguments):
    text = document(compiled(), packages())
    if arguments:
        Path(arguments[0]).write_text(text)
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main(sys.argv[1:])
