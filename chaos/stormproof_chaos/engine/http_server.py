"""The API's clients: reads their requests, has them answered, writes the answers. Never waits for anyone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stormproof_chaos.engine.http import MalformedError, Response, expects_continue, parse
from stormproof_chaos.engine.listener import Listener
from stormproof_chaos.engine.loop import READ, WRITE


if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from stormproof_chaos.engine.addresses import Address
    from stormproof_chaos.engine.http import Request
    from stormproof_chaos.engine.loop import Loop

    Reply = Callable[[Response], None]
    Application = Callable[[Request, Reply], None]

_IDLE = 60.0  # seconds that a client may stay connected without a word
_MOST_CLIENTS = 1024


class HttpServer:
    """Serves *application* on *address*; the application calls back with its answer, at once or later."""

    def __init__(self, address: Address, loop: Loop, application: Application) -> None:
        self.loop = loop
        self.application = application
        self._clients: set[HttpClient] = set()
        self._listener = Listener(address, loop, self._welcome)
        self.address = self._listener.address

    def close(self) -> None:
        """Listen no longer and let the clients go."""
        self._listener.close()
        for client in list(self._clients):
            client.close()

    def forget(self, client: HttpClient) -> None:
        """Note that *client* has gone."""
        self._clients.discard(client)
        self._listener.accept_more(wanted=True)

    def _welcome(self, sock: socket.socket) -> None:
        self._clients.add(HttpClient(sock, self))
        self._listener.accept_more(wanted=len(self._clients) < _MOST_CLIENTS)


class HttpClient:
    """One client's connection; its requests are answered one after the other."""

    def __init__(self, sock: socket.socket, server: HttpServer) -> None:
        self._socket = sock
        self._server = server
        self._loop = server.loop
        self._incoming = bytearray()
        self._outgoing = bytearray()
        self._answering = False  # the answer to a request is awaited
        self._closing = False  # the answer under way is the last
        self._closed = False
        self._stepping = False
        self._loop.watch(sock.fileno(), READ, self)
        self._idle = self._loop.call_at(self._loop.now() + _IDLE, self.close, self)

    def ready(self, mask: int) -> None:
        """Read or write what can be."""
        if mask & ~WRITE and not self._outgoing:
            self._read()
        elif self._outgoing:
            self._write()

    def fail(self) -> None:
        """Answer that this is our fault, as far as that is still possible."""
        self._stepping = False
        if self._answering:
            self._closing = True
            self._reply(Response(500))
        else:
            self.close()

    def close(self) -> None:
        """Close the socket, once."""
        if not self._closed:
            self._closed = True
            self._idle.cancel()
            self._loop.unwatch(self._socket.fileno())
            self._socket.close()
            self._server.forget(self)

    def _read(self) -> None:
        try:
            received = self._socket.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            received = b""
        if not received:
            self.close()
            return
        self._incoming += received
        self._idle.cancel()
        self._idle = self._loop.call_at(self._loop.now() + _IDLE, self.close, self)
        self._answer_next()

    def _answer_next(self) -> None:
        """Have requests answered, as long as there is a whole one and no other is under way."""
        if self._stepping:  # called from an answer given at once: the loop below goes on with the next
            return
        self._stepping = True
        while not (self._answering or self._outgoing or self._closed) and self._answer():
            pass
        self._stepping = False

    def _answer(self) -> bool:
        """Have the next request answered; tell whether there was one."""
        try:
            request = parse(self._incoming)
        except MalformedError as error:
            self._closing = True
            self._reply(Response(error.status))
            return False
        if request is None:
            if expects_continue(self._incoming):
                self._send(Response(100).encode(keep_alive=True))
            return False
        self._answering = True
        self._closing = not request.keeps_alive
        self._server.application(request, self._reply)
        return True

    def _reply(self, response: Response) -> None:
        self._answering = False
        if not self._closed:
            self._send(response.encode(keep_alive=not self._closing))

    def _send(self, data: bytes) -> None:
        self._outgoing += data
        self._write()

    def _write(self) -> None:
        try:
            del self._outgoing[: self._socket.send(self._outgoing)]
        except BlockingIOError:
            pass
        except OSError:
            self.close()
            return
        self._loop.rewatch(self._socket.fileno(), WRITE if self._outgoing else READ)
        if self._outgoing:
            return
        if self._closing:
            self.close()
        else:
            self._answer_next()
