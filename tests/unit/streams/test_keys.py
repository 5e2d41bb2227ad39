"""Draws: the published figures, our own frozen ones, and no pattern between owners, sites or occurrences."""
from __future__ import annotations

import subprocess
import sys
from functools import cache
from itertools import product
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2

from hospital_twin.errors import BadInput
from hospital_twin.streams import (
    LARGEST_UNIFORM,
    SMALLEST_UNIFORM,
    Owner,
    mix64,
    normal_quantile,
    owner_key,
    replication_key,
    site,
    uniform,
)

pytestmark = pytest.mark.unit

SITE = site("triage", "duration")


def draws(*, owners: range = range(1), sites: list[int] | None = None, occurrences: range = range(1),
          seed: int = 1) -> np.ndarray:
    key = replication_key(seed, 0)
    keys = [owner_key(key, Owner.VISIT, owner) for owner in owners]
    return np.array([uniform(k, s, o) for k, s, o in product(keys, sites or [SITE], occurrences)])


def p_of_uniform(u: np.ndarray, cells: int = 64) -> float:
    counts = np.bincount((u * cells).astype(int), minlength=cells)
    return chi2.sf(((counts - u.size / cells) ** 2).sum() / (u.size / cells), cells - 1)


def test_mix64_is_the_published_splitmix64():
    assert mix64(0x9E3779B97F4A7C15) == 0xE220A8397B1DCDAF


@pytest.mark.parametrize(("seed", "replication", "key"), [
    (0, 0, 0xA706DD2F4D197E6F),
    (1, 0, 0x5E41AB087439611E),
    (1, 2, 0x0B95F66D327E8D78),
    (2**63 + 5, 999, 0x7B2EFA38DAEDAEEC),
])
def test_replication_key_is_the_yardsticks(seed: int, replication: int, key: int):
    assert replication_key(seed, replication) == key


# Worked out by a second program, from the definition and in numpy's unsigned integers.
@pytest.mark.parametrize(("seed", "replication", "kind", "owner", "name", "purpose", "occurrence", "value"), [
    (1, 0, Owner.VISIT, 0, "triage", "duration", 0, 0.24959670763475417),
    (1, 0, Owner.VISIT, 0, "triage", "duration", 1, 0.8201217025825184),
    (1, 0, Owner.VISIT, 3 << 42 | 2 << 36 | 1, "triage", "patience", 0, 0.4271271489505769),
    (2**63 + 5, 999, Owner.SOURCE_DAY, 400, "walk_in", "day factor", 0, 0.813005007619115),
    (7, 3, Owner.SOURCE, 0, "walk_in", "gap", 12345, 0.05193481374711306),
    (0, 0, Owner.DEVICE, 2**63 - 1, "ct", "breakdown", 2, 0.24690254648690202),
])
def test_draws_stay_what_they_were(
        seed: int, replication: int, kind: Owner, owner: int, name: str, purpose: str, occurrence: int, value: float):
    assert uniform(owner_key(replication_key(seed, replication), kind, owner), site(name, purpose), occurrence) == value


def test_a_wide_seed_keeps_its_key():
    assert replication_key(2**64 + 5, 0) == 0xB7F205928D79787C


def test_wide_seeds_are_hashed_rather_than_cut():
    keys = [replication_key(seed, 0) for seed in (5, 2**64 + 5, 2**65 + 5, 2**128 + 5, 2**64, 2**72)]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(("call", "words"), [
    (lambda: replication_key(-1, 0), "seed: -1"),
    (lambda: replication_key(0, -1), "replication: -1"),
    (lambda: owner_key(0, Owner.VISIT, -1), "visit"),
    (lambda: owner_key(0, Owner.RULE, 2**63), "rule"),
    (lambda: site("a\0b", "c"), "NUL"),
])
def test_what_cannot_be_a_key_is_refused(call, words: str):
    with pytest.raises(BadInput, match=words):
        call()


def test_a_site_is_the_same_in_another_process():
    code = "from hospital_twin.streams import site; print(site('triage', 'duration'))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                         env={"PYTHONHASHSEED": "7", "PYTHONPATH": ":".join(sys.path)})
    assert int(run.stdout) == SITE == 71406850534972461


def test_a_site_tells_name_from_purpose():
    assert len({site("a", "bc"), site("ab", "c"), site("abc", ""), site("", "abc")}) == 4


def test_uniforms_reach_neither_end_and_turn_around_exactly():
    # The hash of a key gives its top 52 bits; these two keys give all zeros and all ones.
    ends = [uniform(unmixed(bits), 0) for bits in (0, 2**64 - 1)]
    assert ends == [SMALLEST_UNIFORM, LARGEST_UNIFORM]
    assert SMALLEST_UNIFORM > 0.0
    assert LARGEST_UNIFORM < 1.0
    assert 1.0 - LARGEST_UNIFORM == SMALLEST_UNIFORM


def unmixed(x: int) -> int:
    """The inverse of mix64."""
    mask = 2**64 - 1
    x ^= x >> 31 ^ x >> 62
    x = x * pow(0x94D049BB133111EB, -1, 2**64) & mask
    x ^= x >> 27 ^ x >> 54
    x = x * pow(0xBF58476D1CE4E5B9, -1, 2**64) & mask
    return x ^ x >> 30 ^ x >> 60


@given(st.integers(0, 2**64 - 1))
def test_mix64_is_one_to_one(x: int):
    assert unmixed(mix64(x)) == x


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1), st.integers(0, 2**40))
def test_a_uniform_is_the_hash_of_the_sum(key: int, where: int, occurrence: int):
    word = mix64((key + where + occurrence * 0x9E3779B97F4A7C15) % 2**64)
    assert uniform(key, where, occurrence) == ((word >> 12) + 0.5) / 2**52


AXES = ("owners", "occurrences", "sites", "seeds")


@cache
def along(axis: str) -> np.ndarray:
    n = 40_000
    if axis == "sites":
        return draws(sites=[site(f"step {i}", "duration") for i in range(n)])
    if axis == "seeds":
        return np.concatenate([draws(seed=seed) for seed in range(n)])
    return draws(**{axis: range(n)})


@pytest.mark.parametrize("axis", AXES)
def test_draws_are_uniform(axis: str):
    assert 1e-4 < p_of_uniform(along(axis)) < 1 - 1e-4


@pytest.mark.parametrize("axis", AXES)
def test_low_bits_are_uniform(axis: str):
    assert 1e-4 < p_of_uniform(along(axis) * 2**30 % 1.0) < 1 - 1e-4


@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize("lag", [1, 2, 7, 24])
def test_neighbours_know_nothing_of_each_other(axis: str, lag: int):
    u = along(axis)
    assert abs(np.corrcoef(u[lag:], u[:-lag])[0, 1]) * np.sqrt(u.size) < 4.0
    pairs = (u[lag:] * 8).astype(int) * 8 + (u[:-lag] * 8).astype(int)
    assert 1e-4 < p_of_uniform((pairs + 0.5) / 64) < 1 - 1e-4


def test_kinds_sites_and_replications_of_one_owner_are_independent():
    n = 20_000
    rows = {(kind, name, replication): np.array([
        uniform(owner_key(replication_key(1, replication), kind, i), site(name, "duration")) for i in range(n)])
        for kind in (Owner.VISIT, Owner.DEVICE) for name in ("triage", "lab") for replication in (0, 1)}
    matrix = np.corrcoef(list(rows.values()))
    assert np.abs(matrix - np.eye(len(rows))).max() * np.sqrt(n) < 4.0


def test_no_two_draws_coincide():
    sites = [site(name, purpose) for name in ("triage", "lab", "see") for purpose in ("duration", "patience")]
    u = np.concatenate([draws(owners=range(5_000), sites=sites, occurrences=range(3), seed=seed) for seed in (1, 2)])
    assert np.unique(u).size == u.size


def test_owner_keys_differ_between_kinds_and_owners():
    key = replication_key(1, 0)
    keys = {owner_key(key, kind, owner) for kind in Owner for owner in [*range(2_000), 2**62, 2**63 - 1]}
    assert len(keys) == len(Owner) * 2_002


def test_the_numbers_of_the_owners_never_change():
    assert {kind.name: int(kind) for kind in Owner} == {
        "VISIT": 1, "SOURCE_DAY": 2, "SHIFT": 3, "DEVICE": 4, "UNIT_DAY": 5, "RULE": 6, "SOURCE": 7}


def test_normal_quantile_has_the_published_values():
    # Wichura (1988), the values given for checking.
    assert normal_quantile(0.25) == pytest.approx(-0.6744897501960817, rel=1e-16)
    assert normal_quantile(0.001) == pytest.approx(-3.090232306167814, rel=1e-15)
    assert normal_quantile(1e-20) == pytest.approx(-9.262340089798408, rel=1e-15)


@given(st.floats(SMALLEST_UNIFORM, LARGEST_UNIFORM))
def test_normal_quantile_inverts_the_normal_cdf(u: float):
    assert NormalDist().cdf(normal_quantile(u)) == pytest.approx(u, rel=1e-9, abs=1e-15)
