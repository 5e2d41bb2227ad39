"""Runs: replications of a scenario, on any number of workers with one and the same result."""
from hospital_twin.runs.experiment import Experiment
from hospital_twin.runs.replicate import ReplicationFailed, replicate
from hospital_twin.runs.results import EVERYBODY, Item, Result, Runs
from hospital_twin.runs.run import run, run_all

__all__ = ["EVERYBODY", "Experiment", "Item", "ReplicationFailed", "Result", "Runs", "replicate", "run", "run_all"]
