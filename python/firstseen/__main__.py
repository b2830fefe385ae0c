"""The command: `python -m firstseen`, and the script `firstseen`."""

from __future__ import annotations

import signal
import sys

from . import _firstseen


def main() -> None:
    # The command handles signals itself; Python's handler would raise KeyboardInterrupt after it.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(_firstseen.main(["firstseen", *sys.argv[1:]]))


if __name__ == "__main__":
    main()
