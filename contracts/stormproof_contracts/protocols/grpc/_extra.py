"""Imports the libraries of ``stormproof[grpc]``: when they are needed, and without what their import does beside."""

from __future__ import annotations

import importlib
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from stormproof_contracts.errors import MissingExtra


if TYPE_CHECKING:
    from collections.abc import Generator


# Read by the libraries when they are first used, so they stand only for that long and no child process inherits them.
# gRPC logs every fork and every closed connection to file descriptor 2, and grpc_tools.protoc hooks itself into the
# import system, to compile any missing ``*_pb2`` module of the process.
_QUIET = {"GRPC_VERBOSITY": "NONE", "GRPC_PYTHON_DISABLE_DYNAMIC_STUBS": "true"}


def require(module: str) -> Any:
    """Import *module* of grpcio, grpcio-tools or protobuf; none of them publishes types.

    Raises:
        MissingExtra: it is not installed.
    """
    with quiet():
        try:
            return importlib.import_module(module)
        except ModuleNotFoundError as error:
            raise MissingExtra("grpc", "a grpc interaction") from error


@contextmanager
def quiet() -> Generator[None]:
    """Let the libraries find `_QUIET` in the environment, unless the user has set it otherwise."""
    added = {name: value for name, value in _QUIET.items() if name not in os.environ}
    os.environ.update(added)
    try:
        yield
    finally:
        for name in added:
            os.environ.pop(name, None)
