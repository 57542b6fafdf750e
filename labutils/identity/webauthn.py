"""The provider's end of security keys (Web Authentication Level 3): what it asks, what it checks,
and where a key is registered.
"""

import json
from collections.abc import Callable, Collection
from urllib.parse import urlsplit

from fido2 import cbor
from fido2.server import Fido2Server, VerifyAttestation, VerifyOrigin
from fido2.utils import websafe_decode
from fido2.webauthn import (
    AttestationConveyancePreference,
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
)
from werkzeug.wrappers import Request, Response

from labutils.identity.factors import WrongAnswer
from labutils.identity.oauth import parameters, same
from labutils.identity.provider import Provider
from labutils.identity.provider.pages import page
from labutils.identity.provider.state import User
from labutils.lab import data_file

FRESH = 300  # seconds after a sign-in in which a key may be added: a session stolen later adds none, one just phished can
LONGEST_ID = 1023  # bytes of a credential id (WebAuthn, 7.1)


class SecurityKeys:
    """The keys of one account, as its second factor.

    `verify_origin` says which origin a signature may name: this one, letter by letter.

    With `verify_attestation` (which raises, or returns) new keys are asked to say what they are.
    """

    page, amr = "key", "hwk"

    def __init__(
        self,
        origin: str,
        verify_origin: VerifyOrigin | None = None,
        verify_attestation: VerifyAttestation | None = None,
    ):
        site = PublicKeyCredentialRpEntity(id=urlsplit(origin).hostname, name=origin)
        wanted = AttestationConveyancePreference("direct" if verify_attestation else "none")
        self.server = Fido2Server(
            site, wanted, verify_origin or (lambda said: said == origin), verify_attestation
        )
        self.registered: dict[bytes, AttestedCredentialData] = {}
        self.counters: dict[bytes, int] = {}

    def ask(self, draw: Callable[[], str]) -> tuple[dict[str, str], dict]:
        """A challenge for the keys that are registered, as the JSON that a browser's API takes
        (WebAuthn, 7.2).
        """
        options, state = self.server.authenticate_begin(
            list(self.registered.values()), "preferred", draw().encode()
        )
        return {"options": json.dumps(dict(options.public_key))}, state

    def check(self, remembered: dict, answer: str) -> None:
        """The signature of a registered key over this challenge, this origin and this site, and a
        counter that went up.
        """
        try:
            response = AuthenticationResponse.from_dict(_read(answer))
            key = self.server.authenticate_complete(
                remembered, list(self.registered.values()), response
            ).credential_id
        except Exception as error:  # whatever the library raises at hostile bytes is a refusal
            raise WrongAnswer(str(error)) from error
        counted = response.response.authenticator_data.counter
        if (counted or self.counters[key]) and counted <= self.counters[
            key
        ]:  # 0 for good: a key that does not count (WebAuthn, 6.1.1)
            raise WrongAnswer("The counter did not go up: there may be two of this key.")
        self.counters[key] = counted

    def offer(self, user: User, draw: Callable[[], str]) -> tuple[dict[str, str], dict]:
        """What a browser needs to make a new credential (WebAuthn, 7.1)."""
        person = PublicKeyCredentialUserEntity(
            id=user.sub.encode(), name=user.username, display_name=user.name
        )
        options, state = self.server.register_begin(
            person,
            list(self.registered.values()),
            "discouraged",
            "preferred",
            challenge=draw().encode(),
        )
        return {"options": json.dumps(dict(options.public_key))}, state

    def add(self, remembered: dict, answer: str, taken: Collection[bytes] = ()) -> None:
        """Register the key that answered, unless its credential is taken."""
        try:
            made = self.server.register_complete(remembered, _read(answer))
        except Exception as error:
            raise WrongAnswer(str(error)) from error
        key, algorithm = (
            made.credential_data.credential_id,
            made.credential_data.public_key.ALGORITHM,
        )
        if (
            algorithm not in [offered.alg for offered in self.server.allowed_algorithms]
            or len(key) > LONGEST_ID
        ):
            raise WrongAnswer("This kind of key was not asked for.")
        if key in self.registered or key in taken:
            raise WrongAnswer("This key is registered already.")
        self.registered[key], self.counters[key] = made.credential_data, made.counter


def _read(answer: str) -> dict:
    """The JSON of an answer.

    A number in the place of bytes is refused: python-fido2 would make that many zero bytes of
    it.
    """
    found = json.loads(answer, parse_int=str)
    said = json.loads(websafe_decode(found["response"]["clientDataJSON"]))
    made = cbor.decode(websafe_decode(found["response"].get("attestationObject", "oA")))
    if (
        not isinstance(said["challenge"], str)
        or not isinstance(made.get("authData", b""), bytes)
        or said.get("crossOrigin")
    ):
        raise ValueError("That is no answer to this page.")
    return found


def enable(provider: Provider, make: Callable[[str], SecurityKeys] = SecurityKeys) -> None:
    """Give a provider the page /keys, where a person who has just signed in adds a security key,
    and the script that such pages need.
    """

    def taken() -> set[bytes]:
        """The credentials of all accounts: none may stand at two (WebAuthn, 7.1)."""
        factors = [
            user.second_factor
            for user in provider.users.values()
            if isinstance(user.second_factor, SecurityKeys)
        ]
        return {credential for factor in factors for credential in factor.registered}

    def keys(request: Request) -> Response:
        params, session = parameters(request.values), provider.session(request)
        if request.method == "POST":
            provider.refuse_other_sites(request)
        if request.method == "POST" and {"username", "ticket"} & params.keys():
            session = provider.sign_in(request, params)
            if isinstance(session, Response):
                return session
        elif (
            session is None
            or provider.lab.clock.now - session.auth_time > FRESH
            or session.user.second_factor
            and "mfa" not in session.amr
        ):
            return page("login", {}, action="/keys", note="Sign in first, a moment ago at most.")
        factor, note = session.user.second_factor, ""
        if not isinstance(factor, SecurityKeys):
            factor = make(provider.issuer)
        posted = params if request.method == "POST" else {}
        if "answer" in posted and same(posted.get("csrf", ""), session.csrf) and session.offered:
            try:
                factor.add(session.offered, posted["answer"], taken())
                session.user.second_factor, note = factor, "The key is registered."
                session.amr = ["pwd", factor.amr, "mfa"]  # this browser has just shown the key
                provider.log(request, "factor.add", user=session.user.username, session=session.sid)
            except WrongAnswer as refusal:
                note = f"The key was not taken: {refusal}"
        texts, session.offered = factor.offer(session.user, provider.draw)
        asked = page(
            "keys",
            {},
            note=note,
            csrf=session.csrf,
            person=session.user.name,
            count=str(len(factor.registered)),
            **texts,
        )
        return provider.with_cookie(asked, session)

    def script(request: Request) -> Response:
        return Response(
            data_file("pages/webauthn.js").read_text(encoding="utf-8"),
            content_type="text/javascript",
        )

    provider.endpoints |= {"/keys": keys, "/webauthn.js": script}
