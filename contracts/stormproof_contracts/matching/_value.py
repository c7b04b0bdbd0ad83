"""Plain data, as JSON has it, with bytes beside: what every kind of interaction is decoded to before it is compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias


if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


Value: TypeAlias = "bool | int | float | str | bytes | Sequence[Value] | Mapping[str, Value] | None"
