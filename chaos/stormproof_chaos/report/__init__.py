"""The report of a run: one HTML file, drawn from the journal alone."""

from stormproof_chaos.report._writing import write_report


__all__ = ["write_report"]
