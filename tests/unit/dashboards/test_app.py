"""The application without a browser: what it answers, and where it listens."""
from __future__ import annotations

import json
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from dash import Dash

import dashboards
from dashboards import app, ids
from dashboards.parts.header import header
from dashboards.reader import Key, Reader, Shown
from hospital_twin.errors import BadInput
from hospital_twin.kpis import kpi_drawer
from hospital_twin.reports import typical_week
from hospital_twin.store import Store, Study
from tests import answers

pytestmark = pytest.mark.unit

ASSETS = Path(dashboards.__file__).parent / "assets"


def page(store: Path) -> str:
    """The first page as Dash sends it, as JSON."""
    made = app.create_app(store)
    return json.dumps(call(made, "_pages_content", {"id": "_pages_location", "property": "pathname", "value": "/"},
                           {"id": "_pages_location", "property": "search", "value": ""}), ensure_ascii=False)


def call(made: Dash, output: str, *inputs: dict, state: Any = None) -> Any:
    """What the callback that writes `output` answers."""
    client = made.server.test_client()
    client.get("/")
    known = next(c for c in client.get("/_dash-dependencies").get_json() if output in c["output"])
    outputs = [dict(zip(("id", "property"), one.split("."), strict=True))
               for one in known["output"].strip(".").split("...")]
    states = [{**one, "value": state} for one in known["state"]]
    answer = client.post("/_dash-update-component", json={
        "output": known["output"], "outputs": outputs if len(outputs) > 1 else outputs[0], "inputs": list(inputs),
        "changedPropIds": [f"{inputs[0]['id']}.{inputs[0]['property']}"], "state": states})
    assert answer.status_code == 200, answer.text
    return answer.get_json()["response"]


def chosen(made: Dash, place: Any, scenario: Any, key: Any = None) -> dict:
    """What an open page is answered; by default one that shows the latest answer."""
    return call(made, ids.WEEK_FIGURE, {"id": ids.UNIT, "property": "value", "value": place},
                {"id": ids.SCENARIO, "property": "value", "value": scenario},
                {"id": ids.SHOW_NUMBERS, "property": "checked", "value": True},
                state=key or made.server.config["READER"].latest()._asdict())


def test_without_a_store_it_says_what_to_type(tmp_path: Path):
    said = page(tmp_path / "none.db")
    assert "There is no answer yet" in said
    assert "hospital-twin demo" in said
    assert not (tmp_path / "none.db").exists()


def test_a_store_without_an_answer_says_what_is_running(tmp_path: Path):
    answers.stored(tmp_path / "twin.db")
    connection = sqlite3.connect(tmp_path / "twin.db")
    connection.execute("update study set finished = null")
    connection.commit()
    connection.close()
    said = page(tmp_path / "twin.db")
    assert re.search(r"not answered yet: What if two more doctors came\? \(St Elsewhere; begun \d\d \w{3} \d{4}, "
                     r"\d\d:\d\d (GMT|BST); 8 replications of it are finished\)", said)
    assert re.search(r"If nobody is running it, type: .*hospital-twin compare x.yaml --seed 1", said)


def test_an_earlier_answer_says_that_there_is_a_later_question(tmp_path: Path):
    path = answers.stored(tmp_path / "twin.db")
    with Store(path) as store:
        store.begin(Study("And in winter?", tuple(replace(e, seed=5) for e in answers.experiments())), 90)
    said = page(path)
    assert "not answered yet: And in winter? (St Elsewhere; begun " in said
    assert "0 of 90 replications of it are finished" in said
    assert "What if two more doctors came?" in said


def test_a_store_that_cannot_be_read_says_why(tmp_path: Path):
    (tmp_path / "twin.db").write_text("not a database" * 500)
    said = page(tmp_path / "twin.db")
    assert "The answers cannot be read" in said
    assert "this file is not a store" in said


def test_the_answer(tmp_path: Path):
    said = page(answers.stored(tmp_path / "twin.db"))
    for text in ("What if two more doctors came?", "St Elsewhere", "synthetic data", "log 01 Jan 2024 to 01 Jan 2025",
                 "+2 ED doctors: of 10 numbers 1 gets better", "[29, 34]", "● better", "14 of 45,224 rows",
                 "hospital-twin compare x.yaml --seed 1", "not computable: no unit of kind critical_care"):
        assert text in said, text
    assert "The log beside it" not in said


def test_a_picture_its_sentence_and_its_numbers_come_together(tmp_path: Path):
    made = app.create_app(answers.stored(tmp_path / "twin.db"))
    found = chosen(made, "ward_b", "two more doctors")
    sentence = found[ids.WEEK_SENTENCE]["children"]
    assert sentence.startswith("Baseline, patients in ward b, 8 weeks simulated (from Mar 2025): about 20 at every")
    assert sentence.endswith("With two more doctors the middle week is the same at every hour.")
    assert found[ids.WEEK_CHART]["aria-label"] == f"Patients in ward b. {sentence}"
    assert len(found[ids.WEEK_FIGURE]["figure"]["data"]) == 8
    lines = found[ids.WEEK_NUMBERS]["children"]["props"]["children"].splitlines()
    assert lines[0].startswith("| from | lowest |")
    assert lines[2] == "| Mon 00:00 | 20 | 20 | 20 | 20 | 20 | 20 | 20 | 99 |"
    assert len(lines) == 170


def test_a_wish_that_cannot_be_met_is_answered_in_words(tmp_path: Path):
    made = app.create_app(answers.stored(tmp_path / "twin.db"))
    found = chosen(made, "moon", "baseline")
    assert found[ids.WEEK_SENTENCE]["children"] == (
        "there is no 'moon': choose one of the list.")
    key = made.server.config["READER"].latest()._asdict()
    (tmp_path / "twin.db").unlink()
    assert "load this page again" in chosen(made, "majors", "baseline", key)[ids.WEEK_SENTENCE]["children"]


@pytest.mark.parametrize("odd", [[], {}, ["a"], None, 5])
def test_what_no_page_sends_is_the_first_choice(tmp_path: Path, odd: Any):
    made = app.create_app(answers.stored(tmp_path / "twin.db"))
    said = chosen(made, odd, odd)[ids.WEEK_SENTENCE]["children"]
    assert said == typical_week(answers.answer(), "majors").sentence()
    for key in (odd or "x", {"study": odd, "finished": odd}):
        assert "load this page again" in chosen(made, "majors", "baseline", key)[ids.WEEK_SENTENCE]["children"]


def test_an_open_page_keeps_its_answer_when_another_is_finished(tmp_path: Path):
    path = answers.stored(tmp_path / "twin.db", "North")
    made = app.create_app(path)
    client, key = made.server.test_client(), made.server.config["READER"].latest()._asdict()
    assert client.get("/latest").get_json() == key
    before = chosen(made, "majors", "two more doctors", key)
    answers.stored(path, "South", "another choice")
    assert client.get("/latest").get_json() != key
    assert chosen(made, "majors", "two more doctors", key) == before
    assert "there is no 'two more doctors'" in chosen(made, "majors", "two more doctors")[ids.WEEK_SENTENCE]["children"]


def test_pages_wait_for_no_writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = answers.stored(tmp_path / "twin.db")
    monkeypatch.setattr("dashboards.reader.PATIENCE", 0.01)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    try:
        assert "What if two more doctors came?" in page(path)
    finally:
        connection.close()


@pytest.mark.parametrize("statement", [
    "update scenario set yaml = '!!python/object:os.system {}'", "update study set finished = 'yesterday'"])
def test_a_damaged_answer_is_said(tmp_path: Path, statement: str):
    path = answers.stored(tmp_path / "twin.db")
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()
    said = page(path)
    assert "The answers cannot be read" in said
    assert "is damaged" in said


def test_a_hospital_without_a_log_says_that_its_numbers_are_assumed(tmp_path: Path):
    assert "assumed numbers, no log" not in page(answers.stored(tmp_path / "twin.db"))
    fitted = answers.answer()
    unfitted = replace(fitted, hospital=fitted.hospital.model_copy(update={"fitted_on": None}), synthetic=False)
    assert "assumed numbers, no log" in str(header(Shown(unfitted, Key("x", "2025-01-01T00:00:00+00:00"))))


def test_everybody_can_read_what_a_number_is(tmp_path: Path):
    said = page(answers.stored(tmp_path / "twin.db"))
    assert "How the numbers are counted" in said
    assert kpi_drawer()["door_to_clinician"].definition in said


def test_the_last_answer_is_kept_until_there_is_another(tmp_path: Path):
    reader = Reader(answers.stored(tmp_path / "twin.db"))
    first = reader.read()
    assert reader.read().answer is first.answer
    with Store(tmp_path / "twin.db") as store:
        store.finish(first.key.study, beside=first.answer.comparison.table.head(0).assign(observed=[], twin=[]))
        name = store.studies()[0].id
    connection = sqlite3.connect(tmp_path / "twin.db")
    connection.execute("update study set finished = '2030-01-01T00:00:00+00:00'")
    connection.commit()
    connection.close()
    again = reader.read()
    assert again.key == (name, "2030-01-01T00:00:00+00:00")
    assert again.answer is not first.answer


def test_the_page_has_a_language_and_a_policy(tmp_path: Path):
    answer = app.create_app(tmp_path / "none.db").server.test_client().get("/")
    assert '<html lang="en">' in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-eval" not in policy
    assert "'unsafe-inline'" not in re.search(r"script-src[^;]*", policy)[0]
    assert not re.search(r"(?:src|href)=[\"']?(?:https?:)?//", answer.text)


def test_two_applications_live_side_by_side(tmp_path: Path):
    first, second = (answers.stored(tmp_path / f"{name}.db", name) for name in ("North", "South"))
    assert "North" in page(first)
    assert "South" in page(second)


def test_the_charts_script_is_of_plotlys_own_version():
    import plotly
    bundle, = ASSETS.glob("plotly-cartesian-*.min.js")
    whole = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    numbers = [re.search(r"v(\d+\.\d+\.\d+)", path.read_text(encoding="utf-8")[:200])[1] for path in (bundle, whole)]
    assert numbers[0] == numbers[1] == bundle.name.removeprefix("plotly-cartesian-").removesuffix(".min.js")
    assert version("plotly") == "7.1.0"


def test_a_taken_port_is_left_alone(tmp_path: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        server, found = app.listening(tmp_path / "none.db", port=port)
        server.close()
    assert port < found <= port + app.PORTS_TRIED


def test_no_free_port_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(app, "PORTS_TRIED", 0)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(BadInput, match="are all taken"):
            app.listening(tmp_path / "none.db", port=taken.getsockname()[1])


@pytest.mark.parametrize(("host", "port", "words"), [
    ("127.0.0.1", 70000, "it is 70000"), ("no.such.host.invalid", 0, "no address of this computer"),
    ("192.0.2.1", 0, "no address of this computer")])
def test_where_it_cannot_listen(tmp_path: Path, host: str, port: int, words: str):
    with pytest.raises(BadInput, match=words):
        app.listening(tmp_path / "none.db", host, port)


def test_serving_says_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    told: list[str] = []
    opened = threading.Event()
    monkeypatch.setattr(app.webbrowser, "open", lambda address: opened.set())
    monkeypatch.setattr("waitress.server.BaseWSGIServer.run", lambda server: None)
    app.serve(tmp_path / "none.db", port=0, open_browser=True, tell=told.append)
    assert opened.is_set()
    assert re.fullmatch(rf"Serving {re.escape(str(tmp_path))}/none.db at http://127.0.0.1:\d+/  \(Ctrl-C ends it\)",
                        told[0])
    assert told[1:] == ["Ended."]
    app.serve(tmp_path / "none.db", "0.0.0.0", 0, tell=told.append)  # noqa: S104 - that is what is tested
    assert "there are no passwords" in told[2]


def test_ctrl_c_ends_it_with_a_word(tmp_path: Path):
    code = ("import sys; from dashboards.app import serve; "
            "serve(sys.argv[1], port=0, tell=lambda line: print(line, flush=True))")
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "none.db")], stdout=subprocess.PIPE,
                          text=True) as program:
        assert program.stdout.readline().startswith("Serving")
        program.send_signal(signal.SIGINT)
        rest, _ = program.communicate(timeout=30)
    assert (rest, program.returncode) == ("Ended.\n", 0)
