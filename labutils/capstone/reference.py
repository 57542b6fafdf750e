"""Six hunters who write reports without a person: what a grade is held against.

Five know what stands in the folder and nothing else. The sixth knows everything, the hidden worlds
too: nobody can do better.
"""

import csv
import json
import uuid
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from labutils.capstone import world
from labutils.capstone.board import half_page, true_facts
from labutils.capstone.company import HOUR, DrawnCompany
from labutils.capstone.folder import inventory, now, number_of
from labutils.capstone.grading import Bench, ReportGrade
from labutils.capstone.incident import ALWAYS, plain
from labutils.capstone.lines import ADDRESSES, LoggedLine, line_of, made_by
from labutils.capstone.report import (
    FORBIDDEN,
    HARMLESS,
    Claimed,
    EvictionAct,
    IncidentReport,
    words,
)
from labutils.hunt.engine import hunt
from labutils.hunt.fields import values_at
from labutils.hunt.sources import SOURCES
from labutils.lab import data_file, iso, seconds


@dataclass(frozen=True, eq=False)
class Folder:
    """What is in the folder of an incident: its lines, and its tables."""

    one: DrawnCompany
    path: Path
    credentials: tuple[tuple[str, ...], ...]
    assistant: str  # its account

    @cached_property
    def lines(self) -> list[LoggedLine]:
        """All events."""
        return [line_of(name, event) for name, event in world.lines(self.path)]

    @cached_property
    def usual(self) -> dict[str, set[str]]:
        """By account, the addresses from which it does at least a tenth of what it does."""
        counts: dict[str, Counter[str]] = {}
        for line in self.lines:
            counts.setdefault(line.who, Counter())[line.address] += 1
        return {
            who: {one for one, number in some.items() if 10 * number >= sum(some.values())}
            for who, some in counts.items()
        }

    def table(self, name: str) -> list[dict[str, str]]:
        """The rows of one of the tables of a world."""
        with (self.path / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    @cached_property
    def programs(self) -> dict[str, str]:
        """The accounts and tokens of programs, each with the credential that the inventory has."""
        found = {}
        for name, account, _, kind, *_ in self.credentials:
            if kind not in ("session", "security key"):
                found[plain(account)] = name
                found[plain(name)] = name
        return found


@dataclass(frozen=True)
class Work:
    """What a hunter hands in: a report, and rules as text."""

    report: IncidentReport
    rules: tuple[str, ...] = ()


# --- hunters who do not look ---------------------------------------------------------------------


def everything_alerter(folder: Folder) -> Work:
    """Names everything, and alerts on everything."""
    who = [name for name, _ in Counter(line.who for line in folder.lines).most_common(7)]
    some = tuple(line.id for line in folder.lines[::40])[:2000]
    claims = [
        Claimed(what, name, some, 60)
        for what in words()["claims"]
        for name in who
        if what not in (*FORBIDDEN, HARMLESS)
    ]
    credentials = tuple(row[0] for row in folder.credentials)
    made = tuple(sorted({made_by(line) for line in folder.lines} - {""}))
    rules = tuple(
        _rule(f"Anything in {source}", source, [f"{ADDRESSES[source]}: '*'"])
        for source in ADDRESSES
    )
    report = IncidentReport(
        number_of(folder.one.seed),
        tuple(claims[:200]),
        credentials,
        made[:200],
        words()["losses"],
        words()["not_knowable"],
        tuple(EvictionAct("revoke", name, now(folder.one)) for name in credentials),
        ("recordings_cleaned", "console_managed_devices", "alert_new_account"),
    )
    return Work(report, rules)


def indicator_collector(folder: Folder) -> Work:
    """Collects addresses that several accounts share, and believes each of them."""
    accounts: dict[str, set[str]] = {}
    for line in folder.lines:
        accounts.setdefault(line.address, set()).add(line.who)
    hosting = ("203.0.113.", "198.18.3")
    shared = sorted(
        (one for one in accounts if one.startswith(hosting) and len(accounts[one]) > 1),
        key=lambda one: -len(accounts[one]),
    )[:10]
    lines = [line for line in folder.lines if line.address in shared]
    return Work(_report(folder, lines, 80), _rules_on(shared))


def _rules_on(addresses: Sequence[str]) -> tuple[str, ...]:
    listed = ", ".join(f"'{one}'" for one in addresses)
    return tuple(
        _rule(f"Known address in {source}", source, [f"{path}: [{listed}]"])
        for source, path in ADDRESSES.items()
        if addresses
    )


def rules_alone(folder: Folder) -> Work:
    """Runs the course's rules, and reports every hit."""
    hits = hunt([Path(str(data_file("rules")))], [folder.path]).hits
    cited = {
        event
        for hit in hits
        if hit.level in ("medium", "high", "critical")
        for event in hit.event_ids
    }
    lines = [line for line in folder.lines if line.id in cited]
    rules = tuple(
        path.read_text(encoding="utf-8")
        for path in sorted(Path(str(data_file("rules"))).glob("*.yml"))
    )
    return Work(_report(folder, lines, 70), rules)


def greedy_grouper(folder: Folder) -> Work:
    """Takes the five largest groups of lines by one account from an address that it seldom has."""
    usual = folder.usual
    groups: dict[tuple[str, str], list[LoggedLine]] = {}
    for line in folder.lines:
        if line.who and line.address not in usual[line.who]:
            groups.setdefault((line.who, line.address), []).append(line)
    largest = sorted(groups.values(), key=len, reverse=True)[:5]
    return Work(
        _report(folder, [line for group in largest for line in group], 75), _behaviour(folder)
    )


# --- a hunter who looks --------------------------------------------------------------------------


def thorough(folder: Folder) -> Work:
    """Follows programs that work elsewhere without a ticket, and then whoever else was at the same
    address; reads the tables before believing."""
    lines = _unexplained(folder)
    report = _with_harmless(folder, _report(folder, lines, 90), lines)
    return Work(replace(report, controls=controls_by_the_tables(folder.one)), _behaviour(folder))


# What each control is against that some intruders got round: the table in estate.md.
AGAINST = {
    "at_program": "service_tokens_bound",
    "at_person": "sessions_bound",
    "at_supplier": "support_accounts_bound",
    "recording_missed": "recordings_cleaned",
    "confirmed": "acts_reauthenticated",
    "unnoticed": "exposed_rotated",
    "new_token": "service_tokens_expire",
    "key_along": "grants_key_bound",
    "needed": "integration_least_privilege",
    "text_missed": "secrets_kept_out",
    "hurried": "alert_bulk_reads",
}


def controls_by_the_tables(one: DrawnCompany) -> tuple[str, ...]:
    """For each of the ways in by which most intruders come, the control that the fewest of them got
    round, by the tables in estate.md."""
    often = sorted(one.elsewhere, key=lambda way: -one.elsewhere[way])
    rarest = [min(one.habits[way], key=lambda name: one.habits[way][name]) for way in often]
    answers = dict.fromkeys(AGAINST[name] for name in rarest)
    return tuple(name for name in answers if name != one.control)[:3]


def _unexplained(folder: Folder) -> list[LoggedLine]:
    """What programs do from elsewhere and no ticket tells, and what else comes from there."""
    usual = folder.usual
    tickets = folder.table("changes.csv")
    odd = [
        line
        for line in folder.lines
        if line.who in folder.programs
        and line.address not in usual[line.who]
        and not any(_explains(row, line, folder) for row in tickets)
    ]
    by_address: dict[str, set[str]] = {}
    for line in odd:
        by_address.setdefault(line.address, set()).add(line.source)
    found = max(by_address, key=lambda one: len(by_address[one]), default="")
    if not found:
        return []
    first = min(line.time for line in odd if line.address == found)
    there = [one for one in folder.lines if one.address == found and one.time >= first - LOOK_BACK]
    own = [one for one in there if one.who in folder.programs and one in odd]
    return [*own, *_of_people(folder, there, usual, first)]


LOOK_BACK = 72 * HOUR  # before the first line that nothing explains
BEGINS = "user.session.start"
SECRET = "app.oauth2.client.read_client_secret"


def _of_people(
    folder: Folder, lines: Sequence[LoggedLine], usual: dict[str, set[str]], first: float
) -> list[LoggedLine]:
    """What people did from elsewhere, without a trip, who were at the same address, or who read
    secrets shortly before."""
    trips = folder.table("travel.csv")
    near = [line for line in folder.lines if abs(line.time - first) < LOOK_BACK]
    away = [
        line
        for line in near
        if line.who
        and line.who not in folder.programs
        and line.address not in usual[line.who]
        and not any(_on_trip(row, line) for row in trips)
    ]
    began_there = {(one.who, one.address) for one in folder.lines if one.action == BEGINS}
    met = {line.who for line in lines if (line.who, line.address) not in began_there}
    met &= {line.who for line in away if line.source != "okta"}
    met |= {line.who for line in away if line.action == SECRET and line.time < first}
    return [line for line in away if line.who in met]


def _on_trip(row: dict[str, str], line: LoggedLine) -> bool:
    return row["account"] == line.who and seconds(row["from"]) <= line.time <= seconds(row["to"])


def _explains(row: dict[str, str], line: LoggedLine, folder: Folder) -> bool:
    """Whether a ticket is about what a line shows."""
    same = {row["by"], folder.programs.get(plain(row["by"]), row["by"])}
    related = {folder.programs.get(line.who, line.who), line.who}
    about_planning = "planning" in row["what"] and line.who.startswith(
        ("svc-", folder.one.words["planning"])
    )
    within = seconds(row["from"]) - HOUR <= line.time <= seconds(row["to"]) + HOUR
    return within and (bool(same & related) or about_planning)


def _with_harmless(
    folder: Folder, report: IncidentReport, lines: Sequence[LoggedLine]
) -> IncidentReport:
    """The report, and two things of different kinds that a ticket explains."""
    usual, cited = folder.usual, {line.id for line in lines}
    claims, kinds = list(report.claims), set[str]()
    for row in folder.table("changes.csv"):
        some = [
            line
            for line in folder.lines
            if line.who in folder.programs
            and line.address not in usual[line.who]
            and _explains(row, line, folder)
            and line.id not in cited
        ]
        if len(some) > 5 and row["what"] not in kinds and len(kinds) < 2:
            kinds.add(row["what"])
            who = some[0].who
            own = tuple(one.id for one in some if one.who == who)[:50]
            claims.append(Claimed(HARMLESS, _who(folder, some[0]), own, 95))
    return replace(report, claims=tuple(claims))


def _behaviour(folder: Folder) -> tuple[str, ...]:
    """Rules about behaviour: a program that does not work where it works."""
    w = folder.one.words
    return (
        _rule(
            "Planning token elsewhere",
            "cloudflare_access_nonidentity",
            [f"serviceTokenId: '{w['planning']}-token'"],
            ["ipAddress: '192.0.2.15'"],
        ),
        _rule(
            "Planning account elsewhere",
            "jira",
            [f"author.name: 'svc-{w['planning']}'"],
            ["source: '192.0.2.15'"],
        ),
        _rule(
            "Planning account elsewhere in the wiki",
            "confluence",
            [f"author.name: 'svc-{w['planning']}'"],
            ["source: '192.0.2.15'"],
        ),
        _rule(
            "Build account elsewhere",
            "bitbucket",
            [f"author.name: 'svc-{w['builds']}'"],
            ["source: '192.0.2.16'"],
        ),
        _rule(
            "Reports elsewhere",
            "cloudtrail",
            [f"userIdentity.userName: '{w['reports']}-robot'"],
            ["sourceIPAddress: '192.0.2.17'"],
        ),
        _rule(
            "Assistant elsewhere",
            "salesforce_event_log",
            [f"USER_ID: '{folder.assistant}'"],
            ["CLIENT_IP|startswith: '192.0.2.'"],
        ),
    )


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
                who = _account(line) or _who(folder, line)
                groups.setdefault((what, who), []).append(line)
                break
    claims: dict[tuple[str, str], Claimed] = {}
    for (what, who), some in groups.items():
        for burst in _bursts(some):
            least, many = MANY.get(what, (10**9, what))
            called = many if len(burst) >= least else what
            before = claims.get((called, who))
            events = (*(before.events if before else ()), *(line.id for line in burst))
            claims[called, who] = Claimed(called, who, events[:2000], percent)
    return list(claims.values())[:150]


def _bursts(lines: Sequence[LoggedLine]) -> Iterator[list[LoggedLine]]:
    burst: list[LoggedLine] = []
    for line in sorted(lines, key=lambda one: one.time):
        if burst and line.time - burst[-1].time > HOUR:
            yield burst
            burst = []
        burst.append(line)
    if burst:
        yield burst


def _who(folder: Folder, line: LoggedLine) -> str:
    if line.source == "salesforce_event_log":
        return folder.one.integration
    return line.who


def _report(folder: Folder, lines: Sequence[LoggedLine], percent: int) -> IncidentReport:
    """The report that these lines give: everything that a reader of the folder can derive."""
    claims = _claims(folder, lines, percent)
    tokens = sorted({line.who for line in lines if line.source == "cloudflare_access_nonidentity"})
    for token in tokens:
        probes = tuple(
            line.id
            for line in lines
            if line.who == token and "tracker" not in str(line.event.get("appId"))
        )
        if probes and not any(one.what == "grant-used-elsewhere" for one in claims):
            claims.append(Claimed("token-used-elsewhere", token, probes[:2000], 50))
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


def _rule(title: str, source: str, selection: Sequence[str], unless: Sequence[str] = ()) -> str:
    """A Sigma rule over a source."""
    lines = [f"title: {title}", f"id: {_uuid(title + source)}", "logsource:"]
    lines += [f"    {key}: {value}" for key, value in SOURCES[source].sigma.named.items()]
    lines += ["detection:", "    selection:", *(f"        {one}" for one in selection)]
    if unless:
        lines += ["    filter_main_home:", *(f"        {one}" for one in unless)]
    lines += [
        f"    condition: selection{' and not filter_main_home' if unless else ''}",
        "level: high",
    ]
    return "\n".join(lines) + "\n"


def _uuid(text: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, text))


# --- the one who knows ---------------------------------------------------------------------------


def omniscient(bench: Bench) -> Work:
    """The truth as a report, and rules that know each line of the hidden worlds."""
    truth, drawn = bench.truth, bench.drawn
    claims = [
        Claimed(claim.what, claim.who, tuple(sorted(events))[:2000], 100)
        for claim, events in truth.claims.items()
    ]
    by_kind: dict[str, str] = {}
    for event, kind in truth.twins.items():
        if kind in truth.told:
            by_kind.setdefault(kind, event)
    claims += [
        Claimed(HARMLESS, truth.twin_actors[event], (event,), 100)
        for event in list(by_kind.values())[:2]
    ]
    at = now(drawn.company)
    alive = [name for name in drawn.credentials if not name.startswith("session of")]
    acts = [EvictionAct("replace", name, at) for name in alive]
    acts += [EvictionAct("remove", name, at) for name in drawn.footholds]
    acts.append(EvictionAct("end-sessions", drawn.words["victim"], at))
    report = IncidentReport(
        number_of(drawn.seed),
        tuple(claims),
        drawn.credentials,
        tuple(drawn.footholds),
        drawn.losses,
        drawn.not_knowable,
        tuple(acts),
        bench.controls.best,
        half_page({name: fact.value for name, fact in true_facts(truth, (), ()).items()}),
    )
    return Work(report, _rules_of_all(bench))


def _rules_of_all(bench: Bench) -> tuple[str, ...]:
    """A rule a source that picks the intruders' own lines out of the hidden worlds."""
    picked: dict[str, list[str]] = {}
    for truth in bench.worlds:
        for name, event in world.lines(truth.folder):
            if name in truth.steps:
                source = name.rpartition(":")[0]
                own = {
                    path: next(iter(values_at(event, path))) for path in OWN.get(source, ATLASSIAN)
                }
                picked.setdefault(source, []).append(f"- {json.dumps(own)}")
    return tuple(
        _rule(f"The intruder in {source}", source, events) for source, events in picked.items()
    )


# Fields that no two lines of a source share.
ATLASSIAN = ("timestamp.epochSecond", "timestamp.nano")
OWN = {
    "okta": ("uuid",),
    "support": ("record",),
    "cloudtrail": ("eventID",),
    "cloudflare_access": ("RayID",),
    "cloudflare_access_nonidentity": ("cfRayId",),
    "salesforce_event_log": ("REQUEST_ID",),
    "google_workspace_token": ("id.uniqueQualifier",),
}


# --- all of them ---------------------------------------------------------------------------------

HUNTERS: dict[str, Callable[[Folder], Work]] = {
    "everything-alerter": everything_alerter,
    "indicator-collector": indicator_collector,
    "course's rules alone": rules_alone,
    "greedy grouper": greedy_grouper,
    "thorough": thorough,
}
OMNISCIENT = "omniscient"


def totals(bench: Bench) -> dict[str, float]:
    """What each hunter's report and rules are worth."""
    return {name: one.total for name, one in grades(bench).items()}


def grades(bench: Bench, names: Collection[str] = ()) -> dict[str, ReportGrade]:
    """The grade of each of these hunters, or of all."""
    found: dict[str, ReportGrade] = {}
    with TemporaryDirectory(prefix="hunters-") as folder:
        for name, work in work_of(bench, names or (*HUNTERS, OMNISCIENT)).items():
            paths = []
            for number, text in enumerate(work.rules):
                paths.append(Path(folder) / f"{len(found)}-{number}.yml")
                paths[-1].write_text(text, encoding="utf-8")
            found[name] = bench.grade(work.report, paths)
    return found


def work_of(bench: Bench, names: Collection[str] = (*HUNTERS, OMNISCIENT)) -> dict[str, Work]:
    """What each hunter hands in."""
    folder = Folder(
        bench.drawn.company,
        bench.truth.folder,
        tuple(inventory(bench.drawn)),
        bench.drawn.company.words["assistant_user"],
    )
    works = {name: hunter(folder) for name, hunter in HUNTERS.items() if name in names}
    if OMNISCIENT in names:
        works[OMNISCIENT] = omniscient(bench)
    return works
