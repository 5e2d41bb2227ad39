"""Faults planted at each door of the program: what is written, what is typed, and what the answer has to name."""
from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

LAYOUT = """\
name: Tiny ED
attributes:
  acuity: [2, 3, 4]
staff:
  ed_doctor: {on_duty: 2, role: doctor}
units:
  cubicles: {kind: ed, places: 8}
  ward: {kind: ward, places: 10}
sources:
  walk_in: {pathway: emergency, rate: 2.5, ceiling: 4, sets: {acuity: {draw: {2: 1, 3: 2, 4: 2}}}}
  booked: {pathway: planned, timetable: [{days: mon-fri, at: "08:00"}], sets: {acuity: 3}}
pathways:
  emergency:
    - {move: in, to: cubicles, patience: "exponential(mean 6 h)"}
    - {do: see_doctor, by: ed_doctor, takes: "lognormal(median 30 min, p90 60 min)"}
    - branch: out
      options:
        - chance: 0.1
          then: [{follow: planned}]
        - then: [{leave: home, as: home}]
  planned:
    - {move: to_ward, to: ward}
    - {stay: ward_stay, takes: "lognormal(median 20 h, p90 50 h)"}
    - {leave: home_from_ward, as: home}
"""
LOG = "visit,unit,in,out\n" + "".join(
    f"{day},ward,2025-01-{day:02} 08:00,2025-01-{day + 1:02} 10:30\n" for day in range(1, 29))
SCENARIO = "name: a bed more\nlevers:\n  - {lever: beds, unit: ward, change: 1}\n"
RUN = ("run", "tiny.yaml", "--days", "2", "--warm-up", "0", "--replications", "2")
DOORS = ("layout", "log", "scenario", "command")
COMPARE = ("compare", "tiny.yaml", "--days", "2", "--warm-up", "0", "--replications", "2")


class Fault(NamedTuple):
    """One thing done wrong.

    door: layout, log, scenario or command. files: name → text (None: a folder). typed: the arguments.
    place, problem, expected: words that the answer has to contain.
    """

    door: str
    name: str
    files: dict[str, str | bytes | None]
    typed: tuple[str, ...]
    place: str
    problem: str
    expected: str

    def __str__(self) -> str:
        return f"{self.door}-{self.name}"

    def plant(self, folder: Path) -> None:
        """Write the sound files, and the faulty ones over them."""
        sound: dict[str, str | bytes | None] = {"tiny.yaml": LAYOUT, "log.csv": LOG, "bed.yaml": SCENARIO}
        for name, content in (sound | self.files).items():
            if content is None:
                (folder / name).mkdir()
            elif isinstance(content, bytes):
                (folder / name).write_bytes(content)
            else:
                (folder / name).write_text(content, encoding="utf-8")


    def lacking(self, said: str) -> list[str]:
        """What an answer does not name: the place in its first line, what was found, and what was expected."""
        first, _, rest = said.strip().partition("\n")
        wanted = ((self.place, first), (self.problem, said), ("expected: ", rest), (self.expected, rest))
        return [f"{words!r} in {text!r}" for words, text in wanted if words not in text]


def _layout(name: str, content: str | bytes | None, place: str, problem: str, expected: str) -> Fault:
    return Fault("layout", name, {"bad.yaml": content}, ("run", "bad.yaml"), place, problem, expected)


def _log(name: str, content: str | bytes | None, place: str, problem: str, expected: str, *more: str) -> Fault:
    return Fault("log", name, {"bad.csv": content}, ("check", "bad.csv", *more), place, problem, expected)


def _scenario(name: str, content: str | None, place: str, problem: str, expected: str) -> Fault:
    return Fault("scenario", name, {"bad.yaml": content}, (*COMPARE, "bad.yaml"), place, problem, expected)


def _command(name: str, typed: tuple[str, ...], place: str, problem: str, expected: str) -> Fault:
    return Fault("command", name, {}, typed, place, problem, expected)


FAULTS = (
    Fault("layout", "no such file", {}, ("run", "none.yaml"), "none.yaml", "there is no such file",
          "community_hospital"),
    _layout("a folder", None, "bad.yaml", "this is a folder", "a YAML file"),
    _layout("not text", b"name: \xff\xfe", "bad.yaml", "not UTF-8", "a text file"),
    Fault("layout", "a log in its place", {}, ("run", "log.csv"), "log.csv", "not a layout or hospital file",
          "hospital-twin calibrate log.csv"),
    _layout("not YAML", LAYOUT.replace("[2, 3, 4]", "[2, 3"), "bad.yaml, line", "not YAML", "two spaces"),
    _layout("a key twice", LAYOUT.replace("  ward:", "  cubicles:"), "bad.yaml, line 8", "stands twice",
            "each key once"),
    _layout("code", LAYOUT.replace("name: Tiny ED", "name: !!python/object/apply:os.system [ls]"),
            "bad.yaml, line 1", "the tag", "plain values"),
    _layout("anchors in anchors", "a: &a [x, x]\nb: &b [*a, *a]\n" + "".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
        for before, name in zip("bcdefg", "cdefgh", strict=True)),
            "bad.yaml, line", "without end", "at most"),
    _layout("a missing field", LAYOUT.replace("on_duty: 2, ", ""), "bad.yaml, line 5: staff.ed_doctor",
            "'on_duty' is missing", "a value for 'on_duty'"),
    _layout("a unit that is not there", LAYOUT.replace("to: ward}", "to: wrad}"), "bad.yaml", "wrad", "ward"),
    _layout("a pathway without end", LAYOUT.replace("    - {leave: home_from_ward, as: home}\n", ""), "bad.yaml",
            "the end of the steps", "`leave`"),
    Fault("log", "no such file", {}, ("check", "none.csv"), "none.csv", "there is no such file", "admission log"),
    _log("a folder", None, "bad.csv", "this folder holds no log", "shapes"),
    _log("empty", "", "bad.csv", "the file is empty", "CSV"),
    _log("a workbook", b"PK\x03\x04" + b"x" * 99, "bad.csv", "Excel", "CSV"),
    _log("no rows", "visit,unit,in,out\n", "bad.csv", "there are no rows", "one row a line"),
    _log("an ambiguous date order", LOG.replace("2025-01-", "01/").replace(" 08:00", "/2025 08:00").replace(
        " 10:30", "/2025 10:30").split("13,ward")[0].replace("/13/", "/12/"), "bad.csv", "day or month first",
         "date_order"),
    _log("no column of visits", LOG.replace("visit", "colour"), "bad.csv, line 1", "no column is recognised as `visit`",
         "mapping"),
    _log("no usable row", LOG.replace("2025-01", "2025-99"), "bad.csv", "", "start"),
    _log("a time zone that is not there", LOG, "time_zone", "there is no time zone 'Europe/Lodnon'", "Europe/London",
         "--time-zone", "Europe/Lodnon"),
    Fault("scenario", "no such file", {}, (*COMPARE, "none.yaml"), "none.yaml", "there is no such file", "YAML"),
    _scenario("no fields", "just words\n", "bad.yaml", "holds no fields", "levers"),
    _scenario("levers that are no list", SCENARIO.replace("\n  - ", " "), "bad.yaml, line 2", "levers is", "a list"),
    _scenario("no lever named", SCENARIO.replace("lever: beds, ", ""), "bad.yaml, line 3", "names no lever",
              "ed_staffing"),
    _scenario("an unknown lever", SCENARIO.replace("beds", "bads"), "bad.yaml, line 3", "there is no lever 'bads'",
              "beds"),
    _scenario("an unknown field", SCENARIO.replace("change", "chnge"), "bad.yaml, line 3", "no field 'chnge'",
              "change"),
    _scenario("a unit that is not there", SCENARIO.replace("ward", "wrad"), "bad.yaml, line 3",
              "there is no unit 'wrad' in Tiny ED", "cubicles, ward"),
    _scenario("fewer beds than none", SCENARIO.replace("1}", "-11}"), "bad.yaml, line 3", "11 fewer", "−10"),
    _command("no such command", ("compair",), "hospital-twin", "Did you mean 'compare'?", "--help"),
    _command("no replications", (*RUN, "--replications", "0"), "--replications", "0 is not possible", "1 to 10,000"),
    _command("half a replication", (*RUN, "--replications", "1.5"), "--replications", "'1.5' is not a whole number",
             "1 to 10,000"),
    _command("negative days", (*RUN, "--days", "-5"), "--days", "-5 days are not possible", "more than 0"),
    _command("days in words", (*RUN, "--days", "ten"), "--days", "'ten' is not a number", "number of days"),
    _command("more days than a run can have", (*RUN, "--days", "3701"), "days", "it is 3701", "at most 3,700"),
    _command("a log longer than a run", ("generate", "tiny.yaml", "--days", "3641"), "days", "a log of 3641 days",
             "from 1 to 3,640"),
    _command("more warm-up than run", (*RUN, "--warm-up", "2"), "warm-up", "2 of 2 days", "at least 4 days"),
    _command("nothing to compare", COMPARE, "compare", "nothing to compare", "--lever"),
    _command("a lever without a colon's worth", (*COMPARE, "--lever", "beds:ward"), "--lever",
             "'ward' is no field with its value", "beds:unit=icu"),
    _command("a lever for another hospital", (*COMPARE, "--lever", "ed_staffing:pool=porter,extra=1"), "--lever",
             "no staff 'porter'", "ed_doctor"),
    _command("a goal without number", (*COMPARE, "bed.yaml", "--until", "boarding_hours=small"), "--until",
             "'small' is not a number", "door_to_clinician=2"),
    _command("a KPI that is not there", (*COMPARE, "bed.yaml", "--until", "beds=2"), "--until", "'beds'", "occupancy"),
    _command("a report over a layout", (*COMPARE, "bed.yaml", "--report", "tiny.yaml"), "--report tiny.yaml",
             "ends with .yaml", ".html"),
    _command("a store nowhere", (*RUN, "--store", "no/such/folder.sqlite"), "--store", "there is no folder",
             "folder that exists"),
    _command("a store that is no store", (*RUN, "--store", "note.db"), "note.db", "not a store", "new file name"
             )._replace(files={"note.db": "not a database\n" * 100}),
    _command("no store to serve", ("serve",), "twin.sqlite", "there is no such file", "hospital-twin demo"),
)
