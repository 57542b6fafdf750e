"""ID tokens: good ones, and the twelve of the lesson's grid that a client must refuse."""

from typing import Any

from labutils.classroom.trying import Call
from labutils.identity.tokens import sign
from labutils.lab import dice
from labutils.stage import forgeries as forged

ISSUER, NOW = "https://login.example", 1697620000
ELSEWHERE, LATER = "https://sign-in.example", NOW + 1_000_000  # another provider, and another day
Change = tuple[dict[str, Any], str, str]  # other claims, the mistake, and the words for it


def claims_of(seed: str, now: int = NOW) -> dict[str, Any]:
    """Claims as an ID token has them, with a subject and a nonce that are drawn."""
    drawn = dice("lesson-04", seed)
    times = {"iat": now - 300, "exp": now + 300}
    return {"iss": ISSUER, "sub": next(drawn), "aud": "wiki", **times, "nonce": next(drawn)}


def asked(claims: dict[str, Any], token: str, about: str, words: str, usual: str = "") -> Call:
    """One call of validate for a sign-in whose nonce is that of `claims`."""
    arguments = (token, forged.KEYS, ISSUER, "wiki", claims["nonce"], NOW)
    return Call(arguments, words, about, usual)


def good_id_tokens() -> list[Call]:
    """ID tokens that validate must take: of two people, and of another provider."""
    first, second = claims_of("first"), {**claims_of("second"), "aud": ["wiki"]}
    third = {**claims_of("third", LATER), "iss": ELSEWHERE, "aud": "notes"}
    elsewhere = (
        sign(third, forged.ANOTHER),
        forged.ANOTHER_LIST,
        ELSEWHERE,
        "notes",
        third["nonce"],
        LATER,
    )
    return [
        asked(first, sign(first, forged.SERVICE), "good", "a good ID token"),
        asked(
            second, sign(second, forged.OTHER), "good", "a good ID token signed with the other key"
        ),
        Call(elsewhere, "a good ID token from another provider, for notes", "fixed"),
    ]


def bad_id_tokens() -> list[Call]:
    """The twelve tokens of the lesson's grid."""
    claims = claims_of("bad")
    changes: list[Change] = [
        ({"iss": "https://tom.test"}, "meant for", "a different issuer"),
        ({"aud": "notes"}, "meant for", "a different audience"),
        (
            {"aud": ["wiki", "notes"], "azp": "wiki"},
            "meant for",
            "an untrusted audience as well as ours",
        ),
        ({"exp": NOW}, "now", "a token that has just expired"),
        ({"iat": NOW + 60}, "now", "a token from the future"),
        ({"nonce": "of another sign-in"}, "nonce", "the nonce from a different sign-in"),
        ({"nonce": None}, "nonce", "a nonce that is null"),
    ]
    cases = [asked(claims, sign({**claims, **c}, forged.SERVICE), m, w) for c, m, w in changes]
    for name, mistake in (("nonce", "nonce"), ("sub", "sub")):
        rest = {key: value for key, value in claims.items() if key != name}
        cases.append(asked(claims, sign(rest, forged.SERVICE), mistake, f"no {name}"))
    unsigned, own = forged.unsigned(claims), forged.with_own_key(claims)
    logout = forged.logout_token(claims)
    return [
        *cases,
        asked(claims, unsigned, "signature", "alg none"),
        asked(claims, own, "signature", "a key of Tom's own"),
        asked(claims, logout, "signature", "a logout token"),
    ]


def in_time(claims: dict[str, Any], now: int) -> bool:
    """Whether a token has been issued and has not expired (exercise 04-3)."""
    if "iat" not in claims or "exp" not in claims:
        return False
    return bool(claims["iat"] <= now < claims["exp"])


ADA = "u-1815"


def in_a_log(seed: str, now: int = NOW) -> dict[str, str]:
    """Six ID tokens, by what they are, in a drawn order. One is Ada's, for the wiki, and valid at
    that time; each has a nonce of its own."""
    claims = {**claims_of(seed, now), "sub": ADA}
    earlier = {"iat": now - 4000, "exp": now - 3400}
    later = {"iat": now + 300, "exp": now + 900}
    drawn = dice("lesson-04", f"{seed}/order")
    rows = {
        "Ada's, for the wiki": claims,
        "Ada's, for notes": {**claims, "aud": "notes"},
        "Ada's, for the wiki and notes": {**claims, "aud": ["wiki", "notes"]},
        "Ada's, for the wiki, from an hour ago": {**claims, **earlier},
        "Ada's, for the wiki, from the future": {**claims, **later},
        "somebody else's, for the wiki": {**claims, "sub": claims_of(f"{seed}/other")["sub"]},
    }
    order = {next(drawn): name for name in rows}
    return {
        name: sign({**rows[name], "nonce": nonce}, forged.SERVICE)
        for nonce, name in sorted(order.items())
    }


def found_in_a_log() -> list[str]:
    """The tokens that Tom found."""
    return list(in_a_log("found").values())
