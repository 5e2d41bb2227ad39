"""The numbers that a program is written in."""
from __future__ import annotations

from enum import IntEnum, auto


class Op(IntEnum):
    """What an operation does. `next` is where it goes on; `other` where else it may go."""

    UNLESS = 0      # a: expression. False goes to `other`
    CHANCE = auto()     # a: choice of a probability. u >= p goes to `other`
    PICK = auto()       # a: first way of its branch table, b: how many ways
    JUDGE = auto()      # a: expression over counters, b: resource in whose line it stands. False goes to `other`
    SEIZE = auto()      # a: request
    DELAY = auto()      # a: choice of a duration, b: activity of its row (-1 none), c: step whose server sets the pace
    RELEASE = auto()    # a: how (Let), b: step or resource let go, c: choice of a turnover time (-1 none)
    SETTLE = auto()     # the place granted last is where the visit now is; older places are let go
    ASSIGN = auto()     # a: attribute, b: expression (-1 none), c: choice of a mix (-1 none)
    FORK = auto()       # a: first branch in the branch table, b: how many, c: 1 when the first to end wins
    JOIN = auto()       # the branch ends here; its fork goes on
    WAIT = auto()       # a: window table, b: activity
    HOLD = auto()       # a: expression waited for, b: activity
    LEAVE = auto()      # a: disposition
    RETURN = auto()     # a: choice of a duration, b: first operation of the new visit
    JUMP = auto()       # go on at `next`


class Let(IntEnum):
    """What a RELEASE lets go."""

    STEP = 0        # what the step seized
    RESOURCE = 1    # a resource, whoever seized it
    PLACES = 2      # every place (a move that does not keep the present one)


class X(IntEnum):
    """Words of an expression in postfix order."""

    NUMBER = 0      # a constant
    ATTRIBUTE = auto()
    HOUR = auto()
    WEEKDAY = auto()
    MONTH = auto()
    UNIT = auto()
    ARRIVAL = auto()
    JOIN = auto()
    WAITED = auto()
    GIVEN = auto()      # the number that the step gives
    AGE = auto()
    FREE = auto()
    BUSY = auto()
    WAITING = auto()
    CAPACITY = auto()
    OCCUPANCY = auto()
    PRESENT = auto()
    ACTIVE = auto()
    ADD = auto()
    SUBTRACT = auto()
    MULTIPLY = auto()
    DIVIDE = auto()
    NEGATE = auto()
    LESS = auto()
    AT_MOST = auto()
    EQUAL = auto()
    DIFFERENT = auto()
    AND = auto()
    OR = auto()
    NOT = auto()
    IF = auto()         # condition, then, else → value


COUNTERS = {"free": X.FREE, "busy": X.BUSY, "waiting": X.WAITING, "capacity": X.CAPACITY, "occupancy": X.OCCUPANCY}
"""Functions of a resource in expressions."""

VARIABLES = {"hour": X.HOUR, "weekday": X.WEEKDAY, "month": X.MONTH, "arrival": X.ARRIVAL, "join": X.JOIN,
             "waited": X.WAITED, "number": X.GIVEN, "age": X.AGE}
"""Words of expressions that are no attribute: clock, and times of the visit in hours."""


class Key(IntEnum):
    """What a choice looks at."""

    ATTRIBUTE = 0
    HOUR = 1        # of the day, 0 … 23
    WEEKDAY = 2     # 0 is Monday
    MONTH = 3       # 1 … 12
    UNIT = 4        # where the visit is
    SOURCE = 5


class Kind(IntEnum):
    """What a source is."""

    RATE = 0
    TIMETABLE = 1
    TRACE = 2
    PRESENT = 3


class Act(IntEnum):
    """What a rule does."""

    ADD = 0
    DIVERT = 1
    EVICT = 2
    STOP = 3
