"""Validation: is the twin right? What was recorded beside what the twin finds possible."""
from hospital_twin.validation.back_test import BackCheck, back_check
from hospital_twin.validation.effects import EFFECT_COLUMNS, Effect, effects, effects_table
from hospital_twin.validation.fit import Fit, fit_of
from hospital_twin.validation.held_out import HELD_OUT_COLUMNS, held_out_stays
from hospital_twin.validation.side_by_side import BESIDE_COLUMNS, beside

__all__ = [
    "BESIDE_COLUMNS", "EFFECT_COLUMNS", "HELD_OUT_COLUMNS", "BackCheck", "Effect", "Fit", "back_check", "beside",
    "effects", "effects_table", "fit_of", "held_out_stays",
]
