"""Write the wall: a feed and the teams' lanes, minute by minute; at the end the attack again.

It is read from the back row, so all type is large. Before the end it holds no name, and nothing
that only the server knows.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from labutils.live.company import MINUTE
from labutils.live.debrief import team_section, title_of
from labutils.live.exercise import LiveExercise, Team
from labutils.live.referee import judge
from labutils.live.rendering import at, clock, render
from labutils.live.retelling import GONE, retold, steps_in_order
from labutils.text import counted

LABEL = "What each team did, minute by minute of the company's clock."
WIDE, LEFT, RIGHT, TOP = 1000, 175, 36, 40  # of the lanes
ROOMY = 150  # height of a lane in which labels have room
MOST_TOLD, MOST_OF_A_TEAM = 8, 60
PUBLIC = {  # what the wall says of what happened at a team
    "act": "acts",
    "ask": "asks",
    "answer": "has an answer",
    "report": "reports",
    "said": "tells the instructor",
    "board": "works on its board",
    "alert": "has an alert",
}


class FeedEntry(NamedTuple):
    """An entry of the feed: what happened at a team in a minute (of those since 1970)."""

    minute: int
    hour: str
    team: Team
    kind: str
    says: str


def wall_page(exercise: LiveExercise) -> str:
    """Return the page that everybody may see."""
    return render("wall.html", title="The wall", parts=wall_fragments(exercise))


def wall_fragments(exercise: LiveExercise) -> dict[str, str]:
    """Return the parts of the wall that change."""
    is_over = exercise.is_over
    return {
        "clock": clock(exercise),
        "lanes": lanes(exercise),
        "feed": "" if is_over else render("wall-feed.html", entries=_entries(exercise)),
        "wall": _end(exercise) if is_over else "",
    }


def _end(exercise: LiveExercise) -> str:
    sections = [(title_of(team), team_section(exercise, team)) for team in exercise.teams]
    return render("wall-end.html", retold=retold(exercise), sections=sections)


def _entries(exercise: LiveExercise) -> list[FeedEntry]:
    """What happened last at any team; what is of one minute and kind is one entry."""
    counts: Counter[tuple[int, int, str]] = Counter(
        (one.at // MINUTE, team.number, one.kind)
        for team in exercise.teams
        for one in team.feed[-MOST_OF_A_TEAM:]
        if one.kind in PUBLIC
    )
    entries = []
    for minute, number, kind in sorted(counts, reverse=True)[:MOST_TOLD]:
        times = counts[minute, number, kind]
        says = PUBLIC[kind] + (f", {times} times" if times > 1 else "")
        entries.append(
            FeedEntry(minute, at(minute * MINUTE), exercise.teams[number - 1], kind, says)
        )
    return entries


# --- lanes ---------------------------------------------------------------------------------------


def lanes(exercise: LiveExercise) -> str:
    """Return a lane for each team over the minutes; after the end with the intruder's steps."""
    is_over, minutes = exercise.is_over, exercise.settings.minutes
    tall = max(48, min(345, (420 if is_over else 690) // len(exercise.teams)))
    height, marks = TOP + tall * len(exercise.teams) + 8, list[str]()
    for minute in range(0, minutes + 1, 30 if minutes > 90 else 10):
        x = _across(exercise, minute)
        marks.append(f'<text x="{x}" y="28" class="tick">{minute}</text>')
        marks.append(f'<line x1="{x}" x2="{x}" y1="{TOP}" y2="{height}" class="grid"/>')
    for place, team in enumerate(exercise.teams):
        lane = _Lane(exercise, team, TOP + place * tall, tall)
        marks += [*lane.ground(), *lane.work(), *lane.acts()]
        marks += lane.attack() if is_over else ()
    if not is_over:
        x = _across(exercise, exercise.seconds / MINUTE)
        marks.append(f'<line x1="{x}" x2="{x}" y1="{TOP}" y2="{height}" class="now"/>')
    return (
        f'<svg viewBox="0 0 {WIDE} {height}" role="img" aria-label="{LABEL}" class="lanes">'
        f'{"".join(marks)}</svg><p class="legend">{_legend(is_over)}</p>'
    )


def _legend(is_over: bool) -> str:
    signs = {"act": "act", "report": "report", "ask": "look-up", "work": "work refused"}
    if is_over:
        signs |= {"intruder": "the intruder", "held": "a door that held"}
    return " ".join(f'<span class="sign-{name}">{says}</span>' for name, says in signs.items())


def _across(exercise: LiveExercise, minute: float) -> float:
    """Where a minute is, across."""
    share = min(1.0, max(0.0, minute / exercise.settings.minutes))
    return round(LEFT + (WIDE - LEFT - RIGHT) * share, 1)


@dataclass(frozen=True)
class _Lane:
    """The marks of a team, from `y` down and so `tall`."""

    exercise: LiveExercise
    team: Team
    y: int
    tall: int

    def x(self, time: int) -> float:
        """Where a moment (seconds since 1970) is, across."""
        return _across(self.exercise, (time - self.exercise.company.start) / MINUTE)

    def ground(self) -> Iterator[str]:
        """Whose it is, and what it comes to so far."""
        y, tall, team = self.y, self.tall, self.team
        yield f'<rect x="0" y="{y + 3}" width="{WIDE}" height="{tall - 6}" class="ground"/>'
        yield f'<rect x="0" y="{y + 3}" width="10" height="{tall - 6}" class="of-{team.colour}"/>'
        yield f'<text x="20" y="{y + 40}" class="name">Team {team.number}</text>'
        for place, words in enumerate(self.sums()):
            yield f'<text x="20" y="{y + 76 + 32 * place}" class="sum">{words}</text>'

    def sums(self) -> list[str]:
        """What there is room to say of a team."""
        team = self.team
        if self.exercise.is_over and self.tall >= 80:
            return [f"{judge(self.exercise, team).total:.0f} points"]
        if self.exercise.is_over or self.tall < ROOMY:
            return []
        return [
            counted(len(team.containment.acts), "act"),
            counted(len(team.questions), "look-up"),
            counted(len(team.reports), "report"),
        ]

    def work(self) -> Iterator[str]:
        """What colleagues could not do, in slots of two minutes."""
        start = self.exercise.company.start
        slots = Counter((one.at - start) // (2 * MINUTE) for one in self.team.shut_out)
        for slot, number in slots.items():
            high = min(60, self.tall * 0.16, 3 + 3 * number)
            x, y = _across(self.exercise, 2 * slot), self.y + self.tall - 5 - high
            yield f'<rect x="{x}" y="{y:.1f}" width="6" height="{high:.1f}" class="work"/>'

    def acts(self) -> Iterator[str]:
        """What the team did; acts within four minutes have one label."""
        middle = self.y + self.tall * (0.55 if self.exercise.is_over else 0.45)
        high, labels = min(80.0, self.tall * 0.4), dict[int, tuple[float, Counter[str]]]()
        for one in self.team.feed:
            x = self.x(one.at)
            if one.kind == "act":
                top = middle - high / 2
                yield f'<rect x="{x - 3}" y="{top:.1f}" width="6" height="{high:.1f}" class="act"/>'
                _, kinds = labels.setdefault(one.at // (4 * MINUTE), (x, Counter()))
                kinds[one.text.split(" ")[0]] += 1
            elif one.kind == "report":
                y = middle - 8
                yield f'<rect x="{x - 8}" y="{y:.1f}" width="16" height="16" class="report"/>'
            elif one.kind == "ask":
                yield f'<circle cx="{x}" cy="{middle:.1f}" r="8" class="ask"/>'
        yield from self.labels(list(labels.values()), middle, high)

    def labels(
        self, labels: list[tuple[float, Counter[str]]], middle: float, high: float
    ) -> Iterator[str]:
        """Kinds of acts, by turns below and above their marks; none that would cover another."""
        ends = {0: 0.0, 1: 0.0}  # where the last label ends, below and above
        for place, (x, kinds) in enumerate(labels if self.tall >= ROOMY else ()):
            words = ", ".join(f"{n} {kind}" if n > 1 else kind for kind, n in kinds.items())
            half, side = 7.5 * len(words), place % 2
            centre = min(max(x, LEFT + half), WIDE - half)
            if centre - half < ends[side]:
                continue
            ends[side] = centre + half
            y = middle - high / 2 - 10 if side else middle + high / 2 + 28
            yield f'<text x="{centre:.1f}" y="{y:.1f}" class="says">{words}</text>'

    def attack(self) -> Iterator[str]:
        """What the intruder did here, by the numbers of the attack, and which doors held."""
        y, steps = self.y + self.tall * 0.22, self.exercise.company.steps
        numbers = {name: number for number, name in enumerate(steps_in_order(self.exercise), 1)}
        for tried in self.team.intruder.tried:
            if tried.by_team:
                yield f'<circle cx="{self.x(tried.at)}" cy="{y:.1f}" r="7" class="held"/>'
        for name, when in self.team.intruder.made.items():
            x, size = self.x(when), 13 if steps[name].part in GONE else 9
            yield f'<circle cx="{x}" cy="{y:.1f}" r="{size}" class="intruder"/>'
            if name in numbers:
                yield f'<text x="{x}" y="{y + 5:.1f}" class="number">{numbers[name]}</text>'
