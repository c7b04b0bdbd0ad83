"""The engine as a process: its command line, its start and its end."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stormproof_chaos.engine.addresses import Address, AddressError, Resolver
from stormproof_chaos.engine.api import Api
from stormproof_chaos.engine.decoding import BodyError
from stormproof_chaos.engine.http_server import HttpServer
from stormproof_chaos.engine.listener import ListenError
from stormproof_chaos.engine.loop import READ, Loop
from stormproof_chaos.engine.proxies import Proxies
from stormproof_chaos.engine.proxy import Engine, Settings
from stormproof_chaos.engine.wishes import RefusedError


if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import FrameType


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the command line says."""

    host: str = "127.0.0.1"
    port: int = 0
    config: str | None = None
    seed: int = 0
    strict: bool = False
    metrics: bool = False
    watch_stdin: bool = False


class StartError(Exception):
    """The engine cannot start; the text says why."""


def main(arguments: Sequence[str]) -> int:
    """Run the engine until it is told to end; return the exit status."""
    options = _parse(arguments)
    try:
        serve(options, ready=lambda address: print(json.dumps({"api": str(address)}), flush=True))  # noqa: T201 - the promise to the parent
    except StartError as error:
        sys.stderr.write(f"stormproof engine: {error}\n")
        return 2
    return 0


def serve(options: Options, *, ready: Callable[[Address], None]) -> None:
    """Run the engine on this thread, which must be the main one; call *ready* with the API's address.

    Raises:
        StartError: the address is taken, or the configuration cannot be read.
    """
    loop = Loop()
    resolver = Resolver(loop)
    engine = Engine(loop, resolver, Settings(seed=options.seed, strict=options.strict))
    proxies = Proxies(engine)
    api = Api(proxies, engine, metrics=options.metrics)
    with contextlib.ExitStack() as stack:
        server = _listen(options, loop, resolver, api)
        stack.callback(server.close)
        stack.callback(proxies.close)
        _configure(api, options)
        _obey_signals(loop)
        if options.watch_stdin:
            _Parent(loop)
        _raise_descriptor_limit()
        ready(server.address)
        loop.run()


def _parse(arguments: Sequence[str]) -> Options:
    parser = argparse.ArgumentParser(
        prog="stormproof_chaos.engine",
        description="A server of the Toxiproxy HTTP API.",
        epilog="example: python -m stormproof_chaos.engine --port 8474 --seed 4711",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address of the API (default: %(default)s)")
    add("--port", type=int, default=0, help="port of the API; 0 (the default) is any that is free")
    add("--config", metavar="FILE", help="proxies to make at the start: JSON, as for /populate")
    add("--seed", type=int, default=0, help="seed of all random decisions (default: %(default)s)")
    add("--strict", action="store_true", help="copy Toxiproxy's oddities too")
    add("--proxy-metrics", dest="metrics", action="store_true", help="serve /metrics")
    add("--watch-stdin", action="store_true", help="end when standard input does, as it does when the parent dies")
    return Options(**vars(parser.parse_args(arguments)))


def _listen(options: Options, loop: Loop, resolver: Resolver, api: Api) -> HttpServer:
    try:
        address = resolver.addresses(f"[{options.host}]:{options.port}")[0]
        return HttpServer(address, loop, api.handle)
    except (AddressError, ListenError) as error:
        raise StartError(str(error)) from None


def _configure(api: Api, options: Options) -> None:
    """Make the proxies of the configuration file; strict, like Toxiproxy, starts without those it cannot make."""
    if options.config is None:
        return
    try:
        with open(options.config, "rb") as file:  # noqa: PTH123 - pathlib costs 5 ms at every start
            for _ in api.populate(file.read()):
                pass
    except (OSError, AddressError, BodyError, RefusedError) as error:
        message = f"{options.config}: {error}"
        if not options.strict:
            raise StartError(message) from None
        sys.stderr.write(f"stormproof engine: {message}\n")


def _obey_signals(loop: Loop) -> None:
    loop.wake_on_signals()

    def stop(_number: int, _frame: FrameType | None) -> None:
        loop.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)


def _raise_descriptor_limit() -> None:
    """Take as many descriptors as the system gives, since each connection needs two."""
    try:
        import resource  # noqa: PLC0415 - not on every platform
    except ImportError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(OSError, ValueError):  # a hard limit that the system does not honour
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class _Parent:
    """Watches standard input: the system closes it when the parent dies, however it dies."""

    def __init__(self, loop: Loop) -> None:
        self._loop = loop
        try:
            loop.watch(0, READ, self)
        except OSError as error:
            raise StartError(f"--watch-stdin needs a pipe on standard input: {error.strerror}") from None

    def ready(self, mask: int) -> None:
        """End when there is nothing more to read."""
        del mask
        if not os.read(0, 4096):
            self._loop.stop()

    def fail(self) -> None:
        """End: whether the parent lives can no longer be told."""
        self._loop.stop()
