"""The replay, told: tactic by tactic with its log lines, what four credentials opened, and what three footholds survived."""

from functools import cache

import httpx

from labutils.incident import cases, ledger
from labutils.incident.breach import Replay, foresee, play
from labutils.incident.policy import World
from labutils.incident.services import PASS, Company
from labutils.incident.telemetry import headline
from labutils.lab import Lab

_OUTSIDE, _TRACKER_SERVER = (cases.load().addresses[zone] for zone in ("internet", "atlassian"))
INTRUDER, SERVER = _OUTSIDE.ip, _TRACKER_SERVER.ip  # addresses
FOUR = ("moveworks-token", "smartsheet-account", "bitbucket-account", "aws-account")
DOORS = (
    "login:sign-in",
    "dashboard:sign-in",
    "gateway:tracker",
    "tracker:sign-in",
    "wiki:search",
    "code:view",
    "cloud:describe",
    "console:connect",
)
FOOTHOLDS = {
    "service account": "smartsheet-account",
    "look-alike user": "lookalike-account",
    "implant": "implant",
}
MARK = {
    "succeeded": "succeeded",
    "denied": "DENIED   ",
    "unknown": "unknown? ",
    "not_reached": "not reached",
}


@cache
def played(world: World) -> Replay:
    """The campaign in this world, played once."""
    return play(world)


def tell(replay: Replay, tactic: str) -> None:
    """Print each step of a tactic: when, how it ended, what it was for, what decided, and every line that it left in a log."""
    for step in (step for step in replay.steps if step.tactic == tactic):
        when = (
            step.time[:16].replace("T", " ")
            if step.time_precision in ("minute", "second")
            else step.time[:10] + (" day? " if step.time_assumed else " hour?")
        )
        print(f"{when}  {MARK[step.outcome]}  {step.plan.goal}")
        if step.outcome == "denied":
            print(f"    in this model: {step.rule}: {step.reason}")
        for name in (name for name, fact in replay.truth.items() if fact == step.fact):
            source, line = name.split(":")
            print(f"    {name}  {headline(source, replay.audit[source][int(line) - 1])}")
        if step.fact not in replay.truth.values():
            print("    (no log of the company holds a line of it)")


class Scene:
    """A company in a world, with the intruder at its doors: what opens is found out by trying."""

    def __init__(self, world: World):
        self.lab = Lab("lesson-09", "2023-11-22T12:00:00Z")
        self.company = Company(self.lab, world)
        self.browsers = {
            address.ip: self.lab.browser(address.agent, address.ip)
            for address in (_OUTSIDE, _TRACKER_SERVER)
        }

    def knock(
        self, credential: str, door: str, *, through: str | None = None, address: str = INTRUDER
    ) -> httpx.Response:
        """One request with one credential; with `through`, first past the gateway with that one."""
        service, action = door.split(":")
        headers = self.company.headers(
            self.company.estate.credentials[credential], self.company.secrets[credential]
        )
        if through is not None:
            gate = self.knock(through, f"gateway:{service}")
            headers[PASS] = gate.json().get("pass", "none")
        return self.browsers[address].get(f"https://{service}.example/{action}", headers=headers)

    def switch_off(self, credential: str) -> None:
        """Make a credential worthless: the account deactivated, the token revoked, the implant removed."""
        self.company.credential_of.pop(self.company.secrets[credential], None)

    def switch_on(self, credential: str) -> None:
        """Make it good again, as whoever can put it back does."""
        self.company.credential_of[self.company.secrets[credential]] = (
            self.company.estate.credentials[credential]
        )

    def is_on(self, credential: str) -> bool:
        """Whether it has not been switched off."""
        return self.company.secrets[credential] in self.company.credential_of


def routes(world: World, *facts: str) -> None:
    """Print how these steps end in a world, with every request that was tried and what it met."""
    for step in (step for step in foresee(world) if step.fact in facts):
        print(f"{step.fact}: {step.outcome}")
        for attempt in step.attempts:
            met = "not held" if attempt.decision is None else attempt.decision.rule
            print(f"    {attempt.ask.ask:<16} with {attempt.ask.using:<18} {met}")


def blast_radius(world: World) -> tuple[list[str], dict[tuple[str, str], str]]:
    """Each of the four credentials at each door, alone and with the service token before it. Rows, and what opened."""
    scene, tried = Scene(world), {}
    pairs = [(name, None) for name in FOUR] + [(name, FOUR[0]) for name in FOUR[1:3]]
    rows = {pair: pair[0] if pair[1] is None else f"{pair[0]} + token" for pair in pairs}
    for (credential, through), row in rows.items():
        for door in DOORS:
            first = (
                through if through and door.split(":")[0] in ("tracker", "wiki", "code") else None
            )
            tried[row, door.replace(":", "\n")] = (
                "opens" if scene.knock(credential, door, through=first).is_success else "refused"
            )
    return list(rows.values()), tried


def footholds(*removed: str) -> dict[str, bool]:
    """Which of the intruder's three ways back still work on 23 November, after these credentials were switched off."""
    scene = Scene(World.historical())
    for credential in removed:
        scene.switch_off(credential)
    works = {
        name: scene.knock(FOOTHOLDS[name], "tracker:sign-in", through=FOUR[0]).is_success
        for name in ("service account", "look-alike user")
    }
    return works | {
        "implant": scene.is_on("implant")
        and scene.knock("archives", "outside:send", address=SERVER).is_success
    }


TEN = (
    "error-02",
    "error-05",
    "error-09",
    "error-13",
    "error-16",
    "error-20",
    "error-21",
    "error-25",
    "error-28",
    "error-29",
)


def ten_claims() -> dict[int, ledger.CommonError]:
    """Ten claims that circulate and do not hold, by number."""
    errors = {error.id: error for error in ledger.common_errors()}
    return {number: errors[name] for number, name in enumerate(TEN, 1)}
