"""The embedded engine: a server of the Toxiproxy HTTP API in one process, from the standard library alone.

Data flows one way: `server` reads the command line and starts a `loop`; `http` hands requests to `api`, which changes
the `proxies`; a `proxy` accepts connections; a `connection` joins two sockets by two links; a `link` moves bytes from
one to the other, through a `chain` of `toxics` when there are any. The toxics are pure: no socket, no clock.
"""

from __future__ import annotations
