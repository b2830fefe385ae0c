"""Tests which texts in the sources are messages, and which rules they break. `python3 -B -m unittest discover tests`"""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import messages

CODE = r'''
//! A comment "with words in quotes".
#[expect(dead_code, reason = "a reason is no message")]
fn f<'a>(quote: char) {
    let _ = quote == '"';
    usage("the key is empty").advise(
        "name a column, \
         or \"two\"",
    );
    let sql = "SELECT one FROM two where so";
    let raw = r#"a raw "text" of words"#;
    let short = "word";
}
'''


class Messages(unittest.TestCase):
    def test_they_are_the_texts_that_people_read(self):
        found = [(line, text) for line, text in messages.literals(CODE) if messages.is_message(text)]
        expected = [(6, "the key is empty"), (7, 'name a column, or "two"'), (11, 'a raw "text" of words')]
        self.assertEqual(found, expected)

    def test_a_message_in_translated_words_or_with_a_full_stop_is_a_fault(self):
        self.assertEqual(messages.faults("the key column is NULL"), [])
        self.assertEqual(messages.faults("pass --force to replace it"), [])
        for text in ("the value has no exact image", "x is no number", "whoever reads it", "cannot read it", "it is so."):
            self.assertTrue(messages.faults(text), text)

    def test_the_sources_have_messages(self):
        self.assertGreater(len(messages.messages()), 500)


if __name__ == "__main__":
    unittest.main()
