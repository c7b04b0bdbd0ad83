"""What a value must look like, and how one that does not differs: pure, with no I/O."""

from stormproof_contracts.matching._compare import compare, matches
from stormproof_contracts.matching._mismatch import MISSING, Mismatch, Missing, Path, show, type_name
from stormproof_contracts.matching._pattern import NO_MISMATCHES, Mismatches, Pattern
from stormproof_contracts.matching._structure import Array, Literal, Object
from stormproof_contracts.matching._value import Value


__all__ = [
    "MISSING",
    "NO_MISMATCHES",
    "Array",
    "Literal",
    "Mismatch",
    "Mismatches",
    "Missing",
    "Object",
    "Path",
    "Pattern",
    "Value",
    "compare",
    "matches",
    "show",
    "type_name",
]
