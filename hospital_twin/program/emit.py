"""Pathways → operations."""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hospital_twin.errors import BadInput
from hospital_twin.layout import steps as s
from hospital_twin.layout.terms import Part
from hospital_twin.program.asks import Asks
from hospital_twin.program.builder import Builder
from hospital_twin.program.codes import Let, Op, X
from hospital_twin.program.expressions import resources_read
from hospital_twin.program.graph import loops
from hospital_twin.program.program import Code
from hospital_twin.program.windows import Windows
from hospital_twin.streams import site

END = -2
"""Where a pathway goes on after its last step: nowhere. Reaching it is a fault of the layout."""


class Emitter:
    """Writes operations one after another; targets that are not known yet are filled in later."""

    def __init__(self, builder: Builder, asks: Asks, windows: Windows):
        self.b, self.asks, self.windows = builder, asks, windows
        self.ops: list[list[int]] = []
        self.places: list[str] = []
        self.sites: list[tuple[int, int]] = []
        self.ways: list[tuple[int, int]] = []
        self.branches: list[int] = []
        self.entry_of: dict[str, int] = {}
        self.first_op: dict[tuple[str, str], int] = {}
        self.names: dict[str, str] = {}
        self.jumps: list[tuple[int, str, str]] = []
        self.inside: tuple[tuple[str, int], ...] = ()
        self.inside_of: dict[tuple[str, str], tuple] = {}
        self.where = self.pathway = ""

    # ---- writing
    def op(self, code: Op, a: int = -1, b: int = -1, c: int = -1, *, draws: Sequence[tuple[str, str]] = ()) -> int:
        """One operation that goes on with the next one written; its place."""
        here = len(self.ops)
        step = self.b.steps.place(draws[0][0]) if draws else -1
        self.ops.append([code, here + 1, -1, a, b, c, step])
        self.places.append(self.where)
        found = [site(name, purpose) for name, purpose in draws] + [0, 0]
        self.sites.append((found[0], found[1]))
        return here

    def other(self, op: int, target: int) -> None:
        """Set where an operation may go instead."""
        self.ops[op][2] = target

    def jump(self, target: int = -1) -> int:
        """A jump; its place, to be aimed later."""
        here = self.op(Op.JUMP)
        self.ops[here][1] = target
        return here

    def here(self) -> int:
        """The place of the next operation."""
        return len(self.ops)

    # ---- pathways
    def write_pathway(self, name: str, steps: Sequence[Part]) -> None:
        """The operations of one pathway."""
        self.pathway = name
        self.entry_of[name] = self.here()
        self.block(steps, f"pathways.{name}")
        self.jump(END)

    def block(self, steps: Sequence[Part], where: str) -> None:
        """The operations of a list of steps."""
        for number, step in enumerate(steps):
            kind = next(k for k, model in s.KINDS.items() if type(step) is model)
            name = s.name_of(step)
            self.where = f"{where}.{number} ({kind}: {name})"
            if kind != "follow":
                self._claim(name, self.where)
            self.first_op[self.pathway, name] = self.here()
            self.inside_of[self.pathway, name] = self.inside
            getattr(self, f"_{kind}")(step, name, self.where)

    def _claim(self, name: str, where: str) -> None:
        if name in self.names:
            raise BadInput(where, f"a step {name!r} stands already at {self.names[name]}",
                           "a name of its own for each step (its draws belong to it)")
        self.names[name] = where

    def _guards(self, step: s.Step, name: str, where: str) -> list[int]:
        """`if` and `chance`: operations whose `other` is where the step is skipped to."""
        found = []
        if step.if_ is not None:
            found.append(self._condition(step.if_, name, where))
        if step.chance is not None:
            chance = self.b.choice(step.chance, self.b.number, where)
            found.append(self.op(Op.CHANCE, chance, draws=[(name, "chance")]))
        return found

    def _condition(self, text: str, name: str, where: str) -> int:
        expression = self.b.expression(text, where)
        words = self.b.words(expression)
        read = resources_read(words) + [self.b.resources[name] for name, unit in self.b.units.items()
                                        if (X.PRESENT, unit) in words]
        if read:
            return self.op(Op.JUDGE, expression, read[0], draws=[(name, "judge")])
        return self.op(Op.UNLESS, expression)

    def _skip_to_here(self, ops: Sequence[int]) -> None:
        for op in ops:
            self.other(op, self.here())

    def _seize(self, step: s.Seize, name: str, where: str) -> None:
        skips = self._guards(step, name, where)
        self._ask(step, step.of, name, where)
        self._skip_to_here(skips)

    def _ask(self, step: s.Waits, ask: s.Ask, name: str, where: str, move: bool = False) -> list[int]:
        """SEIZE, and out of its line what happens on giving up or being refused; the jumps behind those, to be aimed
        at where the step is over."""
        request = self.asks.request(step, ask, name, where, move=move)
        seize = self.op(Op.SEIZE, request, draws=[(name, "patience")])
        over = self.jump()
        default_full = self.asks.refused_as(ask, step)
        ways = [("gives_up", step.patience is not None, step.gives_up, "left_without_being_seen"),
                ("when_full", self.asks.has_room_limit(request), step.when_full, default_full)]
        jumps = [over]
        for field, needed, steps, disposition in ways:
            if needed:
                self.asks.aim(request, field, self.here())
                if steps is None:
                    self.op(Op.LEAVE, self.b.dispositions.place(disposition))
                else:
                    self.block(steps, f"{where}.{field}")
                    jumps.append(self.jump())
        for jump in jumps:
            self.ops[jump][1] = self.here()
        self.where = where
        self.ops[seize][1] = self.here()
        return jumps[1:]

    def _do(self, step: s.Do, name: str, where: str) -> None:
        skips = self._guards(step, name, where)
        duration = self.b.choice(step.takes, self.b.duration, where)
        if step.by is None:
            activity = self.b.activity(step.activity or name, where)
            self.op(Op.DELAY, duration, activity, draws=[(name, "duration")])
        else:
            passed = self._ask(step, step.by, name, where)
            place = self.b.steps.place(name)
            self.op(Op.DELAY, duration, -1, place, draws=[(name, "duration")])
            self.op(Op.RELEASE, Let.STEP, place)
            for jump in passed:
                self.ops[jump][1] = self.here()
        self._skip_to_here(skips)

    def _release(self, step: s.Release, name: str, where: str) -> None:
        skips = self._guards(step, name, where)
        turnover = self.b.choice(step.after, self.b.duration, where)
        for what in step.of:
            if what in self.names:
                self.op(Op.RELEASE, Let.STEP, self.b.steps.place(what), turnover, draws=[(name, "turnover")])
            else:
                self.op(Op.RELEASE, Let.RESOURCE, self.b.resource(what, where), turnover, draws=[(name, "turnover")])
        self._skip_to_here(skips)

    def _stay(self, step: s.Stay, name: str, where: str) -> None:
        skips = self._guards(step, name, where)
        self.op(Op.DELAY, self.b.choice(step.takes, self.b.duration, where), self.b.activity(name, where),
                draws=[(name, "duration")])
        self._skip_to_here(skips)

    def _move(self, step: s.Move, name: str, where: str) -> None:
        skips = self._guards(step, name, where)
        if not step.keep_place:
            self.op(Op.RELEASE, Let.PLACES)
        passed = self._ask(step, step.to, name, where, move=True)
        if step.takes is not None:
            self.op(Op.DELAY, self.b.choice(step.takes, self.b.duration, where), self.b.activity(name, where),
                    draws=[(name, "duration")])
        self.op(Op.SETTLE)
        for jump in passed:
            self.ops[jump][1] = self.here()
        self._skip_to_here(skips)

    def _branch(self, step: s.Branch, name: str, where: str) -> None:
        skips = [self._condition(step.if_, name, where)] if step.if_ is not None else []
        if any(o.chance is not None for o in step.options):
            ends = self._by_chance(step, name, where)
        else:
            ends = self._by_condition(step, name, where)
        for end in ends:
            self.ops[end][1] = self.here()
        self._skip_to_here(skips)

    def _by_chance(self, step: s.Branch, name: str, where: str) -> list[int]:
        first = len(self.ways)
        pick = self.op(Op.PICK, first, len(step.options), draws=[(name, "branch")])
        choices = [self.b.choice(o.chance, self.b.number, f"{where}.options.{i}") for i, o in enumerate(step.options)]
        self.ways += [(choice, -1) for choice in choices]
        ends = []
        for i, option in enumerate(step.options):
            self.ways[first + i] = (choices[i], self.here())
            self.block(option.then, f"{where}.options.{i}.then")
            ends.append(self.jump())
        self.other(pick, self.here())
        return ends

    def _by_condition(self, step: s.Branch, name: str, where: str) -> list[int]:
        ends = []
        for i, option in enumerate(step.options):
            test = self._condition(option.when, name, f"{where}.options.{i}") if option.when is not None else None
            self.block(option.then, f"{where}.options.{i}.then")
            ends.append(self.jump())
            if test is not None:
                self.other(test, self.here())
        return ends

    def _together(self, step: s.Together, name: str, where: str) -> None:
        skips = self._guards(step, name, where)
        first = len(self.branches)
        fork = self.op(Op.FORK, first, len(step.branches), step.join == "first", draws=[(name, "fork")])
        self.branches += [-1] * len(step.branches)
        for i, steps in enumerate(step.branches):
            self.branches[first + i] = self.here()
            self.inside = (*self.inside, (name, i))
            self.block(steps, f"{where}.branches.{i}")
            self.inside = self.inside[:-1]
            self.op(Op.JOIN)
        self.ops[fork][1] = self.here()
        self._skip_to_here(skips)

    def _wait(self, step: s.Wait, name: str, where: str) -> None:
        skips = self._guards(step, name, where)
        activity = self.b.activity(name, where)
        if isinstance(step.until, s.Holds):
            self.op(Op.HOLD, self.b.expression(step.until.holds, where), activity)
        else:
            window = -1 if step.until == "discharge" else self.windows.window(step.until, where)
            self.op(Op.WAIT, window, activity, draws=[(name, "time"), (name, "day")])
        self._skip_to_here(skips)

    def _assign(self, step: s.Assign, name: str, where: str) -> None:
        skips = self._guards(step, name, where)
        for attribute, value in step.set.items():
            self.assign(attribute, value, name, where)
        self._skip_to_here(skips)

    def assign(self, attribute: str, value: Any, name: str, where: str) -> None:
        """Set an attribute to a value, an expression, or a draw that belongs to `name`."""
        which, values = self.b.attribute(attribute, where), self.b.values[attribute]
        if isinstance(value, s.Draw):
            mix = self.b.choice(value.draw, lambda weights: self.b.mix(weights, values, where), where)
            self.op(Op.ASSIGN, which, -1, mix, draws=[(name, attribute)])
        elif str(value) in [str(v) for v in values]:
            weights = {value: 1.0}
            self.op(Op.ASSIGN, which, -1, self.b.choice(weights, lambda w: self.b.mix(w, values, where), where))
        elif isinstance(value, str) and not value.isidentifier():
            self.op(Op.ASSIGN, which, self.b.expression(value, where))
        else:
            raise BadInput(where, f"{value!r} is no value of {attribute}", "one of " + ", ".join(map(str, values)))

    def _repeat(self, step: s.Repeat, name: str, where: str) -> None:
        if self.inside_of.get((self.pathway, step.from_), self.inside) != self.inside:
            raise BadInput(where, f"goes back to {step.from_!r} into, or out of, branches that run side by side",
                           "an earlier step of the same branch, or none inside `together`")
        skips = self._guards(step, name, where)
        self.jumps.append((self.jump(), self.pathway, step.from_))
        self._skip_to_here(skips)

    def _leave(self, step: s.Leave, name: str, where: str) -> None:
        skips = self._guards(step, name, where)
        self.op(Op.LEAVE, self.b.dispositions.place(step.as_))
        self._skip_to_here(skips)

    def _return(self, step: s.Return, name: str, where: str) -> None:
        skips = self._guards(step, name, where)
        self.jumps.append((self.op(Op.RETURN, self.b.choice(step.after, self.b.duration, where),
                                   draws=[(name, "after")]), "", step.to))
        self._skip_to_here(skips)

    def _follow(self, step: s.Follow, name: str, where: str) -> None:
        self.jumps.append((self.jump(), "", step.follow))

    # ---- the result
    def code(self, entries: Sequence[int]) -> Code:
        """All operations, jumps resolved, with what can repeat marked."""
        for name, where in self.asks.same_as:
            if name not in self.names:
                raise BadInput(where, f"waits for who did {name!r}, which is no step", "the name of a step")
        self._aim_jumps()
        thread = [self._threaded(i) for i in range(len(self.ops))]
        for op in self.ops:
            op[1] = thread[op[1]] if op[1] >= 0 else op[1]
            op[2] = thread[op[2]] if op[2] >= 0 else op[2]
            if op[0] == Op.RETURN:
                op[4] = thread[op[4]]
        self.thread = thread
        ops = np.array(self.ops, dtype=np.int64).reshape(-1, 7)
        ways = [(choice, thread[target]) for choice, target in self.ways]
        return Code(ops=ops, sites=np.array(self.sites, dtype=np.uint64).reshape(-1, 2),
                    loops=np.array(loops(self.successors()), dtype=bool),
                    ways=np.array(ways, dtype=np.int64).reshape(-1, 2),
                    branches=np.array([thread[b] for b in self.branches], dtype=np.int64),
                    entries=np.array([thread[e] for e in entries], dtype=np.int64))

    def _aim_jumps(self) -> None:
        for op, pathway, target in self.jumps:
            if pathway:
                if self.first_op.get((pathway, target), op) >= op:
                    raise BadInput(f"pathways.{pathway}", f"repeats from {target!r}, which is no earlier step of it",
                                   "one of " + ", ".join(n for p, n in self.first_op if p == pathway))
                self.ops[op][1] = self.first_op[pathway, target]
            elif target not in self.entry_of:
                raise BadInput("pathways", f"there is no pathway {target!r} to go on with",
                               "one of " + ", ".join(self.entry_of))
            else:
                self.ops[op][4 if self.ops[op][0] == Op.RETURN else 1] = self.entry_of[target]

    def _threaded(self, place: int) -> int:
        """Where a jump chain ends."""
        seen = {place}
        while place >= 0 and self.ops[place][0] == Op.JUMP:
            place = self.ops[place][1]
            if place in seen:
                raise BadInput(self.places[place], "this way leads back to itself without a step",
                               "a step before it goes round, and a way out")
            seen.add(place)
        return place

    def successors(self) -> list[list[int]]:
        """The operations that each may go on with."""
        found = []
        for code, nxt, other, a, b, _, _ in self.ops:
            after = [] if code in (Op.LEAVE, Op.JOIN) else [nxt]
            if code in (Op.UNLESS, Op.CHANCE, Op.JUDGE, Op.PICK):
                after.append(other)
            if code == Op.PICK:
                after = [self.thread[target] for _, target in self.ways[a:a + b]]
                after += [other] if all(c >= 0 for c, _ in self.ways[a:a + b]) else []
            if code == Op.SEIZE:
                request = self.asks.requests[a]
                after += [self.thread[t] for t in (request["gives_up"], request["when_full"]) if t >= 0]
            if code == Op.FORK:
                after += [self.thread[t] for t in self.branches[a:a + b]]
            found.append(after)
        return found
