"""Faults from text and from files: ``latency 2s ± 100ms``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stormproof_chaos.errors import InvalidFault
from stormproof_chaos.faults._fault import FAULTS, Fault, Kind, Parameter, checked
from stormproof_contracts.errors import did_you_mean


if TYPE_CHECKING:
    from collections.abc import Mapping


_PLUS_MINUS = "±"


def build(name: str, parameters: Mapping[str, object]) -> Fault:
    """Return the fault *name* with *parameters*: text with a unit, or numbers of seconds, bytes and shares of one.

    Raises:
        InvalidFault: there is no such fault or parameter, one is missing, or a value cannot be meant.
    """
    kind = _kind(name)
    known = {parameter.name: parameter for parameter in kind.parameters}
    for given in parameters:
        if given not in known:
            raise InvalidFault(f"{kind.words} has no {given!r}.{did_you_mean(given, known)} {_example(kind)}")
    for parameter in kind.parameters:
        if parameter.default is None and parameter.name not in parameters:
            raise InvalidFault(f"{kind.words} needs its {parameter.name}. {_example(kind)}")
    return checked(kind, {parameter.name: parameter.default for parameter in kind.parameters} | dict(parameters))


def parse_fault(text: str) -> Fault:
    """Read a fault as `str` writes it, such as ``latency 2s ± 100ms``, ``drop 50%`` or ``slow close 1s``.

    Raises:
        InvalidFault: as `build` does.
    """
    words = " ".join(text.split())
    for name, kind in FAULTS.items():
        match = re.match(rf"{name.replace('_', '[ _-]')}(?=\s|$)", words)
        if match:
            return build(name, _values(kind, words[match.end() :]))
    return build(re.split(r"\s+(?=[\d±])", words)[0], {})


def _kind(name: str) -> Kind:
    found = FAULTS.get(re.sub(r"[ -]", "_", name))
    if found is None:
        raise InvalidFault(f"there is no fault {name!r}.{did_you_mean(name, (kind.words for kind in FAULTS.values()))}")
    return found


def _values(kind: Kind, text: str) -> dict[str, str]:
    """Cut the text after a name into values: the main one first, then a word and a value for each other."""
    words = {parameter.word or parameter.name: parameter for parameter in kind.parameters}
    words |= {parameter.name: parameter for parameter in kind.parameters}
    first, *rest = re.split(_separator(words), re.sub(r"\+/?-", _PLUS_MINUS, text))
    values = _main(kind, first.strip())
    for word, value in zip(rest[::2], rest[1::2], strict=True):
        name = words[word.strip()].name
        if name in values:
            raise InvalidFault(f"{kind.words} has two values for its {name}: {values[name]!r} and {value.strip()!r}")
        values[name] = value.strip()
    return values


def _separator(words: Mapping[str, Parameter]) -> str:
    named = "|".join(word for word in words if word != _PLUS_MINUS)
    spaced = rf"\s(?:{named})(?=\s)"
    return rf"(\s*{_PLUS_MINUS}|{spaced})" if _PLUS_MINUS in words else f"({spaced})"


def _main(kind: Kind, text: str) -> dict[str, str]:
    if not text:
        return {}
    for parameter in kind.parameters:
        if not parameter.word:
            return {parameter.name: text}
    raise InvalidFault(f"{kind.words} says nothing about {text!r}. {_example(kind)}")


def _example(kind: Kind) -> str:
    return f"It is written: {kind.usage}"
