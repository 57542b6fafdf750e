"""Grade a report: a hundred points in seven parts, each loss with its reason.

The weights are argued in docs/capstone.md. What is said is never rewarded for being said often: a
report that names everything earns nothing.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from labutils.capstone import asking, board, evidence, world
from labutils.capstone.company import HOUR
from labutils.capstone.constant_rules import CONSTANT
from labutils.capstone.controls import EXCEED, ControlsTried, refused_steps, try_controls
from labutils.capstone.difficulty import difficulty_of
from labutils.capstone.eviction import Eviction, evict
from labutils.capstone.folder import now, number_of
from labutils.capstone.hidden import RulesTried, try_rules, try_texts
from labutils.capstone.incident import ALWAYS, Claim, Drawn, draw, inventory_name, plain, ways
from labutils.capstone.leads import LEADS, cleared
from labutils.capstone.lines import line_of, made_by
from labutils.capstone.report import (
    FORBIDDEN,
    HARMLESS,
    NOTHING,
    Claimed,
    EvictionAct,
    Fault,
    IncidentReport,
    read_report,
)
from labutils.capstone.thieves import THIEVES
from labutils.capstone.world import Truth, about
from labutils.incident.intervals import wilson
from labutils.lab import iso
from labutils.text import counted, shown

WEIGHTS = {
    "claims": 25,
    "scope": 20,
    "not_knowable": 10,
    "eviction": 15,
    "rules": 15,
    "controls": 5,
    "board": 10,
}
AFTER_CLAIMS = ("scope", "not_knowable", "eviction", "board")
STORIES = 2  # harmless ones that a report may name
CERTAIN = 0.25  # what a claim gains against answering 50, at most: a Brier score
FORBIDDEN_COSTS = 5
# Of the way from the best constant rules to a perfect score in the hidden worlds, so much is worth
# the whole part: honest rules that a test writes out of the folder alone earn 15 to 18 points.
FULL_RULES = 0.65
CONVINCED = 70  # percent: whoever is less sure of a claim has not shown anything with it
HOURS_A_POINT = 2.0  # of outages
OPEN_HOURS_A_POINT = 8.0  # for which the intruder is still in, after the first hour
MOST_LATE = 5.0
LATEST = 30 * 24 * HOUR  # after the brief
LONGEST_LIST = 60  # losses that are told of one part


@dataclass(frozen=True)
class GradedPart:
    """A part of a grade: its points, out of how many, and why others were lost."""

    points: float
    of: int
    lost: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class ReportGrade:
    """The grade of a report.

    `forbidden`: points that forbidden claims cost; `missed`: what of all that was `claimable` no
    claim says and shows; `difficulty`: the level, and why; `reference`: the totals of the reference
    hunters, where they were asked for.
    """

    incident: str
    parts: dict[str, GradedPart]
    forbidden: float = 0
    minutes: int = 0
    eviction: Eviction = field(default_factory=Eviction)
    missed: tuple[str, ...] = ()
    claimable: tuple[str, ...] = ()
    difficulty: str = ""
    reference: dict[str, float] = field(default_factory=dict)

    @property
    def total(self) -> float:
        """The sum of all points, never below 0."""
        return max(0.0, sum(part.points for part in self.parts.values()) - self.forbidden)

    def summary(self) -> dict[str, Any]:
        """Return the grade for programs."""
        found: dict[str, Any] = {
            "incident": self.incident,
            "parts": {
                name: {**asdict(part), "points": round(part.points, 2), "lost": list(part.lost)}
                for name, part in self.parts.items()
            },
            "forbidden": self.forbidden,
            "minutes_asked": self.minutes,
            "missed": list(self.missed),
            "total": round(self.total, 2),
            "difficulty": self.difficulty,
        }
        if self.reference:
            found["reference"] = {name: round(total, 2) for name, total in self.reference.items()}
        return found

    def __str__(self) -> str:
        lines = [f"Incident {self.incident}: {self.total:.1f} of 100 points", self.difficulty, ""]
        for name, part in self.parts.items():
            lines.append(f"{name.replace('_', ' '):13} {part.points:5.1f} of {part.of}")
            lines += [f"    {reason}" for reason in part.lost]
            if name == "eviction" and self.eviction.out:
                lines += [f"    {event}" for event in self.eviction.story]
                lines.append("    the intruder is out: nothing that they held opens a door")
        if self.forbidden:
            lines.append(f"{'forbidden':13} {-self.forbidden:5.1f}")
        lines += [f"{name:24} {total:5.1f}" for name, total in self.reference.items()]
        return "\n".join(lines)


def grade(
    folder: Path, seed: str, *, reference: Callable[["Bench"], dict[str, float]] | None = None
) -> ReportGrade:
    """Return the grade of the report and the rules in a folder, for the incident of a seed.

    `reference` gives the totals of the reference hunters on its bench. Raises Fault, which names
    file and line, where the report cannot be read or is about another incident.
    """
    report, minutes = read_report(folder / "report.yaml"), asking.minutes(folder)
    must_be_about(report, seed, minutes)
    with Bench(seed) as bench:
        result = bench.grade(report, rule_files(folder / "rules"), minutes)
        return replace(result, reference=reference(bench)) if reference else result


def rule_files(folder: Path) -> list[Path]:
    """Return the rule files of a report, without links."""
    if not folder.is_dir() or folder.is_symlink():
        return []
    files = [path for path in sorted(folder.rglob("*")) if path.suffix in (".yml", ".yaml")]
    return [path for path in files if path.is_file() and not path.is_symlink()]


def must_be_about(report: IncidentReport, seed: str, minutes: int = 0) -> None:
    """Raise Fault if a report is about another incident, or acts before its author could know.

    Its author knows the brief, after this many minutes of questions; an act more than thirty days
    later is a fault too.
    """
    if report.incident != number_of(seed):
        raise Fault(
            f"report.yaml, line 1: this is a report on {shown(report.incident, 40)}, and the seed "
            f"is that of {number_of(seed)}"
        )
    begin = now(draw(seed).company) + 60 * minutes
    for act in report.eviction:
        if act.at > begin + LATEST:
            raise Fault(
                f"report.yaml, line {act.line}: {act.act} {shown(act.what, 60)} comes more than "
                "thirty days after the brief"
            )
        if act.at < begin:
            raise Fault(
                f"report.yaml, line {act.line}: {act.act} {shown(act.what, 60)} at {iso(act.at)} "
                f"is earlier than the brief and {minutes} minutes of questions, {iso(begin)}"
            )


class Bench(ExitStack):
    """All that is needed to grade reports on the incident of a seed.

    It has the incident's world, the hidden ones, and what controls are worth. It is made once for
    many reports; a context.
    """

    def __init__(self, seed: str):
        super().__init__()
        self.seed, self.drawn = seed, draw(seed)
        self.truth: Truth = self.enter_context(world.of_seed(seed))

    @cached_property
    def worlds(self) -> list[Truth]:
        """The hidden worlds."""
        return [self.enter_context(world.hidden(self.seed, n)) for n in range(world.HIDDEN)]

    @cached_property
    def controls(self) -> ControlsTried:
        """What sets of controls are worth against a thousand other thieves."""
        return try_controls(self.drawn)

    @cached_property
    def floor(self) -> float:
        """The points, in the hidden worlds, of the best rules that need estate.md alone."""
        every = (write(self.drawn.company) for write in CONSTANT)
        return max(try_texts(self.worlds, texts).mean for texts in every)

    @cached_property
    def made(self) -> frozenset[str]:
        """Everything in the logs that could be a foothold."""
        return candidates(self.truth)

    def grade(self, report: IncidentReport, rules: Sequence[Path], minutes: int = 0) -> ReportGrade:
        """Return the grade of a report on this incident. `minutes`: what questions cost."""
        drawn, begin = self.drawn, now(self.drawn.company)
        eviction = evict(drawn, report.eviction, begin + 60 * minutes)
        of_incident = _of_nothing if drawn.nothing else _of_intrusion
        shown_by = Shown(report, self.truth)
        parts, shows = of_incident(shown_by, eviction, begin)
        tried = try_rules(self.worlds if rules else (), rules)
        parts |= {
            "rules": _rules(tried, self.floor if rules else 0.0),
            "controls": _controls(report.controls, self.controls, drawn, shows=shows),
        }
        forbidden = FORBIDDEN_COSTS * sum(one.what in FORBIDDEN for one in report.claims)
        claimable = tuple(claim.what for claim in self.truth.claims)
        missed = tuple(claim.what for claim in self.truth.claims if claim not in shown_by.claims)
        level = str(difficulty_of(drawn))
        return ReportGrade(
            report.incident, parts, forbidden, minutes, eviction, missed, claimable, level
        )


# --- with an intruder, and without ---------------------------------------------------------------


def _of_intrusion(
    shown_by: "Shown", eviction: Eviction, begin: int
) -> tuple[dict[str, GradedPart], bool]:
    """What a report earns that is about an intruder; and whether a claim of it shows one."""
    report, truth = shown_by.report, shown_by.truth
    if report.verdict == NOTHING:
        harmless = [one for one in report.claims if one.what == HARMLESS]
        said = "you say that nothing happened, and somebody was in"
        nothing = {name: _part(name, 0, [said]) for name in AFTER_CLAIMS}
        return {"claims": _claims(harmless, truth)} | nothing, False
    shows = bool(shown_by.steps)
    return {
        "claims": _claims(report.claims, truth),
        "scope": _scope(shown_by),
        "not_knowable": _not_knowable(shown_by),
        "eviction": _eviction(report.eviction, eviction, begin, truth, shows=shows),
        "board": _board(shown_by),
    }, shows


def _of_nothing(
    shown_by: "Shown", eviction: Eviction, _: int
) -> tuple[dict[str, GradedPart], bool]:
    """The same where nobody was in: all five parts are worth what the leads are that it clears, and
    a name that is named there costs the part."""
    report, truth = shown_by.report, shown_by.truth
    whole, gained, lost, seen = CERTAIN * LEADS, 0.0, [], 0
    for one, right, reason in cleared(report.claims, truth):
        gain = score_of_claim(right, one.percent / 100)
        gained, seen = gained + gain, seen + bool(right)
        if reason:
            lost.append(_of_claim(one, gain, whole, reason))
    if seen < LEADS:
        lost.append(f"{counted(LEADS - seen, 'lead')} more could be cleared, each of another kind")
    share = max(0.0, gained / whole)
    parts = {"claims": _part("claims", share, lost)}
    believed = report.verdict != NOTHING
    named = {
        "scope": (*report.credentials, *report.footholds, *report.losses),
        "not_knowable": report.not_knowable,
        "eviction": tuple(act.what for act in report.eviction),
        "board": tuple(board.facts_in(report.board)),
    }
    for name, some in named.items():
        reasons = [f"-{WEIGHTS[name]} you say that somebody was in, and nobody was"] * believed
        if some and not believed:
            reasons = [f"-{WEIGHTS[name]} nothing happened by your own verdict, and you name some"]
        if not reasons and share < 1:
            reasons = ["worth what your cleared leads are worth"]
        if eviction.outages and name == "eviction":
            reasons.append(f"others lost {eviction.hours:g} hours of work for it")
        worth = 0.0 if some or believed else share
        if name == "board" and (fault := board.length_fault(report.board)):
            worth, reasons = 0.0, [*reasons, fault]
        parts[name] = _part(name, worth, reasons)
    return parts, bool(seen)


@dataclass(frozen=True, eq=False)
class Shown:
    """The part of a report that is true, shown by lines, and that its author is convinced of."""

    report: IncidentReport
    truth: Truth

    @cached_property
    def claims(self) -> dict[Claim, tuple[str, ...]]:
        """The claims, with the lines that the report cites."""
        found: dict[Claim, tuple[str, ...]] = {}
        for one in self.report.claims:
            if one.what in (HARMLESS, *FORBIDDEN) or one.percent < CONVINCED:
                continue
            claim = truth_of(one, self.truth)
            if claim and _judged(one, self.truth)[0]:
                found[claim] = (*found.get(claim, ()), *one.events)
        return found

    @cached_property
    def steps(self) -> frozenset[str]:
        """The steps of these claims."""
        made = self.truth.drawn.claims
        return frozenset(step for claim in self.claims for step in made[claim])

    @cached_property
    def credentials(self) -> frozenset[str]:
        """The credentials with which these steps were made, or that they gave."""
        drawn, found = self.truth.drawn, set[str]()
        services = drawn.case.estate.services
        for step in drawn.replay.steps if self.steps else ():
            for attempt in step.attempts if step.fact in self.steps else ():
                gives = services[attempt.ask.service].gives.get(attempt.ask.action, ())
                found.update((attempt.ask.using, *gives) if attempt.allowed else ())
        return frozenset(found)


# --- claims --------------------------------------------------------------------------------------


def _claims(claims: Sequence[Claimed], truth: Truth) -> GradedPart:
    """By Brier's score against answering 50 to everything: a claim of p percent gains
    0.25 - (1 - p)^2 where it is true and shown, and loses p^2 - 0.25 where it is not."""
    whole = CERTAIN * (len(truth.claims) + STORIES)
    gained, lost, seen, tried = 0.0, [], set(), set()
    stories: set[str] = set()
    sure: list[bool] = []
    for one in claims:
        right, reason = _judged(one, truth)
        if right and one.what == HARMLESS:
            right, reason = _as_story(one, truth, stories, reason)
        elif (claim := truth_of(one, truth)) is not None:
            if claim in tried:
                right, reason = None, "it stands here under another name already"
            tried.add(claim)
            if right:
                seen.add(claim)
        gain = score_of_claim(right, one.percent / 100)
        gained += gain
        if right is not None and one.percent >= SURE:
            sure.append(right)
        if reason and not (right and one.percent >= SURE):
            lost.append(_of_claim(one, gain, whole, reason))
    for claim in (one for one in truth.claims if one not in seen):
        lines = evidence.of_claim(claim, truth)
        lost.append(f"{_worth(CERTAIN, whole)} not claimed: {claim.what} of {claim.who}: {lines}")
    if missing := STORIES - len(stories):
        things = counted(missing, "harmless thing")
        lost.append(f"{_worth(CERTAIN * missing, whole)} not claimed: {things} that looked like it")
    lost += _calibration(sure)
    return _part("claims", gained / whole, lost)


def _calibration(sure: Sequence[bool]) -> list[str]:
    """How many of the claims that somebody was sure of are true. Doubt that fits is no fault."""
    if not sure:
        return []
    claims = counted(len(sure), "claim")
    return [f"of your {claims} at {SURE} percent or more, {sum(sure)} true: doubt costs a little"]


def _as_story(
    one: Claimed, truth: Truth, stories: set[str], reason: str
) -> tuple[bool | None, str]:
    """The same of something harmless: two count, of different kinds, and each such that a table
    tells it from an attack."""
    told = {truth.twins[event] for event in one.events if event in truth.twins} & truth.told
    if not told:
        return None, "harmless, and no table was needed to see that"
    if len(stories) >= STORIES or told <= stories:
        return None, f"harmless, and {STORIES} such claims count, each of another kind"
    stories.add(sorted(told - stories)[0])
    return True, reason


def score_of_claim(right: bool | None, share: float) -> float:
    """Return what a claim of that share (0 to 1) gains, by Brier's score against an answer of 50.

    It is true (True), false (False: what was doubted gains nothing), or neither here (None).
    """
    if right is None:
        return 0.0
    return CERTAIN - (1 - share) ** 2 if right else min(0.0, CERTAIN - share**2)


def _worth(gain: float, whole: float) -> str:
    return f"-{WEIGHTS['claims'] * gain / whole:.1f}"


def _of_claim(one: Claimed, gain: float, whole: float, reason: str) -> str:
    """A claim with what it costs, and why. The gain of a false one ends at 0, which Brier's score
    does not: to doubt what is false is right, and nobody lives by it."""
    costs = WEIGHTS["claims"] * (CERTAIN - gain if reason == UNSURE else -gain) / whole
    begin = f"-{costs:.1f} " if costs >= 0.05 else ""
    doubted = gain == 0 and one.percent <= 50 and reason in WRONG
    end = f"{reason}; you were right to doubt it, and it costs nothing" if doubted else reason
    return f"{begin}{one.what} of {shown(one.who, 60)} at {one.percent} percent: {end}"


SURE = 80  # percent, from which on a true claim is no doubt that a grade talks about
UNSURE = "true, and you doubted it"
WRONG = (
    OTHERS := "its lines are not the intruder's",
    OTHERWISE := "its lines are the intruder's, and they show something else",
)


def _judged(one: Claimed, truth: Truth) -> tuple[bool | None, str]:
    """Whether a claim is true and shown (True), false (False), or true and not shown (None); and
    the reason."""
    if one.what in FORBIDDEN:
        return None, f"nobody can know that here; it costs {FORBIDDEN_COSTS} points"
    if one.what == HARMLESS:
        if any(event in truth.steps for event in one.events):
            return False, "a line of it is the intruder's"
        if not about(one.events, truth.twins):
            return False, "its lines show nothing that looked like the intruder"
        did = {truth.twin_actors[event] for event in one.events if event in truth.twin_actors}
        if plain(one.who) not in did:
            return None, f"harmless, and it was {', '.join(sorted(did)[:3])}"
        return True, UNSURE if one.percent < 100 else ""
    claim = truth_of(one, truth)
    if claim is None:
        return _beside(one, truth)
    if not about(one.events, truth.claims[claim]):
        return None, "it happened, but the lines that you name do not show it"
    return True, UNSURE if one.percent < 100 else ""


def _beside(one: Claimed, truth: Truth) -> tuple[bool | None, str]:
    """The same of a claim that is none of those that count."""
    said = one.what, plain(one.who)
    for claim, counted_as in truth.drawn.also_true.items():
        if (claim.what, plain(claim.who)) == said:
            other = counted_as[0]
            return None, f"true, and it counts as {other.what} of {other.who}"
    if any(event in truth.steps for event in one.events):
        return False, OTHERWISE
    return False, OTHERS


def truth_of(one: Claimed, truth: Truth) -> Any:
    """Return the true claim that says the same, or None."""
    names = truth.drawn.names_of
    return next(
        (c for c in truth.claims if c.what == one.what and plain(one.who) in names[c]), None
    )


# --- scope and what cannot be known --------------------------------------------------------------


def agreement(named: Collection[str], true: Collection[str]) -> float:
    """Return how well names agree with the true ones, from 0 to 1.

    That is the right ones, less the wrong ones, out of all true ones. A wrong one costs what a
    right one earns.
    """
    right, wrong = len(set(named) & set(true)), len(set(named) - set(true))
    if not true:
        return float(not wrong)
    return max(0.0, (right - wrong) / len(set(true)))


def candidates(truth: Truth) -> frozenset[str]:
    """Return everything in a month's logs that could be a foothold, as a report names it."""
    every = (made_by(line_of(name, event)) for name, event in world.lines(truth.folder))
    return frozenset(made for made in every if made)


def _scope(shown_by: Shown) -> GradedPart:
    """Eight points for the credentials, eight for the footholds, four for the losses. The two
    credentials that open the tracker are in every intruder's hands: they earn nothing, and without
    them the others earn nothing either. Whatever else it is earns nothing unless a claim of the
    report shows it: there are few of them, and a guess is no finding."""
    report, truth, shows = shown_by.report, shown_by.truth, shown_by.steps
    drawn = truth.drawn
    seen = [kind.loss for kind in drawn.chain if kind.loss and kind.id in shows]
    guessed = [loss for loss in report.losses if loss in drawn.losses and loss not in seen]
    losses = [loss for loss in report.losses if loss not in guessed]
    unseen = {name for step, (name, _) in drawn.made.items() if step not in shows}
    guessed += sorted(unseen & {*report.footholds})
    footholds = [one for one in report.footholds if one not in unseen]
    planning = drawn.company.words["planning"]
    always = {f"{planning}-token", f"svc-{planning}"}
    held = {inventory_name(drawn, one) for one in shown_by.credentials}
    unshown = set(drawn.credentials) - held
    guessed += sorted(unshown & {*report.credentials})
    others = set(report.credentials) - always - unshown, set(drawn.credentials) - always
    credentials = agreement(*others) * (always <= set(report.credentials))
    parts = (
        (
            "credential",
            8,
            report.credentials,
            drawn.credentials,
            credentials,
            evidence.of_credential,
        ),
        ("foothold", 8, footholds, tuple(drawn.footholds), None, evidence.of_foothold),
        ("loss", 4, losses, drawn.losses, None, evidence.of_loss),
    )
    points, lost = 0.0, []
    for what, worth, named, true, share, where in parts:
        reached = worth * (agreement(named, true) if share is None else share)
        points += reached
        lost += list(_differences(what, named, true, worth - reached, partial(where, truth=truth)))
    lost += [f"and {one}: it is true, and no claim of yours shows it" for one in guessed]
    return _part("scope", points / WEIGHTS["scope"], lost)


def _not_knowable(shown_by: Shown) -> GradedPart:
    """Half of the points for the way in and nothing else of its kind, where a claim shows a step of
    that way; half for what could be done unseen with credentials that claims show. What everybody
    could who got as far as the wiki earns nothing by itself, and without it the others earn nothing
    either."""
    report, truth = shown_by.report, shown_by.truth
    drawn = truth.drawn
    named, true = set(report.not_knowable), set(drawn.not_knowable)
    beginnings = {way.unknown for way in ways(drawn.company)}
    is_shown = bool(shown_by.steps & {*drawn.way.steps})
    share = 0.5 * (named & beginnings == {drawn.way.unknown} and is_shown)
    held = shown_by.credentials
    by_word = {kind.unknown: kind.holds for kind in drawn.kinds.values() if kind.unknown}
    guessed = {one for one in named & set(drawn.unseen) if by_word[one] not in held}
    if ALWAYS in named - guessed:
        others = named - beginnings - guessed - {ALWAYS}
        share += 0.5 * agreement(others, set(drawn.unseen) - {ALWAYS})
    short = WEIGHTS["not_knowable"] * (1 - share)
    lost = list(_differences("thing that cannot be known", sorted(named), sorted(true), short))
    if lost and drawn.way.unknown not in named:
        lost.append(evidence.of_way(truth))
    if not is_shown and drawn.way.unknown in named:
        guessed.add(drawn.way.unknown)
    lost += [f"and {one}: it is true, and no claim of yours shows it" for one in sorted(guessed)]
    return _part("not_knowable", share, lost)


def _differences(
    what: str,
    named: Collection[str],
    true: Collection[str],
    short: float,
    where: Callable[[str], str] | None = None,
) -> Iterator[str]:
    """A sentence for what was missed, with the lines that would have shown it, and one for what was
    named wrongly."""
    missed = [f"{name} ({where(name)})" if where else name for name in true if name not in named]
    wrong = [name for name in named if name not in true]
    if missed:
        yield f"-{short:.1f} {what}: missed {', '.join(missed)}"
    if wrong:
        some = ", ".join(shown(name, 40) for name in wrong[:5])
        more = f" and {len(wrong) - 5} more" if len(wrong) > 5 else ""
        yield f"{'and' if missed else f'-{short:.1f}'} {what}: named {some}{more}, which is wrong"


# --- eviction ------------------------------------------------------------------------------------


def _eviction(
    acts: Sequence[EvictionAct], played: Eviction, begin: int, truth: Truth, *, shows: bool
) -> GradedPart:
    """All points for an intruder who is out, less what it cost: an hour of outages, an hour for
    which the intruder was still in. A third of them for the doors that were shut, where one was
    left open, and where a claim shows that there was an intruder."""
    of = WEIGHTS["eviction"]
    lost = []
    if played.out:
        points = float(of)
    else:
        shut = shows * max(0, played.doors - len(played.left)) / max(1, played.doors)
        points = of / 3 * shut
        lost += [
            f"-{of - points:.1f} the intruder came back, with {', '.join(played.left)}",
            *(f"no act of yours shut {one}: {_why(one, truth)}" for one in _known(played, truth)),
            *played.story[:4],
        ]
    outages = min(float(of), played.hours / HOURS_A_POINT)
    if outages >= 0.05:
        dear = sorted(played.outages, key=lambda name: -played.outages[name])[:3]
        lost.append(
            f"-{outages:.1f} {played.hours:g} hours of outages, most by: "
            f"{', '.join(map(shown, dear))}"
        )
    late = 0.0
    if acts:
        open_for = (max(act.at for act in acts) - begin) / HOUR
        late = min(MOST_LATE, max(0.0, open_for - 1) / OPEN_HOURS_A_POINT)
        if late >= 0.05:
            lost.append(f"-{late:.1f} the last act came {open_for:.1f} hours after the brief")
    return _part("eviction", (points - outages - late) / of, lost)


def _known(played: Eviction, truth: Truth) -> list[str]:
    """The doors left open that a line of the logs shows."""
    drawn = truth.drawn
    return [one for one in played.left if one in drawn.footholds or one in drawn.credentials]


def _why(door: str, truth: Truth) -> str:
    is_foothold = door in truth.drawn.footholds
    return (evidence.of_foothold if is_foothold else evidence.of_credential)(door, truth)


# --- rules and controls --------------------------------------------------------------------------


def _rules(tried: RulesTried, floor: float) -> GradedPart:
    """In worlds that nobody saw. Points begin above the best rules that anybody could write who has
    read estate.md and no log."""
    lost = [f"{one.path}: {one.reason}" for one in tried.refused]
    for number, one in enumerate(tried.scores, 1):
        lost.append(
            f"world {number}: {one.points:.2f}; saw {len(one.seen_steps)} of "
            f"{len(one.logged_steps)} steps; {one.precision.hits} of {one.precision.trials} "
            "alerts true"
        )
    lost += [*_by_rule(tried), *_missed(tried)]
    if not tried.scores:
        lost.append(f"-{WEIGHTS['rules']} no rule could be used")
    else:
        lost.append(
            f"the mean is {tried.mean:.2f}; points begin above {floor:.2f}, which the table of "
            f"programs in estate.md earns by itself, and end at {_full(floor):.2f}"
        )
    return _part("rules", (tried.mean - floor) / (_full(floor) - floor), lost)


def _full(floor: float) -> float:
    return floor + FULL_RULES * (1 - floor)


def _missed(tried: RulesTried) -> Iterator[str]:
    """Which steps no rule saw, the most frequent first."""
    missed = Counter(
        step.fact
        for one in tried.scores
        for step in one.logged_steps
        if step.fact not in one.seen_steps
    )
    most = [f"{step} ({counted(number, 'world')})" for step, number in missed.most_common(6)]
    if most:
        yield f"not seen by any rule: {', '.join(most)}"


def _by_rule(tried: RulesTried) -> list[str]:
    """What each rule did over all worlds."""
    totals: dict[str, tuple[int, int]] = {}
    for one in tried.scores:
        for rule in one.by_rule:
            true, alerts = totals.get(rule.title, (0, 0))
            totals[rule.title] = true + rule.precision.hits, alerts + rule.precision.trials
    return [
        f"{shown(title, 60)}: {true} of {alerts} alerts true, over all worlds"
        for title, (true, alerts) in totals.items()
    ]


def _controls(
    chosen: Sequence[str], tried: ControlsTried, drawn: Drawn, *, shows: bool
) -> GradedPart:
    """Of a thousand other thieves, how many more are stopped than by one set of three in thirty,
    against the best set; and what each control would have refused in the incident itself. Nothing
    where no claim of the report is shown: whoever has not looked has no advice to give."""
    free = {name for names in tried.stopped for name in names}
    usable = [name for name in chosen if name in free]
    lost = [
        f"{shown(name, 40)} is not a control that this company could choose"
        for name in chosen
        if name not in free
    ]
    share = tried.share(usable)
    if share < 1:
        low, high = wilson(tried.by(usable), THIEVES)
        alone = [f"{shown(name, 40)} {tried.by([name])}" for name in usable]
        lost += [f"each alone stops: {', '.join(alone)}"] if alone else []
        lost.append(
            f"yours stop {tried.by(usable)} of {THIEVES:,} other thieves ({100 * low:.0f} to "
            f"{100 * high:.0f} in a hundred, 95 % interval); {', '.join(tried.best)} stop "
            f"{tried.by(tried.best)}, points begin at {tried.begin}, which one set of three in "
            f"{EXCEED} exceeds"
        )
    others = [name for name in tried.best if name not in usable]
    lost += [f"{name} {_in_this_incident(name, drawn)}" for name in usable]
    lost += [f"{name}, of the best set, {_in_this_incident(name, drawn)}" for name in others]
    if share and not shows:
        lost.append(f"-{WEIGHTS['controls'] * share:.1f} no claim of the report is true and shown")
    return _part("controls", share * shows, lost)


def _in_this_incident(control: str, drawn: Drawn) -> str:
    """What a control alone would have refused in the incident itself, as the end of a sentence."""
    refused = "; ".join(f'"{goal}"' for goal in refused_steps(drawn, control))
    return f"would have refused in your own incident: {refused or 'nothing'}"


def _board(shown_by: Shown) -> GradedPart:
    """Two points for each of five facts that the half page states and a claim shows."""
    events = {event for cited in shown_by.claims.values() for event in cited}
    facts = board.true_facts(shown_by.truth, shown_by.claims, events)
    share, lost = board.share_of(shown_by.report.board, facts)
    return _part("board", share, lost)


def _part(name: str, share: float, lost: Sequence[str]) -> GradedPart:
    of = WEIGHTS[name]
    told = list(lost[:LONGEST_LIST])
    if len(lost) > LONGEST_LIST:
        told.append(f"and {len(lost) - LONGEST_LIST} more")
    return GradedPart(of * min(1.0, max(0.0, share)), of, tuple(told))
