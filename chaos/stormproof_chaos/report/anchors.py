"""The places of the page that links lead to; made of numbers alone, so no name of the journal ends up in one."""

from __future__ import annotations


def of_interaction(row: int) -> str:
    """Return the place of an interaction, counted over the page."""
    return f"interaction-{row}"


def of_scenario(scenario: int) -> str:
    """Return the place of a scenario, counted from 1."""
    return f"scenario-{scenario}"


def of_step(scenario: int, step: int) -> str:
    """Return the place of a step in the plot of its scenario."""
    return f"scenario-{scenario}-step-{step}"


def of_expectations(scenario: int, step: int) -> str:
    """Return the place of what was expected of a step."""
    return f"scenario-{scenario}-expectations-{step}"


def of_verdict(scenario: int, verdict: int) -> str:
    """Return the place of a verdict, counted in its scenario from 1."""
    return f"scenario-{scenario}-verdict-{verdict}"
