"""What *Sender-constrained tokens* starts from: its notebook imports all of this."""

from collections.abc import Mapping
from inspect import getsource
from typing import Any

from labutils import (  # first: where a package is broken, they say so in a sentence
    check,
    ending,
    experiment,
    glass,
    hint,
    mine,
    quiz,
    ribbons,
    show_log,
    show_request,
    solution,
    target,
    wire,
)
from labutils.classroom.cards import show_why
from labutils.classroom.endings import welcome_back
from labutils.identity import dpop
from labutils.identity.dpop import access_token_hash, bare, need, read
from labutils.identity.oauth import bearer
from labutils.identity.tokens import inspect, public_jwk, thumbprint, verify_signature
from labutils.stage.thief import SILENT_REQUEST, VERIFIER, query
from labutils.stage.two_apps import API, LOGIN, NOTES

from . import (
    bound_cookies,
    bound_session,
    bound_tokens,
    differing,
    one_check_off,
    proof_life,
    tls_proxy,
)
from .bound_tokens import DpopApps, apps_with_dpop
from .first_check import first_check, prove
from .guarded_api import one_second_in_her_page
from .hostile_proofs import AT_API, CLAIMS, HEADER, NOW, TOM, make_proof
from .one_check_off import Check
from .rollout import TradeCookie, copies_after_the_switch
from .stopped_request import rows_of, used
from .tls_proxy import client_cert

NO_KEY = (
    "In her token is a claim, `cnf`: it names a key. The API takes this token only with a note "
    "that was signed with that key. Her page sends one with each request, in the header `DPoP`. "
    "Tom has the token, and no note."
)
USELESS = "A token that is bound to a key is no use without it."
SETTINGS = ("window 60 s", "window 5 s", "nonce 300 s", "nonce 20 s")
DISPUTED = ("exp in the past", "a nonce nobody asked for")


# --- her token, and her request -------------------------------------------------------------------


def her_token() -> tuple[DpopApps, str]:
    """Return apps in which Ada's page has read from the API, and the access token that it sent."""
    apps = apps_with_dpop()
    apps.api.profiles = {"u-1815": {"name": "Ada Lovelace", "salary": 9100}}
    apps.notes.read()
    return apps, apps.notes.latest_session()["access_token"]


def side_by_side(apps: DpopApps) -> None:
    """Show her request and Tom's on the wire, and say what his lacks."""
    first = next(at for at, one in enumerate(apps.lab.wire) if one.url == bound_tokens.DATA)
    wire(
        apps.lab,
        {"tom": apps.tom},
        watch=("access", "dpop"),
        start=first,
        title="Her request, and Tom's",
        hint="Open the first, and look for the header that his lacks. Then edit and send.",
    )
    show_why(NO_KEY, USELESS)


def with_her_proof() -> list[bool]:
    """Show what the API says of a request that Tom stopped, used in seven ways; return which of
    them it let in."""
    answers = used()
    show_log(
        rows_of(answers), "Seven ways to use it, each in a copy of the lab", lit=("status", 200)
    )
    return [answer.is_success for _, answer in answers]


# --- who gets past a check ------------------------------------------------------------------------


def proof_with(header: Mapping[str, Any] | None = None, **claims: Any) -> str:
    """Return a proof by Ada's key with some members changed."""
    return make_proof({**HEADER, **(header or {})}, {**CLAIMS, **claims})


def visit(verifier: Check) -> None:
    """Show under glass the proofs that come to a check, and which of them it lets in."""

    def says(proof: str) -> Any:
        return verifier(proof, {**AT_API, "seen": {"used-1"}})

    says.__wrapped__ = verifier  # type: ignore[attr-defined]  # the code that one may look at
    more = {
        "from last year": proof_with(iat=NOW - 365 * 86_400),
        "used before": proof_with(jti="used-1"),
        "for another token": proof_with(ath=access_token_hash("her token for the wiki")),
        "no proof at all": proof_with({"typ": "logout+jwt"}),
        "by Tom's key": make_proof({**HEADER, "jwk": public_jwk(TOM)}, CLAIMS, TOM),
    }
    glass(
        proof_with(),
        {"four questions": says},
        now=more["from last year"],
        more=more,
        title="Five visitors with a proof",
        hint="Press each of them. All but the last were signed with Ada's own key.",
    )


def beside_two_servers(check_proof: Check) -> list[str]:
    """Show each proof about which this check or one of two servers says otherwise than the others;
    return which of the disputed ones oidc-provider lets in."""
    rows = differing.rows(check_proof)
    total = len(differing.asked_of_others())
    show_log(rows, f"{total} proofs: where the three disagree")
    return [name for name in DISPUTED if any("oidc" in one for one in differing.letting_in(name))]


def after_the_switch(trade_cookie: TradeCookie) -> list[str]:
    """Show what Tom's copies get him on the day on which binding is switched on; return those that
    still get him her data."""
    rows = copies_after_the_switch(trade_cookie)
    show_log(rows, "What Tom holds, sent without any proof", lit=("he gets", "her data"))
    return [row["Tom's copy"] for row in rows if row["he gets"] == "her data"]


# --- a session that is bound to a device ----------------------------------------------------------


def what_they_say() -> None:
    """Show what her browser and the provider send for a bound session: at the sign-in, and at a
    refresh."""
    show_log(bound_session.messages(), "The headers, at sign-in and eleven minutes later")


def five_thieves() -> list[bool]:
    """Show when each of five thieves gets in with what he took; return who still does tomorrow."""
    rows = bound_session.thefts()
    show_log(rows, "A session that is bound to Ada's device", lit=("tomorrow", "in"))
    return [row["tomorrow"] == "in" for row in rows]


# --- her page -------------------------------------------------------------------------------------


def in_her_page(check_proof: Check) -> str:
    """Show what one second in her page gives Tom at an API with this check; return when it lets him
    in for the last time."""
    rows = one_second_in_her_page(check_proof)
    show_log(rows, "What Tom made of one second", lit=("your API", "lets him in"))
    return [row["when"] for row in rows if row["your API"] == "lets him in"][-1]


def bars() -> int:
    """Show for how long each thing that Tom made in her page works, by the API's setting; return
    the seconds of a proof that is dated ahead, where the window is five seconds."""
    worth = proof_life.worth(SETTINGS)
    ribbons(
        worth,
        dial="The API has a",
        horizon=proof_life.HOURS * 60,
        start="window 5 s",
        title="From the second in her page to Tom's last success",
        hint="Turn the dial. A window is how far a date may be off; a nonce changes that often.",
    )
    return round(worth["proof, dated ahead", "window 5 s"] * 60)


welcome_back("11")
__all__ = [
    "API", "LOGIN", "NOTES", "NOW", "SILENT_REQUEST", "VERIFIER", "access_token_hash",
    "after_the_switch", "apps_with_dpop", "bare", "bars", "bearer", "beside_two_servers",
    "bound_cookies", "bound_session", "bound_tokens", "check", "client_cert", "dpop",
    "ending", "experiment", "first_check", "five_thieves", "getsource", "her_token", "hint",
    "in_her_page", "inspect", "make_proof", "mine", "need", "one_check_off", "proof_life",
    "prove", "public_jwk", "query", "quiz", "read", "show_log", "show_request",
    "side_by_side", "solution", "target", "thumbprint", "tls_proxy", "verify_signature",
    "visit", "what_they_say", "with_her_proof",
]  # fmt: skip
