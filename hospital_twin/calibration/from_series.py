"""`calibrate_series`: a reduced hospital from counts without visits, that says what they do not tell.

Each place of a series is a unit of its own, with patients who come from outside and leave from there. What is done for
them, where they go next and how they leave is in no count, and `Hospital.untold` has it refused. How far a place's own
numbers go depends on what is counted there:

- who came and who is there: rates by hour of the week, and by Little's law the mean stay; by the hour, and where
  patients do not leave by the clock, how stays differ as well (`stay_shapes`);
- who left and who is there: the same, since those who came are those who left and the change;
- who is there alone: rates and a stay that give the census of each hour of the week, and stand for no more than that
  (`occupancy`);
- who came alone: rates.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from hospital_twin.calibration.arriving import Arriving, arriving
from hospital_twin.calibration.by_weeks import Ratio, by_weeks
from hospital_twin.calibration.counts import FEWEST_DAYS
from hospital_twin.calibration.findings import rounded
from hospital_twin.calibration.names import distinct
from hospital_twin.calibration.occupancy import Turnover, ceiling, turnover
from hospital_twin.calibration.place_counts import CAME, THERE, PlaceCounts
from hospital_twin.calibration.stay_shapes import Shape, shape_of
from hospital_twin.errors import BadInput
from hospital_twin.eventlog import UNTOLD, Series
from hospital_twin.hospital import Fit, Hospital, Pedigree
from hospital_twin.layout import Layout, checked

CONTRADICTING = 0.01
"""Share of the rows in which more are there than can have come, from which counts and census are of other patients."""
SHORTEST_BY_DAY = 2.0
"""Days of a mean stay below which readings once a day do not tell it."""
HOURS_OF_READING = 12
"""Hours of the day at which there have to be readings for their mean to be that of the day."""
OF_THE_WEEK = "168 rates, {:.3g} to {:.3g} an hour"


def calibrate_series(series: Series, kinds: Mapping[str, str] | None = None) -> Hospital:
    """The hospital of a series of counts, drafted and fitted; `Hospital.untold` says for what it has only stand-ins.

    kinds: place → kind of its unit, by default ``other``. Every fit's estimator begins with ``from counts``. Raises
    `BadInput` where no place has enough days of numbers that tell anything.
    """
    if not series.provenance.dates_comparable:
        raise BadInput("calibration, counts", "their dates are said not to be comparable", "counts with true dates")
    draft = _Draft(series, kinds or {})
    for name in sorted(series.table["place"].unique()):
        draft.add(PlaceCounts.of(series, name))
    if not draft.sources:
        raise BadInput("calibration, counts", f"nothing can be calibrated from them: {'; '.join(draft.not_fitted)}",
                       f"{FEWEST_DAYS} days or more of who came ({' or '.join(CAME)}) or who is there "
                       f"({' or '.join(THERE)}) by the hour or the day")
    return draft.hospital()


class _Draft:
    """The layout under way, and what was found."""

    def __init__(self, series: Series, kinds: Mapping[str, str]):
        self.series, self.kinds = series, kinds
        self.names = distinct(sorted(series.table["place"].unique()))
        self.units: dict[str, Any] = {}
        self.sources: dict[str, Any] = {}
        self.pathways: dict[str, Any] = {}
        self.fits: list[Fit] = []
        self.not_fitted: list[str] = []
        self.untold = {"care", "full"}
        self.unlimited: list[str] = []
        self.unused = set(series.table["quantity"].unique())
        self.counted = 0

    def hospital(self) -> Hospital:
        from hospital_twin import __version__
        table, about, zone = self.series.table, self.series.provenance, self.series.time_zone
        first, last = table["from"].min(), table["to"].max()
        layout = checked(Layout, {
            "name": about.name or "hospital", "time_zone": zone, "starts": first.tz_convert(zone).date().isoformat(),
            "description": f"Drafted from the counts {about.name} ({first:%Y-%m-%d} to {last:%Y-%m-%d}), which know no "
                           "visits: each place is a unit of its own. What is done for patients, and where they go from "
                           "there, is not in it.",
            "units": self.units, "sources": self.sources, "pathways": self.pathways}, "calibration, counts")
        if self.unlimited:
            self.not_fitted.append(
                f"how many places there are in {', '.join(self.unlimited)}: the census does not stand still at a "
                "number that it never passes; they are not limited, and shares of places not told")
        if self.unused:
            self.not_fitted.append(f"{', '.join(sorted(self.unused))}: a twin of counts has no use for these numbers")
        self.not_fitted.append(
            "what is done for patients, by whom, how long they wait for it, of what class they are, where they go next "
            "and how they leave: counts have none of it, and questions that rest on it are refused")
        return Hospital(
            layout=layout, fits=tuple(self.fits), not_fitted=tuple(self.not_fitted),
            untold=tuple(what for what in UNTOLD if what in self.untold),
            fitted_on=Pedigree(name=about.name, sha256=about.sha256 or self.series.fingerprint(),
                               start=first.isoformat(), end=last.isoformat(), visits=self.counted, counts=True,
                               version=__version__))

    # ---- one place
    def add(self, place: PlaceCounts) -> None:
        """A place with all that its numbers tell."""
        name = self.names[place.name]
        self.unused -= set(place.quantities)
        place, derived = self._balanced(place, name)
        came = place.days_of(place.came) >= FEWEST_DAYS
        there = place.days_of(place.there) >= FEWEST_DAYS
        if came and not (place.hourly or place.daily):
            self._kept(name, f"who came: the counts are of {place.step:g} hours each; by the hour or the day is needed")
            came = False
        if not came and not there:
            self._kept(name, f"anything: fewer than {FEWEST_DAYS} days have a number of who came or who is there")
            return
        rates = arriving(place) if came else None
        mean = self._mean_stay(place, name, rates) if there else None
        if rates is None:
            self._census_alone(place, name, mean)
            return
        self._arrivals(place, name, rates, derived)
        self._pathway(place, name, None if mean is None else self._stay(place, name, mean))
        if mean is None:
            self.untold |= {"stays", "shapes"}
            if not there:
                self._kept(name, "how long patients stay, and how many are there: nobody counted who is there")

    def _kept(self, name: str, sentence: str) -> None:
        self.not_fitted.append(f"{name}: {sentence}" if name else sentence)

    def _found(self, path: str, how: str, value: str, interval: tuple[float, float, float], n: int,  # noqa: PLR0913
               note: str, **more: Any) -> None:
        """The pedigree of a number, its estimate and 95 % interval."""
        estimate, low, high = interval
        self.fits.append(Fit(path=path, estimator=f"from counts: {how}", value=value, estimate=rounded(estimate),
                             low=low, high=high, n=n, note=note, **more))

    def _balanced(self, place: PlaceCounts, name: str) -> tuple[PlaceCounts, bool]:
        """Those who came as those who left and the change of the census, where only these were counted."""
        if not np.isnan(place.came).all() or np.isnan(place.left).all() or np.isnan(place.there).all():
            return place, False
        came = place.left + place.change
        wrong = came < 0
        if wrong.sum() > CONTRADICTING * (~np.isnan(came)).sum():
            self._kept(name, f"who came: in {wrong.sum():,} of {(~np.isnan(came)).sum():,} rows the census fell by "
                             "more than left, so that they are not of the same patients")
            return place, False
        return replace(place, came=np.where(wrong, np.nan, came)), True

    def _arrivals(self, place: PlaceCounts, name: str, found: Arriving, derived: bool) -> None:
        source, path = f"to_{name}", f"sources.to_{name}"
        self.counted += found.total
        top = float(found.rate.max())
        self.sources[source] = {
            "pathway": f"through_{name}", "rate": [rounded(r) for r in found.rate.ravel().tolist()],
            "ceiling": rounded(top), "day_factor_sd": rounded(found.spread)}
        how = "those who left and the change of the census" if derived else "those who came"
        self._found(f"{path}.rate", f"{how}, by hour of the week, smoothed; the interval by weeks",
                    OF_THE_WEEK.format(found.rate.min(), top), found.a_day[:3], found.total,
                    f"{found.a_day.value:.4g} arrivals a day; low, high: of that")
        self._found(f"{path}.day_factor_sd", "method of moments on daily counts beyond Poisson", f"{found.spread:.3g}",
                    (found.spread, found.spread_low, found.spread_high), found.days,
                    "" if found.spread else "days do not differ by more than chance")
        if place.daily:
            self._kept(name, "at which hours patients come: the counts are of whole days; their hours are taken to be "
                             "alike, and questions by hour of the day are refused")
            self.untold.add("hours")

    # ---- how long they stay
    def _mean_stay(self, place: PlaceCounts, name: str, rates: Arriving | None) -> Ratio | None:
        """The mean stay by Little's law, in hours; None where it is not told."""
        through = place.came if rates is not None else place.left
        if np.isnan(through).all():
            return None
        hours = np.where(np.isnan(place.there), np.nan, place.there * place.hours)
        mean = by_weeks(hours, through, place.week)
        if mean is None or not mean.value > 0:
            return None
        if rates is not None:
            gone = place.came - place.change
            known = ~np.isnan(gone)
            wrong = int((gone[known] < 0).sum())
            if wrong > CONTRADICTING * known.sum():
                self._kept(name, f"how long patients stay: in {wrong:,} of {known.sum():,} rows the census rose by "
                                 "more than came, so that they are not of the same patients; the census is not used")
                return None
        if len(np.unique(place.moment[~np.isnan(place.there)] % 24)) < HOURS_OF_READING:
            mean = mean.wider(place.step)
            if mean.value < 24 * SHORTEST_BY_DAY:
                self._kept(name, f"how long patients stay: {mean.value:.3g} h by readings at {place.step:g} hours' "
                                 f"distance, which tell stays of {SHORTEST_BY_DAY:g} days or more alone; the census "
                                 "is not used")
                return None
        return mean

    def _stay(self, place: PlaceCounts, name: str, mean: Ratio) -> str:
        """The distribution of the stays, as a layout writes it."""
        left = np.where(np.isnan(place.left), place.came - place.change, place.left)
        shape, why = shape_of(place, left, mean.value)
        text = _distribution(mean.value, shape)
        path = f"pathways.through_{name}.stay_in_{name}.takes"
        self._found(path, "Little's law, patient hours per arrival; the interval by weeks", text, mean[:3],
                    int(np.nansum(place.came)), "low, high: of the mean, h")
        if shape is None:
            self._kept(name, f"how stays differ from patient to patient ({path}): {why}; an exponential of the mean "
                             "stands in, on which the mean census does not depend")
            self.untold.add("shapes")
        else:
            self._found(f"{path} (standard deviation over mean)",
                        "Poisson likelihood of who left given who came; the interval by jackknife",
                        f"{shape.spread:.3g}", (shape.spread, shape.low, shape.high), shape.departures,
                        f"{100 * shape.astray:.1f} % of the departures at other hours of the day than by the fit",
                        candidates={family: rounded(lack) for family, lack in shape.lacks.items()})
        return text

    def _census_alone(self, place: PlaceCounts, name: str, mean: Ratio | None) -> None:
        """A place of which only the census is told: rates and a stay that give it, and stand for nothing else."""
        found = turnover(place, None if mean is None else mean.value)
        if found is None:
            self._kept(name, "anything: the readings are not by the hour or the day, or of fewer than four weeks")
            return
        stay = f"exponential(mean {rounded(found.stay)!r} h)"
        self.sources[f"to_{name}"] = {
            "pathway": f"through_{name}", "rate": [rounded(r) for r in found.rate.tolist()],
            "ceiling": rounded(float(found.rate.max())), "day_factor_sd": rounded(found.spread.value)}
        self._found(f"sources.to_{name}.rate", "the rates that lead from each hour's mean census to the next's; the "
                    "interval by weeks", OF_THE_WEEK.format(found.rate.min(), found.rate.max()), found.census[:3],
                    found.readings, f"{found.census.value:.4g} patients there on average; low, high: of that")
        self._found(f"sources.to_{name}.day_factor_sd",
                    "the variance of the census beyond Poisson; the interval by weeks", f"{found.spread.value:.3g}",
                    found.spread[:3], found.days, "the census then varies from day to day as it did")
        self._say_what_the_census_hides(name, found, mean, stay)
        if mean is not None:
            self._found(f"pathways.through_{name}.stay_in_{name}.takes",
                        "Little's law, patient hours per departure; the interval by weeks", stay, mean[:3],
                        int(np.nansum(place.left)), "low, high: of the mean, h")
        self._pathway(place, name, stay)
        self.untold |= {"arrivals", "shapes"} | (set() if mean else {"stays"}) | ({"hours"} if place.daily else set())

    def _say_what_the_census_hides(self, name: str, found: Turnover, mean: Ratio | None, stay: str) -> None:
        self._kept(name, f"how many come (sources.to_{name}): a census tells only that at least "
                         f"{found.rises.value:.3g} a day did [{found.rises.low:.3g}, {found.rises.high:.3g}], by its "
                         "rises; the rates stand in, and give the census of each hour of the week")
        if mean is None:
            self._kept(name, f"how long patients stay: at most {found.longest:.3g} h on average, by the rises of the "
                             f"census; {stay} stands in, for which it would change as much by chance as it does")

    # ---- the place itself
    def _pathway(self, place: PlaceCounts, name: str, stay: str | None) -> None:
        """The way through a place; where nobody counted who is there, patients come, and that is all that is known."""
        leaving = {"leave": f"leaves_{name}", "as": "unknown"}
        if stay is None:
            self.pathways[f"through_{name}"] = [leaving]
            return
        self.units[name] = {"kind": self.kinds.get(place.name, "other"), "places": self._places(place, name)}
        self.pathways[f"through_{name}"] = [{"move": f"into_{name}", "to": name},
                                            {"stay": f"stay_in_{name}", "takes": stay}, leaving]

    def _places(self, place: PlaceCounts, name: str) -> int | str:
        found = ceiling(place)
        if found is None:
            self.unlimited.append(name)
            self.untold.add("places")
            return "unlimited"
        top, often = found
        readings = int((~np.isnan(place.there)).sum())
        self._found(f"units.{name}.places", "the number at which the census stands still, and that it never passes",
                    str(top), (top, top, top), often, f"{often / readings:.1%} of the readings")
        return top


def _distribution(mean: float, shape: Shape | None) -> str:
    if shape is None:
        return f"exponential(mean {rounded(mean)!r} h)"
    return f"{shape.family}(mean {rounded(mean)!r} h, sd {rounded(mean * shape.spread)!r} h)"
