"""Mounts HTTP interactions on respx, for consumers that use httpx: no port, no server."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from stormproof_contracts.errors import MissingExtra
from stormproof_contracts.explain import explain_call
from stormproof_contracts.protocols.http._message import WireRequest, decode_request, encode_response


if TYPE_CHECKING:
    from collections.abc import Generator

    import httpx
    import respx

    from stormproof_contracts.stubbing import Desk


@contextmanager
def mount(desk: Desk, base_url: str) -> Generator[respx.MockRouter]:
    """Answer requests of httpx to *base_url* from the desk.

    A request that the contract does not know gets 500 with the reason, and is in the desk's log.

    Raises:
        MissingExtra: respx is not installed.
    """
    try:
        import httpx  # noqa: PLC0415 - loaded when it is used
        import respx  # noqa: PLC0415 - an extra
    except ImportError:
        raise MissingExtra("respx", "stormproof.respx()") from None

    def answer(request: httpx.Request) -> httpx.Response:
        target = request.url.raw_path.decode("ascii").removeprefix(prefix) or "/"
        headers = tuple(request.headers.multi_items())
        call = desk.receive(decode_request(WireRequest(request.method, target, headers, request.read())))
        if not call.expected or call.interaction is None:
            return httpx.Response(500, text=explain_call(call))
        response = encode_response(call.interaction.response)
        return httpx.Response(response.status, headers=list(response.headers), content=response.body)

    prefix = httpx.URL(base_url).raw_path.decode("ascii").rstrip("/")
    with respx.mock(base_url=base_url, assert_all_called=False) as router:
        router.route().mock(side_effect=answer)
        yield router
