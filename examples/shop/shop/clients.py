"""How orders talks to the services it needs: each with a deadline, and an answer for when there is none."""

from __future__ import annotations

import uuid
from typing import Any

import grpc
import httpx

from shop.users import messages, services


class Inventory:
    """Asks what is in stock; an order is taken without the answer when there is none in time."""

    def __init__(self, url: str, http: httpx.AsyncClient) -> None:
        self._url, self._http = url, http

    async def quantity(self, sku: str) -> int | None:
        """Return the stock of *sku*, or None when inventory does not say; LookupError when there is no such item."""
        try:
            answer = await self._http.get(f"{self._url}/items/{sku}", timeout=0.2)
        except httpx.HTTPError:
            return None
        if answer.status_code == 404:
            raise LookupError(sku)
        return int(answer.json()["quantity"]) if answer.is_success else None


class Payment:
    """Charges a card, at most once, trying again with the same idempotency key."""

    def __init__(self, url: str, http: httpx.AsyncClient) -> None:
        self._url, self._http = url, http

    async def charge(self, amount: int) -> dict[str, Any] | None:
        """Return the charge, or None when it has to be collected later."""
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        for _ in range(2):
            try:
                answer = await self._http.post(
                    f"{self._url}/charges", json={"amount": amount}, headers=headers, timeout=0.25
                )
            except httpx.HTTPError:
                continue
            return dict(answer.json()) if answer.is_success else None
        return None


class Customers:
    """Looks customers up over gRPC."""

    def __init__(self, address: str) -> None:
        # A gRPC channel backs off for up to two minutes after a failed connect; a shop cannot wait that long.
        self._channel = grpc.aio.insecure_channel(address, options=[("grpc.max_reconnect_backoff_ms", 500)])
        self._users = services.UserServiceStub(self._channel)

    async def name(self, user: int) -> str | None:
        """Return the name of *user*, or None when customers does not say; LookupError when there is no such user."""
        try:
            found = await self._users.GetUser(messages.GetUserRequest(id=user), timeout=0.2)
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.NOT_FOUND:
                raise LookupError(user) from None
            return None
        return str(found.name)
