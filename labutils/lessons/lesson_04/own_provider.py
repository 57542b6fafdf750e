"""A wiki at which each company signs in by a provider of its own, and the provider of Tom's.

The wiki knows an address. What it needs is in the document there (OpenID Connect Discovery, 4):
who the issuer is, and where its keys are. Who wrote the document is another question (4.3).
"""

from collections.abc import Callable, Mapping
from typing import Any

import httpx
from werkzeug.exceptions import NotFound, Unauthorized
from werkzeug.wrappers import Request, Response

from labutils.identity.oauth import as_json
from labutils.identity.tokens import sign
from labutils.lab import Lab
from labutils.stage import forgeries as forged
from labutils.stage.small_app import SmallApp
from labutils.stage.two_apps import LOGIN, TwoApps, build_apps

from .form_post import FORM, FormPostWiki
from .id_tokens import ADA

TOMS = "https://login.tom.test"
DOCUMENT = "/.well-known/openid-configuration"
Document = Mapping[str, Any]
Validate = Callable[..., Mapping[str, Any]]
Trust = Callable[[str, Document], bool]


def anybody(_address: str, _document: Document) -> bool:
    """Trust each document, whoever it says it speaks for."""
    return True


class CompaniesWiki(FormPostWiki):
    """A wiki with form_post whose /login takes the address of a provider. `validate` is given the
    issuer and the keys that its document names; `trust` says whether to read on. A person is
    known by `sub` and `iss` together (OpenID Connect Core, 5.7)."""

    def __init__(self, lab: Lab, validate: Validate, trust: Trust = anybody):
        super().__init__(lab, self.by_its_document)
        self.validate, self.trust = validate, trust
        self.network = lab.browser("the wiki", "192.0.2.222")
        self.documents: dict[str, Document] = {}  # by nonce

    def answer(self, request: Request) -> Response:
        """What the wiki says at each of its paths."""
        if request.path == "/login":
            return self.begin_at(request.args.get("issuer", LOGIN))
        return super().answer(request)

    def begin_at(self, address: str) -> Response:
        """Begin a sign-in at the provider that has this address."""
        document = self.network.get(address + DOCUMENT).json()
        if not self.trust(address, document):
            raise Unauthorized(f"The document at {address} speaks for somebody else.")
        response = self.begin(address)
        self.documents[[*self.nonces.values()][-1]] = document
        return response

    def by_its_document(self, token: str, nonce: str) -> Mapping[str, Any]:
        """Whoever the token is about, with the issuer. Raises what `validate` raises."""
        document = self.documents[nonce]
        keys = self.network.get(document["jwks_uri"]).json()
        now = self.lab.clock.now
        claims = self.validate(token, keys, document["issuer"], "wiki", nonce, now)
        return {"sub": f"{claims['sub']} of {claims['iss']}"}


class TomsProvider(SmallApp):
    """A provider with keys of its own, whose document says that it is another."""

    def answer(self, request: Request) -> Response:
        """What it says at each of its paths."""
        if request.path == DOCUMENT:
            return as_json({"issuer": LOGIN, "jwks_uri": TOMS + "/jwks"})
        if request.path == "/jwks":
            return as_json(forged.ANOTHER_LIST)
        raise NotFound(f"This provider has: {DOCUMENT}, /jwks")


def with_toms_provider(validate: Validate, trust: Trust = anybody) -> TwoApps:
    """The apps, a wiki that takes each company's provider, and Tom's provider."""
    apps = build_apps("lesson-04/own")
    apps.lab.add("form.example", CompaniesWiki(apps.lab, validate, trust))
    apps.lab.add("login.tom.test", TomsProvider())
    return apps


def sign_in_by_own(apps: TwoApps) -> httpx.Response:
    """Tom begins a sign-in at his provider, signs a token about Ada, and posts it: his page, or the
    wiki's refusal."""
    answer = apps.tom.get(FORM + "/login", params={"issuer": TOMS})
    if not answer.is_redirect:
        return answer
    now = apps.lab.clock.now
    claims = {
        "iss": LOGIN,
        "sub": ADA,
        "aud": "wiki",
        "iat": now,
        "exp": now + 600,
        "nonce": httpx.URL(answer.headers["location"]).params["nonce"],
    }
    answer = apps.tom.post(FORM + "/cb", data={"id_token": sign(claims, forged.ANOTHER)})
    return apps.tom.get(FORM + "/page") if answer.is_redirect else answer
