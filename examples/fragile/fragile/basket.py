"""Basket: asks for a price with no deadline and no fallback, and tries again at once when that fails."""

from __future__ import annotations

import os

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fragile.serving import serve


HTTP = httpx.AsyncClient(timeout=None)  # the fault that this demo is about


async def total(request: Request) -> Response:
    """Return the price of a basket with one item."""
    for _ in range(3):
        try:
            answer = await HTTP.get(f"{os.environ['PRICES_URL']}/prices/{request.query_params['sku']}")
            return JSONResponse({"total": float(answer.json()["price"])})
        except httpx.HTTPError:
            continue
    return JSONResponse({"error": "no price"}, status_code=500)


async def health(_request: Request) -> Response:
    """Say that the service answers."""
    return Response(status_code=204)


app = Starlette(routes=[Route("/total", total), Route("/health", health)])

if __name__ == "__main__":
    serve(app)
