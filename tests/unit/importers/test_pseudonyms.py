"""Keyed hashes in the place of numbers, and the file that holds the key."""
from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hospital_twin.errors import BadInput
from hospital_twin.importers import Pseudonyms, _pseudonyms, key_in, pseudonyms_of, standard_key_file

pytestmark = pytest.mark.unit

KEY, OTHER = b"k" * 32, b"o" * 32


def column(*ids: str) -> np.ndarray:
    return np.array(ids, dtype=object)


@given(st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=30))
def test_ids_are_told_apart_and_are_the_same_in_every_log(ids: list[str]):
    alone, together = Pseudonyms(KEY).numbers(column(*ids), "visit"), column(*ids, "007", "7", "")
    found = Pseudonyms(KEY).numbers(together, "visit")
    assert found.dtype == np.int64
    assert found[-1] == 0
    assert (found[:-1] > 0).all()
    assert len(set(found)) == len(set(together))
    assert found[:len(ids)].tolist() == alone.tolist()
    assert Pseudonyms(KEY).numbers(together[::-1], "visit").tolist() == found[::-1].tolist()


def test_another_key_and_another_meaning_give_other_numbers():
    ids = column(*map(str, range(500)))
    found = [set(Pseudonyms(key).numbers(ids, of)) for key in (KEY, OTHER) for of in ("visit", "patient")]
    assert len(set().union(*found)) == 2000


def test_the_order_of_numbers_says_nothing_about_the_order_of_ids():
    found = Pseudonyms(KEY).numbers(column(*map(str, range(20_000))), "visit")
    assert abs(np.corrcoef(np.argsort(np.argsort(found)), np.arange(len(found)))[0, 1]) < 0.03


def test_the_hash_is_the_one_that_is_documented():
    # Figures of an independent implementation: b2sum has no key, so Python's own at the bottom, spelled out once.
    import hashlib
    made = hashlib.blake2b(b"1001", digest_size=8, key=KEY, person=b"visit").digest()
    assert Pseudonyms(KEY).numbers(column("1001"), "visit")[0] == int.from_bytes(made, "big") >> 1


def test_two_ids_with_one_hash_stay_two(monkeypatch: pytest.MonkeyPatch):
    few = Pseudonyms(KEY)
    whole = few._number
    monkeypatch.setattr(few, "_number", lambda text, of: whole(text, of) % 64)
    ids = column(*map(str, range(40)))
    found = few.numbers(ids, "visit")
    assert len(set(found)) == 40
    assert 0 not in found
    assert few.numbers(ids[::-1], "visit").tolist() == found[::-1].tolist()


def test_without_a_key_numbers_hold_within_the_process_alone():
    ids = column("1", "2")
    assert pseudonyms_of(None).numbers(ids, "visit").tolist() == pseudonyms_of(None).numbers(ids, "visit").tolist()
    say = ("import numpy as np; from hospital_twin.importers import pseudonyms_of;"
           "print(pseudonyms_of(None).numbers(np.array(['1', '2'], dtype=object), 'visit').tolist())")
    told = subprocess.run([sys.executable, "-c", say], capture_output=True, text=True, check=True).stdout
    assert told.strip() != str(pseudonyms_of(None).numbers(ids, "visit").tolist())


@pytest.mark.parametrize("length", [0, 15, 65])
def test_a_key_of_another_length_is_refused(length: int, tmp_path: Path):
    with pytest.raises(BadInput):
        Pseudonyms(b"x" * length)
    file = tmp_path / "key"
    file.write_bytes(b"x" * length)
    file.chmod(0o600)
    with pytest.raises(BadInput, match=str(file)):
        key_in(file)


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path):
    made = key_in(tmp_path / "my.key")
    assert len(made) == 32
    assert (tmp_path / "my.key").stat().st_mode & 0o777 == 0o600
    assert key_in(tmp_path / "my.key") == made
    assert [path.name for path in tmp_path.iterdir()] == ["my.key"]
    assert key_in(tmp_path / "another.key") != made


def test_a_key_that_another_program_makes_meanwhile_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    theirs = tmp_path / "my.key"
    link = os.link

    def late(part: Path, path: Path) -> None:
        theirs.write_bytes(KEY)
        theirs.chmod(0o600)
        link(part, path)

    monkeypatch.setattr(_pseudonyms.os, "link", late)
    assert key_in(theirs) == KEY


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o660])
def test_a_key_that_others_may_read_is_refused(mode: int, tmp_path: Path):
    file = tmp_path / "key"
    file.write_bytes(KEY)
    file.chmod(mode)
    with pytest.raises(BadInput, match="chmod 600"):
        key_in(file)


def test_a_key_in_no_folder_or_that_is_one_is_refused(tmp_path: Path):
    with pytest.raises(BadInput, match="there is no folder"):
        key_in(tmp_path / "nowhere" / "key")
    with pytest.raises(BadInput, match="cannot be read"):
        key_in(tmp_path)


def test_without_a_name_the_key_lies_in_the_folder_for_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    made = key_in()
    assert standard_key_file() == tmp_path / "settings" / "hospital-twin" / "pseudonyms.key"
    assert standard_key_file().read_bytes() == made
    assert standard_key_file().parent.stat().st_mode & 0o077 == 0


def test_the_mark_tells_keys_apart():
    assert Pseudonyms(KEY).mark == Pseudonyms(KEY).mark != Pseudonyms(OTHER).mark
    assert len(Pseudonyms(KEY).mark) == 16
