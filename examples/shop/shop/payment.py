"""Payment: charges, each at most once for one idempotency key. A WSGI application of the standard library."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from shop.serving import port_argument


if TYPE_CHECKING:
    from collections.abc import Callable


CHARGES: dict[str, dict[str, Any]] = {}


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """Answer POST /charges and GET /health."""
    if environ["PATH_INFO"] == "/health":
        start_response("204 No Content", [])
        return []
    key = environ.get("HTTP_IDEMPOTENCY_KEY", "")
    charge = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"] or 0)))
    if charge["amount"] > 10_000:
        return _answer(start_response, "402 Payment Required", {"error": "limit exceeded"})
    paid = CHARGES.setdefault(key, {"id": f"ch_{len(CHARGES) + 1}", "amount": charge["amount"], "paid": True})
    return _answer(start_response, "201 Created", paid)


def _answer(start_response: Callable[..., Any], status: str, body: dict[str, Any]) -> list[bytes]:
    start_response(status, [("Content-Type", "application/json")])
    return [json.dumps(body).encode()]


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
        """Log nothing."""


if __name__ == "__main__":
    make_server("127.0.0.1", port_argument(), app, handler_class=_Quiet).serve_forever()
