"""Draw the incident of a seed, and play it, so that what is true of it is what happened.

It has a way in, at least one movement, a foothold, a loss, and an act that leaves no line. Outcomes
come from policy.decide, as ever. A chain that a control of the company stops is drawn anew.
"""

from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Any

from labutils.capstone.company import (
    DAY,
    HOUR,
    DrawnCompany,
    Words,
    company,
    intruder_words,
    ledger_sheet,
    sheets,
    steps_sheet,
    words_in_a_row,
)
from labutils.capstone.exits import OWN, Exit, exits_of, moved
from labutils.capstone.gaps import Gap, gap_of
from labutils.incident import cases
from labutils.incident.background import sheet as background
from labutils.incident.background.dice import Dice
from labutils.incident.breach import Replay, play
from labutils.incident.cases import Incident
from labutils.incident.policy import World
from labutils.lab import iso, seconds
from labutils.sheets import Row, build, table

DRAWS = 20  # of chains, before a seed is given up
NOTHING = 200  # of 1,000 months: nobody was in


class NoIncident(RuntimeError):
    """An error for a seed without an incident: every chain that was drawn was stopped."""


ALWAYS = "which-spaces-were-exported"  # can be done by everybody who got as far as the wiki


@dataclass(frozen=True)
class Claim:
    """A claim about a step: what was done, and by whom.

    Its words are those of data/capstone/report.schema.json.
    """

    what: str
    who: str


@dataclass(frozen=True, eq=False)
class StepKind:
    """A step that an intruder may take (data/capstone/steps.yaml says what each field means)."""

    id: str
    part: str
    goal: str
    tactic: str
    technique: str
    routes: list[Any] = field(repr=False)
    after: tuple[str, ...] = ()
    claim: Row | None = None
    also: tuple[Row, ...] = ()
    loss: str = ""
    symptom: str = ""
    unknown: str = ""
    holds: str = ""
    at_program: bool = False

    @property
    def claimed(self) -> Claim | None:
        """The claim that a report would make of it; None for a step that leaves no line."""
        return Claim(self.claim["what"], self.claim["who"]) if self.claim else None


@dataclass(frozen=True, eq=False)
class Way:
    """A way in: what the intruder starts with, the first steps, and what nobody can know of it."""

    id: str
    starts: tuple[str, ...]
    steps: tuple[str, ...]
    unknown: str


@dataclass(frozen=True, eq=False)
class Drawn:
    """An incident that was drawn from a seed.

    `chain`: its steps in order, none where nobody was in; `imagined`: the same where somebody was,
    else what the help desk might have thought; `rejected`: why earlier draws inside the seed were
    not taken; `words`: what stands for each dollar sign; `exits`: by step, where it is made from;
    `gap`: what one of the logs lacks.
    """

    seed: str
    company: DrawnCompany
    way: Way
    chain: tuple[StepKind, ...]
    kinds: dict[str, StepKind]
    case: Incident
    words: Words
    rejected: tuple[str, ...] = ()
    imagined: tuple[StepKind, ...] = ()
    exits: dict[str, Exit] = field(default_factory=dict)
    gap: Gap | None = None

    @property
    def nothing(self) -> bool:
        """Whether nobody broke in."""
        return not self.chain

    @cached_property
    def replay(self) -> Replay:
        """What happened, played by requests."""
        return play(World.historical(self.case), case=self.case)

    @cached_property
    def logged(self) -> Replay:
        """What happened, as the logs show it: each line from where its step was made."""
        return moved(self.replay, background.load(self.case), self.exits)

    @cached_property
    def addresses(self) -> frozenset[str]:
        """All addresses that the intruder comes from, except the company's own."""
        exits = {one.address for step, one in self.exits.items() if one.zone.id != OWN}
        return frozenset() if self.nothing else frozenset(exits)

    @cached_property
    def claims(self) -> dict[Claim, tuple[str, ...]]:
        """The claims that are true and have lines, each with the steps that it covers."""
        found: dict[Claim, tuple[str, ...]] = {}
        for kind in self.chain:
            if kind.claimed:
                found[kind.claimed] = (*found.get(kind.claimed, ()), kind.id)
        return found

    @cached_property
    def names_of(self) -> dict[Claim, frozenset[str]]:
        """All names, in lower case, of the account that each claim is about."""
        found: dict[Claim, frozenset[str]] = {}
        for kind in self.chain:
            if kind.claim and kind.claimed:
                names = (kind.claimed.who, *kind.claim.get("or", ()))
                found[kind.claimed] = frozenset(name.lower() for name in names)
        return found

    @cached_property
    def also_true(self) -> dict[Claim, tuple[Claim, ...]]:
        """The claims that are true too but count under another claim.

        Each has the claims of the steps that it is about.
        """
        found: dict[Claim, tuple[Claim, ...]] = {}
        for kind in self.chain:
            for row in kind.also:
                claim = Claim(row["what"], row["who"])
                if claim not in self.claims and kind.claimed:
                    found[claim] = (*found.get(claim, ()), kind.claimed)
        return found

    @property
    def losses(self) -> tuple[str, ...]:
        """The losses, in the words of a report."""
        return tuple(kind.loss for kind in self.chain if kind.loss)

    @cached_property
    def made(self) -> dict[str, tuple[str, str]]:
        """What the intruder made, by step: its name in a report, and its credential."""
        made = {
            "account-made": (f"account {self.words['newcomer']}", self.words["newcomer"]),
            "key-made": (f"key of {self.company.words['reports']}-robot", "second-key"),
            "factor-added": (f"factor of {self.words['victim']}", "second-factor"),
            "consent-given": (f"grant of {self.words['victim']}", "victim-mail-grant"),
        }
        return {kind.id: made[kind.id] for kind in self.chain if kind.id in made}

    @cached_property
    def footholds(self) -> dict[str, str]:
        """The credential of each foothold, by its name in a report."""
        return dict(self.made.values())

    @cached_property
    def foothold_of(self) -> dict[str, str]:
        """The name in a report of each foothold, by its credential."""
        return {credential: name for name, credential in self.footholds.items()}

    @property
    def credentials(self) -> tuple[str, ...]:
        """The company's credentials that the intruder held, by their names in the inventory."""
        return tuple(inventory_name(self, one) for one in self.held if is_listed(self, one))

    @cached_property
    def held(self) -> tuple[str, ...]:
        """Everything that the intruder held in the end, by its name in the estate."""
        if self.nothing:
            return ()
        held, services = set(self.case.campaign.start_with), self.case.estate.services
        for step in self.replay.steps:
            for attempt in step.attempts:
                if attempt.allowed:
                    held.update(services[attempt.ask.service].gives.get(attempt.ask.action, ()))
        return tuple(sorted(held))

    @property
    def not_knowable(self) -> tuple[str, ...]:
        """The questions that no log of the company can answer.

        They are how the way in came about, and what whoever holds these credentials can do unseen.
        Whether the intruder did it makes no difference: nobody can know.
        """
        return () if self.nothing else (self.way.unknown, *self.unseen)

    @property
    def unseen(self) -> tuple[str, ...]:
        """What the intruder could do unseen with the credentials that were held."""
        kinds = self.kinds.values()
        return tuple(kind.unknown for kind in kinds if kind.unknown and kind.holds in self.held)


# What an intruder makes, a consent, and a password of the supplier's.
NOT_LISTED = ("second-key", "second-factor", "victim-mail-grant", "victim-consent", "svc-support")


def is_listed(one: Drawn, credential: str) -> bool:
    """Return whether the company's inventory lists a credential: one that it issued and knows."""
    held = one.case.estate.credentials[credential]
    return held.given_out and credential not in NOT_LISTED


def inventory_name(one: Drawn, credential: str) -> str:
    """Return what the inventory calls a credential."""
    return {
        "victim-session": f"session of {one.words['victim']}",
        "victim-key": f"security key of {one.words['victim']}",
    }.get(credential, credential)


# --- drawing -------------------------------------------------------------------------------------


@cache
def draw(seed: str, intruder: str = "") -> Drawn:
    """Draw the incident of a seed, or that of another intruder in the same company.

    Raises NoIncident.
    """
    one = company(seed)
    rejected: list[str] = []
    for number in range(DRAWS):
        name = f"{seed}/{intruder}/{number}"
        drawn = _drawn(one, name, tuple(rejected))
        reason = _stopped(drawn)
        if reason is None:
            drawn = replace(drawn, gap=gap_of(name, one.first, drawn.logged))
            nobody = not intruder and Dice(f"{seed}/nobody").of(NOTHING)
            return replace(drawn, chain=()) if nobody else drawn
        rejected.append(reason)
    raise NoIncident(f"Seed {seed} gives no incident: {rejected[-1]}.")


def _drawn(one: DrawnCompany, name: str, rejected: tuple[str, ...]) -> Drawn:
    dice = Dice(f"{name}/chain")
    way = dice.pick(ways(one))
    words = intruder_words(one, name, way.id)
    steps = steps_sheet(one, words)
    way, kinds = way_and_kinds(steps, way.id)
    chain = tuple(kinds[step] for step in chain_of(way, kinds, dice))
    times = dwelling(one, chain, times_of(one, words, chain, dice), Dice(f"{name}/dwell"))
    case = read_case(one, words, steps, way, chain, times)
    steps_at = {kind.id: kind.at_program for kind in chain}
    exits = exits_of(name, background.load(case), steps_at, one.words)
    seed = name.split("/")[0]
    return Drawn(seed, one, way, chain, kinds, case, words, rejected, chain, exits)


@cache
def ways(one: DrawnCompany) -> tuple[Way, ...]:
    """Return all ways in."""
    nothing: Words = dict.fromkeys(
        ["victim", "newcomer", "newcomer_full", "lure", "query"], "nobody"
    )
    words = nothing | words_in_a_row("")
    return tuple(build(Way, row) for row in steps_sheet(one, words)["ways"])


def way_and_kinds(steps: Row, way: str) -> tuple[Way, dict[str, StepKind]]:
    """Return the way in with this id, and all kinds of steps, from a sheet that is filled in."""
    kinds = {key: build(StepKind, row) for key, row in table(steps, "steps").items()}
    return next(build(Way, row) for row in steps["ways"] if row["id"] == way), kinds


FACTOR = "factor-added"
MOVES = (("tickets-read", "code-viewed"), ("pages-read", "cloud-entered"))


def chain_of(way: Way, kinds: dict[str, StepKind], dice: Dice) -> list[str]:
    """Draw the steps of a chain.

    They are the way in, the tracker, one further movement or two; then a foothold, a loss and an
    act without a line, each as soon as something before it allows it.
    """
    chain = [*way.steps, "tracker-entered"]
    moves = list(MOVES) if dice.of(300) else [dice.pick(MOVES)]
    reached = {*chain, *(step for move in moves for step in move)}

    def possible(part: str) -> list[str]:
        return [k.id for k in kinds.values() if k.part == part and reached & {*k.after}]

    footholds = possible("foothold")
    chosen = [footholds.pop(dice.below(len(footholds)))]
    if footholds and dice.of(400):
        chosen.append(dice.pick(footholds))
    if FACTOR in chosen:  # while the session is open
        chosen.remove(FACTOR)
        chain.insert(len(way.steps), FACTOR)
    loss = dice.pick(possible("loss"))
    reached.add(loss)
    silent = dice.pick(possible("silent"))
    waiting = [*(list(move) for move in moves), *([one] for one in chosen), [loss, silent]]
    while waiting:
        queue = dice.pick([one for one in waiting if _may_follow(kinds[one[0]], chain)])
        chain.append(queue.pop(0))
        waiting = [one for one in waiting if one]
    return chain


def _may_follow(kind: StepKind, chain: list[str]) -> bool:
    return not kind.after or bool({*kind.after} & {*chain})


PAUSES = (1, 1, 2, 3, 5, 8, 20, 26, 44)  # hours between two steps


def times_of(
    one: DrawnCompany, words: Words, chain: tuple[StepKind, ...], dice: Dice
) -> dict[str, str]:
    """Draw when each step begins, on whole minutes (a world draws the seconds).

    A session is taken over while it is open.
    """
    session = seconds(words["session_issued"])
    time = session + dice.between(2, 6) * HOUR + dice.below(60) * 60
    times = {}
    for kind in chain:
        times[kind.id] = iso(time)
        hours = 1 if kind.part == "way" or kind.id == FACTOR else dice.pick(PAUSES)
        time += hours * HOUR + dice.below(60) * 60
        time = min(time, one.last - DAY + len(times) * 90 * 60)
    return times


PACES = (3, 10, 40, 100, 100, 160, 240, 400)  # percent: from hours to weeks
AT_WORK = 10  # hours a day, of an intruder who takes more than a day


def dwelling(
    one: DrawnCompany, chain: tuple[StepKind, ...], times: dict[str, str], dice: Dice
) -> dict[str, str]:
    """Return the times of the steps at another pace.

    After the way in they are within an intruder's own hours.
    """
    pace, before = dice.pick(PACES), 0
    begin = seconds(next(iter(times.values())))
    opens = (begin // HOUR - dice.below(AT_WORK)) % 24
    found: dict[str, str] = {}
    for kind in chain:
        time = seconds(times[kind.id])
        if kind.part != "way" and kind.id != FACTOR:
            time = max(before + 20 * 60, begin + (time - begin) * pace // 100)
            if pace > PACES[2]:
                away = (time // HOUR - opens) % 24
                time += (24 - away) * HOUR if away >= AT_WORK else 0
            time = min(time, one.last - DAY + len(found) * 90 * 60) // 60 * 60
        found[kind.id], before = iso(time), time
    return found


def read_case(
    one: DrawnCompany,
    words: Words,
    steps: Row,
    way: Way,
    chain: tuple[StepKind, ...],
    times: dict[str, str],
) -> Incident:
    """Build the case of a chain, as it would be in a folder of data/cases/."""
    drawn = sheets(one, words)
    drawn["facts"] = ledger_sheet(steps, times)
    rows = [
        Row(
            {
                "fact": kind.id,
                "goal": kind.goal,
                "fit": "exact",
                "assumption": "",
                "assumed_time": times[kind.id],
                "routes": kind.routes,
            },
            file=steps.file,
        )
        for kind in chain
    ]
    campaign: dict[str, Any] = {"start_with": list(way.starts), "steps": rows}
    if "victim-session" in way.starts or way.id == "recording":
        signs_in = Row(
            {"scope": "login:sign-in", "using": "victim-key", "origin": "home"}, file=steps.file
        )
        scene = Row({"time": words["session_issued"], "requests": [signs_in]}, file=steps.file)
        campaign["scenes"] = [scene]
    drawn["campaign"] = Row(campaign, file=steps.file)
    return cases.read_case("capstone", drawn)


def _stopped(drawn: Drawn) -> str | None:
    """Why an incident is none: a step that did not end as it should, or nothing to see."""
    for step in drawn.replay.steps:
        wanted = "unknown" if drawn.kinds[step.fact].part == "silent" else "succeeded"
        if step.outcome != wanted:
            return f"{step.fact} ended as {step.outcome}: {step.reason}"
    return None


def unused_controls(case: Incident) -> list[str]:
    """Return the controls that the company has not switched on, in the order of its case."""
    return [name for name in case.controls if case.historical[name] is False]


def plain(name: str) -> str:
    """Return an account in the form for comparisons: without its domain, in lower case."""
    return name.strip().lower().split("@")[0]
