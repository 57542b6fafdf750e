"""What *OpenID Connect* starts from: `from labutils.lessons.lesson_04.start import *`."""

import json
from collections.abc import Callable
from typing import Any

from labutils import (  # first: where a package is broken, they say so in a sentence
    check,
    ending,
    experiment,
    glass,
    hint,
    mine,
    quiz,
    show,
    show_log,
    show_request,
    solution,
    target,
)

# isort: split
import jwt

from labutils.classroom.endings import welcome_back
from labutils.identity.tokens import inspect, unb64
from labutils.instruments.calling import own_function
from labutils.pictures.grid import grid
from labutils.stage import forgeries as forged
from labutils.stage.recorded import OURS, recorded
from labutils.stage.two_apps import LOGIN, NOTES, WIKI, TwoApps, build_apps
from labutils.text import shown

from .eager_wiki import EAGER, with_eager_wiki
from .form_post import (
    Check,
    FormPostWiki,
    at_form_wiki,
    form_lab,
    post_in_form,
    three_checks,
)
from .id_tokens import (
    NOW,
    bad_id_tokens,
    found_in_a_log,
    good_id_tokens,
    in_a_log,
    in_time,
)
from .own_provider import Trust, Validate, anybody, sign_in_by_own, with_toms_provider
from .rotation import after_rotation
from .without_signature import CLIENT, at_the_library, claims_alone, post_made_up

KEYS = forged.KEYS
# What is asked about libraries, and the same fault among the tokens of this lesson.
FAULTS = {
    "another issuer": "a different issuer",
    "another audience": "a different audience",
    "two audiences": "an untrusted audience as well as ours",
    "nonce of another sign-in": "the nonce from a different sign-in",
    "expired": "a token that has just expired",
}


# --- two visitors -------------------------------------------------------------------------------


def page_of(validate: Callable[..., Any], *rest: Any) -> Callable[[str], str]:
    """Return an application as a verifier: what it shows to whoever brings a token. Its code may be
    looked at where it is the learner's: the course's would be the solution."""

    def shows(token: str) -> str:
        return f"hello {validate(token, *rest).get('sub')}"

    code = getattr(own_function(validate), "__code__", None)
    if code is not None and not code.co_filename.startswith("<the course's"):
        shows.__wrapped__ = validate  # type: ignore[attr-defined]
    return shows


def two_visitors(verify: Callable[..., Any]) -> None:
    """Show whom a wiki lets in that checks the signature: Ada with the token that the provider
    made for it, and Tom with the one that it made for his own application."""
    apps = build_apps("lesson-04")
    keys = apps.ada.get(LOGIN + "/jwks").json()
    apps.lab.add("form.example", FormPostWiki(apps.lab, lambda token, _: verify(token, keys)))
    apps.sign_in("ada", WIKI)
    apps.sign_in("ada", NOTES)
    tokens = [app.latest_session()["id_token"] for app in (apps.wiki, apps.notes)]
    rows = []
    for name, browser, token in zip(("one", "two"), (apps.ada, apps.tom), tokens, strict=True):
        claims = verify(token, keys)
        page = post_in_form(browser, token).json()
        row = {"visitor": name, "signed by": claims["iss"], "about": claims["sub"]}
        rows.append(row | {"the wiki says": f"hello {page['hello']}"})
    show_log(rows, "Two visitors at the wiki")
    glass(
        tokens[1],
        {"the wiki": page_of(verify, keys)},
        key=lambda token: verify(token, keys),
        before=tokens[0],
        more={"visitor two": tokens[1]},
        title="Visitor two, compared with visitor one",
        hint="Both are signed. Type `wiki` into `aud`, and see what that does.",
    )


def at_the_eager_wiki() -> str:
    """Show what Tom gets for an access token of Ada's where the wiki asks the provider; return who
    he is there."""
    apps = with_eager_wiki()
    apps.sign_in("ada", NOTES)
    token = apps.notes.latest_session()["access_token"]
    apps.tom.post(EAGER + "/token", data={"token": token})
    page = apps.tom.get(EAGER + "/page")
    show_request(_last(apps, "/userinfo"), "The wiki")
    show_request(apps.lab.wire[-1])
    return str(page.json()["hello"])


def _last(apps: TwoApps, path: str) -> Any:
    """The last exchange of a lab at a path."""
    return next(one for one in reversed(apps.lab.wire) if one.path == path)


# --- the learner's check ------------------------------------------------------------------------


def who_gets_in(check: Check) -> None:
    """Show what a check says of two genuine ID tokens, and of twelve that it should refuse."""
    rows = []
    for case in [*good_id_tokens()[:2], *bad_id_tokens()]:
        token, nonce = case.arguments[0], case.arguments[4]
        bad = "gets in" if case.about != "good" else "welcome"
        rows.append({"token": case.words, **_said(check, token, nonce, bad)})
    count = sum(row["the wiki"] == "gets in" for row in rows)
    show_log(rows, f"Of twelve that should not, {count} get in", lit=("the wiki", "gets in"))


def _said(check: Check, token: str, nonce: str, welcome: str) -> dict[str, str]:
    """What a check says of a token, and why."""
    try:
        return {"the wiki": welcome if check(token, nonce) else "refused", "because": ""}
    except Exception as refusal:  # whatever a learner raises
        return {"the wiki": "refused", "because": shown(str(refusal), 70)}


def post_as_tom(check: Check, token: str) -> str | None:
    """Show how Tom posts a token in a sign-in of his own, and his page; return who he is."""
    lab, tom = form_lab(check)
    page = post_in_form(tom, token)
    show_request(next(one for one in lab.wire if one.path == "/cb"))
    if lab.wire[-1].path == "/page":
        show_request(lab.wire[-1])
    who: str | None = page.json().get("hello")
    return who


def from_the_log() -> str:
    """Return the token of Ada's that Tom found: for the wiki, and minutes old."""
    return in_a_log("found")["Ada's, for the wiki"]


def under_glass(validate: Validate) -> None:
    """Show a learner's validation under glass: Ada's token in Tom's sign-in, and on the buttons
    each token that it should refuse."""
    cases = bad_id_tokens()
    bad, stolen = {case.words: case.arguments[0] for case in cases}, from_the_log()
    count = sum(forged.takes(validate, *case.arguments) for case in cases)
    glass(
        stolen,
        {"your wiki": page_of(validate, *cases[0].arguments[1:])},
        key=KEYS["keys"][0],
        more=bad,
        harm=lambda token, _: token in (stolen, *bad.values()),
        title=f"Of twelve that should not, {count} get in",
        hint="This is Ada's token from the log, in a sign-in of Tom's. Choose another visitor, and "
        "look at `aud`, `azp` and `nonce`: the line that refuses is lit.",
    )


# --- libraries ----------------------------------------------------------------------------------


def in_libraries(validate: Validate) -> str:
    """Show what a learner's validation says of five tokens, and what nine libraries said; return
    which of them got into the most libraries that were given every option."""
    table, rows = recorded("verifiers"), []
    bad = {case.words: case.arguments for case in bad_id_tokens()}
    yours = {
        name: "lets in" if forged.takes(validate, *bad[words]) else "refuses"
        for name, words in FAULTS.items()
    }
    rows.append({"library": "yours", **yours})
    count = dict.fromkeys(FAULTS, 0)
    for library, version in table["versions"].items():
        if library == OURS:
            continue
        both = {name: table["rows"][name][library] for name in FAULTS}
        rows.append({"library": f"{library} {version}", **{n: _how(*b) for n, b in both.items()}})
        for name, (_, careful) in both.items():
            count[name] += careful is not None
    show_log(rows, f"As shipped, asked on {table['recorded']}", lit=("two audiences", "lets in"))
    return max(count, key=lambda name: count[name])


def _how(first: str | None, careful: str | None) -> str:
    """What a library does, called in both ways."""
    if careful:
        return "lets in"
    return "first example" if first else "refuses"


# --- the other side -----------------------------------------------------------------------------


def own_provider(validate: Validate, trust: Trust = anybody) -> str:
    """Show what the wiki read of Tom's provider, and what it said to him in the end; return as whom
    it greets him."""
    apps = with_toms_provider(validate, trust)
    page = sign_in_by_own(apps)
    show_request(next(one for one in apps.lab.wire if one.host == "login.tom.test"), "The wiki")
    show_request(apps.lab.wire[-1])
    return str(page.json().get("hello", "refused"))


# --- for practice -------------------------------------------------------------------------------


def at_a_certified_client() -> int:
    """Show whom a certified client library lets in for ten forgeries, in the code flow and when it
    also checks the signature; return how many get in at first."""
    table, said = recorded("verifiers"), at_the_library()
    rows = [
        {"token": name, "code flow": first or "refused", "and the signature": careful or "refused"}
        for name, (first, careful) in said.items()
    ]
    show_log(rows, f"{CLIENT} {table['versions'][CLIENT]}, asked on {table['recorded']}")
    return sum(bool(first) for first, _ in said.values())


def three_minutes_later() -> list[bool]:
    """Show what a dropped key ends, minute by minute; return what still works after three."""
    dropped = after_rotation(range(9), keep_old=False)
    rows, minutes = (list(dict.fromkeys(names)) for names in zip(*dropped, strict=True))
    show(*grid(rows, minutes, dropped, "What a dropped key ends, and when", "attempts"))
    return [dropped[row, "3 min"] == "opens" for row in rows]


welcome_back("04")
__all__ = [
    "LOGIN", "NOW", "at_a_certified_client", "at_form_wiki", "at_the_eager_wiki", "check",
    "claims_alone", "ending", "experiment", "found_in_a_log", "from_the_log", "hint",
    "in_libraries", "in_time", "inspect", "json", "jwt", "mine", "own_provider", "post_as_tom",
    "post_in_form", "post_made_up", "quiz", "solution", "target", "three_checks",
    "three_minutes_later", "two_visitors", "unb64", "under_glass", "who_gets_in",
]  # fmt: skip
