"""A link to a private server that counts what the server sends, and limits its rate: a network of 1 Gbit/s on the loopback."""

import subprocess
from contextlib import contextmanager

import drain
from stop import Stop

GIGABIT_BYTES_PER_SEC = 1_000_000_000 // 8


class LinkedServer:
    """A private server as it is seen through a link."""

    def __init__(self, server, process, port):
        self._server, self._process, self._port = server, process, port

    def url(self, direct):
        """A URL of the server, but through the link."""
        return direct.replace(f":{self._server.port}/", f":{self._port}/", 1)

    def cpu_secs(self):
        """The server's alone, not the link's."""
        return self._server.cpu_secs()

    def sent_bytes(self):
        """What the server has sent through the link so far."""
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return _number(self._process)


@contextmanager
def linked(server, folder, bytes_per_sec=GIGABIT_BYTES_PER_SEC):
    """Yields the server as seen through a new link, which is there until the block ends."""
    folder.mkdir(parents=True, exist_ok=True)
    words = [drain.link(folder), str(server.port), str(bytes_per_sec)]
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)
    try:
        yield LinkedServer(server, process, _number(process))
    finally:
        process.stdin.close()
        process.wait()
        process.stdout.close()


def _number(process):
    line = process.stdout.readline()
    if not line:
        raise Stop("the link to the server has ended")
    return int(line)
