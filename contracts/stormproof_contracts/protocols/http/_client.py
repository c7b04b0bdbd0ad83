"""Sends HTTP interactions to a URL over one kept connection."""

from __future__ import annotations

import http.client
import time
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

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
    from stormproof_contracts.model import Interaction


class UrlSender:
    """Talks to a provider at a URL.

    Args:
        url: ``http://host:port`` or ``https://...``, with the path that stands before every contract path.
        timeout: seconds for connecting, and for each wait on the answer.
    """

    def __init__(self, url: str, timeout: float) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise TypeError(f"{url!r} is no URL of a provider: write http://host:port")
        self._base = url.rstrip("/")
        self._prefix = parts.path.rstrip("/")
        connection = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._connection = connection(parts.hostname, parts.port, timeout=timeout)
        self._timeout = timeout

    def send(self, interaction: Interaction) -> Exchange:
        """Send the example request and return what came."""
        if interaction.request is None:
            raise TypeError(f"{interaction.title!r} has no request to send")
        request, example = encode_request(interaction.request)
        started = time.perf_counter()
        response = self._exchange(request)
        seconds = time.perf_counter() - started
        return Exchange(
            request=example,
            response=decode_response(response),
            evidence=partial(evidence, request, response, self._base),
            seconds=seconds,
        )

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _exchange(self, request: WireRequest) -> WireResponse:
        reused = self._connection.sock is not None
        try:
            return self._attempt(request)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError) as error:
            self._connection.close()
            if not reused:
                raise Unreachable(f"{self._base} closed the connection without an answer") from error
        except TimeoutError as error:
            self._connection.close()
            raise Unreachable(f"{self._base} did not answer within {self._timeout:g} s") from error
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            raise Unreachable(f"{self._base} cannot be reached: {error or type(error).__name__}") from error
        # RFC 9112, section 9.3.1: an idle connection may be closed at any time, and is then opened anew, once.
        return self._exchange(request)

    def _attempt(self, request: WireRequest) -> WireResponse:
        connection = self._connection
        connection.request(request.method, self._prefix + request.target, request.body or None, dict(request.headers))
        answer = connection.getresponse()
        body = answer.read()
        return WireResponse(answer.status, tuple(answer.getheaders()), body)
