"""The gRPC library, as little of it as is needed, with types: unary calls of bytes, and a server of them.

The synchronous interface is used on purpose: it needs no event loop, and that of grpc.aio shares one poller between all
loops of a process, which disturbs those of the user.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from stormproof_contracts.protocols.grpc._extra import quiet, require
from stormproof_contracts.protocols.grpc._status import OK


if TYPE_CHECKING:
    from collections.abc import Callable

    from stormproof_contracts.protocols.grpc._metadata import Wire


_UNLIMITED = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
# A provider is called at its address, never through a proxy of the environment; and connections are not shared with
# other channels of the process, whose failures would delay this one's next attempt.
_CLIENT_OPTIONS = [*_UNLIMITED, ("grpc.enable_http_proxy", 0), ("grpc.use_local_subchannel_pool", 1)]
_SERVER_OPTIONS = [*_UNLIMITED, ("grpc.so_reuseport", 0)]
_STATE_SECONDS = 5.0
_WORKERS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class WireCall:
    """A call as bytes; *method* is ``package.Service/Method``."""

    method: str
    metadata: Wire = ()
    payload: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class WireAnswer:
    """How a call ended.

    Attributes:
        status: the canonical name of the code.
        payload: the message, empty unless the status is OK.
        details: the status message.
        trailers: the trailing metadata.
        seconds: how long the call took.
    """

    status: str
    payload: bytes = b""
    details: str = ""
    trailers: Wire = ()
    seconds: float = 0.0


@cache
def _library() -> Any:
    with quiet():
        library = require("grpc")
        library.insecure_channel("127.0.0.1:0").close()  # the first channel makes it read its settings
    return library


class Channel:
    """A connection to one server, without TLS, opened by the first call."""

    def __init__(self, target: str) -> None:
        self._grpc = _library()
        self._channel: Any = self._grpc.insecure_channel(target, options=_CLIENT_OPTIONS)

    def call(self, call: WireCall, timeout: float) -> WireAnswer:
        """Carry out *call*; its deadline is *timeout* seconds from now."""
        unary = self._channel.unary_unary(f"/{call.method}")
        started = time.perf_counter()
        try:
            payload, ended = unary.with_call(call.payload, timeout=timeout, metadata=call.metadata)
        except self._grpc.RpcError as error:
            payload, ended = b"", error
        return WireAnswer(
            status=ended.code().name,
            payload=payload,
            details=ended.details() or "",
            trailers=tuple((name, value) for name, value in ended.trailing_metadata() or ()),
            seconds=time.perf_counter() - started,
        )

    def is_connected(self) -> bool:
        """Tell whether the connection stands: only then did a failure come from the server itself."""
        ready, known = [False], threading.Event()

        def note(state: Any) -> None:
            ready[0] = ready[0] or state is self._grpc.ChannelConnectivity.READY
            known.set()

        self._channel.subscribe(note)
        try:
            return known.wait(_STATE_SECONDS) and ready[0]
        finally:
            self._channel.unsubscribe(note)

    def close(self) -> None:
        """Close the connection."""
        self._channel.close()


class WireServer:
    """A server on a fresh port of 127.0.0.1 that hands every call, of whatever method, to one function."""

    def __init__(self, respond: Callable[[WireCall], WireAnswer]) -> None:
        self._grpc = _library()
        self._respond = respond
        self._workers = ThreadPoolExecutor(_WORKERS, thread_name_prefix="stormproof-grpc-stub")
        self._server: Any = self._grpc.server(self._workers, handlers=(self,), options=_SERVER_OPTIONS)
        try:
            self.port: int = self._server.add_insecure_port("127.0.0.1:0")
            self._server.start()
        except BaseException:
            self.close()
            raise

    def service(self, details: Any) -> Any:
        """Return the handler of one call, as grpc.GenericRpcHandler asks for."""

        def handle(payload: bytes, context: Any) -> bytes:
            metadata = tuple((name, value) for name, value in details.invocation_metadata)
            answer = self._respond(WireCall(method=details.method[1:], metadata=metadata, payload=payload))
            context.set_trailing_metadata(answer.trailers)
            if answer.status != OK:
                context.abort(self._grpc.StatusCode[answer.status], answer.details)
            return answer.payload

        return self._grpc.unary_unary_rpc_method_handler(handle)

    def close(self) -> None:
        """Stop serving, free the port and end the threads."""
        self._server.stop(None).wait()
        self._workers.shutdown()
