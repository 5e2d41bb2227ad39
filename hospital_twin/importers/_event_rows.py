"""Rows of events → rows of stays and tasks, one in the place of each."""
from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from hospital_twin.importers._event_pairs import paired
from hospital_twin.importers._event_words import EventWord, meaning, transition_of, transitions_in
from hospital_twin.importers._importer import Options, RawRows
from hospital_twin.importers._shown import like_a_number
from hospital_twin.importers._words import slips, slug

_NAT = np.datetime64("NaT", "us")
_DAY = np.timedelta64(1, "D")
_FIRST, _LAST = ("arrive", "again"), ("leave",)
_IN_A_UNIT = ("arrive", "again", "stay")
_ORDER = {"schedule": 0, "start": 1, "": 1, "complete": 2}
_MOST_NAMED = 5
_SAID = ("mapping", "layout")
_DONE_BY = {"triage": "triage", "seen": "doctor"}
"""Whose task it is, where the log names nobody."""


class EventTable:
    """The events of a log, and what becomes of them.

    raw: rows with ``visit``, ``activity`` and ``start``, one per event; what cannot be used is rejected in its ledger.
    """

    def __init__(self, raw: RawRows, options: Options):
        self.raw, self.options, self.ledger, self.n = raw, options, raw.ledger, len(raw.rows)
        self.header = raw.columns.get("activity", "activity")
        self.visit, self.time = self._texts("visit"), raw.rows["start"].to_numpy(dtype="datetime64[us]").copy()
        self.ledger.reject(self.visit == "", "no_visit", raw.columns.get("visit", ""))
        self.ledger.reject(self._texts("activity") == "", "no_activity", self.header)
        self.ledger.reject(np.isnat(self.time), "missing_start", raw.columns.get("start", ""))
        self.unit, self.end = self._texts("unit"), np.full(self.n, _NAT)
        self.requested = raw.rows["requested"].to_numpy().copy() if "requested" in raw.rows else np.full(self.n, _NAT)
        self.activity, self.transition = self._lifecycle()
        self.words = self._words()
        self._say_of_words()

    def _texts(self, field: str) -> np.ndarray:
        rows = self.raw.rows
        return rows[field].to_numpy(dtype=object) if field in rows else np.full(self.n, "", dtype=object)

    def _lifecycle(self) -> tuple[np.ndarray, np.ndarray]:
        """The activity of each row, and the step of its lifecycle where both beginnings and ends are told."""
        activity, said = self._texts("activity"), self._texts("lifecycle")
        known = {word: transition_of(word) for word in pd.unique(said)}
        transition = np.array([known[word] for word in said], dtype=object)
        self.ledger.reject(transition == "other", "other_lifecycle", self.raw.columns.get("lifecycle", ""), said)
        if len(set(known.values()) & {"start", "complete"}) > 1:
            return activity, transition
        # Without a beginning and an end there is nothing to pair: each row is a moment. The names may tell both.
        halves = transitions_in(pd.unique(activity))
        if halves:
            transition = np.array([halves[text][1] if text in halves else "" for text in activity], dtype=object)
            activity = np.array([halves[text][0] if text in halves else text for text in activity], dtype=object)
            return activity, transition
        return activity, np.where(transition == "schedule", "", "").astype(object)

    def _words(self) -> dict[str, EventWord]:
        """What each activity means, by its text."""
        mapping, layout = self.options.mapping, self.options.layout
        said = {slug(text, "task"): means for text, means in mapping.events.items()}
        units = {*mapping.kinds, *(slug(text) for text in mapping.units), *(layout.units if layout else ())}
        found = {}
        for text, n in pd.Series(self.activity[self.ledger.kept[:self.n]]).value_counts(sort=False).items():
            own = slug(str(text), "task")
            if own in said:
                found[text] = EventWord(text, said[own], 1.0, "mapping", int(n))
            else:
                found[text] = EventWord(text, *meaning(str(text), units), int(n))
        there = {slug(str(own), "task") for own in found}
        absent = [text for text in mapping.events if slug(text, "task") not in there]
        if absent:
            self.ledger.note(f"the mapping speaks of activities that are not in this log: {', '.join(absent[:12])}")
        return found

    def _say_of_words(self) -> None:
        left_out = [text for text, word in self.words.items() if word.means is None]
        self.ledger.reject(np.isin(self.activity, left_out), "event_of_nothing", self.header)
        own = [word for word in self.words.values() if word.how == "its own name"]
        if own:
            self.ledger.note(f"{len(own)} activities have no meaning that is known by name: their "
                             f"{sum(word.rows for word in own):,} rows are kept as tasks under their own names, so "
                             "that the order of care is not lost; without an end they last no time, and no length is "
                             "fitted to them")

    def without_repeats(self, same: Callable[[np.ndarray], np.ndarray]) -> None:
        """Reject the rows that repeat an earlier one wholly, and count once what repeats it in all that is kept.

        same: places of rows → a number for each, equal where the whole records are.
        """
        place = np.flatnonzero(self.ledger.kept[:self.n])
        told = pd.DataFrame({"visit": self.visit[place], "activity": self.activity[place], "time": self.time[place],
                             "step": self.transition[place], "unit": self.unit[place],
                             "resource": self._texts("resource")[place]})
        for name in self.raw.attributes:
            told["of " + name] = self.raw.attributes[name].to_numpy()[place]
        alike = place[told.duplicated(keep=False).to_numpy()]
        if len(alike):
            whole = pd.Series(same(alike)).duplicated().to_numpy()
            self.ledger.reject(alike[whole], "duplicate")
            once = place[told.duplicated().to_numpy()]
            once = once[self.ledger.kept[once]]
            self.ledger.repair(once, "same_event", self.header)
            self.ledger.join(once)

    def as_stays_and_tasks(self) -> RawRows:
        """The rows of the log: stays, tasks, arrivals and leavings in the place of their events."""
        self._pair()
        order = self._order()
        verb, target = self._verbs(order)
        self._group_as_unit(order, verb, target)
        visit = self._visits_apart(order, verb)
        code = pd.factorize(visit)[0]
        self._closing_before_more(code, verb)
        unit = self._units(order, verb, target)
        self._requests(order, code, verb)
        self._late_registration(order, code, verb)
        self._ends_of_stays(order, code, verb, unit)
        rows = self._rows(order, visit, verb, target, unit)
        attributes = self._classes_of_visits(order, code)
        patient = {} if "patient" in self.raw.columns or not self.again else {
            "patient": self.raw.columns.get("visit", "visit")}
        columns = {**self.raw.columns, **patient}
        columns.setdefault("unit", self.header)
        return self.raw._replace(rows=rows, attributes=attributes, columns=columns, events=self._shown_words())

    def _pair(self) -> None:
        """Beginnings take the time of their end, and of their request."""
        transition = self.transition
        if not (transition == "complete").any():
            return
        place = np.flatnonzero(self.ledger.alone[:self.n])
        group = pd.factorize(pd.MultiIndex.from_arrays([self.visit[place], self.activity[place]]))[0]
        rank = np.array([_ORDER.get(step, 1) for step in transition[place]])
        order = np.lexsort((place, rank, self.time[place], group))
        place, group, step = place[order], group[order], transition[place][order]
        begun, ended = (place[rows] for rows in paired(group, step == "start", step == "complete"))
        self.end[begun] = self.time[ended]
        asked, granted = (place[rows] for rows in paired(group, step == "schedule", step == "start"))
        self.requested[granted] = self.time[asked]
        self.ledger.join(np.concatenate([ended, asked]))
        never = np.setdiff1d(place[step == "schedule"], asked)
        self.ledger.reject(never, "never_begun", self.header)
        alone = len(np.setdiff1d(place[step == "complete"], ended))
        if alone:
            self.ledger.note(f"{alone:,} events are completed and nothing says when they began: taken as moments")

    def _order(self) -> np.ndarray:
        """Places of the rows that stand for themselves, by visit and time; of one moment, as they come in the file."""
        place = np.flatnonzero(self.ledger.alone[:self.n])
        means = {text: word.means.verb for text, word in self.words.items() if word.means is not None}
        codes, words = pd.factorize(self.activity[place])
        ranks = [0 if means[word] in _FIRST else 2 if means[word] in _LAST else 1 for word in words]
        rank = np.array(ranks, dtype=np.int8)[codes]
        code = pd.factorize(self.visit[place])[0]
        order = np.lexsort((place, rank, self.time[place], code))
        by_file = np.lexsort((place, code))
        of_file, when = code[by_file], self.time[place][by_file]
        back = (of_file[1:] == of_file[:-1]) & (when[1:] < when[:-1])
        if back.any():
            self.ledger.note(f"{back.sum():,} rows are earlier than the row of their visit before them: the events are "
                             "taken by time")
        code, time = code[order], self.time[place][order]
        equal = (code[1:] == code[:-1]) & (time[1:] == time[:-1])
        if equal.any():
            self.ledger.note(f"{equal.sum():,} events are of the same moment as the one of their visit before them: "
                             "those are taken in the order of the file, an arrival first and a leaving last")
        return place[order]

    def _verbs(self, order: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        texts = self.activity[order]
        codes, words = pd.factorize(texts)
        means = [self.words[word].means for word in words]
        verb = np.array([one.verb for one in means], dtype=object)
        target = np.array([one.target or "" for one in means], dtype=object)
        return (verb[codes], target[codes]) if len(words) else (texts, texts.copy())

    def _visits_apart(self, order: np.ndarray, verb: np.ndarray) -> np.ndarray:
        """The visit of each row: a return of the same person is another one."""
        case = self.visit[order]
        codes = pd.factorize(case)[0]
        again = pd.Series(verb == "again").groupby(codes).cumsum().to_numpy()
        first = ~pd.Series(codes).duplicated().to_numpy()
        begins = pd.Series((verb == "again") & first).groupby(codes).transform("max").to_numpy()
        again = again - begins.astype(again.dtype)
        self.again = bool((again > 0).any())
        if self.again:
            returns = len(np.unique(np.stack([codes, again])[:, again > 0], axis=1).T)
            self.ledger.note(f"{returns:,} visits are returns: of the same person, and counted as visits of their own")
        # The separator is a character of control, which no number of a visit has: two visits never share a number.
        return np.array([f"{one}\x1f{n}" if n else one for one, n in zip(case, again, strict=True)], dtype=object)

    def _closing_before_more(self, code: np.ndarray, verb: np.ndarray) -> None:
        """A leaving after which the visit has another stay was of a unit alone."""
        opens = np.isin(verb, _IN_A_UNIT)
        last = pd.Series(np.where(opens, np.arange(len(verb)), -1)).groupby(code).transform("max").to_numpy()
        closing = (verb == "leave") & (np.arange(len(verb)) < last)
        verb[closing] = "end"
        if closing.any():
            self.ledger.note(f"{closing.sum():,} leavings are followed by another stay of the same visit: taken as the "
                             "end of the stay before")

    def _group_as_unit(self, order: np.ndarray, verb: np.ndarray, target: np.ndarray) -> None:
        """Without a column of units, the group (or resource) of an event that opens a stay of no name is its unit."""
        opening = (verb == "stay") & (target == "")
        group = self._texts("resource")
        if "unit" in self.raw.rows or not opening.any() or (group[order[opening]] == "").any():
            return
        header = self.raw.columns.get("resource", "resource")
        self.ledger.note(f"no column of units, and each event that opens a stay names a {header!r}: taken for the unit")
        self.unit = group
        columns = {("unit" if name == "resource" else name): column for name, column in self.raw.columns.items()}
        guesses = {("unit" if name == "resource" else name): guess for name, guess in self.raw.guesses.items()}
        self.raw = self.raw._replace(rows=self.raw.rows.drop(columns="resource"), columns=columns, guesses=guesses)

    def _units(self, order: np.ndarray, verb: np.ndarray, target: np.ndarray) -> np.ndarray:
        """The unit of each row in which a stay begins, else ``""``; what begins none there becomes an arrival."""
        own = self.unit[order]
        has_column = bool((own != "").any())
        if has_column and not np.isin(verb, ("stay",)).any():
            self._stays_where_events_are(order, verb, target)
        unit = np.where(target != "", target, own).astype(object)
        emergency = any(word.means is not None and (word.means.target in ("ed", "triage"))
                        for word in self.words.values())
        nowhere = unit == ""
        if emergency and not has_column:
            unit[nowhere & np.isin(verb, _FIRST)] = "ed"
        unit[nowhere & (verb == "stay")] = "ward" if not has_column else ""
        where = np.where(np.isin(verb, _IN_A_UNIT), np.where(unit == "", own, unit), "")
        # An arrival, and at the same moment the beginning of the stay in that unit, are one stay.
        again = (self.visit[order][1:] == self.visit[order][:-1]) & (where[1:] == where[:-1]) \
            & (self.time[order][1:] == self.time[order][:-1]) & np.isin(verb[:-1], _FIRST)
        where[:-1][again] = ""
        return where

    def _stays_where_events_are(self, order: np.ndarray, verb: np.ndarray, target: np.ndarray) -> None:
        """Where no activity opens a stay, the first event in another unit than the one before does."""
        own = self.unit[order]
        code = pd.factorize(self.visit[order])[0]
        given = np.flatnonzero((own != "") & ~np.isin(verb, ("leave", "end")))
        who, where = code[given], own[given]
        other = np.append(True, (who[1:] != who[:-1]) | (where[1:] != where[:-1]))[:len(given)]
        opening = given[other]
        tasks = opening[verb[opening] == "task"]
        verb[tasks], target[tasks] = "stay", ""
        self.ledger.note(f"no activity says when a stay in a unit begins: {len(tasks):,} events, each the first of its "
                         f"visit in the unit of {self.raw.columns.get('unit', 'its column')!r}, are taken for that")

    def _requests(self, order: np.ndarray, code: np.ndarray, verb: np.ndarray) -> None:
        """A request is told by the next stay of its visit; one that no stay follows is rejected."""
        asks, stays = np.flatnonzero(verb == "request"), np.flatnonzero(np.isin(verb, ("stay",)))
        if not len(asks):
            return
        following = np.searchsorted(stays, asks)
        there = following < len(stays)
        there[there] = code[stays[following[there]]] == code[asks[there]]
        granted = stays[following[there]]
        # Of several requests before one stay the first counts: it waits from then on.
        first = ~pd.Series(granted).duplicated().to_numpy()
        self.requested[order[granted[first]]] = self.time[order[asks[there][first]]]
        self.ledger.join(order[asks[there]])
        self.ledger.reject(order[asks[~there]], "never_begun", self.header)

    def _late_registration(self, order: np.ndarray, code: np.ndarray, verb: np.ndarray) -> None:
        """Who was cared for before being registered was there: the first stay begins with the first event."""
        first = np.flatnonzero(~pd.Series(code).duplicated().to_numpy())
        came = np.isin(verb, _FIRST)
        arrivals = np.flatnonzero(came & ~pd.Series(np.where(came, code, -1)).duplicated().to_numpy())
        begin = first[np.searchsorted(code[first], code[arrivals])] if len(first) else first
        early = (begin < arrivals) & (self.time[order[arrivals]] - self.time[order[begin]] <= _DAY)
        early &= self.time[order[arrivals]] > self.time[order[begin]]
        late, begin = arrivals[early], begin[early]
        if not len(late):
            return
        before = np.full(code.max() + 1, -1)
        before[code[late]] = late
        inside = np.flatnonzero((np.arange(len(code)) < before[code]) & (verb == "task"))
        cases = pd.DataFrame({"activity": self.activity[order[inside]], "code": code[inside]}).drop_duplicates()
        counts = cases["activity"].value_counts()
        shown = ", ".join(f"{n:,} with {name}" for name, n in counts[counts > 1].head(_MOST_NAMED).items())
        self.ledger.repair(order[late], "registered_late", self.header)
        self.ledger.note(f"{len(late):,} visits were cared for before they were registered"
                         + (f" ({shown})" if shown else "") + ": they arrived with the first of it")
        self.time[order[late]] = self.time[order[begin]]

    def _ends_of_stays(self, order: np.ndarray, code: np.ndarray, verb: np.ndarray, unit: np.ndarray) -> None:
        """A stay without an end of its own ends with the next stay of its visit, or when that leaves."""
        stay = np.isin(verb, _IN_A_UNIT) & (unit != "")
        closer = np.flatnonzero(stay | np.isin(verb, ("leave", "end")))
        following = np.full(len(order), _NAT)
        same = code[closer[1:]] == code[closer[:-1]]
        following[closer[:-1][same]] = self.time[order[closer[1:][same]]]
        lacks = stay & np.isnat(self.end[order])
        self.end[order[lacks]] = following[lacks]
        self.ledger.join(order[verb == "end"])
        still = np.flatnonzero(lacks & np.isnat(following))
        if len(still) and not self.options.mapping.dates_comparable:
            self._end_with_the_last_event(order, code, verb, unit, still)

    def _end_with_the_last_event(self, order: np.ndarray, code: np.ndarray, verb: np.ndarray, unit: np.ndarray,
                                 still: np.ndarray) -> None:
        """Stays that have not ended, in a log that has no end in time: its patients' dates are not of one calendar."""
        last = pd.Series(self.time[order]).groupby(code).transform("max").to_numpy()[still]
        alone = (last <= self.time[order[still]]) & ~pd.Series(code).duplicated().to_numpy()[still]
        # A stay of no length would be worse than none where all that is known of a visit is that it began.
        unit[still[alone]], verb[still[alone]] = "", "arrive"
        self.ledger.repair(order[still[alone]], "nothing_after", self.header)
        self.end[order[still[~alone]]] = np.maximum(last, self.time[order[still]])[~alone]
        self.ledger.repair(order[still[~alone]], "end_from_last", self.header)

    def _rows(self, order: np.ndarray, visit: np.ndarray, verb: np.ndarray, target: np.ndarray,
              unit: np.ndarray) -> pd.DataFrame:
        rows = self.raw.rows.drop(columns=["lifecycle"], errors="ignore").copy()
        stay, task, own = np.isin(verb, _IN_A_UNIT) & (unit != ""), verb == "task", self.unit[order]
        codes, words = pd.factorize(self.activity[order])
        own_names = np.array([slug(str(word), "task") for word in words], dtype=object)
        named = np.where(target != "", target, own_names[codes] if len(words) else "")
        activity = np.select([stay, np.isin(verb, _FIRST), task], ["stay", "arrive", named], verb)
        where = pd.Series(unit).mask(~stay).groupby(pd.factorize(visit)[0]).ffill().fillna("").to_numpy(dtype=object)
        where = np.where(stay, unit, np.where((own != "") & (target == ""), own, where))
        who = np.where(task, self._texts("resource")[order], "")
        for done, role in _DONE_BY.items():
            who = np.where(task & (activity == done) & (who == ""), role, who)
        if self.again and "patient" not in rows:
            rows["patient"] = self.visit
        # An event that was counted within another has no word of its own left, which could be taken for a rare one.
        before = {"visit": self.visit, "activity": np.where(self.ledger.joined[:self.n], "change", self.activity),
                  "unit": np.where(self.ledger.joined[:self.n], "", self.unit), "resource": np.full(self.n, "")}
        for name, values in (("visit", visit), ("activity", activity), ("unit", where), ("resource", who)):
            column = before[name].astype(object)
            column[order] = np.where(self.ledger.joined[order], column[order], values) if name != "visit" else values
            rows[name] = column
        rows["start"], rows["end"] = self.time, self._ends(order, stay, task)
        if not np.isnat(self.requested).all():
            rows["requested"] = self.requested
        said = np.full(self.n, "", dtype=object)
        leaving = verb == "leave"
        said[order[leaving]] = np.where(target == "", self._texts("disposition")[order], target)[leaving]
        if (said != "").any() or "disposition" in rows:
            rows["disposition"] = said
        return rows

    def _ends(self, order: np.ndarray, stay: np.ndarray, task: np.ndarray) -> np.ndarray:
        """Ends of all rows: what is no stay, and no task that was begun and not completed, is a moment."""
        end = self.end.copy()
        moment = ~stay & (~task | np.isnat(end[order]) & (self.transition[order] != "start"))
        end[order[moment]] = self.time[order[moment]]
        return end

    def _classes_of_visits(self, order: np.ndarray, code: np.ndarray) -> pd.DataFrame:
        """Classes of which only some events speak hold for the visit from then on, and for what was before."""
        attributes = self.raw.attributes.copy()
        for name in attributes:
            texts = attributes[name].to_numpy(dtype=object).copy()
            of_visit = pd.Series(texts[order], dtype=object).mask(texts[order] == "").groupby(code)
            filled = of_visit.ffill().groupby(code).bfill().fillna("").to_numpy(dtype=object)
            if (filled != texts[order]).any():
                self.ledger.note(f"the column {self.raw.columns.get(name, name)!r} is not in every event of a visit: "
                                 "it holds from one that has it until the next, and before the first")
            texts[order] = filled
            attributes[name] = texts
        return attributes

    def _shown_words(self) -> tuple[EventWord, ...]:
        """What may be shown: no activity that may be somebody's name or number."""
        rare = slips(self.raw, [text for text, word in self.words.items() if word.how not in _SAID], self.activity)
        shown = [word for text, word in self.words.items()
                 if text not in rare and (word.how in _SAID or not like_a_number(text))]
        return tuple(sorted(shown, key=lambda word: -word.rows))
