"""What a ``.proto`` declares: its services and methods, and the types of their messages."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stormproof_contracts.errors import Location, Problem
from stormproof_contracts.protocols.grpc._compile import ProtoError, compile_proto
from stormproof_contracts.protocols.grpc._extra import require
from stormproof_contracts.protocols.grpc._types import MessageType, TypeTable


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from stormproof_contracts.protocols.grpc._compile import Compiled


@dataclass(frozen=True, slots=True)
class Method:
    """One method of a service, by its full name ``package.Service/Method``."""

    name: str
    request: MessageType
    response: MessageType
    streams: bool


@dataclass(frozen=True, slots=True)
class Schema:
    """The methods that a ``.proto`` and its imports declare.

    Attributes:
        methods: by full name, ``package.Service/Method``.
        services: the full names of the services.
        roots: the folders that imports were really found in, the file's own first.
        contents: every file of the project that it was compiled from, as it was then.
    """

    methods: Mapping[str, Method]
    services: tuple[str, ...]
    roots: tuple[Path, ...]
    contents: Mapping[Path, bytes]

    def is_current(self) -> bool:
        """Tell whether the files are still what they were."""
        return all(_content(path) == content for path, content in self.contents.items())


_schemas: dict[tuple[Path, Path], Schema] = {}
_lock = threading.Lock()


def load_schema(path: Path, home: Path) -> Schema:
    """Return the schema of the file at *path*, compiled once as long as its files stay the same.

    Every schema has a descriptor pool of its own, so two versions of one package live side by side.

    Raises:
        ProtoError: the file cannot be compiled.
        MissingExtra: grpcio-tools is not installed.
    """
    with _lock:
        schema = _schemas.get((path, home))
        if schema is None or not schema.is_current():
            schema = _schemas[path, home] = _schema(compile_proto(path, home), path, home)
        return schema


def _schema(compiled: Compiled, path: Path, home: Path) -> Schema:
    files = require("google.protobuf.descriptor_pb2").FileDescriptorSet.FromString(compiled.descriptors).file
    pool = require("google.protobuf.descriptor_pool").DescriptorPool()
    for file in files:
        pool.Add(file)
    descriptors = [pool.FindFileByName(file.name) for file in files]
    types = TypeTable()
    services = [service for file in descriptors for service in file.services_by_name.values()]
    methods = [_method(service, method, types) for service in services for method in service.methods]
    found = _found([file.name for file in files], compiled.roots, path, home)
    return Schema(
        methods={method.name: method for method in methods},
        services=tuple(service.full_name for service in services),
        roots=tuple(root for root in compiled.roots if root == path.parent or root in found.values()),
        contents={file: _content(file) for file in found},
    )


def _method(service: Any, method: Any, types: TypeTable) -> Method:
    return Method(
        f"{service.full_name}/{method.name}",
        types.of(method.input_type),
        types.of(method.output_type),
        bool(method.client_streaming or method.server_streaming),
    )


def _found(names: Iterable[str], roots: Iterable[Path], path: Path, home: Path) -> dict[Path, Path]:
    """Return the files of the project among *names*, each with the root that protoc found it in."""
    found: dict[Path, Path] = {}
    for name in names:
        root = next((root for root in roots if (root / name).is_file()), None)
        if root is None:
            continue  # of a library
        file = (root / name).resolve()
        if not file.is_relative_to(home):
            text = f"imports {name!r}, which leads outside of the project; keep it below {home.name}/"
            raise ProtoError([Problem(Location(path), text)])
        found[file] = root
    return found


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""  # it is gone: differs from what was compiled, and protoc says the rest
