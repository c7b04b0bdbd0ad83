"""Runs the benchmarks that the command line names, or all."""

from __future__ import annotations

import importlib
import sys


NAMES = ("startup", "loading", "verification", "stub", "first_answer", "engine")

for name in sys.argv[1:] or NAMES:
    print(f"\n== {name}", flush=True)
    importlib.import_module(f"benchmarks.{name}").main()
