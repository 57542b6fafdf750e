"""What *JWT signature verification* starts from: its notebook imports all of this."""

import hmac
import json
import math
from collections.abc import Callable, Iterable, Mapping
from inspect import getsource
from typing import Any

from labutils import (  # first: where a package is broken, they say so in a sentence
    accepts,
    check,
    ending,
    experiment,
    glass,
    hint,
    mine,
    quiz,
    refuses,
    show,
    show_log,
    solution,
    target,
)

# isort: split
import jwt

from labutils.classroom.endings import welcome_back
from labutils.identity.tokens import SigningKey, b64, json_part, sign, unb64
from labutils.stage.forgeries import (
    ADMIN,
    CLAIMS,
    KEYS,
    RS256,
    SERVICE,
    changed,
    guesses,
    obedient,
    public_pem,
    random_secret,
    takes,
    unsigned,
    with_own_key,
)
from labutils.stage.recorded import recorded

from .pictures import Secret, entropy
from .real_verifiers import ADMIN as FORGED
from .real_verifiers import (
    CAREFUL,
    FIRST,
    forged_ones,
    joserfc_careful,
    visitors,
    whom,
)
from .repaired import print_lines_with, repaired
from .two_readers import names_twice, read_by_the_log

Verifier = Callable[[str], Any]
PUBLIC_KEY = public_pem(SERVICE.jwk)
GENUINE, GLUED = "genuine", "sub twice: ada, admin"
ABROAD = (  # what is shown of the other libraries
    "logout token",
    "access token with a nonce",
    "token with an unknown crit",
    GLUED,
    "two audiences",
)
careful = joserfc_careful


# --- who believes you ----------------------------------------------------------------------------


def page_of(verifier: Verifier) -> Verifier:
    """Return an application as a verifier: what it shows to whoever brings a token."""

    def shows(token: str) -> str:
        return f"Welcome, {verifier(token).get('sub')}"

    shows.__wrapped__ = verifier  # type: ignore[attr-defined]  # the code that one may look at
    return shows


def in_early_libraries(token: str) -> Any:
    """A verifier like those in several early libraries: it does what the header says."""
    return obedient(token, KEYS)


def open_forgery() -> str:
    """Show under glass a token that nobody signed, and who of four applications believes it; return
    it."""
    token = unsigned(FORGED)
    readers: dict[str, Verifier] = {"obedient": in_early_libraries, **FIRST}
    glass(
        token,
        {name: page_of(reader) for name, reader in readers.items()},
        key=SERVICE.jwk,
        title="Your token, at four applications",
        hint="Type `nOnE`, or `HS256`, into `alg`.",
    )
    return token


# --- the league ----------------------------------------------------------------------------------


def in_words(first: str | None, careful: str | None) -> str:
    """Whom a library lets in, by its first example and with every option."""
    if first == careful:
        return f"lets in {first}" if first else "refuses"
    return f"first example: {first}" if first else f"every option: {careful}"


def says(library: str, token: str) -> str:
    """What an installed library says of a token, called in both ways."""
    return in_words(whom(FIRST[library], token), whom(CAREFUL[library], token))


def ten_forgeries(forge_confused: Callable[[dict[str, Any], bytes], str]) -> int:
    """Show what an obedient verifier and three libraries say of ten forgeries, one of them the
    learner's, and where such forgeries did get in; return how many get into a library."""
    tokens = forged_ones() | {"yours": forge_confused(FORGED, PUBLIC_KEY)}
    tokens.pop("HS256, secret: the public key (PEM)")  # which is what the learner wrote
    rows = [
        {"token": name, "obedient": whom(in_early_libraries, token) or "refuses"}
        | {library: says(library, token) for library in FIRST}
        for name, token in tokens.items()
    ]
    show_log(rows, "Ten forgeries", lit=("obedient", "admin"))
    past = [
        {
            "library": f"{one['library']} {one['version']}",
            "forgery": one["forgery"],
            "lets in": one["lets in"],
            "ended with": one["mended"],
            "report": one["report"],
        }
        for one in recorded("museum")["pieces"].values()
    ]
    show_log(past, f"Where they did get in, tried on {recorded('museum')['recorded']}")
    return sum(any(row[library] != "refuses" for library in FIRST) for row in rows)


def signed_for_something_else(verify: Callable[..., Any]) -> str | None:
    """Show whom the learner's verifier and three libraries let in for tokens that the service did
    sign, and what the log says of the last; return whom they all let in for it."""
    wanted = (GENUINE, "logout token", "access token", "token with an unknown crit", GLUED)
    tokens = {one.name: one.token for one in visitors() if one.name in wanted}
    yours = {name: whom(lambda text: verify(text, KEYS), token) for name, token in tokens.items()}
    rows = [
        {"token": name, "yours": in_words(yours[name], yours[name])}
        | {library: says(library, token) for library in FIRST}
        for name, token in tokens.items()
    ]
    show_log(rows, "Five tokens that the service signed", lit=("yours", "lets in admin"))
    read_by_the_log(tokens[GLUED])
    calls = [*FIRST.values(), *CAREFUL.values()]
    let_in = {yours[GLUED], *(whom(one, tokens[GLUED]) for one in calls)}
    return let_in.pop() if len(let_in) == 1 else None


def let_in_by(verifier: Verifier) -> list[str]:
    """Show which of all visitors a verifier lets in, and return those that it should not."""
    everybody = visitors()
    let_in = {one: sub for one in everybody if (sub := whom(verifier, one.token))}
    rows = [{"token": one.name, "lets in": sub} for one, sub in let_in.items()]
    show_log(rows, f"Who gets in, of {len(everybody)} visitors")
    return [one.name for one in let_in if one.group != "genuine"]


def the_right_nonce(let_in: list[str]) -> str | None:
    """Return which of four visitors got in: the question is about these."""
    asked = (
        "another audience",
        "expired",
        "access token with a nonce",
        "RS512 by the key for RS256",
    )
    got_in = [name for name in asked if name in let_in]
    return got_in[0] if len(got_in) == 1 else None


def elsewhere(closed: Verifier) -> None:
    """Show what `closed` says of five visitors, and what nine libraries said of them when they were
    asked."""
    table = recorded("verifiers")
    tokens = {one.name: one.token for one in visitors()}
    yours = {name: whom(closed, tokens[name]) for name in ABROAD}
    rows = [
        {"library": "yours, around joserfc"}
        | {name: in_words(its, its) for name, its in yours.items()}
    ]
    for library, version in table["versions"].items():
        if library != "this course":
            its = {name: table["rows"][name][library] for name in ABROAD}
            rows.append(
                {"library": f"{library} {version}"}
                | {name: in_words(*both) for name, both in its.items()}
            )
    show_log(rows, f"As shipped, tried on {table['recorded']}")


# --- for practice -------------------------------------------------------------------------------


def four_spellings(claims: Mapping[str, Any]) -> list[bool]:
    """Return which of four tokens without a signature a repaired verifier takes."""
    headers: list[dict[str, str]] = [{"alg": "none"}, {"alg": "None"}, {"alg": "nOnE"}, {}]
    tokens = [f"{json_part(header)}.{json_part(claims)}." for header in headers]
    return [takes(repaired, token, KEYS) for token in tokens]


def three_forms(forge_confused: Callable[[Mapping[str, Any], bytes], str]) -> list[bool]:
    """Return in which of three forms the public key, as a secret, gets a token in."""
    jwk = json.dumps(SERVICE.jwk).encode()
    forms = PUBLIC_KEY, PUBLIC_KEY.strip(), jwk
    return [takes(obedient, forge_confused(ADMIN, form), KEYS) for form in forms]


def compared(
    words: bytes, drawn: bytes, found: Mapping[bytes, object], tried: Iterable[bytes]
) -> tuple[Any, str]:
    """Return the picture of two secrets of one length, by how many candidates each has."""
    count = len(list(tried))
    return entropy(
        [
            Secret("three words", len(words), count, bool(found[words])),
            Secret("random bytes", len(drawn), 2 ** (8 * len(drawn)), bool(found[drawn])),
        ]
    )


welcome_back("02")
__all__ = [
    "ADMIN", "CLAIMS", "KEYS", "RS256", "SERVICE", "SigningKey", "accepts", "b64",
    "careful", "changed", "check", "compared", "elsewhere",
    "ending", "experiment", "four_spellings", "getsource", "guesses", "hint", "hmac", "json",
    "json_part", "jwt", "let_in_by", "math", "mine", "names_twice", "obedient", "open_forgery",
    "print_lines_with", "quiz", "random_secret", "refuses", "repaired", "show", "sign",
    "signed_for_something_else", "solution", "takes", "target", "ten_forgeries",
    "the_right_nonce", "three_forms", "unb64", "with_own_key",
]  # fmt: skip
