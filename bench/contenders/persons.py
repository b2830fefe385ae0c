"""What both of the article's methods do with rows: a dict of the keys seen, and a pickle for every 10,000 new rows."""

import pickle

from work import BATCH_ROWS, KEY, batch_path


class Persons:
    """The distinct records so far. A batch is written as soon as it is full."""

    def __init__(self):
        self.rows = 0
        self._seen = {}
        self._batch = []

    @property
    def distinct(self):
        return len(self._seen)

    def add(self, entry):
        """Adds a record, which is a dict, or drops it if its key was already seen."""
        self.rows += 1
        key = entry[KEY]
        if key in self._seen:
            return
        self._seen[key] = 1
        self._batch.append(entry)
        if len(self._batch) == BATCH_ROWS:
            self.write()

    def write(self):
        """Writes the rest as a batch, if there is any."""
        if self._batch:
            first = self.distinct - len(self._batch) + 1
            batch_path(first, len(self._batch)).write_bytes(pickle.dumps(self._batch))
            self._batch = []
