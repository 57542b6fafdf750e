"""What the exercises of lesson 02 are tried with."""

import json
import re
import string
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc.errors import JoseError

from labutils.classroom.judging import Tried, calls_of, nearly, written
from labutils.classroom.trying import About, Call, Observed, Raised, Trial, fresh, seen, visits
from labutils.identity import tokens
from labutils.identity.tokens import SigningKey, b64, json_part, public_jwk, sign, unb64
from labutils.lab import dice
from labutils.stage import forgeries as forged

from . import real_verifiers as real

REFUSAL = (ValueError, jwt.PyJWTError)
FIXED = "a genuine token, and a list with a different key"
MANY = 300  # members of a large list


def people(count: int, seed: str) -> list[forged.Claims]:
    """Claims of so many people, whose names are drawn."""
    drawn = dice("lesson-02", seed)
    return [{**forged.CLAIMS, "sub": f"u-{next(drawn)[:6]}"} for _ in range(count)]


def flipped(token: str) -> str:
    """The token with one character of its signature changed."""
    head, payload, signature = token.split(".")
    other = "B" if signature[9] == "A" else "A"
    return f"{head}.{payload}.{signature[:9]}{other}{signature[10:]}"


def whoever_does_the_work(
    answer: Tried, tried: Iterable[Call], *tools: Callable[..., Any]
) -> Observed:
    """Whether an answer leaves the work to one of these functions of a library."""
    with calls_of(*tools) as called:
        for call in tried:
            seen(answer, *fresh(call.arguments))
    how = f"by {called[0]}" if called else "by hand"
    return Observed("how the signature is checked", how, "library")


def at_keys(
    token: str, about: About, words: str, usual: str = "", keys: list[forged.Jwk] | None = None
) -> Call:
    """One call of a verifier, with the service's keys or with others."""
    known = forged.KEYS["keys"] if keys is None else keys
    return Call((token, {"keys": known}), words, about, usual)


def many_keys(*keys: forged.Jwk) -> list[forged.Jwk]:
    """A long list of keys, with these at its end."""
    return [{**forged.ANOTHER.jwk, "kid": f"key-{n}"} for n in range(MANY)] + [*keys]


# --- the signature (02-1) -------------------------------------------------------------------------


def try_first_verify(answer: Tried) -> Trial:
    """Genuine tokens, then others; and who does the work."""
    by_library = (jwt.PyJWS.decode_complete, tokens.verify_signature, tokens.verify)
    yield whoever_does_the_work(answer, [*honest_rs256(), broken_signatures()[0]], *by_library)
    yield from visits(answer, [*honest_rs256(), *broken_signatures()], REFUSAL)


@cache
def honest_rs256() -> tuple[Call, ...]:
    """Genuine tokens; only the first has not expired."""
    good = {"opens": "good", "returned": "claims", "Raised": "good"}
    (lasting, other) = people(2, "another list")
    return (
        at_keys(sign({**lasting, "exp": real.FAR}, forged.SERVICE), good, "a genuine token"),
        *(
            at_keys(sign(one, forged.SERVICE), {**good, "opens": "expired"}, "a genuine token")
            for one in (forged.CLAIMS, *people(3, "honest"))
        ),
        at_keys(sign(other, forged.ANOTHER), "fixed", FIXED, keys=[forged.ANOTHER.jwk]),
        at_keys(
            sign(other, forged.ANOTHER),
            "fixed",
            "a genuine token, and a long list that begins with its key",
            "large",
            [forged.ANOTHER.jwk, *many_keys()],
        ),
    )


@cache
def broken_signatures() -> tuple[Call, ...]:
    """Tokens that the first key of the list did not sign with RS256, as they are."""
    (claims,) = people(1, "broken")
    honest = sign(claims, forged.SERVICE)
    head, payload, signature = honest.split(".")
    both = [forged.SERVICE.jwk, forged.ANOTHER.jwk]
    by_tom = forged.signed_by(forged.TOMS, {"alg": "RS256", "kid": "rs256-1"}, claims)
    confused = forged.confused(claims, forged.public_pem(forged.SERVICE.jwk))
    rows = [
        (forged.changed(honest, forged.ADMIN), "unsigned", "changed claims"),
        (flipped(honest), "unsigned", "a changed signature"),
        (forged.unsigned(claims), "none", "alg none, without a signature"),
        (forged.unsigned(claims, "nOnE"), "none", "alg nOnE, without a signature"),
        (by_tom, "key", "a signature made with Tom's key"),
        (forged.with_own_key(claims), "key", "Tom's own key in the header (jwk)"),
        (confused, "another", "HS256 with the public key as the secret"),
        (f"{json_part({'alg': 'RS256'})}.{payload}.{signature}", "header", "a different header"),
        (sign(claims, forged.OTHER), "another", "a token signed with the second key"),
        (by_another_algorithm(claims, "RS512"), "another", "a token signed with RS512"),
        (by_another_algorithm(claims, "PS256"), "another", "a token signed with PS256"),
    ]
    second = "a token signed with the second of two RSA keys"
    return (
        *(at_keys(*row) for row in rows),
        at_keys(f"{head}.{payload}.", "empty", "no signature at all", "edge"),
        at_keys(f"{head}.{payload}.{signature[:-4]}", "unsigned", "a part of the signature"),
        at_keys("..", "empty", "three empty segments", "edge"),
        at_keys(sign(claims, forged.ANOTHER), "another", second, keys=both),
        *with_a_known_signature("unsigned", "key"),
    )


def with_a_known_signature(changed: str, gone: str) -> tuple[Call, ...]:
    """A genuine token; its signature under other claims; and the token when its key is gone."""
    (claims,) = people(1, "seen before")
    honest = sign(claims, forged.SERVICE)
    other = forged.changed(honest, {**claims, "sub": "admin"})
    rest = "a genuine token, when its key has been dropped"
    return (
        at_keys(honest, "good", "a genuine token, which comes again"),
        at_keys(other, changed, "the signature of a genuine token under other claims", "again"),
        at_keys(honest, gone, rest, "again", [forged.ANOTHER.jwk]),
    )


def by_another_algorithm(claims: forged.Claims, algorithm: str) -> str:
    """A token that the first key of the list signed, by an algorithm that it is not for."""
    header = {"alg": algorithm, "typ": "JWT", "kid": "rs256-1"}
    return forged.signed_by(forged.SERVICE.private, header, claims, algorithm)


# --- forged tokens (02-2, 02-4) -------------------------------------------------------------------

LARGE = {f"claim-{n}": n for n in range(MANY)}


def claim_sets(seed: str) -> Iterator[tuple[forged.Claims, str]]:
    """The claims to forge a token with, and what each set is (`USUAL`)."""
    first, second = people(2, seed)
    yield forged.ADMIN, ""
    yield first, ""
    yield second, ""
    yield {}, "edge"
    yield {"sub": "Zoë", "admin": True, "roles": ["a", None], "logins": 1}, "edge"
    yield LARGE, "large"
    yield first, "again"


PARTS = {
    "returned": "text",
    "raw JSON": "encoded",
    "segments": "dots",
    "in base64url": "encoded",
    "alg": "alg",
    "claims": "claims",
    "Raised": "other",
}


def try_forge_none(answer: Tried) -> Trial:
    """Several sets of claims."""
    parts = PARTS | {"the third segment": "signature"}
    for claims, usual in claim_sets("unsecured"):
        result = seen(answer, dict(claims))
        if result is not None and not isinstance(result, Raised):
            result = in_segments(result)
            del result["header"]  # it may have a typ, too
        yield Observed(written(claims), result, parts, usual)


def try_forge_confused(answer: Tried) -> Trial:
    """Several sets of claims, with each of the service's public keys in turn."""
    parts = PARTS | {
        "header": "header",
        "the third segment": "encoded",
        "the obedient verifier": "mac",
    }
    for place, (claims, usual) in enumerate(claim_sets("confusion")):
        jwk = forged.KEYS["keys"][place % 2]
        result = seen(answer, dict(claims), forged.public_pem(jwk))
        if result is not None and not isinstance(result, Raised):
            # The order of the header's members is free, so the MAC is: a verifier says if it fits.
            refuses = isinstance(seen(forged.obedient, result, {"keys": [jwk]}), Raised)
            result = in_segments(result)
            result["the third segment"] = kind_of_mac(result["the third segment"])
            result["the obedient verifier"] = "refuses it" if refuses else "lets it in"
        yield Observed(f"the claims {written(claims)} and a public key", result, parts, usual)


def in_segments(token: Any) -> dict[str, Any]:
    """A token in parts, as far as it can be taken apart."""
    segments = token.split(".") if isinstance(token, str) else []
    try:
        header, claims = (json.loads(unb64(segment)) for segment in segments[:2])
        unb64(segments[2])
        is_encoded = True
    except (*REFUSAL, IndexError):
        header, claims, is_encoded = {}, None, False
    return {
        "returned": "a string" if isinstance(token, str) else written(token),
        "raw JSON": isinstance(token, str) and "{" in token,
        "segments": len(segments),
        "in base64url": is_encoded,
        "alg": header.get("alg") if isinstance(header, dict) else None,
        "claims": claims,
        "header": header,
        "the third segment": "".join(segments[2:3]),
    }


def kind_of_mac(segment: str) -> str:
    """What the third segment is: nothing, a number in hexadecimal, or other bytes."""
    try:
        text = unb64(segment).decode("latin-1")
    except REFUSAL:
        return "not in base64url"
    is_hexadecimal = any(re.fullmatch("[0-9a-f]{64}", one) for one in (segment, text))
    return "bytes" if text.strip() and not is_hexadecimal else "hexadecimal, or nothing"


# --- all that is left to the verifier (02-3) ------------------------------------------------------


def try_verify(answer: Tried) -> Trial:
    """Genuine tokens, then hostile ones; and who does the work."""
    yield whoever_does_the_work(answer, honest_tokens(), jwt.PyJWS.decode_complete)
    yield from visits(answer, [*honest_tokens(), *hostile_tokens()], REFUSAL)


@cache
def honest_tokens() -> tuple[Call, ...]:
    """Tokens of both keys, of an issuer who writes spaces, and of other services."""
    first, second = people(2, "both keys")
    by_rsa, by_ec = sign(first, forged.SERVICE), sign(second, forged.OTHER)
    words = "a genuine token, and its key at the end of a long list"
    return (
        at_keys(by_rsa, "good", "a genuine token signed with key rs256-1"),
        at_keys(by_ec, "first key", "a genuine token signed with key es256-1"),
        at_keys(spaced(first), "rebuilt", "a genuine token with spaces in its JSON"),
        at_keys(sign(first, forged.ANOTHER), "fixed", FIXED, keys=[forged.ANOTHER.jwk]),
        at_keys(by_ec, "first key", words, "large", many_keys(forged.OTHER.jwk)),
    )


def spaced(claims: forged.Claims) -> str:
    """A token whose issuer writes JSON with spaces, as RFC 7515 does in A.1."""
    header = {"alg": "RS256", "typ": "JWT", "kid": "rs256-1"}
    signed = ".".join(b64(json.dumps(part).encode()) for part in (header, claims))
    return f"{signed}.{b64(forged.RS256.sign(signed.encode(), forged.SERVICE.private))}"


def spaced_afterwards(token: str) -> str:
    """The same claims, in JSON that was written again after it had been signed."""
    head, payload, signature = token.split(".")
    return f"{head}.{b64(json.dumps(json.loads(unb64(payload))).encode())}.{signature}"


def by_service(claims: forged.Claims, **header: Any) -> str:
    """A token that the service's RSA key signed, with any header."""
    return forged.signed_by(forged.SERVICE.private, header, claims)


def other_spellings(claims: forged.Claims) -> Iterator[Call]:
    """Tokens that the service's key signed, with a header in which one value is nearly right.

    A type is a media type, which knows no case (RFC 7515, 4.1.9): JWT and jwt are one type, and
    logout+JWT is another. kid and alg are compared letter by letter (4.1.4, 4.1.1).
    """
    header = {"alg": "RS256", "typ": "JWT", "kid": "rs256-1"}
    near = {
        "typ": ("logout+JWT", "at+jwt", "JWT-2", "JW", "", " JWT ", "JWT ", "example/JWT"),
        "kid": (*nearly("rs256-1"), "keys/rs256-1"),
        "alg": nearly("RS256"),
    }
    for name, values in near.items():
        for value in values:
            token = by_service(claims, **{**header, name: value})
            yield at_keys(token, f"{name} near", f"the {name} {value!r}")


@cache
def hostile_tokens() -> tuple[Call, ...]:
    """Tokens that a sign-in must refuse; the telling ones first."""
    (ada,) = people(1, "hostile")
    admin = {**ada, "sub": "admin"}
    honest, pem = sign(ada, forged.SERVICE), forged.public_pem(forged.SERVICE.jwk)
    header = {"alg": "RS256", "typ": "JWT", "kid": "rs256-1"}
    no_kid = {"alg": "RS256", "typ": "JWT"}
    rewritten = "the same claims, with spaces added to the JSON after signing"
    stranger = "the kid of a key that is not in your list"
    crossed = by_service(admin, **{**header, "kid": "es256-1"})
    rows: list[tuple[str, str, str]] = [
        (forged.changed(honest, admin), "unsigned", "changed claims"),
        (
            flipped(sign(ada, forged.OTHER)),
            "unsigned",
            "a changed signature made with es256-1",
        ),
        (spaced_afterwards(honest), "rebuilt", rewritten),
        (forged.unsigned(admin), "none", "alg none, without a signature"),
        (forged.unsigned(admin, "nOnE"), "none", "alg nOnE, without a signature"),
        (forged.confused(admin, pem), "confusion", "HS256 with the public key as the secret"),
        (forged.with_own_key(admin), "jwk", "Tom's own key in the header (jwk)"),
        (forged.with_own_key(admin, "toms-key"), "kid", stranger),
        (by_service(admin, **no_kid), "no kid", "no kid at all"),
        (by_service(admin, **no_kid, KID="rs256-1"), "no kid", "KID instead of kid"),
        (crossed, "alg", "alg RS256 with the kid of the key for ES256"),
        *(
            (
                by_service(admin, **{**header, "alg": name}),
                "alg",
                f"a header that says {name}, and an RS256 signature",
            )
            for name in ("HS256", "ES256")
        ),
        (forged.logout_token(ada), "typ", "a logout token"),
        (sign(ada, forged.SERVICE, typ="at+jwt"), "typ", "an access token"),
        (by_service(ada, alg="RS256", kid="rs256-1"), "no typ", "no typ"),
        (forged.with_demand(ada), "crit", "an extension that must be understood (crit)"),
        (by_service(ada, **header, crit=[]), "crit", "a crit that is an empty list"),
        (by_service(ada, **header, crit=None), "crit", "a crit that is null"),
        (honest.rpartition(".")[0] + ".", "empty", "no signature at all"),
    ]
    no_alg = by_service(ada, typ="JWT", kid="rs256-1")
    return (
        *(at_keys(token, crashing(about), words) for token, about, words in rows),
        *other_spellings(admin),
        at_keys(no_alg, crashing("no alg"), "no alg at all", "edge"),
        *other_lists(ada),
        *respelt(honest),
        *with_a_known_signature("unsigned", "kid"),
    )


def crashing(about: str) -> About:
    """What a case is about; where something is absent, an error may be a crash."""
    return {"opens": about, "Raised": "crash"} if about.startswith("no ") else about


def other_lists(claims: forged.Claims) -> Iterator[Call]:
    """Tokens for lists of other keys: two of one name, keys without a name or an algorithm."""
    ours, header = forged.SERVICE.jwk, {"alg": "RS256", "typ": "JWT"}
    toms = {**public_jwk(forged.TOMS), "alg": "RS256", "kid": "rs256-1"}
    by_512 = {**toms, "alg": "RS512"}
    honest, two = sign(claims, forged.SERVICE), "two keys with the same kid in your list"
    for keys in ([ours, toms], [toms, ours], [ours, by_512]):
        yield at_keys(honest, "two keys", two, keys=keys)
    words = "RS512 with the kid of the key for RS256"
    both = [ours, {**by_512, "kid": "rs512-1"}]
    yield at_keys(by_another_algorithm(claims, "RS512"), "crossed", words, keys=both)
    for more, words in ((header, "no kid"), ({**header, "kid": ""}, "an empty kid")):
        case, nameless = f"{words}, with one key in your list", by_service(claims, **more)
        yield at_keys(nameless, crashing("no kid"), case, "edge", [ours])
    of_tom = forged.signed_by(forged.TOMS, {**header, "kid": "toms-key"}, claims)
    words = "an unknown kid, and a key without a name"
    yield at_keys(of_tom, "kid", words, keys=[ours, {**toms, "kid": ""}])
    by_none = by_service(claims, typ="JWT", kid="rs256-1", alg="HS256")
    words = "a header that says HS256, and a key that names no algorithm"
    yield at_keys(by_none, "alg", words, keys=[{**ours, "alg": ""}])
    token, keys = koblitz(claims)
    yield at_keys(token, "alg near", "alg ES256K-R, and a key for ES256K", keys=keys)
    yield at_keys(honest, "kid", "a genuine token, and an empty list of keys", "edge", [])


def koblitz(claims: forged.Claims) -> tuple[str, list[forged.Jwk]]:
    """A token whose alg begins like that of its key, and the list with this key."""
    key = ec.derive_private_key(2023, ec.SECP256K1())
    jwk = {**public_jwk(key), "alg": "ES256K", "kid": "k-1"}
    header = {"alg": "ES256K-R", "typ": "JWT", "kid": "k-1"}
    return forged.signed_by(key, header, claims, "ES256K"), [jwk]


def respelt(honest: str) -> Iterator[Call]:
    """A genuine token in other forms, and with one segment more or less."""
    head, payload, signature = honest.split(".")
    letters = string.ascii_letters + string.digits + "-_"
    data = unb64(signature)
    spare = (signature[:-1] + letter for letter in letters if letter != signature[-1])
    other_end = next(text for text in spare if urlsafe_b64decode(text + "==") == data)
    yield at_keys(f"{head}.{payload}.junk.{signature}", "segments", "four segments")
    yield at_keys(f"{honest}.", "segments", "a dot after a genuine token")
    for token, words in (
        (f" {honest}", "a space before a genuine token"),
        (f"{honest}\n", "a line break after a genuine token"),
        (f"{honest}==", "== after a genuine token"),
        (f"{head}=.{payload}.{signature}", "= after the header"),
        (f"{head}.{payload}.{other_end}", "a signature with different spare bits"),
        (f"{head}.{payload}.{signature[:9]}!{signature[9:]}", "! in the signature"),
    ):
        yield at_keys(token, "spelling", words)
    for token in ("", "..", f"{payload[:-1]}!.{payload}.{signature}"):
        yield at_keys(token, "segments", f"the string {written(token)}", "edge")


# --- around a library (02-8) ----------------------------------------------------------------------

BY_A_LIBRARY = (*REFUSAL, JoseError)
OF_A_KIND = {"access token with a nonce": "typ", "no typ": "typ", "two audiences": "aud"}
IN_OTHER_WORDS: dict[str, About] = {
    "genuine, its audience a list of one": {"opens": "list of one"},
    "genuine, typ in lower case": {"opens": "small"},
}


def try_closed(answer: Tried) -> Trial:
    """All visitors of the wiki; other people, and other texts in which a name stands twice."""
    tried = [*of_the_league(), *other_people(), *near_types(), *twice_elsewhere()]
    yield from visits(answer, tried, BY_A_LIBRARY)


def of_the_league() -> Iterator[Call]:
    """Each visitor, by what is wrong with it."""
    for one in real.visitors():
        by_group = {"genuine": "good", "two readings": "twice"}.get(one.group, "library")
        about = IN_OTHER_WORDS.get(one.name) or OF_A_KIND.get(one.name, by_group)
        yield Call((one.token,), f"the visitor {one.name!r}", about)
    for text in ("", "..", real.visitors()[0].token[:-1]):
        yield Call((text,), f"the text {written(text)}", "library", "edge")


def other_people() -> Iterator[Call]:
    """Genuine tokens for people whose names are drawn, and forged ones."""
    for claims in people(3, "closed"):
        token = real.with_claims(sub=claims["sub"])
        yield Call((token,), f"a genuine token for {claims['sub']}", "good")
        yield Call((flipped(token),), "the same, its signature changed", "library", "refused")


def near_types() -> Iterator[Call]:
    """Types that begin or end like JWT, or hold it."""
    for kind in ("logout+jwt", "JWTX", "JW", "", " JWT", "JWT\n"):
        token = real.by_service({**real.HEADER, "typ": kind})
        yield Call((token,), f"a token whose typ is {kind!r}", "typ", "edge")


def twice_elsewhere() -> Iterator[Call]:
    """Names that stand twice in other places than `sub`, with equal values, too."""
    header, claims = json.dumps(real.HEADER), json.dumps(real.CLAIMS)
    deep = ', "address": {"city": "Bath", "town": [{"x": 1, "x": 2}]}}'
    many = "".join(f', "c{number}": {number}' for number in range(MANY))
    for words, head, payload, usual in (
        ("alg twice, with one value", '{"alg": "RS256", ' + header[1:], claims, ""),
        ("iss twice, with one value", header, f'{{"iss": "{forged.ISSUER}", ' + claims[1:], ""),
        ("a name twice, in an object in a list", header, claims[:-1] + deep, ""),
        (
            "three hundred claims, the last twice",
            header,
            f'{claims[:-1]}{many}, "c299": 0}}',
            "large",
        ),
    ):
        yield Call((real.as_written(head, payload),), words, "twice", usual)
    once = real.as_written(header, claims[:-1] + ', "address": {"sub": "ada", "aud": "notes"}}')
    yield Call((once,), "a genuine token with an object in it", "once")


# --- guessing (02-5) ------------------------------------------------------------------------------

OF_ANOTHER_KIND = dict.fromkeys(("bool", "list", "tuple", "str", "int"), "itself")
OF_A_MATCH: About = {**OF_ANOTHER_KIND, "NoneType": "no match", "bytes": "found", "Raised": "found"}


def try_crack(answer: Tried) -> Trial:
    """Tokens whose secret is among the guesses, or is not, or fits a part of the signature."""
    tried = [*guessing()]
    for usual, (token, guesses, words, about, its) in [
        *((row[4], row) for row in tried),
        *(("again", row) for row in reversed(tried)),
    ]:
        yield Observed(words, seen(answer, token, iter(guesses)), about, usual or its)


def guessing() -> Iterator[tuple[str, list[bytes], str, About, str]]:
    """A token, the guesses, what they are in words, the mistake, and one of USUAL."""
    drawn = dice("lesson-02", "guessing")
    secrets = [f"{next(drawn)}-{place}".encode().ljust(32, b"!") for place in range(6)]
    secrets[1] = bytes.fromhex(next(drawn)) + b"\xff\xfe"
    secrets[4] = f" {next(drawn)}{next(drawn)}\n".encode()
    with_it, without = "a list with the secret", "a list without the secret"
    for place, claims in zip((5, 0, 3, 1, 4), people(5, "guessing"), strict=True):
        token, usual = by_secret(secrets[place], claims), "edge" if place in (0, 5) else ""
        yield token, secrets, with_it, OF_A_MATCH, usual
    many = [secrets[0] + str(number).encode() for number in range(2_000)]
    yield by_secret(many[-1]), many, "a long list with the secret", OF_A_MATCH, "large"
    for guesses, usual in ((secrets, ""), ([], "edge")):
        token = by_secret(forged.random_secret("x"))
        yield token, guesses, without, "not there", usual
    for token in parts_of(by_secret(secrets[2])):
        signature = written(token.rpartition(".")[2])
        yield token, secrets, f"the signature {signature}, which matches no guess", "part", ""


def by_secret(secret: bytes, claims: forged.Claims = forged.CLAIMS) -> str:
    """A token with a MAC by this secret."""
    return sign(claims, SigningKey(secret, "HS256", "hs-1"))


def parts_of(token: str) -> list[str]:
    """A token whose signature is a part of its MAC, has more behind it, or another letter case."""
    signed, _, signature = token.rpartition(".")
    mac = unb64(signature)
    begin, end = mac[:16] + bytes(16), bytes(16) + mac[16:]
    others = [b64(part) for part in (begin, end, mac[:16], mac[16:], mac + b"x", mac[::-1], b"")]
    other_case = signature[:-1].swapcase() + signature[-1]
    return [f"{signed}.{text}" for text in (*others, other_case)]
