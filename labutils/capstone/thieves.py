"""Draw a thousand other thieves of a company, on whom controls are tried.

They come by other ways, at other hours, and each with something, or nothing, that gets them round a
control.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from labutils.capstone.company import (
    DAY,
    HOUR,
    TOKENS_REPLACED,
    Words,
    intruder_words,
    steps_sheet,
)
from labutils.capstone.incident import (
    Drawn,
    StepKind,
    Way,
    chain_of,
    read_case,
    times_of,
    way_and_kinds,
    ways,
)
from labutils.incident.background.dice import Dice, Shares
from labutils.incident.campaign import Campaign
from labutils.incident.cases import Address, Incident, Safeguard
from labutils.incident.inventory import Credential, Estate
from labutils.lab import iso, seconds

THIEVES = 1_000
HURRIED = 0.02  # the pace of a thief: a factor of the times between two steps
PACES = (0.5, 1.0)  # of the others
NEW, OLD = 45, 200  # days before the month's first day on which a token was issued
MISSED = {"recording_missed": "recordings_cleaned", "text_missed": "secrets_kept_out"}
# By way in, the habits that change what the estate says.
OF_ESTATE = {
    "recording": frozenset({"confirmed"}),
    "leftover": frozenset({"new_token", "unnoticed"}),
    "integration": frozenset({"new_token", "key_along", "needed", "at_program"}),
}

Habits = frozenset[str]  # those of company.HABITS that one thief has


def thieves(drawn: Drawn) -> Iterator[tuple[Incident, str]]:
    """Yield intruders of the same company, each with the loss that they are after."""
    one, dice = drawn.company, Dice(f"{drawn.seed}/thieves")
    kits = Shares(
        [_Kit.of(drawn, way) for way in ways(one)],
        [one.elsewhere[way.id] for way in ways(one)],
    )
    for _ in range(THIEVES):
        kit = dice.pick(kits)
        chain = tuple(kit.kinds[step] for step in chain_of(kit.way, kit.kinds, dice))
        shares = one.habits[kit.way.id]
        habits = frozenset(name for name, share in shares.items() if dice.of(10 * share))
        pace = HURRIED if "hurried" in habits else dice.pick(PACES)
        times = _paced(times_of(one, kit.words, chain, dice), pace)
        goal = next(kind.id for kind in chain if kind.loss)
        yield replace(kit.variant(habits), campaign=kit.campaign(times)), goal


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
        words = one.words | intruder_words(one, f"{drawn.seed}/thief/{way.id}", way.id)
        steps = steps_sheet(one, words)
        way, kinds = way_and_kinds(steps, way.id)
        times = dict.fromkeys(kinds, iso(seconds(words["session_issued"]) + HOUR))
        case = read_case(one, words, steps, way, tuple(kinds.values()), times)
        return cls(drawn, way, words, kinds, case)

    def campaign(self, times: dict[str, str]) -> Campaign:
        """The campaign of the steps that have a time (ISO 8601), in the order of these."""
        whole = self.case.campaign
        plans = {plan.fact: plan for plan in whole.steps}
        steps = tuple(replace(plans[step], assumed_time=time) for step, time in times.items())
        return replace(whole, steps=steps)

    def variant(self, habits: Habits) -> Incident:
        """The same intruder with these habits: at another address, with another haul."""
        return replace(
            self.case,
            estate=self.estate(habits & OF_ESTATE.get(self.way.id, frozenset())),
            addresses=self.addresses(habits),
            safeguards=self.safeguards(habits & frozenset(MISSED)),
        )

    def addresses(self, habits: Habits) -> dict[str, Address]:
        """Where the intruder's requests come from."""
        moved: dict[str, str] = {}
        if "at_program" in habits:
            home = self.words["planning_ip"]
            moved |= {"scripts": home, "edge": home}
        if "at_supplier" in habits:
            moved |= {"internet": self.words["support_ip"]}
        if "at_person" in habits:
            moved |= {"internet": self.words["victim_ip"], "edge": self.words["victim_ip"]}
        places = self.case.addresses
        return places | {zone: replace(places[zone], ip=ip) for zone, ip in moved.items()}

    @cache  # noqa: B019 (a kit is kept as long as its thieves)
    def safeguards(self, habits: Habits) -> dict[str, Safeguard]:
        """The safeguards that these habits do not get round."""
        missed = {MISSED[name] for name in habits}
        return {name: one for name, one in self.case.safeguards.items() if name not in missed}

    @cache  # noqa: B019 (as above)
    def estate(self, habits: Habits) -> Estate:
        """The estate, with what the intruder starts with as old and as bound as the habits say."""
        estate, first = self.case.estate, self.drawn.company.first
        issued = first - (NEW if "new_token" in habits else OLD) * DAY
        changed: list[Credential] = []
        if self.way.id == "leftover":
            starts = [estate.credentials[name] for name in self.way.starts]
            changed = [_leaked(one, issued, habits) for one in starts]
        else:
            token = estate.credentials[f"{self.drawn.company.words['planning']}-token"]
            changed = [replace(token, issued=first - TOKENS_REPLACED * DAY)]
        if self.way.id == "integration":
            changed.append(_copied(estate.credentials[self.way.starts[0]], issued, habits))
        services = dict(estate.services)
        if "confirmed" in habits:  # the administrator does it, with the key and on the right device
            services["login"] = replace(services["login"], admin_actions=())
        credentials = estate.credentials | {one.id: one for one in changed}
        return replace(estate, credentials=credentials, services=services)


def _leaked(one: Credential, issued: int, habits: Habits) -> Credential:
    """A credential that an old leak held, issued at that time (seconds since 1970)."""
    noticed = None if "unnoticed" in habits else one.noticed
    return replace(one, issued=issued, noticed=noticed)


def _copied(grant: Credential, issued: int, habits: Habits) -> Credential:
    """A grant that was copied at its vendor, issued at that time (seconds since 1970)."""
    binds = grant.binds
    if "key_along" in habits:
        binds = ("service_tokens_bound",)
    if "at_program" in habits:  # at the assistant's, with all that it has
        binds = ()
    excess = {} if "needed" in habits else grant.excess
    return replace(grant, issued=issued, binds=binds, excess=excess)


def _paced(times: dict[str, str], pace: float) -> dict[str, str]:
    """The same steps in a shorter time."""
    first = min(map(seconds, times.values()))
    return {step: iso(first + int(pace * (seconds(time) - first))) for step, time in times.items()}
