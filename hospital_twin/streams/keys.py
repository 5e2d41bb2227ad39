"""Draws that belong to an owner: each is a pure function of (seed, replication, owner, name, purpose, occurrence).

SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014) is used as a
counter-based generator: chained hashes and no state. So neither the order of calls, nor a second scenario, nor a
patient more can shift anybody else's numbers.

The chain is replication key → owner key → uniform. An engine makes the replication key once a run, an owner key once
a visit, a site once a step, and then pays one hash a draw.
"""
from __future__ import annotations

from enum import IntEnum
from hashlib import blake2b

from hospital_twin.errors import BadInput

MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15
_WIDEST_OWNER = (1 << 63) - 1

SMALLEST_UNIFORM = 2.0 ** -53
"""The least value that `uniform` gives."""

LARGEST_UNIFORM = 1.0 - 2.0 ** -53
"""The greatest value that `uniform` gives."""


class Owner(IntEnum):
    """Whom a draw belongs to. The numbers are part of every seed's meaning and never change."""

    VISIT = 1
    SOURCE_DAY = 2
    SHIFT = 3
    DEVICE = 4
    UNIT_DAY = 5
    RULE = 6
    SOURCE = 7


def mix64(x: int) -> int:
    """The SplitMix64 finaliser: a one-to-one map of 64-bit integers that leaves no pattern."""
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 & MASK
    x = (x ^ x >> 27) * 0x94D049BB133111EB & MASK
    return x ^ x >> 31


def replication_key(seed: int, replication: int) -> int:
    """The 64-bit key of one replication.

    seed: zero or more; what is wider than 64 bits is hashed, so that two wide seeds do not meet in their low bits.
    replication: zero or more.
    """
    if seed < 0:
        raise BadInput("seed", f"{seed} is negative", "a whole number, zero or more")
    if replication < 0:
        raise BadInput("replication", f"{replication} is negative", "a whole number, zero or more")
    if seed > MASK:
        seed = hash64(seed.to_bytes((seed.bit_length() + 7) // 8, "little"))
    return mix64(mix64(seed + GOLDEN & MASK) + (replication + 1) * GOLDEN & MASK)


def owner_key(replication_key: int, kind: Owner, owner: int) -> int:
    """The 64-bit key of one owner in one replication; one-to-one in the owner among those of a kind.

    owner: 0 … 2**63 - 1 (a visit id, a number made of source and day, ...).
    """
    if not 0 <= owner <= _WIDEST_OWNER:
        raise BadInput(f"owner of a draw ({Owner(kind).name.lower()})", f"{owner} is out of range", "0 … 2**63 - 1")
    return mix64(mix64(replication_key + kind * GOLDEN & MASK) + (owner + 1) * GOLDEN & MASK)


def site(name: str, purpose: str) -> int:
    """The 64-bit number of what is drawn: a step's or source's declared name and what the draw is for.

    The same in every process and version (BLAKE2b, never Python's own hash), and free of any position, so that a new
    step moves nobody's draws.
    """
    if "\0" in name or "\0" in purpose:
        raise BadInput(f"the name {name!r} ({purpose!r})", "contains a NUL character", "printable text")
    return hash64(f"{name}\0{purpose}".encode())


def uniform(key: int, site: int, occurrence: int = 0) -> float:
    """A number strictly inside (0, 1): 52 bits and a half, so 1 − u is exact and neither end is reached.

    key: from `owner_key`. site: from `site`. occurrence: how many times this owner drew here before.
    """
    # mix64 written out: a call inside a call would cost a third more, and this is the hottest line of a run.
    x = key + site + occurrence * GOLDEN & MASK
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 & MASK
    x = (x ^ x >> 27) * 0x94D049BB133111EB & MASK
    return (((x ^ x >> 31) >> 12) + 0.5) * 2.0 ** -52


def hash64(data: bytes) -> int:
    """The first 64 bits of BLAKE2b: the same in every process, unlike Python's own hash."""
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "little")
