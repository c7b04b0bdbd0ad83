"""Supervised child processes: started in a group of their own, awaited, and never left behind."""

from __future__ import annotations

from stormproof_chaos.processes._directories import temporary_directory
from stormproof_chaos.processes._ports import free_port
from stormproof_chaos.processes._probes import Probe, http_ready, tcp_ready
from stormproof_chaos.processes._process import Process, start
from stormproof_chaos.processes._readiness import Supervised, wait_until
from stormproof_chaos.processes.reaper import Watch


__all__ = [
    "Probe",
    "Process",
    "Supervised",
    "Watch",
    "free_port",
    "http_ready",
    "start",
    "tcp_ready",
    "temporary_directory",
    "wait_until",
]
