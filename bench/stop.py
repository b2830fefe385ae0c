"""How the bench ends without a result."""


class Stop(Exception):
    """Why nothing was measured. Shown as one line, without a trace."""
