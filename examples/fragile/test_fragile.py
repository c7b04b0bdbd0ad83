"""A consumer that does not send what its contract says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx


if TYPE_CHECKING:
    from stormproof import Stormproof


def test_basket_asks_for_prices(stormproof: Stormproof) -> None:
    """The consumer calls another path than the one it described."""
    stub = stormproof.stub("basket-prices")
    httpx.get(f"{stub.url}/price/A1")
