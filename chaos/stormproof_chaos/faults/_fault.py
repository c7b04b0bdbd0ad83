"""A fault as a value, and the registry of the kinds of it."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, get_type_hints

from stormproof_chaos.faults._quantities import Quantity


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from stormproof_chaos.engines import Toxic


_Parameters = ParamSpec("_Parameters")


@dataclass(frozen=True, slots=True)
class Effect:
    """What a fault does to a proxy: it adds toxics, or disables the proxy altogether."""

    toxics: tuple[Toxic, ...] = ()
    disables: bool = False


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number of a fault.

    Attributes:
        name: Its name in Python and in files.
        word: What stands before it in the text of a fault, such as ``after``; empty for the main number.
        quantity: What it counts.
        default: What it is when it is not given; None where it must be.
    """

    name: str
    word: str
    quantity: Quantity
    default: float | None

    @property
    def usage(self) -> str:
        """How it looks in the text of a fault, in brackets if it may be left out."""
        text = f"{self.word} {self.quantity.example}".strip()
        return f" {text}" if self.default is None else f" [{text}]"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of fault: what it is called, its parameters in order, and what it does with them."""

    name: str
    summary: str
    parameters: tuple[Parameter, ...]
    effect: Callable[..., Effect]

    @property
    def words(self) -> str:
        """The name as people write it: ``slow close``."""
        return self.name.replace("_", " ")

    @property
    def usage(self) -> str:
        """How its text looks, with what may be left out in brackets: ``latency 2s [± 100ms]``."""
        return self.words + "".join(parameter.usage for parameter in self.parameters)


_kinds: dict[str, Kind] = {}
FAULTS: Mapping[str, Kind] = _kinds


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that can happen to a link; made by the functions named like it, `build` or `parse_fault`.

    Attributes:
        name: Its kind, a key of `FAULTS`.
        parameters: All its numbers in order, in seconds, bytes, bytes a second or shares of one.
    """

    name: str
    parameters: tuple[tuple[str, float], ...] = ()

    @property
    def toxics(self) -> tuple[Toxic, ...]:
        """The toxics it adds to a proxy."""
        return self._effect().toxics

    @property
    def disables(self) -> bool:
        """Whether it disables the proxy instead."""
        return self._effect().disables

    def _effect(self) -> Effect:
        return _kinds[self.name].effect(**dict(self.parameters))

    def __str__(self) -> str:
        kind, given = _kinds[self.name], dict(self.parameters)
        parts = (
            f" {parameter.word}".rstrip() + f" {parameter.quantity.text(given[parameter.name])}"
            for parameter in kind.parameters
            if given[parameter.name] != parameter.default
        )
        return kind.words + "".join(parts)

    def __repr__(self) -> str:
        return f"{self.name}({', '.join(f'{name}={value:g}' for name, value in self.parameters)})"


def fault(effect: Callable[_Parameters, Effect]) -> Callable[_Parameters, Fault]:
    """Make *effect* a kind of fault: its signature is the schema, and calling it gives the value.

    Each parameter is annotated with its quantity, and with its word where that is not its name.
    """
    signature = inspect.signature(effect)
    kind = Kind(
        effect.__name__, (effect.__doc__ or "").partition("\n")[0], tuple(_parameters(effect, signature)), effect
    )
    _kinds[kind.name] = kind

    @wraps(effect)
    def make(*arguments: _Parameters.args, **named: _Parameters.kwargs) -> Fault:
        bound = signature.bind(*arguments, **named)
        bound.apply_defaults()
        return checked(kind, bound.arguments)

    return make


def _parameters(effect: Callable[..., Effect], signature: inspect.Signature) -> list[Parameter]:
    hints = get_type_hints(effect, include_extras=True)
    return [_parameter(name, hints[name].__metadata__, given.default) for name, given in signature.parameters.items()]


def _parameter(name: str, metadata: tuple[Any, ...], default: Any) -> Parameter:
    (quantity,) = (extra for extra in metadata if isinstance(extra, Quantity))
    required = default is inspect.Parameter.empty
    words = [extra for extra in metadata if isinstance(extra, str)]
    return Parameter(name, (words or ["" if required else name])[0], quantity, None if required else default)


def checked(kind: Kind, given: Mapping[str, object]) -> Fault:
    """Return the fault of *kind* with all its parameters *given*.

    Raises:
        InvalidFault: a value cannot be meant.
    """
    values = tuple(
        (
            parameter.name,
            parameter.quantity.accept(given[parameter.name], f"the {parameter.name.replace('_', ' ')} of {kind.words}"),
        )
        for parameter in kind.parameters
    )
    kind.effect(**dict(values))  # which numbers go together, only it knows
    return Fault(kind.name, values)
