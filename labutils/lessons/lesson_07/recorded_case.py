"""The recorded support case as a running provider, and the doors that a thief tries (lesson 07)."""

import copy
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any
from urllib.parse import parse_qsl, quote_plus, urlencode

from werkzeug.test import create_environ

from labutils.identity.course_provider import CALLBACK, lab_provider
from labutils.identity.provider import Provider
from labutils.lab import Clock, Lab

# The lab's own client sets these.
LEFT_OUT = ("host", "content-length", "connection", "cookie", "accept-encoding")
FORM = "application/x-www-form-urlencoded"
SHORTEST = 8  # characters: none of this provider's credentials is shorter, so none is tried
# What a cookie's value may hold (RFC 6265, 4.1.1); a bearer token holds less (RFC 6750, 2.1).
COOKIE_OCTETS = re.compile(r"[!#-+\--:<-\[\]-~]+")
# What a provider remembers, and a try may change.
REMEMBERED = (
    "users",
    "clients",
    "sessions",
    "codes",
    "access_tokens",
    "refresh_tokens",
    "seen_proofs",
)


@dataclass(frozen=True)
class RebuiltCase:
    """The provider of a recording, in the state in which the recording ends.

    `verifier` is the PKCE verifier that the recording holds (RFC 7636, 4.1).
    """

    lab: Lab
    provider: Provider
    verifier: str


def rebuild(har: dict[str, Any]) -> RebuiltCase:
    """Send the recorded requests to the same provider in the lab, each at its time.

    Same dice, same clock: the same tokens come out. The file names seed, start and issuer in
    `log._lab`. Cookies are not taken from the file but from the answers, so that the default
    export, which has none, can be rebuilt too.
    """
    recorded_in, verifier = har["log"]["_lab"], ""
    lab = Lab(recorded_in["seed"], recorded_in["start"])
    clock = lab.clock
    assert isinstance(clock, Clock)  # the file names a start
    provider = lab_provider(lab, recorded_in["issuer"])
    lab.add("localhost", provider)
    ada = lab.browser("ada", "192.0.2.10")
    for entry in har["log"]["entries"]:
        request = entry["request"]
        if not request["url"].startswith(provider.issuer):
            continue
        clock.now = Clock(entry["startedDateTime"]).now - 1  # the request takes a second
        headers = {
            header["name"]: header["value"]
            for header in request["headers"]
            if header["name"].lower() not in LEFT_OUT
        }
        body = request.get("postData", {}).get("text", "")
        ada.request(request["method"], request["url"], headers=headers, content=body)
        verifier = dict(parse_qsl(body)).get("code_verifier", verifier)
    return RebuiltCase(lab, provider, verifier)


# --- doors --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Door:
    """An endpoint, and the place in a request where a credential stands: a header or a form field.

    The header comes with what stands before the credential in it. `shows` is what the answer says
    to whoever gets in.
    """

    path: str
    header: str = ""
    prefix: str = ""
    form: Mapping[str, str] | None = None
    field: str = ""
    shows: bytes = b""

    def environ(self, issuer: str) -> dict[str, Any]:
        """A request to this door, without a credential (PEP 3333)."""
        method, kind = ("GET", None) if self.form is None else ("POST", FORM)
        return create_environ(self.path, issuer, method=method, content_type=kind)

    def with_credential(self, environ: Mapping[str, Any], text: str) -> dict[str, Any] | None:
        """The request with this text as its credential; None where no header can carry it."""
        if self.form is None:
            can_be_sent = COOKIE_OCTETS.fullmatch(text)
            return {**environ, self.header: self.prefix + text} if can_be_sent else None
        known = "".join(f"{name}={quote_plus(value)}&" for name, value in self.form.items())
        body = f"{known}{self.field}={quote_plus(text, errors='replace')}".encode()
        return {**environ, "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}


class Attacker:
    """Tries texts at the doors of a rebuilt case, at the moment at which the recording ends.

    Each try meets the provider as it was then, and leaves it so.
    """

    def __init__(self, case: RebuiltCase):
        self.provider, self.audit, self.lines = case.provider, case.lab.audit, len(case.lab.audit)
        self.state = copy.deepcopy({name: getattr(case.provider, name) for name in REMEMBERED})
        # Trying one of these changes what the provider remembers, whatever the answer is.
        self.spendable = {*case.provider.codes, *case.provider.refresh_tokens}

    def opens(self, door: Door, environ: Mapping[str, Any], text: str) -> bool:
        """Whether this text opens this door."""
        request = door.with_credential(environ, text) if len(text) >= SHORTEST else None
        if request is None:
            return False
        status, body = self.ask(request)
        is_open = status.startswith("200") and door.shows in body
        if is_open or text in self.spendable:
            self.restore()
        del self.audit[self.lines :]
        return is_open

    def ask(self, environ: dict[str, Any]) -> tuple[str, bytes]:
        """Status and body of the provider's answer.

        The request goes straight to its WSGI callable, since there are thousands of them.
        """
        started: list[str] = []

        def start_response(
            status: str, _headers: object, _error: object = None
        ) -> Callable[[bytes], object]:
            started.append(status)
            return lambda _body: None  # nobody calls it

        body = b"".join(self.provider(environ, start_response))
        return started[-1], body

    def restore(self) -> None:
        """Bring the provider's state back, as a copy: the next try may change it again."""
        for name, value in copy.deepcopy(self.state).items():
            setattr(self.provider, name, value)


def doors(case: RebuiltCase) -> dict[str, Callable[[str], bool]]:
    """By door: does this text open it? It is answered by trying, once for each text."""
    attacker, issuer = Attacker(case), case.provider.issuer
    return {
        name: cache(partial(attacker.opens, door, door.environ(issuer)))
        for name, door in doors_of(case).items()
    }


def doors_of(case: RebuiltCase) -> dict[str, Door]:
    """The endpoints that take a credential of each kind."""
    question = {
        "response_type": "code",
        "client_id": "spa",
        "redirect_uri": CALLBACK,
        "scope": "openid profile offline_access",
        "code_challenge": "x" * 43,
        "code_challenge_method": "S256",
    }
    authorize = "/authorize?" + urlencode(question)
    refresh = {"client_id": "spa", "grant_type": "refresh_token"}
    redeem = {"client_id": "spa", "grant_type": "authorization_code", "redirect_uri": CALLBACK}
    redeem |= {"code_verifier": case.verifier}
    return {
        # The page that asks "Allow?" greets the person by name: whoever sees it is signed in, and
        # can press Allow.
        "session cookie": Door(authorize, "HTTP_COOKIE", "session=", shows=b'name="consent"'),
        "access token": Door("/userinfo", "HTTP_AUTHORIZATION", "Bearer "),
        "refresh token": Door("/token", form=refresh, field="refresh_token"),
        "code": Door("/token", form=redeem, field="code"),
        "password": Door("/authorize", form=question | {"username": "ada"}, field="password"),
    }
