"""How the shop's providers are reached, put into states, and made to announce."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
from shop import inventory, payment

import stormproof


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@stormproof.provider("inventory")
def inventory_app() -> object:
    """Inventory is an ASGI application, verified in this process."""
    return inventory.app


@stormproof.provider("payment")
def payment_app() -> Callable[..., object]:
    """Payment is a WSGI application, verified in this process."""
    return payment.app


@stormproof.state("item exists")
def item_exists(sku: str, quantity: int) -> Iterator[None]:
    """Put an item in stock, and take it out again."""
    before = dict(inventory.STOCK)
    inventory.STOCK[sku] = quantity
    yield
    inventory.STOCK.clear()
    inventory.STOCK.update(before)


@stormproof.trigger("OrderCreated")
def order_created(stormproof: stormproof.Stormproof) -> None:
    """Placing an order makes orders announce it, on the broker of the topology."""
    url = stormproof.topology.address("orders")
    httpx.post(f"{url}/orders", json={"sku": "A1", "userId": 42}).raise_for_status()


@stormproof.trigger("CustomerSeen")
def customer_seen(stormproof: stormproof.Stormproof) -> None:
    """An order makes orders look its customer up."""
    url = stormproof.topology.address("orders")
    httpx.post(f"{url}/orders", json={"sku": "A1", "userId": 42}).raise_for_status()
