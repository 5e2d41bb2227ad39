"""Visit ids: positive, distinct, and the same whatever else changes."""
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hospital_twin.errors import BadInput
from hospital_twin.streams import is_return, parts, return_id, source_hash, visit_id

pytestmark = pytest.mark.unit

HASHES, LAYERS, INDICES = st.integers(1, 2**20 - 1), st.integers(0, 63), st.integers(0, 2**36 - 1)


@given(HASHES, LAYERS, INDICES)
def test_an_id_tells_what_it_is_made_of(source: int, layer: int, index: int):
    visit = visit_id(source, layer, index)
    assert 0 < visit < 2**62
    assert parts(visit) == (source, layer, index)
    assert not is_return(visit)


def test_the_bits_are_where_the_language_puts_them():
    assert visit_id(3, 2, 1) == 3 << 42 | 2 << 36 | 1


def test_candidates_of_a_layer_come_in_order():
    ids = [visit_id(source_hash("walk_in"), layer, index) for layer in (0, 1) for index in range(100)]
    assert ids == sorted(set(ids))


@given(st.text())
def test_a_source_hash_fits_its_bits(name: str):
    assert 0 < source_hash(name) < 2**20


def test_source_hashes_stay_what_they_were_and_spread():
    assert (source_hash("walk_in"), source_hash("ambulance")) == (778486, 93216)
    hashes = [source_hash(f"source {i}") for i in range(2_000)]
    assert len(set(hashes)) > 1_990
    assert abs(sum(hashes) / 2_000 / 2**20 - 0.5) < 0.03


@pytest.mark.parametrize(("source", "layer", "index"), [
    (0, 0, 0), (2**20, 0, 0), (1, -1, 0), (1, 64, 0), (1, 0, -1), (1, 0, 2**36)])
def test_what_does_not_fit_is_refused(source: int, layer: int, index: int):
    with pytest.raises(BadInput, match="out of range"):
        visit_id(source, layer, index)


@given(HASHES, LAYERS, INDICES, st.integers(0, 1000))
def test_a_return_is_a_positive_id_of_its_own(source: int, layer: int, index: int, number: int):
    visit = return_id(visit_id(source, layer, index), number)
    assert 2**62 <= visit < 2**63
    assert is_return(visit)
    assert is_return(return_id(visit, 0))
    with pytest.raises(BadInput, match="a return has no parts"):
        parts(visit)


def test_returns_do_not_meet():
    ids = {return_id(visit_id(5, 0, index), number) for index in range(20_000) for number in range(3)}
    chain, parent = set(), visit_id(5, 0, 0)
    for _ in range(1_000):
        parent = return_id(parent, 0)
        chain.add(parent)
    assert len(ids) == 60_000
    assert len(chain) == 1_000


def test_a_return_stays_who_it_was():
    assert [return_id(visit_id(3, 2, 1), number) for number in (0, 1)] == [5150601589062811935, 5987749937622134066]


@pytest.mark.parametrize(("parent", "number", "words"), [(0, 0, "parent"), (2**63, 0, "parent"), (1, -1, "number")])
def test_a_return_of_nobody_is_refused(parent: int, number: int, words: str):
    with pytest.raises(BadInput, match=words):
        return_id(parent, number)
