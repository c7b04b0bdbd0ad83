"""A port for programs that cannot choose one themselves."""

from __future__ import annotations

import random
import socket


_RANGE = range(20000, 32768)  # below the ports Linux gives to outgoing connections, so none of those can take it
_ATTEMPTS = 100
_random = random.SystemRandom()  # not the seeded generator: parallel test runs must not draw the same ports


def free_port() -> int:
    """Return a loopback port nobody uses now.

    Only for programs that cannot bind port 0 and tell what they got: another process may take it first.
    """
    for _ in range(_ATTEMPTS):
        port = _random.choice(_RANGE)
        if _is_free(port):
            return port
    raise OSError(f"no free port found from {_RANGE.start} to {_RANGE.stop - 1} on 127.0.0.1 in {_ATTEMPTS} attempts")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # as servers do: a port that merely waits out old connections is free
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
