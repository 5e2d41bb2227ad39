"""Small random hospitals: every noun and step of the flow language, in combinations nobody would write."""
from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

UNITS, POOLS, TOOLS = ("a", "b", "c"), ("d", "e", "n"), ("ct", "slots")
CONDITIONS = ("acuity <= 2", "kind == x", "free(a) > 0", "waiting(d) > 1", "present(b) >= 2", "hour >= 12",
              "occupancy(c) >= 0.5", "active(r1)", "busy(ct) > 0 and acuity == 3", "unit == a", "not kind == y",
              "capacity(d) > 1 or acuity == 1", "age > 1")
RULE_CONDITIONS = ("waiting(d) > 1", "occupancy(a) >= 1", "present(b) >= 2", "hour >= 6 and hour < 18", "free(c) == 0",
                   "waiting(b) + waiting(a) > 0", "weekday == 0")
ORDERS = (["join"], ["acuity"], ["acuity", "arrival"], ["-waited * (3 if acuity == 1 else 1)"], ["number"],
          ["arrival + acuity"], ["0 if active(r1) else acuity", "join"])
DURATIONS = ("0 min", "5 min", "20 min", "exponential(mean 30 min)", "uniform(0, 90 min)",
             "lognormal(mean 1 h, sd 1 h)", "1 h", "10 h")

durations = st.one_of(
    st.sampled_from(DURATIONS),
    st.fixed_dictionaries({"by": st.just("acuity"), "of": st.fixed_dictionaries({1: st.sampled_from(DURATIONS)}),
                           "otherwise": st.sampled_from(DURATIONS)}))
conditions = st.sampled_from(CONDITIONS)
numbers = st.one_of(st.integers(0, 3), st.fixed_dictionaries(
    {"00:00-24:00": st.integers(0, 2), "08:00-16:30": st.integers(0, 4), "16:00-20:00": st.integers(0, 1)}))
mixes = st.sampled_from(({1: 1, 2: 1, 3: 2}, {1: 1.0}, {2: 0.5, 3: 0.5}))


def optional(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


def orders() -> st.SearchStrategy[Any]:
    return st.sampled_from(ORDERS)


reserves = st.fixed_dictionaries({"keep": st.integers(1, 2), "for": st.sampled_from(("acuity == 1", "kind == x"))})
closures = st.lists(st.sampled_from((
    {"from": "2025-01-06 03:00", "to": "2025-01-06 05:30", "number": 0},
    {"from": "2025-01-06 04:00", "to": "2025-01-07 00:00", "number": 1},
    {"from": "2025-01-01", "to": "2025-01-06 02:00", "number": 3})), max_size=2)


def resources(amount: str, *, named: bool = False) -> st.SearchStrategy[dict[str, Any]]:
    more = {"named": st.just(True), "pace": st.sampled_from(([], [1, 1.5]))} if named else {}
    return st.builds(lambda a, b: {**a, **b}, st.fixed_dictionaries({amount: numbers}), optional(
        order=orders(), at_fall=st.sampled_from(("finish", "hand_over")), reserve=reserves, dated=closures, **more))


def units() -> st.SearchStrategy[dict[str, Any]]:
    ratio = st.one_of(st.sampled_from(("1 per 1", "1 per 2", "2 per 1", "1 per 3")), st.just(
        {"by": "acuity", "of": {1: "1 per 1"}, "otherwise": "1 per 2"}))
    return st.builds(lambda a, b: {**a, **b}, st.fixed_dictionaries({"places": numbers}), optional(
        order=orders(), cleaning=durations, staff=st.fixed_dictionaries({"n": ratio}), dated=closures,
        outliers=st.lists(st.sampled_from(UNITS), max_size=2, unique=True), room=st.integers(0, 2), reserve=reserves,
        admits=st.sampled_from(("kind == x", "acuity <= 2", "free(a) > 0 or acuity == 1", "hour >= 6")),
        discharge=st.just({"profile": {"08:00-20:00": 1, "10:00-12:00": 3}})))


def asks() -> st.SearchStrategy[Any]:
    things = st.sampled_from((*POOLS, *TOOLS))
    return st.one_of(
        things, st.lists(things, min_size=2, max_size=3, unique=True),
        st.fixed_dictionaries({"first_of": st.lists(things, min_size=2, max_size=3, unique=True)}),
        st.fixed_dictionaries({"all_of": st.fixed_dictionaries({"e": st.integers(1, 2)})}),
        st.builds(lambda x, y: {"by": "kind", "of": {"x": x, "y": y}}, things, things))


def destinations() -> st.SearchStrategy[Any]:
    places = st.sampled_from(UNITS)
    return st.one_of(
        places, st.builds(lambda p: {"first_of": p}, st.lists(places, min_size=2, max_size=3, unique=True)),
        st.builds(lambda x, y: {"by": "kind", "of": {"x": x, "y": y}}, places, places),
        st.just({"first_of": ["a", "b"], "cost": {"a": "waiting(b)", "b": "hour"}}))


class Pathways:
    """Draws pathways; every step has a name of its own."""

    def __init__(self, draw: Any):
        self.draw, self.count = draw, 0

    def name(self, kind: str) -> str:
        self.count += 1
        return f"{kind}_{self.count}"

    def waits(self, depth: int) -> dict[str, Any]:
        """What a step that can wait may say."""
        found = self.draw(optional(
            patience=durations, patience_from=st.sampled_from(("joining", "arrival")), room=st.integers(0, 1),
            hold_line=st.just(True), number=st.sampled_from(("acuity", "2 * age")),
            preempt=st.sampled_from(("none", "resume", "restart")), patience_renewed=st.booleans()))
        for field, needs in (("gives_up", "patience"), ("when_full", "room")):
            if needs in found and depth and self.draw(st.booleans()):
                found[field] = self.steps(depth - 1, most=2)
        return found

    def guards(self) -> dict[str, Any]:
        return self.draw(optional(**{"if": conditions, "chance": st.sampled_from((0.3, 0.8))}))

    def steps(self, depth: int, most: int = 4) -> list[dict[str, Any]]:
        kinds = ["do", "do", "do", "stay", "move", "move", "seize", "release", "wait", "assign"]
        kinds += ["together", "branch", "return"] if depth else []
        chosen = self.draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=most))
        return [self.step(kind, depth) for kind in chosen]

    def step(self, kind: str, depth: int) -> dict[str, Any]:  # noqa: PLR0911 - one way out a kind
        name, draw = self.name(kind), self.draw
        if kind == "do":
            by = draw(optional(by=asks()))
            return {"do": name, "takes": draw(durations), **by, **(self.waits(depth) if by else {}), **self.guards()}
        if kind == "stay":
            return {"stay": name, "takes": draw(durations), **self.guards()}
        if kind == "move":
            return {"move": name, "to": draw(destinations()), **self.waits(depth), **self.guards(),
                    **draw(optional(keep_place=st.booleans(), takes=durations))}
        if kind == "seize":
            return {"seize": name, "of": draw(st.sampled_from(("slots", "ct", "e"))), **self.waits(depth)}
        if kind == "release":
            return {"release": name, "of": draw(st.sampled_from(("slots", "ct", "e", "a"))),
                    **draw(optional(after=durations))}
        if kind == "wait":
            return {"wait": name, "until": draw(st.sampled_from((
                "discharge", {"at": ["08:00", "13:30"]}, {"open": "06:00-18:00"}, {"holds": "free(d) > 0 or hour > 20"},
                {"profile": {"09:00-21:00": 1}, "weekdays": {"mon": 0.5}}))), **self.guards()}
        if kind == "assign":
            return {"assign": name, "set": draw(st.sampled_from((
                {"acuity": "acuity - 1"}, {"acuity": 3}, {"kind": {"draw": {"x": 1, "y": 1}}}, {"kind": "y"})))}
        return {"together": self.together, "branch": self.branch, "return": self.comes_back}[kind](name, depth - 1)

    def together(self, name: str, depth: int) -> dict[str, Any]:
        branches = [self.steps(depth, most=2) for _ in range(self.draw(st.integers(2, 3)))]
        if self.draw(st.integers(0, 3)) == 0:
            branches[0].append({"leave": self.name("leave"), "as": "died"})
        return {"together": name, "branches": branches, "join": self.draw(st.sampled_from(("all", "first")))}

    def branch(self, name: str, depth: int) -> dict[str, Any]:
        key, value = self.draw(st.sampled_from((("chance", 0.5), ("when", "acuity <= 2"), ("when", "free(b) > 0"))))
        return {"branch": name, "options": [{key: value, "then": self.steps(depth, most=2)},
                                            {"then": self.steps(depth, most=2)}]}

    def comes_back(self, name: str, depth: int) -> dict[str, Any]:
        return {"return": name, "after": self.draw(durations), "to": "q", "chance": 0.3}

    def pathway(self, depth: int) -> list[dict[str, Any]]:
        found = self.steps(depth)
        if self.draw(st.booleans()):
            found.append({"repeat": self.name("repeat"), "from": next(iter(found[0].values())), "chance": 0.4})
        return [*found, {"leave": self.name("leave"), "as": "home"}]


def rules() -> st.SearchStrategy[dict[str, Any]]:
    acts = st.one_of(
        st.builds(lambda n, r: {"add": n, "to": r}, st.sampled_from((-1, 1, 2)), st.sampled_from(("d", "a", "n"))),
        st.just({"divert": 0.5, "from": "s"}), st.just({"evict": "b", "to": "q"}))
    times = st.sampled_from(("10 min", "uniform(0, 2 h)"))
    return st.builds(lambda when, then, more: {"when": when, "then": then, **more}, st.sampled_from(RULE_CONDITIONS),
                     st.lists(acts, max_size=2), optional(lasting=times, at_least=times, after=times, between=st.just(
                         "05:30-22:00"), until=st.sampled_from(RULE_CONDITIONS)))


def sources() -> st.SearchStrategy[dict[str, Any]]:
    sets = {"acuity": {"draw": {1: 1, 2: 1, 3: 2}}, "kind": {"draw": {"x": 0.6, "y": 0.4}}}
    rate = st.builds(lambda r, more: {"s": {"pathway": "p", "rate": r, "ceiling": 2, "sets": sets, **more}},
                     st.sampled_from((0.4, 1.5)), optional(day_factor_sd=st.just(0.3), batch=st.just({1: 0.7, 2: 0.3})))
    table = st.builds(lambda more: {"t": {
        "pathway": "q", "timetable": [{"at": "08:00", "count": 5, "every": "20 min", "sets": {"kind": ["x", "y"]}}],
        "sets": sets, **more}}, optional(offset=st.just("uniform(-30, 60 min)"), no_show=st.just(
            {"by": "kind", "of": {"x": 0.5, "y": 0.1}})))
    return st.builds(lambda a, b: {**a, **b}, rate, st.one_of(st.just({}), table))


@st.composite
def hospitals(draw: Any) -> dict[str, Any]:
    """A layout as plain values."""
    paths = Pathways(draw)
    return {
        "attributes": {"acuity": [1, 2, 3], "kind": ["x", "y"]},
        "after_horizon": draw(st.sampled_from(("stop", "stop", "drain"))),
        "staff": {"d": draw(resources("on_duty", named=True)), "e": draw(resources("on_duty")),
                  "n": draw(resources("on_duty"))},
        "equipment": {"ct": draw(resources("number")), "slots": draw(resources("number"))},
        "units": {unit: draw(units()) for unit in UNITS},
        "sources": draw(sources()),
        "pathways": {"p": paths.pathway(2), "q": paths.pathway(1)},
        "rules": {"r1": draw(rules()), **({"r2": draw(rules())} if draw(st.booleans()) else {})},
    }
