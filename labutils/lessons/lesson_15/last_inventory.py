"""The target of lesson 15: an inventory with five traps, and a clock.

Each credential has a door at https://doors.example/ID, which takes its secrets. The intruder holds
the old secret of every credential that was exposed, and of all that he made. At 18:00 he sends his
archives out.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import httpx
from werkzeug.wrappers import Request, Response

from labutils.lab import Lab, dice, iso, seconds
from labutils.text import counted, shown

from .credential_rotation import CredentialRecord, old_secret

FLAG = "flag-" + next(dice("lesson-15", "declared over"))
BEGIN, END = "2023-11-24T17:00:00Z", "2023-11-24T18:00:00Z"
PATIENCE = 3  # declarations that may be wrong, over all scenes of a kernel
NOBODY_BELIEVES = "Nobody believes a fourth declaration. Restart the kernel to start again."
VISIT = 15  # minutes between two visits of the intruder
ROTATE, REMOVE, REVOKE, CUT = 10, 5, 10, 20  # minutes that each act takes
OFFICE, ELSEWHERE = "192.0.2.30", "203.0.113.66"

# Who uses what: a job that stands still without it, by the id of its credential.
JOBS = {
    "billing-key": "the monthly invoices",
    "deploy-key": "the releases",
    "backup-account": "the nightly backup",
    "m.sato": "a colleague's work",
    "k.nowak": "another colleague's work",
    "status-page": "the status page",
    "gateway-token": "the quarterly audit",  # so rarely that no log shows it
}
ISSUED_AFTER = {"m.sato", "k.nowak"}  # the notice, to colleagues: no thief has their secrets
REMAKES = {"j.fielding": "sync-rule", "sync-rule": "j.fielding"}  # each makes the other anew
TAKES_TWO = "billing-key"  # the service takes an old and a new secret beside each other
IN_NO_LIST = "support-bot"
MADE_BY_HIM = (*REMAKES, IN_NO_LIST)
LINES = 200  # of the log of sign-ins


def _row(
    name: str,
    kind: str,
    owner: str,
    issued: str,
    used: str = "",
    replaced: str = "",
    made_by: str = "onboarding",
) -> CredentialRecord:
    moments = [seconds(f"{day}T09:00:00Z") if day else None for day in (issued, used, replaced)]
    return CredentialRecord(
        name,
        kind,
        owner,
        moments[0] or 0,
        seconds("2024-11-01T00:00:00Z"),
        moments[1],
        moments[2],
        made_by,
    )


def _rows() -> list[CredentialRecord]:
    """The inventory as the company keeps it. Twelve ordinary rows are among them."""
    ordinary = [
        _row(f"c{n:02}", "API key", f"team-{n % 5:02}", "2023-06-01", "2023-11-24", "2023-11-24")
        for n in range(12)
    ]
    marked = [
        _row("gateway-token", "service token", "auditors", "2023-03-01", "2023-09-29"),
        _row("billing-key", "API key", "team-07", "2023-02-01", "2023-11-24", "2023-11-24"),
        _row("deploy-key", "API key", "team-02", "2023-05-01", "2023-11-24", "2023-11-24"),
        _row(
            "backup-account", "service account", "team-04", "2023-01-10", "2023-11-24", "2023-11-24"
        ),
        _row("status-page", "service token", "", "2023-04-01", "2023-11-24", "2023-11-24"),
        _row(
            "sync-rule", "automation rule", "team-12", "2023-11-17", "2023-11-24", "", "j.fielding"
        ),
        _row(
            "j.fielding", "user", "j.fielding", "2023-11-16", "2023-11-23", "", "smartsheet-account"
        ),
        _row("m.sato", "user", "m.sato", "2023-11-20", "2023-11-24"),
        _row("k.nowak", "user", "k.nowak", "2023-11-21", "2023-11-24"),
    ]
    return sorted([*ordinary, *marked], key=lambda row: row.id)


def _log() -> list[dict[str, str]]:
    """Sign-ins of the last two days: when, who and from where."""
    of_late = seconds("2023-11-23T00:00:00Z")
    usual = [row.id for row in _rows() if row.id in JOBS and (row.last_used or 0) > of_late]
    usual += [f"c{n:02}" for n in range(12)] + ["sync-rule"]
    drawn = dice("lesson-15", "log")
    seen = [(usual[int(next(drawn), 16) % len(usual)], OFFICE) for _ in range(LINES)]
    for n, name in ((31, "j.fielding"), (88, IN_NO_LIST), (120, "j.fielding"), (167, IN_NO_LIST)):
        seen[n] = (name, ELSEWHERE)
    begin = seconds("2023-11-22T17:07:00Z")
    return [
        {"time": iso(begin + 853 * n), "credential": name, "address": address}
        for n, (name, address) in enumerate(seen)
    ]


@dataclass
class Door:
    """The secrets that a door takes now, and whether a job was told of the newest."""

    secrets: set[str]
    jobs_secret: str = ""


@cache
def wrong_declarations() -> list[str]:
    """What was said of declarations that were wrong, in this kernel."""
    return []


@dataclass(repr=False)
class LastInventory:
    """The scene: rows of the inventory, a log of sign-ins, a clock, and what an operator can do."""

    rows: list[CredentialRecord] = field(default_factory=_rows)
    log: list[dict[str, str]] = field(default_factory=_log)

    def __repr__(self) -> str:
        return f"an inventory at {self.time}: rows, log, knock, rotate, remove_old, revoke, cut"

    def __post_init__(self) -> None:
        self._lab = Lab("target-15", BEGIN)
        self._lab.add("doors.example", self._answer)
        self._browser = self._lab.browser("operator", OFFICE)
        names = [*(row.id for row in self.rows), IN_NO_LIST]
        self._doors = {name: Door({old_secret(name)}, old_secret(name)) for name in names}
        for row in self.rows:
            if row.replaced is not None:
                self._replace(row.id)
        self._minute, self._jobs_that_stood = 0, set[str]()
        if len(wrong_declarations()) >= PATIENCE:
            print(NOBODY_BELIEVES)

    # --- what anybody can ask ---

    @property
    def time(self) -> str:
        """What the clock says."""
        return iso(seconds(BEGIN) + 60 * self._minute)[11:16]

    def knock(self, secret: str, name: str) -> httpx.Response:
        """Try a secret at the door of a credential. It takes no time."""
        return self._browser.get(
            f"https://doors.example/{name}", headers={"authorization": f"Bearer {secret}"}
        )

    # --- what an operator can do ---

    # Each act prints the time when it is done, and what has changed.

    def rotate(self, name: str) -> None:
        """A new secret, and the job goes over to it. Where a door takes two, the one before the
        newest stays beside it. Ten minutes."""
        if self._knows(name):
            self._pass(ROTATE)
            self._replace(name)
            self.rows = [
                replace(row, replaced=seconds(BEGIN) + 60 * self._minute) if row.id == name else row
                for row in self.rows
            ]
            print(f"{self.time}: {name} has a new secret. Its job, if it has one, now uses it.")

    def remove_old(self, name: str) -> None:
        """Take away all secrets but the newest. Five minutes."""
        if self._knows(name):
            self._pass(REMOVE)
            door = self._doors[name]
            door.secrets &= {door.jobs_secret}
            print(f"{self.time}: {name} accepts only its newest secret.")

    def revoke(self, name: str) -> None:
        """End a credential for good; a job that needs it stands still. Ten minutes."""
        if self._knows(name):
            self._pass(REVOKE)
            self._end([name])
            print(f"{self.time}: {name} has been revoked.")

    def cut(self, *names: str) -> None:
        """End several credentials in one moment. Twenty minutes, however many there are."""
        if not names:
            print("Say what is to end: scene.cut('one', 'another'). No time has gone by.")
        elif all(map(self._knows, names)):
            self._pass(CUT)
            self._end(names)
            print(f"{self.time}: ended at the same moment: {', '.join(names)}.")

    def declare(self) -> str:
        """Declare the incident over: the flag, or what is wrong. Three declarations may be wrong,
        and a new scene brings none of them back."""
        if len(wrong_declarations()) >= PATIENCE:
            return NOBODY_BELIEVES
        said = self._declared()
        if said == FLAG:
            return said
        wrong_declarations().append(said)
        return f"{said} Declarations left: {PATIENCE - len(wrong_declarations())}."

    def _declared(self) -> str:
        self._pass(VISIT)  # until the intruder has come by once more
        if self._minute > (seconds(END) - seconds(BEGIN)) // 60:
            return f"It is {self.time}. The archives were sent at 18:00."
        opens = [name for name in self._doors if self.knock(old_secret(name), name).is_success]
        theirs = [name for name in opens if name not in ISSUED_AFTER]
        alive = [name for name in MADE_BY_HIM if self._doors[name].secrets]
        stand = len(self._jobs_that_stood)
        names = ", ".join(JOBS[name] for name in sorted(self._jobs_that_stood))
        jobs = f"{counted(stand, 'job has', 'jobs have')} stopped: {names}"
        if theirs and stand:
            return f"The intruder is in, at {counted(len(theirs), 'door')}, and {jobs}."
        if theirs:
            return f"The intruder is in. Stolen or created secrets that still open: {len(theirs)}."
        if stand:
            return f"The intruder is out, but {jobs}."
        if alive:
            things = counted(len(alive), "thing")
            return (
                f"No secret of the intruder's opens, but {things} that the intruder made still "
                "exist."
            )
        return FLAG

    # --- how it works ---

    def _knows(self, name: str) -> bool:
        known = isinstance(name, str) and name in self._doors
        if isinstance(name, list | tuple | set):
            print("Give the ids themselves, not a list of them: scene.cut('one', 'another').")
        elif not known:
            print(f"There is no credential {shown(str(name), 80)!r}.")
        return known

    def _pass(self, minutes: int) -> None:
        """Let time go by. The intruder comes by every quarter of an hour."""
        for _ in range(minutes):
            self._minute += 1
            if self._minute % VISIT == 0:
                self._visit()
        self._lab.clock.wait_until(seconds(BEGIN) + 60 * self._minute)

    def _visit(self) -> None:
        for maker, thing in REMAKES.items():
            lost = old_secret(thing) not in self._doors[thing].secrets
            if old_secret(maker) in self._doors[maker].secrets and lost:
                self._doors[thing] = Door({old_secret(thing)}, old_secret(thing))
                print(f"{self.time}: the intruder comes by, and {thing} is back.")

    def _replace(self, name: str) -> None:
        door = self._doors[name]
        new = f"secret {self._lab.draw('doors')} of {name}"
        kept = {door.jobs_secret} if name == TAKES_TWO else set()
        door.secrets, door.jobs_secret = kept | {new}, new

    def _end(self, names: Iterable[str]) -> None:
        for name in names:
            self._doors[name].secrets = set()
            if name in JOBS:
                self._jobs_that_stood.add(name)

    def _answer(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        door = self._doors.get(request.path.strip("/"), Door(set()))
        secret = request.headers.get("authorization", "").removeprefix("Bearer ")
        status = 200 if secret in door.secrets else 401
        return Response(status=status)(environ, start_response)
