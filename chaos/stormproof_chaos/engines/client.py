"""The typed client of one engine's HTTP API."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote, urlsplit

from stormproof_chaos import errors
from stormproof_chaos.engines._toxic import Toxic, whole_numbers


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from stormproof_chaos.engines._wire import Answer, Wire


LOOPBACK = "127.0.0.1:0"
_Method = Literal["get", "post", "patch", "delete"]


@dataclass(frozen=True, slots=True)
class ProxyState:
    """A proxy as the engine tells of it."""

    name: str
    listen: str
    upstream: str
    enabled: bool
    toxics: tuple[Toxic, ...] = ()

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ProxyState:
        """Read one from an answer of the API."""
        toxics = tuple(Toxic.from_json(toxic) for toxic in data.get("toxics") or ())
        return cls(data["name"], data["listen"], data["upstream"], data["enabled"], toxics)


class Client:
    """Every request of the Toxiproxy API, for one engine. May be used from several threads at once.

    Each method raises a subclass of `EngineError`: `EngineUnreachable` when nothing comes back, `UnknownProxy`,
    `UnknownToxic`, `NameTaken`, or `Refused` with the engine's own reason.

    Attributes:
        api: The URL of the engine, ``http://host:port``.
    """

    def __init__(self, api: str, *, last_words: Callable[[], Iterable[str]] = tuple) -> None:
        """Make the client of the engine at *api*; *last_words* returns what to quote when it does not answer."""
        self.api = api
        self._last_words = last_words

    def version(self) -> str:
        """Return the engine's version."""
        return str(self._json(self._call("ask for the version", "get", "/version"))["version"])

    def proxies(self) -> dict[str, ProxyState]:
        """Return all proxies by name."""
        found = self._json(self._call("list the proxies", "get", "/proxies"))
        return {name: self._proxy_state(data) for name, data in found.items()}

    def proxy(self, name: str) -> ProxyState:
        """Return one proxy."""
        return self._proxy_state(self._json(self._call(f"show proxy {name!r}", "get", proxy_path(name))))

    def create(self, name: str, upstream: str, *, listen: str = LOOPBACK, enabled: bool = True) -> ProxyState:
        """Make a proxy that passes on what reaches *listen* to *upstream*, both ``host:port``."""
        proxy_path(name)  # what could not be removed again must not be made
        body = {"name": name, "upstream": upstream, "listen": listen, "enabled": enabled}
        return self._proxy_state(self._json(self._call(f"make proxy {name!r}", "post", "/proxies", body)))

    def update(
        self, name: str, *, enabled: bool | None = None, upstream: str | None = None, listen: str | None = None
    ) -> ProxyState:
        """Change what is given of a proxy; toxics stay, live connections end if anything differs."""
        given = {"enabled": enabled, "upstream": upstream, "listen": listen}
        body = {key: value for key, value in given.items() if value is not None}
        return self._proxy_state(self._json(self._call(f"change proxy {name!r}", "patch", proxy_path(name), body)))

    def delete(self, name: str) -> None:
        """Remove a proxy and end its connections."""
        self._call(f"remove proxy {name!r}", "delete", proxy_path(name))

    def populate(self, proxies: Iterable[ProxyState]) -> tuple[ProxyState, ...]:
        """Make *proxies* in one request; one that exists with the same addresses is kept, its toxics too."""
        body = [
            {"name": proxy.name, "listen": proxy.listen, "upstream": proxy.upstream, "enabled": proxy.enabled}
            for proxy in proxies
        ]
        answer = self._json(self._call("make several proxies", "post", "/populate", body))
        return tuple(self._proxy_state(data) for data in answer["proxies"] or ())

    def reset(self) -> None:
        """Enable every proxy and remove every toxic, whoever made them."""
        self._call("reset all proxies", "post", "/reset")

    def toxics(self, proxy: str) -> tuple[Toxic, ...]:
        """Return the toxics of a proxy: upstream first, then downstream, each in order of creation."""
        found = self._json(self._call(f"list the toxics of proxy {proxy!r}", "get", f"{proxy_path(proxy)}/toxics"))
        return tuple(Toxic.from_json(data) for data in found)

    def add_toxic(self, proxy: str, toxic: Toxic) -> Toxic:
        """Add *toxic* to a proxy, live connections included; without a name it is called ``type_stream``."""
        body = toxic.as_json()
        _toxic_path(proxy, str(body["name"]))  # as with proxies
        doing = f"add toxic {toxic} to proxy {proxy!r}"
        answer = self._call(doing, "post", f"{proxy_path(proxy)}/toxics", body)
        return Toxic.from_json(self._json(answer))

    def update_toxic(
        self, proxy: str, name: str, *, toxicity: float | None = None, attributes: Mapping[str, float] | None = None
    ) -> Toxic:
        """Change the toxicity or some attributes of a toxic; what is not given stays."""
        body = {} if toxicity is None else {"toxicity": toxicity}
        doing = f"change toxic {name!r} of proxy {proxy!r}"
        answer = self._call(doing, "patch", _toxic_path(proxy, name), body | _attributes(attributes))
        return Toxic.from_json(self._json(answer))

    def remove_toxic(self, proxy: str, name: str) -> None:
        """Remove a toxic, from live connections too."""
        self._call(f"remove toxic {name!r} of proxy {proxy!r}", "delete", _toxic_path(proxy, name))

    def _proxy_state(self, data: Any) -> ProxyState:
        try:
            return ProxyState.from_json(data)
        except (AttributeError, KeyError, TypeError) as error:
            raise errors.EngineError(f"{self.api} answers, but not as Toxiproxy does: {data!r:.200}") from error

    def _json(self, answer: Answer) -> Any:
        try:
            return json.loads(answer.body)
        except ValueError as error:
            raise errors.EngineError(f"{self.api} answers, but not as Toxiproxy does: {answer.body!r:.200}") from error

    def _call(self, doing: str, method: _Method, path: str, body: object = None) -> Answer:
        try:
            answer = self._wire.send(method, path, body)
        except errors.EngineUnreachable as error:
            words = "".join(f"\n    {line}" for line in self._last_words())
            raise errors.EngineUnreachable(
                f"cannot {doing}: the engine at {self.api} does not answer: {error}"
                + (f"\n  its last lines{words}" if words else "")
            ) from error
        if answer.status >= 400:
            raise _refusal(answer, f"cannot {doing}: the engine at {self.api} says")
        return answer

    @cached_property
    def _wire(self) -> Wire:
        from stormproof_chaos.engines._wire import Wire  # noqa: PLC0415 - imports requests, see there

        parts = urlsplit(self.api)
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
        return Wire(host, parts.port or 80)


def proxy_path(name: str) -> str:
    """Return the path of the proxy *name*.

    Raises:
        Refused: no request could ever reach a proxy of that name.
    """
    return f"/proxies/{_segment(name)}"


def _toxic_path(proxy: str, name: str) -> str:
    return f"{proxy_path(proxy)}/toxics/{_segment(name)}"


def _segment(name: str) -> str:
    if not name or "/" in name or name in {".", ".."}:
        raise errors.Refused(f"{name!r} cannot be a name here: it must not be empty, '.', '..' or contain '/'")
    return quote(name, safe="")


def _attributes(attributes: Mapping[str, float] | None) -> dict[str, Any]:
    return {} if attributes is None else {"attributes": whole_numbers(attributes)}


def _refusal(answer: Answer, prefix: str) -> errors.EngineError:
    reason = _reason(answer)
    kinds: dict[str, type[errors.EngineError]] = {
        "proxy not found": errors.UnknownProxy,
        "toxic not found": errors.UnknownToxic,
        "proxy already exists": errors.NameTaken,
        "toxic already exists": errors.NameTaken,
    }
    return kinds.get(reason, errors.Refused)(f"{prefix}: {reason}", status=answer.status)


def _reason(answer: Answer) -> str:
    """Return the engine's own words: JSON under ``error``, whatever the content type says, or plain text."""
    try:
        return str(json.loads(answer.body)["error"])
    except (ValueError, KeyError, TypeError):
        return answer.body.decode("utf-8", "replace").strip()[:200] or f"status {answer.status}"
