"""What contract and chaos files have in common under pytest."""

from __future__ import annotations

import re
import types
from typing import TYPE_CHECKING, Any

import pytest

from stormproof._session import shown
from stormproof_chaos.errors import ChaosError
from stormproof_contracts.errors import ContractsError


if TYPE_CHECKING:
    from pathlib import Path


_NOT_IN_NAMES = re.compile(r"::|[\[\]\r\n\t]")


class StormproofFile(pytest.Module):
    """A YAML file. It is a module to pytest, so that fixtures of every scope and async plugins work."""

    def _getobj(self) -> types.ModuleType:
        return types.ModuleType(self.path.name.replace(".", "_"))

    @property
    def shown(self) -> Path:
        """The file as messages name it."""
        return shown(self.path, self.config.rootpath)


class StormproofItem(pytest.Function):
    """One test of such a file."""

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException]) -> Any:  # type: ignore[override]  # as pytest.Function has it
        """Return what stormproof has to say without a traceback; anything else as pytest shows it."""
        if isinstance(excinfo.value, (ChaosError, ContractsError)):
            return str(excinfo.value)
        return super().repr_failure(excinfo)


def item_name(title: str) -> str:
    """Return *title* as a node id can hold it."""
    return _NOT_IN_NAMES.sub(" ", title)
