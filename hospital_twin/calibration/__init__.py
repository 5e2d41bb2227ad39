"""Calibration: an event log and a layout → a hospital whose numbers are fitted, each with its pedigree."""
from hospital_twin.calibration.calibrator import calibrate
from hospital_twin.calibration.drafting import outline

__all__ = ["calibrate", "outline"]
