"""The response of 23 November: what the intruder holds, every door, and what defenders cut
(lesson 15).

What opens is found out by trying: each try is an HTTP request that the company decides on. Which
doors there are, and that the implant can write into Jira's database, is the model's.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from types import MappingProxyType
from typing import Any

import httpx
from werkzeug.wrappers import Request
from werkzeug.wrappers import Response as HttpResponse

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
MAINTAINED = ("2023-11-23T17:00:00Z", "2023-11-23T18:00:00Z")  # Confluence does not answer
PASSES = "passes"
# In this model: who can make what anew. The token gets passes from the gateway; the account asks
# Jira; the implant writes its database.
MAKES = MappingProxyType(
    {
        "moveworks-token": (PASSES,),
        "smartsheet-account": ("lookalike-account", "implant"),
        "implant": ("smartsheet-account", "lookalike-account"),
        "lookalike-account": (),
    }
)
ACTIONS = MappingProxyType({"lookalike-account": "create-user", "implant": "script"})
TO_CUT = (
    "moveworks-token",
    PASSES,
    "smartsheet-account",
    "bitbucket-account",
    "aws-account",
    "lookalike-account",
    "implant",
)
FIVE = (  # of the tries, those that the lesson asks about
    ("moveworks-token", "gateway"),
    ("lookalike-account", "bitbucket, old pass"),
    ("bitbucket-account", "bitbucket, old pass"),
    ("aws-account", "aws"),
    ("implant", "server"),
)
HANDS, CUTS = 3, 3  # things in a cut, and cuts in the hour until the archives go out
REMOVAL, VISIT = 20, 15  # minutes of a cut, and between two visits


Pairs = Sequence[tuple[str, str]]  # of secret and door


def print_proof(before: Mapping[str, Pairs], after: Mapping[str, Pairs]) -> None:
    """What a proof shows: of the tries that opened before, how many are refused now. A try that
    never opened proves nothing, whatever it answers now."""
    opened = before["open"]
    print({state: len(pairs) for state, pairs in after.items()})
    now = {state: sum(pair in opened for pair in pairs) for state, pairs in after.items()}
    print(
        f"{len(opened)} opened before; now:", *(f"{count} {state}" for state, count in now.items())
    )
    never = sum(map(len, before.values())) - len(opened)
    print(f"{never} never opened: what they answer now proves nothing")


class Evening:
    """The company on 23 November at 16:00, with the intruder inside since the 15th."""

    def __init__(self) -> None:
        self.intruder = intruder = Intruder(start="2023-11-15T16:28:00Z")
        for move in BREAK_IN:
            intruder.use(*move)
        self.lab, self.company = intruder.lab, intruder.company
        self.lab.add("server.example", self._implant)
        self._maintain("confluence.example")
        self.lab.clock.wait_until(seconds("2023-11-23T16:00:00Z"))
        self.outside = intruder.browsers["browser"]

    @property
    def tries(self) -> list[tuple[str, str]]:
        """Each secret that the intruder holds, at each door."""
        return list(product(self.intruder.holds, DOORS))

    def knock(self, secret: str, door: str) -> httpx.Response:
        """Try one of the intruder's secrets at a door, as it was when it was stolen."""
        service, action, way = DOORS[door]
        credential = self.company.estate.credentials[secret]
        headers = self.company.headers(credential, self.intruder.holds[secret])
        if way == OLD:
            headers[PASS] = self.intruder.passes[service]
        if way == NEW:
            headers[PASS] = self._new_pass(service)
        return self.outside.get(f"https://{service}.example/{action}", headers=headers)

    def print_alive(self, refused: Pairs) -> None:
        """The refusals of a door that knows the secret all the same: it may not do this here."""
        alive = [pair for pair in refused if " may not " in self.knock(*pair).text]
        known = f"In {len(alive)} of these the account exists but has no access:"
        print(f"{len(refused)} refused. {known}")
        print(*(f"    {secret} at {door}" for secret, door in alive), sep="\n")

    def cut(self, *names: str) -> None:
        """Make these worthless in one moment. `passes` ends each pass that the gateway issued."""
        if PASSES in names:
            self.company.passes.clear()
        self.intruder.switch_off(*(name for name in names if name != PASSES))

    def wait_until(self, moment: str) -> None:
        """Let the lab's clock go on to this moment."""
        self.lab.clock.wait_until(seconds(moment))

    def visit(self) -> list[tuple[str, str]]:
        """The intruder comes by and makes anew what is missing: pairs of maker and thing."""
        made = []
        for maker, things in MAKES.items():
            for thing in things:
                if not self._is_valid(thing) and self._can_make(maker, thing):
                    self._restore(thing)
                    made.append((maker, thing))
        return made

    def _can_make(self, maker: str, thing: str) -> bool:
        if thing == PASSES:
            return self.knock(maker, "gateway").is_success
        if maker == "implant":
            return self.knock(maker, "server").is_success
        headers = self.company.headers(
            self.company.estate.credentials[maker], self.intruder.holds[maker]
        )
        for way in (self.intruder.passes["jira"], self._new_pass("jira")):
            url = f"https://jira.example/{ACTIONS[thing]}"
            if self.outside.get(url, headers={**headers, PASS: way}).is_success:
                return True
        return False

    def _new_pass(self, service: str) -> str:
        """A pass that the gateway gives out now for the stolen token, or a text that is none."""
        token = self.company.estate.credentials["moveworks-token"]
        headers = self.company.headers(token, self.intruder.holds[token.id])
        answer = self.outside.get(f"https://gateway.example/{service}", headers=headers).json()
        return str(answer.get("pass", "none"))

    def _is_valid(self, name: str) -> bool:
        if name == PASSES:
            return all(held in self.company.passes for held in self.intruder.passes.values())
        return self.company.secrets[name] in self.company.credential_of

    def _restore(self, name: str) -> None:
        if name == PASSES:
            held = self.intruder.passes
            held.update({service: self._new_pass(service) for service in held})
            return
        secret = self.company.secrets[name]
        self.company.credential_of[secret] = self.company.estate.credentials[name]

    def _implant(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        """The implant on Jira's server: it answers whoever has its key, as long as it is there."""
        key = Request(environ).headers.get("x-workload")
        is_there = key == self.company.secrets["implant"] and self._is_valid("implant")
        return HttpResponse(status=200 if is_there else 403)(environ, start_response)

    def _maintain(self, host: str) -> None:
        """Let a host answer 503 while it is maintained."""
        inner, (begin, end) = self.lab.hosts[host], map(seconds, MAINTAINED)

        def app(environ: Any, start_response: Any) -> Iterable[bytes]:
            if begin <= self.lab.clock.now < end:
                return HttpResponse(status=503)(environ, start_response)
            return inner(environ, start_response)

        self.lab.add(host, app)


# --- a plan of cuts, carried out ----------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """How a plan of cuts went: what was made anew (minute, maker, thing), and the evening after it,
    at 20:00, with each door at work."""

    put_back: tuple[tuple[int, str, str], ...]
    evening: Evening

    @property
    def opens(self) -> list[tuple[str, str]]:
        """The tries that open at last."""
        return [pair for pair in self.evening.tries if self.evening.knock(*pair).is_success]


def carry_out(cuts: Sequence[Iterable[str]]) -> Outcome:
    """Carry out the cuts, one after the other, while the intruder comes by every quarter of an
    hour, and once more at the end."""
    evening, put_back = Evening(), []
    for number, names in enumerate(cuts):
        for minute in range(number * REMOVAL + 1, (number + 1) * REMOVAL + 1):
            if minute % VISIT == 0:
                put_back += [(minute, *pair) for pair in evening.visit()]
        evening.cut(*names)
    put_back += [((len(cuts) + 1) * REMOVAL, *pair) for pair in evening.visit()]
    evening.wait_until("2023-11-23T20:00:00Z")
    return Outcome(tuple(put_back), evening)


ORDERS = (  # what goes first where the seven are removed one by one
    ["smartsheet-account", "implant"],
    [PASSES, "moveworks-token", "implant"],
    ["moveworks-token", PASSES, "implant"],
)


def came_back(first: Sequence[str]) -> list[str]:
    """What is made anew where each thing goes by itself: these first, then the rest."""
    rest = [name for name in TO_CUT if name not in first]
    outcome = carry_out([{name} for name in (*first, *rest)])
    return sorted({thing for _, _, thing in outcome.put_back})
