"""Serves HTTP interactions on loopback: an asyncio loop on a thread of its own, HTTP/1.1 by h11."""

from __future__ import annotations

import asyncio
import threading
from http import HTTPStatus
from typing import TYPE_CHECKING, cast

import h11

from stormproof_contracts.explain import explain_call
from stormproof_contracts.protocols.http._message import WireRequest, WireResponse, decode_request, encode_response


if TYPE_CHECKING:
    from collections.abc import Callable

    from stormproof_contracts.errors import Location
    from stormproof_contracts.model import Interaction
    from stormproof_contracts.stubbing import Desk


UNEXPECTED_HEADER = "stormproof-unexpected"


class HttpServer:
    """A stub on a fresh port of 127.0.0.1."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._responses: dict[Location, WireResponse] = {}
        self._loop = asyncio.new_event_loop()
        self._connections: set[_Connection] = set()
        started = threading.Event()
        self._failure: OSError | None = None
        self._thread = threading.Thread(target=self._run, args=(started,), name="stormproof-http-stub", daemon=True)
        self._thread.start()
        started.wait()
        if self._failure is not None:
            raise self._failure

    @property
    def address(self) -> str:
        """The URL that consumers call."""
        return f"http://127.0.0.1:{self._port}"

    def announce(self, interaction: Interaction) -> None:
        """Refuse: an HTTP provider only answers."""
        raise ValueError(f"{interaction.title!r} is an http interaction: it is answered, not announced")

    def close(self) -> None:
        """Stop listening, close every connection and end the thread."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()

    def _run(self, started: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            server = self._loop.run_until_complete(self._loop.create_server(self._connect, "127.0.0.1", 0))
        except OSError as error:
            self._failure = error
            self._loop.close()
            return
        else:
            self._port = server.sockets[0].getsockname()[1]
        finally:
            started.set()
        self._loop.run_forever()
        server.close()
        for connection in list(self._connections):
            connection.abort()
        self._loop.run_until_complete(asyncio.sleep(0))  # lets the transports close their sockets
        self._loop.close()

    def _connect(self) -> _Connection:
        return _Connection(self._answer, self._connections)

    def _answer(self, request: WireRequest) -> WireResponse:
        call = self._desk.receive(decode_request(request))
        if not call.expected or call.interaction is None:
            headers = (("content-type", "text/plain; charset=utf-8"), (UNEXPECTED_HEADER, "true"))
            return WireResponse(500, headers, f"{explain_call(call)}\n".encode())
        place = call.interaction.location
        if place not in self._responses:
            self._responses[place] = encode_response(call.interaction.response)
        return self._responses[place]


class _Connection(asyncio.Protocol):
    """One connection: bytes to requests, responses to bytes."""

    def __init__(self, answer: Callable[[WireRequest], WireResponse], connections: set[_Connection]) -> None:
        self._answer = answer
        self._connections = connections
        self._http = h11.Connection(h11.SERVER)
        self._request: h11.Request | None = None
        self._body = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the signature of asyncio
        self._connections.discard(self)

    def abort(self) -> None:
        """Close at once."""
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        self._http.receive_data(data)
        try:
            self._advance()
        except h11.RemoteProtocolError as error:
            self._refuse(error)

    def _advance(self) -> None:
        while True:
            event = self._http.next_event()
            if isinstance(event, h11.Request):
                self._request = event
                self._body.clear()
                if self._http.they_are_waiting_for_100_continue:
                    self._send(h11.InformationalResponse(status_code=100, headers=[]))
            elif isinstance(event, h11.Data):
                self._body += event.data
            elif isinstance(event, h11.EndOfMessage):
                self._respond()
                if self._http.our_state is h11.MUST_CLOSE:
                    self._transport.close()
                    return
                self._http.start_next_cycle()
            else:
                return

    def _respond(self) -> None:
        if self._request is None:
            return
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in self._request.headers)
        request = WireRequest(self._request.method.decode(), self._request.target.decode(), headers, bytes(self._body))
        response = self._answer(request)
        length = [] if _has_no_body(response.status) else [("content-length", str(len(response.body)))]
        head = h11.Response(
            status_code=response.status,
            headers=[*((name, value) for name, value in response.headers if name != "content-length"), *length],
            reason=_reason(response.status),
        )
        body = b"" if request.method == "HEAD" or _has_no_body(response.status) else response.body
        parts = [self._http.send(head), self._http.send(h11.Data(data=body)), self._http.send(h11.EndOfMessage())]
        self._transport.write(b"".join(part for part in parts if part))

    def _send(self, event: h11.InformationalResponse) -> None:
        self._transport.write(self._http.send(event) or b"")

    def _refuse(self, error: h11.RemoteProtocolError) -> None:
        body = f"not HTTP/1.1: {error}\n".encode()
        if self._http.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            headers = [("content-length", str(len(body))), ("connection", "close")]
            response = h11.Response(status_code=error.error_status_hint, headers=headers)
            self._transport.write((self._http.send(response) or b"") + (self._http.send(h11.Data(data=body)) or b""))
        self._transport.close()


def _has_no_body(status: int) -> bool:
    return status < 200 or status in (204, 304)  # RFC 9110, section 6.4.1


def _reason(status: int) -> bytes:
    try:
        return HTTPStatus(status).phrase.encode()
    except ValueError:
        return b""
