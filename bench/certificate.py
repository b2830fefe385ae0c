"""A private server's self-signed certificate: `sslmode=require` encrypts, but verifies nothing."""

from server import program, run_in

CERTIFICATE, KEY = "server.pem", "server.key"

DAYS = 30  # a benchmark takes hours


def make(folder):
    """Creates it in the server's folder at each start, so that it is never expired. Returns the paths of certificate and key."""
    names = "subjectAltName=DNS:localhost,IP:127.0.0.1"
    request = [program("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", str(DAYS)]
    run_in(folder, [*request, "-subj", "/CN=localhost", "-addext", names, "-out", CERTIFICATE, "-keyout", KEY])
    return folder / CERTIFICATE, folder / KEY
