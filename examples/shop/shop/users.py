"""The messages and stubs of users.proto, compiled when this module is imported."""

from __future__ import annotations

import sys
from pathlib import Path

import grpc


_FOLDER = str(Path(__file__).parent)
if _FOLDER not in sys.path:
    sys.path.append(_FOLDER)  # where grpc looks for users.proto

messages, services = grpc.protos_and_services("users.proto")
