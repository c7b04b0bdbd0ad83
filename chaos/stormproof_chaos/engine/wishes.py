"""What clients ask for: proxies and toxics, read from JSON and checked before anything is changed."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stormproof_chaos.engine.decoding import BodyError, Fields, mismatch
from stormproof_chaos.engine.toxic import Direction, Toxic
from stormproof_chaos.engine.toxics import TOXICS


if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from stormproof_chaos.engine.decoding import Json
    from stormproof_chaos.engine.toxics.machine import NoAttributes

_POPULATE_TYPE = r'[]struct { toxiproxy.Proxy; Enabled *bool "json:\"enabled\"" }'


class RefusedError(Exception):
    """A request that is understood and refused: Toxiproxy's text and the HTTP status."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.message = message
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyWish:
    """A proxy as a client describes it; None is what it leaves open."""

    name: str
    listen: str
    upstream: str
    enabled: bool | None = None
    toxics: tuple[Toxic, ...] | None = None


class Reader:
    """Reads wishes; *strict* accepts and refuses exactly what Toxiproxy does."""

    def __init__(self, *, strict: bool) -> None:
        self._strict = strict

    def new_proxy(self, value: Json) -> ProxyWish:
        """Read the body of a creation."""
        return self._check_proxy(self._proxy(value), "")

    def proxies(self, value: Json) -> list[ProxyWish]:
        """Read the body of /populate; all of it is checked first."""
        wishes = [self._proxy(entry) for entry in _list(value, f"value of type {_POPULATE_TYPE}")]
        return [self._check_proxy(wish, f" at proxy {number}") for number, wish in enumerate(wishes, 1)]

    def changed_proxy(self, value: Json, now: ProxyWish) -> ProxyWish:
        """Read the body of an update of *now*; the name cannot change."""
        fields = Fields(value, "Proxy", place="value of type toxiproxy.Proxy")
        return ProxyWish(
            name=now.name,
            listen=fields.text("listen", now.listen),
            upstream=fields.text("upstream", now.upstream),
            enabled=now.enabled if fields.flag("enabled") is None else fields.flag("enabled"),
        )

    def new_toxic(self, value: Json, taken: Container[str]) -> Toxic:
        """Read the body of a toxic's creation; *taken* are the names in use."""
        fields = Fields(value, "ToxicWrapper", place="value of type toxics.ToxicWrapper")
        kind, stream = fields.text("type", ""), fields.text("stream", "downstream")
        name = fields.text("name", "") or f"{kind}_{stream}"
        toxicity = self._toxicity(fields, 1.0)
        given = self._attribute_fields(fields, "noop")
        if stream.lower() not in {direction.value for direction in Direction}:
            raise RefusedError("stream was invalid, can be either upstream or downstream", 400)
        if kind not in TOXICS:
            raise RefusedError("invalid toxic type", 400)
        if name in taken:
            raise RefusedError("toxic already exists", 409)
        given = self._attribute_fields(fields, kind)
        attributes = self._attributes(given, TOXICS[kind].Attributes(), kind)
        return Toxic(name=name, type=kind, stream=stream, toxicity=toxicity, attributes=attributes)

    def changed_toxic(self, value: Json, now: Toxic) -> Toxic:
        """Read the body of an update of *now*: toxicity, and attributes one by one."""
        fields = Fields(value, "ToxicWrapper", place="value of type toxics.ToxicWrapper")
        return dataclasses.replace(
            now,
            toxicity=self._toxicity(fields, now.toxicity),
            attributes=self._attributes(self._attribute_fields(fields, now.type), now.attributes, now.type),
        )

    def _proxy(self, value: Json) -> ProxyWish:
        fields = Fields(value, "Proxy", place="value of type toxiproxy.Proxy")
        return ProxyWish(
            name=fields.text("name", ""),
            # Toxiproxy listens on every interface when told nothing; loopback is the safer silence.
            listen=fields.text("listen", "") or (":0" if self._strict else "127.0.0.1:0"),
            upstream=fields.text("upstream", ""),
            enabled=fields.flag("enabled"),
            toxics=None if self._strict else self._toxics(fields.raw("toxics")),
        )

    def _toxics(self, value: Json) -> tuple[Toxic, ...] | None:
        if value is None:
            return None
        toxics: dict[str, Toxic] = {}
        for entry in _list(value, "struct field Proxy.toxics of type []toxics.ToxicWrapper"):
            toxic = self.new_toxic(entry, toxics)
            toxics[toxic.name] = toxic
        return tuple(toxics.values())

    def _check_proxy(self, wish: ProxyWish, where: str) -> ProxyWish:
        for name in ("name", "upstream"):
            if not getattr(wish, name):
                raise RefusedError(f"missing required field: {name}{where}", 400)
        return wish

    def _attribute_fields(self, fields: Fields, kind: str) -> Fields:
        return Fields(
            fields.raw("attributes"),
            f"{_go_name(kind)}.attributes",
            place=f"struct field ToxicWrapper.attributes of type toxics.{_go_name(kind)}",
        )

    def _toxicity(self, fields: Fields, default: float) -> float:
        toxicity = fields.number("toxicity", default)
        if not self._strict and not 0 <= toxicity <= 1:
            raise BodyError(f"toxicity must be between 0 and 1, got {toxicity}")
        return toxicity

    def _attributes(self, given: Fields, now: NoAttributes, kind: str) -> NoAttributes:
        known = {field.name: field for field in dataclasses.fields(now)}
        values = {name: given.integer(name, getattr(now, name), whole_floats=not self._strict) for name in known}
        attributes = dataclasses.replace(now, **values)
        if not self._strict:
            _check_attributes(attributes, given.names, kind)
        return attributes


def _list(value: Json, place: str) -> list[Json]:
    if value is not None and not isinstance(value, list):
        raise mismatch(value, place)
    return value or []


def _check_attributes(attributes: NoAttributes, given: Iterable[str], kind: str) -> None:
    """Refuse unknown attributes, and values that make no sense or would have killed Toxiproxy."""
    known = {field.name: field for field in dataclasses.fields(attributes)}
    for name in given:
        if name not in known:
            raise BodyError(f"{kind} has no attribute {name!r}{_suggestion(name, known)}")
    for name, field in known.items():
        value, minimum = getattr(attributes, name), field.metadata["minimum"]
        if value < minimum:
            raise BodyError(f"{kind}: {name} must be at least {minimum}, got {value}")
    if problem := attributes.problem():
        raise BodyError(f"{kind}: {problem}")


def _suggestion(name: str, known: Iterable[str]) -> str:
    import difflib  # noqa: PLC0415 - for the rare mistake; every start would pay for it

    near = difflib.get_close_matches(name, list(known), n=1)
    return f", did you mean {near[0]!r}?" if near else f"; it has: {', '.join(known) or 'none'}"


def _go_name(kind: str) -> str:
    return "".join(word.capitalize() for word in kind.split("_")) + "Toxic"
