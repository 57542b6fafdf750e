"""Read the folder of an incident by program, and write the report that some lines support."""

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from labutils.capstone import world
from labutils.capstone.board import half_page
from labutils.capstone.company import DAY, HOUR, DrawnCompany
from labutils.capstone.folder import now, number_of
from labutils.capstone.incident import ALWAYS, plain
from labutils.capstone.lines import LoggedLine, line_of, made_by
from labutils.capstone.report import Claimed, EvictionAct, IncidentReport
from labutils.lab import iso

USUAL_DAYS = 3  # of somebody who works at an address


@dataclass(frozen=True, eq=False)
class Folder:
    """The folder of an incident: its lines, tables and brief, and the people who can be asked."""

    one: DrawnCompany
    path: Path
    credentials: tuple[tuple[str, ...], ...]
    brief: str
    ask: Callable[[str], str]

    @cached_property
    def lines(self) -> list[LoggedLine]:
        """All events of the logs, as lines."""
        return [line_of(name, event) for name, event in world.lines(self.path)]

    @cached_property
    def usual(self) -> dict[str, set[str]]:
        """For each account, the addresses at which it is on three days or more."""
        days: dict[str, dict[str, set[float]]] = {}
        for line in self.lines:
            days.setdefault(line.who, {}).setdefault(line.address, set()).add(line.time // DAY)
        return {
            who: {one for one, some in places.items() if len(some) >= USUAL_DAYS}
            for who, places in days.items()
        }

    def table(self, name: str) -> list[dict[str, str]]:
        """Return the rows of one of the tables of a world."""
        with (self.path / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    @cached_property
    def programs(self) -> dict[str, str]:
        """The accounts and tokens of programs, each with its credential in the inventory."""
        found = {}
        for name, account, _, kind, *_ in self.credentials:
            if kind not in ("session", "security key"):
                found[plain(account)] = name
                found[plain(name)] = name
        return found


@dataclass(frozen=True)
class Work:
    """A hunter's submission: a report, and rules as text; `minutes` is what questions took."""

    report: IncidentReport
    rules: tuple[str, ...] = ()
    minutes: int = 0


# --- from lines to a report ----------------------------------------------------------------------


def _account(line: LoggedLine) -> str:
    """The account that a line makes."""
    made = made_by(line)
    return made.removeprefix("account ") if made.startswith("account ") else ""


CLAIMS: tuple[tuple[str, str, str], ...] = (
    ("support", "files_tab_download", "recording-read"),
    ("okta", "user.session.access_admin_app", "session-taken-over"),
    ("okta", "app.oauth2.client.read_client_secret", "secrets-read"),
    ("okta", "user.authentication.sso", "session-taken-over"),
    ("okta", "user.mfa.factor.activate", "factor-added"),
    ("google_workspace_token", "authorize", "consent-phished"),
    ("google_workspace_token", "activity", "mail-read"),
    ("jira", "User logged in", "service-account-used"),
    ("jira", "Issue viewed", "tickets-read"),
    ("jira", "User created", "account-made"),
    ("confluence", "Page viewed", "pages-read"),
    ("bitbucket", "Repository accessed by user", "repositories-viewed"),
    ("bitbucket", "Repository archive", "repositories-archived"),
    ("cloudtrail", "DescribeInstances", "cloud-entered"),
    ("cloudtrail", "CreateAccessKey", "key-made"),
    ("salesforce_event_log", "Login", "grant-used-elsewhere"),
    ("salesforce_event_log", "RestApi /services/data/v58.0/query", "cases-read"),
    ("salesforce_event_log", "BulkApi2", "records-exported"),
)
MANY = {
    "tickets-read": (100, "tickets-taken"),
    "pages-read": (100, "pages-taken"),
    "mail-read": (60, "mailbox-taken"),
}
LOST = {
    "tickets-taken": "tickets",
    "pages-taken": "wiki-pages",
    "mailbox-taken": "mail",
    "repositories-archived": "repositories",
    "records-exported": "customer-records",
}
FOOTHOLDS = {
    "account-made": "account",
    "key-made": "key of",
    "factor-added": "factor of",
    "consent-phished": "grant of",
}
WAYS = {
    "recording-read": "password-of-the-support-desk",
    "grant-used-elsewhere": "how-the-grant-was-copied",
    "consent-phished": "how-the-person-was-persuaded",
    "mail-read": "how-the-person-was-persuaded",
}
UNLOGGED = {
    "repositories-archived": "what-left-the-server",
    "key-made": "what-was-read-in-the-store",
    "cloud-entered": "what-was-read-in-the-store",
    "grant-used-elsewhere": "which-lists-were-viewed",
    "mail-read": "which-files-were-read",
}


def _claims(folder: Folder, lines: Sequence[LoggedLine], percent: int) -> list[Claimed]:
    """What these lines say, burst by burst: a pause of three hours ends one."""
    groups: dict[tuple[str, str], list[LoggedLine]] = {}
    for line in lines:
        for source, action, what in CLAIMS:
            if line.source == source and line.action.startswith(action):
                who = _account(line) or account_of(folder, line)
                groups.setdefault((what, who), []).append(line)
                break
    claims: dict[tuple[str, str], Claimed] = {}
    for (what, who), some in groups.items():
        for burst in bursts(some):
            least, many = MANY.get(what, (10**9, what))
            called = many if len(burst) >= least else what
            before = claims.get((called, who))
            events = (*(before.events if before else ()), *(line.id for line in burst))
            claims[called, who] = Claimed(called, who, events[:2000], percent)
    return list(claims.values())[:150]


def bursts(lines: Sequence[LoggedLine], pause: float = HOUR) -> Iterator[list[LoggedLine]]:
    """Yield the lines in bursts, with no pause longer than `pause` seconds in any of them."""
    burst: list[LoggedLine] = []
    for line in sorted(lines, key=lambda one: one.time):
        if burst and line.time - burst[-1].time > pause:
            yield burst
            burst = []
        burst.append(line)
    if burst:
        yield burst


def account_of(folder: Folder, line: LoggedLine) -> str:
    """Return the account of a line, as the inventory names it."""
    if line.source == "salesforce_event_log":
        return folder.one.integration
    return line.who


def report_of(folder: Folder, lines: Sequence[LoggedLine], percent: int) -> IncidentReport:
    """Return the report that these lines support: all that a reader of the folder can derive."""
    claims = _claims(folder, lines, percent)
    probes: dict[str, list[str]] = {}
    for line in lines:
        if "probe" in str(line.event.get("appId")):
            probes.setdefault(line.who, []).append(line.id)
    for token, some in probes.items():
        claims.append(Claimed("token-used-elsewhere", token, tuple(some[:2000]), percent))
    said = {one.what for one in claims}
    held = {folder.programs[line.who] for line in lines if line.who in folder.programs}
    if any(line.source == "salesforce_event_log" for line in lines):
        held |= {name for name in folder.programs.values() if name.endswith("-grant")}
    listed = {row[0] for row in folder.credentials}
    for one in claims:
        if one.what == "session-taken-over" and f"session of {one.who}" in listed:
            held.add(f"session of {one.who}")
    held.discard("svc-support")
    made = tuple(
        dict.fromkeys(f"{FOOTHOLDS[c.what]} {c.who}" for c in claims if c.what in FOOTHOLDS)
    )
    lost = tuple(dict.fromkeys(LOST[c.what] for c in claims if c.what in LOST))
    unknown = [WAYS[what] for what in WAYS if what in said][:1]
    if not unknown:
        is_session = "session-taken-over" in said
        unknown = ["how-the-cookie-was-copied" if is_session else "how-the-token-was-copied"]
    silent = [ALWAYS, *(UNLOGGED[what] for what in UNLOGGED if what in said)]
    at = now(folder.one)
    people = sorted(
        {c.who for c in claims if c.what in ("session-taken-over", "secrets-read", "factor-added")}
    )
    acts = [
        *(EvictionAct("replace", name, at) for name in sorted(held)),
        *(EvictionAct("remove", name, at) for name in made),
        *(EvictionAct("end-sessions", name, at) for name in people),
    ]
    return IncidentReport(
        number_of(folder.one.seed),
        tuple(claims),
        tuple(sorted(held)),
        made,
        lost,
        tuple(dict.fromkeys([*unknown, *silent])),
        tuple(acts)[:150],
        board=_board(claims, lines, unknown[0], len(made)),
    )


WAY_OF = {
    "password-of-the-support-desk": "recording",
    "how-the-token-was-copied": "old leak",
    "how-the-grant-was-copied": "grant",
    "how-the-cookie-was-copied": "cookie",
    "how-the-person-was-persuaded": "mailbox",
}


def _board(claims: Sequence[Claimed], lines: Sequence[LoggedLine], unknown: str, made: int) -> str:
    """The half page that these claims give."""
    cited = {event for one in claims for event in one.events}
    days = sorted(iso(int(line.time))[:10] for line in lines if line.id in cited)
    taken = [len(one.events) for one in claims if one.what in LOST]
    facts = {"way": WAY_OF[unknown], "back": str(made)}
    facts |= {"first": days[0], "last": days[-1]} if days else {}
    facts |= {"taken": str(max(taken))} if taken else {}
    return half_page(facts)
