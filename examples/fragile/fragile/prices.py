"""Prices: answers, but not what was promised; its price became text in the last release."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fragile.serving import serve


async def price(request: Request) -> Response:
    """Return the price of one item."""
    return JSONResponse({"sku": request.path_params["sku"], "price": "12.50", "currency": "EUR"})


async def health(_request: Request) -> Response:
    """Say that the service answers."""
    return Response(status_code=204)


app = Starlette(routes=[Route("/prices/{sku}", price), Route("/health", health)])

if __name__ == "__main__":
    serve(app)
