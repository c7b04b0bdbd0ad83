"""Shipping: one shipment for each order, however often it is announced."""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from shop.messaging import handle
from shop.serving import serve


SHIPMENTS: dict[int, dict[str, Any]] = {}


def order_created(event: dict[str, Any]) -> None:
    """Plan the shipment of an order, once."""
    SHIPMENTS.setdefault(
        event["orderId"], {"orderId": event["orderId"], "customer": event["userId"], "status": "planned"}
    )


async def shipment(request: Request) -> Response:
    """Return the shipment of one order."""
    found = SHIPMENTS.get(int(request.path_params["order"]))
    return JSONResponse(found) if found else JSONResponse({"error": "no shipment"}, status_code=404)


async def health(_request: Request) -> Response:
    """Say that the service answers."""
    return Response(status_code=204)


app = Starlette(routes=[Route("/shipments/{order:int}", shipment), Route("/health", health)])

if __name__ == "__main__":
    handle("orders.created", "shipping", order_created)
    serve(app)
