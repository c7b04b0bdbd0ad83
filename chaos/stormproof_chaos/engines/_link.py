"""A link, as far as this package needs to know it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol


if TYPE_CHECKING:
    from stormproof_chaos.engines._proxy import Proxy


class Link(Protocol):
    """What stands between a consumer and a provider: a name and the proxy all their traffic passes."""

    @property
    def name(self) -> str:
        """What people call it, such as ``orders -> inventory``."""
        ...

    @property
    def proxy(self) -> Proxy:
        """The proxy."""
        ...
