"""Medians and ratios of the costs that `results` keeps."""

from statistics import median

WALL, CPU, SERVER_CPU, PEAK, SENT = "wall_secs", "cpu_secs", "server_cpu_secs", "peak_bytes", "sent_bytes"


def values(client, part):
    """One of a client's costs, with a number for each round; empty if it isn't known."""
    return [cost[part] for cost in client["costs"] if cost.get(part) is not None]


def ratios(client, base, part):
    """The ratio of a cost to the base's in the same round. A slow client ran only in the first rounds."""
    return [mine / its for mine, its in zip(values(client, part), values(base, part))]


def middle(client, part):
    return median(values(client, part))


def spread(form, numbers):
    """The median with the least and the most, as text."""
    if not numbers:
        return "–"
    least, central, most = (form.format(number) for number in (min(numbers), median(numbers), max(numbers)))
    return central if least == most else f"{central} ({least}–{most})"


def short(number):
    """A number with about three digits, for a plot."""
    return f"{number:.2f}" if number < 10 else f"{number:.1f}" if number < 100 else f"{number:,.0f}"


def by_speed(clients):
    """The drain and firstseen, then the others: the fastest first, and those that weren't run last."""
    run = [client for client in clients[2:] if not client["not_run"]]
    left_out = [client for client in clients[2:] if client["not_run"]]
    return [*clients[:2], *sorted(run, key=lambda client: middle(client, WALL)), *left_out]
