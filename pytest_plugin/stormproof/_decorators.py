"""How a project tells pytest about its providers: functions in ``conftest.py`` that become fixtures.

They are fixtures, so pytest itself finds the nearest one, gives them other fixtures by name, and tears them down.
"""

from __future__ import annotations

import asyncio
import inspect
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import pytest

from stormproof_contracts.errors import ContractsError


if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from stormproof_contracts.matching import Value

    Enter: TypeAlias = Callable[[Mapping[str, Value]], None]
    Scope: TypeAlias = Literal["session", "package", "module", "class", "function"]


#: The names given so far, for "did you mean" only; which function serves a name is pytest's to say.
KNOWN_STATES: set[str] = set()
KNOWN_PROVIDERS: set[str] = set()
KNOWN_TRIGGERS: set[str] = set()


class StateError(ContractsError):
    """A provider state cannot be entered as the contract gives it."""


def provider_fixture(name: str) -> str:
    """Return the name of the fixture that provides *name*."""
    return f"stormproof provider {name}"


def state_fixture(name: str) -> str:
    """Return the name of the fixture that enters the provider state *name*."""
    return f"stormproof state {name}"


def trigger_fixture(title: str) -> str:
    """Return the name of the fixture that triggers the interaction *title*."""
    return f"stormproof trigger {title}"


def provider(name: str, *, scope: Scope = "session") -> Callable[[Callable[..., Any]], Any]:
    """Name the provider *name* of contracts: the function returns (or yields) what to verify.

    That is an ASGI or WSGI application, a URL, or ``host:port`` for gRPC. Its parameters are fixtures.

    Args:
        name: as ``provider:`` of the contract says.
        scope: how long one value serves; the whole session unless given.
    """
    KNOWN_PROVIDERS.add(name)
    return pytest.fixture(name=provider_fixture(name), scope=scope)


def trigger(title: str) -> Callable[[Callable[..., Any]], Any]:
    """Name what makes a provider announce the interaction *title*, such as an event.

    The function returns the message (a payload, or a `Message`), or returns None after it made the provider publish
    on the real broker. Its parameters are fixtures.
    """
    KNOWN_TRIGGERS.add(title)

    def decorate(function: Callable[..., Any]) -> Any:
        def pull(request: pytest.FixtureRequest) -> Callable[[], object]:
            return lambda: _finished(function(**_arguments(function, {}, request, f"trigger {title!r}")))

        return pytest.fixture(name=trigger_fixture(title))(pull)

    return decorate


def state(name: str) -> Callable[[Callable[..., Any]], Any]:
    """Name the provider state *name*: the function makes it true.

    Its parameters are those that the contract gives to the state, and fixtures. It may be a generator, whose part
    after ``yield`` undoes the state, and it may be async.
    """
    KNOWN_STATES.add(name)

    def decorate(function: Callable[..., Any]) -> Any:
        def handler(request: pytest.FixtureRequest) -> Generator[Enter]:
            with ExitStack() as undo:

                def enter(parameters: Mapping[str, Value]) -> None:
                    arguments = _arguments(function, parameters, request, f"provider state {name!r}")
                    _enter(function, arguments, undo)

                yield enter

        return pytest.fixture(name=state_fixture(name))(handler)

    return decorate


def _arguments(
    function: Callable[..., Any], parameters: Mapping[str, Value], request: pytest.FixtureRequest, owner: str
) -> dict[str, object]:
    """Return what to call *function* with: the contract's parameters first, fixtures for the rest."""
    wanted = inspect.signature(function).parameters
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in wanted.values()):
        extra = dict(parameters)
    else:
        unknown = sorted(parameters.keys() - wanted.keys())
        if unknown:
            raise StateError(f"{owner} is given {', '.join(unknown)}, which {_place(function)} does not take")
        extra = {}
    named = [name for name, parameter in wanted.items() if parameter.kind is not parameter.VAR_KEYWORD]
    return {**extra, **{name: _argument(function, name, parameters, request, owner) for name in named}}


def _argument(
    function: Callable[..., Any], name: str, parameters: Mapping[str, Value], request: pytest.FixtureRequest, owner: str
) -> object:
    if name in parameters:
        return parameters[name]
    if name == "request":
        return request
    default = inspect.signature(function).parameters[name].default
    try:
        return request.getfixturevalue(name)
    except pytest.FixtureLookupError as error:
        if error.argname != name:
            raise
        if default is not inspect.Parameter.empty:
            return default
        text = f"{owner} takes {name!r} ({_place(function)}), which the contract does not give and no fixture is called"
        raise StateError(text) from None


def _enter(function: Callable[..., Any], arguments: Mapping[str, object], undo: ExitStack) -> None:
    if inspect.isasyncgenfunction(function):
        runner = undo.enter_context(asyncio.Runner())
        generator = function(**arguments)
        runner.run(anext(generator))
        undo.callback(runner.run, _end_async(generator))
    elif inspect.isgeneratorfunction(function):
        steps = function(**arguments)
        next(steps)
        undo.callback(next, steps, None)
    else:
        _finished(function(**arguments))


def _finished(result: object) -> object:
    """Return *result*, awaited when it is a coroutine."""
    if inspect.iscoroutine(result):
        return asyncio.run(result)
    return result


async def _end_async(generator: Any) -> None:
    await anext(generator, None)


def _place(function: Callable[..., Any]) -> str:
    code = function.__code__
    return f"{function.__name__}() at {code.co_filename}:{code.co_firstlineno}"
