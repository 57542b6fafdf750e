"""Judge what a team achieved, by the truth that only the server has.

Also says what another act would have changed. docs/live.md argues the weights, and says in which
order they and the seeded players were written.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cache
from ipaddress import ip_address

from labutils.capstone.world import about
from labutils.lab import iso
from labutils.live.company import MINUTE, LiveCompany
from labutils.live.containment import Containment, LiveAct
from labutils.live.exercise import LiveExercise, Team, TeamReport
from labutils.live.intruder import LiveIntruder, Nudge
from labutils.text import counted

WEIGHTS = {"steps prevented": 30, "losses prevented": 25, "out": 15, "found": 30}
UNEXPLAINED = 0.2  # of what was prevented counts for a team that found nothing
SHUT_OUT = 60  # points that it costs to shut everybody out
NEEDLESS, FALSE = 1.0, 3.0  # points for an act, a report
REACTION = 5  # minutes after the first line of an account, in "what another act would have given"
MOST_ALTERNATIVES = 5


@dataclass(frozen=True)
class TeamResult:
    """The result of a team.

    Moments are minutes of the company's clock since the beginning, None where there was none:
    `began`, the first request of the intruder; `visible`, the arrival of the first line of it;
    `found_at`, the first true report; `last_opened`, the last request that was allowed.
    """

    team: int
    steps: dict[str, int]
    prevented: tuple[str, ...]
    losses: tuple[str, ...]
    spared: tuple[str, ...]
    left: tuple[str, ...]
    used: tuple[str, ...]
    found: tuple[str, ...]
    false: tuple[TeamReport, ...]
    needless: tuple[LiveAct, ...]
    shut_out: int
    ordinary: int
    began: int | None
    visible: int | None
    found_at: int | None
    last_opened: int | None
    points: dict[str, float] = field(default_factory=dict)

    @property
    def is_out(self) -> bool:
        """Whether nothing that the intruder had opens a door any more."""
        return not self.left

    @property
    def dwell(self) -> int:
        """The minutes from the intruder's first request to the last one that was allowed."""
        if self.began is None or self.last_opened is None:
            return 0
        return self.last_opened - self.began

    @property
    def total(self) -> float:
        """The sum of all points, never below 0."""
        return max(0.0, sum(self.points.values()))


@cache
def undisturbed(company: LiveCompany) -> LiveIntruder:
    """Return the intruder of a company in which nobody does anything."""
    return foreseen(company, ())


def foreseen(
    company: LiveCompany,
    acts: Iterable[LiveAct],
    nudges: Iterable[Nudge] = (),
    *,
    by_person: bool = False,
) -> LiveIntruder:
    """Return the intruder of a company in which a team performs these acts.

    `nudges` are what an instructor, or a person at the console, made the intruder do.
    """
    contained = Containment(company, sorted(acts, key=lambda act: act.at))
    intruder = LiveIntruder(company, contained, by_person)
    for nudge in nudges:
        intruder.run(nudge.at)
        intruder.nudge(nudge)
    intruder.run(company.end)
    return intruder


def judge(exercise: LiveExercise, team: Team) -> TeamResult:
    """Return how a team has done so far."""
    company, intruder, now = exercise.company, team.intruder, exercise.now
    whole = expected(exercise)
    losses = [name for name in whole if company.steps[name].is_loss]
    own = team.intruders_lines
    true = [report for report in team.reports if is_true(report, team, own)]
    false = [report for report in team.reports if report not in true]
    accounts = {_account(company, report.who) for report in true}
    users = (_account(company, one.event.who) for one in team.stream if one.event.step)
    used = dict.fromkeys(name for name in users if name in accounts_of(company))
    tried = intruder.tried
    allowed = [one.at for one in tried if one.allowed]
    result = TeamResult(
        team.number,
        {name: minute(company, at) for name, at in intruder.made.items()},
        tuple(name for name in whole if name not in intruder.made),
        tuple(intruder.losses),
        tuple(name for name in losses if name not in intruder.made),
        tuple(intruder.open_doors(now)) if tried else (),
        tuple(used),
        tuple(name for name in used if name in accounts),
        tuple(false),
        tuple(act for act in team.containment.acts if is_needless(act, intruder)),
        len(team.shut_out),
        sum(company.start <= one.at <= now for one in company.ordinary),
        minute(company, tried[0].at) if tried else None,
        min((minute(company, e.arrives) for _, e in team.stream if e.step), default=None),
        minute(company, true[0].at) if true else None,
        minute(company, allowed[-1]) if allowed else None,
    )
    return replace(result, points=_points(result, len(whole), len(losses)))


def expected(exercise: LiveExercise) -> list[str]:
    """Return the steps that are taken by now if nobody does anything.

    With a person at the intruder's console, they are those that were taken at any team's company.
    """
    if exercise.settings.by_person:
        every = [name for team in exercise.teams for name in team.intruder.made]
        return list(dict.fromkeys(every))
    made = undisturbed(exercise.company).made
    return [name for name, at in made.items() if at <= exercise.now]


@cache
def accounts_of(company: LiveCompany) -> frozenset[str]:
    """Return every account that a line may name, the intruder's own too."""
    own = {company.account_of(one).lower() for one in company.case.estate.credentials.values()}
    return frozenset(own | {name.lower() for name in company.accounts})


def minute(company: LiveCompany, time: int) -> int:
    """Return a moment (seconds since 1970) as minutes since the beginning."""
    return (time - company.start) // MINUTE


def _account(company: LiveCompany, who: str) -> str:
    """The account of an account or credential."""
    return company.account_behind(who).lower()


def is_true(report: TeamReport, team: Team, own: set[str]) -> bool:
    """Return whether a report is true.

    At least half of its lines are the intruder's, and all of those by the account or token that it
    names.
    """
    if not about(report.events, own):
        return False
    account = _account(team.company, report.who)
    lines = [team.line(name) for name in report.events if name in own]
    return all(one is not None and _account(team.company, one.who) == account for one in lines)


def is_needless(act: LiveAct, intruder: LiveIntruder) -> bool:
    """Return whether an act shuts something that the intruder had neither held nor used by then."""
    company = intruder.company
    if act.kind in ("raise", "enable", "unbind", "unblock"):
        return False
    if act.kind == "block":
        used = (one.address for one in intruder.tried if one.at <= act.at)
        return not any(address_in(address, act) for address in used)
    credentials = company.case.estate.credentials
    held = [
        credentials[name]
        for name, since in intruder.first_held.items()
        if since <= act.at and credentials[name].kind != "data"
    ]
    names = {company.name_of(one) for one in held}
    accounts = {company.account_of(one) for one in held}
    return act.what not in (accounts if act.kind == "disable" else names)


def address_in(address: str, act: LiveAct) -> bool:
    """Return whether an act blocks an address."""
    return ip_address(address) in act.network


def _points(result: TeamResult, steps: int, losses: int) -> dict[str, float]:
    """What was done counts; what was prevented counts in full where the team knows what it was."""
    known = len(result.found) / len(result.used) if result.used else 0.0
    explained = UNEXPLAINED + (1 - UNEXPLAINED) * known
    more_steps = len(result.steps) + len(result.prevented) - steps
    more_losses = len(result.losses) + len(result.spared) - losses
    prevented = max(0, len(result.prevented) - max(0, more_steps))
    spared = max(0, len(result.spared) - max(0, more_losses))
    shares = {
        "steps prevented": explained * prevented / steps if steps else 0.0,
        "losses prevented": explained * spared / losses if losses else 0.0,
        "out": explained * result.is_out if result.began is not None else 0.0,
        "found": known,
    }
    points = {name: WEIGHTS[name] * share for name, share in shares.items()}
    points["work refused"] = -SHUT_OUT * result.shut_out / max(1, result.ordinary)
    points["needless acts"] = -NEEDLESS * len(result.needless)
    points["false accusations"] = -FALSE * len(result.false)
    return points


# --- what another act would have given -----------------------------------------------------------


@dataclass(frozen=True)
class Alternative:
    """One additional act, and what it would have changed."""

    act: LiveAct
    steps: int
    losses: int
    says: str


def alternatives(exercise: LiveExercise, team: Team) -> list[Alternative]:
    """Return what replacing each credential would have changed, a few minutes after its first line.

    They are credentials that the intruder used, and of these those that change something, the best
    first.
    """
    company, acts = exercise.company, team.containment.acts
    before = team.intruder
    found = []
    for name, arrived in first_arrivals(team).items():
        act = LiveAct("revoke", name, arrived + MINUTE * REACTION)
        if act.at >= exercise.now:
            continue
        after = foreseen(
            company, [*acts, act], before.nudges, by_person=exercise.settings.by_person
        )
        made = {one: at for one, at in after.made.items() if at <= exercise.now}
        steps = len(before.made) - len(made)
        losses = len(before.losses) - sum(company.steps[one].is_loss for one in made)
        if steps > 0:
            says = (
                f"revoke {name} at {iso(act.at)[11:16]}, {REACTION} minutes after its first line: "
                f"{counted(steps, 'step')} fewer, and {counted(losses, 'loss', 'losses')} fewer"
            )
            found.append(Alternative(act, steps, losses, says))
    found.sort(key=lambda one: (-one.losses, -one.steps, one.act.at))
    return found[:MOST_ALTERNATIVES]


def first_arrivals(team: Team) -> dict[str, int]:
    """Return when the first line of each credential arrived.

    They are those that the intruder used, and a team may replace or remove.
    """
    found: dict[str, int] = {}
    for _, event in team.stream:
        if event.using and may_be_replaced(team.company, event.using):
            found.setdefault(event.using, event.arrives)
    return found


def may_be_replaced(company: LiveCompany, name: str) -> bool:
    """Return whether a team may replace or remove what acts call by this name."""
    return name in company.listed or name in {called for called, _ in company.made.values()}
