"""Tests the file with the licenses of the wheel and the tarball. `python3 -B -m unittest discover tests`"""

import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "package"))

import licenses

NAMES = ["LICENSE", "LICENSE-MIT", "license.md", "LICENCE.txt", "LICENSE_APACHE", "COPYING", "NOTICE.txt", "Unlicense"]
OTHER_NAMES = ["README.md", "licenses.rs", "license.rs", "copyright.pm", "noticed.txt", "main.rs"]


class Licenses(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def write(self, name, text="a text"):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def package(self, **fields):
        package = {"name": "a", "license": "MIT", "authors": [], "manifest_path": str(self.folder / "Cargo.toml")}
        return {**package, **fields}

    def test_license_files_are_found_by_their_names(self):
        for name in NAMES + OTHER_NAMES:
            self.write(name)
        found = [path.name for path in licenses.license_files(self.folder)]
        self.assertEqual(found, sorted(NAMES))

    def test_a_license_in_an_inner_folder_must_be_known(self):
        self.write("LICENSE", "outer")
        self.write("vendored/LICENSE", "inner")
        with self.assertRaisesRegex(licenses.Missing, "vendored/LICENSE"):
            licenses.crate_texts("a", self.folder)

    def test_bundled_code_adds_its_license_and_what_is_not_compiled_does_not(self):
        self.write("LICENSE", "the crate's")
        self.write("zstd/LICENSE", "zstd's")
        self.write("zstd/COPYING", "GPL")
        self.assertEqual(licenses.crate_texts("zstd-sys", self.folder), ["the crate's", "zstd's"])

    def test_a_crate_without_a_license_file_gets_the_standard_texts_with_its_authors(self):
        package = self.package(license="MIT/Apache-2.0", authors=["A B <a@example.org>", "C"])
        apache, mit = licenses.texts_of(package)
        self.assertIn("Apache License", apache)
        self.assertIn("Copyright (c) A B, C\n", mit)
        self.assertNotIn("example.org", mit)

    def test_a_license_without_a_text_is_an_error(self):
        with self.assertRaisesRegex(licenses.Missing, "EUPL-1.2"):
            licenses.texts_of(self.package(license="MIT OR EUPL-1.2"))

    def test_texts_that_differ_in_white_space_are_the_same(self):
        texts = licenses.Texts()
        texts.add("a", "Some\n  text.\n")
        texts.add("b", "\r\nSome text.   ")
        texts.add("c", "Another text.")
        self.assertEqual(list(texts), [("Some\n  text.", ["a", "b"]), ("Another text.", ["c"])])

    def test_every_compiled_crate_is_listed_and_has_a_text(self):
        compiled = licenses.compiled()
        self.assertGreater(len(compiled), 300)
        self.assertIn("pyo3", " ".join(compiled))
        packages = licenses.packages()
        text = licenses.document(compiled, packages)
        rows, *chapters = text.split(f"\n{licenses.RULE}\n")
        listed = {row.split("  |  ")[0] for row in rows.splitlines() if "  |  " in row}
        self.assertEqual(listed, {*compiled, *(name for name, _, _ in licenses.OTHERS)})
        owners = {owner for names in chapters[::2] for owner in " ".join(names.split()).split(", ")}
        self.assertEqual(owners, listed - {"SQLite (in libsqlite3-sys)"})
        for part in ["Jean-loup Gailly", "Meta Platforms", "LLVM Exceptions", "SFU Database System Lab"]:
            self.assertTrue(part in text, part)

    def test_the_bundled_licenses_are_those_of_the_crates_of_today(self):
        packages = licenses.packages()
        for name, paths in licenses.BUNDLED.items():
            found = [package for package in packages.values() if package["name"] == name]
            self.assertTrue(found, name)
            for package in found:
                files = licenses.license_files(Path(package["manifest_path"]).parent)
                self.assertLessEqual(set(paths), {path.as_posix() for path in files}, name)


if __name__ == "__main__":
    unittest.main()
