"""Calls over HTTP, through httpx."""

from __future__ import annotations

import asyncio
import errno
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit, urlunsplit

from stormproof_chaos.scenarios._caller import Reply
from stormproof_contracts.redaction import REDACTED, is_secret, redact_text


if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator

    import httpx

    from stormproof_chaos.observe import CallOutcome
    from stormproof_chaos.scenarios._caller import Call
    from stormproof_chaos.scenarios._model import Load
    from stormproof_chaos.scenarios._system import System


# Servers drop idle connections after 2 to 5 seconds. A call that picks one up at that moment fails, and the service
# would be blamed for it.
_IDLE = 1.0


@dataclass(frozen=True, slots=True)
class HttpCaller:
    """Makes the call of *load*, to *url*."""

    load: Load
    url: str

    @property
    def label(self) -> str:
        """The method and the path, without the secrets of its query."""
        return label_of(self.load)

    @property
    def timeout(self) -> float:
        """Seconds after which it gives up."""
        return self.load.timeout

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[Call]:
        """Yield what makes calls, over connections that they share."""
        import httpx  # noqa: PLC0415 - 90 ms, for runs that make calls only

        limits = httpx.Limits(max_connections=None, max_keepalive_connections=None, keepalive_expiry=_IDLE)
        # Loading certificates takes 20 ms; the environment's proxy is for the world outside.
        secure = self.url.startswith("https:")
        async with httpx.AsyncClient(timeout=None, limits=limits, verify=secure, trust_env=False) as client:  # noqa: S113 - a limit on the whole call stands around it
            yield partial(self._send, client, self._request(client))

    async def _send(self, client: httpx.AsyncClient, request: httpx.Request) -> Reply:
        import httpx  # noqa: PLC0415 - loaded by now

        try:
            async with asyncio.timeout(self.timeout):
                response = await client.send(request)
        except TimeoutError:
            return Reply("timeout")
        except httpx.HTTPError as error:
            return Reply(_outcome_of(error), None, _reason_of(error))
        return Reply("ok" if self.load.succeeds(response.status_code) else "error", response.status_code)

    def _request(self, client: httpx.AsyncClient) -> httpx.Request:
        body = self.load.body
        headers = dict(self.load.headers)
        if (
            body is not None
            and not isinstance(body, str)
            and not any(name.lower() == "content-type" for name in headers)
        ):
            headers["content-type"] = "application/json"
        content = body if body is None or isinstance(body, str) else json.dumps(body)
        return client.build_request(self.load.method, self.url, headers=headers, content=content)


def http_caller(load: Load, system: System) -> HttpCaller:
    """Return the caller of *load*, with the address that its service has now."""
    base = system.address(load.service).rstrip("/") if load.service else ""
    return HttpCaller(load, base + load.target)


def label_of(load: Load) -> str:
    """Return the method and the path of *load*, without the secrets of its query."""
    parts = urlsplit(load.target)
    return f"{load.method} {shown_url(urlunsplit(('', '', parts.path or '/', parts.query, '')))}"


def shown_url(url: str) -> str:
    """Return *url* with the values of its query replaced whose names are those of secrets."""
    parts = urlsplit(url)
    pairs = [pair.partition("=") for pair in parts.query.split("&")]
    query = "&".join(
        f"{name}={REDACTED}" if is_secret(name) else name + equals + value for name, equals, value in pairs
    )
    return redact_text(urlunsplit(parts._replace(query=query)))


def _outcome_of(error: httpx.HTTPError) -> CallOutcome:
    import httpx  # noqa: PLC0415 - loaded by now

    numbers = {cause.errno for cause in _causes(error) if isinstance(cause, OSError)}
    if errno.ECONNREFUSED in numbers:
        return "refused"
    if numbers & {errno.ECONNRESET, errno.EPIPE, errno.ECONNABORTED}:
        return "reset"
    if isinstance(error, httpx.ConnectError):
        return "unreachable"
    if isinstance(error, httpx.RemoteProtocolError):
        return "closed" if "disconnected" in str(error) or "closed" in str(error) else "malformed"
    return "closed" if isinstance(error, httpx.NetworkError) else "failed"


def _reason_of(error: httpx.HTTPError) -> str:
    """Return the innermost text; the wrappers above it say less."""
    texts = [getattr(cause, "strerror", None) or str(cause) for cause in _causes(error)]
    return next((text for text in reversed(texts) if text), type(error).__name__).lower().rstrip(".")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield *error* and what caused it; of several causes at once, the first."""
    yield error
    if isinstance(error, BaseExceptionGroup):
        yield from _causes(cast("BaseExceptionGroup[BaseException]", error).exceptions[0])
    elif (cause := error.__cause__ or error.__context__) is not None:
        yield from _causes(cause)
