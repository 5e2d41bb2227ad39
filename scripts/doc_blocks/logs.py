"""Tables about logs: what can be read, what columns mean, what a mapping may say, what the report says."""
from __future__ import annotations

from hospital_twin.importers import CHECKS, REASONS, LogMapping, importer_drawer
from hospital_twin.importers._fields import CLASSES, FIELDS
from scripts.doc_blocks.markdown import code, table

EXAMPLES = {
    "shape": "stays", "sheet": "Stays 2024", "columns": "{start: Ward In, end: [Out date, Out time], left: null}",
    "attributes": "{acuity: ESI level}", "units": "{Emerg Dept 1: majors, Test ward: null}", "kinds": "{majors: ed}",
    "roles": "{sho: doctor}", "quantities": "{Nb presents: census_on_the_hour, Score: null}", "offset_unit": "min",
    "events": "{Admission IC: {stay: icu}, Release A: {leave: home}, CRP: null}",
    "date_order": "day_first", "time_zone": "Europe/London", "dates_comparable": "false",
}
"""How each field of a mapping is written; a test reads them."""


def importers(_: str) -> str:
    """Every importer with what it understands."""
    return table(("importer", "what it reads"), [(code(name), one.understands)
                                                 for name, one in importer_drawer().items()])


def columns(_: str) -> str:
    """Every meaning of a column, with some of the names that are recognised."""
    rows = [(code(name), field.means, _some(name, field.names)) for name, field in FIELDS.items()]
    rows += [(code(name), "class of the visit", _some(name, names)) for name, names in CLASSES.items()]
    return table(("meaning", "what it is", "some names that are recognised"), rows)


def _some(name: str, headers: frozenset[str]) -> str:
    """Those most like the meaning's own name, then the shortest."""
    return ", ".join(map(code, sorted(headers, key=lambda header: (name not in header, len(header), header))[:7]))


def mapping(_: str) -> str:
    """Every field of a mapping file."""
    return table(("field", "what it is", "example"), [(code(name), info.description, code(f"{name}: {EXAMPLES[name]}"))
                                                      for name, info in LogMapping.model_fields.items()])


def reasons(_: str) -> str:
    """Everything that can be found wrong with a row."""
    return table(("reason", "in words"), [(code(name), words) for name, words in REASONS.items()])


def findings(_: str) -> str:
    """Everything that can be found in a log as a whole."""
    return table(("finding", "what it is"), [(code(check.kind), check.words) for check in CHECKS])
