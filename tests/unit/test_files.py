"""Files that are there whole or not at all."""
from __future__ import annotations

import errno
from pathlib import Path

import pytest

from hospital_twin.files import NO_ROOM, replacing
from hospital_twin.hospital import Hospital
from hospital_twin.layout import Layout
from hospital_twin.reports import write

pytestmark = pytest.mark.unit


def full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def write_half(path: Path, code: int) -> None:
    with replacing(path) as part:
        part.write_text("half")
        raise OSError(code, "in words")


def test_a_file_takes_the_place_of_the_one_before(tmp_path: Path):
    path = tmp_path / "file"
    path.write_text("before")
    with replacing(path) as part:
        part.write_text("after")
        assert path.read_text() == "before"
    assert path.read_text() == "after"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("code", NO_ROOM)
def test_a_write_that_fails_leaves_what_was_there_and_names_the_file(code: int, tmp_path: Path):
    path = tmp_path / "file"
    path.write_text("before")
    with pytest.raises(OSError, match="in words") as wrong:
        write_half(path, code)
    assert (wrong.value.errno, wrong.value.filename) == (code, str(path))
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_saved_on_a_full_disk_is_not_there_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    layout = Layout.model_validate({"name": "Small", "sources": {"a": {"pathway": "p", "present": 1}},
                                    "pathways": {"p": [{"leave": "out", "as": "home"}]}})
    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="No space left") as wrong:
        Hospital.of(layout).save(tmp_path / "hospital.yaml")
    assert wrong.value.filename == str(tmp_path / "hospital.yaml")
    monkeypatch.setattr(write, "_page", lambda *_: "page")
    with pytest.raises(OSError, match="No space left") as wrong:
        write.write_report(tmp_path / "report.html", None)
    assert wrong.value.filename == str(tmp_path / "report.html")
    assert not list(tmp_path.iterdir())


def test_a_private_file_is_its_owners_alone_also_where_one_was_open_to_all(tmp_path: Path):
    path = tmp_path / "file"
    path.write_text("before")
    path.chmod(0o666)
    with replacing(path, private=True) as part:
        assert part.stat().st_mode & 0o777 == 0o600
        part.write_text("after")
    assert path.read_text() == "after"
    assert path.stat().st_mode & 0o777 == 0o600
