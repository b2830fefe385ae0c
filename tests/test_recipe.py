"""Tests the check of the recipe for a database. `python3 -B -m unittest discover tests`"""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import recipe

CODE = """
pub(crate) trait Door: Send {
    /// Opens it.
    fn open(
        &mut self,
    ) -> Result<()>;

    fn bell(&self) -> Option<String> {
        None
    }
}
"""
TEXT = """1 methods that must be written (1 others)

   | `Door` | 1 | 1 | the door | `open` |
"""


class Recipe(unittest.TestCase):
    def faults(self, text):
        return list(recipe.faults(text, dict(recipe.traits(CODE))))

    def test_what_is_so_is_no_fault(self):
        self.assertEqual(self.faults(TEXT), [])

    def test_a_method_more_or_less_is_one(self):
        self.assertEqual(len(self.faults(TEXT.replace("| 1 | 1 |", "| 1 | – |"))), 2)
        self.assertEqual(len(self.faults(TEXT.replace("(1 others)", "(2 others)"))), 1)

    def test_a_method_or_trait_that_is_called_otherwise_is_one(self):
        self.assertEqual(len(self.faults(TEXT.replace("`open`", "`close`"))), 1)
        self.assertIn("there is no trait Gate", self.faults(TEXT.replace("`Door`", "`Gate`")))


if __name__ == "__main__":
    unittest.main()
