"""Run a live exercise: teams that each defend their own company, and the log of all that was done.

The state is the log, played again: whatever a team, an instructor or a person at the intruder's
console does is a line with its second, and nothing else changes anything.
"""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import ip_address
from typing import Any, NamedTuple

from labutils.hunt.engine import Hit
from labutils.lab import iso
from labutils.live import look_ups
from labutils.live.company import MINUTE, LiveCompany, LiveEvent, delay, scaled
from labutils.live.containment import CannotDo, Containment, LiveAct
from labutils.live.containment import checked as checked_act
from labutils.live.drawing import draw
from labutils.live.intruder import LiveIntruder, LiveRequest, Nudge
from labutils.live.look_ups import LookUp
from labutils.live.sharing import (
    CERTAINTIES,
    LONGEST_NAME,
    LONGEST_WORD,
    MOST_SEARCHES,
    MOST_SUSPICIONS,
    Happened,
    Refusals,
    Suspicion,
    host_of,
)
from labutils.live.watching import MOST_OWN, RuleWatch, ShelfRule, own_rule, shelf
from labutils.text import counted, shown

MOST_TEAMS, MOST_MINUTES = 12, 1440
MOST_EVENTS, MOST_REPORTS, MOST_ACTS, MOST_LOOK_UPS = 50, 60, 1500, 80
STOPPED = 60 * MINUTE  # seconds, in which a story that was stopped goes no further
LONGEST_NOTE, LONGEST_KEY = 500, 64  # characters
MOST_KEPT = 48  # searches of a team whose results are kept
ON_DUTY = (
    "You are on duty. Below are the logs of the last day. If somebody breaks in, it will be after "
    "the clock has started."
)
COLOURS = (
    "blue",
    "orange",
    "green",
    "purple",
    "brown",
    "teal",
    "olive",
    "pink",
    "grey",
    "navy",
    "maroon",
    "black",
)

MOST_REST = 60  # minutes for which a person's intruder lies low at once
CHOICES = {  # of a person at the intruder's console, and what came of one
    "begin": "begun",
    "prepare": "next",
    "take-back": "taken back",
    "stop": "stopped",
    "lie-low": "lies low",
    "wake": "goes on",
    "move": "another address",
    "read-again": "reads the secrets again",
    "return": "looks for another way in",
}
OF_A_STEP = ("begin", "prepare", "take-back")

LogRow = dict[str, Any]


@dataclass(frozen=True)
class Settings:
    """The settings of an exercise.

    `minutes` are minutes of the company's clock, which runs `speed` times as fast as the one on the
    wall; `case`: in the place of a drawn incident.
    """

    seed: str
    teams: int = 4
    minutes: int = 240
    speed: float = 4.0
    case: str = ""
    by_person: bool = False


class Arrived(NamedTuple):
    """A line in the stream of a team, with its id there."""

    id: str
    event: LiveEvent


@dataclass(frozen=True)
class TeamReport:
    """A report of a team: whose account or token somebody else uses.

    It has the lines that show it; `at` is in seconds since 1970.
    """

    at: int
    who: str
    events: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True)
class Message:
    """A message to a team; `at` is in seconds since 1970."""

    at: int
    text: str


@dataclass(eq=False)
class Team:
    """A team, its company and its intruder.

    `stream`: the lines that it has seen, in the order of their arrival; `shut_out`: requests of
    people who work here, that its acts refused.
    """

    number: int
    company: LiveCompany
    by_person: bool = False
    stream: list[Arrived] = field(default_factory=list)
    shut_out: list[LiveEvent] = field(default_factory=list)
    reports: list[TeamReport] = field(default_factory=list)
    statements: list[Message] = field(default_factory=list)
    questions: list[LookUp] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)  # of forms that were sent before
    own_rules: dict[str, ShelfRule] = field(default_factory=dict)
    watch: RuleWatch = field(default_factory=RuleWatch)
    did: list[LiveEvent] = field(default_factory=list)  # by anybody, recorded or not

    def __post_init__(self) -> None:
        self.containment = Containment(self.company)
        self.intruder = LiveIntruder(self.company, self.containment, self.by_person)
        self.places: dict[str, int] = {}  # of the stream, by id
        self.counts: dict[str, int] = {}  # of lines, by source
        self.actors: set[str] = set()  # who acted, in the lines of the stream
        self.ordinary = 0  # lines of the company that were looked at
        self.of_intruder = 0
        self.arriving: list[tuple[int, int, LiveEvent]] = []
        self.stopped: dict[str, tuple[int, LiveAct]] = {}  # harmless stories, by name
        self.shut_out_by: dict[LiveAct, int] = {}  # requests of colleagues, by the act
        self.feed: list[Happened] = []
        self.refusals = Refusals()
        self.suspicions: dict[int, Suspicion] = {}  # by number
        self.suspected = 0  # suspicions so far: the number of one that was removed is not reused
        self.searches: dict[str, str] = {}  # words that are shared, and by whom
        self.flags: dict[str, str] = {}  # the title of a rule that found it, by line
        self._alerted: set[tuple[str, str]] = set()  # rule and account that the feed has told
        self._of_tried = 0  # requests of the intruder that were looked at
        self._refused: list[tuple[int, int, LiveAct, str, str]] = []  # of the intruder, to be told
        self._results: dict[str, tuple[list[int], int]] = {}  # places, and how far was searched

    @property
    def colour(self) -> str:
        """The team's name on the wall, beside its number."""
        return COLOURS[self.number - 1]

    # --- time passes -----------------------------------------------------------------------------

    def advance(self, time: int) -> None:
        """Do everything that happens and arrives up to a moment (seconds since 1970).

        An answer is about what had arrived when it was given, however long nobody looked.
        """
        for question in self.questions:
            if question.answer is None and question.due <= time:
                self._advance(question.due)
                question.answer = look_ups.answer(
                    self.company, question.kind, question.word, self.did, question.due
                )
                told = f"{question.kind} {question.word}: {question.answer}"
                self.tell(question.due, "answer", told)
        self._advance(time)

    def _advance(self, time: int) -> None:
        self.intruder.run(time)
        for event in self.intruder.lines[self.of_intruder :]:
            self.of_intruder += 1
            self.did.append(event)
            if self.containment.records(event):
                heapq.heappush(self.arriving, (event.arrives, self.of_intruder, event))
        self._notice_refusals()
        for event in self._arrived(time):
            self.counts[event.source] = self.counts.get(event.source, 0) + 1
            name = f"{event.source}:{self.counts[event.source]}"
            self.places[name] = len(self.stream)
            self.actors.add(event.who)
            self.stream.append(Arrived(name, event))
        self._tell_refusals(time)

    def _arrived(self, time: int) -> Iterator[LiveEvent]:
        """The lines that come up to a moment, in the order of their arrival."""
        every = self.company.ordinary
        while True:
            ordinary = every[self.ordinary] if self.ordinary < len(every) else None
            theirs = self.arriving[0][0] if self.arriving else None
            first = theirs is not None and (ordinary is None or theirs < ordinary.arrives)
            if first and theirs is not None and theirs <= time:
                yield heapq.heappop(self.arriving)[2]
                continue
            if ordinary is None or ordinary.arrives > time:
                return
            self.ordinary += 1
            event: LiveEvent | None = ordinary
            if act := self._shut_by(ordinary):
                self.shut_out.append(ordinary)
                self.shut_out_by[act] = self.shut_out_by.get(act, 0) + 1
                self._tell_refusals(ordinary.arrives)
                self._hold(ordinary.arrives, act, ordinary.who, host_of(ordinary))
                event = ordinary.refused if act.kind != "block" else None
            elif ordinary.twin:
                self.did.append(ordinary)
            if event is not None and self.containment.records(event):
                yield event

    def _shut_by(self, event: LiveEvent) -> LiveAct | None:
        """The act that refuses what a colleague does. Who was stopped at the gateway does not get
        on behind it."""
        act = self.containment.shuts_out(event)
        if not event.twin:
            return act
        if act is not None:
            self.stopped[event.twin] = (event.at, act)
            return act
        at, earlier = self.stopped.get(event.twin, (0, None))
        return earlier if event.at - at < STOPPED else None

    def look(self) -> list[Hit]:
        """Return the hits of the switched-on rules in lines that came since the last look.

        The first of today's hits for a rule and an account goes to the feed.
        """
        hits = self.watch.look([(one.id, one.event) for one in self.stream])
        for hit in hits:
            for name in hit.event_ids:
                event = self.line(name)
                self.flags[name] = hit.title
                if event is None or event.at < self.company.start:
                    continue
                if (hit.title, event.who) not in self._alerted:
                    self._alerted.add((hit.title, event.who))
                    self.tell(event.arrives, "alert", f"{hit.title}: {event.who}", line=name)
        return hits

    # --- what a team is told ---------------------------------------------------------------------

    def tell(self, at: int, kind: str, text: str, by: str = "", line: str = "") -> None:
        """Add a row to the feed."""
        self.feed.append(Happened(at, kind, text, by, line))

    def send(self, message: Message) -> None:
        """Deliver a message to the team."""
        self.messages.append(message)
        self.tell(message.at, "message", message.text)

    def _hold(self, at: int, act: LiveAct, who: str, host: str) -> None:
        """Tell that a door held, whoever was in front of it."""
        happened = self.refusals.note(at, act.kind, act.what, who, host)
        if happened is not None:
            self.feed.append(happened)

    def _notice_refusals(self) -> None:
        """Line up what the team's acts refused the intruder, to be told when a line would come."""
        for one in self.intruder.tried[self._of_tried :]:
            self._of_tried += 1
            if one.by_team and (act := self._act_against(one)) is not None:
                estate = self.company.case.estate
                service, held = (
                    estate.services[one.scope.partition(":")[0]],
                    estate.credentials[one.using],
                )
                log = service.audit_by_kind.get(held.kind, service.audit)
                arrives, who = one.at + delay(log, self.company.minutes), self._called(one)
                heapq.heappush(self._refused, (arrives, self._of_tried, act, who, one.address))

    def _tell_refusals(self, time: int) -> None:
        while self._refused and self._refused[0][0] <= time:
            arrives, _, act, who, host = heapq.heappop(self._refused)
            self._hold(arrives, act, who, host)

    def _called(self, request: LiveRequest) -> str:
        """What a line calls whoever used a credential: a token by its name, else the account."""
        held = self.company.case.estate.credentials[request.using]
        name = self.company.name_of(held)
        row = self.company.listed.get(name)
        is_token = row is not None and row.kind == "service-token"
        return (name if is_token else self.company.account_of(held)).lower()

    def _act_against(self, request: LiveRequest) -> LiveAct | None:
        """The team's act that refused a request of the intruder."""
        held = self.company.case.estate.credentials[request.using]
        names = (self.company.name_of(held), self.company.account_of(held))
        earlier = [act for act in reversed(self.containment.acts) if act.at <= request.at]
        address = ip_address(request.address)
        if self.containment.is_blocked(request.address, request.at):
            return next(a for a in earlier if a.kind == "block" and address in a.network)
        return next(
            (a for a in earlier if a.kind in ("revoke", "disable", "bind") and a.what in names),
            None,
        )

    # --- what a team may ask of its stream -------------------------------------------------------

    @property
    def intruders_lines(self) -> set[str]:
        """The ids of the intruder's lines that have arrived."""
        return {one.id for one in self.stream if one.event.step}

    def line(self, name: str) -> LiveEvent | None:
        """Return a line that has arrived, by its id."""
        place = self.places.get(name)
        return None if place is None else self.stream[place].event

    def search(self, words: str, most: int = 100) -> list[Arrived]:
        """Return the lines with all of these words, the newest first.

        Lines with a word that begins with a minus are left out.
        """
        return [self.stream[place] for place in self.matching(words)[: -most - 1 : -1]]

    def matching(self, words: str) -> list[int]:
        """Return the places of the lines that a search finds, in the order of their arrival.

        Only what came since the same search was last made is looked at: pages ask every second.
        """
        places, searched = self._results.pop(words, ([], 0))
        wanted = [word for word in words.lower().split() if not word.startswith("-")]
        unwanted = [word[1:] for word in words.lower().split() if len(word) > 1 and word[0] == "-"]
        for place in range(searched, len(self.stream)):
            text = self.stream[place].event.lowered
            if all(word in text for word in wanted) and not any(w in text for w in unwanted):
                places.append(place)
        self._results[words] = (places, len(self.stream))
        if len(self._results) > MOST_KEPT:
            del self._results[next(iter(self._results))]
        return places


class LiveExercise:
    """An exercise with its teams and its log; see the module.

    `seconds`: of the company's clock, since the beginning; `rows`: the log.
    """

    def __init__(self, settings: Settings):
        if not 1 <= settings.teams <= MOST_TEAMS:
            raise CannotDo(f"There can be 1 to {MOST_TEAMS} teams.")
        if not 30 <= settings.minutes <= MOST_MINUTES:
            raise CannotDo(
                f"An exercise has 30 to {MOST_MINUTES:,} minutes of the company's clock."
            )
        self.settings = settings
        self.company = draw(settings.seed, settings.minutes, settings.case)
        self.teams = [
            Team(number, self.company, settings.by_person)
            for number in range(1, settings.teams + 1)
        ]
        self.seconds, self.rows = 0, list[LogRow]()
        self.keys = set[str]()  # of the forms of an instructor or an intruder that were sent before
        self.paused = self.ended = self.hinted = False
        for team in self.teams:
            team.advance(self.company.start)
            team.tell(self.company.start, "message", ON_DUTY)

    # --- time ------------------------------------------------------------------------------------

    @property
    def now(self) -> int:
        """The company's clock, in seconds since 1970."""
        return self.company.start + self.seconds

    @property
    def length(self) -> int:
        """The length of the exercise, in seconds of the company's clock."""
        return MINUTE * self.settings.minutes

    @property
    def is_over(self) -> bool:
        """Whether the exercise is over and accepts no more acts."""
        return self.ended or self.seconds >= self.length

    def advance(self, seconds: int) -> None:
        """Let time pass, up to this many seconds after the beginning."""
        until = min(seconds, self.length)
        if self.ended or until < self.seconds:
            return
        quarter = self.length // 4
        if not self.hinted and until >= quarter:
            self._pass(quarter)
            self.hinted = True
            for team in self.teams:
                self._symptom(team)
        self._pass(until)

    def _pass(self, until: int) -> None:
        self.seconds = max(self.seconds, until)
        for team in self.teams:
            team.advance(self.now)

    # --- the log ---------------------------------------------------------------------------------

    def perform(self, row: LogRow) -> str:
        """Do what a line of the log says, now; note it, and return a sentence on the result.

        Raises CannotDo: then nothing was done.
        """
        does = _DOES.get(str(row.get("do")))
        if does is None:
            raise CannotDo(f"There is nothing called {shown(str(row.get('do')), 40)} to do.")
        if self.is_over and row["do"] != "end":
            raise CannotDo("The exercise is over.")
        noted = {"t": self.seconds, **row}
        team = self._team_of(row)
        if self.paused and row["do"] in ("act", "ask", "report", "intrude"):
            raise CannotDo("The clock is stopped. Wait until it goes on.")
        key = str(row.get("key", ""))[:LONGEST_KEY]
        keys = team.keys if team is not None else self.keys
        if key and key in keys:
            return "That was done already."
        sentence = does(self, team, noted)
        if key:
            keys.add(key)
        if team is not None and row["do"] in _TOLD:
            kind, told = _TOLD[row["do"]]
            team.tell(self.now, kind, told.format(sentence, **noted), _name(noted))
        self.rows.append(noted)
        return sentence

    def replay(self, rows: Iterable[LogRow]) -> list[tuple[LogRow, str]]:
        """Play a log again; return the rows that this version cannot do, each with the reason."""
        refused = []
        for row in rows:
            try:
                self.advance(int(row["t"]))
                self.perform({name: value for name, value in row.items() if name != "t"})
            except (CannotDo, KeyError, TypeError, ValueError, OverflowError) as error:
                reason = str(error) if isinstance(error, CannotDo) else "A field is missing."
                refused.append((row, reason))
        return refused

    def _team_of(self, row: LogRow) -> Team | None:
        number = row.get("team", 0)
        if number == 0:
            return None
        if not isinstance(number, int) or not 1 <= number <= len(self.teams):
            raise CannotDo("There is no such team.")
        return self.teams[number - 1]

    # --- what a team does ------------------------------------------------------------------------

    def _act(self, team: Team | None, row: LogRow) -> str:
        team = _a_team(team)
        if len(team.containment.acts) >= MOST_ACTS:
            raise CannotDo(f"A team may act {MOST_ACTS:,} times.")
        act: LiveAct = checked_act(self.company, str(row["kind"]), str(row["what"]), self.now)
        row["what"] = act.what
        if not team.containment.add(act):
            raise CannotDo(f"{act.kind} {act.what} changes nothing: that is already so.")
        return f"{iso(self.now)[11:16]} {act.kind} {act.what}: done."

    def _ask(self, team: Team | None, row: LogRow) -> str:
        team = _a_team(team)
        if len(team.questions) >= MOST_LOOK_UPS:
            raise CannotDo(f"A team may look up {MOST_LOOK_UPS} things.")
        kind, word = look_ups.checked(self.company, str(row["kind"]), str(row["word"]))
        row["word"] = word
        free = max([self.now, *(question.due for question in team.questions)])
        due = free + scaled(look_ups.minutes(kind), self.settings.minutes)
        team.questions.append(LookUp(kind, word, self.now, due))
        return f"The answer comes at {iso(due)[11:16]}."

    def _report(self, team: Team | None, row: LogRow) -> str:
        team = _a_team(team)
        if len(team.reports) >= MOST_REPORTS:
            raise CannotDo(f"A team may report {MOST_REPORTS} times.")
        who, events = str(row["who"]).strip(), list(dict.fromkeys(map(str, row["events"])))
        who = self.company.account_behind(who) if who.lower() in self.company.names else who
        known = who.lower() in team.actors or who in self.company.accounts
        if not known and who not in self.company.listed:
            raise CannotDo(
                f"{shown(who, 60)!r} is neither an account nor a credential of the inventory."
            )
        if not 1 <= len(events) <= MOST_EVENTS:
            raise CannotDo(f"A report names 1 to {MOST_EVENTS} lines, such as okta:120.")
        if strangers := [name for name in events if team.line(name) is None]:
            raise CannotDo(f"There is no line {shown(strangers[0], 60)} in your stream.")
        if any((one.who, one.events) == (who, tuple(events)) for one in team.reports):
            raise CannotDo(f"Your team has already reported {shown(who, 60)} with these lines.")
        note = str(row.get("note", ""))[:LONGEST_NOTE]
        row.update(who=who, events=events, note=note)
        team.reports.append(TeamReport(self.now, who, tuple(events), note))
        return f"Your report about {who} is recorded, with {counted(len(events), 'line')}."

    def _rule(self, team: Team | None, row: LogRow) -> str:
        team, name, on = _a_team(team), str(row["rule"]), bool(row["on"])
        known = self.rules | team.own_rules
        if name not in known:
            raise CannotDo(f"There is no rule called {shown(name, 80)}.")
        if on == (name in team.watch.rules):
            raise CannotDo(f"{known[name].title} is {'on' if on else 'off'} already.")
        rules = {key: rule for key, rule in team.watch.rules.items() if key != name}
        team.watch.switch(rules | ({name: known[name]} if on else {}))
        if not on:
            return f"{known[name].title} is off."
        return self._first_look(team, known[name])

    def _first_look(self, team: Team, rule: ShelfRule) -> str:
        """What a rule finds in what is there already."""
        hits = [hit for hit in team.look() if hit.title == rule.title]
        lines = {name for hit in hits for name in hit.event_ids}
        events = (team.line(name) for name in lines)
        before = sum(one is not None and one.at < self.company.start for one in events)
        return (
            f"{shown(rule.title, 80)} is on. Lines that it finds so far: {len(lines)}; from the "
            f"day before: {before}."
        )

    def _own_rule(self, team: Team | None, row: LogRow) -> str:
        team = _a_team(team)
        if len(team.own_rules) >= MOST_OWN:
            raise CannotDo(f"A team may write {MOST_OWN} rules.")
        rule = own_rule(str(row["text"]))
        if rule.id in team.own_rules or rule.id in self.rules:
            raise CannotDo(
                f"There is already a rule with the title {shown(rule.title, 80)} already."
            )
        team.own_rules[rule.id] = rule
        team.watch.switch(team.watch.rules | {rule.id: rule})
        return self._first_look(team, rule)

    def _say(self, team: Team | None, row: LogRow) -> str:
        """A sentence for the instructor: about no account, and worth no points."""
        team, text = _a_team(team), str(row.get("text", "")).strip()[:LONGEST_NOTE]
        if not text:
            raise CannotDo("A statement has at least one word.")
        if len(team.statements) >= MOST_REPORTS:
            raise CannotDo(f"A team may say {MOST_REPORTS} things.")
        row["text"] = text
        team.statements.append(Message(self.now, text))
        return "Your instructor can read it."

    def _suspect(self, team: Team | None, row: LogRow) -> str:
        """Put a suspicion on the team's board, or change it, also while the clock stands still.

        What is about an account that is there already is added to it. A line says of itself whose
        it is, and from where.
        """
        team, by = _a_team(team), _name(row)
        who, host = (str(row.get(key) or "").strip()[:LONGEST_WORD] for key in ("who", "host"))
        lines = [str(one) for one in row.get("lines") or ()]
        if strangers := [name for name in lines if team.line(name) is None]:
            raise CannotDo(f"There is no line {shown(strangers[0], 60)} in your stream.")
        event = team.line(lines[0]) if lines else None
        if event is not None and not who and not row.get("number"):
            who, host = event.who, host or host_of(event)
        certainty = str(row.get("certainty") or "")
        if certainty and certainty not in CERTAINTIES:
            raise CannotDo(f"A suspicion is {', '.join(CERTAINTIES[:-1])} or {CERTAINTIES[-1]}.")
        one = self._suspicion(team, row, who)
        if row.get("remove"):
            return self._remove(team, one, by)
        if one is None:
            team.suspected += 1
            one = team.suspicions[team.suspected] = Suspicion(team.suspected, who, self.now, by=by)
            team.tell(self.now, "board", f"suspects {who}", by)
        one.add(lines, host, str(row.get("note") or "").strip()[:LONGEST_NOTE])
        if certainty and certainty != one.certainty:
            one.certainty = certainty
            team.tell(self.now, "board", f"{one.who}: {certainty}", by)
        row.update(who=one.who, host=host, lines=lines)
        return f"{shown(one.who, 60)} is on the board: {one.certainty}."

    def _remove(self, team: Team, one: Suspicion | None, by: str) -> str:
        """Take a suspicion off the board, in two steps: nothing goes by one slip."""
        if one is None or one.certainty != "cleared":
            raise CannotDo("Only a suspicion that was cleared can be removed from the board.")
        del team.suspicions[one.number]
        team.tell(self.now, "board", f"{one.who}: removed", by)
        return f"{shown(one.who, 60)} is no longer on the board."

    def _suspicion(self, team: Team, row: LogRow, who: str) -> Suspicion | None:
        """The suspicion that a row is about, by its number or its account; None for a new one."""
        number = row.get("number")
        if number:
            if not isinstance(number, int) or number not in team.suspicions:
                raise CannotDo(f"There is no suspicion {shown(str(number), 20)} on your board.")
            return team.suspicions[number]
        if not who:
            raise CannotDo("A suspicion names an account or a credential.")
        same = (one for one in team.suspicions.values() if one.who.lower() == who.lower())
        one = next(same, None)
        if one is None and len(team.suspicions) >= MOST_SUSPICIONS:
            raise CannotDo(f"The board holds {MOST_SUSPICIONS} suspicions; clear and remove one.")
        return one

    def _share(self, team: Team | None, row: LogRow) -> str:
        """Share a search with the team, or take it away."""
        team, words = _a_team(team), " ".join(str(row.get("words") or "").split())[:LONGEST_WORD]
        if not words:
            raise CannotDo("Type what to search for, then share it.")
        row["words"] = words
        team.searches.pop(words, None)
        if row.get("off"):
            return f"{shown(words, 60)} is no longer shared."
        team.searches[words] = _name(row)
        for oldest in list(team.searches)[:-MOST_SEARCHES]:
            del team.searches[oldest]
        return f"{shown(words, 60)} is shared with your team."

    # --- what an instructor does -----------------------------------------------------------------

    def _inject(self, team: Team | None, row: LogRow) -> str:
        kind, concerned = str(row["kind"]), [team] if team else self.teams
        if kind == "message":
            text = str(row.get("text", "")).strip()[:LONGEST_NOTE]
            if not text:
                raise CannotDo("A message has at least one word.")
            for one in concerned:
                one.send(Message(self.now, text))
        elif kind in _INJECTS:
            reached = sum(_INJECTS[kind](self, one) for one in concerned)
            if not reached:
                raise CannotDo(f"{kind}: nothing of the kind is there now, so nothing was done.")
            return f"{kind}: done, for {reached} of {counted(len(concerned), 'team')}."
        else:
            raise CannotDo(f"There is no inject called {shown(kind, 40)}.")
        return f"{kind}: done, for {counted(len(concerned), 'team')}."

    def _symptom(self, team: Team) -> bool:
        """A true and partial symptom of the latest thing that the intruder did; False where there
        is none that was not told."""
        steps = [self.company.steps[name] for name in team.intruder.made]
        told = {message.text for message in team.messages}
        fresh = [f"The help desk writes: {step.symptom}" for step in steps if step.symptom]
        text = next((one for one in reversed(fresh) if one not in told), None)
        if text is not None:
            team.send(Message(self.now, text))
        return text is not None

    def _false_lead(self, team: Team) -> bool:
        """Something harmless that looks like the intruder, as somebody would pass it on; False
        where nothing of late does."""
        for one in self._harmless_of_late():
            text = (
                f"The help desk writes: {one.who} did something at {iso(one.at)[11:16]} that a "
                f"colleague finds odd. It is in the log called {one.source}."
            )
            if text not in {message.text for message in team.messages}:
                team.send(Message(self.now, text))
                return True
        return False

    def _harmless_of_late(self) -> list[LiveEvent]:
        """What looks like an intruder in every team's logs and is harmless, the newest first: never
        of an account that this intruder may use."""
        since = self.now - 4 * 60 * MINUTE
        return [
            one
            for one in reversed(self.company.ordinary)
            if one.twin and not one.costly and since < one.at and one.arrives <= self.now
            if self.company.account_behind(one.who).lower() not in self.company.of_the_story
        ]

    def _leak(self, team: Team) -> bool:
        """Another credential gets out, or one that was shut: for a team that was done early; False
        where nothing would open by it."""
        return team.intruder.nudge(Nudge("leak", self.now))

    def _hurry(self, team: Team) -> bool:
        """The intruder looks in at once."""
        return team.intruder.nudge(Nudge("hurry", self.now))

    def _pause(self, _: Team | None, __: LogRow) -> str:
        if self.paused:
            raise CannotDo("The clock is already stopped.")
        self.paused = True
        return "The clock stands still."

    def _resume(self, _: Team | None, __: LogRow) -> str:
        if not self.paused:
            raise CannotDo("The clock is running.")
        self.paused = False
        return "The clock runs."

    def _end(self, _: Team | None, __: LogRow) -> str:
        if self.is_over:
            raise CannotDo("The exercise has already ended.")
        self.ended = True
        return "The exercise is over."

    # --- what a person at the intruder's console does --------------------------------------------

    def _intrude(self, team: Team | None, row: LogRow) -> str:
        if not self.settings.by_person:
            raise CannotDo("The intruder of this exercise is seeded.")
        what, name = str(row.get("what") or "begin"), str(row.get("step") or "")
        if what not in CHOICES:
            raise CannotDo(f"An intruder cannot {shown(what, 40)}.")
        step = self.company.steps.get(name)
        if step is None and what in OF_A_STEP:
            raise CannotDo(f"There is no step called {shown(name, 60)}.")
        minutes = row.get("minutes") or 0
        if what == "lie-low" and (not isinstance(minutes, int) or not 1 <= minutes <= MOST_REST):
            raise CannotDo(f"An intruder lies low for 1 to {MOST_REST} minutes.")
        nudge = Nudge(what, self.now, name, self.now + MINUTE * minutes)
        concerned = [team] if team else self._several(row)
        if row.get("move"):  # as journals of older versions have it, beside a step
            for one in concerned:
                one.intruder.nudge(Nudge("move", self.now))
        reached = sum(one.intruder.nudge(nudge) for one in concerned)
        about = step.goal if step and what in OF_A_STEP else "intruder"
        if not reached:
            return f"{about}: that is not possible now, so nothing has changed."
        return f"{about}: {CHOICES[what]} at {counted(reached, 'company', 'companies')}."

    def _several(self, row: LogRow) -> list[Team]:
        """The teams whose numbers a row names; all of them where it names none."""
        numbers = row.get("teams") or []
        if not isinstance(numbers, list) or not set(numbers) <= {one.number for one in self.teams}:
            raise CannotDo("There is no such team.")
        return [one for one in self.teams if not numbers or one.number in numbers]

    # --- what is on the shelf --------------------------------------------------------------------

    @cached_property
    def rules(self) -> dict[str, ShelfRule]:
        """The rules that every team may switch on."""
        return shelf(self.company.case.sources)


def _a_team(team: Team | None) -> Team:
    if team is None:
        raise CannotDo("Only a team can do that.")
    return team


def _name(row: LogRow) -> str:
    """Who of the team did it, where they said so."""
    return str(row.get("by") or "").strip()[:LONGEST_NAME]


_DOES = {
    "act": LiveExercise._act,
    "ask": LiveExercise._ask,
    "report": LiveExercise._report,
    "rule": LiveExercise._rule,
    "own-rule": LiveExercise._own_rule,
    "say": LiveExercise._say,
    "suspect": LiveExercise._suspect,
    "share": LiveExercise._share,
    "inject": LiveExercise._inject,
    "pause": LiveExercise._pause,
    "resume": LiveExercise._resume,
    "end": LiveExercise._end,
    "intrude": LiveExercise._intrude,
}
OF_TEAMS = ("act", "ask", "report", "say", "rule", "own-rule", "suspect", "share")
_TOLD = {  # the feed's kind of row, and its words: {0} is the answer
    "act": ("act", "{kind} {what}"),
    "ask": ("ask", "{kind} {word}. {0}"),
    "report": ("report", "{0}"),
    "say": ("said", "to the instructor: {text}"),
    "rule": ("rule", "{0}"),
    "own-rule": ("rule", "{0}"),
}
_INJECTS = {
    "symptom": LiveExercise._symptom,
    "false-lead": LiveExercise._false_lead,
    "hurry": LiveExercise._hurry,
    "leak": LiveExercise._leak,
}
