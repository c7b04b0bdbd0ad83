"""The real Toxiproxy in a container, through testcontainers.

Where containers can share the host's network (Linux) it does, so that its proxies reach services on loopback. Elsewhere
the API and a range of ports for proxies are published, on 127.0.0.1 alone; testcontainers' own ToxiproxyContainer
publishes on every address of the machine, which is why it is not used.
"""

from __future__ import annotations

import os
import re
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stormproof_chaos.engines._server import LocalServer
from stormproof_chaos.engines.client import Client
from stormproof_chaos.errors import Refused, Unavailable
from stormproof_chaos.processes import free_port, http_ready, reaper, wait_until


if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from stormproof_chaos.engines._server import Server


IMAGE = "ghcr.io/shopify/toxiproxy:2.12.0"
_API_PORT = 8474
_PROXY_PORTS = range(8666, 8698)
_START_SECONDS = 60.0
_LOOPBACK_HOST = re.compile(r"^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(?=:)")


def open_container(seed: int | None, *, shares_network: bool = sys.platform == "linux") -> Server:
    """Start it, with *seed* as Toxiproxy's own; *shares_network* says that it stands in the host's network."""
    port = free_port() if shares_network else _API_PORT
    host = "127.0.0.1" if shares_network else "0.0.0.0"  # noqa: S104 - inside the container, published on loopback
    command = [f"-host={host}", f"-port={port}", *([] if seed is None else [f"-seed={seed}"])]
    with ExitStack() as undo, _reported():
        container = _Container(command)
        undo.callback(container.close)
        published = container.start([] if shares_network else [_API_PORT, *_PROXY_PORTS])
        api = f"http://127.0.0.1:{published.get(port, port)}"
        wait_until(http_ready(f"{api}/version"), process=container, timeout=_START_SECONDS, what=f"{api}/version")
        undo.pop_all()
    if shares_network:
        return LocalServer(name="container", api=api, tail=container.tail, close=container.close)
    return PublishedServer(api=api, ports=published, tail=container.tail, close=container.close)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedServer:
    """A server in a network of its own, of which some ports are published on loopback."""

    api: str
    ports: Mapping[int, int]
    tail: Callable[[], list[str]]
    close: Callable[[], None]

    @property
    def name(self) -> str:
        """Say container."""
        return "container"

    @property
    def is_shared(self) -> bool:
        """Say no: it was started for one engine."""
        return False

    def listen(self) -> str:
        """Return a published port that no proxy has yet."""
        used = {int(state.listen.rpartition(":")[2]) for state in Client(self.api).proxies().values()}
        for port in _PROXY_PORTS:
            if port not in used:
                return f"0.0.0.0:{port}"
        raise Refused(f"the container at {self.api} has {len(_PROXY_PORTS)} ports for proxies, and all are in use")

    def dial(self, upstream: str) -> str:
        """Return *upstream*, with this machine's loopback as a container reaches it."""
        return _LOOPBACK_HOST.sub("host.docker.internal", upstream)

    def reach(self, listen: str) -> str:
        """Return the loopback port that the port of *listen* is published as."""
        return f"127.0.0.1:{self.ports[int(listen.rpartition(':')[2])]}"


class _Container:
    """A container that can be waited for like a process; the reaper knows its name before Docker does."""

    name = "the Toxiproxy container"

    def __init__(self, command: list[str]) -> None:
        from testcontainers.core.docker_client import DockerClient  # noqa: PLC0415 - an extra, and 0.2 s

        self.command = ["docker", "run", IMAGE, *command]
        self._arguments = command
        self._label = f"stormproof-toxiproxy-{os.getpid()}-{os.urandom(3).hex()}"
        self._docker: Any = DockerClient()
        self._container: Any = None
        self._watch = reaper.watch_container(self._label)

    def start(self, ports: list[int]) -> dict[int, int]:
        """Start it and return what *ports* were published as; without any it stands in the host's network."""
        network = {"extra_hosts": {"host.docker.internal": "host-gateway"}} if ports else {"network": "host"}
        # Not DockerContainer, which would first start a reaper of its own from one more image.
        self._container = self._docker.create(
            IMAGE,
            command=self._arguments,
            ports={f"{port}/tcp": ("127.0.0.1", None) for port in ports},
            name=self._label,
            **network,
        )
        self._container.start()
        self._container.reload()
        return {port: int(self._container.ports[f"{port}/tcp"][0]["HostPort"]) for port in ports}

    @property
    def returncode(self) -> int | None:
        """Its exit code; None while it runs."""
        self._container.reload()
        state = self._container.attrs["State"]
        return int(state["ExitCode"]) if state["Status"] in {"exited", "dead"} else None

    def tail(self, lines: int = 20) -> list[str]:
        """Return the last lines it wrote."""
        with _reported():
            logs: bytes = self._container.logs(tail=lines)
        return logs.decode("utf-8", "replace").splitlines()

    def close(self) -> None:
        """Remove it with its volumes; again is no error."""
        with _reported():
            if self._container is not None:
                self._container.remove(force=True, v=True)
                self._container = None
            self._docker.client.close()
        self._watch.release()


@contextmanager
def _reported() -> Generator[None]:
    """Report what Docker cannot do as an engine that cannot be had."""
    try:
        from docker.errors import DockerException  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise _unavailable("testcontainers is not installed") from error
    try:
        yield
    except (DockerException, OSError) as error:
        raise _unavailable(f"Docker says: {error}") from error


def _unavailable(reason: str) -> Unavailable:
    return Unavailable(
        f"the engine 'container' cannot be had: {reason}\n"
        f"  it needs        pip install 'stormproof[containers]', Docker running, and the image {IMAGE}\n"
        "  or without it   --stormproof-engine=embedded"
    )
