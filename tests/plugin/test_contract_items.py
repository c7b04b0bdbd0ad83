"""Contract files under pytest: one item an interaction, with all that pytest has for items."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest


if TYPE_CHECKING:
    from tests.plugin.conftest import Project


def test_each_interaction_is_an_item(project: Project, mode: tuple[str, ...]) -> None:
    """Plain pytest verifies every interaction against the provider, and sums up."""
    result = project.run(*mode)
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(
        [
            "*- stormproof -*",
            "contract *side *verified *failed *not exercised",
            "orders-inventory *provider *2 *0 *0",
            "report: stormproof-report/index.html",
        ]
    )
    assert (project.pytester.path / "stormproof-report" / "index.html").is_file()
    assert not list((project.pytester.path / "stormproof-report").glob("journal-*"))


def test_items_are_selected_like_any_test(project: Project) -> None:
    """-k, -m and a node id choose interactions; what is left out is told by name."""
    assert "1/2 tests collected" in project.run("--collect-only", "-q", "-k", "unknown").stdout.str()
    assert (
        "2 tests collected" in project.run("--collect-only", "-q", "-m", "contract(provider='inventory')").stdout.str()
    )
    assert "no tests collected" in project.run("--collect-only", "-q", "-m", "contract(provider='x')").stdout.str()
    result = project.run("contracts/orders-inventory.contract.yaml::stock of a known item")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["not exercised: stock of an unknown item  (orders-inventory, provider)"])


def test_a_broken_interaction_says_where_and_what(project: Project, mode: tuple[str, ...]) -> None:
    """The failure names place, difference, exchange and mend, and shows no traceback."""
    project.write("conftest.py", project.read("conftest.py").replace("= quantity", "= str(quantity)"))
    result = project.run(*mode)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            'contracts/orders-inventory.contract.yaml:9:33  "stock of a known item"   orders -> inventory',
            "  expected  $.quantity   integer",
            '  got       $.quantity   "7"  (string)',
            "  request   GET /items/A1",
            "  status    200",
            '*quantity: !any [[]!integer 7, !text "7"[]]',
            "orders-inventory *provider *1 *1 *0",
        ]
    )
    assert "Traceback" not in result.stdout.str()


def test_a_contract_that_cannot_be_read_is_a_collection_error(project: Project) -> None:
    """Every problem of the file is told, located, and nothing else of it runs."""
    project.write("contracts/bad.contract.yaml", "consumer: a\nprovidr: b\ninteractions: [{htp: x}]\n")
    result = project.run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        [
            "contracts/bad.contract.yaml:1:1: a contract has no 'provider', which is required",
            "contracts/bad.contract.yaml:2:1: unknown key 'providr' in a contract. Did you mean 'provider'?",
            "contracts/bad.contract.yaml:3:17: an interaction starts with its kind: *Did you mean 'http'?",
        ]
    )


def test_an_undefined_state_shows_what_to_write(project: Project) -> None:
    """A state that nobody defined fails its item with the function to write and the nearest name."""
    project.write(
        "contracts/orders-inventory.contract.yaml",
        project.read("contracts/orders-inventory.contract.yaml").replace("item exists", "item exist"),
    )
    result = project.run()
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*no provider state 'item exist' is defined. Did you mean 'item exists'?*"])
    result.stdout.fnmatch_lines(["*@stormproof.state('item exist')", "*def item_exist(sku, quantity):"])


@pytest.mark.parametrize(
    ("signature", "told"),
    [
        ("sku", "is given quantity, which item_exists() at "),
        ("sku, quantity, warehouse", "takes 'warehouse' (item_exists() at "),
    ],
)
def test_a_state_that_does_not_fit_its_function_is_told(project: Project, signature: str, told: str) -> None:
    """Parameters of the contract and of the function must agree, fixtures aside."""
    conftest = project.read("conftest.py").replace("def item_exists(sku, quantity)", f"def item_exists({signature})")
    project.write("conftest.py", conftest)
    assert told in project.run().stdout.str()


def test_states_use_fixtures_and_are_undone(project: Project) -> None:
    """A state may be async and ask for fixtures; what follows its yield runs before the next item."""
    conftest = project.read("conftest.py").split("@stormproof.state")[0]
    project.write(
        "conftest.py",
        conftest
        + """
@pytest.fixture
def warehouse(tmp_path):
    return tmp_path / "log"

@stormproof.state("item exists")
async def item_exists(sku, quantity, warehouse):
    warehouse.write_text(sku)
    STOCK[sku] = quantity
    yield
    del STOCK[sku]
    print("undone", sku)

@pytest.fixture(autouse=True)
def users_own():
    yield
    assert not STOCK
""",
    )
    result = project.run("-rP")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["undone A1"])


def test_an_unknown_provider_skips_with_the_ways_to_name_it(project: Project) -> None:
    """Where nothing says where a provider is, the item is skipped and says how; --stormproof-require fails it."""
    project.write("conftest.py", "")
    result = project.run("-rs")
    result.assert_outcomes(skipped=2)
    assert "no provider 'inventory' is known here" in result.stdout.str()
    assert "@stormproof.provider('inventory')" in result.stdout.str()
    assert "--stormproof-provider inventory=http://" in result.stdout.str()
    required = project.run("--stormproof-require")
    required.assert_outcomes(failed=2)
    required.stdout.fnmatch_lines(["*a part is missing here, and --stormproof-require allows no skip:*"])


def test_a_provider_that_does_not_answer_fails_its_items(project: Project) -> None:
    """A URL where nothing listens is a failure that names the request and the reason."""
    project.write("conftest.py", "import stormproof\n@stormproof.state('item exists')\ndef f(sku, quantity): ...\n")
    result = project.run("--stormproof-provider", "inventory=http://127.0.0.1:1")
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        ["*request   GET /items/A1", "*reason    http://127.0.0.1:1 cannot be reached: *refused"]
    )


def test_junit_knows_the_interaction(project: Project, mode: tuple[str, ...]) -> None:
    """The facts of an interaction are properties of its test case."""
    project.run("--junitxml=junit.xml", *mode)
    cases = ET.parse(project.pytester.path / "junit.xml").findall(".//testcase")
    properties = {entry.get("name"): entry.get("value") for entry in cases[0].findall(".//property")}
    assert properties == {
        "contract": "orders-inventory",
        "consumer": "orders",
        "provider": "inventory",
        "interaction": cases[0].get("name"),
        "kind": "http",
    }
