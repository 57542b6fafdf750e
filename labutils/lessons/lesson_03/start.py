"""What *The authorization code flow* starts from: its notebook imports all of this."""

import hashlib
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from labutils import (  # first: where a package is broken, they say so in a sentence
    accepts,
    check,
    ending,
    experiment,
    hint,
    mine,
    opened,
    quiz,
    refuses,
    show_log,
    solution,
    target,
    wire,
)
from labutils.classroom.endings import welcome_back
from labutils.identity.tokens import b64
from labutils.stage.recorded import providers, recorded
from labutils.stage.two_apps import LOGIN, NOTES

from . import missing_defences as stage
from .missing_defences import (
    ALIKE,
    ASKED_FOR,
    CALLBACK,
    NOTE,
    TRAP,
    OneClient,
    api_request,
    diary,
    hidden,
    inject,
    inject_code,
    one_client,
    parameters,
)
from .missing_defences import RFC_VERIFIER as VERIFIER

AS_IT_WAS, STATELESS = "as it was", "without its state"
DOOR_CODE = "The door code is 1843"
SIX = ("password", "state", "code", "code_verifier", "code_challenge", "access_token")
WHOSE = {"u-1815": "Ada's", "u-0666": "Tom's", "nobody": "nobody's"}
NOTHING_TAKEN = (
    "One person signed in, and that was Tom, with his own password. Ada typed none: she opened the "
    "link, and a diary was there. Nothing was forged, broken or guessed."
)
BROUGHT = "Nothing was taken from Ada: she brought it to him."
ALL_GENUINE = (
    "The code is Tom's, and so is the state. The client looks up the verifier by that state and "
    "finds the right one, so PKCE has nothing to say here. Everything fits, in the wrong browser. "
    "The standard's name for it is cross-site request forgery (RFC 6749, 10.12)."
)
NOBODY_ASKED = "Nobody asked whether the browser that came back had ever left."
ONE_OF_FOUR = (
    "Three of them are turned away, and Ada still reads her own diary. The client looks up its "
    "session by a random cookie, which is in no URL, so Tom cannot bring it along."
)
NOT_YET = (
    "Somebody is in a diary who should not be, or Ada is not in hers. `check` says for whom your "
    "rule is wrong."
)
TWO_INSIST = (
    "All four refuse a wrong verifier: none is as careless as the diary's. But without a challenge "
    "there is nothing to check, and two of the four let a client with a secret come without. One "
    "lets anybody."
)
INSIST = "Where it is optional, one client that forgets is enough."

code_from = stage.code_from
careful = partial(one_client, code_from=code_from)  # a client in which nothing is missing
Link = Callable[[stage.Opens], str]
CodeFrom = Callable[[dict[str, str], str], str]


# --- the door code ------------------------------------------------------------------------------


def ada_opens_his_link(apps: OneClient) -> None:
    """Ada opens a link of Tom's."""
    apps.opens("ada", stage.link(apps.as_tom))


def what_tom_reads(apps: OneClient) -> None:
    """Show who signed in at the provider, and the diary that Tom reads in his own account."""
    diary_of_toms = apps.opens("tom", NOTES + "/login").json()["notes"]
    signed_in = [
        {"time": line["time"][11:19]} | {name: line[name] for name in ("event", "user", "ip")}
        for line in apps.lab.audit
        if line["event"] == "session.start"
    ]
    show_log(signed_in, "Who signed in at login.example this morning")
    show_log(
        [{"note": one} for one in diary_of_toms],
        "Tom signs in as himself, and opens his own diary",
        lit=("note", DOOR_CODE),
        why=NOTHING_TAKEN,
        moral=BROUGHT,
    )


# --- a sign-in ----------------------------------------------------------------------------------


def on_the_wire(apps: OneClient, title: str, hint: str) -> None:
    """Show the messages of a scene, with the six values of a sign-in in their colours."""
    people = {"tom": apps.tom, "ada": apps.ada}
    wire(apps.lab, people, watch=SIX, title=title, hint=hint)


def step_through(apps: OneClient) -> list[str]:
    """Show Ada's sign-in on the wire, and return which of its values never pass through her
    browser."""
    on_the_wire(
        apps,
        "A sign-in, as it should be",
        "Press *next*. Then follow *code*, and look where the *verifier* first appears.",
    )
    values, hers = stage.values_on(apps.lab.wire), stage.through(apps.lab.wire, "ada")
    return [name for name, value in values.items() if value not in hers]


def tom_redeems(apps: OneClient, client: str) -> str:
    """Tom reads Ada's redirect before the client gets it, and tries to redeem the code. Show what
    he sent and what came back, and return the address that he read."""
    url = apps.opens("ada", NOTES + "/login", until=CALLBACK).headers["location"]
    sent = stage.values_on(apps.lab.wire)
    tries = {"the code": ""}
    if "code_challenge" in sent:
        tries["the code, and the challenge as verifier"] = sent["code_challenge"]
    rows = []
    for words, verifier in tries.items():
        answer = stage.token_request(apps.tom, stage.query(url)["code"], verifier, CALLBACK)
        said = answer.json().get("error_description", "an access token for Ada's notes")
        rows.append({"Tom sends": words, "status": answer.status_code, "he gets": said})
    show_log(rows, client, lit=("status", "200"))
    return url


def ada_goes_on(apps: OneClient, url: str) -> str:
    """Show what Tom tried, on the wire. Then Ada's browser follows the redirect that he read:
    return whose diary it shows."""
    on_the_wire(
        apps,
        "What Tom has read, and what he tried",
        "Open one of his two messages, give it another verifier, and send it again.",
    )
    return owner(apps.opens("ada", url))


def owner(page: Any) -> str:
    """Whose notes a page shows; nobody's where it shows none."""
    return str(page.json().get("owner", "nobody"))


# --- the lure -----------------------------------------------------------------------------------


def lure_ada(link: Link) -> None:
    """Ada opens the link, and writes down her door code. Show it on the wire, and what Tom then
    reads in his own account."""
    apps = one_client(without="state")
    apps.opens("ada", link(apps.as_tom))
    apps.ada.post(NOTES + "/write", data={"text": DOOR_CODE})
    on_the_wire(
        apps,
        "Your link",
        "Follow *code*: whose browser asked for it, and whose browser brought it back?",
    )
    toms = apps.opens("tom", NOTES + "/login").json()["notes"]
    show_log(
        [{"note": one} for one in toms],
        "What Tom reads, in his own account",
        lit=("note", DOOR_CODE),
        why=ALL_GENUINE,
        moral=NOBODY_ASKED,
    )


def links_of(link: str) -> dict[str, str]:
    """Three links that Tom can make of one."""
    base, sent = link.partition("?")[0], stage.query(link)
    without = {name: value for name, value in sent.items() if name != "state"}
    made_up = sent | {"state": sent.get("state", "")[::-1]}
    return {
        AS_IT_WAS: link,
        STATELESS: f"{base}?{urlencode(without)}",
        "with a state that Tom made up": f"{base}?{urlencode(made_up)}",
    }


def links_that_get_in(rule: CodeFrom, link: Link) -> list[str]:
    """Show which of three links get Ada into Tom's account, at a client with this rule and without
    PKCE; return them."""
    rows = []
    for at, words in enumerate(links_of("")):
        apps = one_client(without="PKCE", code_from=rule)
        page = apps.opens("ada", list(links_of(link(apps.as_tom)).values())[at])
        rows.append({"Tom's link": words, "Ada is in": f"{WHOSE[owner(page)]} account"})
    show_log(rows, "Three links, and a first try", lit=("Ada is in", "Tom's account"))
    return [row["Tom's link"] for row in rows if row["Ada is in"] == "Tom's account"]


def visitors(rule: CodeFrom, link: Link) -> None:
    """Show what a client with this rule, and without PKCE, says to four visitors."""

    def lured(apps: OneClient, words: str) -> Any:
        return apps.opens("ada", links_of(link(apps.as_tom))[words])

    def replayed(apps: OneClient) -> Any:
        hers = apps.opens("ada", NOTES + "/login", until=CALLBACK)
        return apps.opens("tom", hers.headers["location"])

    visits: dict[str, Callable[[OneClient], Any]] = {
        "Ada, by your link": lambda apps: lured(apps, AS_IT_WAS),
        "Ada, by your link without its state": lambda apps: lured(apps, STATELESS),
        "Tom, with Ada's whole answer": replayed,
        "Ada, who has just signed in": lambda apps: apps.opens("ada", NOTES + "/login"),
    }
    rows = []
    for words, visit in visits.items():
        page = visit(one_client(without="PKCE", code_from=rule))
        says = f"shows {WHOSE[owner(page)]} diary" if page.is_success else stage.said(page)
        says = says.removeprefix("the sign-in is refused: ")
        rows.append({"who comes back": words, "status": page.status_code, "the client": says})
    in_whose = [row["the client"] for row in rows if row["status"] == 200]
    why = ONE_OF_FOUR if in_whose == ["shows Ada's diary"] else NOT_YET
    show_log(rows, "Your rule, in the client", lit=("the client", "shows Tom's diary"), why=why)


# --- the diary's provider -----------------------------------------------------------------------


def meets(break_in: Any, may_redeem: stage.MayRedeem) -> str:
    """Show how the learner's way into a diary fares where the provider checks; return who refused
    it. Where theirs gets into no diary, the course's is used."""
    strict = diary(redeems=may_redeem)
    whose, attack = ("Your", break_in) if _gets_in(break_in) else ("The course's", inject_code)
    with suppress(Exception):  # a refusal, wherever theirs looks for the note
        attack(strict)
    hers, his, said = stage.compared(strict)
    rows = {
        "challenge of the sign-in that gave the code, Ada's": hers,
        "hash of the verifier that the diary sends, Tom's": his,
        "the provider, to that": said,
        "the provider, to Ada's own sign-in": stage.ada_signs_in_to(diary(redeems=may_redeem)),
    }
    show_log(
        [{"what": what, "is": it} for what, it in rows.items()],
        f"{whose} way in, at a provider that checks",
    )
    return stage.who_refused(strict)


def _gets_in(break_in: Any) -> bool:
    """Whether somebody's way in works at a provider that checks nothing."""
    try:
        return bool(break_in(diary()) == NOTE)
    except Exception:  # whatever a learner's function does
        return False


def who_insists() -> None:
    """Show what four providers say to a sign-in without a challenge, and to a wrong verifier."""
    insisting = "no challenge, client with a secret"
    questions = {
        "no challenge, client without a secret": "no PKCE, public client",
        insisting: "no PKCE, confidential client",
        "a wrong verifier, then the right one": "wrong verifier, then the right one",
    }
    rows = [
        {"provider": name} | {words: one["answers"][asked] for words, asked in questions.items()}
        for name, one in providers().items()
    ]
    label = f"What it gives, as asked on {recorded('providers')['recorded']}"
    show_log(rows, label, lit=(insisting, "code"), why=TWO_INSIST, moral=INSIST)


# --- for practice -------------------------------------------------------------------------------


def accepted(uris: Iterable[str], *, without: str = "") -> list[bool]:
    """Return to which of these redirect URIs a provider sends an answer."""
    requests = [stage.authorization_request(uri, "", stage.challenge(VERIFIER)) for uri in uris]
    return [careful(without=without).ada.get(one).status_code < 400 for one in requests]


def five_attacks(redirect_code: Callable[[OneClient], Any]) -> int:
    """Show which of five attacks gets in where one defence is missing; return in how many of the 20
    combinations one does."""
    attacks = {
        "intercept": stage.intercept,
        "inject": inject,
        "swap": stage.swap,
        "lure": stage.lure,
        "redirect": redirect_code,
    }
    rows = stage.outcomes(attacks)
    show_log(rows, "Which attack gets in, by what is missing")
    return sum(word == "gets in" for row in rows for word in row.values())


welcome_back("03")
__all__ = [
    "ALIKE", "ASKED_FOR", "CALLBACK", "LOGIN", "NOTES", "TRAP", "VERIFIER", "accepted",
    "accepts", "ada_goes_on", "ada_opens_his_link", "api_request", "b64", "careful", "check",
    "ending", "experiment", "five_attacks", "hashlib", "hidden", "hint", "inject",
    "links_that_get_in", "lure_ada", "meets", "mine", "one_client", "opened", "owner",
    "parameters", "parse_qsl", "quiz", "re", "refuses", "solution", "step_through", "target",
    "tom_redeems", "urlencode", "urlsplit", "visitors", "what_tom_reads", "who_insists",
]  # fmt: skip
