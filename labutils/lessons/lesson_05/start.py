"""What *ID token, access token, refresh token* starts from: its notebook imports all of this."""

from collections.abc import Callable, Iterable, Mapping
from inspect import getsource
from itertools import combinations
from typing import Any

from labutils import (  # first: where a package is broken, they say so in a sentence
    check,
    ending,
    experiment,
    hint,
    mine,
    opened,
    quiz,
    refuses,
    ribbons,
    show_log,
    solution,
)
from labutils.classroom.endings import welcome_back
from labutils.identity.oauth import bearer
from labutils.identity.tokens import inspect
from labutils.instruments.ribbons import Ribbons
from labutils.stage.recorded import OURS, providers, recorded
from labutils.stage.three_doors import (
    DOORS,
    FIVE_TRIES,
    HastyApi,
    as_table,
    copied,
    hasty,
    three_doors,
)
from labutils.stage.two_apps import API, client_credentials
from labutils.stage.what_dies_when import (
    ACTIONS,
    ROWS,
    TRIES,
    still_open,
    what_dies_when,
)

from .doors import fill, knock
from .rotation import race, refresh_and_delete

Lasts = dict[tuple[str, str], float]  # the last minute at which a credential opened, by action
Runbook = Callable[[Lasts, float], Any]
HOUR, DAY, NINETY_DAYS = 60, 1_440, 129_600  # minutes
LONG_TRIES = (0.5, 4, 6, HOUR + 1, 10 * HOUR + 1, DAY, 20_160, NINETY_DAYS)
TRY_IN_WORDS = dict(
    zip(
        LONG_TRIES,
        ("half a minute", "4 min", "6 min", "an hour", "10 hours", "a day", "14 days", "90 days +"),
        strict=True,
    )
)
CODE = "authorization code"  # good for a minute: left out of what is counted
HELD = tuple(row for row in ROWS if row != CODE)
OF_ADA = (
    "session at the provider",
    "ID token",
    "access token",
    "access token, API asks",
    "refresh token",
)
ONE_ACTION = (  # what the question about one action offers
    "log out at the provider",
    "revoke refresh token",
    "drop the signing key",
    "disable the user",
)


# --- the lab's provider ---------------------------------------------------------------------------


def after(*actions: str) -> Lasts:
    """Return for how many minutes each of eight credentials still opens something, action by
    action, each in a lab of its own."""
    lasts: Lasts = {}
    for action in ("nothing", *actions):
        of_rows = still_open((action,), knock, client_credentials, LONG_TRIES)
        lasts |= {(row, action): of_rows[row] for row in HELD}
    return lasts


def play(lasts: Lasts, title: str) -> Ribbons:
    """Show a bar for each credential; a button for each action."""
    actions = [action for row, action in lasts if row == HELD[0]]
    shown: Ribbons = ribbons(
        lasts,
        horizon=NINETY_DAYS,
        dial="Somebody does" if len(actions) > 1 else "",
        title=title,
        hint="The last of eight tries that worked, from half a minute to 90 days after.",
        on_turn=lambda action: f"{open_a_day_later(lasts, action)} of 8 still open a day later.",
    )
    return shown


def open_a_day_later(lasts: Lasts, action: Any) -> int:
    """Return how many credentials still open something a day after an action."""
    return sum(last >= DAY for (_, one), last in lasts.items() if one == action)


def ended_by(lasts: Lasts) -> int:
    """Return how many credentials some action of a table ends sooner than they end by
    themselves."""
    return len({row for (row, _), last in lasts.items() if last < lasts[row, "nothing"]})


def best_of_four(lasts: Lasts) -> str:
    """Return which of four actions leaves the fewest open a day later."""
    return min(ONE_ACTION, key=lambda action: open_a_day_later(lasts, action))


# --- providers that others wrote ------------------------------------------------------------------


def lasts_at(provider: str) -> Lasts:
    """Return the same table as `after` of a provider, with all actions that it has."""
    lasts = providers()[provider]["lasts"]
    return {
        (row, action): of_rows[row]
        for action, of_rows in lasts.items()
        if "runbook" not in action
        for row in HELD
        if of_rows[row] is not None
    }


def in_words(last: float | None) -> str:
    """A last minute in words; None where a provider has no such thing."""
    if last is None:
        return "has none"
    return TRY_IN_WORDS[last] if last else "refused at once"


def side_by_side(action: str) -> None:
    """Show for how long each credential still opened something after an action, at each provider.

    Raises ValueError for an action that nobody has.
    """
    everybody = providers()
    known = {one for its in everybody.values() for one in its["lasts"]}
    if action not in known:
        raise ValueError(f"there is no action {action!r}; there are {', '.join(sorted(known))}")
    rows = [
        {"what Tom holds": row}
        | {
            name: in_words(one["lasts"][action][row]) if action in one["lasts"] else "has none"
            for name, one in everybody.items()
        }
        for row in HELD
    ]
    when = recorded("providers")["recorded"]
    show_log(rows, f"{action}: the last of eight tries that worked, as asked on {when}")


def open_at_toolkit() -> list[bool]:
    """Return which of Ada's five credentials still opened something at Django OAuth Toolkit an hour
    after she was disabled, and show the whole column beside the others."""
    side_by_side("disable the user")
    lasts = lasts_at(next(name for name in providers() if name.startswith("Django")))
    return [lasts[row, "disable the user"] >= HOUR for row in OF_ADA]


def left_open(lasts: Lasts, actions: Iterable[str], minute: float = DAY) -> list[str]:
    """Return what is open at a minute after all of these actions that a provider has."""
    rows, known = {row for row, _ in lasts}, {action for _, action in lasts}
    done = ["nothing", *(action for action in actions if action in known)]
    return [row for row in HELD if row in rows and all(lasts[row, a] >= minute for a in done)]


def carried_elsewhere(runbook: Runbook) -> list[str]:
    """Show what the learner's runbook for the lab leaves open a day later at each provider, and
    what their function finds for that one; return what it leaves open anywhere."""
    ours = list(runbook(lasts_at(OURS), DAY) or ())
    rows, left = [], list[str]()
    for name in providers():
        lasts = lasts_at(name)
        opens = left_open(lasts, ours)
        left += opens
        its_own = runbook(lasts, DAY)
        rows.append(
            {
                "provider": name,
                "your runbook for the lab leaves": ", ".join(opens) or "nothing",
                "your function finds here": "; ".join(its_own) if its_own else "no runbook",
            }
        )
    show_log(rows, "A day later")
    return left


def raced(turns: str) -> int:
    """Show how a race for one refresh token went at each provider; return at how many of them Tom
    is out in the end.

    Raises KeyError for turns that nobody was asked about.
    """
    words = turns.split()
    rows = [
        {"provider": name}
        | {
            f"{place}. {who}": "gets tokens" if word == "ok" else "refused"
            for place, (who, word) in enumerate(zip(words, one["races"][turns], strict=True), 1)
        }
        for name, one in providers().items()
    ]
    show_log(rows, "One refresh token, two holders")
    last = f"{len(words)}. {words[-1]}"
    return sum(row[last] == "refused" for row in rows)


# --- for practice ---------------------------------------------------------------------------------


def three_tokens(apps: Any) -> None:
    """Show what the token endpoint gave the application."""
    rows = []
    for kind, token in copied(apps).items():
        read = inspect(token)
        claims: Mapping[str, Any] = read.claims or {}
        rows.append({"token": kind, "typ": (read.header or {}).get("typ", "")})
        rows[-1] |= {"aud": claims.get("aud", ""), "begins": token[:24]}
    show_log(rows, "Three tokens")


welcome_back("05")
__all__ = [
    "ACTIONS", "API", "DAY", "DOORS", "FIVE_TRIES", "HELD", "HastyApi", "TRIES", "after",
    "as_table", "bearer", "best_of_four", "carried_elsewhere", "check", "combinations", "copied",
    "ended_by", "ending", "experiment", "fill", "getsource", "hasty", "hint", "inspect", "knock",
    "lasts_at", "left_open", "mine", "open_a_day_later", "open_at_toolkit", "opened", "play",
    "providers", "quiz", "race", "raced", "refresh_and_delete", "refuses", "side_by_side",
    "solution", "three_doors", "three_tokens", "what_dies_when",
]  # fmt: skip
