"""Play teams without people: policies that see what a team sees, and act as a team does.

An instructor rehearses against them, and the referee is measured by them. They know the inventory,
where programs work, and their own stream; nothing else.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from labutils.capstone.lines import ADDRESSES, LoggedLine, line_of, made_by
from labutils.incident.log_format import log_format
from labutils.lab import seconds
from labutils.live.company import HOUR, MINUTE, scaled
from labutils.live.containment import MAKES, CannotDo
from labutils.live.exercise import LiveExercise, LogRow, Settings, Team
from labutils.live.referee import judge

EVERY = 3  # minutes between two looks
EASY, MEDIUM = 65, 45  # points of the best player, from which on an exercise is that
PANIC = 20  # minutes, after which somebody switches everything off


@dataclass(eq=False)
class Player:
    """A team of the exercise that a policy plays. `seen`: lines that it has looked at."""

    exercise: LiveExercise
    team: Team
    skill: str
    seen: int = 0
    next_look: int = 0  # seconds since the beginning
    odd: dict[str, list[LoggedLine]] = field(default_factory=dict)  # by account or token
    hostile: set[str] = field(default_factory=set)  # addresses
    asked: dict[str, int] = field(default_factory=dict)  # by account, the number of the question
    acted: set[str] = field(default_factory=set)
    known: dict[str, set[str]] = field(default_factory=dict)  # addresses of the day before

    def look(self) -> None:
        """Do what the policy does, if it is time to look."""
        if self.exercise.is_over or self.exercise.seconds < self.next_look:
            return
        self.next_look = self.exercise.seconds + scaled(EVERY, self.exercise.settings.minutes)
        POLICIES[self.skill](self)

    # --- what a policy may do --------------------------------------------------------------------

    def do(self, does: str, **row: object) -> bool:
        """Act, look up or report; return False if that was not possible."""
        line: LogRow = {"do": does, "team": self.team.number, **row}
        try:
            self.exercise.perform(line)
        except CannotDo:
            return False
        return True

    def once(self, kind: str, what: str) -> None:
        """Perform an act, unless it was already done."""
        if f"{kind} {what}" not in self.acted:
            self.acted.add(f"{kind} {what}")
            self.do("act", kind=kind, what=what)

    def replace(self, what: str, lines: list[LoggedLine]) -> None:
        """Replace a credential, and again if one of these lines shows that it has worked since."""
        acts = self.team.containment.acts
        before = [act.at for act in acts if (act.kind, act.what) == ("revoke", what)]
        if not before:
            self.once("revoke", what)
        elif any(line.time > before[-1] and not is_refused(line) for line in lines):
            self.do("act", kind="revoke", what=what)

    def report(self, who: str, lines: list[LoggedLine]) -> None:
        """Report once that somebody else uses an account."""
        if lines and f"report {who}" not in self.acted:
            self.acted.add(f"report {who}")
            self.do("report", who=who, events=[line.id for line in lines[:20]])

    # --- what a policy may see -------------------------------------------------------------------

    def new_lines(self) -> Iterator[LoggedLine]:
        """Yield the lines that came since the last look."""
        new = self.team.stream[self.seen :]
        self.seen = len(self.team.stream)
        for name, event in new:
            if event.source in ADDRESSES and event.at >= self.exercise.company.start:
                yield line_of(name, event.fields)

    def who(self, line: LoggedLine) -> str:
        """Return the account or token of a line, as the inventory names it."""
        return self.exercise.company.known_as(line.who)

    def programs(self) -> dict[str, str]:
        """Return the account of each program, by its own name and by those of its tokens."""
        company = self.exercise.company
        accounts = set(company.programs)
        found = {account.lower(): account for account in accounts}
        for row in company.inventory:
            if row.account in accounts and row.kind == "service-token":
                found[row.name.lower()] = row.account
        return found

    def credentials_of(self, account: str) -> list[str]:
        """Return the credentials that the inventory lists for an account."""
        return [row.name for row in self.exercise.company.inventory if row.account == account]

    def day_before(self) -> dict[str, set[str]]:
        """Return the addresses from which each program worked on the day before."""
        if not self.known:
            programs = self.programs()
            for name, event in self.team.stream:
                if event.at < self.exercise.company.start and event.source in ADDRESSES:
                    line = line_of(name, event.fields)
                    account = programs.get(self.who(line))
                    if account and line.address:
                        self.known.setdefault(account, set()).add(line.address)
        return self.known

    def find_odd(self) -> list[LoggedLine]:
        """Return the new lines of programs from unusual addresses, and keep them by account."""
        programs, places = self.programs(), self.exercise.company.places
        before = self.day_before()
        found = []
        for line in self.new_lines():
            account = programs.get(self.who(line))
            known = {*places.get(account or "", ()), *before.get(account or "", ())}
            if account and line.address and line.address not in known:
                self.odd.setdefault(account, []).append(line)
                found.append(line)
        return found

    def find_odd_or_spare(self) -> list[LoggedLine]:
        """Return the new lines of programs from any address but their usual ones."""
        programs, places = self.programs(), self.exercise.company.places
        return [
            line
            for line in self.new_lines()
            if (account := programs.get(self.who(line)))
            and line.address
            and line.address not in places.get(account, ())
        ]


# --- policies ------------------------------------------------------------------------------------


def bystander(player: Player) -> None:
    """Read, and do nothing."""
    for _ in player.new_lines():
        pass


def chases_addresses(player: Player) -> None:
    """Switch on every rule, block each address that an alert names, and accuse whoever used it."""
    if not player.team.watch.rules:
        for name in player.exercise.rules:
            player.do("rule", rule=name, on=True)
    start = player.exercise.company.start
    for hit in player.team.look():
        for name in hit.event_ids[:1]:
            event = player.team.line(name)
            if event is None or event.at < start or event.source not in ADDRESSES:
                continue
            line = line_of(name, event.fields)
            if line.address:
                player.once("block", line.address)
            player.report(player.who(line), [line])


def shuts_what_is_odd(player: Player) -> None:
    """Replace at once what a program uses from an unusual address, and ask nobody."""
    for line in player.find_odd():
        account = player.programs()[player.who(line)]
        for name in player.credentials_of(account):
            player.once("revoke", name)
        player.report(player.who(line), [line])


def stops_at_the_first(player: Player) -> None:
    """Begin when the help desk writes, deal with one program, and stop.

    It asks the owner before it believes, and replaces what that one program uses.
    """
    player.find_odd()
    if not player.team.messages or player.acted:
        return
    for account in innocent_or_not(player)[:1]:
        for name in player.credentials_of(account):
            player.once("revoke", name)
        player.report(account, player.odd[account])


def innocent_or_not(player: Player) -> list[str]:
    """Return the programs with odd acts that their owner did not announce.

    Owners who were not asked yet are asked.
    """
    hostile = []
    for account in player.odd:
        if account not in player.asked:
            player.asked[account] = len(player.team.questions)
            player.do("ask", kind="owner", word=account)
        answer = answer_of(player, account)
        if answer is not None and not all(announced(line, answer) for line in player.odd[account]):
            hostile.append(account)
    return hostile


def announced(line: LoggedLine, answer: str) -> bool:
    """Return whether an owner's announcement covers a line's time, give or take an hour."""
    return covered(line, answer, HOUR)


def contains_then_clears(player: Player) -> None:
    """Replace at once what a program used from elsewhere, then find out what else was used.

    That is soon undone. Meanwhile it reads the tickets, and lets the logs record more. What no
    ticket covers is then cleared up: everything that was used or made at the same addresses,
    people's sessions and grants too; and again, where it works there again.
    """
    for source in player.exercise.company.case.sources:
        if log_format(source).costly:
            player.once("raise", source)
    programs = player.programs()
    for line in player.find_odd():
        for name in used_by(player, line, programs):
            player.once("revoke", name)
    for address, accounts in unannounced(player).items():
        player.hostile.add(address)
        for account in sorted(accounts):
            there = [line for line in player.odd[account] if line.address == address]
            for name in player.credentials_of(account):
                player.replace(name, there)
            player.report(account, there)
    if player.hostile:
        shut_what_else(player)


def used_by(player: Player, line: LoggedLine, programs: dict[str, str]) -> list[str]:
    """Return the credentials that may have made a line: a token, or those of its account."""
    company, who = player.exercise.company, player.who(line)
    rows = [row for row in company.inventory if row.account == programs[who]]
    tokens = [row.name for row in rows if row.name.lower() == who]
    return tokens or [row.name for row in rows if row.kind != "service-token"]


def unannounced(player: Player) -> dict[str, set[str]]:
    """Return the addresses at which programs did what no ticket covers, and the accounts there.

    Addresses from which somebody goes on knocking are among them. The list of tickets is quicker
    than their owners.
    """
    by_address: dict[str, list[tuple[str, LoggedLine]]] = {}
    for account, lines in player.odd.items():
        if account not in player.asked:
            player.asked[account] = len(player.team.questions)
            player.do("ask", kind="tickets", word=account.removeprefix("svc-").split(".")[0])
        for line in lines:
            by_address.setdefault(line.address, []).append((account, line))
    hostile: dict[str, set[str]] = {}
    for address, some in by_address.items():
        accounts = {account for account, _ in some}
        answers = [answer_of(player, account) for account in accounts]
        known = [answer for answer in answers if answer is not None]
        explained = all(any(covered(line, one) for one in known) for _, line in some)
        knocks = any(still_knocks(player, line) for _, line in some)
        if knocks or (len(known) == len(answers) and not explained):
            hostile[address] = accounts
    return hostile


def answer_of(player: Player, asked: str) -> str | None:
    """Return what the team was told about an account, if an answer has come."""
    questions = player.team.questions[player.asked[asked] :]
    return questions[0].answer if questions else None


def still_knocks(player: Player, line: LoggedLine) -> bool:
    """Return whether a line is a refusal from elsewhere, long after the secret changed."""
    shut = [
        act.at
        for act in player.team.containment.acts
        if act.kind == "revoke" and act.what.lower() == player.who(line)
    ]
    return bool(is_refused(line) and shut and line.time > shut[0] + 30 * MINUTE)


def is_refused(line: LoggedLine) -> bool:
    """Return whether a line says that somebody was refused."""
    return line.action in ("0", "False") or "errorCode" in line.event


FROM_TO = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d) to (\d{4}-\d\d-\d\dT\d\d:\d\d)")


def covered(line: LoggedLine, answer: str, slack: int = 0) -> bool:
    """Return whether a ticket in an answer covers a line's time, give or take some seconds."""
    for part in re.split(r"[;\n]", answer):
        windows = [(seconds(f"{a}:00Z"), seconds(f"{b}:00Z")) for a, b in FROM_TO.findall(part)]
        its_host = " on " not in part or f"{line.address}" in part
        if its_host and any(a - slack <= line.time <= b + slack for a, b in windows):
            return True
    return False


def shut_what_else(player: Player) -> None:
    """Remove what was made at the intruder's addresses, and ask the people who were there.

    Those who say that they were not there have their sessions and grants replaced.
    """
    start, programs = player.exercise.company.start, player.programs()
    people: dict[str, list[LoggedLine]] = {}
    for name, event in player.team.stream:
        if event.at < start or event.source not in ADDRESSES:
            continue
        line = line_of(name, event.fields)
        if line.address not in player.hostile:
            continue
        who, made = player.who(line), made_by(line)
        if made.startswith(MAKES[0]):
            player.once("disable", made.removeprefix(MAKES[0]))
        elif made:
            player.once("revoke", made)
        if who not in programs:
            people.setdefault(who, []).append(line)
    for who, lines in people.items():
        shut_if_foreign(player, who, lines)


def shut_if_foreign(player: Player, who: str, lines: list[LoggedLine]) -> None:
    """Ask somebody about lines at an intruder's address, and replace what they deny having used."""
    if who not in player.asked:
        player.asked[who] = len(player.team.questions)
        player.do("ask", kind="person", word=who)
    if "know nothing about" in (answer_of(player, who) or ""):
        for what, some in by_credential(who, lines).items():
            player.replace(what, some)
        player.report(who, lines)


def by_credential(who: str, lines: list[LoggedLine]) -> dict[str, list[LoggedLine]]:
    """Return the lines of a person by what they were made with.

    That is the grant of a program that reads mail, or a session.
    """
    found: dict[str, list[LoggedLine]] = {}
    for line in lines:
        kind = "grant" if line.source == "google_workspace_token" else "session"
        found.setdefault(f"{kind} of {who}", []).append(line)
    return found


def replaces_everything(player: Player) -> None:
    """Replace and bind all that programs hold, before anything has happened, and report nothing."""
    accounts = set(player.exercise.company.programs)
    for row in player.exercise.company.inventory:
        if row.account in accounts:
            player.once("revoke", row.name)
            player.once("bind", row.name)


def blocks_the_networks(player: Player) -> None:
    """Block the networks that programs are moved to, after a while, and report nothing."""
    if player.exercise.seconds >= scaled(PANIC, player.exercise.settings.minutes):
        player.once("block", "203.0.113.0/24")


def accuses_everybody(player: Player) -> None:
    """Report every account with its first line, and do nothing else."""
    for line in player.new_lines():
        player.report(player.who(line), [line])


def switches_everything_off(player: Player) -> None:
    """Disable every account."""
    if player.exercise.seconds < scaled(PANIC, player.exercise.settings.minutes):
        return
    for account in sorted(player.exercise.company.accounts):
        player.once("disable", account)


def binds_all(player: Player) -> None:
    """Bind all that programs hold at the start, and accuse whoever is refused from elsewhere."""
    accounts = set(player.exercise.company.programs)
    for row in player.exercise.company.inventory:
        if row.account in accounts:
            player.once("bind", row.name)
    for line in player.find_odd_or_spare():
        if is_refused(line):
            player.report(player.who(line), [line])


def accuses_the_refused(player: Player) -> None:
    """Report every program that is refused anywhere, and do nothing else."""
    programs = player.programs()
    for line in player.new_lines():
        if is_refused(line) and player.who(line) in programs:
            player.report(player.who(line), [line])


def revokes_all(player: Player) -> None:
    """Replace all that programs hold at the start, and do nothing else."""
    accounts = set(player.exercise.company.programs)
    for row in player.exercise.company.inventory:
        if row.account in accounts:
            player.once("revoke", row.name)


POLICIES: dict[str, Callable[[Player], None]] = {
    "bystander": bystander,
    "stops at the first": stops_at_the_first,
    "shuts what is odd": shuts_what_is_odd,
    "contains, then clears": contains_then_clears,
    "chases addresses": chases_addresses,
    "switches everything off": switches_everything_off,
    "replaces everything": replaces_everything,
    "blocks the networks": blocks_the_networks,
    "accuses everybody": accuses_everybody,
    "binds all": binds_all,
    "accuses the refused": accuses_the_refused,
    "revokes all": revokes_all,
}
SKILLS = tuple(POLICIES)[:4]  # from the least to the most


def play(exercise: LiveExercise, skills: list[str]) -> list[Player]:
    """Play an exercise to its end, with a policy for each team."""
    players = [
        Player(exercise, team, skill) for team, skill in zip(exercise.teams, skills, strict=True)
    ]
    while not exercise.is_over:
        exercise.advance(exercise.seconds + MINUTE)
        for player in players:
            player.look()
    return players


def difficulty(points: float) -> str:
    """Return how hard an exercise is in which the best scripted player scores these points."""
    return "easy" if points >= EASY else "medium" if points >= MEDIUM else "hard"


def rated(settings: Settings) -> float:
    """Return the points that the best scripted player scores against the seeded intruder."""
    exercise = LiveExercise(replace(settings, teams=1, by_person=False))
    play(exercise, [SKILLS[-1]])
    return judge(exercise, exercise.teams[0]).total
