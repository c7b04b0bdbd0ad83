"""Serves HTTP interactions on loopback: one thread over a selector, HTTP/1.1 by h11.

Not asyncio, whose import alone takes longer than a stub may: tests start stubs by the hundred.
"""

from __future__ import annotations

import selectors
import socket
import threading
from contextlib import suppress
from functools import partial
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
_CHUNK = 65_536


class HttpServer:
    """A stub on a fresh port of 127.0.0.1."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._responses: dict[Location, WireResponse] = {}
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self._listener.settimeout(0)
        self._port = self._listener.getsockname()[1]
        self._ending, self._end = socket.socketpair()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ, self._accept)
        self._selector.register(self._ending, selectors.EVENT_READ, None)
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="stormproof-http-stub", daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """The URL that consumers call."""
        return f"http://127.0.0.1:{self._port}"

    def announce(self, interaction: Interaction) -> None:
        """Refuse: an HTTP provider only answers."""
        raise ValueError(f"{interaction.title!r} is an http interaction: it is answered, not announced")

    def close(self) -> None:
        """Stop listening, close every connection and end the thread; once more is no error.

        Raises:
            Exception: what went wrong while a request was answered, if anything did.
        """
        if self._thread.is_alive():
            self._end.send(b"x")
            self._thread.join()
        self._end.close()
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

    def _run(self) -> None:
        while True:
            for key, ready in self._selector.select():
                if key.data is None:
                    self._close_all()
                    return
                key.data(ready)

    def _close_all(self) -> None:
        for key in list(self._selector.get_map().values()):
            cast("socket.socket", key.fileobj).close()
        self._selector.close()

    def _accept(self, _ready: int) -> None:
        try:
            accepted, _ = self._listener.accept()
        except OSError:  # it went away before it was accepted
            return
        connection = _Connection(accepted, self._selector, self._answer)
        self._selector.register(accepted, selectors.EVENT_READ, partial(self._serve, connection))

    def _serve(self, connection: _Connection, ready: int) -> None:
        try:
            connection.advance(ready)
        except ConnectionError:
            connection.close()
        except Exception as error:  # noqa: BLE001 - kept for close(); the other connections live on
            self._failure = error
            connection.close()

    def _answer(self, request: WireRequest) -> WireResponse:
        call = self._desk.receive(decode_request(request))
        if not call.expected or call.interaction is None:
            headers = (("content-type", "text/plain; charset=utf-8"), (UNEXPECTED_HEADER, "true"))
            return WireResponse(500, headers, f"{explain_call(call)}\n".encode())
        place = call.interaction.location
        if place not in self._responses:
            self._responses[place] = encode_response(call.interaction.response)
        return self._responses[place]


class _Connection:
    """One connection: bytes to requests, responses to bytes."""

    def __init__(
        self, accepted: socket.socket, selector: selectors.BaseSelector, answer: Callable[[WireRequest], WireResponse]
    ) -> None:
        accepted.settimeout(0)
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = accepted
        self._selector = selector
        self._answer = answer
        self._http = h11.Connection(h11.SERVER)
        self._request: h11.Request | None = None
        self._body = bytearray()
        self._unsent = bytearray()
        self._closing = False

    def advance(self, ready: int) -> None:
        """Read what came, answer it, and send what the peer takes."""
        if ready & selectors.EVENT_READ and not self._closing:
            self._read()
        if self._unsent:
            self._send_unsent()
        if self._closing and not self._unsent:
            self.close()

    def close(self) -> None:
        """Close at once; once more is no error."""
        if self._socket.fileno() >= 0:
            self._selector.unregister(self._socket)
            self._socket.close()

    def _read(self) -> None:
        try:
            data = self._socket.recv(_CHUNK)
        except BlockingIOError:
            return
        self._closing = not data  # what is still unsent goes out before the end
        if not data:
            return
        self._http.receive_data(data)
        try:
            self._advance()
        except h11.RemoteProtocolError as error:
            self._refuse(error)

    def _send_unsent(self) -> None:
        with suppress(BlockingIOError):  # the peer takes no more for now; the selector tells when it does
            del self._unsent[: self._socket.send(self._unsent)]
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if self._unsent else 0)
        key = self._selector.get_key(self._socket)
        if key.events != events:
            self._selector.modify(self._socket, events, key.data)

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
                    self._closing = True
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
        self._unsent += b"".join(part for part in parts if part)

    def _send(self, event: h11.InformationalResponse) -> None:
        self._unsent += self._http.send(event) or b""

    def _refuse(self, error: h11.RemoteProtocolError) -> None:
        body = f"not HTTP/1.1: {error}\n".encode()
        if self._http.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            headers = [("content-length", str(len(body))), ("connection", "close")]
            response = h11.Response(status_code=error.error_status_hint, headers=headers)
            self._unsent += (self._http.send(response) or b"") + (self._http.send(h11.Data(data=body)) or b"")
        self._closing = True


def _has_no_body(status: int) -> bool:
    return status < 200 or status in (204, 304)  # RFC 9110, section 6.4.1


def _reason(status: int) -> bytes:
    try:
        return HTTPStatus(status).phrase.encode()
    except ValueError:
        return b""
