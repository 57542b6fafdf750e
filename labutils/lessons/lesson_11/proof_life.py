"""How long a DPoP proof serves a thief, over the settings of the API (lesson 11)."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from labutils.identity import dpop
from labutils.identity.resource_server import ResourceServer
from labutils.lab import Clock

from .bound_tokens import (
    DATA,
    DpopApps,
    NonceAPI,
    apps_with_dpop,
    dpop_headers,
    own_key,
    script_in_page,
)
from .hostile_proofs import ADA, AT_API, NOW, TOKEN, URL
from .one_check_off import Check, answer_of

# --- a proof that was made before ---------------------------------------------------------------

WINDOWS, NONCES = (5, 60, 300), (20, 60, 300)  # seconds
AHEAD = (0, 60, 180, 300, 420, 540, 660)  # how many seconds ahead a proof is dated
STEP, LATEST = 20, 720  # seconds between two tries, and the last of them


def without_nonce(window: int) -> type[ResourceServer]:
    """An API without a nonce: proofs are good so many seconds before and after their date."""
    return type("WindowAPI", (ResourceServer,), {"window": window})


def with_nonce(life: int) -> type[NonceAPI]:
    """An API with a window of a minute, whose nonce changes every so many seconds."""
    return type("NonceAPI", (NonceAPI,), {"nonce_life": life})


SETTINGS: dict[str, type[ResourceServer]] = {
    **{f"window {window} s": without_nonce(window) for window in WINDOWS},
    **{f"nonce {life} s": with_nonce(life) for life in NONCES},
}


class Premade:
    """Proofs that script in Ada's page has made in one second, each for a try at another time."""

    def __init__(self, api: type[ResourceServer], ahead: int):
        self.apps, self.ahead = apps_with_dpop("lesson-11/premade", api), ahead
        self.token = self.apps.notes.latest_session()["access_token"]
        clock, life = self.apps.lab.clock, getattr(api, "nonce_life", 1)
        clock.wait_until(-(-clock.now // life) * life - 1)  # the next request gets a new nonce
        self.nonce = self.apps.tom.get(DATA).headers.get("dpop-nonce")
        self.begun = self.apps.lab.clock.now

    def opens(self, wait: int) -> bool:
        """Whether one of them opens the API `wait` seconds after it was made."""
        clock, key = self.apps.lab.clock, self.apps.notes.key
        assert isinstance(clock, Clock)
        clock.now = self.begun  # each try begins at the same second
        proof = key.prove("GET", DATA, token=self.token, nonce=self.nonce, ahead=self.ahead)
        clock.now = self.begun + wait - 1  # the request itself takes a second
        answer = self.apps.tom.get(DATA, headers=dpop_headers(self.token, proof))
        return bool(answer.is_success)


def last_second(api: type[ResourceServer], ahead: int) -> int:
    """The last second after the making at which a proof opens; 0 where none opens."""
    proofs = Premade(api, ahead)
    opened: list[int] = [wait for wait in (1, *range(STEP, LATEST, STEP)) if proofs.opens(wait)]
    if not opened:
        return 0
    low, high = opened[-1], opened[-1] + STEP
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if proofs.opens(middle) else (low, middle)
    return low


@cache
def last_second_in(setting: str, ahead: int) -> int:
    """The same by the name of a setting: several sweeps go over it."""
    return last_second(SETTINGS[setting], ahead)


def sweep(settings: Sequence[str], ahead: Sequence[int] = AHEAD) -> dict[str, list[int]]:
    """For each setting of the API, the last second of proofs that are dated so far ahead."""
    return {name: [last_second_in(name, one) for one in ahead] for name in settings}


def settings_that(attempt: Callable[[DpopApps, str], Any]) -> list[str]:
    """The settings in which a theft opens the API."""
    opened = []
    for name, api in SETTINGS.items():
        apps = apps_with_dpop(api=api)
        if attempt(apps, apps.notes.latest_session()["access_token"]).is_success:
            opened.append(name)
    return opened


def settings_open_to_a_page() -> dict[str, list[str]]:
    """The settings that script in the page opens: at once, and three hours later by its own key."""
    return {"now": settings_that(script_in_page), "later": settings_that(own_key)}


# --- a proof that comes a second time -----------------------------------------------------------

# Until which second a server keeps the name of a proof. It came at one second, and its date is
# another.
KEPT: dict[str, Callable[[int, int, int], int]] = {
    "for the window": lambda came, _dated, window: came + window,
    "until the proof expires": lambda _came, dated, window: dated + window,
}


def course_check(window: int) -> Check:
    """The whole check of the course, as a learner's is called."""

    def check(proof: str, request: dict[str, Any]) -> str:
        return dpop.check(proof, **request, window=window)

    return check


def second_use(check: Check, kept: str, ahead: int, wait: int, window: int = 60) -> bool:
    """Whether a proof that was used at once opens again `wait` seconds later.

    It is dated `ahead` seconds ahead. The server forgets its name as `kept` says.
    """
    proof = dpop.prove(ADA, "GET", URL, now=NOW + ahead, jti="once", token=TOKEN)
    until = KEPT[kept](NOW, NOW + ahead, window)
    remembered = {"once"} if NOW + wait <= until else set()
    uses: tuple[tuple[int, set[str]], ...] = ((NOW, set()), (NOW + wait, remembered))
    answers = [answer_of(check, proof, {**AT_API, "now": now, "seen": seen}) for now, seen in uses]
    return answers == ["let in", "let in"]


def second_uses(kept: str, waits: Sequence[int]) -> dict[str, str]:
    """Return what comes of a proof dated a minute ahead that was used at once, and again after each
    of these seconds."""
    check = course_check(60)
    return {
        f"{wait} s": "let in" if second_use(check, kept, 60, wait) else "refused" for wait in waits
    }


def used_twice(kept: str, window: int) -> list[int]:
    """The dates, in seconds ahead, at which a proof opens a second time at some second."""
    check = course_check(window)
    dates = (-window, -1, 0, 1, window // 2, window)
    return [
        ahead
        for ahead in dates
        for waits in [{1, window, window + 1, window + ahead, window + ahead + 1}]
        if any(second_use(check, kept, ahead, wait, window) for wait in waits if wait > 0)
    ]


# --- for how long each of Tom's things works ------------------------------------------------------

HIS_OWN = "token for a key of his own"
HOURS = 3  # that own_key lets pass: nobody looked later


def worth(settings: Sequence[str]) -> dict[tuple[str, str], float]:
    """Return for how many minutes each thing that Tom made in her page opens the API, by the
    setting of the API."""
    minutes: dict[tuple[str, str], float] = {}
    for name in settings:
        seconds = sweep([name])[name]
        minutes["proof, dated when it was made", name] = seconds[0] / 60
        minutes["proof, dated ahead", name] = max(seconds) / 60
        minutes[HIS_OWN, name] = HOURS * 60 if name in settings_that(own_key) else 0
    return minutes
