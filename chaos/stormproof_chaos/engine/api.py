"""The Toxiproxy 2.12 HTTP API: routes to handlers, handlers to answers."""

from __future__ import annotations

import dataclasses
import itertools
import json
from typing import TYPE_CHECKING, Any

from stormproof_chaos.engine.addresses import AddressError, UnresolvedError
from stormproof_chaos.engine.decoding import BodyError, first_value
from stormproof_chaos.engine.http import Response
from stormproof_chaos.engine.listener import ListenError
from stormproof_chaos.engine.toxic import Direction
from stormproof_chaos.engine.wishes import ProxyWish, Reader, RefusedError


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from stormproof_chaos.engine.http import Request
    from stormproof_chaos.engine.proxies import Proxies
    from stormproof_chaos.engine.proxy import Engine, Proxy
    from stormproof_chaos.engine.toxic import Toxic

    Handler = Callable[..., Response]

VERSION = "2.12.0"  # of the API: the Toxiproxy release it follows

_REFUSALS = (RefusedError, BodyError, ListenError, AddressError)
_NAME = ""  # a segment of a route that stands for any name
_PLAIN = {"Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff"}


class Api:
    """Answers requests; changes `proxies`."""

    def __init__(self, proxies: Proxies, engine: Engine, *, metrics: bool = False) -> None:
        self._proxies = proxies
        self._resolver = engine.resolver
        self._strict = engine.settings.strict
        self._reader = Reader(strict=self._strict)
        self._request_numbers = itertools.count(1)
        self._routes = self._table(metrics=metrics)

    def handle(self, request: Request, reply: Callable[[Response], None]) -> None:
        """Answer *request*, now or after the lookup of a host name."""
        try:
            response = self.answer(request)
        except UnresolvedError as name:
            self._resolver.look_up(name.host, lambda: self.handle(request, reply))
        else:
            reply(response)

    def answer(self, request: Request) -> Response:
        """Answer *request*.

        Raises:
            UnresolvedError: a host name needs a lookup first; nothing has been changed.
        """
        methods, names = self._find(request.path)
        if not methods:
            return Response(404, b"404 page not found\n", _PLAIN)
        if request.method not in methods:
            return Response(405)
        if request.headers.get("user-agent", "").startswith("Mozilla/"):
            response = Response(403, b"User agent not allowed\n", _PLAIN)
        else:
            response = self._call(methods[request.method], names, request.body)
        identity = {"X-Toxiproxy-Request-Id": f"{next(self._request_numbers):020x}"}
        return dataclasses.replace(response, headers={**response.headers, **identity})

    def populate(self, body: bytes) -> Iterator[Proxy]:
        """Make the proxies that *body* describes, one by one; a configuration file holds the same."""
        wishes = self._reader.proxies(first_value(body))
        self._proxies.look_up_hosts(wishes)
        return self._proxies.populate(wishes)

    def _table(self, *, metrics: bool) -> dict[tuple[str, ...], dict[str, Handler]]:
        proxy, toxic = ("proxies", _NAME), ("proxies", _NAME, "toxics", _NAME)
        routes: dict[tuple[str, ...], dict[str, Handler]] = {
            ("version",): {"GET": self._version},
            ("proxies",): {"GET": self._list_proxies, "POST": self._create_proxy},
            proxy: {
                "GET": self._show_proxy,
                "PATCH": self._change_proxy,
                "POST": self._change_proxy,
                "DELETE": self._remove_proxy,
            },
            (*proxy, "toxics"): {"GET": self._list_toxics, "POST": self._create_toxic},
            toxic: {
                "GET": self._show_toxic,
                "PATCH": self._change_toxic,
                "POST": self._change_toxic,
                "DELETE": self._remove_toxic,
            },
            ("populate",): {"POST": self._populate},
            ("reset",): {"POST": self._reset},
            ("stormproof", "connections"): {"GET": self._list_connections},
        }
        return routes | ({("metrics",): {"GET": self._show_metrics}} if metrics else {})

    def _find(self, path: str) -> tuple[dict[str, Handler], list[str]]:
        """Return the handlers by method, and the names in the path."""
        segments = [_percent_decoded(segment) for segment in path.split("/")[1:]]
        if self._strict and any("/" in segment for segment in segments):
            return {}, []
        for route, methods in self._routes.items():
            if len(route) == len(segments) and all(map(_matches, route, segments)):
                return methods, [name for part, name in zip(route, segments, strict=True) if part == _NAME]
        return {}, []

    def _call(self, handler: Handler, names: Sequence[str], body: bytes) -> Response:
        try:
            return handler(*names, body)
        except _REFUSALS as error:
            status, message = _explain(error)
            return _error(status, message)

    def _version(self, _: bytes) -> Response:
        body = f'{{"version": "{VERSION}"}}\n'.encode()
        return Response(200, body, {"Content-Type": "application/json;charset=utf-8"})

    def _list_proxies(self, _: bytes) -> Response:
        return _json(200, {proxy.name: self._describe(proxy) for proxy in self._proxies})

    def _create_proxy(self, body: bytes) -> Response:
        return _json(201, self._describe(self._proxies.create(self._reader.new_proxy(first_value(body)))))

    def _show_proxy(self, name: str, _: bytes) -> Response:
        return _json(200, self._describe(self._proxies.get(name)))

    def _change_proxy(self, name: str, body: bytes) -> Response:
        proxy = self._proxies.get(name)
        now = ProxyWish(name=name, listen=proxy.listen, upstream=proxy.upstream, enabled=proxy.enabled)
        self._proxies.change(proxy, self._reader.changed_proxy(first_value(body), now))
        return _json(200, self._describe(proxy))

    def _remove_proxy(self, name: str, _: bytes) -> Response:
        self._proxies.remove(name)
        return Response(204)

    def _list_toxics(self, name: str, _: bytes) -> Response:
        return _json(200, _describe_toxics(self._proxies.get(name)))

    def _create_toxic(self, name: str, body: bytes) -> Response:
        proxy = self._proxies.get(name)
        toxic = self._reader.new_toxic(first_value(body), proxy.toxics)
        proxy.add_toxic(toxic)
        return _json(200, _describe_toxic(toxic))

    def _show_toxic(self, name: str, toxic: str, _: bytes) -> Response:
        return _json(200, _describe_toxic(_toxic(self._proxies.get(name), toxic)))

    def _change_toxic(self, name: str, toxic: str, body: bytes) -> Response:
        proxy = self._proxies.get(name)
        changed = self._reader.changed_toxic(first_value(body), _toxic(proxy, toxic))
        proxy.change_toxic(changed)
        return _json(200, _describe_toxic(changed))

    def _remove_toxic(self, name: str, toxic: str, _: bytes) -> Response:
        proxy = self._proxies.get(name)
        proxy.remove_toxic(_toxic(proxy, toxic).name)
        return Response(204)

    def _populate(self, body: bytes) -> Response:
        made: list[Proxy] = []
        failure: dict[str, Any] = {}
        try:
            made.extend(self.populate(body))
        except _REFUSALS as error:
            status, message = _explain(error)
            failure = {"error": message, "status": status}
        described = [self._describe(proxy) for proxy in made] or None
        return _json(failure.get("status", 201), {**failure, "proxies": described})

    def _reset(self, _: bytes) -> Response:
        self._proxies.reset()
        return Response(204)

    def _list_connections(self, _: bytes) -> Response:
        return _json(200, {proxy.name: _describe_connections(proxy) for proxy in self._proxies})

    def _show_metrics(self, _: bytes) -> Response:
        lines: list[str] = []
        for counter in ("received", "sent"):
            name = f"toxiproxy_proxy_{counter}_bytes_total"
            lines += [f"# HELP {name} Bytes {counter} by a proxy.", f"# TYPE {name} counter"]
            lines += [
                f"{name}{{{_labels(proxy, direction)}}} {getattr(traffic, counter)}"
                for proxy in self._proxies
                for direction, traffic in proxy.traffic.items()
            ]
        return Response(200, "\n".join([*lines, ""]).encode(), {"Content-Type": "text/plain; version=0.0.4"})

    def _describe(self, proxy: Proxy) -> dict[str, Any]:
        return {
            "name": proxy.name,
            "listen": proxy.listen,
            "upstream": proxy.upstream,
            "enabled": proxy.enabled,
            **({"Logger": {}} if self._strict else {}),
            "toxics": _describe_toxics(proxy),
        }


def _describe_toxics(proxy: Proxy) -> list[dict[str, Any]]:
    return [
        _describe_toxic(toxic)
        for direction in Direction
        for toxic in proxy.toxics.values()
        if toxic.direction is direction
    ]


def _describe_toxic(toxic: Toxic) -> dict[str, Any]:
    whole = float(toxic.toxicity).is_integer()
    return {
        "attributes": dataclasses.asdict(toxic.attributes),
        "name": toxic.name,
        "type": toxic.type,
        "stream": toxic.stream,
        "toxicity": int(toxic.toxicity) if whole else toxic.toxicity,
    }


def _describe_connections(proxy: Proxy) -> dict[str, Any]:
    traffic = {
        direction.value: {"received": counted.received, "sent": counted.sent}
        for direction, counted in proxy.traffic.items()
    }
    return {"accepted": proxy.accepted, "open": proxy.open, **traffic}


def _labels(proxy: Proxy, direction: Direction) -> str:
    labels = {
        "direction": direction.value,
        "listener": proxy.listen,
        "proxy": proxy.name,
        "upstream": proxy.upstream,
    }
    return ",".join(f"{name}={json.dumps(value)}" for name, value in labels.items())


def _toxic(proxy: Proxy, name: str) -> Toxic:
    if name not in proxy.toxics:
        raise RefusedError("toxic not found", 404)
    return proxy.toxics[name]


def _explain(error: Exception) -> tuple[int, str]:
    """Return the status and the text of a refusal."""
    if isinstance(error, RefusedError):
        return error.status, error.message
    if isinstance(error, BodyError):
        return 400, f"bad request body: {error}"
    return 500, str(error)


def _json(status: int, value: Any) -> Response:
    body = json.dumps(value, separators=(",", ":")).encode()
    return Response(status, body, {"Content-Type": "application/json"})


def _error(status: int, message: str) -> Response:
    """Return an error as Toxiproxy does: JSON that is said to be text."""
    answer = _json(status, {"error": message, "status": status})
    return Response(status, answer.body + b"\n", _PLAIN)


def _matches(part: str, segment: str) -> bool:
    return bool(segment) if part == _NAME else part == segment


def _percent_decoded(text: str) -> str:
    first, *rest = text.encode("latin-1", "replace").split(b"%")
    decoded = [first]
    for piece in rest:
        digits = piece[:2].decode("latin-1")
        is_escape = len(digits) == 2 and all(digit in "0123456789abcdefABCDEF" for digit in digits)
        decoded.append(bytes([int(digits, 16)]) + piece[2:] if is_escape else b"%" + piece)
    return b"".join(decoded).decode("utf-8", "replace")
