"""Analytics: counts what customers do."""

from __future__ import annotations

from collections import Counter
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from shop.messaging import handle
from shop.serving import serve


SEEN: Counter[int] = Counter()


def customer_seen(event: dict[str, Any]) -> None:
    """Count one look-up of a customer."""
    SEEN[event["userId"]] += 1


async def activity(request: Request) -> Response:
    """Return how often a customer was seen."""
    return JSONResponse({"seen": SEEN[int(request.path_params["user"])]})


async def health(_request: Request) -> Response:
    """Say that the service answers."""
    return Response(status_code=204)


app = Starlette(routes=[Route("/activity/{user:int}", activity), Route("/health", health)])

if __name__ == "__main__":
    handle("customers.activity", "analytics", customer_seen)
    serve(app)
