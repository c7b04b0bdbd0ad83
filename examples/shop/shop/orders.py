"""Orders: takes an order when inventory, payment and customers answer, and also when one of them does not."""

from __future__ import annotations

import asyncio
import itertools
import os
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from shop.clients import Customers, Inventory, Payment
from shop.messaging import Announcer
from shop.serving import serve


if TYPE_CHECKING:
    from collections.abc import AsyncIterator


NUMBERS = itertools.count(123)


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """Open the clients for as long as the service runs."""
    limits = httpx.Limits(max_connections=200, max_keepalive_connections=50)
    async with httpx.AsyncClient(limits=limits) as http:
        app.state.inventory = Inventory(os.environ["INVENTORY_URL"], http)
        app.state.payment = Payment(os.environ["PAYMENT_URL"], http)
        app.state.customers = Customers(os.environ["CUSTOMERS"])
        app.state.events = Announcer(os.environ["KAFKA"])
        yield


async def place(request: Request) -> Response:
    """Place an order."""
    order = await request.json()
    user = order.get("userId", 456)
    services = request.app.state
    try:
        quantity, name = await asyncio.gather(services.inventory.quantity(order["sku"]), services.customers.name(user))
    except LookupError as error:
        return JSONResponse({"error": f"unknown: {error}"}, status_code=422)
    if quantity == 0:
        return JSONResponse({"error": "sold out"}, status_code=409)
    charge = await services.payment.charge(25)
    number = next(NUMBERS)
    services.events.announce(
        "orders.created", str(number), {"event": "OrderCreated", "orderId": number, "userId": user}
    )
    status = "confirmed" if charge and quantity else "accepted"
    return JSONResponse({"orderId": number, "status": status, "customer": name or "unknown"}, status_code=201)


async def health(_request: Request) -> Response:
    """Say that the service answers."""
    return Response(status_code=204)


app = Starlette(
    routes=[Route("/orders", place, methods=["POST"]), Route("/health", health)],
    lifespan=lifespan,
)

if __name__ == "__main__":
    serve(app)
