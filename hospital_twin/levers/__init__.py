"""Levers: each file of this folder is one thing that somebody could change in a hospital."""
from hospital_twin.levers._describe import describe_levers
from hospital_twin.levers._read import lever_from, read_scenario, scenario_from

__all__ = ["describe_levers", "lever_from", "read_scenario", "scenario_from"]
