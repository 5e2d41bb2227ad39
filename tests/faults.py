"""Faults planted in a sound layout: what is written instead, and what the answer has to say.

In two groups, for the two doors: the file (line and path inside it), and the whole layout (path inside it), where only
the compiler sees that names do not meet.
"""
from __future__ import annotations

from typing import NamedTuple

SOUND = """\
name: Small
time_zone: Europe/London
attributes:
  acuity: [1, 2, 3]
staff:
  doctor: {on_duty: {"08:00-20:00": 2}, role: doctor, order: [acuity], named: true}
  nurse: {on_duty: 3}
units:
  ed: {kind: ed, places: 6, cleaning: 10 min}
  ward: {kind: ward, places: 4, staff: {nurse: 1 per 2}, outliers: [ed]}
sources:
  walk_in: {pathway: p, rate: 2, ceiling: 3, sets: {acuity: {draw: {1: 1, 2: 2, 3: 2}}}}
  booked: {pathway: q, timetable: [{days: mon-fri, at: "08:00", count: 2, every: 30 min}]}
rules:
  surge: {when: waiting(doctor) > 4, then: [{add: 1, to: doctor}]}
pathways:
  p:
    - {move: to_ed, to: ed, patience: 4 h}
    - {do: see, by: doctor, takes: "lognormal(median 20 min, p90 50 min)"}
    - branch: admitted
      options:
        - {chance: 0.2, then: [{follow: q}]}
        - {then: [{leave: home, as: home}]}
  q:
    - {move: to_ward, to: ward}
    - {stay: care, takes: exponential(mean 20 h)}
    - {wait: leave_time, until: {profile: {"10:00-18:00": 1}}}
    - {leave: out, as: home}
"""


class Fault(NamedTuple):
    """old is written as new. where, problem, expected: words of the answer."""

    old: str
    new: str
    where: str
    problem: str
    expected: str

    def __str__(self) -> str:
        return self.new.strip()[:50]

    def text(self) -> str:
        assert SOUND.count(self.old) == 1, self.old
        return SOUND.replace(self.old, self.new)


IN_THE_FILE = (
    Fault("places: 6", "plases: 6", "line 9: units.ed.plases", "'plases' is not known",
          "'places', most likely; there are also "),
    Fault("places: 6, ", "", "line 9: units.ed", "'places' is missing", "a value for 'places'"),
    Fault("places: 6", "places: -5", "line 9: units.ed.places", "-5", "greater than or equal to 0"),
    Fault("places: 6", "places: 99999999999999999999999", "line 9: units.ed.places", "99999", "less than or equal"),
    Fault("time_zone: Europe/London", "time_zone: London", "line 2: time_zone", "'London' is not a time zone",
          "Europe/London"),
    Fault('"08:00-20:00": 2', '"8-20": 2', "line 6: staff.doctor.on_duty", "'8-20' is not a window", "HH:MM"),
    Fault('"08:00-20:00": 2', '"08:00-25:00": 2', "line 6: staff.doctor.on_duty", "'25:00' is not a time of day",
          "24:00"),
    Fault("1 per 2", "two each", "line 10: units.ward.staff.nurse", "'two each' is not a ratio", "1 per 2"),
    Fault("exponential(mean 20 h)", "exponentail(mean 20 h)", "line 26: pathways.q.1.takes",
          "no distribution 'exponentail' in 'exponentail(mean 20 h)'", "fixed, uniform, triangular, exponential"),
    Fault("{stay: care,", "{stey: care,", "line 26: pathways.q.1", "no known kind", "do, seize"),
    Fault("{stay: care,", "{stay: Care Of,", "line 26: pathways.q.1.stay", "'Care Of' is not a name", "small letters"),
    Fault("chance: 0.2", "chance: 20", "line 22: pathways.p.2.options.0.chance", "20", "less than or equal to 1"),
    Fault("days: mon-fri", "days: monday", "line 13: sources.booked.timetable.0", "'monday' names no weekdays",
          "mon-fri"),
    Fault(", every: 30 min", "", "line 13: sources.booked.timetable.0", "several slots", "every"),
    Fault("every: 30 min", "every: exponential(mean 30 min)", "line 13: sources.booked.timetable.0", "is drawn",
          "30 min"),
    Fault("rate: 2, ceiling: 3", "rate: 2", "line 12: sources.walk_in", "no ceiling", "candidate layer"),
    Fault("rate: 2, ceiling: 3", "ceiling: 3", "line 12: sources.walk_in", "none of rate", "one"),
    Fault("acuity: [1, 2, 3]", "acuity: [1, 2, 2]", "line 4: attributes.acuity", "stands twice", "each once"),
    Fault("acuity: [1, 2, 3]", "acuity: [1, 2, 3]\n  activity: [a, b]", "attributes", "meaning of its own",
          "another name"),
    Fault("exponential(mean 20 h)", "-5 h", "line 26: pathways.q.1.takes", "-5 h reaches below 0", "0 or more"),
    Fault("exponential(mean 20 h)", '"uniform(-9 h, -5 h)"', "line 26: pathways.q.1.takes", "reaches below 0",
          "a time of 0 or more"),
    Fault("exponential(mean 20 h)", "{by: acuity, of: {1: -1 h}, otherwise: 1 h}", "line 26: pathways.q.1.takes",
          "-1 h reaches below 0", "a time of 0 or more"),
    Fault("cleaning: 10 min", "cleaning: -30 min", "line 9: units.ed.cleaning", "reaches below 0", "0 or more"),
    Fault("patience: 4 h", '"patience": "exponential(mean 4 h) shifted -1 h"', "line 18: pathways.p.0.patience",
          "shifted -1 h reaches below 0", "a time of 0 or more"),
    Fault("every: 30 min", "every: -30 min", "line 13: sources.booked.timetable.0.every", "below 0", "0 or more"),
    Fault("rate: 2, ceiling", "rate: 2, day_factor_sd: 1e6, ceiling", "line 12: sources.walk_in.day_factor_sd",
          "1e+06 times the mean", "0, or from 0.001 to 4.4"),
    Fault("rate: 2, ceiling", "rate: 2, day_factor_sd: 1.0e-9, ceiling", "line 12: sources.walk_in.day_factor_sd",
          "1e-09 times the mean", "0, or from 0.001 to 4.4"),
    Fault("rate: 2, ceiling", "rate: 2, holidays: Bavaria, ceiling", "line 12: sources.walk_in.holidays",
          "no calendar of public holidays for 'Bavaria'", "CA-QC"),
    Fault("rate: 2, ceiling", "rate: 2, holidays: NO, ceiling", "line 12: sources.walk_in.holidays",
          "no is read as false", '"NO"'),
    Fault("{pathway: q, timetable", "{pathway: q, holidays: US, timetable", "line 13: sources.booked",
          "holidays but no rate", "a rate"),
    Fault("places: 6", "places: true", "line 9: units.ed.places", "true is no number", "a number"),
    Fault("places: 6", "places: {}", "line 9: units.ed.places", "no hours are named", "windows of the week"),
    Fault("rate: 2, ceiling", "rate: yes, ceiling", "line 12: sources.walk_in.rate", "true is no number", "a number"),
    Fault("count: 2", "count: on", "line 13: sources.booked.timetable.0.count", "true is no number", "a number"),
    Fault("add: 1", "add: true", "line 15: rules.surge.then.0", "true is no number", "a number"),
    Fault("{add: 1, to: doctor}", "{evict: 5, to: q}", "line 15: rules.surge.then.0.evict", "5 is not a name",
          "small letters"),
    Fault("{add: 1, to: doctor}", "{evict: ed, too: q}", "line 15: rules.surge.then.0.too", "'too' is not known",
          "'to', most likely; there are also evict"),
    Fault("kind: ed", "kind: emergency", "line 9: units.ed.kind", "'emergency'", "'ed'"),
)

IN_THE_YAML = (
    Fault("name: Small", "name: Small\nname: Twice", "line 2", "'name' stands twice", "each key once"),
    Fault("name: Small", "name: !!python/object/apply:os.system [ls]", "line 1", "the tag", "without tags"),
    Fault("name: Small", "name: !mine x", "line 1", "the tag !mine", "without tags"),
    Fault("places: 6", "places: [6", "line 9", "this is not YAML", "two spaces"),
    Fault("rate: 2,", "rate: .inf,", "line 12", "no number to calculate with", "finite"),
    Fault("rate: 2,", "rate: .nan,", "line 12", "no number to calculate with", "finite"),
    Fault("name: Small", "? [a, b]\n: 1", "line 1", "a key that is a list", "a name before the colon"),
    Fault("name: Small", "name: &a [*a]", "line 1", "unfolds without end", "without anchors"),
    Fault("name: Small", "name: " + "[" * 900 + "]" * 900, "line 1", "unfolds without end", "60 deep"),
    Fault("name: Small", "name: " + "[" * 100_000, "line 1", "not YAML", "two spaces"),
    Fault("name: Small", "name: Sm\x00all", "layout.yaml", "not YAML", "plain text"),
    Fault("name: Small", "<<: {name: Small}", "line 1", "'<<' cannot be read", "plain value"),
    Fault("name: Small", "name: Small\n---\nname: Other", "line", "another document", "two spaces"),
)

IN_THE_WHOLE = (
    Fault("by: doctor", "by: surgeon", "pathways.p.1 (do: see)", "no staff, equipment or unit 'surgeon'", "doctor"),
    Fault("to: ward}", "to: nurse}", "pathways.q.0 (move: to_ward)", "moves to nurse", "one of ed, ward"),
    Fault("staff: {nurse: 1 per 2}", "staff: {porter: 1 per 2}", "units.ward.staff", "no staff 'porter'", "nurse"),
    Fault("outliers: [ed]", "outliers: [nurse]", "units.ward.outliers", "no unit 'nurse'", "one of ed, ward"),
    Fault("pathway: q, timetable", "pathway: z, timetable", "sources.booked", "no pathway 'z'", "one of p, q"),
    Fault("then: [{follow: q}]", "then: [{follow: z}]", "pathways", "no pathway 'z'", "one of p, q"),
    Fault("    - {leave: out, as: home}\n", "", "pathways.q", "end of the steps", "leave"),
    Fault("{stay: care,", "{stay: see,", "pathways.q.1 (stay: see)", "stands already", "a name of its own"),
    Fault("{stay: care,", "{stay: cleaning,", "pathways.q.1 (stay: cleaning)", "something else in a log", "another"),
    Fault("waiting(doctor) > 4", "waiting(doctors) > 4", "rules.surge.when", "waiting(doctors)", "doctor"),
    Fault("waiting(doctor) > 4", "acuity > 2", "rules.surge.when", "looks at a visit", "counts and the clock"),
    Fault("waiting(doctor) > 4", "waiting(doctor) >> 4", "rules.surge.when", "not part of the language", "+ - * /"),
    Fault("waiting(doctor) > 4", "waiting(doctor) >", "rules.surge.when", "not an expression", "for example"),
    Fault("waiting(doctor) > 4", "queue(doctor) > 4", "rules.surge.when", "no function 'queue'", "waiting"),
    Fault("order: [acuity]", "order: [free(ed)]", "doctor.order", "reads a counter", "class attributes"),
    Fault("draw: {1: 1, 2: 2, 3: 2}", "draw: {1: 1, 9: 2}", "sources.walk_in.sets.acuity", "9 is not a value",
          "one of 1, 2, 3"),
    Fault("draw: {1: 1, 2: 2, 3: 2}", "draw: {1: 0}", "sources.walk_in.sets.acuity", "sum to nothing", "above 0"),
    Fault("takes: exponential(mean 20 h)", "takes: {by: acuity, of: {1: 1 h, 2: 2 h}}", "pathways.q.1 (stay: care)",
          "nothing for acuity 3", "otherwise"),
    Fault("takes: exponential(mean 20 h)", "takes: {by: age_band, of: {1: 1 h}}", "pathways.q.1 (stay: care)",
          "'age_band', which is not known", "acuity"),
    Fault("by: doctor", "by: {doctor: 2}", "pathways.p.1 (do: see)", "whose members are named", "one of them"),
    Fault("by: doctor", "same_as: nobody, by: doctor", "pathways.p.1 (do: see)", "'nobody', which is no step",
          "a step"),
    Fault("to: doctor}", "to: surgeon}", "rules.surge.then.0", "no staff, equipment or unit 'surgeon'", "doctor"),
    Fault("named: true", "dated: [{from: tomorrow, to: 2025-01-07, number: 0}]", "doctor.dated.0", "not a date",
          "2025-12-25"),
    Fault("named: true", "dated: [{from: 2025-01-08, to: 2025-01-07, number: 0}]", "doctor.dated.0",
          "before it begins", "`to` after `from`"),
    Fault('"10:00-18:00": 1', '"10:30-18:00": 1', "pathways.q.2 (wait: leave_time)", "within an hour", "full hour"),
    Fault('"10:00-18:00": 1', '"10:00-18:00": 0', "pathways.q.2 (wait: leave_time)", "nobody ever goes", "above 0"),
    Fault("    - {leave: out, as: home}", "    - {repeat: r, from: nowhere, chance: 0.5}\n    - {leave: out, as: home}",
          "pathways.q", "'nowhere', which is no earlier step", "to_ward"),
    Fault("  nurse: {on_duty: 3}", "  nurse: {on_duty: 3}\n  ward: {on_duty: 3}", "units.ward",
          "stands under staff too", "a name of its own"),
    Fault("waiting(doctor) > 4", "not " * 5000 + "active(surge)", "rules.surge.when",
          "an expression of 20,013 characters", "at most 500"),
)
