"""A layout file that is wrong: each fault is answered with file, place and expectation, from a line of its own."""
from __future__ import annotations

import os
import time
import traceback
from pathlib import Path

import pytest

from hospital_twin.errors import BadInput
from hospital_twin.hospital import read_hospital
from hospital_twin.importers import LogMapping
from hospital_twin.layout import Layout, checked, read_layout, write_yaml
from hospital_twin.levers import scenario_from
from hospital_twin.program import compile_program
from tests.faults import IN_THE_FILE, IN_THE_WHOLE, IN_THE_YAML, SOUND, Fault

pytestmark = pytest.mark.unit


def wrong(text: str | bytes, folder: Path) -> pytest.ExceptionInfo[BadInput]:
    """What reading and compiling a file answers."""
    path = folder / "layout.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(BadInput) as answer:
        compile_program(read_hospital(path), days=1)
    return answer


def test_the_sound_layout_is_sound(tmp_path: Path):
    (tmp_path / "layout.yaml").write_text(SOUND, encoding="utf-8")
    assert compile_program(read_hospital(tmp_path / "layout.yaml"), days=1).name == "Small"


@pytest.mark.parametrize("fault", [*IN_THE_FILE, *IN_THE_YAML, *IN_THE_WHOLE], ids=str)
def test_a_fault_is_named_with_its_place_and_what_was_expected(fault: Fault, tmp_path: Path):
    answer = wrong(fault.text(), tmp_path).value
    assert fault.where in answer.where
    assert fault.problem in answer.problem
    assert fault.expected in answer.expected
    assert "Traceback" not in str(answer)
    assert "pydantic" not in str(answer)


@pytest.mark.parametrize("fault", [*IN_THE_FILE, *IN_THE_YAML], ids=str)
def test_a_fault_in_the_file_names_the_file(fault: Fault, tmp_path: Path):
    assert str(tmp_path / "layout.yaml") in wrong(fault.text(), tmp_path).value.where


def raised_at(fault: Fault, folder: Path) -> str:
    last = traceback.extract_tb(wrong(fault.text(), folder).tb)[-1]
    return f"{last.filename}:{last.lineno}"


def test_no_two_kinds_of_fault_are_raised_at_one_line(tmp_path: Path):
    """Faults with the same words are one kind (a name that is not known, say); different ones have lines of their own.

    What pydantic finds is gathered at one line, where it is put into words.
    """
    kinds = {
        "no such resource": [IN_THE_WHOLE[0], IN_THE_WHOLE[21]], "no place to move to": [IN_THE_WHOLE[1]],
        "no such pool": [IN_THE_WHOLE[2]], "no such outlier": [IN_THE_WHOLE[3]],
        "no such pathway of a source": [IN_THE_WHOLE[4]], "no such pathway to follow": [IN_THE_WHOLE[5]],
        "no end": [IN_THE_WHOLE[6]], "a name twice": [IN_THE_WHOLE[7]], "a word of the log": [IN_THE_WHOLE[8]],
        "no such argument": [IN_THE_WHOLE[9]], "a rule without visit": [IN_THE_WHOLE[10]],
        "no expression": [IN_THE_WHOLE[12]], "an order by counts": [IN_THE_WHOLE[14]],
        "no such value": [IN_THE_WHOLE[15]], "no weight": [IN_THE_WHOLE[16]],
                    "a class without value": [IN_THE_WHOLE[17]],
        "no such key": [IN_THE_WHOLE[18]], "several named": [IN_THE_WHOLE[19]], "same as nobody": [IN_THE_WHOLE[20]],
        "no date": [IN_THE_WHOLE[22]], "dates turned round": [IN_THE_WHOLE[23]], "within an hour": [IN_THE_WHOLE[24]],
        "nobody goes": [IN_THE_WHOLE[25]], "no step to go back to": [IN_THE_WHOLE[26]],
        "one name for two": [IN_THE_WHOLE[27]], "a key twice": [IN_THE_YAML[0]], "a tag": list(IN_THE_YAML[1:3]),
        "no YAML": [IN_THE_YAML[3], IN_THE_YAML[9], IN_THE_YAML[12]], "infinity": list(IN_THE_YAML[4:6]),
        "a list as key": [IN_THE_YAML[6]], "no end of unfolding": list(IN_THE_YAML[7:9]), "no text": [IN_THE_YAML[10]],
        "no value": [IN_THE_YAML[11]], "a field": list(IN_THE_FILE),
    }
    lines = {kind: {raised_at(fault, tmp_path) for fault in faults} for kind, faults in kinds.items()}
    assert all(len(found) == 1 for found in lines.values()), {k: v for k, v in lines.items() if len(v) > 1}
    places = [next(iter(found)) for found in lines.values()]
    assert len(set(places)) == len(places) >= 12, sorted(p for p in places if places.count(p) > 1)


# ---- what is no layout at all
def test_files_that_are_none(tmp_path: Path):
    for path, problem in ((tmp_path / "missing.yaml", "no such file"), (tmp_path, "this is a folder")):
        with pytest.raises(BadInput, match=problem):
            read_layout(path)
    for text, problem in ((b"", "holds no fields"), (b"- 1\n- 2\n", "is not a layout file"),
                          (b"just words", "no fields"), (b"\xff\xfe\x00n", "not UTF-8"),
                          (b"\x89PNG\r\n\x1a\n\x00", "UTF-8")):
        (tmp_path / "layout.yaml").write_bytes(text)
        with pytest.raises(BadInput, match=problem):
            read_layout(tmp_path / "layout.yaml")


@pytest.mark.parametrize(("name", "content"), [
    ("log.csv", b"visit,unit\n1,\xff\n"), ("log.csv.gz", b"\x1f\x8b\x08"), ("log.txt", b"visit,unit\n1,ward\n"),
    ("log.csv", b'"visit","unit"\n"1","a: b"\n')])
def test_a_log_in_the_place_of_a_hospital_is_told_where_logs_go(name: str, content: bytes, tmp_path: Path):
    path = tmp_path / name
    path.write_bytes(content)
    for read, what in ((read_layout, "layout"), (read_hospital, "layout or hospital")):
        with pytest.raises(BadInput) as answer:
            read(path)
        assert answer.value.where == str(path)
        assert f"not a {what} file" in answer.value.problem
        assert f"hospital-twin calibrate {path}" in answer.value.expected


def test_a_hospital_where_a_layout_is_read_is_told_apart(tmp_path: Path):
    (tmp_path / "hospital.yaml").write_text("layout: {name: Small}\n", encoding="utf-8")
    with pytest.raises(BadInput, match="holds a hospital") as answer:
        read_layout(tmp_path / "hospital.yaml")
    assert "read_hospital" in answer.value.expected


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="NOT TESTED that devices are refused: there are none")
def test_what_has_no_end_is_not_read():
    with pytest.raises(BadInput, match="a device or a pipe"):
        read_layout("/dev/zero")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="NOT TESTED that pipes are refused: there are none")
def test_nobody_waits_for_a_pipe(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe.yaml")
    with pytest.raises(BadInput, match="a device or a pipe"):
        read_layout(tmp_path / "pipe.yaml")


def test_what_is_no_mapping_at_all_is_said_of_the_whole():
    with pytest.raises(BadInput) as answer:
        checked(Layout, ["a"], "layout.yaml")
    assert answer.value.where == "layout.yaml"
    assert "['a']" in answer.value.problem


def test_scenario_and_mapping_files_say_which_fields_there_are_too():
    with pytest.raises(BadInput) as answer:
        scenario_from({"name": "x", "levrs": []})
    assert answer.value.expected.startswith("'levers', most likely; there are also name, description")
    with pytest.raises(BadInput) as answer:
        checked(LogMapping, {"collumns": {}}, "mapping.yaml")
    assert answer.value.expected.startswith("'columns', most likely; there are also shape, attributes")


def test_of_a_key_that_is_no_name_nothing_is_shown(tmp_path: Path):
    answer = wrong("login:$6$secret:19000:0:99999:7:::\n", tmp_path).value
    assert "secret" not in str(answer)
    assert "login" not in str(answer)
    answer = wrong(SOUND.replace("name: Small", f"name: Small\n{'x' * 500}: 1"), tmp_path).value
    assert "x" * 41 not in str(answer)
    assert "x" * 20 in answer.problem


def test_of_a_long_value_the_beginning_is_shown(tmp_path: Path):
    for value in ("exponential(mean 20 h)" + "x" * 10_000, "[" + "1, " * 10_000 + "]"):
        answer = wrong(SOUND.replace("exponential(mean 20 h)", value), tmp_path).value
        assert len(str(answer)) < 800


def test_a_comma_without_quotes_is_told_of_quotes(tmp_path: Path):
    answer = wrong(SOUND.replace('"lognormal(median 20 min, p90 50 min)"', "lognormal(median 20 min, p90 50 min)"),
                   tmp_path).value
    assert "line 19" in answer.where
    assert "quotes round a text with a comma" in answer.expected


@pytest.mark.parametrize(("old", "new", "names"), [
    ("takes: exponential", "taks: exponential", ("'takes', most likely; there are also ", "stay")),
    ("chance: 0.2", "chanse: 0.2", ("'chance', most likely", "when, then")),
    ("role: doctor", "roll: doctor", ("'role', most likely", "on_duty", "at_fall")),
    ("days: mon-fri", "weekday: mon-fri", ("days", "at", "every", "count")),
    ("name: Small", "name: Small\nzzzzz: 1", ("one of name, description, time_zone", "and ")),
])
def test_an_unknown_field_is_told_which_there_are(old: str, new: str, names: tuple[str, ...], tmp_path: Path):
    answer = wrong(SOUND.replace(old, new), tmp_path).value
    assert all(name in answer.expected for name in names), answer.expected
    assert answer.expected.count(",") <= 14


@pytest.mark.skipif(os.geteuid() == 0, reason="NOT TESTED that an unreadable file is refused: root may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path):
    path = tmp_path / "layout.yaml"
    path.write_text(SOUND, encoding="utf-8")
    path.chmod(0)
    with pytest.raises(BadInput, match="cannot be read"):
        read_layout(path)


# ---- attacks
def test_anchors_that_unfold_to_a_billion_are_refused_at_once(tmp_path: Path):
    bomb = "a: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"b{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 12))
    began = time.process_time()
    assert "unfolds without end" in wrong(bomb, tmp_path).value.problem
    assert time.process_time() - began < 10


def test_a_tag_is_refused_before_anything_is_made_of_it(tmp_path: Path):
    made = tmp_path / "made"
    for value in (f"!!python/object/apply:os.mkdir ['{made}']", f"!!python/object/new:os.mkdir [['{made}']]",
                  "!!python/name:os.system", "!!python/module:os", "!!python/dict {a: 1}"):
        assert "the tag" in wrong(SOUND.replace("name: Small", f"name: {value}"), tmp_path).value.problem
    assert not made.exists()


def test_files_of_megabytes_are_refused_unread_and_many_values_as_such(tmp_path: Path):
    path = tmp_path / "layout.yaml"
    for megabytes in (5, 2_000):
        with path.open("wb") as file:
            file.truncate(megabytes * 1_000_000)  # a hole: no disk is used
        began = time.process_time()
        with pytest.raises(BadInput, match=f"{megabytes:,} MB"):
            read_layout(path)
        assert time.process_time() - began < 1
    assert "unfolds without end" in wrong("names:\n" + "- {a: 1, b: [2, 3]}\n" * 41_000, tmp_path).value.problem


def test_a_hospital_of_ten_thousand_units_is_read_and_compiled(tmp_path: Path):
    units = "".join(f"  u{i}: {{places: 2}}\n" for i in range(10_000))
    path = tmp_path / "layout.yaml"
    path.write_text("name: Big\nsources: {a: {pathway: p, rate: 1, ceiling: 1}}\n"
                    "pathways: {p: [{move: m, to: {first_of: [u1, u9999]}}, {leave: out, as: home}]}\n"
                    f"units:\n{units}", encoding="utf-8")
    began = time.process_time()
    program = compile_program(read_hospital(path), days=1)
    assert len(program.words.units) == 10_000
    assert time.process_time() - began < 30


# ---- what people write
def test_dates_and_times_need_no_quotes(tmp_path: Path):
    path = tmp_path / "layout.yaml"
    path.write_text(SOUND.replace("name: Small", "name: Small\nstarts: 2025-03-01")
                    .replace('at: "08:00"', "at: 10:30")
                    .replace("named: true", "dated: [{from: 2025-12-25, to: 2025-12-26 07:00, number: 1}]"),
                    encoding="utf-8")
    layout = read_layout(path)
    assert str(layout.starts) == "2025-03-01"
    assert layout.sources["booked"].timetable[0].at == "10:30"
    assert layout.staff["doctor"].dated[0].from_ == "2025-12-25"


def test_an_offset_may_be_before_its_slot_and_the_bell_anywhere(tmp_path: Path):
    path = tmp_path / "layout.yaml"
    path.write_text(SOUND.replace("{pathway: q,", '{pathway: q, offset: "uniform(-30 min, -5 min)",')
                    .replace("exponential(mean 20 h)", '"normal(mean 20 h, sd 30 h)"'), encoding="utf-8")
    layout = read_layout(path)
    assert layout.sources["booked"].offset.ends() == (-30, -5)
    assert layout.pathways["q"][1].takes.ends()[0] < 0


def test_a_date_that_is_none_is_said_to_be_none(tmp_path: Path):
    answer = wrong(SOUND.replace("name: Small", "name: Small\nstarts: 1/6/2025"), tmp_path).value
    assert "'1/6/2025' is not a date" in answer.problem
    assert "2025-01-06" in answer.expected


def test_on_is_no_name(tmp_path: Path):
    answer = wrong(SOUND.replace("{move: to_ward,", "{move: on,"), tmp_path).value
    assert "read as true and false" in answer.problem


def test_a_byte_order_mark_is_no_fault(tmp_path: Path):
    path = tmp_path / "layout.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + SOUND.encode())
    assert read_layout(path).name == "Small"


def test_a_layout_is_a_value(tmp_path: Path):
    path = tmp_path / "layout.yaml"
    path.write_text(SOUND, encoding="utf-8")
    layout = read_layout(path)
    write_yaml(layout, tmp_path / "again.yaml")
    again = read_layout(tmp_path / "again.yaml")
    assert again == layout
    assert hash(again) == hash(layout)
    with pytest.raises(ValueError, match="frozen"):
        layout.name = "Other"


def test_several_faults_are_counted(tmp_path: Path):
    answer = wrong(SOUND.replace("places: 6", "places: -1").replace("places: 4", "places: -1"), tmp_path).value
    assert "(1 more after this one)" in answer.expected
