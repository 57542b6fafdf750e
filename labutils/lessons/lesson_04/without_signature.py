"""A client that leaves the ID token's signature to TLS: safe where the token comes straight from
the provider (OpenID Connect Core, 3.1.3.7, point 6), and nowhere else."""

from collections.abc import Mapping
from typing import Any

import httpx

from labutils.identity.tokens import inspect, json_part
from labutils.stage.recorded import recorded

from .form_post import FORM, at_form_wiki
from .id_tokens import ADA, ISSUER, NOW, claims_of

CLIENT = "oauth4webapi"


def claims_alone(token: str, nonce: str) -> Mapping[str, Any]:
    """The claims of an ID token whose every claim is right, whoever wrote them.

    Raises ValueError for another issuer, audience, time or sign-in.
    """
    claims = inspect(token).claims or {}
    if (claims.get("iss"), claims.get("aud")) != (ISSUER, "wiki"):
        raise ValueError("another issuer, or another audience")
    if not claims["iat"] <= NOW < claims["exp"]:
        raise ValueError("not valid at this time")
    if claims.get("nonce") != nonce:
        raise ValueError("the answer to another sign-in")
    return claims


def post_made_up(check: Any) -> httpx.Response:
    """What Tom gets at the wiki with the form if it signs people in by this check, and he posts a
    token that he made up: Ada's name, the nonce of his own sign-in, and no signature."""
    tom = at_form_wiki(check)
    asked = tom.get(FORM + "/login").headers["location"]
    claims = {**claims_of("made up"), "sub": ADA, "nonce": httpx.URL(asked).params["nonce"]}
    token = f"{json_part({'alg': 'RS256'})}.{json_part(claims)}."
    answer = tom.post(FORM + "/cb", data={"id_token": token})
    return tom.get(FORM + "/page") if answer.is_redirect else answer


def at_the_library() -> dict[str, list[str | None]]:
    """Each forgery of lesson 02, and whom a certified client library took its bearer for: in the
    code flow, and when it was also told to check the signature (data/real/verifiers.json)."""
    of = recorded("verifiers")
    forged = [name for name, group in of["groups"].items() if group == "forged"]
    return {name: of["rows"][name][CLIENT] for name in forged}
