"""The state of a run as a value: taken, written, read, and gone on from."""
from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hospital_twin.engines.state import Holding, Token, Visit, Waiting
from hospital_twin.errors import BadInput
from hospital_twin.streams import Owner, owner_key

if TYPE_CHECKING:
    from hospital_twin.engines.simpy_engine import Engine

FORMAT = 4
_HOLDING = [f.name for f in fields(Holding)]


@dataclass(frozen=True)
class Snapshot:
    """Everything that a run needs to go on: plain numbers and lists. now: its tick."""

    now: int
    state: dict[str, Any]

    def save(self, path: str | Path) -> None:
        """Write to a file (JSON, gzip)."""
        with gzip.open(path, "wt", encoding="utf-8") as file:
            json.dump({"format": FORMAT, "now": self.now, "state": self.state}, file)

    @classmethod
    def load(cls, path: str | Path) -> Snapshot:
        """Read from a file."""
        try:
            with gzip.open(path, "rt", encoding="utf-8") as file:
                value = json.load(file)
        except (OSError, ValueError) as wrong:
            raise BadInput(str(path), "this is no snapshot", "a file that Snapshot.save wrote") from wrong
        if value.get("format") != FORMAT:
            raise BadInput(str(path), f"a snapshot of format {value.get('format')}", f"format {FORMAT}")
        return cls(value["now"], value["state"])


def take(engine: Engine) -> Snapshot:
    """The state between two instants."""
    lines, rules, arrivals, holdings = engine.lines, engine.rules, engine.arrivals, engine.holdings
    state = {
        "seed": engine.seed, "replication": engine.replication, "stopped": engine.stopped,
        "next_change": engine.next_change,
        "capacity": lines.capacity, "held": lines.held,
        "busy": [sorted(b) for b in lines.servers.busy], "idle": [sorted(i.items()) for i in lines.servers.idle_since],
        "rules": [rules.decided, rules.active, rules.true_since, rules.not_before, rules.in_force_at, rules.firings,
                  rules.lasting, rules.scheduled, rules.added],
        "streams": [[*key, *value] for key, value in arrivals.streams.items()],
        "next_planned": sorted(arrivals.next_planned.items()),
        "returns": [[visit, list(what)] for visit, what in arrivals.returns.items()],
        "visits": [_visit(engine, visit) for visit in engine.visits.values()],
        "cleaning": [[_identity(visit), _holding(h), start, until]
                     for visit, h, start, until in holdings.in_cleaning.values()],
        "instants": engine.instants(),
        "rows": engine.record.rows, "changes": engine.record.capacity,
    }
    return Snapshot(engine.now, json.loads(json.dumps(state)))


def _identity(visit: Visit) -> list:
    return [visit.id, visit.patient, visit.source, visit.arrival, list(visit.attributes), visit.unit]


def _holding(holding: Holding) -> list:
    return [getattr(holding, name) for name in _HOLDING]


def _visit(engine: Engine, visit: Visit) -> dict[str, Any]:
    return {"identity": _identity(visit), "counts": sorted(visit.counts.items()), "returns": visit.returns,
            "servers": [[step, *who] for step, who in visit.servers.items()],
            "holdings": [_holding(h) for h in visit.holdings],
            "tokens": [_token(engine, visit, token) for token in visit.tokens]}


def _token(engine: Engine, visit: Visit, token: Token) -> dict[str, Any]:
    w = token.waiting
    return {"branch": token.branch, "pc": token.pc, "began": token.began, "ends": token.ends,
            "remaining": token.remaining, "pending": token.pending,
            "parent": -1 if token.parent is None else visit.tokens.index(token.parent),
            "holds_for": token in engine.flow.holders,
            "waiting": None if w is None else [w.op, w.request, w.key, w.joined, w.since, w.alternatives, w.lines,
                                               w.fresh, w.judge, [_holding(lost) for lost in w.regrant],
                                               w.patience_ends, w.ways]}


def restore(engine: Engine, snapshot: Snapshot) -> None:
    """Put a new engine into the state of a snapshot."""
    state, lines, rules, arrivals = snapshot.state, engine.lines, engine.rules, engine.arrivals
    if (state["seed"], state["replication"]) != (engine.seed, engine.replication):
        raise BadInput("snapshot", f"is of seed {state['seed']}, replication {state['replication']}",
                       f"seed {engine.seed}, replication {engine.replication}: its patients are others")
    if len(state["capacity"]) != len(lines.capacity):
        raise BadInput("snapshot", "is of another hospital", "a snapshot of the same program")
    engine.stopped = state["stopped"]
    lines.capacity[:], lines.held[:] = state["capacity"], state["held"]
    lines.servers.busy = [set(b) for b in state["busy"]]
    lines.servers.idle_since = [dict(i) for i in state["idle"]]
    for own, saved in zip((rules.decided, rules.active, rules.true_since, rules.not_before, rules.in_force_at,
                           rules.firings, rules.lasting, rules.scheduled, rules.added), state["rules"], strict=True):
        own[:] = saved
    engine.record.go_on([(*row[:-1], tuple(row[-1])) for row in state["rows"]],
                        [tuple(row) for row in state["changes"]])
    _restore_patients(engine, state)
    arrivals.go_on({(i, layer): [index, tick] for i, layer, index, tick in state["streams"]},
                   dict(state["next_planned"]), state["returns"])
    engine.set_change_alarm(state["next_change"])
    rules.set_alarms()
    for tick in state["instants"]:
        engine.alarm(tick, bool)
    engine.settle_processes()


def _restore_patients(engine: Engine, state: dict[str, Any]) -> None:
    for identity, holding, start, until in state["cleaning"]:
        engine.holdings.clean(_as_visit(engine, identity), _as_holding(holding), start, until)
    for saved in state["visits"]:
        visit = _as_visit(engine, saved["identity"])
        visit.counts, visit.returns = dict(saved["counts"]), saved["returns"]
        visit.servers = {step: (resource, number) for step, resource, number in saved["servers"]}
        visit.holdings = [_as_holding(h) for h in saved["holdings"]]
        engine.visits[visit.id] = visit
        if visit.unit >= 0:
            engine.present[visit.unit] += 1
        for token in _tokens(engine, visit, saved["tokens"]):
            engine.put_to_sleep(token)
    engine.lines.dirty.clear()


def _as_visit(engine: Engine, identity: list) -> Visit:
    number, patient, source, arrival, attributes, unit = identity
    return Visit(number, patient, source, arrival, owner_key(engine.key, Owner.VISIT, number), tuple(attributes), unit)


def _as_holding(values: list) -> Holding:
    holding = Holding(*values)
    holding.key = tuple(holding.key)
    return holding


def _tokens(engine: Engine, visit: Visit, saved: list[dict[str, Any]]) -> Iterator[Token]:
    visit.tokens = [Token(visit, t["branch"], t["pc"], t["began"], t["ends"], t["remaining"], pending=t["pending"])
                    for t in saved]
    for token, t in zip(visit.tokens, saved, strict=True):
        token.parent = visit.tokens[t["parent"]] if t["parent"] >= 0 else None
        if t["holds_for"]:
            engine.flow.holders.append(token)
        if t["waiting"] is not None:
            op, request, key, joined, since, alternatives, lines, fresh, judge, regrant, patience, ways = t["waiting"]
            token.waiting = Waiting(
                token, op, request, tuple(key), joined, since, tuple(tuple(map(tuple, way)) for way in alternatives),
                tuple(lines), fresh, judge, tuple(_as_holding(lost) for lost in regrant), patience, tuple(ways))
            engine.lines.join(token.waiting)
            if patience >= 0:
                engine.alarm(patience, engine.due_patience.append, token.waiting)
        yield token
