"""Who comes and when: rates, seasons, days, batches, timetables, traces, returns, closed populations."""
from __future__ import annotations

import pytest

from tests.tiny import at, capacity, ends, named, rows, run, who

pytestmark = pytest.mark.unit

DAY = 1440


def arrivals(source: str, *, days: float = 10, attributes: str = "{}", seed: int = 1, starts: str | None = None
             ) -> list[float]:
    log = run(f"""
        attributes: {attributes}
        sources: {{a: {{pathway: p, {source}}}}}
        pathways: {{p: [{{leave: out, as: home}}]}}
    """, days=days, seed=seed, starts=starts)
    return [r[3] for r in rows(log, "arrive")]


def test_a_rate_is_kept_in_number_and_in_spread():
    # Poisson: mean and variance of the hourly counts are the rate (95 % of 400 hours within 4 standard errors).
    times = arrivals("rate: 6, ceiling: 10", days=400 / 24)
    counts = [0] * 400
    for time in times:
        counts[int(time // 60)] += 1
    mean = sum(counts) / 400
    variance = sum((c - mean) ** 2 for c in counts) / 399
    assert abs(mean - 6) < 4 * (6 / 400) ** 0.5
    assert abs(variance / mean - 1) < 4 * (2 / 399) ** 0.5


def test_the_ceiling_changes_who_comes_but_not_how_many():
    few, many = (len(arrivals(f"rate: 6, ceiling: {ceiling}", days=20)) for ceiling in (6, 1.5))
    assert abs(few - 2880) < 4 * 2880 ** 0.5
    assert abs(many - 2880) < 4 * 2880 ** 0.5


def test_rates_by_window_season_and_date_multiply():
    source = """rate: {"08:00-20:00": 10}, ceiling: 20, season: {1: 0.5},
                dated: [{from: 2025-01-07, to: 2025-01-08, times: 3},
                            {from: 2025-01-08 12:00, to: 2025-01-20, times: 0}]"""
    times = arrivals(source, days=4)
    monday, tuesday, wednesday = (sum(d * DAY <= t < (d + 1) * DAY for t in times) for d in range(3))
    assert abs(monday - 60) < 4 * 60 ** 0.5
    assert abs(tuesday - 180) < 4 * 180 ** 0.5
    assert abs(wednesday - 20) < 4 * 20 ** 0.5
    assert max(times) < 2 * DAY + 720
    assert all(480 <= t % DAY < 1200 for t in times)


def test_public_holidays_are_local_days_with_a_rate_of_their_own():
    # Christmas Eve 2024 was a Tuesday; in Sydney, where summer time holds, Boxing Day is a holiday too.
    for zone, place, boxing_day in (("Australia/Sydney", "AU-NSW", 3), ("America/Chicago", "US-IA", 1)):
        log = run(f"""
            time_zone: {zone}
            sources: {{a: {{pathway: p, rate: 20, ceiling: 20,
                          holidays: {{calendar: {place}, times: {{christmas_day: 0, others: 3}}}}}}}}
            pathways: {{p: [{{leave: out, as: home}}]}}
        """, days=4, starts="2024-12-24")
        times = [r[3] for r in rows(log, "arrive")]
        for day, factor in enumerate((1, 0, boxing_day, 1)):
            came = sum(day * DAY <= t < (day + 1) * DAY for t in times)
            assert abs(came - 480 * factor) <= 4 * (480 * factor) ** 0.5


def test_holidays_that_change_nothing_and_those_outside_the_run_change_nobody():
    source = "rate: 5, ceiling: 8, day_factor_sd: 0.2, season: {12: 1.1}"
    plain = arrivals(source, days=5, starts="2024-12-23")
    assert arrivals(f"{source}, holidays: GB-ENG", days=5, starts="2024-12-23") == plain
    fewer = arrivals(f"{source}, holidays: {{calendar: GB-ENG, times: 0.5}}", days=5, starts="2024-12-23")
    assert set(fewer) < set(plain)
    assert [t for t in fewer if not 2 * DAY <= t < 4 * DAY] == [t for t in plain if not 2 * DAY <= t < 4 * DAY]
    summer = arrivals(source, days=5, starts="2024-06-03")
    assert arrivals(f"{source}, holidays: {{calendar: GB-ENG, times: 0.5}}", days=5, starts="2024-06-03") == summer


def test_a_factor_that_began_before_the_run_holds_from_its_start():
    assert arrivals("rate: 10, ceiling: 10, dated: [{from: 2024-12-01, to: 2025-01-06 12:00, times: 0}]",
        days=1)[0] >= 720


def test_days_differ_by_their_factor():
    # Counts a day are over-dispersed: variance = mean + (mean × sd)²; the factor's mean is 1.
    times = arrivals("rate: 0.5, ceiling: 2, day_factor_sd: 0.6", days=300)
    counts = [0] * 300
    for time in times:
        counts[int(time // DAY)] += 1
    mean = sum(counts) / 300
    variance = sum((c - mean) ** 2 for c in counts) / 299
    assert abs(mean - 12) < 4 * ((12 + 7.2 ** 2) / 300) ** 0.5
    assert variance == pytest.approx(12 + 7.2 ** 2, rel=0.35)
    assert variance > 3 * mean


def test_batches_come_together():
    log = run("""
        sources: {a: {pathway: p, rate: 2, ceiling: 2, batch: {1: 0.5, 3: 0.3, 6: 0.2}}}
        pathways: {p: [{stay: s, takes: exponential(mean 1 h)}, {leave: out, as: home}]}
    """, days=20)
    came = log.stays[log.stays["activity"] == "arrive"]
    sizes = came.groupby("start").size()
    assert set(sizes) == {1, 3, 6}
    assert abs(len(sizes) - 960) < 4 * 960 ** 0.5
    assert abs((sizes == 6).mean() - 0.2) < 4 * (0.16 / len(sizes)) ** 0.5
    stays = log.stays[(log.stays["activity"] == "s") & (log.stays["end_reason"] == "done")]
    assert (stays["end"] - stays["start"]).nunique() > 0.99 * len(stays)  # each member is a patient of its own
    assert came["patient"].is_unique


def test_a_batch_of_nobody_is_nobody():
    log = run("""
        sources: {a: {pathway: p, rate: 2, ceiling: 2, batch: {0: 0.5, 2: 0.5}}}
        pathways: {p: [{leave: out, as: home}]}
    """, days=20)
    sizes = log.stays[log.stays["activity"] == "arrive"].groupby("start").size()
    assert set(sizes) == {2}
    assert abs(len(sizes) - 480) < 4 * 480 ** 0.5


def test_a_timetable_books_one_visit_a_slot():
    assert arrivals('timetable: [{at: "08:00", count: 3, every: 20 min, days: "mon,wed"}, {at: 12:30}]', days=3) == [
        480, 500, 520, 750, DAY + 750, 2 * DAY + 480, 2 * DAY + 500, 2 * DAY + 520, 2 * DAY + 750]


def test_slots_set_classes_in_turn_after_those_of_the_source():
    log = run("""
        attributes: {ward: [x, y], kind: [elective, urgent]}
        sources: {a: {pathway: p, timetable: [{at: "08:00", count: 4, every: 1 h, sets: {ward: [x, y, y]}}],
                      sets: {kind: urgent}}}
        pathways: {p: [{leave: out, as: home}]}
    """)
    came = log.stays[log.stays["activity"] == "arrive"].sort_values("start")
    assert came["ward"].tolist() == ["x", "y", "y", "x"]
    assert set(came["kind"]) == {"urgent"}


def test_patients_come_some_time_after_or_before_their_slot():
    on_time = arrivals('timetable: [{at: "08:00", count: 100, every: 5 min}]', days=1)
    late = arrivals('timetable: [{at: "08:00", count: 100, every: 5 min}], offset: "uniform(-10, 20 min)"', days=1)
    assert len(late) == 100
    assert late != on_time
    assert min(late) >= 470
    assert max(late) <= on_time[-1] + 20


def test_no_shows_stay_away_by_class():
    log = run("""
        attributes: {kind: [reliable, not_so]}
        sources: {a: {pathway: p, timetable: [{at: "08:00", count: 100, every: 5 min,
                    sets: {kind: [reliable, not_so]}}],
                      no_show: {by: kind, of: {reliable: 0, not_so: 0.4}}}}
        pathways: {p: [{leave: out, as: home}]}
    """, days=20)
    counts = log.stays.loc[log.stays["activity"] == "arrive", "kind"].value_counts()
    assert counts["reliable"] == 1000
    assert abs(counts["not_so"] - 600) < 4 * (1000 * 0.24) ** 0.5


def test_a_class_by_the_hour_is_that_of_the_slots_hour():
    log = run("""
        attributes: {shift: [night, day]}
        sources: {a: {pathway: p, timetable: [{at: "06:00", count: 4, every: 60 min}],
                      no_show: {by: shift, of: {night: 0, day: 1}},
                      sets: {shift: {draw: {by: hour, of: {"08-20": {day: 1}}, otherwise: {night: 1}}}}}}
        pathways: {p: [{leave: out, as: home}]}
    """)
    assert [r[3] for r in rows(log, "arrive")] == [360, 420]


def test_a_trace_is_followed_and_what_lies_outside_the_run_is_left_out():
    text = "trace: [2025-01-05 23:00, 2025-01-06 01:00, 2025-01-06 01:00, 2025-01-07 00:00]"
    assert arrivals(text, days=1) == [60, 60]


def test_classes_are_drawn_in_order_and_may_depend_on_earlier_ones_and_on_the_hour():
    log = run(f"""
        attributes: {{shift: [night, day], acuity: [1, 2, 3], old: [0, 1]}}
        sources:
          a:
            pathway: p
            trace: {at(*range(0, DAY, 2))}
            sets:
              shift: {{draw: {{by: hour, of: {{"08-20": {{day: 1}}}}, otherwise: {{night: 1}}}}}}
              acuity: {{draw: {{by: shift, of: {{night: {{1: 0.5, 2: 0.5}}, day: {{2: 0.25, 3: 0.75}}}}}}}}
              old: "1 if acuity == 1 else 0"
        pathways: {{p: [{{leave: out, as: home}}]}}
    """)
    came = log.stays[log.stays["activity"] == "arrive"]
    hour = came["start"].dt.hour
    assert (came["shift"].eq("day") == hour.between(8, 19)).all()
    table = came.groupby("shift", observed=True)["acuity"].value_counts(normalize=True)
    assert table["night"][1] == pytest.approx(0.5, abs=4 * (0.25 / 360) ** 0.5)
    assert table["day"][3] == pytest.approx(0.75, abs=4 * (0.1875 / 360) ** 0.5)
    assert (came["old"].astype(int) == came["acuity"].astype(int).eq(1)).all()


def test_what_nobody_sets_is_the_first_value():
    log = run(f"""
        attributes: {{k: [7, 3]}}
        sources: {{a: {{pathway: p, trace: {at(0)}}}}}
        pathways: {{p: [{{leave: out, as: home}}]}}
    """)
    assert set(log.stays["k"]) == {7}


def test_a_patient_who_returns_is_a_new_visit_of_the_same_patient():
    log = run(f"""
        attributes: {{k: [1, 2]}}
        sources: {{a: {{pathway: p, trace: {at(0)}, sets: {{k: 2}}}}}}
        pathways:
          p: [{{stay: s, takes: 10 min}}, {{return: r, after: 30 min, to: q}}, {{stay: s2, takes: 5 min}},
              {{leave: o1, as: home}}]
          q: [{{stay: s3, takes: 7 min}}, {{leave: o2, as: home_again}}]
    """)
    assert ends(log) == {"a0": (15, "home"), "back": (47, "home_again")}
    assert rows(log, "arrive")[1][:4] == ("back", "arrive", 40, 40)
    assert log.stays["patient"].nunique() == 1
    assert log.stays["visit"].nunique() == 2
    assert set(log.stays["k"]) == {2}


def test_two_returns_of_one_visit_are_two_visits():
    log = run(f"""
        sources: {{a: {{pathway: p, trace: {at(0)}}}}}
        pathways:
          p: [{{return: r, after: 30 min, to: q}}, {{return: r2, after: 60 min, to: q}}, {{leave: o1, as: home}}]
          q: [{{leave: o2, as: home}}]
    """)
    assert [r[3] for r in rows(log, "arrive")] == [0, 30, 60]
    assert log.stays["visit"].nunique() == 3


def test_a_closed_population_is_there_from_the_start_and_goes_round():
    log = run("""
        equipment: {repair: {number: 1}}
        sources: {a: {pathway: p, present: 3}}
        pathways: {p: [{stay: works, takes: 60 min}, {do: mend, by: repair, takes: 10 min},
                       {repeat: again, from: works, chance: 1}, {leave: never, as: home}]}
    """, days=0.125)
    assert named(rows(log, "arrive")) == ["a0", "a1", "a2"]
    assert [r[3:5] for r in rows(log, "mend")][:6] == [(60, 70), (70, 80), (80, 90), (130, 140), (140, 150), (150, 160)]
    assert ends(log) == {}


def test_sources_do_not_meet_in_their_names():
    # Names of the same 20-bit hash would be the same patients; the compiler refuses them (found by search).
    from hospital_twin.errors import BadInput
    from hospital_twin.streams import source_hash
    seen: dict[int, str] = {}
    for number in range(20_000):
        name = f"s{number}"
        other = seen.setdefault(source_hash(name), name)
        if other != name:
            break
    with pytest.raises(BadInput, match=other):
        run(f"sources: {{{name}: {{pathway: p, present: 1}}, {other}: {{pathway: p, present: 1}}}}\n"
            "pathways: {p: [{leave: out, as: home}]}\n")


def test_the_first_row_of_a_visit_is_its_arrival_in_the_hospital():
    log = run(f"""
        staff: {{d: {{on_duty: 1}}}}
        sources: {{a: {{pathway: p, trace: {at(0, 1, 2)}}}}}
        pathways: {{p: [{{do: see, by: d, takes: 10 min}}, {{leave: out, as: home}}]}}
    """)
    first = log.stays.sort_values(["joined", "start"]).groupby("visit").first()
    assert set(first["activity"]) == {"arrive"}
    assert {who(v) for v in first.index} == {"a0", "a1", "a2"}
    assert capacity(log, "d") == [(0, 1, "start")]
