"""A rotation and its proof: an inventory, and old secrets tried at their doors (lesson 15).

Last, the change of a signing key: with and without an outage.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from labutils.identity.oauth import bearer
from labutils.lab import iso, seconds
from labutils.stage.two_apps import API, NOTES, build_apps, refresh_tokens

DAY = 86400  # seconds
NOTICE = "2023-10-18T12:00:00Z"  # when the company was told
KINDS = ("service account", "service token", "API key", "certificate")


@dataclass(frozen=True)
class CredentialRecord:
    """A row of the company's inventory. Times are seconds since 1970.

    `replaced` is when a new credential took its place.
    """

    id: str
    kind: str
    owner: str
    issued: int
    expires: int
    last_used: int | None
    replaced: int | None = None


MADE_INSIDE = CredentialRecord(
    "a user like the others",
    "user",
    "",
    seconds("2023-11-16T15:00:00Z"),
    seconds("2024-11-16T15:00:00Z"),
    None,
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


# --- what the list says, and what the doors say -------------------------------------------------


def still_valid(
    records: Sequence[CredentialRecord], until: int, now: int
) -> list[CredentialRecord]:
    """What the list says: issued until then, neither replaced nor expired. It should be empty.

    `until` and `now` are seconds since 1970.
    """
    return [
        record
        for record in records
        if record.issued <= until and record.replaced is None and record.expires > now
    ]


def old_secret(record: CredentialRecord) -> str:
    """The secret that a credential had at the notice, and that a thief may hold."""
    return f"the old secret of {record.id}"


class Services:
    """The services behind an inventory. Each knows the secrets that open it now."""

    def __init__(self, records: Sequence[CredentialRecord]):
        self.secrets = {record.id: {old_secret(record)} for record in records}

    def rotate(self, record: CredentialRecord, moment: int) -> CredentialRecord:
        """A new secret in the place of the old one, and a row that says so.

        A service of team-07 takes two API keys at a time, so that a change needs no outage: there
        the new one stands beside the old one until somebody removes that.
        """
        two_keys = record.kind == "API key" and record.owner == "team-07"
        kept = self.secrets[record.id] if two_keys else set()
        self.secrets[record.id] = kept | {f"the new secret of {record.id}"}
        return replace(record, replaced=moment)

    def remove_old(self, record: CredentialRecord) -> None:
        """Take the old secret away."""
        self.secrets[record.id].discard(old_secret(record))

    def accepts(self, record: CredentialRecord, secret: str) -> bool:
        """Whether this secret opens the door of this credential."""
        return secret in self.secrets[record.id]


def still_accepted(
    services: Services, records: Sequence[CredentialRecord]
) -> list[CredentialRecord]:
    """What the doors say: each old secret is tried at its door."""
    return [record for record in records if services.accepts(record, old_secret(record))]


# --- a signing key ------------------------------------------------------------------------------


def change_key(wait: int) -> list[str]:
    """The provider signs with a new key and drops the old one `wait` minutes later.

    Returns the times at which Ada's app was refused.
    """
    apps = build_apps("lesson-15")
    apps.sign_in("ada", NOTES)
    session = apps.notes.latest_session()
    begun, refused = apps.lab.clock.now, []
    for minute in range(1, 21):
        apps.lab.clock.wait_until(begun + minute * 60)
        if minute == 3:
            apps.provider.rotate_signing_key()
        if minute == 3 + wait:
            apps.provider.keys = apps.provider.keys[:2]
        if minute % 8 == 0:  # the app refreshes before its token of ten minutes is over
            refresh_tokens(apps)
        header = bearer(session["access_token"])
        if not apps.notes.network.get(API + "/me", headers=header).is_success:
            refused.append(iso(apps.lab.clock.now)[11:16])
    return refused
