"""Customers: who a customer is, over gRPC; each look-up is announced as activity."""

from __future__ import annotations

import os
from concurrent import futures
from typing import Any

import grpc

from shop.messaging import Announcer
from shop.serving import port_argument
from shop.users import messages, services


USERS = {42: "Ada", 456: "Grace"}


class UserService(services.UserServiceServicer):  # type: ignore[misc, name-defined]  # made at run time
    """Looks users up."""

    def __init__(self, announcer: Announcer) -> None:
        self._announcer = announcer

    def GetUser(self, request: Any, context: Any) -> Any:  # noqa: N802 - the name is the proto's
        """Return a user by id."""
        if request.id not in USERS:
            context.abort(grpc.StatusCode.NOT_FOUND, f"no user {request.id}")
        self._announcer.announce(
            "customers.activity", str(request.id), {"event": "CustomerSeen", "userId": request.id, "source": "lookup"}
        )
        return messages.User(id=request.id, name=USERS[request.id])


if __name__ == "__main__":
    server = grpc.server(futures.ThreadPoolExecutor(8))
    services.add_UserServiceServicer_to_server(UserService(Announcer(os.environ["KAFKA"])), server)
    server.add_insecure_port(f"127.0.0.1:{port_argument()}")
    server.start()
    server.wait_for_termination()
