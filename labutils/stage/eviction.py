"""The stage of lesson 15: evictions against a clock, an inventory with four holes in it, key changes with and without an outage, and a checklist."""

import csv
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import permutations

from labutils.identity.oauth import bearer
from labutils.incident.policy import World
from labutils.incident.sheets import build, read
from labutils.lab import iso, seconds
from labutils.stage.attack_chain import FOOTHOLDS, Scene
from labutils.stage.two_apps import API, NOTES, build_apps, refresh_tokens

REMOVAL, PACE = 20, 15  # minutes: what one removal takes, and how often the intruder comes by


# --- eviction -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Eviction:
    """How an eviction went: the minutes and removals until nothing was left, and what the intruder put back meanwhile."""

    order: tuple[str, ...]
    minutes: int
    removals: int
    put_back: tuple[str, ...]


@cache
def evict(*order: str) -> Eviction:
    """Remove the three footholds in this order, again and again, until none is left; every quarter of an hour the intruder comes by.

    Whatever he can do is tried over HTTP: with the service account he makes a user anew and installs the implant anew.
    """
    scene = Scene(World.historical())
    minute, removals, back = 0, 0, []

    while any(map(scene.is_on, FOOTHOLDS.values())) and removals < 12:
        name = order[removals % len(order)]
        for now in range(minute + 1, minute + REMOVAL + 1):
            if now % PACE == 0:
                for act, gained in (
                    ("tracker:create-user", "look-alike user"),
                    ("tracker:script", "implant"),
                ):
                    if (
                        not scene.is_on(FOOTHOLDS[gained])
                        and scene.knock(
                            "smartsheet-account", act, through="moveworks-token"
                        ).is_success
                    ):
                        scene.switch_on(FOOTHOLDS[gained])
                        back.append(gained)
        minute, removals = minute + REMOVAL, removals + 1
        scene.switch_off(FOOTHOLDS[name])
    return Eviction(order, minute, removals, tuple(back))


def evictions() -> list[Eviction]:
    """All six orders."""
    return [evict(*order) for order in permutations(FOOTHOLDS)]


# --- rotation -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Held:
    """A credential in the company's inventory. Times are seconds since 1970; `replaced` is when a new one took its place."""

    id: str
    kind: str
    owner: str
    issued: int
    expires: int
    last_used: int | None
    replaced: int | None = None


NOTICE = "2023-10-18T12:00:00Z"
MADE_INSIDE = Held(
    "a user like the others",
    "user",
    "",
    seconds("2023-11-16T15:00:00Z"),
    seconds("2024-11-16T15:00:00Z"),
    None,
)
UNUSED = {
    "token for an assistant": "service token",
    "account of a sheet application": "service account",
    "account of the code host": "service account",
    "account of a cloud environment": "service account",
}


@cache
def inventory(size: int = 3000) -> tuple[Held, ...]:
    """A made-up inventory: thousands of credentials, four of which nobody has seen in use."""
    notice, found = seconds(NOTICE), []
    for number in range(size):
        roll = int.from_bytes(hashlib.sha256(f"inventory/{number}".encode()).digest()[:6])
        age, unseen = roll % 400 * 86400, roll // 400 % 25 * 86400
        kind = ("service account", "service token", "API key", "certificate")[roll // 10000 % 4]
        found.append(
            Held(
                f"c{number:04}",
                kind,
                f"team-{roll // 40000 % 40:02}",
                notice - age,
                notice + 300 * 86400,
                notice - min(age, unseen),
            )
        )
    for place, (name, kind) in enumerate(UNUSED.items()):
        found[size // 5 * place + 77] = Held(
            name, kind, "", notice - 200 * 86400, notice + 300 * 86400, None
        )
    return tuple(found)


def still_valid(held: Sequence[Held], until: int, now: int) -> list[Held]:
    """What the list says: issued until then (in seconds since 1970), neither replaced nor expired. It should be empty."""
    return [
        one for one in held if one.issued <= until and one.replaced is None and one.expires > now
    ]


def old_secret(one: Held) -> str:
    """The secret that a credential had at the notice, and that a thief may hold."""
    return f"the old secret of {one.id}"


class Doors:
    """The services behind an inventory. Each knows the secrets that open it now."""

    def __init__(self, held: Sequence[Held]):
        self.secrets = {one.id: {old_secret(one)} for one in held}

    def rotate(self, one: Held, moment: int) -> Held:
        """A new secret in the place of the old one, and a row that says so. A service of team-07 takes two API keys at a time, so
        that a change needs no outage: there the new one stands beside the old one until somebody removes that."""
        beside = self.secrets[one.id] if one.kind == "API key" and one.owner == "team-07" else set()
        self.secrets[one.id] = beside | {f"the new secret of {one.id}"}
        return replace(one, replaced=moment)

    def remove_old(self, one: Held) -> None:
        """Take the old secret away."""
        self.secrets[one.id].discard(old_secret(one))

    def opens(self, one: Held, secret: str) -> bool:
        """Whether this secret opens the door of this credential."""
        return secret in self.secrets[one.id]


def still_open(doors: Doors, held: Sequence[Held]) -> list[Held]:
    """What the doors say: each old secret is tried at its door."""
    return [one for one in held if doors.opens(one, old_secret(one))]


def change_key(wait: int) -> list[str]:
    """The provider signs with a new key and drops the old one `wait` minutes later. The times at which Ada's app was refused."""
    apps = build_apps("lesson-15")
    apps.sign_in("ada", NOTES)
    session = next(iter(apps.notes.sessions.values()))
    begun, failed = apps.lab.clock.now, []
    for minute in range(1, 21):
        apps.lab.clock.wait_until(begun + minute * 60)
        if minute == 3:
            apps.provider.rotate_signing_key()
        if minute == 3 + wait:
            apps.provider.keys = apps.provider.keys[:2]
        if minute % 8 == 0:  # the app refreshes before its token of ten minutes is over
            refresh_tokens(apps)
        if not apps.notes.network.get(
            API + "/me", headers=bearer(session["access_token"])
        ).is_success:
            failed.append(iso(apps.lab.clock.now)[11:16])
    return failed


# --- the checklist ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """A question to take home: why (the lesson that shows it), how to prove it, and the controls that it stands for."""

    id: str
    ask: str
    lesson: str
    proof: str
    nist: tuple[str, ...]
    cis: tuple[str, ...]


def checklist() -> list[Line]:
    """data/checklist.yaml. Raises SheetError, which names the line."""
    return [build(Line, row) for row in read("checklist.yaml")["lines"]]


def table(answers: dict[str, str]) -> list[list[str]]:
    """The checklist with the learner's answers, as rows. Raises KeyError for an answer to a question that is not in it."""
    lines = checklist()
    if strangers := sorted(set(answers) - {line.id for line in lines}):
        raise KeyError(f"the checklist has no line {strangers[0]!r}")
    head = ["line", "question", "answer", "how to prove it", "shown by", "NIST SP 800-53", "CIS v8"]
    return [
        head,
        *(
            [
                line.id,
                line.ask,
                answers.get(line.id, ""),
                line.proof,
                f"lesson {line.lesson}",
                ", ".join(line.nist),
                ", ".join(line.cis),
            ]
            for line in lines
        ),
    ]


def as_markdown(answers: dict[str, str]) -> str:
    """The checklist as a Markdown table."""
    head, *rows = [
        [cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in table(answers)
    ]
    return (
        "\n".join("| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *rows])
        + "\n"
    )


def as_csv(answers: dict[str, str]) -> str:
    """The checklist as CSV (RFC 4180), with nothing in it that a spreadsheet would take for a formula."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(
        ["'" + cell if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell for cell in row]
        for row in table(answers)
    )
    return out.getvalue()
