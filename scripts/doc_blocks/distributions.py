"""Tables of the distributions."""
from __future__ import annotations

from hospital_twin.distributions import FAMILIES, Family
from hospital_twin.distributions.family import Family as Base
from hospital_twin.distributions.units import SECONDS, read_unit
from scripts.doc_blocks.markdown import code, table

SPELLINGS = ("s", "second", "seconds", "min", "minute", "minutes", "h", "hour", "hours", "d", "day", "days")


def families(_: str) -> str:
    """Every family: what it is for, its parameters, an example."""
    return table(("family", "what it is", "parameters", "example"), [
        (code(name), family.__doc__.splitlines()[0], _parameters(family), code(family.EXAMPLE))
        for name, family in FAMILIES.items()])


def _parameters(family: type[Family]) -> str:
    forms = getattr(family, "FORMS", None)
    if forms:
        return " or ".join(code(", ".join(form)) for form in forms)
    own = [field for field in family.model_fields if field not in {*Base.model_fields, "family"}]
    return ", ".join(code(field) for field in own)


def parameters(_: str) -> str:
    """What each parameter of each family is."""
    rows = []
    for name, family in FAMILIES.items():
        for field, info in family.model_fields.items():
            if field not in {*Base.model_fields, "family", "unit"}:
                rows.append((code(name), code(info.alias or field), info.description))
    return table(("family", "parameter", "what it is"), rows)


def modifiers(_: str) -> str:
    """What can be done to any family."""
    examples = {"truncated": "lognormal(median 5 d, p90 14 d) truncated 1 d .. 60 d",
                "shifted": "exponential(mean 10 min) shifted 5 min",
                "clamped": "normal(mean 16 min, sd 4 min) clamped 2 min .."}
    return table(("modifier", "what it does", "example"), [
        (code(name), info.description, code(examples[name])) for name, info in Base.model_fields.items()])


def units_of_time(_: str) -> str:
    """How each unit may be written."""
    written = {unit: [word for word in SPELLINGS if read_unit(word) == unit] for unit in SECONDS}
    return table(("unit", "may be written"), [(code(unit), ", ".join(map(code, words)))
                                              for unit, words in written.items()])
