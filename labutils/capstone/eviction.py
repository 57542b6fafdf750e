"""Play an eviction: the acts of a report against an intruder who returns every half hour.

The intruder answers what is shut. Whether a credential opens a door is decided by policy.decide.
What the acts shut is one more rule.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from labutils.capstone.company import HOUR
from labutils.capstone.incident import Drawn, inventory_name
from labutils.capstone.report import EvictionAct
from labutils.incident import policy
from labutils.incident.background import sheet as background
from labutils.incident.background.dice import Dice
from labutils.incident.breach import request
from labutils.incident.campaign import Ask
from labutils.incident.inventory import COMPANY, Credential
from labutils.incident.policy import World
from labutils.lab import iso

GENTLE = ("replace", "end-sessions")  # what costs nobody a day, where it had to be done
LURE = "victim-consent"  # nobody is persuaded twice
AFTERWARDS = 72 * HOUR  # for which the intruder goes on trying
LOOKS = (25, 50)  # minutes between two visits, from and to
MAKES = {
    "tracker:create-user": "an account",
    "cloud:create-key": "a key",
    "login:factor": "a factor",
}
# Hours for which somebody cannot work, by act.
HOURS = {
    "replace": 3.0,
    "revoke": 8.0,
    "disable": 8.0,
    "end-sessions": 0.25,
    "remove": 4.0,
    "block": 2.0,
}
DISABLE_PERSON = 4.0  # who is called and helped


@dataclass
class Eviction:
    """The result of an eviction.

    `out`: nothing that the intruder held opens a door any more; `left`: what still does; `made`:
    what was made meanwhile, or nothing; `story`: what the intruder did; `outages`: hours for which
    somebody could not work, by act and name.
    """

    out: bool = False
    made: str = ""
    left: list[str] = field(default_factory=list)
    doors: int = 0
    story: list[str] = field(default_factory=list)
    outages: dict[str, float] = field(default_factory=dict)

    @property
    def hours(self) -> float:
        """The sum of all outages, in hours."""
        return sum(self.outages.values())


@dataclass
class _Intruder:
    """Somebody who holds credentials, each since a moment: what was replaced before it is the old
    one no more."""

    drawn: Drawn
    acts: Sequence[EvictionAct]
    holds: dict[str, int]
    shut: set[str] = field(default_factory=set)
    spare: str = ""

    @cached_property
    def world(self) -> World:
        """What the company decided."""
        return World.historical(self.drawn.case)

    def is_shut(self, held: Credential, time: int) -> bool:
        """Whether an act shut what the intruder has of a credential."""
        since = self.holds[held.id]
        return any(since < act.at <= time and shuts(self.drawn, act, held) for act in self.acts)

    def opens(self, name: str, time: int) -> list[str]:
        """The scopes of the company that a credential opens at a moment (seconds since 1970)."""
        held = self.drawn.case.estate.credentials[name]
        if self.is_shut(held, time):
            return []
        return [scope for scope in held.scopes if self.allowed(scope, name, time)]

    def allowed(self, scope: str, name: str, time: int) -> bool:
        """Whether the company would let a request through."""
        case = self.drawn.case
        service = case.estate.services[scope.split(":")[0]]
        if service.org != COMPANY or service.zone.id == "outside":
            return False
        origin = "scripts"
        if service.zone.id == "work":
            origin = "edge"
            if not self.passes_gateway(service.id, time):
                return False
        asked = request(case, Ask(scope, name, origin), time)
        return policy.decide(asked, self.world).allow

    def passes_gateway(self, service: str, time: int) -> bool:
        """Whether anything opens the gateway on the way to a service behind it."""
        credentials = self.drawn.case.estate.credentials
        return any(
            f"gateway:{service}" in credentials[name].scopes
            and not self.is_shut(credentials[name], time)
            and self.allowed(f"gateway:{service}", name, time)
            for name in self.holds
        )

    def visit(self, time: int) -> Iterator[str]:
        """Look what still opens; take what that gives; where something was shut, make a spare."""
        credentials = self.drawn.case.estate.credentials
        given = self.drawn.case.estate.services
        open_scopes = {name: self.opens(name, time) for name in list(self.holds)}
        newly = {
            name
            for name in self.holds
            if name not in self.shut and self.is_shut(credentials[name], time)
        }
        self.shut |= newly
        for scopes in open_scopes.values():
            for scope in scopes:
                service, action = scope.split(":")
                for name in given[service].gives.get(action, ()):
                    if name in self.holds and self.is_shut(credentials[name], time):
                        self.holds[name] = time
                        self.shut.discard(name)
                        yield f"{iso(time)}: read the new {inventory_name(self.drawn, name)}"
        makes = [MAKES[s] for scopes in open_scopes.values() for s in scopes if s in MAKES]
        if newly and makes and not self.spare:
            self.spare = makes[0]
            noticed = ", ".join(sorted(_called(self.drawn, name) for name in newly))
            yield f"{iso(time)}: found {noticed} shut, and made {self.spare} that nobody knows of"


def _called(drawn: Drawn, credential: str) -> str:
    if credential == "new-session":
        return "a session started with that factor"
    return drawn.foothold_of.get(credential) or inventory_name(drawn, credential)


def shuts(drawn: Drawn, act: EvictionAct, held: Credential) -> bool:
    """Return whether an act disables a credential, or what was made with it."""
    name = _called(drawn, held.id)
    account = held.holder.account or held.holder.name
    if act.act == "replace":  # no session is; what the intruder made would stay, with a new secret
        can_be = held.kind != "session" and held.id not in drawn.foothold_of
        return act.what == name and can_be
    if act.act == "revoke":
        return act.what == name
    if act.act == "remove":
        return act.what == name or (held.id == "new-session" and act.what.startswith("factor of"))
    if act.act == "end-sessions":
        return held.kind == "session" and act.what == account
    if act.act == "disable":
        return act.what == account or name == f"account {act.what}"
    return False  # an address: the intruder has others


def evict(drawn: Drawn, acts: Sequence[EvictionAct], begin: int) -> Eviction:
    """Play an eviction from a moment on (seconds since 1970)."""
    ordered = sorted(acts, key=lambda act: act.at)
    result = Eviction()
    held = [name for name in drawn.held if name != LURE]
    if "second-factor" in held:
        held.append("new-session")
    intruder = _Intruder(drawn, ordered, dict.fromkeys(held, begin - 1))
    # Before the acts of the same second: those shut doors that were open.
    doors = [name for name in intruder.holds if intruder.opens(name, begin - 1)]
    result.doors = len(doors)
    end = max([begin, *(act.at for act in ordered)]) + AFTERWARDS
    dice, time = Dice(f"{drawn.seed}/visits"), begin
    while time < end:
        result.story += intruder.visit(time)
        time += dice.between(*LOOKS) * 60
    result.left = [_called(drawn, name) for name in intruder.holds if intruder.opens(name, end)]
    credentials = drawn.case.estate.credentials
    result.left += [
        name
        for name, held in drawn.footholds.items()
        if name not in result.left and not intruder.is_shut(credentials[held], end)
    ]
    result.made = intruder.spare
    if intruder.spare:
        result.left.append(f"{intruder.spare} that was made meanwhile")
    result.out = not result.left
    result.outages = dict(_outages(drawn, ordered))
    return result


# --- what it costs -------------------------------------------------------------------------------


def _outages(drawn: Drawn, acts: Sequence[EvictionAct]) -> Iterator[tuple[str, float]]:
    """For how long somebody cannot work who did nothing."""
    made = {*drawn.footholds, *(name.removeprefix("account ") for name in drawn.footholds)}
    sheet = background.load(drawn.case)
    shared = {one.address for one in drawn.exits.values() if one.zone.id in sheet.proxies}
    his = drawn.addresses - shared
    needed = set() if drawn.nothing else {*drawn.credentials, drawn.words["victim"]}
    services = {
        one.account or one.name
        for one in drawn.case.estate.identities.values()
        if one.kind == "service"
    }
    machines = sheet.machines
    for act in acts:
        hours = HOURS[act.act]
        if act.what in made | his or (act.act in GENTLE and act.what in needed):
            continue
        if act.act == "disable" and act.what not in services and act.what not in machines:
            hours = DISABLE_PERSON
        if act.act in ("replace", "revoke") and re.match("session of |security key of ", act.what):
            hours = 0.25
        yield f"{act.act} {act.what}", hours
