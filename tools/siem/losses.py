"""Where a conversion says something else than the rule, seen in what the converters printed.

A loss that makes the text wrong keeps it back; another is a note beside it. Both are written into
data/rules/converted/manifest.json and into docs/rules-in-your-siem.md.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

# Fields below a list: of the first, each event has several values.
SEVERAL = ("affectedObjects.name",)
LISTS = (*SEVERAL, "changedValues.to", "extraAttributes.value", "target.id")


@dataclass(frozen=True)
class Conversion:
    """A rule file, or a part of one, and what a converter made of it."""

    siem: str
    documents: list[dict[str, Any]]
    text: str

    @property
    def correlation(self) -> dict[str, Any]:
        """The correlation that it ends in; nothing where it is a rule for single events."""
        return self.documents[-1].get("correlation", {})

    def compares(self, fields: tuple[str, ...]) -> bool:
        """Whether a rule for single events asks for the value of one of these fields."""
        asked = " ".join(str(document.get("detection", "")) for document in self.documents)
        return any(f"'{field}" in asked for field in fields)


@dataclass(frozen=True)
class Loss:
    """`seen` tells whether a conversion has it; `wrong`, that the text must not be used."""

    key: str
    says: str
    seen: Callable[[Conversion], bool]
    wrong: bool = False


def _window_is_gone(one: Conversion) -> bool:
    return bool(one.correlation) and not re.search(r"span[=(]|timebucket", one.text)


def _not_is_gone(one: Conversion) -> bool:
    condition = str(one.correlation.get("condition", ""))
    return " not " in condition and " NOT " not in one.text


def _alias_is_unresolved(one: Conversion) -> bool:
    return any(re.search(rf"\b{name}\b", one.text) for name in one.correlation.get("aliases", {}))


def _is_a_chain(one: Conversion) -> bool:
    names = one.correlation.get("rules", [])
    return any("correlation" in other and other["name"] in names for other in one.documents[:-1])


LOSSES = (
    Loss(
        "no-window",
        "The time window of the correlation is gone: the query counts over everything that it "
        "searches.",
        _window_is_gone,
        wrong=True,
    ),
    Loss(
        "counts-eventid",
        "The query counts EventID, a field of Windows that these logs do not have.",
        lambda one: "dc(EventID)" in one.text,
        wrong=True,
    ),
    Loss(
        "no-not",
        "The *not* of the condition is gone: the query looks for what must be absent.",
        _not_is_gone,
        wrong=True,
    ),
    Loss(
        "alias",
        "The query groups by the name of an alias, which is not a field.",
        _alias_is_unresolved,
        wrong=True,
    ),
    Loss(
        "chain",
        "A correlation of correlations comes out as several queries in one string.",
        _is_a_chain,
        wrong=True,
    ),
    Loss(
        "quoted-field",
        "The name of a field is quoted, so it is taken for a string, and two strings are compared.",
        lambda one: one.siem == "kusto" and bool(re.search(r"'\w+(\.\w+)+'", one.text)),
        wrong=True,
    ),
    Loss(
        "several-values",
        "The field has several values here. ES|QL makes such a comparison null; OpenSearch PPL "
        "looks at the first, or raises an error.",
        lambda one: one.siem in ("elasticsearch-esql", "opensearch-ppl") and one.compares(SEVERAL),
        wrong=True,
    ),
    Loss(
        "escaped-underscore",
        "An underscore is escaped as LIKE wants it, in a comparison that takes the backslash as "
        "it stands.",
        lambda one: bool(re.search(r'="[^"]*\\_', one.text)),
        wrong=True,
    ),
    Loss(
        "fixed-windows",
        "Windows are fixed and do not slide: events on both sides of a boundary are not counted "
        "together.",
        lambda one: bool(re.search(r"bin _time span=|date_trunc\(", one.text)),
    ),
    Loss(
        "letter-case",
        "Letter case counts, where Sigma ignores it; in Lucene, of fields of the type keyword "
        "that have no normalizer.",
        lambda one: one.siem.endswith(("esql", "lucene")) and bool(re.search("[a-z]{3}", one.text)),
    ),
    Loss(
        "lists",
        "A field below a list may have several values. The query compares one: expand the list "
        "first, or store its members as one string.",
        lambda one: (
            one.siem in ("elasticsearch-esql", "opensearch-ppl", "kusto") and one.compares(LISTS)
        ),
    ),
    Loss(
        "missing-field",
        "Where the field is missing, *not* drops the event, which Sigma keeps.",
        lambda one: one.siem == "elasticsearch-esql" and " not " in one.text,
    ),
    Loss(
        "your-list",
        "It wants a list of your site, and is refused until it has it (below).",
        lambda one: "|expand" in str(one.documents),
    ),
)


def losses_of(one: Conversion) -> list[Loss]:
    """What a conversion loses."""
    return [loss for loss in LOSSES if loss.seen(one)]
