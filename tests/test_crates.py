"""Tests which crates and licenses are allowed. `python3 -B -m unittest discover tests`"""

import re
import sys
import tomllib
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import crates

ALLOWED = {"MIT", "Apache-2.0", "ISC", "Unicode-3.0", "Apache-2.0 WITH LLVM-exception"}

CARRIED = [
    "MIT",
    "MIT OR Apache-2.0",
    "MIT/Apache-2.0",
    "Apache-2.0 / MIT",
    "GPL-2.0-only OR Apache-2.0",
    "Unlicense/MIT",
    "Apache-2.0 AND ISC",
    "(MIT OR Apache-2.0) AND Unicode-3.0",
    "(GPL-3.0 OR (ISC AND MIT)) AND (Zlib OR MIT)",
    "Apache-2.0 WITH LLVM-exception",
    "GPL-3.0 WITH Classpath-exception-2.0 OR Apache-2.0 WITH LLVM-exception AND MIT",
    "MIT OR GPL-3.0 AND ISC",
]
REFUSED = [
    "GPL-3.0",
    "LGPL-2.1-or-later",
    "MPL-2.0",
    "MIT AND GPL-3.0",
    "(MIT OR Apache-2.0) AND GPL-3.0",
    "Apache-2.0 AND (GPL-2.0 OR LGPL-3.0)",
    "MIT WITH LLVM-exception",
    "GPL-3.0 OR MIT AND AGPL-3.0",
    "Apache-2.0+",
    "mit",
]
UNREADABLE = ["", "MIT OR", "OR MIT", "(MIT", "MIT)", "()", "MIT Apache-2.0", "MIT or ISC", "AND", "MIT WITH OR"]

# Part of the dependency tree with ConnectorX 0.4.6.
TREE = """\
firstseen v0.1.0 (/home/of somebody/firstseen)|MIT
connectorx v0.4.6|MIT
redshift-iam v0.3.2|GPL-3.0
thiserror-impl v1.0.69 (proc-macro)|MIT OR Apache-2.0
connectorx v0.4.6|MIT (*)
unnamed v1.0.0|

"""


class Licenses(unittest.TestCase):
    def test_a_choice_needs_one_and_a_sum_needs_all(self):
        for expression in CARRIED:
            self.assertTrue(crates.is_allowed(expression, ALLOWED), expression)
        for expression in REFUSED:
            self.assertFalse(crates.is_allowed(expression, ALLOWED), expression)

    def test_what_is_no_expression_allows_nothing(self):
        for expression in UNREADABLE:
            self.assertEqual(crates.refused({"a v1": expression}, ALLOWED), {"a v1": expression})

    def test_the_crates_of_connectorx_0_4_6_are_refused(self):
        allowed = tomllib.loads(crates.DENY.read_text())["licenses"]["allow"]
        listed = crates.crates(TREE)
        self.assertEqual(len(listed), 5)
        self.assertEqual(listed["thiserror-impl v1.0.69"], "MIT OR Apache-2.0")
        refused = crates.refused(listed, allowed)
        self.assertEqual(refused, {"redshift-iam v0.3.2": "GPL-3.0", "unnamed v1.0.0": ""})

    def test_contributing_says_why_each_direct_dependency_is_there(self):
        folder = crates.DENY.parent
        manifests = [folder / "Cargo.toml", folder / "python" / "Cargo.toml"]
        direct = {name for manifest in manifests for name in tomllib.loads(manifest.read_text())["dependencies"]}
        direct.remove("firstseen")
        rows = (folder / "CONTRIBUTING.md").read_text().split("## Dependencies")[1].split("\n## ")[0]
        first_cells = [row.split("|")[1] for row in rows.splitlines() if row.startswith("| `")]
        self.assertEqual(set(re.findall(r"`([\w-]+)`", "".join(first_cells))), direct)

    def test_no_copyleft_is_allowed(self):
        allowed = tomllib.loads(crates.DENY.read_text())["licenses"]["allow"]
        for license in allowed:
            self.assertNotRegex(license, "GPL|MPL|EPL|CDDL|EUPL|SSPL|BUSL")


if __name__ == "__main__":
    unittest.main()
