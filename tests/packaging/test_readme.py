"""README and guide: what they show is run, so it cannot rot."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    import pytest


ROOT = Path(__file__).parents[2]
FILE = re.compile(r"```(?:yaml|python)\n# (\S+)\n(.*?)```", re.DOTALL)

INVENTORY = """
import json

stock = {}

async def app(scope, receive, send):
    if scope["type"] != "http":
        raise RuntimeError("no lifespan")
    body = json.dumps(ANSWER).encode() if ANSWER else json.dumps({"sku": "A1", "quantity": stock["A1"], "labels": ["x"]}).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": body})

ANSWER = None
"""


def write_files(document: str, folder: Path) -> list[str]:
    """Write every file that *document* shows, and return their names."""
    files = FILE.findall((ROOT / document).read_text())
    for name, text in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# {name}\n{text}")
    (folder / "pytest.ini").write_text("[pytest]\npythonpath = .\naddopts = -p no:cacheprovider\n")
    return [name for name, _ in files]


def test_the_readme_works_as_written(pytester: pytest.Pytester) -> None:
    """A reader who copies the README's files gets a green run."""
    assert len(write_files("README.md", pytester.path)) == 4
    (pytester.path / "inventory.py").write_text(INVENTORY)
    pytester.runpytest_subprocess(timeout=120).assert_outcomes(passed=3)


def test_the_readme_shows_the_failure_that_is_printed(pytester: pytest.Pytester) -> None:
    """The failure in the README is what a reader sees, letter by letter."""
    write_files("README.md", pytester.path)
    (pytester.path / "inventory.py").write_text(
        INVENTORY.replace("ANSWER = None", 'ANSWER = {"sku": "A1", "quantity": "7"}')
    )
    (shown,) = re.findall(r"```text\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    printed = pytester.runpytest_subprocess("contracts", timeout=120).stdout.str()
    assert shown in printed


def test_the_guide_works_as_written(pytester: pytest.Pytester) -> None:
    """A reader who copies the guide's files gets a verified contract and a scenario that holds."""
    assert len(write_files("docs/guide.md", pytester.path)) == 5
    result = pytester.runpytest_subprocess(timeout=120)
    result.assert_outcomes(passed=2)


def test_the_readme_is_short() -> None:
    """The README stays under 120 lines; the rest is in docs."""
    assert len((ROOT / "README.md").read_text().splitlines()) < 120
