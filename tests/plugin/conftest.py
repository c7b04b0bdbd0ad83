"""A small project with a contract, its provider and its states."""

from __future__ import annotations

import pytest


CONTRACT = """\
consumer: orders
provider: inventory
interactions:
  - http: stock of a known item
    given: {item exists: {sku: A1, quantity: 7}}
    request: {path: /items/A1}
    response:
      status: 200
      body: {sku: A1, quantity: !integer 7}
  - http: stock of an unknown item
    request: {path: /items/none}
    response: {status: 404}
"""

CONFTEST = """\
import json
import pytest
import stormproof

STOCK = {}

async def app(scope, receive, send):
    if scope["type"] != "http":
        raise RuntimeError("no lifespan")
    sku = scope["path"].rpartition("/")[2]
    body = json.dumps({"sku": sku, "quantity": STOCK.get(sku)}).encode()
    status = 200 if sku in STOCK else 404
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})

@stormproof.provider("inventory")
def inventory():
    return app

@stormproof.state("item exists")
def item_exists(sku, quantity):
    STOCK[sku] = quantity
    yield
    del STOCK[sku]
"""


class Project:
    """A project under test, run as its user would."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self.pytester = pytester
        self.write("pytest.ini", "[pytest]\naddopts = -p no:cacheprovider -p no:schemathesis -p no:randomly\n")

    def write(self, name: str, text: str) -> None:
        path = self.pytester.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def read(self, name: str) -> str:
        return (self.pytester.path / name).read_text()

    def run(self, *arguments: str) -> pytest.RunResult:
        return self.pytester.runpytest_subprocess(*arguments, timeout=120)


@pytest.fixture
def empty(pytester: pytest.Pytester) -> Project:
    return Project(pytester)


@pytest.fixture
def project(empty: Project) -> Project:
    empty.write("contracts/orders-inventory.contract.yaml", CONTRACT)
    empty.write("conftest.py", CONFTEST)
    return empty


@pytest.fixture(params=[(), ("-n", "2")], ids=["plain", "xdist"])
def mode(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """How the run is spread over processes."""
    mode: tuple[str, ...] = request.param
    return mode
