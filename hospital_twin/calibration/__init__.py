"""Calibration: an event log and a layout, or counts alone → a hospital of fitted numbers, each with its pedigree."""
from hospital_twin.calibration.calibrator import calibrate
from hospital_twin.calibration.drafting import BEDS_OF_A_DRAFT, outline
from hospital_twin.calibration.from_series import calibrate_series

__all__ = ["BEDS_OF_A_DRAFT", "calibrate", "calibrate_series", "outline"]
