"""The lines of a journal: one record each, with ``at`` in seconds since the journal began."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, ClassVar, Final, TypeAlias, cast

from stormproof_contracts.errors import did_you_mean


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalOpened:
    """The first line: *started* is the time of day (ISO 8601, UTC) of second 0, *engine* who carries faults out."""

    event: ClassVar[str] = "journal"
    at: float = 0.0
    version: int = VERSION
    started: str
    stormproof: str
    engine: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractChecked:
    """One interaction of a contract on one *side* (provider or consumer): verified, failed, not exercised, skipped."""

    event: ClassVar[str] = "contract"
    at: float
    contract: str
    file: str
    consumer: str
    provider: str
    interaction: str
    kind: str
    side: str
    outcome: str
    seconds: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioStarted:
    """A scenario begins its load."""

    event: ClassVar[str] = "scenario"
    at: float
    scenario: str
    file: str
    load: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepStarted:
    """A step begins, counted from 1, to last *seconds*."""

    event: ClassVar[str] = "step"
    at: float
    scenario: str
    step: int
    seconds: float
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultChanged:
    """A fault was ``added`` to, or ``removed`` from, a link."""

    event: ClassVar[str] = "fault"
    at: float
    scenario: str
    action: str
    fault: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallMade:
    """One call of the load; *at* is when it was due, and *seconds* count from there."""

    event: ClassVar[str] = "call"
    at: float
    scenario: str
    step: int
    call: str
    seconds: float
    outcome: str
    status: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictReached:
    """An expectation was judged; step 0 is the steady state."""

    event: ClassVar[str] = "verdict"
    at: float
    scenario: str
    step: int
    expectation: str
    outcome: str
    measured: str
    evidence: tuple[str, ...]
    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioFinished:
    """A scenario has its outcome; one without this line was interrupted."""

    event: ClassVar[str] = "finished"
    at: float
    scenario: str
    outcome: str


Record: TypeAlias = (
    JournalOpened
    | ContractChecked
    | ScenarioStarted
    | StepStarted
    | FaultChanged
    | CallMade
    | VerdictReached
    | ScenarioFinished
)
RECORDS: Final[Mapping[str, type[Record]]] = {
    record.event: record
    for record in (
        JournalOpened,
        ContractChecked,
        ScenarioStarted,
        StepStarted,
        FaultChanged,
        CallMade,
        VerdictReached,
        ScenarioFinished,
    )
}


def to_json(record: Record) -> dict[str, object]:
    """Return *record* as a JSON object: its event, and its fields in their order; times to the microsecond."""
    values = {field.name: getattr(record, field.name) for field in fields(record)}
    return {
        "event": record.event,
        **{name: round(value, 6) if isinstance(value, float) else value for name, value in values.items()},
    }


def from_json(value: object) -> Record:
    """Return the record that a JSON object holds; keys that a later version added are passed over.

    Raises:
        ValueError: the value is no record of a journal; says why.
    """
    if not isinstance(value, dict):
        raise ValueError("the line is no JSON object")
    values = cast("dict[str, object]", value)
    event = values.get("event")
    if not isinstance(event, str):
        raise ValueError("the line has no 'event'")
    if event not in RECORDS:
        raise ValueError(f"unknown event {event!r}.{did_you_mean(event, RECORDS)}")
    make = cast("Callable[..., Record]", RECORDS[event])
    return make(**{field.name: _read(values, event, field.name, str(field.type)) for field in fields(RECORDS[event])})


def _read(values: Mapping[str, object], event: str, name: str, kind: str) -> object:
    if name not in values:
        raise ValueError(f"{event!r} has no {name!r}")
    if (read := _READERS[kind](values[name])) is _WRONG:
        raise ValueError(f"{name!r} of {event!r} is {values[name]!r}, which is no {kind}")
    return read


_WRONG: Final = object()


def _read_float(value: object) -> object:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return _WRONG
    return float(value) if math.isfinite(value) else _WRONG


def _read_int(value: object) -> object:
    return value if isinstance(value, int) and not isinstance(value, bool) else _WRONG


def _read_optional_int(value: object) -> object:
    return value if value is None else _read_int(value)


def _read_text(value: object) -> object:
    return value if isinstance(value, str) else _WRONG


def _read_texts(value: object) -> object:
    items = cast("list[object]", value) if isinstance(value, list) else None
    return tuple(items) if items is not None and all(isinstance(item, str) for item in items) else _WRONG


#: By the annotation of a field.
_READERS: Final[Mapping[str, Callable[[object], object]]] = {
    "float": _read_float,
    "int": _read_int,
    "int | None": _read_optional_int,
    "str": _read_text,
    "tuple[str, ...]": _read_texts,
}
