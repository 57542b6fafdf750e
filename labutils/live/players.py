"""Teams without people: policies that see what a team sees, and act as a team does.

An instructor rehearses against them, and the referee is measured by them. They know the inventory,
where programs work, and their own stream; nothing else.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from labutils.capstone.lines import ADDRESSES, LoggedLine, line_of, made_by
from labutils.live.company import MINUTE
from labutils.live.containment import MAKES, CannotDo
from labutils.live.exercise import Exercise, LogRow, Team
from labutils.live.look_ups import owners

EVERY = 3  # minutes between two looks
PANIC = 20  # minutes, after which somebody switches everything off


@dataclass(eq=False)
class Player:
    """A team of the exercise that a policy plays. `seen`: lines that it has looked at."""

    exercise: Exercise
    team: Team
    skill: str
    seen: int = 0
    next_look: int = 0  # seconds since the beginning
    odd: dict[str, list[LoggedLine]] = field(default_factory=dict)  # by account or token
    hostile: set[str] = field(default_factory=set)  # addresses
    asked: dict[str, int] = field(default_factory=dict)  # by account, the number of the question
    acted: set[str] = field(default_factory=set)

    def look(self) -> None:
        """Do what the policy does, if it is time to look."""
        if self.exercise.is_over or self.exercise.seconds < self.next_look:
            return
        self.next_look = self.exercise.seconds + MINUTE * EVERY
        POLICIES[self.skill](self)

    # --- what a policy may do --------------------------------------------------------------------

    def do(self, does: str, **row: object) -> bool:
        """Act, look up or report; False where that was not possible."""
        line: LogRow = {"do": does, "team": self.team.number, **row}
        try:
            self.exercise.perform(line)
        except CannotDo:
            return False
        return True

    def once(self, kind: str, what: str) -> None:
        """An act that is not done twice."""
        if f"{kind} {what}" not in self.acted:
            self.acted.add(f"{kind} {what}")
            self.do("act", kind=kind, what=what)

    def report(self, who: str, lines: list[LoggedLine]) -> None:
        """Say once of somebody that somebody else uses the account."""
        if lines and f"report {who}" not in self.acted:
            self.acted.add(f"report {who}")
            self.do("report", who=who, events=[line.id for line in lines[:20]])

    # --- what a policy may see -------------------------------------------------------------------

    def new_lines(self) -> Iterator[LoggedLine]:
        """The lines that came since the last look."""
        new = self.team.stream[self.seen :]
        self.seen = len(self.team.stream)
        for name, event in new:
            if event.source in ADDRESSES and event.at >= self.exercise.company.start:
                yield line_of(name, event.fields)

    def who(self, line: LoggedLine) -> str:
        """The account or token of a line, as the inventory has it."""
        return self.exercise.company.known_as(line.who)

    def programs(self) -> dict[str, str]:
        """The account of each program, by its own name and by those of its tokens."""
        company = self.exercise.company
        accounts = set(owners(company))
        found = {account.lower(): account for account in accounts}
        for row in company.inventory:
            if row.account in accounts and row.kind == "service-token":
                found[row.name.lower()] = row.account
        return found

    def credentials_of(self, account: str) -> list[str]:
        """What the inventory has of an account."""
        return [row.name for row in self.exercise.company.inventory if row.account == account]

    def find_odd(self) -> list[LoggedLine]:
        """The new lines of programs from where they do not work, which are kept by account."""
        programs, places = self.programs(), self.exercise.company.places
        found = []
        for line in self.new_lines():
            account = programs.get(self.who(line))
            if account and line.address and line.address not in places.get(account, ()):
                self.odd.setdefault(account, []).append(line)
                found.append(line)
        return found


# --- policies ------------------------------------------------------------------------------------


def bystander(player: Player) -> None:
    """Reads, and does nothing."""
    for _ in player.new_lines():
        pass


def chases_addresses(player: Player) -> None:
    """Switches every rule on, blocks each address that an alert names, and accuses whoever used
    it."""
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
    """Replaces what a program uses from an unusual address, at once, and asks nobody."""
    for line in player.find_odd():
        account = player.programs()[player.who(line)]
        for name in player.credentials_of(account):
            player.once("revoke", name)
        player.report(player.who(line), [line])


def thorough(player: Player) -> None:
    """Lets the logs record more, asks for tickets before it believes, then shuts everything that
    was used or made at the same addresses, and binds what can be bound."""
    for source in ("jira", "confluence", "bitbucket", "salesforce_event_log"):
        if source in player.exercise.company.case.sources:
            player.once("raise", source)
    player.find_odd()
    for account in player.odd:
        if account not in player.asked:
            player.asked[account] = len(player.team.questions)
            player.do("ask", kind="owner", word=account)
    for account, number in player.asked.items():
        if number >= len(player.team.questions):
            continue
        answer = player.team.questions[number].answer
        if answer is not None and "for today: nothing" in answer:
            player.hostile.update(line.address for line in player.odd[account])
    if player.hostile:
        shut_all(player)


def shut_all(player: Player) -> None:
    """Everything that was used or made at the intruder's addresses."""
    programs, start = player.programs(), player.exercise.company.start
    lines = [
        line_of(name, event.fields)
        for name, event in player.team.stream
        if event.at >= start and event.source in ADDRESSES
    ]
    by_who: dict[str, list[LoggedLine]] = {}
    for line in lines:
        if line.address in player.hostile:
            by_who.setdefault(player.who(line), []).append(line)
            made = made_by(line)
            if made.startswith(MAKES[0]):
                player.once("disable", made.removeprefix(MAKES[0]))
            elif made:
                player.once("revoke", made)
    for who, some in by_who.items():
        account = programs.get(who, who)
        for name in player.credentials_of(account):
            if not name.startswith("security key"):
                player.once("revoke", name)
            if who in programs:
                player.once("bind", name)
        player.report(who, some)


def replaces_everything(player: Player) -> None:
    """Replaces and binds all that programs hold, before anything has happened, and reports
    nothing."""
    accounts = set(owners(player.exercise.company))
    for row in player.exercise.company.inventory:
        if row.account in accounts:
            player.once("revoke", row.name)
            player.once("bind", row.name)


def accuses_everybody(player: Player) -> None:
    """Reports every account with the first line that it has, and does nothing else."""
    for line in player.new_lines():
        player.report(player.who(line), [line])


def switches_everything_off(player: Player) -> None:
    """Disables every account that there is, and accuses all programs."""
    if player.exercise.seconds < MINUTE * PANIC:
        return
    for account in sorted(player.exercise.company.accounts):
        player.once("disable", account)


POLICIES: dict[str, Callable[[Player], None]] = {
    "bystander": bystander,
    "chases addresses": chases_addresses,
    "shuts what is odd": shuts_what_is_odd,
    "thorough": thorough,
    "switches everything off": switches_everything_off,
    "replaces everything": replaces_everything,
    "accuses everybody": accuses_everybody,
}
SKILLS = tuple(POLICIES)[:4]  # from the least to the most


def play(exercise: Exercise, skills: list[str]) -> list[Player]:
    """Play an exercise to its end, a policy for each team."""
    players = [
        Player(exercise, team, skill) for team, skill in zip(exercise.teams, skills, strict=True)
    ]
    while not exercise.is_over:
        exercise.advance(exercise.seconds + MINUTE)
        for player in players:
            player.look()
    return players
