"""The certificate of a private server, which signs itself: `sslmode=require` encrypts and verifies nothing."""

from server import program, run_in

CERTIFICATE, KEY = "server.pem", "server.key"

DAYS = 30  # a bench takes hours


def make(folder):
    """Makes it in the server's folder, anew at each start, so that it has never expired. Paths of certificate and key."""
    names = "subjectAltName=DNS:localhost,IP:127.0.0.1"
    request = [program("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", str(DAYS)]
    run_in(folder, [*request, "-subj", "/CN=localhost", "-addext", names, "-out", CERTIFICATE, "-keyout", KEY])
    return folder / CERTIFICATE, folder / KEY
