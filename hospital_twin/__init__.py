"""A hospital's operations as a digital twin: from an admission log to an answered what-if.

The names below are the whole public interface; each is imported on first use, so that importing this package costs
nothing.
"""
from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOMES: dict[str, str] = {
    "BadInput": "errors",
    "EventLog": "eventlog",
    "LogMapping": "importers",
    "QualityReport": "importers",
    "Series": "eventlog",
    "SeriesReport": "importers",
    "read_log": "importers",
    "read_mapping": "importers",
    "read_series": "importers",
    "Layout": "layout",
    "read_layout": "layout",
    "Hospital": "hospital",
    "read_hospital": "hospital",
    "compile_program": "program",
    "BASELINE": "scenario",
    "Scenario": "scenario",
    "describe_levers": "levers",
    "lever_from": "levers",
    "read_scenario": "levers",
    "scenario_from": "levers",
    "calibrate": "calibration",
    "calibrate_series": "calibration",
    "outline": "calibration",
    "Experiment": "runs",
    "ReplicationFailed": "runs",
    "Runs": "runs",
    "run": "runs",
    "run_all": "runs",
    "Comparison": "comparison",
    "compare": "comparison",
    "run_until": "comparison",
    "warm_up": "comparison",
    "BackCheck": "validation",
    "back_check": "validation",
    "beside": "validation",
    "fit_of": "validation",
    "held_out_stays": "validation",
    "CLEAN": "generator",
    "REALISTIC": "generator",
    "Surprises": "generator",
    "Truth": "generator",
    "generate": "generator",
    "read_truth": "generator",
    "Store": "store",
    "Study": "store",
    "SAME_LOG": "reports",
    "Answer": "reports",
    "AnswerRow": "reports",
    "BesideRow": "reports",
    "TypicalWeek": "reports",
    "answer_rows": "reports",
    "assumptions": "reports",
    "beside_rows": "reports",
    "beside_sentence": "reports",
    "fact_line": "reports",
    "findings": "reports",
    "pedigree_lines": "reports",
    "telling_places": "reports",
    "typical_week": "reports",
    "write_report": "reports",
}
"""Where each public name lives."""

__all__ = ["__version__", *_HOMES.keys()]  # noqa: PLE0604 - the keys are strings, ruff cannot see it


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"hospital_twin.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
