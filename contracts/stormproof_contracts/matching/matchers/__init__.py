"""The matchers: one a file, and one line each in `MATCHERS`, the YAML tags that write them.

To add one: a frozen class with ``compare``, ``example`` and ``describe`` (see `Pattern`), a function that reads it from
a node, and a line here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from stormproof_contracts.matching.matchers.any_of import read_any
from stormproof_contracts.matching.matchers.each import read_each
from stormproof_contracts.matching.matchers.include import read_include
from stormproof_contracts.matching.matchers.like import read_equal, read_like, read_nullable
from stormproof_contracts.matching.matchers.regex import read_regex
from stormproof_contracts.matching.matchers.scalar import SCALARS, scalar_reader


if TYPE_CHECKING:
    from stormproof_contracts.matching.matchers._reading import Reader


MATCHERS: Final[dict[str, Reader]] = {
    **{scalar.name: scalar_reader(scalar) for scalar in SCALARS},
    "any": read_any,
    "each": read_each,
    "equal": read_equal,
    "include": read_include,
    "like": read_like,
    "nullable": read_nullable,
    "regex": read_regex,
}
