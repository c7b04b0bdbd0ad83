"""Sends gRPC interactions to an address."""

from __future__ import annotations

import json
import os
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, cast

from stormproof_contracts.errors import DocumentError, Problem, Unreachable
from stormproof_contracts.matching import show
from stormproof_contracts.protocols._kind import Exchange
from stormproof_contracts.protocols.grpc._compile import ProtoError
from stormproof_contracts.protocols.grpc._messages import decode, encode
from stormproof_contracts.protocols.grpc._metadata import decode_metadata, encode_metadata
from stormproof_contracts.protocols.grpc._schema import load_schema
from stormproof_contracts.protocols.grpc._status import OK
from stormproof_contracts.protocols.grpc._wire import Channel, WireCall
from stormproof_contracts.redaction import redact, redact_text


if TYPE_CHECKING:
    from collections.abc import Mapping

    from stormproof_contracts.matching import Value
    from stormproof_contracts.model import Interaction
    from stormproof_contracts.protocols.grpc._schema import Method, Schema
    from stormproof_contracts.protocols.grpc._wire import WireAnswer


_ADDRESS = re.compile(r"(?:grpc://)?((?:[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5})/?")
# gRPC counts its deadline by another clock than we measure with.
_CLOCK_DIFFERENCE = 0.02


class GrpcSender:
    """Talks to a provider at an address.

    Args:
        provider: ``host:port`` or ``grpc://host:port``; without TLS.
        timeout: the deadline of each call, in seconds.
    """

    def __init__(self, provider: str, timeout: float) -> None:
        match = _ADDRESS.fullmatch(provider)
        if match is None:
            raise TypeError(f"{provider!r} is no address of a grpc provider: write host:port or grpc://host:port")
        self._address = match[1]
        self._timeout = timeout
        self._channel = Channel(self._address)

    def send(self, interaction: Interaction) -> Exchange:
        """Call the method with the example request and return how it ended."""
        if interaction.request is None:
            raise TypeError(f"{interaction.title!r} has no request to send")
        request = cast("dict[str, Value]", interaction.request.pattern().example())
        schema = schema_of(interaction)
        method = schema.methods[interaction.settings["method"]]
        call = WireCall(
            method=method.name,
            metadata=encode_metadata(request.get("metadata")),
            payload=_encode_request(interaction, method, request["message"]),
        )
        answer = self._call(call)
        response = _response(answer, method)
        return Exchange(
            request=request,
            response=response,
            evidence=lambda: _evidence(request, response, self._command(request, interaction, schema)),
            seconds=answer.seconds,
        )

    def close(self) -> None:
        """Close the connection."""
        self._channel.close()

    def _call(self, call: WireCall) -> WireAnswer:
        answer = self._channel.call(call, self._timeout)
        if answer.status == "DEADLINE_EXCEEDED" and answer.seconds > self._timeout - _CLOCK_DIFFERENCE:
            self._reconnect()
            raise Unreachable(f"{self._address} did not answer within {self._timeout:g} s")
        if answer.status == "UNAVAILABLE" and not self._channel.is_connected():
            self._reconnect()
            raise Unreachable(f"{self._address} cannot be reached: {answer.details}")
        return answer

    def _reconnect(self) -> None:
        # A channel that failed waits before it tries again; a new one does not.
        self._channel.close()
        self._channel = Channel(self._address)

    def _command(self, request: Mapping[str, Value], interaction: Interaction, schema: Schema) -> str:
        """Return a grpcurl command that repeats the call; secrets are left out."""
        words = ["grpcurl", "-plaintext"]
        for root in schema.roots:
            words += ["-import-path", _from_here(root)]
        words += ["-proto", Path(interaction.settings["proto"]).name]
        metadata = cast("Mapping[str, str]", redact(request.get("metadata", {})))
        words += [word for name, value in metadata.items() for word in ("-H", f"{name}: {value}")]
        words += ["-d", json.dumps(redact(request["message"]), ensure_ascii=False)]
        return shlex.join([*words, self._address, interaction.settings["method"]])


def schema_of(interaction: Interaction) -> Schema:
    """Return the schema that *interaction* was read with, or that of its ``.proto`` as it is by now.

    Raises:
        DocumentError: the ``.proto`` cannot be compiled, or has no such method.
        MissingExtra: grpcio-tools is not installed.
    """
    path, name = Path(interaction.settings["proto"]), interaction.settings["method"]
    try:
        schema = load_schema(path, Path(interaction.settings["home"]))
    except ProtoError as error:
        raise DocumentError(error.problems) from None
    if name not in schema.methods:
        raise DocumentError([Problem(interaction.location, f"{path.name} has no method {name!r} any more")])
    return schema


def _encode_request(interaction: Interaction, method: Method, message: Value) -> bytes:
    try:
        return encode(method.request, message)
    except ValueError as error:
        problem = Problem(interaction.location, f"the example of the request cannot be sent: {error}")
        raise DocumentError([problem]) from None


def _response(answer: WireAnswer, method: Method) -> dict[str, Value]:
    trailers = decode_metadata(answer.trailers)
    response: dict[str, Value] = {"status": answer.status, "details": answer.details, "trailers": trailers}
    if answer.status == OK:
        response["message"] = decode(method.response, answer.payload)
    return response


def _evidence(request: Mapping[str, Value], response: Mapping[str, Value], command: str) -> tuple[tuple[str, str], ...]:
    details = ": " + redact_text(str(response["details"])) if response["details"] else ""
    lines = [("request", f"{request['method']!s}   ({command})"), ("status", str(response["status"]) + details)]
    if response["trailers"]:
        lines.append(("trailers", show(redact(response["trailers"]))))
    lines.append(("answer", show(redact(response["message"])) if "message" in response else "no message"))
    return tuple(lines)


def _from_here(folder: Path) -> str:
    here = Path.cwd()
    return os.path.relpath(folder, here) if folder.is_relative_to(here) else str(folder)
