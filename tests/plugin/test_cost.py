"""What the plugin costs those who do not use it: nothing."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from pathlib import Path


FORBIDDEN = ("yaml", "httpx", "requests", "docker", "testcontainers", "grpc", "hypothesis", "respx", "asyncio", "h11")


RUN = """
import atexit, sys
atexit.register(lambda: print("modules:", *sorted(sys.modules)))
import pytest
sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", "-p", "stormproof.plugin"]))
"""


def test_an_unrelated_run_imports_nothing_of_ours_to_its_very_end(tmp_path: Path) -> None:
    """A whole pytest run without contracts loads three small modules of stormproof, and none of its libraries."""
    (tmp_path / "test_it.py").write_text("def test_it(): pass\n")
    run = subprocess.run(
        [sys.executable, "-c", RUN],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        env={"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},  # the plugins of other installed libraries are not ours to judge
        check=True,
    )
    assert "1 passed" in run.stdout
    modules = run.stdout.rpartition("modules:")[2].split()
    assert [name for name in modules if name.split(".")[0] in FORBIDDEN] == []
    assert [name for name in modules if name.startswith("stormproof")] == [
        "stormproof",
        "stormproof._keys",
        "stormproof.plugin",
    ]


def test_importing_the_facade_imports_none_of_its_parts() -> None:
    """``import stormproof`` is free; each name is loaded at its first use."""
    code = "import stormproof, sys; print(sorted(n for n in sys.modules if n.startswith('stormproof')))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert run.stdout.strip() == "['stormproof']"


def test_the_plugin_knows_the_engines_by_name() -> None:
    """The names that the plugin checks without an import are those that there are."""
    from stormproof import plugin
    from stormproof_chaos.engines import ENGINES

    assert set(plugin._ENGINES) == set(ENGINES) - {"url"}
