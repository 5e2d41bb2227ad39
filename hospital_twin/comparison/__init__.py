"""Comparison: what a scenario changes, replication by replication, with intervals and in sentences."""
from hospital_twin.comparison.compare import Comparison, compare
from hospital_twin.comparison.intervals import mean_interval
from hospital_twin.comparison.levels import levels
from hospital_twin.comparison.precision import Precision, run_until
from hospital_twin.comparison.truncation import WarmUp, warm_up

__all__ = ["Comparison", "Precision", "WarmUp", "compare", "levels", "mean_interval", "run_until", "warm_up"]
