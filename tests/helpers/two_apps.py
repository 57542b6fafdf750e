"""What the tests of identity share: a provider, two clients, an API and two browsers.

It stands here, and not in a stage, so that no lesson can change what these tests mean.
"""

import httpx

from labutils.identity import person
from labutils.identity.provider import Provider
from labutils.identity.provider.state import Client, User
from labutils.identity.relying_party import RelyingParty
from labutils.identity.resource_server import ResourceServer
from labutils.lab import Lab

START = "2023-10-18T09:00:00Z"
LOGIN = "https://login.example"
WIKI = "https://wiki.example"
NOTES = "https://notes.example"
API = "https://api.example"
SECRETS = {
    "wiki": "the-wiki-keeps-this-to-itself",
    "api": "the-api-asks-with-this",
    "backup": "the-backup-job-has-this",
}
USERS = (
    User("ada", "analytical-engine-1843", "u-1815", "Ada Lovelace"),
    User("tom", "tom-has-a-password-too", "u-0666", "Tom Thief"),
)
CLIENTS = (
    Client("wiki", (WIKI + "/cb",), SECRETS["wiki"], post_logout_redirect_uris=(WIKI + "/",)),
    Client("notes", (NOTES + "/cb",)),
    Client("api", secret=SECRETS["api"], grant_types=()),
    Client("backup", (), SECRETS["backup"], "read", ("client_credentials",)),
)


class TwoApps:
    """The wiki is a confidential client, and notes a public one; the API serves both.

    `ada` and `tom` are browsers. With opaque access tokens the API asks the provider.
    """

    def __init__(
        self,
        seed: str,
        *,
        start: str = START,
        provider: type[Provider] = Provider,
        application: type[RelyingParty] = RelyingParty,
        opaque_access_tokens: bool = False,
    ):
        asks_as = ("api", SECRETS["api"]) if opaque_access_tokens else None
        self.lab = Lab(seed, start)
        self.provider = provider(self.lab, LOGIN, opaque_access_tokens=opaque_access_tokens)
        for user in USERS:
            copy = User(user.username, user.password, user.sub, user.name)
            self.provider.users[user.username] = copy
        for client in CLIENTS:
            self.provider.clients[client.client_id] = client
        self.wiki = application(self.lab, WIKI, LOGIN, "wiki", SECRETS["wiki"])
        self.notes = application(self.lab, NOTES, LOGIN, "notes")
        self.api = ResourceServer(self.lab, API, LOGIN, introspect_as=asks_as)
        self.lab.add("login.example", self.provider)
        self.lab.add("wiki.example", self.wiki)
        self.lab.add("notes.example", self.notes)
        self.lab.add("api.example", self.api)
        self.ada = self.lab.browser("ada", "192.0.2.10")
        self.tom = self.lab.browser("tom", "203.0.113.66")

    def sign_in(self, who: str = "ada", at: str = WIKI, until: str | None = None) -> httpx.Response:
        """Let a person sign in at an application, with the right password."""
        password = self.provider.users[who].password
        return person.sign_in(getattr(self, who), at + "/login", who, password, until=until)
