"""The transports: how a client reaches the tables. A drain and firstseen are compared only over the same one."""

from urllib.parse import parse_qs, urlsplit

from stop import Stop

SOCKET, TCP, TLS, GIGABIT, FILE = "socket", "tcp", "tls", "gigabit", "file"

# Those of a database server. SQLite has only its file.
WAYS = [SOCKET, TCP, TLS]

# Those over which the wide tables are read. GIGABIT is plain TCP through a link with this rate.
WIDE_WAYS = [TCP, GIGABIT]

NAMES = {SOCKET: "Unix socket", TCP: "plain TCP", TLS: "TLS over TCP", GIGABIT: "1 Gbit/s TCP", FILE: "file"}

# How a client connects.
CONNECTIONS = {SOCKET: SOCKET, TCP: TCP, TLS: TLS, GIGABIT: TCP, FILE: FILE}

# firstseen's and libpq's names. Neither may choose: by default, both use TLS if the server offers it.
SSLMODES = {TCP: "disable", TLS: "require"}


def of(url):
    """The transport that a URL names."""
    asked = parse_qs(urlsplit(url).query)
    sslmode = asked.get("sslmode", [""])[0]
    if url.startswith("sqlite:"):
        return FILE
    if "socket" in asked or asked.get("host", [""])[0].startswith("/"):
        return SOCKET
    if sslmode == SSLMODES[TCP]:
        return TCP
    if sslmode in (SSLMODES[TLS], "verify-ca", "verify-full"):
        return TLS
    raise Stop("BENCH_MARIADB_URL and BENCH_POSTGRES_URL must name the transport: a socket, sslmode=disable or sslmode=require")
