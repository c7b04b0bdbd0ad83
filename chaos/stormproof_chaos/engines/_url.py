"""A Toxiproxy that runs somewhere already, and that others may use too."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from stormproof_chaos.engines.client import LOOPBACK, Client
from stormproof_chaos.errors import EngineError, Unavailable


_ANYWHERE = "0.0.0.0:0"


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedServer:
    """A server by its URL. On another machine its proxies listen on all its addresses, for else none reaches them."""

    api: str
    host: str

    @property
    def name(self) -> str:
        """Say url."""
        return "url"

    @property
    def is_shared(self) -> bool:
        """Say yes: it was there before."""
        return True

    def listen(self) -> str:
        """Return a port of the system's choice, on loopback if the server is here."""
        return LOOPBACK if _is_loopback(self.host) else _ANYWHERE

    def dial(self, upstream: str) -> str:
        """Return *upstream*: whoever names a server elsewhere names addresses it can see."""
        return upstream

    def reach(self, listen: str) -> str:
        """Return the port of *listen* on the server's host."""
        return listen if _is_loopback(self.host) else f"{self.host}:{listen.rpartition(':')[2]}"

    def tail(self) -> list[str]:
        """Return nothing: its output is elsewhere."""
        return []

    def close(self) -> None:
        """Leave it running."""


def open_url(url: str) -> SharedServer:
    """Find the server at *url*, ``http://host:port``, and ask its version, so that a wrong address fails here."""
    parts = urlsplit(url)
    if parts.scheme != "http" or not parts.hostname or parts.path.strip("/") or parts.query:
        raise Unavailable(f"{url!r} is no address of an engine: write http://host:port, as in http://127.0.0.1:8474")
    api = f"http://{parts.netloc}" if parts.port else f"http://{parts.netloc}:8474"
    try:
        Client(api).version()
    except EngineError as error:
        raise Unavailable(
            f"the engine at {url} cannot be had: {error}\n"
            "  to start one    toxiproxy-server, or docker run --network host ghcr.io/shopify/toxiproxy:2.12.0\n"
            "  or without it   --stormproof-engine=embedded"
        ) from error
    return SharedServer(api=api, host=parts.hostname)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
