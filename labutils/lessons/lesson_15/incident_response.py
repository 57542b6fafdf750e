"""The response of 23 November: what the intruder holds, every door, and what defenders end
(lesson 15).

What opens is found out by trying: each try is an HTTP request that the company decides on. Which
doors there are, that the implant can write into Jira's database, and what an act costs, is the
model's.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from types import MappingProxyType
from typing import Any

import httpx
from werkzeug.wrappers import Request
from werkzeug.wrappers import Response as HttpResponse

from labutils.incident.inventory import Credential
from labutils.incident.services import PASS
from labutils.lab import seconds
from labutils.stage.intruder import GATE, Intruder

BREAK_IN = (
    GATE,
    ("moveworks-token", "gateway", "confluence"),
    ("moveworks-token", "gateway", "bitbucket"),
    ("smartsheet-account", "jira", "create-user"),
    ("smartsheet-account", "jira", "script"),
)
OLD, NEW, DIRECT = "the old pass", "a new pass", "no pass"
# Door -> the service, what is asked for there, and the pass of the gateway that comes along.
DOORS = MappingProxyType(
    {
        "gateway": ("gateway", "jira", DIRECT),
        "jira, new pass": ("jira", "sign-in", NEW),
        "jira, old pass": ("jira", "sign-in", OLD),
        "confluence, old pass": ("confluence", "search", OLD),
        "bitbucket, old pass": ("bitbucket", "view", OLD),
        "aws": ("aws", "describe", DIRECT),
        "server": ("server", "listen", DIRECT),
    }
)
PASSES = "passes"
TO_END = MappingProxyType(  # what there is to end, and what each is
    {
        "moveworks-token": "a stolen service token for the gateway",
        PASSES: "what the gateway gave him for that token",
        "smartsheet-account": "svc-smartsheet, stolen; an administrator in jira",
        "bitbucket-account": "svc-bitbucket, stolen; it may see the code",
        "aws-account": "a stolen access key",
        "lookalike-account": "j.fielding, a user that he made to look like staff",
        "implant": "his program on jira's server",
    }
)
HOURS = MappingProxyType(  # of staff that it costs to end one: people who wait, sign in, rebuild
    {
        "moveworks-token": 2,
        PASSES: 60,
        "smartsheet-account": 4,
        "bitbucket-account": 8,
        "aws-account": 3,
        "lookalike-account": 1,
        "implant": 45,
    }
)
# In this model: who can bring back what. The token gets passes from the gateway; the account asks
# Jira; the implant writes its database.
BRINGS_BACK: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "moveworks-token": frozenset({PASSES}),
        "smartsheet-account": frozenset({"lookalike-account", "implant"}),
        "implant": frozenset({"smartsheet-account", "lookalike-account"}),
    }
)
NEEDS: Mapping[str, frozenset[str]] = MappingProxyType({"smartsheet-account": frozenset({PASSES})})
ACTIONS = MappingProxyType({"lookalike-account": "create-user", "implant": "script"})
BEGIN, END = "2023-11-23T16:00:00Z", "2023-11-23T20:00:00Z"
ACT, VISIT, UNTIL = 20, 15, 240  # minutes of an act, between two visits, and of the evening
MOST = UNTIL // ACT - 1  # acts, so that he comes by once more after the last

# What the intruder could have left behind as well, in words.
LEFT_BEHIND = MappingProxyType(
    {
        "second-user": "one more user in jira, made by the service account",
        "api-token": "a token of the look-alike user, from its profile page",
        "rule": "a rule in jira that makes the look-alike user anew",
        "ssh-key": "a key in a file on jira's server, put there by the implant",
        "integration": "an app, approved by the service account; it calls jira from its maker's "
        "cloud",
    }
)
MAKES_TOO = MappingProxyType({"rule": ("lookalike-account",), "ssh-key": ("implant",)})
IN_NO_LOG = ("ssh-key",)  # a file on a disk: no service wrote down who made it
OWN_DOOR = "apps"  # where an integration calls, past the gateway


class Evening:
    """The company on 23 November at 16:00, with the intruder inside since the 15th.

    `left_behind` is one of LEFT_BEHIND, or nothing.
    """

    def __init__(self, left_behind: str = "") -> None:
        self.intruder = intruder = Intruder(start="2023-11-15T16:28:00Z")
        for move in BREAK_IN:
            intruder.use(*move)
        self.lab, self.company = intruder.lab, intruder.company
        self.lab.add("server.example", self._server)
        self.credentials: dict[str, Credential] = dict(self.company.estate.credentials)
        self.left_behind = left_behind
        if left_behind:
            self._leave(left_behind)
        self.lab.clock.wait_until(seconds(BEGIN))
        self.outside = intruder.browsers["browser"]

    @property
    def tries(self) -> list[tuple[str, str]]:
        """Each secret that the intruder holds, at each door."""
        return list(product(self.intruder.holds, self._doors))

    @property
    def _doors(self) -> list[str]:
        return [*DOORS, *([OWN_DOOR] if self.left_behind == "integration" else [])]

    def knock(self, secret: str, door: str) -> httpx.Response:
        """Try one of the intruder's secrets at a door, as it was when it was stolen."""
        headers = self.company.headers(self.credentials[secret], self.intruder.holds[secret])
        if door == OWN_DOOR:
            return self.outside.get("https://apps.example/jira", headers=headers)
        service, action, way = DOORS[door]
        if way == OLD:
            headers[PASS] = self.intruder.passes[service]
        if way == NEW:
            headers[PASS] = self._new_pass(service)
        return self.outside.get(f"https://{service}.example/{action}", headers=headers)

    def cut(self, *names: str) -> None:
        """Make these worthless in one moment. `passes` ends each pass that the gateway issued, and
        a user's tokens end with the user."""
        if PASSES in names:
            self.company.passes.clear()
        more = ["api-token"] if "lookalike-account" in names else []
        for name in (*names, *more):
            self.company.credential_of.pop(self.company.secrets.get(name, ""), None)

    def wait_until(self, moment: str) -> None:
        """Let the lab's clock go on to this moment."""
        self.lab.clock.wait_until(seconds(moment))

    def visit(self) -> list[tuple[str, str]]:
        """The intruder comes by and brings back what is missing: pairs of maker and thing."""
        brought = []
        makers = {**BRINGS_BACK, self.left_behind: MAKES_TOO.get(self.left_behind, ())}
        for maker, things in makers.items():
            for thing in sorted(things):
                if not self.is_valid(thing) and self._can_make(maker, thing):
                    self._restore(thing)
                    brought.append((maker, thing))
        return brought

    def is_valid(self, name: str) -> bool:
        """Whether a thing of the intruder's exists still."""
        if name == PASSES:
            return all(held in self.company.passes for held in self.intruder.passes.values())
        return self.company.secrets[name] in self.company.credential_of

    # --- how it works ---

    def _leave(self, name: str) -> None:
        """Leave one more thing behind: a credential like one that he has, under another name."""
        like = "implant" if name in ("ssh-key", "integration", "rule") else "lookalike-account"
        secret = self.lab.draw("estate")
        self.credentials[name] = replace(self.credentials[like], id=name)
        self.company.secrets[name] = self.intruder.holds[name] = secret
        self.company.credential_of[secret] = self.credentials[name]
        if name == "integration":
            self.lab.add("apps.example", self._apps)

    def _can_make(self, maker: str, thing: str) -> bool:
        if thing == PASSES:
            return self.knock(maker, "gateway").is_success
        if maker in ("implant", "ssh-key"):
            return self.knock(maker, "server").is_success
        if maker == "rule":  # it runs in Jira, and asks nobody
            return self.is_valid("rule")
        headers = self.company.headers(self.credentials[maker], self.intruder.holds[maker])
        for way in (self.intruder.passes["jira"], self._new_pass("jira")):
            url = f"https://jira.example/{ACTIONS[thing]}"
            if self.outside.get(url, headers={**headers, PASS: way}).is_success:
                return True
        return False

    def _new_pass(self, service: str) -> str:
        """A pass that the gateway gives out now for the stolen token, or a text that is none."""
        token = self.credentials["moveworks-token"]
        headers = self.company.headers(token, self.intruder.holds[token.id])
        answer = self.outside.get(f"https://gateway.example/{service}", headers=headers).json()
        return str(answer.get("pass", "none"))

    def _restore(self, name: str) -> None:
        if name == PASSES:
            held = self.intruder.passes
            held.update({service: self._new_pass(service) for service in held})
            return
        self.company.credential_of[self.company.secrets[name]] = self.credentials[name]

    def _server(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        """Jira's server: it answers whoever has a key that is there."""
        return self._answer_to(("implant", "ssh-key"), environ, start_response)

    def _apps(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        """Where an integration calls Jira: no gateway is in front of it."""
        return self._answer_to(("integration",), environ, start_response)

    def _answer_to(
        self, names: Collection[str], environ: Any, start_response: Any
    ) -> Iterable[bytes]:
        key = Request(environ).headers.get("x-workload", "")
        credential = self.company.credential_of.get(key)
        is_there = credential is not None and credential.id in names
        return HttpResponse(status=200 if is_there else 403)(environ, start_response)


# --- acts on the clock --------------------------------------------------------------------------

SafeNow = Callable[..., Collection[str]]
Plan = Sequence[str] | SafeNow


@dataclass(frozen=True)
class Look:
    """What all tries gave from a minute on: with which things he opens a door, and which exist."""

    minute: int
    opens: frozenset[str]
    exists: frozenset[str]


@dataclass(frozen=True)
class Outcome:
    """How an evening went: what was ended (minute, thing), what was brought back (minute, maker,
    thing), what opened when, and the evening after it, at 20:00."""

    acts: tuple[tuple[int, str], ...]
    brought_back: tuple[tuple[int, str, str], ...]
    looks: tuple[Look, ...]
    evening: Evening

    @property
    def minutes(self) -> int | None:
        """Return for how many minutes he was in; None if he still is."""
        if self.looks[-1].opens:
            return None
        last = max(place for place, one in enumerate(self.looks) if one.opens)
        return self.looks[last + 1].minute

    @property
    def hours(self) -> int:
        """Return the hours of staff that all acts cost."""
        return sum(HOURS[name] for _, name in self.acts)

    @property
    def hours_in_vain(self) -> int:
        """Return the hours of the acts whose thing came back."""
        return sum(HOURS.get(thing, 0) for _, _, thing in self.brought_back)

    @property
    def left(self) -> list[str]:
        """Return what exists still of what there was to end."""
        return [name for name in TO_END if name in self.looks[-1].exists]

    @property
    def opens(self) -> list[tuple[str, str]]:
        """Return the tries that open at last."""
        return [pair for pair in self.evening.tries if self.evening.knock(*pair).is_success]


def carry_out(plan: Plan, left_behind: str = "") -> Outcome:
    """Carry out acts, one every twenty minutes, while the intruder comes by every quarter of an
    hour. A plan is the names in their order; or a function that is asked before each act which may
    go now, of which the one that opens most goes, and everything together where it names none."""
    evening = Evening(left_behind)
    doors = doors_of(evening)
    looks = [look(evening, 0, doors)]
    acts: list[tuple[int, str]] = []
    brought: list[tuple[int, str, str]] = []
    for minute in range(1, UNTIL + 1):
        events = len(acts) + len(brought)
        evening.lab.clock.wait_until(seconds(BEGIN) + 60 * minute)
        if minute % VISIT == 0:
            brought += [(minute, *pair) for pair in evening.visit()]
        if minute % ACT == 0 and (names := _next(plan, minute, evening, doors)):
            evening.cut(*names)
            acts += [(minute, name) for name in names]
        if len(acts) + len(brought) > events:
            doors = doors_of(evening)
            looks.append(look(evening, minute, doors))
    return Outcome(tuple(acts), tuple(brought), tuple(looks), evening)


def _next(plan: Plan, minute: int, evening: Evening, doors: Mapping[str, int]) -> Collection[str]:
    """What goes at this minute: one thing as a rule."""
    if not callable(plan):
        place = minute // ACT - 1
        return [plan[place]] if place < min(len(plan), MOST) else []
    left = {name for name in TO_END if evening.is_valid(name)}
    if not left or minute // ACT > MOST:
        return []
    safe = set(plan(set(left), BRINGS_BACK, NEEDS)) & left
    first = sorted(safe, key=lambda name: (-doors.get(name, 0), [*TO_END].index(name)))
    return first[:1] or sorted(left)


def doors_of(evening: Evening) -> dict[str, int]:
    """Return at how many doors each thing opens now, by trying each secret at each door. What opens
    with an old pass opens by the passes as well."""
    opened = [pair for pair in evening.tries if evening.knock(*pair).is_success]
    doors = {name: sum(secret == name for secret, _ in opened) for name in evening.intruder.holds}
    return doors | {PASSES: sum(door.endswith(OLD[4:]) for _, door in opened)}


def look(evening: Evening, minute: int, doors: Mapping[str, int]) -> Look:
    """Return what is seen at a minute."""
    names = [*TO_END, *([evening.left_behind] if evening.left_behind else [])]
    return Look(
        minute,
        frozenset(name for name in names if doors.get(name)),
        frozenset(name for name in names if evening.is_valid(name)),
    )
