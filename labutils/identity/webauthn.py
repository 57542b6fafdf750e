"""Run the provider's end of security keys (Web Authentication Level 3).

What it asks, what it checks, and the page on which a key is registered.
"""

import json
import struct
from collections.abc import Callable, Collection
from typing import Any
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from fido2 import cbor
from fido2.attestation.base import InvalidAttestation
from fido2.server import Fido2Server, VerifyAttestation, VerifyOrigin
from fido2.utils import websafe_decode
from fido2.webauthn import (
    AttestationConveyancePreference,
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from werkzeug.wrappers import Request, Response

from labutils.identity import tokens
from labutils.identity.factors import Draw, WrongAnswer
from labutils.identity.keys import Json
from labutils.identity.oauth import parameters, same
from labutils.identity.provider.app import LOOKING, Endpoint, Provider
from labutils.identity.provider.pages import page
from labutils.identity.provider.sign_in import (
    PersonMustAnswer,
    refuse_other_sites,
    sign_in,
    with_cookie,
)
from labutils.identity.provider.state import Session, State, User
from labutils.lab import data_file

FRESH = 300  # seconds after a sign-in in which a key may be added
LONGEST_ID = 1023  # bytes of a credential id (WebAuthn, 7.1)
PREFERRED = UserVerificationRequirement.PREFERRED


# What python-fido2 raises at the bytes of a browser that means ill: each is a refusal.
UNREADABLE = (
    *tokens.UNREADABLE,
    AssertionError,
    struct.error,
    InvalidSignature,
    UnsupportedAlgorithm,
    InvalidAttestation,
)


class SecurityKeys:
    """The security keys of one account, as its second factor.

    `verify_origin` says which origin a signature may name: this one, letter by letter. With
    `verify_attestation` (which raises, or returns) new keys are asked to say what they are.
    """

    page = "key"
    amr = "hwk"

    def __init__(
        self,
        origin: str,
        verify_origin: VerifyOrigin | None = None,
        verify_attestation: VerifyAttestation | None = None,
    ):
        site = PublicKeyCredentialRpEntity(id=urlsplit(origin).hostname, name=origin)
        wanted = AttestationConveyancePreference("direct" if verify_attestation else "none")
        self.server = Fido2Server(
            site, wanted, verify_origin or (lambda named: named == origin), verify_attestation
        )
        self.registered: dict[bytes, AttestedCredentialData] = {}
        self.counters: dict[bytes, int] = {}

    def ask(self, draw: Draw, /) -> tuple[dict[str, str], Json]:
        """Return a challenge for the keys that are registered (WebAuthn, 7.2).

        It is the JSON that a browser's API takes.
        """
        registered = list(self.registered.values())
        challenge = draw().encode()
        options, state = self.server.authenticate_begin(registered, PREFERRED, challenge)
        return {"options": json.dumps(dict(options.public_key))}, state

    def check(self, remembered: Json, answer: str, /) -> None:
        """Check that a registered key signed this challenge for this site and its counter went up.

        It must name this origin.

        Raises WrongAnswer (WebAuthn, 7.2).
        """
        registered = list(self.registered.values())
        try:
            response = AuthenticationResponse.from_dict(read_answer(answer))
            key = self.server.authenticate_complete(remembered, registered, response)
        except UNREADABLE as error:
            raise WrongAnswer(str(error)) from error
        counter = response.response.authenticator_data.counter
        last = self.counters[key.credential_id]
        counts = counter != 0 or last != 0  # 0 for good: a key that does not count (6.1.1)
        if counts and counter <= last:
            raise WrongAnswer("The counter did not go up: there may be two copies of this key.")
        self.counters[key.credential_id] = counter

    def offer(self, user: User, draw: Draw) -> tuple[dict[str, str], Json]:
        """Return what a browser needs to make a new credential (WebAuthn, 7.1)."""
        person = PublicKeyCredentialUserEntity(
            id=user.sub.encode(), name=user.username, display_name=user.name
        )
        options, state = self.server.register_begin(
            person,
            list(self.registered.values()),
            ResidentKeyRequirement.DISCOURAGED,
            PREFERRED,
            challenge=draw().encode(),
        )
        return {"options": json.dumps(dict(options.public_key))}, state

    def add(self, remembered: Json, answer: str, taken: Collection[bytes] = ()) -> None:
        """Register the key that answered, unless its credential is taken (WebAuthn, 7.1).

        Raises WrongAnswer.
        """
        try:
            data = self.server.register_complete(remembered, read_answer(answer))
        except UNREADABLE as error:
            raise WrongAnswer(str(error)) from error
        credential = data.credential_data
        asked_for = [offered.alg for offered in self.server.allowed_algorithms]
        if credential is None or credential.public_key.ALGORITHM not in asked_for:
            raise WrongAnswer("This kind of key was not asked for.")
        name = credential.credential_id
        if len(name) > LONGEST_ID:
            raise WrongAnswer("This kind of key was not asked for.")
        if name in self.registered or name in taken:
            raise WrongAnswer("This key is registered already.")
        self.registered[name] = credential
        self.counters[name] = data.counter


def read_answer(answer: str) -> Json:
    """Return the JSON of a browser's answer. Raises ValueError and the like for anything else.

    A number in place of bytes is refused: python-fido2 would make that many zero bytes of it.
    """
    response: Json = json.loads(answer, parse_int=str)
    client_data = json.loads(websafe_decode(response["response"]["clientDataJSON"]))
    if not isinstance(client_data["challenge"], str) or client_data.get("crossOrigin"):
        raise ValueError("That is not a response to this page.")
    attestation: Any = cbor.decode(
        websafe_decode(response["response"].get("attestationObject", "oA"))
    )
    if not isinstance(attestation.get("authData", b""), bytes):
        raise ValueError("That is not a response to this page.")
    return response


# --- the page /keys -----------------------------------------------------------------------------


def enable(provider: Provider, make: Callable[[str], SecurityKeys] = SecurityKeys) -> None:
    """Give a provider the page /keys, and the script that pages about keys need.

    `make` makes the keys of one account from the provider's origin.
    """
    provider.add_endpoint("/keys", Endpoint(KeyPage(provider, make)))
    provider.add_endpoint("/webauthn.js", Endpoint(script, LOOKING))


def script(_request: Request) -> Response:
    """Return the script between a page and the browser's API for keys."""
    text = data_file("pages/webauthn.js").read_text(encoding="utf-8")
    return Response(text, content_type="text/javascript")


class KeyPage:
    """The page on which a person who has just signed in adds a security key (WebAuthn, 7.1)."""

    def __init__(self, state: State, make: Callable[[str], SecurityKeys]):
        self.state = state
        self.make = make

    def __call__(self, request: Request) -> Response:
        """Sign in where that is due, take the key that came, and offer to add one."""
        params = parameters(request.values)
        posted = params if request.method == "POST" else {}
        if request.method == "POST":
            refuse_other_sites(self.state, request)
        session = self.authenticate(request, posted)
        note = ""
        if session.offered and "answer" in posted and same(posted.get("csrf", ""), session.csrf):
            note = self.register(request, session, posted["answer"])
        return self.offer(session, note)

    def authenticate(self, request: Request, posted: dict[str, str]) -> Session:
        """Return the session of whoever has just signed in, with all factors.

        Raises PersonMustAnswer with the login page.
        """
        if "username" in posted or "ticket" in posted:
            return sign_in(self.state, request, posted)
        session = self.state.current_session(request)
        if session is None or not self.may_add_keys(session):
            note = "Sign in first, no more than a moment ago."
            raise PersonMustAnswer(page("login", {}, action="/keys", note=note))
        return session

    def may_add_keys(self, session: Session) -> bool:
        """Return whether a session is fresh, and began with the second factor if there is one.

        So a session that is stolen later adds no key; one that was just phished can.
        """
        if self.state.now - session.auth_time > FRESH:
            return False
        return session.user.second_factor is None or "mfa" in session.amr

    def keys_of(self, user: User) -> SecurityKeys:
        """Return the security keys of an account; a new, empty set if it has none."""
        if isinstance(user.second_factor, SecurityKeys):
            return user.second_factor
        return self.make(self.state.issuer)

    def taken(self) -> set[bytes]:
        """Return the credentials of all accounts: no two may share one (WebAuthn, 7.1)."""
        factors = [user.second_factor for user in self.state.users.values()]
        return {
            credential
            for factor in factors
            if isinstance(factor, SecurityKeys)
            for credential in factor.registered
        }

    def register(self, request: Request, session: Session, answer: str) -> str:
        """Register the key that answered as the second factor; return what to tell the person."""
        keys = self.keys_of(session.user)
        try:
            keys.add(session.offered, answer, self.taken())
        except WrongAnswer as refusal:
            return f"The key was not accepted: {refusal}"
        self.state.enrol_second_factor(session.user.username, keys)
        session.amr = ["pwd", keys.amr, "mfa"]  # this browser has just shown the key
        self.state.log(request, "factor.add", user=session.user.username, session=session.sid)
        return "The key is registered."

    def offer(self, session: Session, note: str) -> Response:
        """Return the page that asks for a key to add."""
        keys = self.keys_of(session.user)
        texts, session.offered = keys.offer(session.user, self.state.draw)
        texts |= {
            "csrf": session.csrf,
            "person": session.user.name,
            "count": str(len(keys.registered)),
        }
        return with_cookie(self.state, page("keys", {}, texts, note=note), session)
