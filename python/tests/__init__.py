"""Tests of the Python package, with the native module that is on PYTHONPATH or installed.

    python -m unittest discover -s python/tests -t python
"""

import sys
from pathlib import Path

# unittest puts the repository's python/ first. The package there has no native module unless somebody copied it there.
_HERE = Path(__file__).resolve().parents[1]
sys.path.sort(key=lambda entry: Path(entry or ".").resolve() == _HERE)
