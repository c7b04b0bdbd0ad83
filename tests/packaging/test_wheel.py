"""The wheel: what is in it, and that it works where nothing else of the project is."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest


ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=300)
    (built,) = folder.glob("*.whl")
    return built


def test_every_top_level_name_is_ours(wheel: Path) -> None:
    """Nothing of the wheel can shadow another package: each name at its top starts with stormproof."""
    names = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {name for name in names if not name.startswith("stormproof")} == set()
    assert {"stormproof", "stormproof_fixtures", "stormproof_chaos", "stormproof_contracts"} <= names


def test_the_wheel_holds_types_licence_and_data(wheel: Path) -> None:
    """Each package is typed for checkers, and what is no Python but needed is there too."""
    names = zipfile.ZipFile(wheel).namelist()
    assert sum(name.endswith("py.typed") for name in names) == 4
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert any(name.endswith(".css") for name in names)
    assert not any(name.startswith(("tests/", "examples/", "benchmarks/")) for name in names)


def test_the_wheel_names_its_plugin_and_its_command(wheel: Path) -> None:
    """pytest finds the plugin under the project's name, so ``-p no:stormproof`` turns it off."""
    archive = zipfile.ZipFile(wheel)
    (name,) = (name for name in archive.namelist() if name.endswith("entry_points.txt"))
    text = archive.read(name).decode()
    assert "[pytest11]\nstormproof = stormproof.plugin" in text
    assert "[console_scripts]\nstormproof = stormproof.cli:main" in text


def test_root_folders_hold_one_package_each() -> None:
    """A loose module in a source root would become a top-level name in editable installs."""
    for root, package in {
        "contracts": "stormproof_contracts",
        "chaos": "stormproof_chaos",
        "fixtures": "stormproof_fixtures",
        "pytest_plugin": "stormproof",
    }.items():
        entries = {entry.name for entry in (ROOT / root).iterdir() if entry.name != "__pycache__"}
        assert entries - {"README.md"} == {package}
