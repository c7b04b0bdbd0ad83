"""Where the plugin keeps its state on pytest's configuration: no globals, and nothing imported to look."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest


if TYPE_CHECKING:
    from stormproof._session import Session


#: The session of this process; absent until a test or item uses stormproof.
SESSION: pytest.StashKey[Session] = pytest.StashKey()
#: When this run began, in seconds since the epoch.
STARTED: pytest.StashKey[float] = pytest.StashKey()
