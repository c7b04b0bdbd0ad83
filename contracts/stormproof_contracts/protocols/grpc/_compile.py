"""Compiles ``.proto`` files in this process, by the protoc that grpcio-tools brings."""

from __future__ import annotations

import os
import re
import sys
import tempfile
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from stormproof_contracts.errors import Location, Problem
from stormproof_contracts.protocols.grpc._extra import require


if TYPE_CHECKING:
    from collections.abc import Generator, Sequence


_DIAGNOSTIC = re.compile(r"(?P<path>.+?)(?::(?P<line>\d+):(?P<column>\d+))?: (?P<text>.+)")
_IMPORT = re.compile(r'Import "(?P<name>[^"]+)" was not found')
_GOOGLEAPIS = ("google/api/", "google/logging/", "google/longrunning/", "google/rpc/", "google/type/")
_STDERR = 2
_stderr_lock = threading.Lock()


class ProtoError(ValueError):
    """A ``.proto`` cannot be compiled; ``problems`` are located in it or in what it imports."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass(frozen=True, slots=True)
class Compiled:
    """A ``.proto`` and all it imports.

    Attributes:
        descriptors: a serialized google.protobuf.FileDescriptorSet, imports before what imports them.
        roots: the folders of the project that imports start from.
    """

    descriptors: bytes
    roots: tuple[Path, ...]


def compile_proto(path: Path, home: Path) -> Compiled:
    """Compile the file at *path*; imports start from its folder or one above it, up to *home*.

    Raises:
        ProtoError: with every error that protoc found.
        MissingExtra: grpcio-tools is not installed.
    """
    protoc = require("grpc_tools.protoc")
    roots = tuple(folder for folder in path.parents if folder.is_relative_to(home))
    with tempfile.TemporaryDirectory(prefix="stormproof-") as folder:
        output = Path(folder, "descriptors")
        includes = [f"-I{root}" for root in (*roots, *_library_roots())]
        arguments = ["protoc", *includes, "--include_imports", f"--descriptor_set_out={output}", str(path)]
        with _captured_stderr(Path(folder, "errors")) as errors:
            status: int = protoc.main(arguments)
        if status != 0:
            raise ProtoError(_problems(errors.read_text("utf-8", "replace"), path, roots))
        return Compiled(output.read_bytes(), roots)


def _library_roots() -> list[Path]:
    """Return where the well-known types are, and google.rpc and its like when googleapis-common-protos is installed."""
    tools = Path(require("grpc_tools").__file__).parent / "_proto"
    spec = find_spec("google.rpc")
    found = spec.submodule_search_locations if spec else None
    return [tools, *(Path(location).parents[1] for location in found or ())]


@contextmanager
def _captured_stderr(path: Path) -> Generator[Path]:
    """Send file descriptor 2 to the file at *path*: protoc prints its errors there and nowhere else."""
    with _stderr_lock, path.open("wb") as file:
        sys.stderr.flush()
        saved = os.dup(_STDERR)
        os.dup2(file.fileno(), _STDERR)
        try:
            yield path
        finally:
            os.dup2(saved, _STDERR)
            os.close(saved)


def _problems(output: str, path: Path, roots: Sequence[Path]) -> list[Problem]:
    problems = [
        Problem(
            Location(_on_disk(match["path"], roots), int(match["line"] or 0), int(match["column"] or 0)),
            _said(match["text"], path, roots),
        )
        for match in map(_DIAGNOSTIC.fullmatch, output.splitlines())
        if match and not match["text"].startswith("warning: ")
    ]
    # What is not found is also told where it is imported, with a line.
    located = [problem for problem in problems if problem.location.line]
    return located or problems or [Problem(Location(path), output.strip() or "protoc gave no reason")]


def _on_disk(name: str, roots: Sequence[Path]) -> Path:
    """Return the file that protoc calls *name*: by its path, or, in older versions, as it is imported."""
    return next((root / name for root in roots if (root / name).is_file()), Path(name))


def _said(text: str, path: Path, roots: Sequence[Path]) -> str:
    missing = _IMPORT.match(text)
    if missing is None:
        return text
    if missing["name"].startswith(_GOOGLEAPIS) and find_spec("google.rpc") is None:
        return f"{text} It comes with: pip install googleapis-common-protos"
    return f"{text} Imports start from the folder of {path.name}, or from one above it up to {roots[-1].name}/."
