"""What a report is tried on and never shown: six other intruders in the same company, and a
thousand thieves."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations
from pathlib import Path

from labutils.capstone.company import DAY, HOUR, Words, intruder_words, steps_sheet
from labutils.capstone.incident import (
    Drawn,
    StepKind,
    Way,
    chain_of,
    read_case,
    times_of,
    unused_controls,
    way_and_kinds,
    ways,
)
from labutils.capstone.world import Truth
from labutils.hunt.engine import hunt_with
from labutils.hunt.rules import RefusedRule, load, sources_wanted
from labutils.incident import breach, search
from labutils.incident.background.dice import Dice, Shares
from labutils.incident.campaign import Campaign
from labutils.incident.cases import Incident
from labutils.incident.policy import World
from labutils.incident.scoring import Score, alerting, score
from labutils.lab import iso, seconds

THIEVES = 1_000
PACES = (0.02, 0.1, 0.5, 1.0)  # of a thief, as a factor of the times between two steps
AT_HOME = 250  # of 1,000 thieves work on the machine that the stolen credential belongs to
OVERLOOKED = 500  # of 1,000 find a secret that whoever cleans texts overlooks
KEY_ALONG = 400  # of 1,000 who copied a grant copied its key as well
TOKEN_DAYS = (20, 60, 120, 250, 400)  # how old a token was that an old leak held
CHOSEN = 3  # controls that a report may name
ASSISTANT_HOME, PLANNING_HOME = "192.0.2.44", "192.0.2.15"


# --- rules ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RulesTried:
    """How rules did: a score for each hidden world; which of them could not be used."""

    scores: tuple[Score, ...] = ()
    refused: tuple[RefusedRule, ...] = ()

    @property
    def mean(self) -> float:
        """The mean of the worlds' points, 0 to 1."""
        return sum(one.points for one in self.scores) / len(self.scores) if self.scores else 0.0


def try_rules(worlds: Sequence[Truth], paths: Sequence[Path]) -> RulesTried:
    """Hold rules against hidden worlds."""
    ruleset = load(list(paths)) if paths else None
    if ruleset is None or not ruleset.rules:
        return RulesTried(refused=tuple(ruleset.refused) if ruleset else ())
    scores = []
    for truth in worlds:
        logs = [truth.folder / f"{name}.jsonl" for name in sorted(sources_wanted(ruleset))]
        found = hunt_with(ruleset, [path for path in logs if path.exists()])
        scores.append(score(alerting(found.hits), truth.folder, case=truth.drawn.case))
    return RulesTried(tuple(scores), tuple(ruleset.refused))


# --- controls ------------------------------------------------------------------------------------


Controls = tuple[str, ...]


@dataclass(frozen=True)
class ControlsTried:
    """How many of a thousand thieves each set of controls stops: up to three of those that the
    company could choose, by their names in order."""

    stopped: dict[Controls, int]

    @property
    def best(self) -> Controls:
        """The set that stops the most."""
        return max(self.stopped, key=lambda chosen: self.stopped[chosen])

    @property
    def blind(self) -> int:
        """How many three controls stop, if somebody draws them without looking four times and keeps
        the best: three of four draws stop no more."""
        counts = sorted(count for names, count in self.stopped.items() if len(names) == CHOSEN)
        return counts[3 * len(counts) // 4]

    def by(self, chosen: Sequence[str]) -> int:
        """How many these stop."""
        return self.stopped[tuple(sorted(set(chosen)))]


def try_controls(drawn: Drawn) -> ControlsTried:
    """Put controls in place, and let a thousand thieves come by other ways and at other hours."""
    free = sorted(unused_controls(drawn.case))
    sets = [chosen for size in range(CHOSEN + 1) for chosen in combinations(free, size)]
    base = World.historical(drawn.case)
    worlds = search.Worlds([breach.with_controls(names, base) for names in sets])
    counts = [0] * len(sets)
    for thief, goal in thieves(drawn):
        stopped = worlds.stopping([goal], thief, thief)[goal]
        for place, bit in enumerate(reversed(f"{stopped:b}")):
            counts[place] += bit == "1"
    return ControlsTried(dict(zip(sets, counts, strict=True)))


def thieves(drawn: Drawn) -> Iterator[tuple[Incident, str]]:
    """Intruders of the same company, each with the loss that they are after."""
    dice = Dice(f"{drawn.seed}/thieves")
    often = drawn.company.elsewhere
    kits = Shares(
        [_Kit.of(drawn, way) for way in ways(drawn.company)],
        [often[way.id] for way in ways(drawn.company)],
    )
    for _ in range(THIEVES):
        kit = dice.pick(kits)
        chain = [kit.kinds[step] for step in chain_of(kit.way, kit.kinds, dice)]
        times = _paced(times_of(drawn.company, kit.words, tuple(chain), dice), dice.pick(PACES))
        plans = {plan.fact: plan for plan in kit.case.campaign.steps}
        steps = tuple(replace(plans[one.id], assumed_time=times[one.id]) for one in chain)
        campaign = Campaign(kit.case.campaign.start_with, steps, kit.case.campaign.scenes)
        days = dice.pick(TOKEN_DAYS)
        case = kit.variant(dice.of(AT_HOME), dice.of(KEY_ALONG), dice.of(OVERLOOKED), days)
        goal = next(kind.id for kind in chain if kind.loss)
        yield replace(case, campaign=campaign), goal


@dataclass(frozen=True, eq=False)
class _Kit:
    """What all thieves by one way in have in common. `case`: with every step in its campaign."""

    drawn: Drawn
    way: Way
    words: Words
    kinds: dict[str, StepKind]
    case: Incident

    @classmethod
    def of(cls, drawn: Drawn, way: Way) -> "_Kit":
        """The kit of a way in."""
        one = drawn.company
        words = intruder_words(one, f"{drawn.seed}/thief/{way.id}", way.id)
        steps = steps_sheet(one, words)
        way, kinds = way_and_kinds(steps, way.id)
        times = dict.fromkeys(kinds, iso(seconds(words["session_issued"]) + HOUR))
        return cls(
            drawn,
            way,
            words,
            kinds,
            read_case(one, words, steps, way, tuple(kinds.values()), times),
        )

    @property
    def home(self) -> str:
        """The machine that the stolen credential belongs to."""
        homes = {"integration": ASSISTANT_HOME, "cookie": self.words["victim_ip"]}
        return homes.get(self.way.id, PLANNING_HOME)

    @cache  # noqa: B019 (a kit is kept as long as its thieves)
    def variant(self, at_home: bool, key_along: bool, overlooked: bool, days: int) -> Incident:
        """The same intruder at another address, with another haul."""
        credentials = dict(self.case.estate.credentials)
        if self.way.id == "integration" and key_along:
            name = self.way.starts[0]
            credentials[name] = replace(credentials[name], binds=("service_tokens_bound",))
        if self.way.id == "leftover":
            token = self.way.starts[0]
            issued = self.drawn.company.first - days * DAY
            credentials[token] = replace(credentials[token], issued=issued)
        places = dict(self.case.addresses)
        if at_home:
            for zone in ("internet", "scripts", "edge"):
                places[zone] = replace(places[zone], ip=self.home)
        safeguards = dict(self.case.safeguards)
        if overlooked:
            del safeguards["secrets_kept_out"]
        estate = replace(self.case.estate, credentials=credentials)
        return replace(self.case, estate=estate, addresses=places, safeguards=safeguards)


def _paced(times: dict[str, str], pace: float) -> dict[str, str]:
    """The same steps in a shorter time."""
    first = min(map(seconds, times.values()))
    return {step: iso(first + int(pace * (seconds(time) - first))) for step, time in times.items()}
