"""Inventory: what is in stock, and reservations of it."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from shop.serving import serve


STOCK: dict[str, int] = {"A1": 7, "B2": 3}


async def item(request: Request) -> Response:
    """Return the stock of one item."""
    sku = request.path_params["sku"]
    if sku not in STOCK:
        return JSONResponse({"error": f"no item {sku}"}, status_code=404)
    return JSONResponse({"sku": sku, "quantity": STOCK[sku], "labels": ["fragile"]})


async def health(_request: Request) -> Response:
    """Say that the service answers."""
    return Response(status_code=204)


app = Starlette(routes=[Route("/items/{sku}", item), Route("/health", health)])

if __name__ == "__main__":
    serve(app)
