"""The skip for what cannot run here, which ``--stormproof-require`` turns into a failure."""

from __future__ import annotations

import pytest


class MissingPart(pytest.skip.Exception):  # type: ignore[name-defined, misc]  # public, but untyped in pytest
    """Something that this run needs is not here; the text says what, and how to get it."""

    missing_part = True

    def __init__(self, text: str) -> None:
        super().__init__(text, _use_item_location=True)


# pytest shows the name of any other class before the reason of a skip.
MissingPart.__name__ = MissingPart.__qualname__ = "Skipped"
MissingPart.__module__ = "builtins"
