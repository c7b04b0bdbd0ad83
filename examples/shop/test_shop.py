"""What the contract and chaos files beside this module cannot say: how consumers use what they are promised."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, TypeVar

import httpx
import pytest
from shop import analytics, shipping
from shop.clients import Customers, Inventory, Payment

from stormproof import Stormproof, down, latency


if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


T = TypeVar("T")


def test_orders_reads_the_stock_of_inventory(stormproof: Stormproof) -> None:
    """Orders understands every answer that inventory promises."""
    stub = stormproof.stub("orders-inventory")

    async def ask(http: httpx.AsyncClient) -> int | None:
        inventory = Inventory(stub.url, http)
        with pytest.raises(LookupError):
            await inventory.quantity("NONE")
        return await inventory.quantity("A1")

    assert _run(ask) == 7


def test_orders_charges_through_payment(stormproof: Stormproof) -> None:
    """Orders sends what payment asks for; here the contract is mounted on httpx, with no server."""
    stormproof.respx("orders-payment", base_url="http://payment")

    async def charge(http: httpx.AsyncClient) -> tuple[object, object]:
        payment = Payment("http://payment", http)
        return await payment.charge(25), await payment.charge(20_000)

    paid, refused = _run(charge)
    assert paid == {"id": "ch_1", "amount": 25, "paid": True}
    assert refused is None


def test_orders_looks_customers_up(stormproof: Stormproof) -> None:
    """Orders understands every answer that customers promises over gRPC."""
    stub = stormproof.stub("orders-customers")

    async def ask() -> str | None:
        customers = Customers(stub.address("grpc"))
        with pytest.raises(LookupError):
            await customers.name(7)
        return await customers.name(42)

    assert asyncio.run(ask()) == "Ada"


def test_shipping_plans_an_announced_order(stormproof: Stormproof) -> None:
    """Shipping understands the event that orders promises."""
    stub = stormproof.stub("shipping-orders")
    shipping.order_created(stub.announce("OrderCreated")["payload"])
    assert shipping.SHIPMENTS.pop(123) == {"orderId": 123, "customer": 456, "status": "planned"}


def test_analytics_counts_an_announced_activity(stormproof: Stormproof) -> None:
    """Analytics understands the event that customers promises."""
    stub = stormproof.stub("analytics-customers")
    analytics.customer_seen(stub.announce("CustomerSeen")["payload"])
    assert analytics.SEEN.pop(42) == 1


def test_an_order_that_is_placed_is_shipped(stormproof: Stormproof) -> None:
    """The announcement of an order reaches shipping over the real broker."""
    topology = stormproof.topology
    order = httpx.post(f"{topology.address('orders')}/orders", json={"sku": "A1", "userId": 42}).json()["orderId"]
    shipment = _eventually(lambda: httpx.get(f"{topology.address('shipping')}/shipments/{order}"))
    assert shipment.json() == {"orderId": order, "customer": 42, "status": "planned"}


@pytest.mark.parametrize("fault", [latency(2), down()], ids=str)
def test_an_order_is_taken_while_inventory_is_disturbed(stormproof: Stormproof, fault: object) -> None:
    """A slow or absent inventory costs an order its confirmation, not the order."""
    url = stormproof.topology.address("orders")
    with stormproof.fault("orders -> inventory", fault):
        answer = httpx.post(f"{url}/orders", json={"sku": "A1"})
    assert (answer.status_code, answer.json()["status"]) == (201, "accepted")
    assert httpx.post(f"{url}/orders", json={"sku": "A1"}).json()["status"] == "confirmed"


def _run(call: Callable[[httpx.AsyncClient], Awaitable[T]]) -> T:
    async def run() -> T:
        async with httpx.AsyncClient() as http:
            return await call(http)

    return asyncio.run(run())


def _eventually(ask: Callable[[], httpx.Response], within: float = 10.0) -> httpx.Response:
    """Ask until the answer is a success, for at most *within* seconds."""
    deadline = time.monotonic() + within
    while not (answer := ask()).is_success and time.monotonic() < deadline:
        time.sleep(0.05)
    return answer
