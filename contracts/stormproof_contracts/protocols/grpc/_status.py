"""The status codes of gRPC, by their canonical names (gRPC, "Status codes and their use")."""

from __future__ import annotations

from typing import Final


OK: Final = "OK"

#: The names in the order of their numbers, from 0.
STATUSES: Final = (
    OK, "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
    "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED",
    "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
)  # fmt: skip
