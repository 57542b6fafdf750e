"""What a setting of access tokens costs the provider, and what it leaves a thief (lesson 12).

Both are measured: requests are sent and counted, and a thief tries a stolen token every half
minute until it is refused. `requests_an_hour` and `a_second` alone are sums.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import cache, partial

from labutils.identity.oauth import bearer
from labutils.identity.provider import Provider
from labutils.stage.signature_twins import twin
from labutils.stage.two_apps import API, LOGIN, NOTES, TwoApps, build_apps, revoke_refresh_token

from .revocation import (
    ONCE,
    POLLED,
    RETRIED,
    EventApps,
    FetchingListAPI,
    ListPublisher,
    Transmitter,
    apps_with_events,
    as_published,
    poll,
    poller,
    token_hash,
    with_a_list,
)

EntryFor = Callable[[str], Hashable]
OFFLINE, ASKS, PUSHED, POLLS, LISTED = "offline", "asks", "pushed", "polls", "listed"
COUNTED = ("/token", "/introspect", "/poll", "/revoked")
PEOPLE, RATE = 20_000, 600  # whose apps call the API so often in an hour
OUTAGE = 4  # minutes for which the provider is down
EARLY = 3  # seconds before its end at which the app renews a token
STEP = 0.5  # minutes between two tries of the thief


@dataclass(frozen=True, repr=False)
class Setting:
    """How long an access token lives, in minutes, and how the API hears that it was revoked.

    `way` is "offline" (it does not), "asks" (it asks the provider at each call), "pushed" (the
    provider tells it), "polls" (it asks for news, `every` so many minutes) or "listed" (it fetches
    a list of revoked tokens as often).
    """

    life: float
    way: str
    every: float = 0

    def __repr__(self) -> str:
        polls = f", every={self.every!r}" if self.every else ""
        return f"Setting({self.life!r}, {self.way!r}{polls})"


FOUR = {
    "10 min, offline": Setting(10, OFFLINE),
    "1 min, offline": Setting(1, OFFLINE),
    "10 min, asks": Setting(10, ASKS),
    "10 min, is told": Setting(10, PUSHED),
}


def built(setting: Setting, *, retries: bool = True, entry_for: EntryFor | None = None) -> TwoApps:
    """Apps with that setting, in which Ada has just signed in at `notes`."""
    life = int(setting.life * 60)
    apps: TwoApps
    if setting.way in (PUSHED, POLLS):
        pushed = RETRIED if retries else ONCE
        transmitter = partial(Transmitter, access_life=life)
        delivery = POLLED if setting.way == POLLS else pushed
        apps = apps_with_events("lesson-12", delivery=delivery, provider=transmitter)
    else:
        kind = ListPublisher if setting.way == LISTED else Provider
        provider, asks = partial(kind, access_life=life), setting.way == ASKS
        apps = build_apps("lesson-12", provider=provider, opaque_access_tokens=asks)
    if setting.way == LISTED:
        with_a_list(apps, as_published(entry_for or token_hash), FetchingListAPI)
    apps.sign_in("ada", NOTES)
    return apps


def hear_of_revocations(apps: TwoApps) -> None:
    """Let an API that polls, or fetches a list, do so now. One that is down does not."""
    if isinstance(apps.api, FetchingListAPI):
        apps.api.fetch()
    if not isinstance(apps, EventApps) or apps.provider.delivery != POLLED:
        return
    if apps.lab.clock.now >= apps.api.down_until:
        poll(poller(apps), apps.api.take)


class AppAtWork:
    """Ada's app, which calls the API, and renews its token first where that is due."""

    def __init__(self, apps: TwoApps):
        self.apps, self.session = apps, apps.notes.latest_session()
        self.expires = apps.lab.clock.now + self.session["expires_in"]

    def renew(self) -> bool:
        """A new token; False where the provider gives none.

        Then somebody else has used the refresh token, and its family is dead.
        """
        form = {"grant_type": "refresh_token", "refresh_token": self.session["refresh_token"]}
        answer = self.apps.notes.ask_for_tokens(**form)
        if "access_token" not in answer:
            return False
        self.session.update(answer)
        self.expires = self.apps.lab.clock.now + answer["expires_in"]
        return True

    def call(self) -> bool:
        """Call the API. False where there is no token any more."""
        if self.apps.lab.clock.now + EARLY >= self.expires and not self.renew():
            return False
        header = bearer(self.session["access_token"])
        self.apps.notes.network.get(API + "/me", headers=header)
        return True


# --- what it costs ------------------------------------------------------------------------------


@cache
def measured_requests(setting: Setting, calls: int) -> int:
    """Requests to the provider in an hour in which Ada's app calls the API so often.

    Tokens, questions about tokens, and polls count. Looking up the provider's keys does not.
    """
    apps = built(setting)
    app, clock = AppAtWork(apps), apps.lab.clock
    clock.tick(int(setting.life * 60))  # the hour begins with a token that is over
    begun, before = clock.now, len(apps.lab.wire)
    acts: list[tuple[float, Callable[[], object]]] = [
        (3600 * number / calls, app.call) for number in range(calls)
    ]
    if setting.every:
        acts += [
            (60 * setting.every * number, partial(hear_of_revocations, apps))
            for number in range(int(60 / setting.every))
        ]
    for second, act in sorted(acts, key=lambda one: one[0]):
        clock.wait_until(begun + int(second))
        act()
    return sum(
        exchange.host == "login.example" and exchange.path in COUNTED
        for exchange in apps.lab.wire[before:]
    )


def requests_an_hour(setting: Setting, calls: float) -> float:
    """Requests to the provider in an hour with so many calls of the API: renewals, and questions.

    The app renews when it wants to call and its token has expired.
    """
    renewals = min(calls, 60 / setting.life)
    return renewals + (calls if setting.way == "asks" else 0)


def a_second(setting: Setting) -> float:
    """Requests a second to the provider, if all the people work like Ada, and one API serves them:
    it fetches one list for everybody."""
    for_everybody = 60 / setting.every if setting.every else 0
    return (PEOPLE * requests_an_hour(setting, RATE) + for_everybody) / 3600


# --- what it leaves a thief ---------------------------------------------------------------------


@dataclass(frozen=True)
class Theft:
    """What Tom copied, and what goes on around it.

    `delay`: minutes until somebody notices and reacts. `refresh_token`: he has it as well. `calls`:
    how often Ada's app calls the API in an hour; 0 where it is closed. `outage`: minutes for which
    the API restarts, from the reaction on. `retries`: whether an event is pushed again. `respells`:
    he tries the twin of the access token, too, which is a JWT.
    """

    delay: float
    refresh_token: bool = False
    calls: int = 0
    outage: float = 0
    retries: bool = True
    respells: bool = False


class Robbery:
    """A theft that is played: apps with a setting, and Tom, who tries what he copied."""

    def __init__(self, setting: Setting, theft: Theft, entry_for: EntryFor | None = None):
        self.setting, self.theft = setting, theft
        self.apps = built(setting, retries=theft.retries, entry_for=entry_for)
        self.app = AppAtWork(self.apps)
        self.app.renew()
        self.access_token = self.app.session["access_token"]
        self.refresh_token = self.app.session["refresh_token"]
        self.begun = self.apps.lab.clock.now
        self.reacted_at: float | None = None

    def minutes(self) -> float:
        """For how many minutes from the theft on Tom could open the API.

        He tries every half minute, until he is refused. While the API restarts, nobody gets in.
        """
        minute, last = 0.0, 0.0
        while minute <= self.theft.delay + 2 * self.setting.life + self.theft.outage:
            self.apps.lab.clock.wait_until(self.begun + int(minute * 60))
            self.what_others_do(minute)
            status = self.tom_tries()
            if status == 401:
                break
            minute += STEP
            last = minute if status == 200 else last
        return last

    def what_others_do(self, minute: float) -> None:
        """Polls, fetches and repeated pushes first, then Ada's app, then the reaction where it is
        due: an API that polls did so just before."""
        since = minute - (self.theft.delay if self.reacted_at is None else self.reacted_at)
        if self.setting.every and since % self.setting.every == 0:
            hear_of_revocations(self.apps)
        if isinstance(self.apps, EventApps) and self.setting.way == PUSHED:
            self.apps.provider.deliver()
        is_calling = self.theft.calls and (minute * self.theft.calls / 60) % 1 == 0
        caught = bool(is_calling) and self.reacted_at is None and not self.app.call()
        if self.reacted_at is None and (caught or minute >= self.theft.delay):
            self.react(minute)

    def react(self, minute: float) -> None:
        """End Ada's session, revoke her app's grant, and list the token where there is a list; the
        API restarts where an outage is set."""
        self.reacted_at = minute
        if isinstance(self.apps.api, FetchingListAPI):
            assert isinstance(self.apps.provider, ListPublisher)
            self.apps.provider.published.add(str(self.apps.api.entry_for(self.access_token)))
        if self.theft.outage and isinstance(self.apps, EventApps):
            self.apps.api.down_until = self.begun + int((minute + self.theft.outage) * 60)
        sid = self.app.session["claims"]["sid"]
        revoke_refresh_token(self.apps)
        self.apps.provider.end_session(sid)

    def tom_tries(self) -> int:
        """The API's answer to Tom, the better one where he has two spellings. A refresh token gives
        him a newer access token first."""
        if self.theft.refresh_token:
            form = {"grant_type": "refresh_token", "client_id": "notes"}
            form |= {"refresh_token": self.refresh_token}
            answer = self.apps.tom.post(LOGIN + "/token", data=form)
            if answer.is_success:
                self.access_token = answer.json()["access_token"]
                self.refresh_token = answer.json()["refresh_token"]
        spellings = [self.access_token]
        if self.theft.respells:
            spellings.append(twin(self.access_token))
        return min(
            self.apps.tom.get(API + "/me", headers=bearer(text)).status_code for text in spellings
        )


@cache
def measured_minutes(setting: Setting, theft: Theft, entry_for: EntryFor | None = None) -> float:
    """The minutes that a theft is worth under a setting, by trying. `entry_for` says what a list
    has for a token; the hash of its text where it is not given."""
    return Robbery(setting, theft, entry_for).minutes()


def minutes_with_the_refresh_token(way: str, calls: int) -> float:
    """For one of the four ways: the minutes that Tom gets with both tokens, while Ada's app calls
    the API so often in an hour, and somebody reacts after half an hour."""
    return measured_minutes(FOUR[way], Theft(30, refresh_token=True, calls=calls))


# --- what else it costs -------------------------------------------------------------------------


def is_down(_environ: object, start_response: Callable[..., object]) -> list[bytes]:
    """A provider that is down, as a WSGI app."""
    start_response("503 Service Unavailable", [("Content-Type", "application/json")])
    return [b'{"error": "temporarily_unavailable"}']


def failed_calls(setting: Setting, entry_for: EntryFor | None = None) -> int:
    """Of Ada's calls of the API, one a minute: how many fail while the provider is down. Her app
    has just renewed its token, and the API has just read the provider's keys."""
    apps = built(setting, entry_for=entry_for)
    app, failed = AppAtWork(apps), 0
    app.renew()
    app.call()
    begun = apps.lab.clock.now
    apps.lab.add("login.example", is_down)
    for minute in range(1, OUTAGE + 1):
        apps.lab.clock.wait_until(begun + 60 * minute)
        hear_of_revocations(apps)
        failed += not app.call() or apps.lab.wire[-1].status != 200
    return failed
