"""Scenarios: a load, faults over time, and what must hold. Read, checked, run, explained."""

from stormproof_chaos.scenarios._check import check_scenario
from stormproof_chaos.scenarios._explain import explain_scenario
from stormproof_chaos.scenarios._model import FaultOnLink, Load, Scenario, Step
from stormproof_chaos.scenarios._read import read_scenario
from stormproof_chaos.scenarios._result import ScenarioResult
from stormproof_chaos.scenarios._run import run_scenario
from stormproof_chaos.scenarios._system import Named, System


__all__ = [
    "FaultOnLink",
    "Load",
    "Named",
    "Scenario",
    "ScenarioResult",
    "Step",
    "System",
    "check_scenario",
    "explain_scenario",
    "read_scenario",
    "run_scenario",
]
