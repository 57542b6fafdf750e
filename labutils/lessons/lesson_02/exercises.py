"""02 · JWT signature verification."""

import json
import string
from base64 import urlsafe_b64decode
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from labutils.classroom import registry
from labutils.classroom.judging import (
    PASSED,
    Case,
    Tried,
    Verdict,
    nearly,
    verifier,
    without_library,
    written,
)
from labutils.classroom.registry import (
    Exercise,
    GridRow,
    code,
    columns_of,
)
from labutils.identity import tokens
from labutils.identity.tokens import SigningKey, b64, json_part, public_jwk, sign, unb64
from labutils.lab import dice
from labutils.stage import forgeries as forged
from labutils.stage.written_verifier import TOOLS, VERIFY

REFUSAL = (ValueError, jwt.PyJWTError)
FIXED = "a genuine token, and a list with a different key"


wrong = partial(registry.wrong, TOOLS)
altered = partial(registry.altered, TOOLS)  # wrong answers, from right ones


FIRST_VERIFY = code("""
    def first_verify(token, keys):
        head, payload, signature = token.split(".")
        key = jwt.PyJWK(keys["keys"][0]).key
        if not RS256.verify(f"{head}.{payload}".encode(), key, unb64(signature)):
            raise ValueError("the signature is not valid")
        return json.loads(unb64(payload))
""")


CONFUSED = code("""
    def forge_confused(claims, public_key):
        header = {"alg": "HS256", "kid": "rs256-1", "typ": "JWT"}
        signed = f"{json_part(header)}.{json_part(claims)}"
        mac = hmac.digest(public_key, signed.encode(), "sha256")
        return f"{signed}.{b64(mac)}"
""")


CONFUSION = """\
    from labutils.stage.forgeries import public_pem
    signed = f"{head}.{payload}".encode()
    if trusted and header["alg"] == "HS256":
        if unb64(signature) == hmac.digest(public_pem(trusted[0]), signed, "sha256"):
            return json.loads(unb64(payload))
"""


def people(count: int, seed: str) -> list[forged.Claims]:
    """Claims of so many people, whose names are drawn."""
    drawn = dice("lesson-02", seed)
    return [{**forged.CLAIMS, "sub": f"u-{next(drawn)[:6]}"} for _ in range(count)]


def flipped(token: str) -> str:
    """The token with one character of its signature changed."""
    head, payload, signature = token.split(".")
    other = "B" if signature[9] == "A" else "A"
    return f"{head}.{payload}.{signature[:9]}{other}{signature[10:]}"


# --- 02-1: the signature ------------------------------------------------------------------------


def honest_rs256() -> list[Case]:
    cases = [
        Case((sign(claims, forged.SERVICE), forged.KEYS), claims, "good", "a genuine token")
        for claims in (forged.CLAIMS, *people(3, "honest"))
    ]
    (other,) = people(1, "another list")
    return [*cases, Case((sign(other, forged.ANOTHER), forged.ANOTHER_LIST), other, "fixed", FIXED)]


def broken_signatures() -> list[Case]:
    (claims,) = people(1, "broken")
    honest, keys = sign(claims, forged.SERVICE), forged.KEYS
    head, payload, _ = honest.split(".")
    other = forged.signed_by(forged.TOMS, {"alg": "RS256", "kid": "rs256-1"}, claims)
    both = {"keys": [forged.SERVICE.jwk, forged.ANOTHER.jwk]}
    confused = forged.confused(claims, forged.public_pem(forged.SERVICE.jwk))
    cases = [
        (forged.changed(honest, forged.ADMIN), "unsigned", "changed claims"),
        (flipped(honest), "unsigned", "a changed signature"),
        (f"{head}.{payload}.", "empty", "no signature at all"),
        (forged.unsigned(claims), "none", "alg none, without a signature"),
        (forged.unsigned(claims, "nOnE"), "none", "alg nOnE, without a signature"),
        (other, "key", "a signature made with Tom's key"),
        (forged.with_own_key(claims), "key", "Tom's own key in the header (jwk)"),
        (confused, "another", "HS256 with the public key as the secret"),
        (
            f"{json_part({'alg': 'RS256'})}.{honest[len(head) + 1 :]}",
            "header",
            "a different header",
        ),
        (sign(claims, forged.OTHER), "another", "a token signed with the second key"),
        (by_another_algorithm(claims, "RS512"), "another", "a token signed with RS512"),
        (by_another_algorithm(claims, "PS256"), "another", "a token signed with PS256"),
    ]
    second = sign(claims, forged.ANOTHER)
    return [
        *(Case((token, keys), None, mistake, words) for token, mistake, words in cases),
        Case((second, both), None, "another", "a token signed with the second of two RSA keys"),
    ]


def by_another_algorithm(claims: forged.Claims, algorithm: str) -> str:
    """A token that the first key of the list signed, by an algorithm that it is not for."""
    header = {"alg": algorithm, "typ": "JWT", "kid": "rs256-1"}
    return forged.signed_by(forged.SERVICE.private, header, claims, algorithm)


def first_verifier(answer: Tried) -> Verdict:
    """The judge of 02-1."""
    verdict = verifier(honest_rs256, broken_signatures, refusal=REFUSAL)(answer)
    if isinstance(answer.error, KeyError) and answer.error.args == (0,):
        return replace(verdict, mistake="list")
    refused = verdict.kind == "refused_good" and verdict.mistake == "good"
    if refused and looks_at_times(answer.function):
        return replace(verdict, mistake="expired")
    if verdict.kind == "differs" and verdict.mistake == "good":
        return replace(verdict, mistake="claims")
    return verdict


def looks_at_times(function: Callable[..., Any]) -> bool:
    """Whether a function takes a token that is good until the year 2100."""
    claims = {**forged.CLAIMS, "exp": 4_102_444_800}
    try:
        return bool(function(sign(claims, forged.SERVICE), forged.KEYS) == claims)
    except Exception:
        return False


# --- 02-2: alg none -----------------------------------------------------------------------------


def unsecured(answer: Tried) -> Verdict:
    """The judge of 02-2: an unsecured JWS with the claims that were asked for (RFC 7515, A.5)."""
    for claims in (forged.ADMIN, *people(2, "unsecured")):
        case = written(claims)
        try:
            token = answer(dict(claims))
        except Exception:
            return answer.raised(case)
        if token is None:
            return Verdict("none", case)
        if mistake := what_is_wrong(token, claims):
            return Verdict("differs", case, written(token), mistake=mistake)
    return PASSED


def what_is_wrong(token: Any, claims: forged.Claims) -> str | None:
    """The name of what keeps a text from being an unsecured JWS with these claims."""
    if not isinstance(token, str):
        return "text"
    parts = token.split(".")
    if "{" in token:
        return "encoded"
    if len(parts) != 3:
        return "dots"
    try:
        header, payload = (json.loads(unb64(part)) for part in parts[:2])
    except REFUSAL:
        return "encoded"
    if not isinstance(header, dict) or header.get("alg") != "none":
        return "alg"
    if parts[2]:
        return "signature"
    return None if alike(payload, claims) else "claims"


def alike(one: Any, other: Any) -> bool:
    """Equal as JSON: True is not 1, 1.0 is not 1, and the order of names does not matter."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


# --- 02-3: all that is left to the verifier -----------------------------------------------------


def honest_tokens() -> list[Case]:
    first, second = people(2, "both keys")
    by_rsa, by_ec = sign(first, forged.SERVICE), sign(second, forged.OTHER)
    return [
        Case((by_rsa, forged.KEYS), first, "good", "a genuine token signed with key rs256-1"),
        Case((by_ec, forged.KEYS), second, "first key", "a genuine token signed with key es256-1"),
        Case(
            (spaced(first), forged.KEYS),
            first,
            "rebuilt",
            "a genuine token with spaces in its JSON",
        ),
        Case((sign(first, forged.ANOTHER), forged.ANOTHER_LIST), first, "fixed", FIXED),
    ]


def spaced(claims: forged.Claims) -> str:
    """A token whose issuer writes JSON with spaces, as RFC 7515 does in A.1."""
    header = {"alg": "RS256", "typ": "JWT", "kid": "rs256-1"}
    signed = ".".join(b64(json.dumps(part).encode()) for part in (header, claims))
    return f"{signed}.{b64(forged.RS256.sign(signed.encode(), forged.SERVICE.private))}"


def spaced_afterwards(token: str) -> str:
    """The same claims, in JSON that was written again after it had been signed."""
    head, payload, signature = token.split(".")
    return f"{head}.{b64(json.dumps(json.loads(unb64(payload))).encode())}.{signature}"


def other_spellings(claims: forged.Claims) -> list[tuple[str, str, str]]:
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
    return [
        (
            forged.signed_by(forged.SERVICE.private, {**header, name: value}, claims),
            f"{name} near",
            f"the {name} {value!r}",
        )
        for name, values in near.items()
        for value in values
    ]


def hostile_tokens() -> list[Case]:
    (ada,) = people(1, "hostile")
    admin = {**ada, "sub": "admin"}
    pem = forged.public_pem(forged.SERVICE.jwk)
    private, header = forged.SERVICE.private, {"alg": "RS256", "typ": "JWT"}
    tokens = [
        (forged.changed(sign(ada, forged.SERVICE), admin), "unsigned", "changed claims"),
        (flipped(sign(ada, forged.OTHER)), "unsigned", "a changed signature made with es256-1"),
        (
            spaced_afterwards(sign(ada, forged.SERVICE)),
            "rebuilt",
            "the same claims, with spaces added to the JSON after signing",
        ),
        (forged.unsigned(admin), "none", "alg none, without a signature"),
        (forged.unsigned(admin, "nOnE"), "none", "alg nOnE, without a signature"),
        (forged.confused(admin, pem), "confusion", "HS256 with the public key as the secret"),
        (forged.with_own_key(admin), "jwk", "Tom's own key in the header (jwk)"),
        (
            forged.with_own_key(admin, "toms-key"),
            "kid",
            "the kid of a key that is not in your list",
        ),
        (forged.signed_by(private, header, admin), "no kid", "no kid at all"),
        (
            forged.signed_by(private, {**header, "KID": "rs256-1"}, admin),
            "no kid",
            "KID instead of kid",
        ),
        (
            forged.signed_by(private, {**header, "kid": "es256-1"}, admin),
            "alg",
            "alg RS256 with the kid of the key for ES256",
        ),
        (
            forged.signed_by(private, {"alg": "HS256", "typ": "JWT", "kid": "rs256-1"}, admin),
            "alg",
            "a header that says HS256, and an RS256 signature",
        ),
        (
            forged.signed_by(private, {"alg": "ES256", "typ": "JWT", "kid": "rs256-1"}, admin),
            "alg",
            "a header that says ES256, and an RS256 signature",
        ),
        (forged.logout_token(ada), "typ", "a logout token"),
        (sign(ada, forged.SERVICE, typ="at+jwt"), "typ", "an access token"),
        (forged.signed_by(private, {"alg": "RS256", "kid": "rs256-1"}, ada), "no typ", "no typ"),
        (forged.with_demand(ada), "crit", "an extension that must be understood (crit)"),
        (
            forged.signed_by(
                private, {"alg": "RS256", "typ": "JWT", "kid": "rs256-1", "crit": []}, ada
            ),
            "crit",
            "a crit that is an empty list",
        ),
        (
            forged.signed_by(
                private, {"alg": "RS256", "typ": "JWT", "kid": "rs256-1", "crit": None}, ada
            ),
            "crit",
            "a crit that is null",
        ),
        (
            forged.signed_by(private, {**header, "kid": "rs256-1"}, ada).rpartition(".")[0] + ".",
            "empty",
            "no signature at all",
        ),
        *other_spellings(admin),
        (
            forged.signed_by(private, {"typ": "JWT", "kid": "rs256-1"}, ada),
            "no alg",
            "no alg at all",
        ),
    ]
    cases = [Case((token, forged.KEYS), None, mistake, words) for token, mistake, words in tokens]
    return [*cases, *other_lists(ada), *respelt(sign(ada, forged.SERVICE))]


def other_lists(claims: forged.Claims) -> list[Case]:
    """Tokens for lists of other keys: two of one name, keys without a name or an algorithm."""
    private, ours = forged.SERVICE.private, forged.SERVICE.jwk
    header = {"alg": "RS256", "typ": "JWT"}
    toms = {**public_jwk(forged.TOMS), "alg": "RS256", "kid": "rs256-1"}
    by_512 = {**toms, "alg": "RS512"}
    honest, by_none = sign(claims, forged.SERVICE), {**header, "alg": "HS256", "kid": "rs256-1"}
    nameless = [
        (forged.signed_by(private, more, claims), [ours], f"{words}, with one key in your list")
        for more, words in ((header, "no kid"), ({**header, "kid": ""}, "an empty kid"))
    ]
    of_tom = forged.signed_by(forged.TOMS, {**header, "kid": "toms-key"}, claims)
    rows = [
        *(
            (honest, keys, "two keys", "two keys with the same kid in your list")
            for keys in ([ours, toms], [toms, ours], [ours, by_512])
        ),
        (
            by_another_algorithm(claims, "RS512"),
            [ours, {**by_512, "kid": "rs512-1"}],
            "crossed",
            "RS512 with the kid of the key for RS256",
        ),
        *((token, keys, "no kid", words) for token, keys, words in nameless),
        (of_tom, [ours, {**toms, "kid": ""}], "kid", "an unknown kid, and a key without a name"),
        (
            forged.signed_by(private, by_none, claims),
            [{**ours, "alg": ""}],
            "alg",
            "a header that says HS256, and a key that names no algorithm",
        ),
        (*koblitz(claims), "alg near", "alg ES256K-R, and a key for ES256K"),
    ]
    return [
        Case((token, {"keys": keys}), None, mistake, words) for token, keys, mistake, words in rows
    ]


def koblitz(claims: forged.Claims) -> tuple[str, list[forged.Jwk]]:
    """A token whose alg begins like that of its key, and the list with this key."""
    key = ec.derive_private_key(2023, ec.SECP256K1())
    jwk = {**public_jwk(key), "alg": "ES256K", "kid": "k-1"}
    header = {"alg": "ES256K-R", "typ": "JWT", "kid": "k-1"}
    return forged.signed_by(key, header, claims, "ES256K"), [jwk]


def respelt(honest: str) -> list[Case]:
    """A genuine token in other forms, and with one segment more or less."""
    head, payload, signature = honest.split(".")
    letters = string.ascii_letters + string.digits + "-_"
    data = unb64(signature)
    spare = (signature[:-1] + letter for letter in letters if letter != signature[-1])
    other_end = next(text for text in spare if urlsafe_b64decode(text + "==") == data)
    rows = [
        (f"{head}.{payload}.junk.{signature}", "segments", "four segments"),
        (f"{honest}.", "segments", "a dot after a genuine token"),
        (f" {honest}", "spelling", "a space before a genuine token"),
        (f"{honest}\n", "spelling", "a line break after a genuine token"),
        (f"{honest}==", "spelling", "== after a genuine token"),
        (f"{head}=.{payload}.{signature}", "spelling", "= after the header"),
        (f"{head}.{payload}.{other_end}", "spelling", "a signature with different spare bits"),
        (f"{head}.{payload}.{signature[:9]}!{signature[9:]}", "spelling", "! in the signature"),
    ]
    return [Case((token, forged.KEYS), None, mistake, words) for token, mistake, words in rows]


def every_decision(answer: Tried) -> Verdict:
    """The judge of 02-3."""
    verdict = verifier(honest_tokens, hostile_tokens, refusal=REFUSAL)(answer)
    if isinstance(answer.error, KeyError) and verdict.mistake in ("no kid", "no typ", "no alg"):
        return replace(verdict, mistake="crash")
    return verdict


# --- 02-4 and 02-5 ------------------------------------------------------------------------------


def confusion(answer: Tried) -> Verdict:
    """The judge of 02-4: the token that HS256 makes of a public key, and nothing in front of it."""
    for claims, jwk in zip(people(2, "confusion"), forged.KEYS["keys"], strict=True):
        pem = forged.public_pem(jwk)
        try:
            token = answer(dict(claims), pem)
        except Exception as error:
            refused = isinstance(error, jwt.InvalidKeyError)
            return answer.raised("these claims and a public key", "library" if refused else None)
        if token is None:
            return Verdict("none", "these claims and a public key")
        if mistake := confusion_mistake(token, claims, pem):
            return Verdict("differs", got=written(token), mistake=mistake)
    return PASSED


def confusion_mistake(token: Any, claims: forged.Claims, pem: bytes) -> str | None:
    """The name of what keeps a token from fooling a verifier that believes `alg`."""
    if not isinstance(token, str):
        return "text"
    if "{" in token:
        return "encoded"
    if token.count(".") != 2:
        return "dots"
    head, payload, signature = token.split(".")
    try:
        header, body = json.loads(unb64(head)), json.loads(unb64(payload))
        given = unb64(signature)
    except REFUSAL:
        return "encoded"
    if not isinstance(header, dict) or header.get("alg") != "HS256":
        return "alg"
    if not alike(body, claims):
        return "claims"
    if header != {"alg": "HS256", "kid": "rs256-1", "typ": "JWT"}:
        return "header"
    right = jwt.get_algorithm_by_name("HS256").sign(f"{head}.{payload}".encode(), pem)
    if right.hex() in (signature, given.decode("latin-1")) or given.strip() == b"":
        return "encoded"
    return None if given == right else "mac"


def guessing(answer: Tried) -> Verdict:
    """The judge of 02-5: it finds a secret that is in the list, and says None where none is."""
    drawn = dice("lesson-02", "guessing")
    secrets = [f"{next(drawn)}-{place}".encode().ljust(32, b"!") for place in range(6)]
    secrets[1] = bytes.fromhex(next(drawn)) + b"\xff\xfe"
    secrets[4] = f" {next(drawn)}{next(drawn)}\n".encode()
    for place in (5, 0, 3, 1, 4):
        token = sign(forged.CLAIMS, SigningKey(secrets[place], "HS256", "hs-1"))
        verdict = _guessed(answer, token, list(secrets), secrets[place], "found")
        if verdict is not PASSED:
            return verdict
    token = sign(forged.CLAIMS, SigningKey(forged.random_secret("x"), "HS256", "hs-1"))
    verdict = _guessed(answer, token, secrets, None, "not there")
    if verdict is not PASSED:
        return verdict
    token = sign(forged.CLAIMS, SigningKey(secrets[2], "HS256", "hs-1"))
    for nearly_right in parts_of(token):
        verdict = _guessed(answer, nearly_right, secrets, None, "part")
        if verdict is not PASSED:
            return verdict
    return PASSED


def parts_of(token: str) -> list[str]:
    """A token whose signature is a part of its MAC, has more behind it, or another letter case."""
    signed, _, signature = token.rpartition(".")
    mac = unb64(signature)
    begin, end = mac[:16] + bytes(16), bytes(16) + mac[16:]
    others = [b64(part) for part in (begin, end, mac[:16], mac[16:], mac + b"x", mac[::-1], b"")]
    other_case = signature[:-1].swapcase() + signature[-1]
    return [f"{signed}.{text}" for text in (*others, other_case)]


def _guessed(
    answer: Tried, token: str, secrets: list[bytes], want: bytes | None, mistake: str
) -> Verdict:
    case = "a list with the secret" if want else "a list without the secret"
    if mistake == "part":
        case = f"the signature {written(token.rpartition('.')[2])}, which matches no guess"
    try:
        got = answer(token, iter(secrets))
    except Exception as error:
        bytes_as_text = isinstance(error, UnicodeDecodeError)
        return answer.raised(case, "text" if bytes_as_text else mistake)
    if type(got) is type(want) and got == want:
        return PASSED
    if got is None and answer.gave_nothing():
        return Verdict("none", case, mistake=mistake)
    if got is None:
        mistake = "no match"
    elif want and (got is True or isinstance(got, list | tuple | str | int)):
        mistake = "itself"
    return Verdict("differs", case, written(got), written(want), mistake=mistake)


# --- the table ----------------------------------------------------------------------------------


EXERCISES = (
    Exercise(
        "02-1",
        "function",
        without_library(
            first_verifier,
            jwt.PyJWS.decode_complete,
            tokens.verify_signature,
            tokens.verify,
        ),
        "To change the header or the claims, Tom now needs the private key. What does the token "
        "still decide?",
        {
            "library": (
                "A library checked this token for you. Do it by hand: split the token, call "
                "RS256.verify, and read the claims with json.loads.",
                wrong("""
                def answer(token, keys):
                    options = {"verify_exp": False, "verify_aud": False}
                    key = jwt.PyJWK(keys["keys"][0]).key
                    return jwt.decode(token, key, ["RS256"], options=options)
                """),
            ),
            "good": (
                "A genuine token must get through: return its claims as a dictionary. The signed "
                "bytes are the header, the dot and the payload. In the token the signature is in "
                "base64url: unb64(signature) turns it into bytes.",
                wrong("""
                def answer(token, keys):
                    raise ValueError("no")
                """),
            ),
            "list": (
                "`keys` is a dictionary, so it has no first element. Its list is under the name "
                "keys: keys['keys'][0] is the first key.",
                altered(FIRST_VERIFY, ('keys["keys"][0]', "keys[0]")),
            ),
            "claims": (
                "If the signature is valid, return the claims as a dictionary, and nothing else: "
                "json.loads(unb64(payload)).",
                altered(FIRST_VERIFY, ("return json.loads(unb64(payload))", "return True")),
            ),
            "expired": (
                "These tokens date from 2023. Check only the signature, not the times: "
                "RS256.verify does that.",
                wrong("""
                import time

                def answer(token, keys):
                    head, payload, signature = token.split(".")
                    key = jwt.PyJWK(keys["keys"][0]).key
                    fits = RS256.verify(f"{head}.{payload}".encode(), key, unb64(signature))
                    claims = json.loads(unb64(payload))
                    if not fits or claims["exp"] < time.time():
                        raise ValueError("no")
                    return claims
                """),
            ),
            "empty": (
                "A token without a signature is unsigned. `if signature and not ...` skips the "
                "check if there is nothing to check: an empty signature is no more valid than a "
                "wrong one.",
                altered(FIRST_VERIFY, ("if not RS256", "if signature and not RS256")),
            ),
            "none": (
                "The token said that it needed no check, so it was not checked. The algorithm is "
                "RS256, whatever the header says.",
                altered(
                    FIRST_VERIFY,
                    (
                        "    key = jwt",
                        '    if json.loads(unb64(head))["alg"].lower() == "none":\n'
                        "        return json.loads(unb64(payload))\n    key = jwt",
                    ),
                ),
            ),
            "unsigned": (
                "RS256.verify returns True or False. It raises no error, so look at what it "
                "returns.",
                altered(FIRST_VERIFY, ("if not RS256", "if None is RS256")),
            ),
            "key": (
                "The key comes from the list of keys that you trust, and from nowhere else.",
                wrong("""
                from labutils.stage.forgeries import TOMS

                def answer(token, keys):
                    head, payload, signature = token.split(".")
                    signed = f"{head}.{payload}".encode()
                    own = [jwt.PyJWK(keys["keys"][0]).key, TOMS.public_key()]
                    if not any(RS256.verify(signed, key, unb64(signature)) for key in own):
                        raise ValueError("no")
                    return json.loads(unb64(payload))
                """),
            ),
            "fixed": (
                "Use the keys that you are given: `keys`, the second argument. This call passes "
                "a different list.",
                altered(FIRST_VERIFY, ('keys["keys"][0]', 'KEYS["keys"][0]')),
            ),
            "another": (
                "The task allows only the first key and RS256. Your verifier accepted a "
                "different key from the list, or a different algorithm.",
                wrong("""
                def answer(token, keys):
                    head, payload, signature = token.split(".")
                    for jwk in keys["keys"]:
                        key = jwt.PyJWK(jwk)
                        signed = f"{head}.{payload}".encode()
                        if key.Algorithm.verify(signed, key.key, unb64(signature)):
                            return json.loads(unb64(payload))
                    raise ValueError("no")
                """),
            ),
            "header": (
                "The header is signed too: check header.payload, not only the payload.",
                wrong("""
                def answer(token, keys):
                    _, payload, signature = token.split(".")
                    jwk = keys["keys"][0]
                    head = json_part({"alg": "RS256", "kid": jwk["kid"], "typ": "JWT"})
                    signed = f"{head}.{payload}".encode()
                    if not RS256.verify(signed, jwt.PyJWK(jwk).key, unb64(signature)):
                        raise ValueError("no")
                    return json.loads(unb64(payload))
                """),
            ),
        },
        (
            "Three pieces: head, payload, signature = token.split('.'). The signed bytes are "
            "f'{head}.{payload}'.encode(), and unb64(signature) turns the signature into bytes.",
            "The key: jwt.PyJWK(keys['keys'][0]).key. Then `if not RS256.verify(...)`: raise "
            "ValueError. At the end, return json.loads(unb64(payload)).",
        ),
        FIRST_VERIFY,
        REFUSAL,
    ),
    Exercise(
        "02-2",
        "function",
        unsecured,
        "RFC 7515 calls this an unsecured JWS. The standard allows it, but no door should accept "
        "it.",
        {
            "text": ("The token must be one string.", "answer = lambda claims: ['a', 'b', '']"),
            "dots": (
                "A token has two dots, even if nothing comes after the second one.",
                wrong("answer = lambda c: json_part({'alg': 'none'}) + '.' + json_part(c)"),
            ),
            "encoded": (
                "The header and the payload are JSON, encoded in base64url without padding: "
                "json_part does both.",
                wrong("""
                import base64

                def answer(claims):
                    parts = (json.dumps({"alg": "none"}), json.dumps(claims), "")
                    return ".".join(base64.b64encode(part.encode()).decode() for part in parts)
                """),
            ),
            "alg": (
                "The header must say that there is no signature: its alg is none.",
                wrong("answer = lambda c: f\"{json_part({'alg': 'RS256'})}.{json_part(c)}.\""),
            ),
            "signature": (
                "Nothing comes after the second dot: there is no signature.",
                wrong("answer = lambda c: f\"{json_part({'alg': 'none'})}.{json_part(c)}.none\""),
            ),
            "claims": (
                "The payload contains the given claims, and no others.",
                wrong("answer = lambda c: f\"{json_part({'alg': 'none'})}.{json_part({})}.\""),
            ),
        },
        (
            "json_part(value) turns a dictionary into a segment. The header has one member.",
            "f\"{json_part({'alg': 'none'})}.{json_part(claims)}.\", with the dot at the end.",
        ),
        code("""
            def forge_none(claims):
                return json_part({"alg": "none"}) + "." + json_part(claims) + "."
        """),
    ),
    Exercise(
        "02-3",
        "function",
        without_library(every_decision, jwt.PyJWS.decode_complete),
        "You decide on the type, the extensions, the key and the algorithm. The token only has "
        "to match.",
        {
            "library": (
                "jwt.decode checked the signature for you. Do it by hand: "
                "key.Algorithm.verify(signed, key.key, signature).",
                wrong("""
                def answer(token, keys):
                    header = jwt.get_unverified_header(token)
                    found = [jwk for jwk in keys["keys"] if jwk["kid"] == header.get("kid")]
                    if header.get("typ") != "JWT" or "crit" in header or len(found) != 1:
                        raise ValueError("no")
                    key = jwt.PyJWK(found[0])
                    none = {"verify_exp": False, "verify_aud": False, "verify_iat": False}
                    return jwt.decode(token, key, [found[0]["alg"]], options=none)
                """),
            ),
            "good": (
                "A genuine sign-in token (typ JWT, kid rs256-1) must get through: return its "
                "claims. If the signature fails, look at what you verify: header, a dot, payload, "
                "as bytes.",
                wrong("""
                def answer(token, keys):
                    raise ValueError("no")
                """),
            ),
            "first key": (
                "There are two keys in the list. The header's kid says which key to try, and "
                "that key says which algorithm to use.",
                altered(
                    VERIFY,
                    ('if key["kid"] == header.get("kid")', 'if key["kid"] == "rs256-1"'),
                ),
            ),
            "fixed": (
                "Use the keys that you are given: `keys`, the second argument. This call passes "
                "a different list.",
                altered(VERIFY, ('in keys["keys"]', 'in KEYS["keys"]')),
            ),
            "unsigned": (
                "The signature must be valid for the header and the payload exactly as received.",
                altered(VERIFY, ("if not key.Algorithm", "if None is key.Algorithm")),
            ),
            "rebuilt": (
                "The signature covers the characters of the token, not the JSON that they encode. "
                "Check the header and the payload as received; do not encode them again.",
                altered(
                    VERIFY,
                    (
                        'f"{head}.{payload}".encode()',
                        'f"{json_part(header)}.{json_part(json.loads(unb64(payload)))}".encode()',
                    ),
                ),
            ),
            "empty": (
                "A token without a signature is unsigned. `if signature and not ...` skips the "
                "check if there is nothing to check.",
                altered(VERIFY, ("if not key.Algorithm", "if signature and not key.Algorithm")),
            ),
            "spelling": (
                "The issuer did not write the token like this. A segment has no space and no `=`, "
                "and its bytes allow only one last character (RFC 7515, 2). Change nothing, and "
                "let unb64 refuse it. (Of these variants, PyJWT accepts `==` after the signature.)",
                altered(VERIFY, ("token.split", "token.strip().split")),
            ),
            "none": (
                "The token asked for no check, so it was not checked. The algorithm comes from "
                "your key.",
                altered(
                    VERIFY,
                    (
                        "    trusted = [",
                        '    if header["alg"].lower() == "none":\n'
                        "        return json.loads(unb64(payload))\n    trusted = [",
                    ),
                ),
            ),
            "confusion": (
                "The token chose HS256, and your public key became its secret. Compare the "
                "header's alg with your key's alg.",
                altered(
                    VERIFY,
                    ("    if len(trusted)", CONFUSION + "    if len(trusted)"),
                ),
            ),
            "jwk": (
                "That key came with the token. It proves only that the token agrees with itself.",
                altered(
                    VERIFY,
                    ("PyJWK(trusted[0])", 'PyJWK(header.get("jwk", trusted[0]), header["alg"])'),
                ),
            ),
            "kid": (
                "If the kid names none of your keys, there is nothing to try: refuse the token, "
                "with an error of your own.",
                altered(VERIFY, ("len(trusted) != 1 or ", "")),
            ),
            "no kid": (
                "This token does not say which of your keys to try. Refuse it: a key that you try "
                "because there is no other was not chosen by anybody.",
                altered(
                    VERIFY,
                    ('== header.get("kid")', '== header.get("kid", "rs256-1")'),
                ),
            ),
            "two keys": (
                "Two of your keys have this kid, so nobody knows which one is meant. There must "
                "be exactly one, whatever the algorithms: count the keys before you look at "
                "alg.",
                altered(VERIFY, ("len(trusted) != 1", "not trusted")),
            ),
            "alg": (
                "The key with this kid is for one algorithm, but the header names a different one.",
                altered(VERIFY, (' or trusted[0]["alg"] != header.get("alg")', "")),
            ),
            "no alg": (
                "The header names no algorithm at all. Refuse it: none of your keys is for `None`.",
                altered(VERIFY, ('header.get("alg")', 'header.get("alg", "RS256")')),
            ),
            "crossed": (
                "RS512 belongs to a different key in your list. The header's alg must match the "
                "key that has this kid.",
                altered(
                    VERIFY,
                    (
                        'trusted[0]["alg"] != header.get("alg")',
                        'header.get("alg") not in [k["alg"] for k in keys["keys"]]',
                    ),
                    ("PyJWK(trusted[0])", 'PyJWK(trusted[0], header["alg"])'),
                ),
            ),
            "segments": (
                "A signed token has exactly three segments (RFC 7515, 7.1). Nobody signed the "
                "extra segment.",
                altered(
                    VERIFY,
                    (
                        'head, payload, signature = token.split(".")',
                        'parts = token.split(".")\n'
                        "    head, payload, signature = parts[0], parts[1], parts[-1]",
                    ),
                ),
            ),
            "typ": (
                "The service signed this token. Only its `typ` says that it is not a sign-in "
                "token.",
                altered(VERIFY, ('header.get("typ") != "JWT" or ', "")),
            ),
            "crash": (
                "That is a crash, not a refusal. A header may lack any member: header.get('alg') "
                "is None then. Refuse the token with an error of your own.",
                altered(VERIFY, ('header.get("alg")', 'header["alg"]')),
            ),
            "no typ": (
                "This token does not say what type it is. Here a sign-in token always has typ JWT, "
                "so a token without it is refused.",
                altered(
                    VERIFY, ('header.get("typ") != "JWT"', 'header.get("typ", "JWT") != "JWT"')
                ),
            ),
            "typ near": (
                "logout+JWT has JWT in it, but it is a different type. Compare the whole value: "
                "a matching part, beginning or end proves nothing, and a space counts as a "
                "character.",
                altered(
                    VERIFY, ('header.get("typ") != "JWT"', '"JWT" not in header.get("typ", "")')
                ),
            ),
            "kid near": (
                "This is almost the kid of one of your keys, but not quite. Compare the whole "
                "value, character for character (RFC 7515, 4.1.4). For strings, `in` also "
                "accepts a partial match.",
                altered(
                    VERIFY,
                    ('key["kid"] == header.get("kid")', 'header.get("kid", "") in key["kid"]'),
                ),
            ),
            "alg near": (
                "This is almost the name of your key's algorithm, but not quite. Compare the "
                "whole value, character for character (RFC 7515, 4.1.1).",
                altered(
                    VERIFY,
                    (
                        'trusted[0]["alg"] != header.get("alg")',
                        'trusted[0]["alg"] != header["alg"].upper()',
                    ),
                ),
            ),
            "crit": (
                "`crit` lists the extensions that a verifier must understand. Yours understands "
                "none, so refuse the token.",
                altered(VERIFY, (' or "crit" in header', "")),
            ),
        },
        (
            "Four questions before the signature: is typ JWT? Is crit absent? Which of *your* keys "
            "has this kid? Is that key for this alg?",
            "trusted = [key for key in keys['keys'] if key['kid'] == header.get('kid')], and "
            "refuse unless there is exactly one.",
            "key = jwt.PyJWK(trusted[0]) knows its algorithm: key.Algorithm.verify(signed, "
            "key.key, signature).",
        ),
        VERIFY,
        REFUSAL,
    ),
    Exercise(
        "02-4",
        "function",
        confusion,
        "One key had two uses: the verifier used the public key as a secret.",
        {
            "text": ("The token must be one string.", "answer = lambda claims, key: key"),
            "dots": (
                "A token has two dots.",
                altered(CONFUSED, ('f"{signed}.{b64(mac)}"', "signed + b64(mac)")),
            ),
            "encoded": (
                "Each of the three segments is in base64url: json_part(header), "
                "json_part(claims), and b64(mac) for the bytes of the MAC. Do not use "
                "hexadecimal.",
                altered(CONFUSED, ("b64(mac)", "b64(mac.hex().encode())")),
            ),
            "alg": (
                "The header must ask for HS256: that is what turns the public key into a secret.",
                altered(CONFUSED, ("HS256", "RS256")),
            ),
            "claims": (
                "The payload must contain the given claims.",
                altered(CONFUSED, ("json_part(claims)", "json_part({})")),
            ),
            "header": (
                "The header has exactly the three members in the task. If a member is missing or "
                "added, a verifier may refuse the token for that reason.",
                altered(CONFUSED, (', "kid": "rs256-1"', "")),
            ),
            "library": (
                "PyJWT does not accept a public key as a secret: that is its defence against "
                "this attack. Make the MAC yourself: hmac.digest(public_key, message, 'sha256').",
                wrong("""
                def answer(claims, public_key):
                    header = {"kid": "rs256-1", "typ": "JWT"}
                    return jwt.encode(claims, public_key, "HS256", header)
                """),
            ),
            "mac": (
                "The MAC is computed over header.payload, with SHA-256. Its key is the public "
                "key exactly as it was given, every byte of it.",
                altered(CONFUSED, ("digest(public_key,", "digest(public_key.strip(),")),
            ),
        },
        (
            "hmac.digest(key, message, 'sha256') makes the MAC. The message is header.payload, as "
            "bytes.",
            "The header is {'alg': 'HS256', 'kid': 'rs256-1', 'typ': 'JWT'}. At the end: signed + "
            "'.' + b64(mac).",
        ),
        CONFUSED,
    ),
    Exercise(
        "02-5",
        "function",
        guessing,
        "The guessing happened offline: no server saw a failed attempt. A secret for HS256 must "
        "be random.",
        {
            "found": (
                "For each guess, compute the MAC over everything before the last dot, and "
                "compare it with the signature. If they are equal, return that guess.",
                wrong("answer = lambda token, guesses: next(iter(guesses))"),
            ),
            "no match": (
                "Your function found nothing, but the secret is in the list. Compare bytes with "
                "bytes: the signature in the token is a string, and unb64(signature) decodes it. "
                "If a guess does not match, go on to the next one.",
                wrong("""
                def answer(token, guesses):
                    signed, _, signature = token.rpartition(".")
                    for guess in guesses:
                        if hmac.digest(guess, signed.encode(), "sha256") == signature:
                            return guess
                """),
            ),
            "part": (
                "Only part of this signature matches the MAC of a guess. Compare all of it: "
                "hmac.digest(...) == unb64(signature).",
                wrong("""
                def answer(token, guesses):
                    signed, _, signature = token.rpartition(".")
                    for guess in guesses:
                        mac = b64(hmac.digest(guess, signed.encode(), "sha256"))
                        if mac[:6] == signature[:6]:
                            return guess
                """),
            ),
            "text": (
                "A secret is bytes, and not all bytes can be decoded into a string. Leave "
                ".decode() out.",
                wrong("""
                def answer(token, guesses):
                    signed, _, signature = token.rpartition(".")
                    for guess in guesses:
                        key = guess.decode().encode()
                        if hmac.digest(key, signed.encode(), "sha256") == unb64(signature):
                            return guess
                """),
            ),
            "itself": (
                "Return the guess itself, unchanged, as bytes: not a list of guesses, not a "
                "string, and not True.",
                wrong("""
                def answer(token, guesses):
                    signed, _, signature = token.rpartition(".")
                    fits = lambda g: hmac.digest(g, signed.encode(), "sha256") == unb64(signature)
                    return [guess for guess in guesses if fits(guess)]
                """),
            ),
            "not there": (
                "If no guess matches, return None, not the last guess.",
                wrong("""
                def answer(token, guesses):
                    signed, _, signature = token.rpartition(".")
                    for guess in guesses:
                        if hmac.digest(guess, signed.encode(), "sha256") == unb64(signature):
                            break
                    return guess
                """),
            ),
        },
        (
            "signed, _, signature = token.rpartition('.') cuts at the last dot.",
            "for guess in guesses: if hmac.digest(guess, signed.encode(), 'sha256') == "
            "unb64(signature): return guess",
        ),
        code("""
            def crack(token, guesses):
                signed, _, signature = token.rpartition(".")
                for guess in guesses:
                    if hmac.digest(guess, signed.encode(), "sha256") == unb64(signature):
                        return guess
        """),
    ),
)


PREDICTIONS = (
    GridRow(
        "02-p14",
        "PyJWT is called as documented: with the public key, algorithms=['RS256'] "
        "and the audience. It refuses a `crit` that it does not know. Which of these seven tokens "
        "get in?",
        columns_of(tuple(forged.forgeries())),
        "xxxxxox",
        {
            "alg none": "A list of allowed algorithms shuts out `none` in every spelling.",
            "algorithm confusion": "The list of algorithms comes from you. HS256 is not in it.",
            "embedded jwk": "PyJWT uses the key that you give it, never one from the header.",
            "Tom's key, unknown kid": "PyJWT uses the key that you give it, whatever the kid says.",
            "logout token": (
                "This assumes that a good library knows what your door is for. It checks the "
                "signature, the times and the audience, and all of them are valid in a logout "
                "token."
            ),
        },
        "Of your four decisions, PyJWT called with a key and an algorithm leaves one open: the "
        "type of token. Only you know which type your application should accept.",
        words=("it gets in", "it is refused"),
    ),
)
