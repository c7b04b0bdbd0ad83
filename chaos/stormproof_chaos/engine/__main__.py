"""Starts the engine: `python -m stormproof_chaos.engine`, or by this file's path with `python -I -S -E`."""

from __future__ import annotations

import sys


if __name__ == "__main__":
    if not __package__:  # started as a file, by which Python does not find the package it belongs to
        sys.path.insert(0, __file__.rsplit("stormproof_chaos", 1)[0])

    from stormproof_chaos.engine.server import main

    sys.exit(main(sys.argv[1:]))
