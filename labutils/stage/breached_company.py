"""Stage a company in a world, with the intruder at its doors (lessons 09, 14 and 15).

What opens is found out by trying: each attempt is an HTTP request that the company decides on.
"""

import httpx

from labutils.incident import cases
from labutils.incident.policy import World
from labutils.incident.services import PASS, Company
from labutils.lab import Lab

_OUTSIDE, _TRACKER_SERVER = (cases.load().addresses[zone] for zone in ("internet", "atlassian"))
INTRUDER, SERVER = _OUTSIDE.ip, _TRACKER_SERVER.ip  # addresses
EXPOSED = ("moveworks-token", "smartsheet-account", "bitbucket-account", "aws-account")
SERVICE_TOKEN = EXPOSED[0]
BEHIND_GATEWAY = ("tracker", "wiki", "code")  # services that want a pass of the gateway's


class BreachedCompany:
    """A company in a world, on 22 November, with the intruder at its doors."""

    def __init__(self, world: World):
        self.lab = Lab("lesson-09", "2023-11-22T12:00:00Z")
        self.company = Company(self.lab, world)
        self.browsers = {
            address.ip: self.lab.browser(address.agent, address.ip)
            for address in (_OUTSIDE, _TRACKER_SERVER)
        }

    def attempt(
        self, credential: str, scope: str, *, through: str | None = None, address: str = INTRUDER
    ) -> httpx.Response:
        """Make one request with one credential for a scope, `service:action`.

        With `through`, it goes past the gateway first, with that credential.
        """
        service, action = scope.split(":")
        headers = self.company.headers(
            self.company.estate.credentials[credential], self.company.secrets[credential]
        )
        if through is not None:
            gate = self.attempt(through, f"gateway:{service}")
            headers[PASS] = gate.json().get("pass", "none")
        return self.browsers[address].get(f"https://{service}.example/{action}", headers=headers)

    def revoke(self, credential: str) -> None:
        """Make a credential worthless.

        The account is deactivated, the token revoked, the implant removed.
        """
        self.company.credential_of.pop(self.company.secrets[credential], None)

    def restore(self, credential: str) -> None:
        """Make a credential valid again, as whoever can restore it does."""
        secret = self.company.secrets[credential]
        self.company.credential_of[secret] = self.company.estate.credentials[credential]

    def is_valid(self, credential: str) -> bool:
        """Return whether a credential has not been revoked."""
        return self.company.secrets[credential] in self.company.credential_of
