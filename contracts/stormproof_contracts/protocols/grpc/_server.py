"""Serves gRPC interactions on loopback."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from stormproof_contracts.errors import ContractsError
from stormproof_contracts.explain import explain_call
from stormproof_contracts.protocols.grpc._client import schema_of
from stormproof_contracts.protocols.grpc._messages import decode, encode
from stormproof_contracts.protocols.grpc._metadata import decode_metadata, encode_metadata
from stormproof_contracts.protocols.grpc._status import OK
from stormproof_contracts.protocols.grpc._wire import WireAnswer, WireServer


if TYPE_CHECKING:
    from collections.abc import Iterable

    from stormproof_contracts.errors import Location
    from stormproof_contracts.matching import Value
    from stormproof_contracts.model import Interaction
    from stormproof_contracts.protocols.grpc._schema import Method
    from stormproof_contracts.protocols.grpc._wire import WireCall
    from stormproof_contracts.stubbing import Desk


# Details travel in a header, percent-encoded at up to three bytes each, and peers refuse more than 8 KiB of headers.
_LONGEST_DETAILS = 2400


class GrpcServer:
    """A stub on a fresh port of 127.0.0.1."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        # One desk serves a contract of several kinds, each from a server of its own.
        served = [interaction for interaction in desk.interactions if interaction.kind == "grpc"]
        self._methods = _methods(served)
        self._named = frozenset(interaction.settings["method"] for interaction in served)
        self._answers: dict[Location, WireAnswer] = {}
        self._server = WireServer(self._answer)

    @property
    def address(self) -> str:
        """The address that consumers call, ``127.0.0.1:port``."""
        return f"127.0.0.1:{self._server.port}"

    def announce(self, interaction: Interaction) -> None:
        """Refuse: a gRPC provider only answers."""
        raise ValueError(f"{interaction.title!r} is a grpc interaction: it is answered, not announced")

    def close(self) -> None:
        """Stop serving and free the port."""
        self._server.close()

    def _answer(self, wire: WireCall) -> WireAnswer:
        method = self._methods.get(wire.method)
        # Without its type a message is the bytes that it is.
        message = decode(method.request, wire.payload) if method else wire.payload
        request = {"method": wire.method, "metadata": decode_metadata(wire.metadata), "message": message}
        call = self._desk.receive(request)
        if not call.expected or call.interaction is None:
            status = "FAILED_PRECONDITION" if wire.method in self._named else "UNIMPLEMENTED"
            return WireAnswer(status=status, details=_cut(explain_call(call)))
        place = call.interaction.location
        if place not in self._answers:
            self._answers[place] = _example_answer(call.interaction)
        return self._answers[place]


def _methods(interactions: Iterable[Interaction]) -> dict[str, Method]:
    """Return every method that a ``.proto`` of the contract declares."""
    one_of_each = {interaction.settings["proto"]: interaction for interaction in interactions}
    methods: dict[str, Method] = {}
    for interaction in one_of_each.values():
        methods |= schema_of(interaction).methods
    return methods


def _example_answer(interaction: Interaction) -> WireAnswer:
    example = cast("dict[str, Value]", interaction.response.pattern().example())
    status = str(example["status"])
    try:
        method = schema_of(interaction).methods[interaction.settings["method"]]
        payload = encode(method.response, example.get("message", {})) if status == OK else b""
    except (ValueError, ContractsError) as error:
        return WireAnswer(
            status="INTERNAL", details=_cut(f"{interaction.location}: the example cannot be sent: {error}")
        )
    return WireAnswer(
        status=status,
        payload=payload,
        details=str(example.get("details", "")),
        trailers=encode_metadata(example.get("trailers")),
    )


def _cut(text: str) -> str:
    data = text.encode()
    return text if len(data) <= _LONGEST_DETAILS else f"{data[:_LONGEST_DETAILS].decode(errors='ignore')}..."
