"""Servers that speak as much of PostgreSQL's protocol as is needed to refuse a client."""

import contextlib
import socket
import struct
import threading

SSL_REQUEST = 80877103


@contextlib.contextmanager
def server(answer):
    """Listens on a port of this machine, and answers each connection with `answer`."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection, contextlib.suppress(OSError, struct.error):
                    answer(connection)

        threading.Thread(target=serve, daemon=True).start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)


def refuses(state, message):
    """Answers a login with an error: its SQLSTATE and text."""

    def answer(connection):
        greet(connection)
        fields = [("S", "FATAL"), ("V", "FATAL"), ("C", state), ("M", message)]
        body = b"".join(name.encode() + text.encode() + b"\0" for name, text in fields) + b"\0"
        connection.sendall(b"E" + struct.pack("!i", len(body) + 4) + body)

    return answer


def lets_in_and_closes(connection):
    """Accepts a login, and closes the connection at the first query."""
    greet(connection)
    connection.sendall(b"R" + struct.pack("!ii", 8, 0) + b"Z" + struct.pack("!i", 5) + b"I")
    connection.recv(100)


def greet(connection):
    """Reads the startup message, and declines TLS."""
    while True:
        (length,) = struct.unpack("!i", connection.recv(4, socket.MSG_WAITALL))
        body = connection.recv(length - 4, socket.MSG_WAITALL)
        if struct.unpack("!i", body[:4]) != (SSL_REQUEST,):
            return
        connection.sendall(b"N")


def closed_port():
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]
