"""A rotation and its proof: an inventory, and old secrets tried at their doors (lesson 15).

Then one secret changed without an outage, and last the change of a signing key, as a sweep.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import httpx

from labutils.identity.oauth import bearer
from labutils.identity.tokens import SigningKey, inspect, sign
from labutils.lab import iso, seconds
from labutils.stage.two_apps import API, NOTES, TwoApps, build_apps, refresh_tokens

DAY = 86400  # seconds
NOTICE = "2023-10-18T12:00:00Z"  # when the company was told
STOLEN = "2023-09-28T00:00:00Z"  # the earliest that the credentials can have been stolen
OUT = "2023-11-24T11:59:00Z"  # when all access had ended
KINDS = ("service account", "service token", "API key", "certificate")
TWO_SECRETS, RESTORED = "team-07", "team-31"  # whose services take two; were restored from a backup


@dataclass(frozen=True)
class CredentialRecord:
    """A row of the company's inventory. Times are seconds since 1970.

    `replaced` is when a new credential took its place; `made_by` the account that made it, where
    one did.
    """

    id: str
    kind: str
    owner: str
    issued: int
    expires: int
    last_used: int | None
    replaced: int | None = None
    made_by: str = ""

    def __str__(self) -> str:
        """The row as a line, with dates in the place of seconds."""
        issued, used, replaced = (
            iso(moment)[:10] if moment else "never"
            for moment in (self.issued, self.last_used, self.replaced)
        )
        return (
            f"{self.id:<18} {self.kind:<15} {self.owner:<11} issued {issued}, last used {used}, "
            f"replaced {replaced}, made by {self.made_by or 'nobody'}"
        )


UNUSED = {
    "token for an assistant": "service token",
    "account of a sheet application": "service account",
    "account of the code host": "service account",
    "account of a cloud environment": "service account",
}


@cache
def inventory(size: int = 3000) -> tuple[CredentialRecord, ...]:
    """A made-up inventory: thousands of credentials, four of which nobody has seen in use."""
    notice = seconds(NOTICE)
    end = notice + 300 * DAY
    records = [_drawn(number, notice, end) for number in range(size)]
    for place, (name, kind) in enumerate(UNUSED.items()):
        records[size // 5 * place + 77] = CredentialRecord(
            name, kind, "", notice - 200 * DAY, end, None
        )
    return tuple(records)


def _drawn(number: int, notice: int, end: int) -> CredentialRecord:
    """A credential as a hash of its number draws it: kind, owner, age, and last use."""
    roll = int.from_bytes(hashlib.sha256(f"inventory/{number}".encode()).digest()[:6])
    age, unseen = roll % 400 * DAY, roll // 400 % 25 * DAY
    kind, owner = KINDS[roll // 10000 % 4], f"team-{roll // 40000 % 40:02}"
    return CredentialRecord(
        f"c{number:04}", kind, owner, notice - age, end, notice - min(age, unseen)
    )


@cache
def made_since() -> tuple[CredentialRecord, ...]:
    """Six credentials that were made in November, by whom, as the audit logs have it."""
    end = seconds(OUT) + 300 * DAY
    rows = {  # id: kind, owner, when, and who made it
        "k.osei": ("user", "k.osei", "2023-11-16T09:05:00Z", "onboarding"),
        "j.fielding": ("user", "j.fielding", "2023-11-16T14:36:37Z", "smartsheet-account"),
        "sheet-sync-2": ("API key", "team-12", "2023-11-14T08:00:00Z", "smartsheet-account"),
        "ci-token-88": ("service token", "team-03", "2023-11-17T10:40:00Z", "k.osei"),
        "api-token-5512": ("API key", "j.fielding", "2023-11-17T19:02:00Z", "j.fielding"),
        "webhook-31": ("service token", "", "2023-11-20T03:11:00Z", "api-token-5512"),
    }
    return tuple(
        CredentialRecord(name, kind, owner, seconds(issued), end, None, made_by=maker)
        for name, (kind, owner, issued, maker) in rows.items()
    )


# --- what the list says, and what the doors say -------------------------------------------------


def still_valid(
    records: Iterable[CredentialRecord], until: int, now: int
) -> list[CredentialRecord]:
    """What the list says: issued until then, neither replaced nor expired. It should be empty.

    `until` and `now` are seconds since 1970.
    """
    return [
        record
        for record in records
        if record.issued <= until and record.replaced is None and record.expires > now
    ]


class Doors:
    """The services behind an inventory. Each knows the secrets that open it now."""

    def __init__(self, records: Sequence[CredentialRecord]):
        self.records = {record.id: record for record in records}
        self.secrets = {record.id: {old_secret(record.id)} for record in records}
        self.maintained = True  # the services of one team do not answer

    def rotate(self, record: CredentialRecord, moment: int) -> CredentialRecord:
        """Add a new secret, let the service drop the old one, and give a row that says replaced.

        A service of team-07 takes two API keys at a time, so that a change needs no outage: there
        the new one stands beside the old one until somebody removes that.
        """
        two = record.kind == "API key" and record.owner == TWO_SECRETS
        kept = self.secrets[record.id] if two else set()
        self.secrets[record.id] = kept | {f"the new secret of {record.id}"}
        return replace(record, replaced=moment)

    def end_maintenance(self) -> None:
        """The services of team-31 answer again: as a backup of the day before the rotation has
        them."""
        self.maintained = False
        for name, record in self.records.items():
            if _restored(record):
                self.secrets[name] = {old_secret(name)}

    def remove_old(self, name: str) -> None:
        """Take an old secret away; where it is the only one, a new one comes first."""
        self.secrets[name] = {f"the new secret of {name}"}

    def knock(self, secret: str, door: str) -> httpx.Response:
        """Try a secret at the door of a credential."""
        if self.maintained and _restored(self.records[door]):
            return httpx.Response(503)
        return httpx.Response(200 if secret in self.secrets[door] else 401)


def _restored(record: CredentialRecord) -> bool:
    return record.kind == "certificate" and record.owner == RESTORED


def old_secret(name: str) -> str:
    """The secret that a credential had at the notice, and that a thief may hold."""
    return f"the old secret of {name}"


def old_secrets(records: Iterable[CredentialRecord]) -> list[tuple[str, str]]:
    """Each old secret, and the door that it opened."""
    return [(old_secret(record.id), record.id) for record in records]


def finish(doors: "Doors", pairs: Iterable[tuple[str, str]]) -> None:
    """Take away the old secrets that still open these doors: the other half of a rotation."""
    for _, name in pairs:
        doors.remove_old(name)


# --- one secret, changed without an outage ------------------------------------------------------


class Service:
    """A service that takes several secrets at a time, the oldest one first."""

    def __init__(self, name: str, secret: str):
        self.name, self.secrets, self.log = name, [secret], list[str]()

    def add(self, secret: str) -> None:
        """Take this secret as well."""
        self.secrets.append(secret)
        self.log.append("add")

    def remove(self, secret: str) -> None:
        """Take this secret no longer. Raises ValueError where it was not taken."""
        self.secrets.remove(secret)
        self.log.append("remove")

    def knock(self, secret: str, _door: str = "") -> httpx.Response:
        """Try a secret."""
        return httpx.Response(200 if secret in self.secrets else 401)


class Client:
    """Somebody who uses a service with a secret. A rigid one cannot be given another."""

    def __init__(self, name: str, service: Service, *, rigid: bool = False):
        self.name, self.service, self.rigid = name, service, rigid
        self.secret = service.secrets[0]

    def use(self, secret: str) -> bool:
        """Go over to this secret; whether that was possible."""
        self.service.log.append(f"use {self.name}")
        if not self.rigid:
            self.secret = secret
        return not self.rigid

    def __repr__(self) -> str:
        return f"<{self.name}>"

    def works(self) -> bool:
        """Whether the service lets this client in."""
        return self.service.knock(self.secret).is_success


def shop() -> tuple[Service, list[Client]]:
    """A service, and two who use it. One of them cannot be given another secret."""
    service = Service("billing", "old")
    return service, [
        Client("invoices", service),
        Client("a cash register from 2009", service, rigid=True),
    ]


# --- a signing key ------------------------------------------------------------------------------

REFRESH, COPY = 8, 5  # minutes: Ada's app gets a new token; the API's copy of the keys is over
WAITS = (0, 1, 2, 4, 5, 6, 8, 10)  # minutes from the new key until the old one is dropped
CHANGES = tuple(range(1, REFRESH + 1))  # at 09:01 to 09:08: one round of the app's refreshing


@dataclass(frozen=True)
class KeyChange:
    """The minutes past nine in which Ada's app was refused, and those from the change on in which
    a token opened that a thief had just signed with the old key."""

    refused: tuple[int, ...]
    forged: tuple[int, ...]


@cache
def change_key(wait: int, at: int = 3) -> KeyChange:
    """At `at` minutes past nine the provider signs with a new key; `wait` minutes later it drops
    the old one. Ada's app asks once a minute. It is watched until its token and the API's copy of
    the keys are of after the change."""
    apps = build_apps("lesson-15")
    apps.sign_in("ada", NOTES)
    session = apps.notes.latest_session()
    begun, refused, forged = apps.lab.clock.now, [], []
    old_key = apps.provider.signing_key("ES256")
    claims = inspect(session["access_token"]).claims or {}
    for minute in range(at + max(REFRESH, wait + COPY) + 1):
        apps.lab.clock.wait_until(begun + minute * 60)
        if minute == at:
            apps.provider.rotate_signing_key()
        if minute == at + wait:
            apps.provider.keys = apps.provider.keys[:2]
        if minute % REFRESH == 0:  # the app refreshes before its token of ten minutes is over
            refresh_tokens(apps)
        if not _opens(apps, session["access_token"]):
            refused.append(minute)
        if minute >= at and _opens(apps, _forged(apps, claims, old_key)):
            forged.append(minute)
    return KeyChange(tuple(refused), tuple(forged))


def _forged(apps: TwoApps, claims: Mapping[str, Any], key: SigningKey) -> str:
    """An access token with Ada's claims that a thief signs now with this key."""
    now = apps.lab.clock.now
    return sign({**claims, "iat": now, "exp": now + 600}, key, typ="at+jwt")


def _opens(apps: TwoApps, token: str) -> bool:
    """Whether the API takes this token now."""
    return apps.notes.network.get(API + "/me", headers=bearer(token)).is_success


@cache
def overlaps() -> Mapping[int, tuple[int, int]]:
    """For each wait, the most minutes in which Ada's app was refused, and in which a forged token
    opened, over the minutes of the change."""
    changes = {wait: [change_key(wait, at) for at in CHANGES] for wait in WAITS}
    return {
        wait: (max(len(one.refused) for one in each), max(len(one.forged) for one in each))
        for wait, each in changes.items()
    }


def at_nine(minute: int) -> str:
    """A minute after nine, as a clock shows it."""
    return iso(seconds("2023-11-27T09:00:00Z") + minute * 60)[11:16]
