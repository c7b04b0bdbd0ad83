"""Stubs in tests: a contract served to the consumer under test."""

from __future__ import annotations

from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from tests.plugin.conftest import Project


def test_a_stub_answers_and_its_use_is_counted(project: Project, mode: tuple[str, ...]) -> None:
    """What a consumer's tests exercise is summed up over all tests and workers, and holes have names."""
    project.write(
        "test_consumer.py",
        """
import httpx

def test_by_name(stormproof):
    stub = stormproof.stub("orders-inventory")
    assert httpx.get(f"{stub.url}/items/A1").json() == {"sku": "A1", "quantity": 7}
    assert [interaction.title for interaction in stub.exercised] == ["stock of a known item"]

def test_by_path(stormproof):
    stub = stormproof.stub("contracts/orders-inventory.contract.yaml")
    httpx.get(f"{stub.url}/items/A1")
""",
    )
    result = project.run("test_consumer.py", *mode)
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(
        [
            "orders-inventory *consumer *1 *0 *1",
            "not exercised: stock of an unknown item  (orders-inventory, consumer)",
        ]
    )


def test_a_request_that_the_contract_does_not_know_fails_the_test(project: Project) -> None:
    """The test fails, although it did not look, with the closest interaction and the difference."""
    project.write(
        "test_consumer.py",
        """
import httpx

def test_wrong(stormproof):
    stub = stormproof.stub("orders-inventory")
    httpx.get(f"{stub.url}/items/A1?page=2")
""",
    )
    result = project.run("test_consumer.py")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*stub orders-inventory: 1 request that the contract does not know",
            "*request   GET /items/A1?page=2",
            '*closest   "stock of a known item"  GET /items/A1*',
            "*expected  query.page   absent",
        ]
    )


def test_respx_carries_the_same_contract(project: Project) -> None:
    """Mounted on respx, a contract answers httpx without a server and with the same checks."""
    project.write(
        "test_consumer.py",
        """
import httpx

def test_right(stormproof):
    stormproof.respx("orders-inventory", base_url="http://inventory/api")
    assert httpx.get("http://inventory/api/items/none").status_code == 404

def test_wrong(stormproof):
    stormproof.respx("orders-inventory", base_url="http://inventory")
    assert httpx.get("http://inventory/nothing").status_code == 500
""",
    )
    result = project.run("test_consumer.py")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*closest   *"])


def test_a_contract_that_is_not_there_is_named(project: Project) -> None:
    """An unknown name gets the nearest one."""
    project.write("test_consumer.py", "def test_it(stormproof):\n    stormproof.stub('order-inventory')\n")
    result = project.run("test_consumer.py")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*no contract 'order-inventory' below *Did you mean 'orders-inventory'?"])


def test_verify_holds_a_provider_to_its_contract(project: Project) -> None:
    """``stormproof.verify`` checks every interaction of a contract inside a test."""
    project.write(
        "test_provider.py",
        """
import conftest, pytest

def test_it(stormproof):
    conftest.STOCK["A1"] = 1
    stormproof.verify("orders-inventory", conftest.app)
    conftest.STOCK["A1"] = "1"
    with pytest.raises(AssertionError, match="integer"):
        stormproof.verify("orders-inventory", conftest.app)
    conftest.STOCK.clear()
""",
    )
    project.run("test_provider.py").assert_outcomes(passed=1)
