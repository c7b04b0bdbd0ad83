"""The native format: contracts in YAML, read with every problem at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from stormproof_contracts.errors import DocumentError
from stormproof_contracts.formats import load_contract


if TYPE_CHECKING:
    from stormproof_contracts.model import Contract


CONTRACT = """
consumer: orders
provider: inventory
interactions:
  - http: stock of a known item
    given: {item exists: {sku: A1, quantity: 7}, shop is open: }
    request: {path: /items/A1}
    response: {status: 200, body: {sku: A1, quantity: !integer 7}}
  - http: reserve
    given: [item exists, {item exists: {sku: B}}]
    request: {method: POST, path: /reservations, headers: {X-Tenant: acme}, body: {sku: A1}}
    response: {status: !any [200, 201]}
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "orders-inventory.contract.yaml"
    path.write_text(text)
    return path


def load(folder: Path, text: str) -> Contract:
    return load_contract(write(folder, text), shown=Path("c.yaml"))


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(DocumentError) as error:
        load(folder, text)
    return [str(problem) for problem in error.value.problems]


def test_a_contract_reads_like_the_exchange_it_describes(tmp_path: Path) -> None:
    """Parties, titles, states, places and both parts of every interaction are read."""
    contract = load(tmp_path, CONTRACT)
    first, second = contract.interactions
    assert (contract.consumer, contract.provider) == ("orders", "inventory")
    assert [(state.name, dict(state.parameters)) for state in first.states] == [
        ("item exists", {"sku": "A1", "quantity": 7}),
        ("shop is open", {}),
    ]
    assert [dict(state.parameters) for state in second.states] == [{}, {"sku": "B"}]
    assert str(first.location) == "c.yaml:5:5"
    assert first.request is not None
    assert first.request.pattern().example() == {"method": "GET", "path": "/items/A1", "query": {}}
    assert second.response.pattern().example() == {"status": 200}


def test_the_name_of_a_contract_is_its_file(tmp_path: Path) -> None:
    """Tests call a contract by its file name without the endings."""
    assert load_contract(write(tmp_path, CONTRACT)).name == "orders-inventory"


HEAD = "consumer: a\nprovider: b\ninteractions:\n"
GOOD_REQUEST = "    request: {path: /}\n"
GOOD_RESPONSE = "    response: {status: 200}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[]", ["c.yaml:1:1: expected a mapping for a contract, got a list"]),
        ("", ["c.yaml:1:1: expected a mapping for a contract, got nothing"]),
        (
            "consumer: a\ninteractions: []",
            [
                "c.yaml:1:1: a contract has no 'provider', which is required",
                "c.yaml:1:1: a contract needs at least one interaction",
            ],
        ),
        (
            "consumer: a\nprovidr: b\ninteractions: [{http: x, request: {path: /}, response: {status: 200}}]",
            [
                "c.yaml:1:1: a contract has no 'provider', which is required",
                "c.yaml:2:1: unknown key 'providr' in a contract. Did you mean 'provider'?",
            ],
        ),
        (
            HEAD + "  - htp: x\n",
            ["c.yaml:4:5: an interaction starts with its kind: http, grpc, event; got 'htp'. Did you mean 'http'?"],
        ),
        (HEAD + "  - text\n", ["c.yaml:4:5: expected a mapping for an interaction, got text"]),
        (
            HEAD + "  - http: x\n    reqest: {path: /}\n" + GOOD_RESPONSE,
            [
                "c.yaml:4:5: 'x' has no 'request', which is required",
                "c.yaml:5:5: unknown key 'reqest' in 'x'. Did you mean 'request'?",
            ],
        ),
        (
            HEAD + "  - http: x\n    request: {path: items}\n" + GOOD_RESPONSE,
            ["c.yaml:5:21: a path starts with /, got 'items'"],
        ),
        (
            HEAD + "  - http: x\n    request: {method: get, path: /}\n" + GOOD_RESPONSE,
            ["c.yaml:5:23: 'get' is no HTTP method. Did you mean 'GET'?"],
        ),
        (
            HEAD + "  - http: x\n    request: {path: '/?a=1', query: {b: 2}}\n" + GOOD_RESPONSE,
            ["c.yaml:5:37: the path has a query already; write it in one of the two places"],
        ),
        (
            HEAD + "  - http: x\n" + GOOD_REQUEST + "    response: {status: 2000, headers: {'a b': x}}\n",
            [
                "c.yaml:6:24: a status is a number from 100 to 599, got 2000",
                "c.yaml:6:40: 'a b' cannot be the name of a header",
            ],
        ),
        (
            HEAD + "  - http: x\n    given: 5\n" + GOOD_REQUEST + GOOD_RESPONSE,
            ["c.yaml:5:12: a provider state is a name, or a name with its parameters, not a number"],
        ),
        (
            HEAD + "  - http: x\n" + GOOD_REQUEST + GOOD_RESPONSE + "  - http: x\n" + GOOD_REQUEST + GOOD_RESPONSE,
            ["c.yaml:7:5: 'x' is described already on line 4; each interaction needs a title of its own"],
        ),
        (
            HEAD + "  - http: x\n" + GOOD_REQUEST + "    response: {status: 200, body: {a: !intger 1}}\n",
            ["c.yaml:6:39: unknown tag !intger. Did you mean '!integer'?"],
        ),
    ],
)
def test_every_problem_is_located_and_mended(tmp_path: Path, text: str, expected: list[str]) -> None:
    """Each wrong contract is refused with its place and what to write instead, all problems at once."""
    assert problems(tmp_path, text) == expected
