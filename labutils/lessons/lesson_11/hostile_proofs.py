"""DPoP proofs that a server must refuse, odd ones that it must take, and two about which
implementations disagree (lesson 11).

Each hostile one is wrong in one way. All are for one request: GET https://api.example/me with Ada's
access token, or for the token endpoint. Whatever can be computed without Ada's key is signed by
somebody who can compute it.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from labutils.identity import dpop
from labutils.identity.keys import ORDER, PrivateKey, sign_bytes
from labutils.identity.tokens import (
    SigningKey,
    b64,
    ec_private_key,
    ed25519_private_key,
    json_part,
    public_jwk,
    rsa_private_key,
    sign,
    thumbprint,
    unb64,
)
from labutils.stage.signature_twins import twin
from labutils.stage.two_apps import API, LOGIN, NOTES

Json = dict[str, Any]
Row = tuple[str, str, str]  # name, what is wrong or odd, the proof

# --- one honest request -------------------------------------------------------------------------

NOW = 1697619600
URL = API + "/me"
NONCE = "nonce-of-this-minute"
ADA, TOM = ec_private_key("the key in Ada's page"), ec_private_key("the key that Tom made")
EDDA, RSA = ed25519_private_key("a key in another page"), rsa_private_key("RFC 7520 3.4")
JWK = public_jwk(ADA)
PROVIDER = SigningKey(ec_private_key("the provider of these tokens"), "ES256", "provider")
# The access token that Ada's page holds, bound to its key (RFC 9068, 2.2; RFC 9449, 6.1).
ACCESS: Json = {
    "iss": LOGIN,
    "aud": API,
    "sub": "u-1815",
    "client_id": "notes",
    "jti": "access-1",
    "iat": NOW,
    "exp": NOW + 600,
    "cnf": {"jkt": thumbprint(JWK)},
}
TOKEN = sign(ACCESS, PROVIDER, typ="at+jwt")
HEADER: Json = {"typ": "dpop+jwt", "alg": "ES256", "jwk": JWK}
CLAIMS: Json = {
    "jti": "proof-1",
    "htm": "GET",
    "htu": URL,
    "iat": NOW,
    "ath": dpop.access_token_hash(TOKEN),
}
FOR_TOKEN: Json = {"jti": "proof-1", "htm": "POST", "htu": LOGIN + "/token", "iat": NOW}
# What the server knows of a request: at the API, and at the token endpoint, where no token is
# presented yet and no key is expected.
AT_API: Json = {"method": "GET", "url": URL, "now": NOW, "token": TOKEN, "jkt": thumbprint(JWK)}
AT_TOKEN: Json = {"method": "POST", "url": LOGIN + "/token", "now": NOW}


@dataclass(frozen=True)
class ProofCase:
    """A proof, what is wrong with it (or odd about it), and the request that it comes with."""

    name: str
    wrong: str
    proof: str
    request: Mapping[str, Any]
    seen: frozenset[str] = frozenset()  # names of proofs that the server has seen before


# --- how a proof is made ------------------------------------------------------------------------


def make_proof(
    header: Json | str,
    claims: Json | str,
    key: PrivateKey = ADA,
    alg: str = "ES256",
) -> str:
    """A proof whose signature really fits this key, whatever its two parts say.

    A part that is text stands as it is.
    """
    head, body = (
        b64(part.encode()) if isinstance(part, str) else json_part(part)
        for part in (header, claims)
    )
    return f"{head}.{body}.{b64(sign_bytes(alg, f'{head}.{body}'.encode(), key))}"


GOOD = make_proof(HEADER, CLAIMS)


def _changed(members: Json, changes: Json) -> Json:
    """These members with some changed, or (None) left out."""
    return {name: value for name, value in {**members, **changes}.items() if value is not None}


def _with_header(**changes: object) -> str:
    return make_proof(_changed(HEADER, changes), CLAIMS)


def _with_claims(**changes: object) -> str:
    return make_proof(HEADER, _changed(CLAIMS, changes))


def _with_iat(text: str) -> str:
    """A proof whose `iat` is this JSON text."""
    return make_proof(HEADER, json.dumps(CLAIMS).replace(f'"iat": {NOW}', f'"iat": {text}'))


def _for_token_endpoint(alg: str, jwk: Json, sign: Callable[[bytes], bytes]) -> str:
    """A proof with another algorithm or key: `sign` turns the signed bytes into a signature."""
    text = f"{json_part({**HEADER, 'alg': alg, 'jwk': jwk})}.{json_part(FOR_TOKEN)}"
    return f"{text}.{b64(sign(text.encode()))}"


def _by_secret(jwk: Json, secret: bytes) -> str:
    """HS256: the same secret signs and checks."""
    return _for_token_endpoint("HS256", jwk, lambda text: hmac.digest(secret, text, "sha256"))


def _by_rsa() -> str:
    """RS256, by a sound key."""
    return _for_token_endpoint(
        "RS256", public_jwk(RSA), lambda text: sign_bytes("RS256", text, RSA)
    )


def _by_tiny_rsa() -> str:
    """RS256 by a key of 511 bits, made from two primes that everybody knows (RFC 8017, 8.2.1)."""
    p, q = 2**255 - 19, ORDER
    exponent = pow(65537, -1, (p - 1) * (q - 1))
    sha256_info = bytes.fromhex("3031300d060960864801650304020105000420")
    jwk = {"kty": "RSA", "e": "AQAB", "n": b64((p * q).to_bytes(64))}

    def sign(text: bytes) -> bytes:
        digest = sha256_info + hashlib.sha256(text).digest()
        padded = b"\0\1" + b"\xff" * 10 + b"\0" + digest
        return pow(int.from_bytes(padded), exponent, p * q).to_bytes(64)

    return _for_token_endpoint("RS256", jwk, sign)


def _by_p384(alg: str, digest: hashes.HashAlgorithm) -> str:
    """A signature by a sound key on the curve P-384, under this name of an algorithm."""
    key = ec.derive_private_key(384, ec.SECP384R1())
    jwk = jwt.algorithms.ECAlgorithm.to_jwk(key.public_key(), as_dict=True)

    def sign(text: bytes) -> bytes:
        signature = key.sign(text, ec.ECDSA(digest, deterministic_signing=True))
        return jwt.utils.der_to_raw_signature(signature, key.curve)

    return _for_token_endpoint(alg, jwk, sign)


# --- hostile proofs, by what is wrong -----------------------------------------------------------


def wrong_kind() -> list[Row]:
    """It is another kind of token (RFC 9449, 4.3, 4)."""
    return [
        ("typ JWT", "it says that it is an ordinary token", _with_header(typ="JWT")),
        ("typ at+jwt", "it says that it is an access token", _with_header(typ="at+jwt")),
        ("no typ", "it does not say what it is", _with_header(typ=None)),
    ]


def wrong_algorithm() -> list[Row]:
    """It names an algorithm that cannot prove anything (RFC 9449, 4.3, 5)."""
    body = GOOD.split(".")[1]
    return [
        (
            "alg none",
            "it has no signature, and says so",
            f"{json_part({**HEADER, 'alg': 'none'})}.{body}.",
        ),
        ("alg unknown", "an algorithm that nobody knows", _with_header(alg="ES999")),
        ("no alg", "it does not say how it is signed", _with_header(alg=None)),
    ]


def wrong_key() -> list[Row]:
    """What it brings along is not one public key (RFC 9449, 4.3, 7)."""
    private = jwt.algorithms.ECAlgorithm.to_jwk(ADA, as_dict=True)
    tom_inside = {**JWK, "keys": [public_jwk(TOM)]}
    return [
        ("private key inside", "Ada's app also sends its private key", _with_header(jwk=private)),
        ("jwk is text", "the key is a string", _with_header(jwk="Ada's key")),
        ("no jwk", "no key was sent", _with_header(jwk=None)),
        ("jwk is a set", "a set of keys instead of one key", _with_header(jwk={"keys": [JWK]})),
        (
            "a set inside the key",
            "Ada's key with Tom's in a set inside it",
            _with_header(jwk=tom_inside),
        ),
        (
            "a set inside, Tom signs",
            "the same, and Tom made the signature",
            make_proof({**HEADER, "jwk": tom_inside}, CLAIMS, TOM),
        ),
        (
            "point off the curve",
            "x and y are swapped",
            _with_header(jwk={**JWK, "x": JWK["y"], "y": JWK["x"]}),
        ),
    ]


def wrong_signature() -> list[Row]:
    """The signature does not fit, or asks for more than we know (RFC 9449, 4.3, 6)."""
    head, body, signature = GOOD.split(".")
    _, other_body, other_signature = _with_claims(jti="proof-2").split(".")
    in_der = b64(jwt.utils.raw_to_der_signature(unb64(signature), ec.SECP256R1()))
    return [
        ("signed by another key", "Tom signs and names Ada's key", make_proof(HEADER, CLAIMS, TOM)),
        (
            "signature of another proof",
            "a signature by Ada, from another proof",
            f"{head}.{body}.{other_signature}",
        ),
        ("payload changed", "claims changed after signing", f"{head}.{other_body}.{signature}"),
        (
            "signature of zeros",
            "the psychic signature (CVE-2022-21449)",
            f"{head}.{body}.{b64(bytes(64))}",
        ),
        ("no signature", "the signature cut off", f"{head}.{body}."),
        (
            "signature in DER",
            "the right signature in a different encoding",
            f"{head}.{body}.{in_der}",
        ),
        ("crit", "it demands an extension that we do not know", _with_header(crit=["exp"])),
    ]


def missing_claims() -> list[Row]:
    """A claim is missing, or is not text (RFC 9449, 4.3, 3)."""
    return [
        ("no jti", "no name of its own, so no replay is noticed", _with_claims(jti=None)),
        ("jti empty", "an empty name", _with_claims(jti="")),
        ("jti a number", "a name that is not a string", _with_claims(jti=1)),
        ("no htm", "for no method in particular", _with_claims(htm=None)),
        ("no htu", "for no URL in particular", _with_claims(htu=None)),
        ("htu a list", "for several URLs", _with_claims(htu=[URL, API + "/admin"])),
    ]


def another_request() -> list[Row]:
    """It was made for another method or address (RFC 9449, 4.3, 8 and 9)."""
    return [
        ("htm POST", "made for a different method", _with_claims(htm="POST")),
        ("htm in lower case", "case matters in a method", _with_claims(htm="get")),
        ("htu another host", "made for Ada's other app", _with_claims(htu=NOTES + "/me")),
        ("htu another path", "made for a different endpoint", _with_claims(htu=API + "/admin")),
        ("htu another scheme", "made for http", _with_claims(htu=URL.replace("https", "http"))),
        (
            "htu another port",
            "made for a different port",
            _with_claims(htu="https://api.example:8443/me"),
        ),
        ("htu with a slash more", "made for /me/", _with_claims(htu=URL + "/")),
        (
            "htu of a look-alike",
            "the real host comes after the @",
            _with_claims(htu="https://api.example@tom.example/me"),
        ),
        ("htu unreadable", "not a URL at all", _with_claims(htu="http://[")),
    ]


def wrong_time() -> list[Row]:
    """It was not made just now, or does not say when (RFC 9449, 4.3, 11)."""
    return [
        ("iat old", "61 seconds old", _with_claims(iat=NOW - 61)),
        ("iat in the future", "dated 61 seconds ahead", _with_claims(iat=NOW + 61)),
        (
            "iat in milliseconds",
            "dated by a clock that counts milliseconds",
            _with_claims(iat=NOW * 1000),
        ),
        ("iat NaN", "a number that is neither near nor far", _with_iat("NaN")),
        ("iat infinite", "dated at the end of time", _with_iat("1e999")),
        ("iat of 400 digits", "dated beyond what a float can hold", _with_iat("9" * 400)),
        ("iat text", "the right number, as a string", _with_claims(iat=str(NOW))),
        ("iat true", "a boolean counts as 1 in Python", _with_claims(iat=True)),
        ("no iat", "not dated", _with_claims(iat=None)),
    ]


def another_token_or_key() -> list[Row]:
    """It was made for another access token, or by another key (RFC 9449, 4.3, 12)."""
    return [
        ("no ath", "not made for a token", _with_claims(ath=None)),
        (
            "ath of another token",
            "made for a different token of Ada's",
            _with_claims(ath=dpop.access_token_hash("her token for the wiki")),
        ),
        ("ath is the token", "the token itself instead of its hash", _with_claims(ath=TOKEN)),
        (
            "Tom's own key",
            "everything is right except the key",
            make_proof({**HEADER, "jwk": public_jwk(TOM)}, CLAIMS, TOM),
        ),
    ]


def malformed() -> list[Row]:
    """It is not one well-formed JWT (RFC 9449, 4.3, 1 and 2)."""
    head, body, signature = GOOD.split(".")
    return [
        ("nothing", "an empty header", ""),
        ("100 KB of A", "long, and without a dot", "A" * 100_000),
        (
            "two proofs",
            "two headers, which arrive as one, joined by a comma",
            f"{GOOD}, {_with_claims(jti='proof-2')}",
        ),
        ("five parts", "the shape of an encrypted token", f"{GOOD}.AAAA.AAAA"),
        ("padding", "base64 with = signs", f"{head}=.{body}.{signature}"),
        (
            "a name twice in the header",
            "typ appears twice, and two parsers may differ",
            make_proof(json.dumps(HEADER).replace("{", '{"typ": "JWT", ', 1), CLAIMS),
        ),
        (
            "a name twice in the payload",
            "htu appears twice",
            make_proof(HEADER, json.dumps(CLAIMS).replace("{", '{"htu": "*", ', 1)),
        ),
        ("payload a list", "no claims, only a list", make_proof(HEADER, "[]")),
    ]


def wrong_key_or_algorithm() -> list[Row]:
    """At the token endpoint any key may come. These prove nothing, or are not ours (RFC 7518)."""
    as_pem = ADA.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    secret = b"a secret of thirty-two bytes, 32"
    inside = {"kty": "oct", "k": b64(secret)}
    not_listed = "a sound RSA key, which this server does not list"
    other_curve = "ES256 means P-256, and the key is on another curve"
    return [
        (
            "HS256 by the public key",
            "the public key used as a shared secret",
            _by_secret(JWK, as_pem),
        ),
        (
            "HS256 by a secret inside",
            "the secret is sent in jwk",
            _by_secret(inside, secret),
        ),
        ("RS256", not_listed, _by_rsa()),
        ("RS256, tiny key", "a 511-bit RSA key", _by_tiny_rsa()),
        (
            "ES384",
            "a sound key on P-384, which this server does not list",
            _by_p384("ES384", hashes.SHA384()),
        ),
        ("P-384 as ES256", other_curve, _by_p384("ES256", hashes.SHA256())),
    ]


def wrong_nonce() -> list[Row]:
    """The server gave out a nonce, and this proof does not repeat it (RFC 9449, 4.3, 10)."""
    return [
        ("no nonce", "the server asks for a nonce, but the proof has none", GOOD),
        (
            "nonce made up",
            "a nonce that the server never issued",
            _with_claims(nonce="nonce-by-tom"),
        ),
        (
            "nonce stale",
            "the nonce from an hour ago",
            _with_claims(nonce="nonce-of-an-hour-ago"),
        ),
    ]


def used_before() -> list[Row]:
    """The server has seen a proof of this name (RFC 9449, 11.1)."""
    return [
        ("replay", "exactly the same proof, five seconds later", GOOD),
        ("replay of the twin", "the same proof with its second signature", twin(GOOD)),
        ("name used again", "a new proof with an old name", _with_claims(iat=NOW + 5)),
    ]


@cache
def hostile_proofs() -> tuple[ProofCase, ...]:
    """Proofs that must not pass, each with the request that it is presented with."""
    at_api = [
        *wrong_kind(),
        *wrong_algorithm(),
        *wrong_key(),
        *wrong_signature(),
        *missing_claims(),
        *another_request(),
        *wrong_time(),
        *another_token_or_key(),
        *malformed(),
    ]
    with_nonce, later = {**AT_API, "nonce": NONCE}, {**AT_API, "now": NOW + 5}
    used = frozenset({"proof-1"})
    return (
        *(ProofCase(*row, AT_API) for row in at_api),
        *(ProofCase(*row, AT_TOKEN) for row in wrong_key_or_algorithm()),
        *(ProofCase(*row, with_nonce) for row in wrong_nonce()),
        *(ProofCase(*row, later, used) for row in used_before()),
    )


# --- honest proofs, odd as some of them look ----------------------------------------------------


def odd_but_honest() -> list[Row]:
    """For the API."""
    return [
        ("plain", "nothing odd", GOOD),
        (
            "htu with a query",
            "the query does not count (RFC 9449, 4.3)",
            _with_claims(htu=URL + "?page=2"),
        ),
        (
            "htu with a fragment",
            "the fragment does not count either",
            _with_claims(htu=URL + "#top"),
        ),
        (
            "htu with the default port",
            "443 is the default port of https (RFC 3986, 6.2.3)",
            _with_claims(htu="https://api.example:443/me"),
        ),
        (
            "host in capitals",
            "case does not matter in a host",
            _with_claims(htu="HTTPS://API.Example/me"),
        ),
        ("a minute old", "just inside the window", _with_claims(iat=NOW - 60)),
        ("a minute ahead", "a clock that runs fast", _with_claims(iat=NOW + 60)),
        ("half a second", "a date may have a fraction", _with_claims(iat=NOW + 0.5)),
        (
            "kid and jku",
            "hints about where to find a key, which nobody follows",
            _with_header(kid="1", jku="https://tom.example/jwks"),
        ),
        (
            "the twin, first",
            "the second signature of a proof that has not been used yet",
            twin(GOOD),
        ),
    ]


@cache
def honest_proofs() -> tuple[ProofCase, ...]:
    """Proofs that must pass."""
    edda = make_proof({**HEADER, "alg": "EdDSA", "jwk": public_jwk(EDDA)}, FOR_TOKEN, EDDA, "EdDSA")
    first = make_proof(HEADER, FOR_TOKEN)
    repeated = _with_claims(nonce=NONCE)
    return (
        *(ProofCase(*row, AT_API) for row in odd_but_honest()),
        ProofCase("Ed25519", "another algorithm that we support", edda, AT_TOKEN),
        ProofCase("for a code", "no token yet, so no ath", first, AT_TOKEN),
        ProofCase(
            "the nonce that was asked for",
            "as the server asked",
            repeated,
            {**AT_API, "nonce": NONCE},
        ),
    )


@cache
def disputed_proofs() -> tuple[ProofCase, ...]:
    """Proofs that servers treat differently (data/real/proofs.json), so that no client should send
    one. RFC 9449, 4.3, asks for neither refusal. But a JWT is not to be accepted from its `exp` on
    (RFC 7519, 4.1.4), and a server without nonces cannot check one."""
    past, left_over = _with_claims(exp=1), _with_claims(nonce="left over")
    return (
        ProofCase("exp in the past", "RFC 9449 names no exp in a proof", past, AT_API),
        ProofCase("a nonce nobody asked for", "the server issued none", left_over, AT_API),
    )
