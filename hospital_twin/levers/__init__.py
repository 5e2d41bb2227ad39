"""Levers: each file of this folder is one thing that somebody could change in a hospital."""
from hospital_twin.levers._describe import describe_levers
from hospital_twin.levers._read import lever_from, read_scenario, scenario_from
from hospital_twin.levers._words import in_words

__all__ = ["describe_levers", "in_words", "lever_from", "read_scenario", "scenario_from"]
