"""A proxy before one provider, for tests that have no topology."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit


if TYPE_CHECKING:
    from collections.abc import Generator

    from stormproof_chaos.engines import Engine, Proxy


@dataclass(frozen=True, slots=True)
class ProxiedLink:
    """A proxy and what it stands before.

    Attributes:
        name: what messages call it.
        proxy: the proxy in the engine.
        url: where to call the provider through the proxy, in the form in which the provider was given.
    """

    name: str
    proxy: Proxy
    url: str


@contextmanager
def proxied_link(engine: Engine, provider: str, name: str) -> Generator[ProxiedLink]:
    """Put a proxy before *provider*, a URL or ``host:port``, while the block runs."""
    parts = urlsplit(provider if "://" in provider else f"//{provider}")
    proxy = engine.proxy(name, parts.netloc)
    try:
        url = parts._replace(netloc=proxy.listen).geturl() if parts.scheme else proxy.listen
        yield ProxiedLink(name, proxy, url)
    finally:
        proxy.delete()
