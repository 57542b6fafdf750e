"""The recorded support case, brought to life: the same provider in the lab, and the doors that a thief tries."""
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

import httpx

from labutils.identity.provider import Provider
from labutils.identity.served import CALLBACK, lab_provider
from labutils.lab import Clock, Lab

LEFT_OUT = ("host", "content-length", "connection", "cookie", "accept-encoding")  # the lab's own client sets these
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
            lab.clock.now = Clock(entry["startedDateTime"]).now - 1  # the request itself takes a second
            headers = {header["name"]: header["value"] for header in request["headers"] if header["name"].lower() not in LEFT_OUT}
            body = request.get("postData", {}).get("text", "")
            ada.request(request["method"], request["url"], headers=headers, content=body)
            verifier = dict(parse_qsl(body)).get("code_verifier", verifier)
    return Rebuilt(lab, provider, verifier)


def doors(rebuilt: Rebuilt) -> dict[str, Callable[[str], bool]]:
    """Where a thief tries a text, at the moment at which the recording ends. Each try meets the provider as it was then."""
    provider, lab, issuer = rebuilt.provider, rebuilt.lab, rebuilt.provider.issuer
    kept, now, logged = pickle.dumps({name: getattr(provider, name) for name in STATE}), lab.clock.now, len(lab.audit)
    network = httpx.WSGITransport(provider, remote_addr="203.0.113.66")
    question = {"response_type": "code", "client_id": "spa", "redirect_uri": CALLBACK, "scope": "openid profile offline_access",
                "code_challenge": "x" * 43, "code_challenge_method": "S256"}
    silent = f"{issuer}/authorize?{urlencode(question | {'prompt': 'none'})}"

    def send(method: str, url: httpx.URL, headers: dict[str, str], form: dict[str, str] | None = None) -> httpx.Response:
        vars(provider).update(pickle.loads(kept))  # our own state of a moment ago: the quickest deep copy
        lab.clock.now = now
        try:
            return network.handle_request(httpx.Request(method, url, headers=headers, data=form))
        finally:
            del lab.audit[logged:]

    def door(method: str, address: str, headers: dict[str, str], form: dict[str, str] | None = None) -> Callable[[str], bool]:
        url = httpx.URL(address)  # read once, for a thousand tries

        def opens(text: str) -> bool:
            """Whether the answer is yes. A text that does not fit into a request opens nothing."""
            try:
                answer = send(method, url, _filled(headers, text), form and _filled(form, text))
            except ValueError:  # characters that a header or a form cannot carry
                return False
            return answer.status_code == 200 or "?code=" in answer.headers.get("location", "")
        return opens

    token, public = issuer + "/token", {"client_id": "spa"}
    return {
        "session cookie": door("GET", silent, {"cookie": "session=TEXT"}),
        "access token": door("GET", issuer + "/userinfo", {"authorization": "Bearer TEXT"}),
        "refresh token": door("POST", token, {}, public | {"grant_type": "refresh_token", "refresh_token": "TEXT"}),
        "code": door("POST", token, {}, public | {"grant_type": "authorization_code", "code": "TEXT", "redirect_uri": CALLBACK,
                                                  "code_verifier": rebuilt.verifier}),
        "password": door("POST", issuer + "/authorize", {}, question | {"username": "ada", "password": "TEXT"})}


def _filled(fields: dict[str, str], text: str) -> dict[str, str]:
    return {name: value.replace("TEXT", text) for name, value in fields.items()}
