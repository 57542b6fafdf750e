"""The recorded support case, brought to life: the same provider in the lab, and the doors that a thief tries."""

import io
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from urllib.parse import parse_qsl, urlencode

from werkzeug.test import create_environ

from labutils.identity.course_provider import CALLBACK, lab_provider
from labutils.identity.provider import Provider
from labutils.lab import Clock, Lab

LEFT_OUT = (
    "host",
    "content-length",
    "connection",
    "cookie",
    "accept-encoding",
)  # the lab's own client sets these
FORM = "application/x-www-form-urlencoded"
STATE = ("users", "clients", "sessions", "codes", "access_tokens", "refresh_tokens", "seen_proofs")


@dataclass(frozen=True)
class Rebuilt:
    """The provider of a recording in the state in which the recording ends, and the PKCE verifier that the recording holds."""

    lab: Lab
    provider: Provider
    verifier: str


def rebuild(har: dict) -> Rebuilt:
    """Send the recorded requests to the same provider in the lab, each at its time. Same dice, same clock: the same tokens come out.

    The file names seed, start and issuer in `log._lab`. Cookies are not taken from the file but from the answers, so that the
    default export, which has none, can be rebuilt too.
    """
    told, verifier = har["log"]["_lab"], ""
    lab = Lab(told["seed"], told["start"])
    provider = lab_provider(lab, told["issuer"])
    lab.add("127.0.0.1", provider)
    ada = lab.browser("ada", "192.0.2.10")
    for entry in har["log"]["entries"]:
        request = entry["request"]
        if request["url"].startswith(told["issuer"]):
            lab.clock.now = (
                Clock(entry["startedDateTime"]).now - 1
            )  # the request itself takes a second
            headers = {
                header["name"]: header["value"]
                for header in request["headers"]
                if header["name"].lower() not in LEFT_OUT
            }
            body = request.get("postData", {}).get("text", "")
            ada.request(request["method"], request["url"], headers=headers, content=body)
            verifier = dict(parse_qsl(body)).get("code_verifier", verifier)
    return Rebuilt(lab, provider, verifier)


def doors(rebuilt: Rebuilt) -> dict[str, Callable[[str], bool]]:
    """Where a thief tries a text, at the moment at which the recording ends. Each try meets the provider as it was then.

    A door remembers what was tried at it. Requests go straight to the provider's WSGI callable, since they are thousands.
    """
    provider, lab, issuer = rebuilt.provider, rebuilt.lab, rebuilt.provider.issuer
    spendable = {
        *provider.codes,
        *provider.refresh_tokens,
    }  # trying one of these changes what the provider remembers
    kept, logged = pickle.dumps({name: getattr(provider, name) for name in STATE}), len(lab.audit)
    question = {
        "response_type": "code",
        "client_id": "spa",
        "redirect_uri": CALLBACK,
        "scope": "openid profile offline_access",
        "code_challenge": "x" * 43,
        "code_challenge_method": "S256",
    }

    def door(
        path: str,
        header: str = "",
        value: str = "",
        form: dict[str, str] | None = None,
        shows: bytes = b"",
    ) -> Callable[[str], bool]:
        """A request with TEXT somewhere in it, as a question: does the answer say yes, and show this, to this text?"""
        asked = create_environ(
            path, issuer, method="GET" if form is None else "POST", content_type=form and FORM
        )

        @cache
        def opens(text: str) -> bool:
            if header and not (text.isascii() and text.isprintable()):
                return False  # no header can carry it
            body = urlencode(
                {name: text if held == "TEXT" else held for name, held in (form or {}).items()},
                errors="replace",
            ).encode()
            environ = asked | {
                header: value + text,
                "wsgi.input": io.BytesIO(body),
                "CONTENT_LENGTH": str(len(body)),
            }
            answer: list = []
            body = b"".join(
                provider(
                    environ,
                    lambda status, headers, error=None: answer.extend((status, dict(headers))),
                )
            )
            opened = answer[0].startswith("200") and shows in body
            if opened or text in spendable:
                vars(provider).update(
                    pickle.loads(kept)
                )  # our own state of a moment ago: the quickest deep copy
            del lab.audit[logged:]
            return opened

        return opens

    public = {"client_id": "spa"}
    return {
        # the page that asks "Allow?" greets the person by name: whoever sees it is signed in, and can press Allow
        "session cookie": door(
            "/authorize?" + urlencode(question), "HTTP_COOKIE", "session=", shows=b'name="consent"'
        ),
        "access token": door("/userinfo", "HTTP_AUTHORIZATION", "Bearer "),
        "refresh token": door(
            "/token", form=public | {"grant_type": "refresh_token", "refresh_token": "TEXT"}
        ),
        "code": door(
            "/token",
            form=public
            | {
                "grant_type": "authorization_code",
                "code": "TEXT",
                "redirect_uri": CALLBACK,
                "code_verifier": rebuilt.verifier,
            },
        ),
        "password": door("/authorize", form=question | {"username": "ada", "password": "TEXT"}),
    }
