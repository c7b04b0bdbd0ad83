"""The wire: toxiproxy-python's API consumer, made safe to have several of.

The library keeps host and port on the consumer's class, knows no timeout and no PATCH, raises bare exceptions for three
statuses and lets all others pass. So each engine gets a subclass of its own, each call a limit, and each answer comes
back as a status and a body. Importing this module imports requests, which takes 90 ms; only a first call does it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import requests
from toxiproxy import api
from toxiproxy.exceptions import InvalidToxic, NotFound, ProxyExists

from stormproof_chaos.errors import EngineUnreachable


# Toxiproxy itself gives up on a request after 25 seconds and says so; that answer is worth waiting for.
_TIMEOUT = (3.0, 30.0)
# The environment's HTTP proxy is for the world outside, never for an engine.
_DIRECT = {"http": None, "https": None, "all": None}
_STATUSES = {InvalidToxic: 400, NotFound: 404, ProxyExists: 409}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the HTTP status and the body."""

    status: int
    body: bytes


class _Consumer(api.APIConsumer):  # type: ignore[misc] # the library has no types
    @classmethod
    def patch(cls, url: str, json: object = None, **options: Any) -> Any:
        """Use the PATCH method, which the library lacks."""
        response = requests.patch(url=f"http://{cls.host}:{cls.port}{url}", json=json, **options)  # noqa: S113 - in options
        return api.validate_response(response)


class Wire:
    """The consumer of one engine."""

    def __init__(self, host: str, port: int) -> None:
        self._consumer = cast("Any", type("Consumer", (_Consumer,), {"host": host, "port": port}))

    def send(self, method: str, path: str, body: object = None) -> Answer:
        """Send one request and return what came back.

        Raises:
            EngineUnreachable: nothing came back.
        """
        try:
            response = getattr(self._consumer, method)(path, json=body, timeout=_TIMEOUT, proxies=_DIRECT)
        except (InvalidToxic, NotFound, ProxyExists) as error:
            return Answer(_STATUSES[type(error)], error.args[0])
        except requests.RequestException as error:
            raise EngineUnreachable(_reason(error)) from error
        return Answer(response.status_code, response.content)


def _reason(error: requests.RequestException) -> str:
    """Return the innermost cause, since each library on the way down wraps the text of the one below."""
    cause: BaseException = error
    while (inner := cause.__cause__ or cause.__context__) is not None:
        cause = inner
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    return (getattr(cause, "strerror", None) or str(cause)).lower()
