"""What a sample log contains that calibration does not assume."""
from __future__ import annotations

from typing import Annotated

from pydantic import Field

from hospital_twin.layout import Part


class Surprises(Part):
    """How a true hospital departs from the calibrator's own family of hospitals, and how badly it is recorded."""

    other_stays: bool = Field(False, description="Lognormal stays become mixtures of two Weibulls with the same mean.")
    pace: dict[str, tuple[Annotated[float, Field(gt=0)], ...]] = Field(
        default_factory=dict, description="How much longer (> 1) or shorter the people of a named pool take, in turn.")
    weather_sd: float = Field(0.0, ge=0, le=0.5, description="Spread of the day's factor on arrivals that persists.")
    weather_persistence: float = Field(0.0, ge=0, lt=1, description="Correlation of that factor from day to day.")
    misrecorded: float = Field(0.0, ge=0, le=0.5, description="Share of intervals whose times are recorded wrongly.")


CLEAN = Surprises()
"""Nothing beyond what calibration assumes, and no faults: for round trips."""

REALISTIC = Surprises(other_stays=True, pace={"ed_doctor": (0.85, 1.20, 0.85, 1.15)}, weather_sd=0.12,
                      weather_persistence=0.8, misrecorded=0.02)
"""What the shipped sample year contains. The paces are those of a department whose doctors, weighted by their hours,
are as fast on average as its layout says."""
