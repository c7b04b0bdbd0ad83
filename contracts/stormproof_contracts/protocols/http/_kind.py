"""HTTP as a kind of interaction."""

from __future__ import annotations

from collections.abc import Mapping as MappingType
from typing import TYPE_CHECKING, Final

from stormproof_contracts.protocols.http._message import target_of
from stormproof_contracts.protocols.http._read import read_http


if TYPE_CHECKING:
    from stormproof_contracts.documents import Fields
    from stormproof_contracts.matching import Value
    from stormproof_contracts.model import Interaction
    from stormproof_contracts.protocols._kind import Sender, Server
    from stormproof_contracts.protocols._reading import Draft
    from stormproof_contracts.stubbing import Desk


class HttpKind:
    """One request, one response. A provider is a URL, an ASGI application or a WSGI application."""

    name: Final = "http"
    document_part: Final = "body"

    def read(self, fields: Fields) -> Draft:
        """Read ``request`` and ``response``."""
        return read_http(fields)

    def summary(self, interaction: Interaction) -> str:
        """Return the method and target of the example request."""
        return self.summary_of(interaction.request.pattern().example() if interaction.request else {})

    def summary_of(self, request: Value) -> str:
        """Return the method and target of *request*."""
        if not isinstance(request, MappingType):
            return "?"
        return f"{request.get('method')} {target_of(request)}"

    def connect(self, provider: object, *, timeout: float) -> Sender:
        """Return a sender to a URL, or to an application in this process."""
        if isinstance(provider, str):
            from stormproof_contracts.protocols.http._client import UrlSender  # noqa: PLC0415 - sockets only when used

            return UrlSender(provider, timeout)
        if callable(provider):
            from stormproof_contracts.protocols.http._application import application_sender  # noqa: PLC0415 - as above

            return application_sender(provider, timeout)
        raise TypeError(f"an http provider is a URL or an ASGI or WSGI application, not {type(provider).__name__}")

    def serve(self, desk: Desk, at: object = None) -> Server:
        """Serve on a fresh port of 127.0.0.1."""
        from stormproof_contracts.protocols.http._server import HttpServer  # noqa: PLC0415 - asyncio only when used

        if at is not None:
            raise TypeError(f"an http stub makes its own port, it cannot be served at {at!r}")
        return HttpServer(desk)


HTTP: Final = HttpKind()
