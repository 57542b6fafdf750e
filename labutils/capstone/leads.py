"""Judge the leads of a report: what looked like an intruder and was not one.

A lead is cleared with its lines and with what explains them. If nobody was in, leads are all that a
report can earn points for.
"""

from collections.abc import Iterator, Sequence

from labutils.capstone.asking import PROGRAMS, names_of
from labutils.capstone.company import kind_of
from labutils.capstone.incident import plain
from labutils.capstone.report import FORBIDDEN, HARMLESS, Claimed
from labutils.capstone.world import Truth, about
from labutils.incident.background import sheet as background

LEADS = 8  # that a report can clear, each of another kind


def cleared(claims: Sequence[Claimed], truth: Truth) -> Iterator[tuple[Claimed, bool | None, str]]:
    """Yield for each claim whether it clears a lead (True), is wrong (False), or neither (None).

    The reason comes with it.

    Eight leads count, each of another kind.
    """
    kinds: set[str] = set()
    for one in claims:
        right, reason = _judged(one, truth)
        if right:
            told = {truth.twins[event] for event in one.events if event in truth.twins}
            if len(kinds) >= LEADS or told <= kinds:
                right, reason = None, f"cleared, and {LEADS} leads count, each of another kind"
            else:
                kinds.add(min(told - kinds))
        yield one, right, reason


def _judged(one: Claimed, truth: Truth) -> tuple[bool | None, str]:
    if one.what in FORBIDDEN:
        return None, "nobody can know that here"
    if one.what != HARMLESS:
        return False, "nobody was in"
    if not about(one.events, truth.twins):
        return False, "its lines show nothing that looked like an intruder"
    if not {truth.twins[event] for event in one.events if event in truth.twins} & truth.told:
        return None, "harmless, and no table was needed to see that"
    did = {truth.twin_actors[event] for event in one.events if event in truth.twin_actors}
    if plain(one.who) not in did:
        return None, f"harmless, and it was {', '.join(sorted(did)[:3])}"
    if not one.explained_by:
        return None, "harmless, and the report does not say what explains it"
    if plain(one.explained_by) not in explanations(one.events, truth):
        return False, f"{one.explained_by[:60]} explains something else"
    return True, ""


def explanations(events: Sequence[str], truth: Truth) -> set[str]:
    """Return what explains these harmless events, in lower case.

    That is a ticket; if there is none, whoever runs the program; a trip; a night on call.
    """
    cited, found = set(events), set[str]()
    for move in truth.moves:
        if cited & {line.id for line in move.events}:
            tickets = {row["id"].lower() for row in truth.tickets if move.is_told_by(row)}
            found |= tickets or set(_owners(truth, move.by))
    tables = {"travel": "trip of", "roster": "on call"}
    for twin in background.load(truth.drawn.case).twins.values():
        if twin.told_by in tables:
            names = {truth.twin_actors[e] for e in cited if truth.twins.get(e) == kind_of(twin.id)}
            found |= {f"{tables[twin.told_by]} {name}" for name in names}
    return found


def _owners(truth: Truth, known: frozenset[str]) -> Iterator[str]:
    """Who can be asked about these accounts."""
    for name in PROGRAMS:
        if known & names_of(truth.drawn, name):
            yield f"owner:{name}"
    yield from (f"person:{account}" for account in known)
