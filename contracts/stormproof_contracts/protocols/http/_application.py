"""Sends HTTP interactions to an ASGI or WSGI application in this process: no port, no server, no thread."""

from __future__ import annotations

import asyncio
import inspect
import io
import sys
import time
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, cast
from urllib.parse import unquote

from stormproof_contracts.errors import Unreachable
from stormproof_contracts.protocols._kind import Exchange
from stormproof_contracts.protocols.http._message import (
    WireRequest,
    WireResponse,
    decode_response,
    encode_request,
    evidence,
)


if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    from stormproof_contracts.model import Interaction

    Message = MutableMapping[str, Any]
    Asgi = Callable[[Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]


_HOST = "provider.test"  # RFC 6761: never the name of a real host


class _Caller(Protocol):
    """Calls an application with one request."""

    def call(self, request: WireRequest) -> WireResponse: ...

    def close(self) -> None: ...


class ApplicationSender:
    """Talks to an application in this process."""

    def __init__(self, caller: _Caller) -> None:
        self._caller = caller

    def send(self, interaction: Interaction) -> Exchange:
        """Call the application with the example request and return what it answered."""
        if interaction.request is None:
            raise TypeError(f"{interaction.title!r} has no request to send")
        request, example = encode_request(interaction.request)
        started = time.perf_counter()
        response = self._caller.call(request)
        seconds = time.perf_counter() - started
        return Exchange(
            request=example,
            response=decode_response(response),
            evidence=partial(evidence, request, response, ""),
            seconds=seconds,
        )

    def close(self) -> None:
        """End the application's lifespan."""
        self._caller.close()


def application_sender(application: Callable[..., object], timeout: float) -> ApplicationSender:
    """Return a sender to *application*, which is ASGI when calling it gives a coroutine, else WSGI."""
    if is_asgi(application):
        return ApplicationSender(_AsgiCaller(cast("Asgi", application), timeout))
    return ApplicationSender(_WsgiCaller(application))


def is_asgi(application: Callable[..., object]) -> bool:
    """Tell whether *application* follows ASGI 3: an awaitable callable of scope, receive and send."""
    call = getattr(application, "__call__", None)  # noqa: B004 - the method itself is inspected, not callability
    return inspect.iscoroutinefunction(application) or inspect.iscoroutinefunction(call)


class _WsgiCaller:
    """Calls a WSGI application (PEP 3333)."""

    def __init__(self, application: Callable[..., Any]) -> None:
        self._application = application

    def call(self, request: WireRequest) -> WireResponse:
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], _exc_info: object = None) -> object:
            started.append((status, headers))
            return written.append

        written: list[bytes] = []
        result = self._application(_environ(request), start_response)
        try:
            body = b"".join(result)
        finally:
            if hasattr(result, "close"):
                result.close()
        status, headers = started[-1]
        return WireResponse(int(status.split()[0]), tuple(headers), b"".join(written) + body)

    def close(self) -> None:
        """Nothing is held."""


def _environ(request: WireRequest) -> dict[str, object]:
    path, _, query = request.target.partition("?")
    environ: dict[str, object] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(path, "latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": _HOST,
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": _HOST,
        "CONTENT_LENGTH": str(len(request.body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request.headers:
        key = name.upper().replace("-", "_")
        environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
    return environ


class _AsgiCaller:
    """Calls an ASGI 3 application on a loop of its own, within its lifespan."""

    def __init__(self, application: Asgi, timeout: float) -> None:
        self._application = application
        self._timeout = timeout
        self._runner = asyncio.Runner()
        self._state: dict[str, object] = {}
        self._events: asyncio.Queue[Message] = asyncio.Queue()
        self._lifespan: asyncio.Task[None] | None = None
        self._runner.run(self._start())

    def call(self, request: WireRequest) -> WireResponse:
        try:
            return self._runner.run(asyncio.wait_for(self._call(request), self._timeout))
        except TimeoutError:
            raise Unreachable(f"the application did not answer within {self._timeout:g} s") from None

    def close(self) -> None:
        """End the lifespan and the loop."""
        try:
            self._runner.run(self._stop())
        finally:
            self._runner.close()

    async def _call(self, request: WireRequest) -> WireResponse:
        path, _, query = request.target.partition("?")
        scope: Message = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": "http",
            "path": unquote(path),
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [
                (b"host", _HOST.encode()),
                *((name.lower().encode(), value.encode()) for name, value in _sized(request)),
            ],
            "client": ("127.0.0.1", 1),
            "server": (_HOST, 80),
            "state": dict(self._state),
        }
        messages: list[Message] = []
        finished = asyncio.Event()
        bodies: list[Message] = [{"type": "http.request", "body": request.body, "more_body": False}]

        async def receive() -> Message:
            if bodies:
                return bodies.pop()
            await finished.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            messages.append(message)
            if message["type"] == "http.response.body" and not message.get("more_body", False):
                finished.set()

        await self._application(scope, receive, send)
        return _response_of(messages)

    async def _start(self) -> None:
        started: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._stopped: asyncio.Future[Message] = asyncio.get_running_loop().create_future()

        async def send(message: Message) -> None:
            future = started if message["type"].startswith("lifespan.startup") else self._stopped
            if not future.done():
                future.set_result(message)

        async def run() -> None:
            try:
                await self._application(
                    {"type": "lifespan", "asgi": {"version": "3.0"}, "state": self._state}, self._events.get, send
                )
            except Exception as error:  # noqa: BLE001 - ASGI: raising means that lifespan is not supported
                if not started.done():
                    started.set_result({"type": "lifespan.unsupported", "message": repr(error)})
            finally:
                for future in (started, self._stopped):
                    if not future.done():
                        future.set_result({"type": "lifespan.ended"})

        await self._events.put({"type": "lifespan.startup"})
        self._lifespan = asyncio.create_task(run())
        outcome = await started
        if outcome["type"] == "lifespan.startup.failed":
            raise Unreachable(f"the application failed to start: {outcome.get('message', '')}")

    async def _stop(self) -> None:
        await self._events.put({"type": "lifespan.shutdown"})
        try:
            await asyncio.wait_for(asyncio.shield(self._stopped), self._timeout)
        finally:
            if self._lifespan is not None:
                self._lifespan.cancel()


def _sized(request: WireRequest) -> list[tuple[str, str]]:
    return [*request.headers, *([("content-length", str(len(request.body)))] if request.body else [])]


def _response_of(messages: list[Message]) -> WireResponse:
    start = next((message for message in messages if message["type"] == "http.response.start"), None)
    if start is None:
        raise Unreachable("the application ended without an answer")
    headers = tuple(
        (bytes(name).decode("latin-1"), bytes(value).decode("latin-1")) for name, value in start.get("headers", ())
    )
    body = b"".join(message.get("body", b"") for message in messages if message["type"] == "http.response.body")
    return WireResponse(start["status"], headers, body)
