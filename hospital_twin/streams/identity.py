"""Who a visit is: an id that a candidate keeps whatever else changes in the hospital.

A visit is (source, layer, index): the index-th candidate of one layer of one source's candidate stream. A rise of the
rate only adds ids and a fall only removes them. Ids are positive and fit a signed 64-bit integer::

    bit 63  62        61 … 42       41 … 36  35 … 0
        0   return?   source hash   layer    index          return? = 0
        0   return?   62-bit hash of (parent, number)       return? = 1
"""
from __future__ import annotations

from hospital_twin.errors import BadInput
from hospital_twin.streams.keys import GOLDEN, MASK, hash64, mix64

SOURCE_BITS, LAYER_BITS, INDEX_BITS = 20, 6, 36
LAYERS = 1 << LAYER_BITS
_RETURN = 1 << 62


def source_hash(name: str) -> int:
    """20 bits of a source's name, never 0 (so that no visit is 0).

    Two names among a hundred meet once in 200 layouts: whoever compiles a layout has to compare them.
    """
    return 1 + hash64(name.encode()) % ((1 << SOURCE_BITS) - 1)


def visit_id(source_name_hash: int, layer: int, index: int) -> int:
    """The id of one candidate.

    source_name_hash: from `source_hash`. layer: 0 … 63. index: 0 … 2**36 - 1, the candidate's number in its layer.
    """
    if not 0 < source_name_hash < 1 << SOURCE_BITS:
        raise BadInput("visit id", f"source hash {source_name_hash} is out of range", "1 … 2**20 - 1")
    if not 0 <= layer < LAYERS:
        raise BadInput("visit id", f"layer {layer} is out of range",
                       f"0 … {LAYERS - 1}: declare a greater height for the source's candidate stream")
    if not 0 <= index < 1 << INDEX_BITS:
        raise BadInput("visit id", f"index {index} is out of range", "0 … 2**36 - 1")
    return source_name_hash << LAYER_BITS + INDEX_BITS | layer << INDEX_BITS | index


def return_id(parent_visit: int, number: int) -> int:
    """The id of the number-th return that follows a visit (which may be a return itself).

    A hash of both: among a million returns two meet once in ten million runs.
    """
    if not 0 < parent_visit < 1 << 63:
        raise BadInput("return id", f"parent visit {parent_visit} is out of range", "1 … 2**63 - 1")
    if number < 0:
        raise BadInput("return id", f"number {number} is negative", "0 for the first return, 1 for the next")
    return _RETURN | mix64(mix64(parent_visit) + (number + 1) * GOLDEN & MASK) >> 2


def is_return(visit: int) -> bool:
    """Whether the id was made by `return_id`."""
    return bool(visit & _RETURN)


def parts(visit: int) -> tuple[int, int, int]:
    """(source hash, layer, index) of an id made by `visit_id`; a return's id is a hash and has none."""
    if not 0 < visit < _RETURN:
        raise BadInput("visit id", f"{visit} is not a candidate's id", "an id made by visit_id (a return has no parts)")
    return visit >> LAYER_BITS + INDEX_BITS, visit >> INDEX_BITS & LAYERS - 1, visit & (1 << INDEX_BITS) - 1
