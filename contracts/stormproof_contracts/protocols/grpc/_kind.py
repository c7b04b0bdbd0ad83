"""gRPC as a kind of interaction."""

from __future__ import annotations

import json
from collections.abc import Mapping as MappingType
from typing import TYPE_CHECKING, Final

from stormproof_contracts.protocols.grpc._read import read_grpc
from stormproof_contracts.redaction import redact


if TYPE_CHECKING:
    from stormproof_contracts.documents import Fields
    from stormproof_contracts.matching import Value
    from stormproof_contracts.model import Interaction
    from stormproof_contracts.protocols._kind import Sender, Server
    from stormproof_contracts.protocols._reading import Draft
    from stormproof_contracts.stubbing import Desk


_LONGEST_MESSAGE = 100


class GrpcKind:
    """One unary call. A provider is an address, ``host:port`` or ``grpc://host:port``, without TLS."""

    name: Final = "grpc"
    document_part: Final = "message"

    def read(self, fields: Fields) -> Draft:
        """Read the method, its ``proto``, ``request``, and ``response`` or ``status``."""
        return read_grpc(fields)

    def summary(self, interaction: Interaction) -> str:
        """Return the method and the message of the example request."""
        return self.summary_of(interaction.request.pattern().example() if interaction.request else {})

    def summary_of(self, request: Value) -> str:
        """Return the method and the message of *request*."""
        if not isinstance(request, MappingType):
            return "?"
        message = request.get("message", {})
        if isinstance(message, bytes):
            return f"{request.get('method')} {len(message)} bytes"
        text = json.dumps(redact(message), ensure_ascii=False, default=str)
        return (
            f"{request.get('method')} {text if len(text) <= _LONGEST_MESSAGE else text[: _LONGEST_MESSAGE - 3] + '...'}"
        )

    def connect(self, provider: object, *, timeout: float) -> Sender:
        """Return a sender to the address *provider*."""
        from stormproof_contracts.protocols.grpc._client import GrpcSender  # noqa: PLC0415 - sockets only when used

        if isinstance(provider, str):
            return GrpcSender(provider, timeout)
        raise TypeError(f"a grpc provider is an address such as 127.0.0.1:50051, not {type(provider).__name__}")

    def serve(self, desk: Desk, at: object = None) -> Server:
        """Serve on a fresh port of 127.0.0.1."""
        from stormproof_contracts.protocols.grpc._server import GrpcServer  # noqa: PLC0415 - threads only when used

        if at is not None:
            raise TypeError(f"a grpc stub makes its own port, it cannot be served at {at!r}")
        return GrpcServer(desk)


GRPC: Final = GrpcKind()
