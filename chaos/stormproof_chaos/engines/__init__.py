"""Engines: what carries faults out. Each speaks the Toxiproxy HTTP API, wherever it comes from."""

from __future__ import annotations

from stormproof_chaos.engines._engine import Engine
from stormproof_chaos.engines._link import Link
from stormproof_chaos.engines._proxy import Proxy
from stormproof_chaos.engines._registry import ENGINES, open_engine
from stormproof_chaos.engines._toxic import Toxic
from stormproof_chaos.engines.client import Client, ProxyState


__all__ = ["ENGINES", "Client", "Engine", "Link", "Proxy", "ProxyState", "Toxic", "open_engine"]
