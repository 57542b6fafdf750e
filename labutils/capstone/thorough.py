"""Hunt thoroughly, as a reference: follow programs that act elsewhere, and ask before believing.

The hunter compares what programs do elsewhere with tickets, asks whoever runs them, and believes
nothing of a person who was not asked.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from labutils.capstone.asking import MINUTES
from labutils.capstone.board import QUIET
from labutils.capstone.company import DAY, HOUR, DrawnCompany
from labutils.capstone.constant_rules import programs_elsewhere, rule
from labutils.capstone.folder import number_of
from labutils.capstone.leads import LEADS
from labutils.capstone.lines import LoggedLine
from labutils.capstone.reading import Folder, Work, account_of, bursts, report_of
from labutils.capstone.report import HARMLESS, NOTHING, Claimed, IncidentReport
from labutils.capstone.tickets import Ticket
from labutils.lab import iso, seconds

LOOK_BACK = 72 * HOUR  # before the first line that nothing explains, and after the last
MOST_ASKED = 5  # people
BEGINS, SECRET = "user.session.start", "app.oauth2.client.read_client_secret"
ADDED, ALLOWED = "user.mfa.factor.activate", "authorize"
TAKEN_IN = ("recording of my browser", "setup file", "thought it was ours", "did not set up any")
WITHOUT = re.compile(r"On ([0-9-]{10}) we also worked from ([^(]+) [(]")
SEARCHES = 2  # of the wiki by one person from elsewhere: what nobody does on the way
PROGRAMS = 2  # that somebody uses elsewhere, without a ticket and an owner who knows of it
IN_A_ROW = 180  # seconds, at most, between two acts of one row
MANY_AT_HOME = 20  # acts of one kind in a row, which may be more than a program ever does
OUTLIER = 1.4  # times the longest other row of the month
SELDOM = {"User created", "CreateAccessKey"}  # what a program does with a ticket, or not at all


def thorough(folder: Folder) -> Work:
    """Return the work of a hunter who looks and asks.

    See the module: it follows programs elsewhere, compares tickets, and asks people.
    """
    look = Look(folder)
    lines = [line for group in look.odd for line in group]
    people = look.of_people(lines) if lines else []
    if look.programs_elsewhere() < PROGRAMS and not people:
        lines = []  # one program whose owner forgot to say so
    if lines:
        lines += [*look.at_home(lines), *people]
    rules = honest_rules(folder)
    nothing = IncidentReport(number_of(folder.one.seed), board=QUIET, verdict=NOTHING)
    report = report_of(folder, lines, 90) if lines else nothing
    claims = (*report.claims, *look.harmless(lines, 2 if lines else LEADS))
    later = tuple(replace(act, at=act.at + 60 * look.minutes) for act in report.eviction)
    controls = controls_by_the_tables(folder.one)
    report = replace(report, claims=claims, controls=controls, eviction=later)
    return Work(report, rules, look.minutes)


def hasty(folder: Folder) -> Work:
    """Return the work of a hunter who asks nobody.

    It reports what programs do elsewhere and no ticket explains, and whoever was at those
    addresses.
    """
    look = Look(folder)
    lines = [line for group in look.groups if not look.ticket_of(group) for line in group]
    addresses = {line.address for line in lines}
    staff = {row["account"] for row in folder.table("roster.csv")}
    first, last = _span(lines) if lines else (0, 0)
    there = [
        line
        for line in folder.lines
        if line.who in staff and line.address in addresses and first <= line.time <= last
    ]
    return Work(report_of(folder, [*lines, *there], 80), programs_elsewhere(folder.one))


@dataclass
class Look:
    """A thorough look at a folder; `minutes` is what questions took."""

    folder: Folder
    minutes: int = 0
    answers: dict[str, str] = field(default_factory=dict)

    def ask(self, question: str) -> str:
        """Return somebody's answer; the same question takes its minutes only once."""
        if question not in self.answers:
            self.answers[question] = self.folder.ask(question)
            self.minutes += MINUTES[question.partition(":")[0]]
        return self.answers[question]

    @cached_property
    def homes(self) -> dict[str, tuple[str, tuple[str, ...]]]:
        """For each account or token, who runs it and where it works, by the table in estate.md."""
        w = self.folder.one.words
        planning = ("planning", (w["planning_ip"],))
        return {
            f"svc-{w['planning']}": planning,
            f"{w['planning']}-token": planning,
            f"svc-{w['builds']}": ("builds", (w["builds_ip"],)),
            f"{w['reports']}-robot": ("reports", (w["reports_ip"],)),
            w["assistant_user"].lower(): ("assistant", (w["assistant_ip"], w["renewals_ip"])),
            self.folder.one.integration: ("assistant", (w["assistant_ip"], w["renewals_ip"])),
            "svc-support": ("support", (w["support_ip"],)),
        }

    # --- what programs do elsewhere --------------------------------------------------------------

    @cached_property
    def groups(self) -> list[list[LoggedLine]]:
        """What programs do elsewhere, by address, split at pauses of an hour."""
        by_address: dict[str, list[LoggedLine]] = {}
        for line in self.folder.lines:
            home = self.homes.get(line.who)
            if home and line.address and line.address not in home[1]:
                by_address.setdefault(line.address, []).append(line)
        return [group for some in by_address.values() for group in bursts(some)]

    @cached_property
    def odd(self) -> list[list[LoggedLine]]:
        """The groups that no ticket explains, and nobody who runs the programs."""
        left = [group for group in self.groups if not self.ticket_of(group)]
        return [one for one in left if self.who_runs(one) != {"support"} and not self.told(one)]

    def programs_elsewhere(self) -> int:
        """Return how many programs' accounts are used elsewhere without anybody's knowledge.

        A token alone is not counted, for programs share it.
        """
        token = f"{self.folder.one.words['planning']}-token"
        used = {one.who for group in self.odd for one in group} - {token}
        return len({self.homes[who][0] for who in used} - {"support"})

    @cached_property
    def tickets(self) -> list[Ticket]:
        """The tickets of the folder."""
        return self.folder.table("changes.csv")

    def ticket_of(self, group: Sequence[LoggedLine]) -> Ticket | None:
        """Return the ticket that explains a group of lines.

        It is by one of the programs, open then, and for the same host if it names one.
        """
        names = {self.folder.one.known_as(line.who) for line in group}
        first, last = group[0].time, group[-1].time
        return next(
            (
                row
                for row in self.tickets
                if row["by"].lower() in names
                and row["host"] in ("", group[0].address)
                and seconds(row["from"]) - HOUR <= first
                and last <= seconds(row["to"]) + HOUR
            ),
            None,
        )

    def who_runs(self, group: Sequence[LoggedLine]) -> set[str]:
        """Return who runs the programs of a group."""
        return {self.homes[line.who][0] for line in group}

    def is_planning(self, line: LoggedLine) -> bool:
        """Return whether a line is by the planning connector's account or token."""
        return self.homes[line.who][0] == "planning"

    def told(self, group: Sequence[LoggedLine]) -> str:
        """Return who admits an act and forgot the ticket; an empty text if nobody does."""
        day, address = iso(int(group[0].time))[:10], group[0].address
        for program in sorted(self.who_runs(group) - {"support"}):
            for told_day, hosts in WITHOUT.findall(self.ask(f"owner:{program}")):
                if told_day == day and address in hosts:
                    return f"owner:{program}"
        return ""

    # --- on their own hosts ----------------------------------------------------------------------

    def at_home(self, lines: Sequence[LoggedLine]) -> list[LoggedLine]:
        """Return what is done on a program's own host, and is more than at any other time of the
        month.
        """
        first, last = _span(lines)
        by_kind: dict[tuple[str, str], list[LoggedLine]] = {}
        for line in self.folder.lines:
            home = self.homes.get(line.who)
            if home and line.address in home[1]:
                by_kind.setdefault((line.who, line.action), []).append(line)
        found = []
        for (_, action), some in by_kind.items():
            rows = [one for one in bursts(some, IN_A_ROW) if not self.ticket_of(one)]
            *_, second, _ = [0, 0, *sorted(map(len, rows))]
            seldom = action in SELDOM or action.startswith("BulkApi2")
            least = 1 if seldom else max(MANY_AT_HOME, OUTLIER * second)
            for row in rows:
                if first <= row[0].time and row[-1].time <= last and len(row) >= least:
                    found += row
        return found

    # --- people ----------------------------------------------------------------------------------

    def of_people(self, lines: Sequence[LoggedLine]) -> list[LoggedLine]:
        """Return the lines in the name of people who say that they were deceived, from elsewhere.

        Where a recording was sent, what the support desk did from there is among them.
        """
        first, last = _span(lines)
        began = {(one.who, one.address) for one in self.folder.lines if one.action == BEGINS}
        trips = self.folder.table("travel.csv")
        staff = {row["account"] for row in self.folder.table("roster.csv")}
        away: dict[str, list[LoggedLine]] = {}
        for line in self.folder.lines:
            if line.who not in staff or not first <= line.time <= last:
                continue
            usual = line.address in self.folder.usual[line.who]
            if line.action == ALLOWED or not usual and not any(_on_trip(t, line) for t in trips):
                away.setdefault(line.who, []).append(line)
        addresses = {line.address for line in lines}
        elsewhere = (one for group in self.odd for one in group if self.is_planning(one))
        entered = min((one.time for one in elsewhere), default=first)
        points = {
            who: self.suspicion(some, addresses, began, entered) for who, some in away.items()
        }
        order = sorted((who for who in away if points[who]), key=lambda who: (-points[who], who))
        found: list[LoggedLine] = []
        for who in order[:MOST_ASKED]:
            said = self.ask(f"person:{who}")
            if not any(words in said for words in TAKEN_IN):
                continue
            allowed = TAKEN_IN[2] in said
            found += [
                one
                for one in away[who]
                if one.address in addresses
                or (one.who, one.address) not in began
                or (allowed and one.action == ALLOWED)
            ]
            if TAKEN_IN[0] in said:
                found += self.support(min(one.time for one in away[who]))
            break
        return found

    def suspicion(
        self,
        lines: Sequence[LoggedLine],
        addresses: set[str],
        began: set[tuple[str, str]],
        entered: float,
    ) -> int:
        """Return how much somebody's lines from elsewhere look like those of another person.

        The lines are those of the day before a program's account was first used, in a session that
        did not begin there.
        """
        allowed = {one.address for one in lines if one.action == ALLOWED}
        near = [
            one
            for one in lines
            if 0 < entered - one.time < DAY
            and one.action != ALLOWED
            and one.address not in allowed
            and (one.who, one.address) not in began
        ]
        actions = Counter(one.action for one in near)
        searches = sum(count for action, count in actions.items() if "search" in action)
        signs = (
            3 * (actions[SECRET] > 0)
            + 2 * (actions[ADDED] > 0)
            + 3 * (searches >= SEARCHES)
            + 4 * bool(allowed and actions["activity"])
            + 3 * any(one.address in addresses for one in near)
        )
        return bool(near) + signs + 4 * (lines[0].who in self.folder.brief)

    def support(self, before: float) -> list[LoggedLine]:
        """Return what the support desk did elsewhere without a ticket, in the days before."""
        groups = [one for one in self.groups if self.who_runs(one) == {"support"}]
        near = [one for one in groups if 0 <= before - one[0].time < LOOK_BACK]
        return [line for one in near if not self.ticket_of(one) for line in one]

    # --- what is harmless ------------------------------------------------------------------------

    def harmless(self, lines: Sequence[LoggedLine], most: int) -> Iterator[Claimed]:
        """Yield up to `most` harmless things of different kinds that a ticket explains."""
        cited, kinds = {line.id for line in lines}, set[str]()
        for group in sorted(self.groups, key=len, reverse=True):
            row, own = self.ticket_of(group), [one for one in group if one.id not in cited]
            if row and own and row["what"] not in kinds and len(kinds) < most:
                kinds.add(row["what"])
                who = account_of(self.folder, own[0])
                same = tuple(one.id for one in own if one.who == own[0].who)[:50]
                yield Claimed(HARMLESS, who, same, 90, row["id"])


def _span(lines: Sequence[LoggedLine]) -> tuple[float, float]:
    times = [line.time for line in lines]
    return min(times) - LOOK_BACK, max(times) + LOOK_BACK


def _on_trip(row: dict[str, str], line: LoggedLine) -> bool:
    return row["account"] == line.who and seconds(row["from"]) <= line.time <= seconds(row["to"])


# --- rules ---------------------------------------------------------------------------------------


def honest_rules(folder: Folder) -> tuple[str, ...]:
    """Return rules that somebody could write after reading the folder.

    They are about the programs of estate.md where they do not work, and on their own hosts more
    than they ever do there in an hour of this month.
    """
    w = folder.one.words
    planning, builds = f"svc-{w['planning']}", f"svc-{w['builds']}"
    rows = (
        (planning, w["planning_ip"], "jira", "Issue viewed"),
        (planning, w["planning_ip"], "confluence", "Page viewed"),
        (builds, w["builds_ip"], "bitbucket", "Repository accessed by user"),
        (builds, w["builds_ip"], "bitbucket", "Repository archive"),
    )
    return (
        *programs_elsewhere(folder.one),
        *(in_a_burst(folder, *row) for row in rows),
        rule(
            "A program makes an account",
            "jira",
            [f"author.name: {planning}", "auditType.action: User created"],
        ),
        rule(
            "A second key",
            "cloudtrail",
            [f"userIdentity.userName: {w['reports']}-robot", "eventName: CreateAccessKey"],
        ),
        rule(
            "The assistant exports",
            "salesforce_event_log",
            [f"USER_ID: {w['assistant_user']}", "EVENT_TYPE: BulkApi2"],
        ),
    )


def in_a_burst(folder: Folder, who: str, home: str, source: str, action: str) -> str:
    """Return a rule for more acts in an hour than a program makes at home in nine hours of ten."""
    hours = Counter(
        int(line.time // HOUR)
        for line in folder.lines
        if line.who == who
        and line.address == home
        and line.source == source
        and line.action.startswith(action)
    )
    usual = sorted(hours.values())[len(hours) * 9 // 10 - 1] if len(hours) > 1 else 1
    title = f"{action} by {who} in a burst"
    base = rule(
        title + ", each", source, [f"author.name: {who}", f"auditType.action|startswith: {action}"]
    )
    name = re.sub("[^a-z]+", "_", title.lower())
    first = base.replace("level: high", "level: low").replace(
        "logsource:", f"name: {name}\nlogsource:", 1
    )
    whole = rule(title, source, ["x: y"]).split("logsource:")[0]
    return (
        first
        + "---\n"
        + whole
        + f"""correlation:
    type: event_count
    rules: [{name}]
    group-by: [author.name]
    timespan: 1h
    condition: {{gte: {max(LEAST, 2 * usual)}}}
level: high
"""
    )


LEAST = 12  # acts in an hour that are a burst


# --- controls ------------------------------------------------------------------------------------

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
    """Return the control that fewest intruders get round, for each of the most frequent ways in.

    Both are from the tables in estate.md.
    """
    often = sorted(one.elsewhere, key=lambda way: -one.elsewhere[way])
    rarest = [min(one.habits[way], key=lambda name: one.habits[way][name]) for way in often]
    answers = dict.fromkeys(AGAINST[name] for name in rarest)
    return tuple(name for name in answers if name != one.control)[:3]
