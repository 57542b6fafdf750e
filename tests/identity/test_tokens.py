"""The strict verifier: claims for an honest token, a subclass of jwt.PyJWTError for everything
else, and never another exception.
"""

import hashlib
import json
import socket
from functools import cache

import joserfc.jwk
import joserfc.jwt
import jwt
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from how_many import draws
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import table

from labutils.identity import tokens
from labutils.identity.keys import sign_bytes
from labutils.identity.tokens import SigningKey, b64, json_part

NOW = 1697619600
HEADER = {"alg": "ES256", "kid": "ES256"}
CLAIMS = {
    "iss": "https://login.example",
    "aud": "https://api.example",
    "sub": "ada",
    "iat": NOW,
    "exp": NOW + 300,
}
SECRET = hashlib.sha256(b"a shared secret of the lab").digest()
PRIVATE = {
    "RS256": tokens.rsa_private_key("RFC 7520 3.4"),
    "ES256": tokens.ec_private_key("login.example"),
    "EdDSA": tokens.ed25519_private_key("login.example"),
    "HS256": SECRET,
}
TOM = tokens.ec_private_key("tom")  # the thief


def public(private: object) -> dict:
    return (
        {"kty": "oct", "k": b64(private)}
        if isinstance(private, bytes)
        else tokens.public_jwk(private)
    )


JWKS = {
    alg: {**public(private), "alg": alg, "kid": alg, "use": "sig"}
    for alg, private in PRIVATE.items()
}
ES = JWKS["ES256"]


def part(value: object) -> str:
    """A segment: of text as it stands, of any other value as JSON."""
    return b64(value.encode()) if isinstance(value, str) else json_part(value)


def sealed(
    claims: object = CLAIMS,
    header: object = HEADER,
    key: object = PRIVATE["ES256"],
    alg: str = "ES256",
) -> str:
    """A token whose signature really fits this key, whatever the header and the claims are."""
    signing_input = f"{part(header)}.{part(claims)}"
    return f"{signing_input}.{b64(sign_bytes(alg, signing_input.encode(), key))}"


def with_header(**changes: object) -> str:
    return sealed(header={**HEADER, **changes})


def with_claims(**changes: object) -> str:
    return sealed({**CLAIMS, **changes})


def with_text(name: str, value: str) -> str:
    """A token whose payload ends in this JSON text as the value of this name."""
    kept = {key: value for key, value in CLAIMS.items() if key != name}
    return sealed(f'{json.dumps(kept)[:-1]},"{name}":{value}}}')


def verified(token: object, keys: object = ES, **changes: object) -> dict:
    return tokens.verify(
        token, keys, **{"issuer": CLAIMS["iss"], "audience": CLAIMS["aud"], "now": NOW, **changes}
    )


HONEST, BARE = sealed(), sealed(header={"alg": "ES256"})  # with and without the name of its key


# --- what is accepted ---------------------------------------------------------------------------


@table(
    "shape",
    [
        lambda _jwk: {"keys": [*JWKS.values()]},
        lambda jwk: jwk,
        jwt.PyJWK,
        lambda jwk: {name: jwk[name] for name in jwk if name not in ("alg", "kid", "use")},
        lambda jwk: {**jwk, "key_ops": ["sign", "verify"]},
    ],
    ids=["set", "JWK", "PyJWK", "bare JWK", "key_ops"],
)
@table("alg", PRIVATE)
def test_a_token_signed_by_a_trusted_key_yields_its_claims(alg, shape):
    token = sealed(header={"alg": alg, "kid": alg}, key=PRIVATE[alg], alg=alg)
    assert verified(token, shape(JWKS[alg])) == CLAIMS
    assert json.loads(tokens.verify_signature(token, shape(JWKS[alg]))) == CLAIMS
    with pytest.raises(jwt.InvalidSignatureError):
        verified(token[:-8] + "AAAAAAAA", shape(JWKS[alg]))


@pytest.mark.parametrize(
    "now, leeway, accepted",
    [(299, 0, True), (299.999, 0, True), (300, 0, False), (309, 10, True), (310, 10, False)],
)
def test_a_token_is_expired_from_the_second_named_in_exp(now, leeway, accepted):
    if accepted:
        assert verified(HONEST, now=NOW + now, leeway=leeway) == CLAIMS
    else:
        with pytest.raises(jwt.ExpiredSignatureError):
            verified(HONEST, now=NOW + now, leeway=leeway)


@pytest.mark.parametrize("name", ["nbf", "iat"])
def test_a_token_begins_in_the_second_named_in_nbf_or_iat(name):
    token = with_claims(**{name: NOW + 5})
    assert (
        verified(token, now=NOW + 5)
        == verified(token, now=NOW, leeway=5)
        == {**CLAIMS, name: NOW + 5}
    )
    for moment, leeway in ((NOW + 4, 0), (NOW + 4.999, 0), (NOW - 1, 5)):
        with pytest.raises(jwt.ImmatureSignatureError, match=name):
            verified(token, now=moment, leeway=leeway)


@pytest.mark.parametrize(
    "audience", [CLAIMS["aud"], [CLAIMS["aud"]], ["https://wiki.example", CLAIMS["aud"]]], ids=str
)
def test_the_audience_is_one_name_or_a_list_that_holds_it(audience):
    assert verified(with_claims(aud=audience))["aud"] == audience


@pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "application/at+jwt", "Application/AT+jwt"])
def test_the_type_is_compared_without_case_and_without_application(typ):
    assert (
        verified(with_header(typ=typ), typ="at+jwt")
        == verified(with_header(typ=typ), typ="AT+JWT")
        == CLAIMS
    )


@table(
    "typ",
    ["JWT", "dpop+jwt", "at+jwt ", "jwt", "x/at+jwt", "", None, 1, ["at+jwt"], {"at+jwt": 1}],
    ids=ascii,
)
def test_the_type_is_checked_only_where_it_is_asked_for(typ):
    assert verified(with_header(typ=typ)) == CLAIMS
    with pytest.raises(tokens.WrongType):
        verified(with_header(typ=typ), typ="at+jwt")


def test_a_token_without_a_type_is_refused_where_one_is_asked_for():
    with pytest.raises(tokens.WrongType):
        verified(HONEST, typ="at+jwt")


def test_the_caller_can_narrow_the_algorithms_but_not_widen_them():
    assert verified(HONEST, algorithms=["EdDSA", "ES256"]) == CLAIMS
    for algorithms in ([], ["EdDSA"], ["RS256", "HS256"]):
        with pytest.raises(jwt.InvalidAlgorithmError):
            verified(HONEST, algorithms=algorithms)
    with pytest.raises(jwt.InvalidAlgorithmError):
        verified(
            sealed(header={"alg": "HS256", "kid": "ES256"}, key=SECRET, alg="HS256"),
            algorithms=["HS256", "ES256"],
        )


def test_ed25519_is_a_second_name_for_eddsa_on_that_curve_alone():  # RFC 9864
    token = sealed(header={"alg": "Ed25519"}, key=PRIVATE["EdDSA"], alg="EdDSA")
    for keys in (JWKS["EdDSA"], {**JWKS["EdDSA"], "alg": "Ed25519"}, jwt.PyJWK(JWKS["EdDSA"])):
        assert verified(token, keys) == verified(token, keys, algorithms=["Ed25519"]) == CLAIMS
        with pytest.raises(jwt.InvalidAlgorithmError):
            verified(token, keys, algorithms=["ES256"])


def test_ed25519_names_no_other_curve():
    longer = ed448.Ed448PrivateKey.from_private_bytes(SECRET + SECRET[:25])
    jwk = jwt.algorithms.OKPAlgorithm.to_jwk(longer.public_key(), as_dict=True)
    for pinned in (jwk, {**jwk, "alg": "Ed25519"}, {**jwk, "alg": "EdDSA"}):
        with pytest.raises(jwt.PyJWTError):
            verified(sealed(header={"alg": "Ed25519"}, key=longer, alg="EdDSA"), pinned)


def test_kid_chooses_among_the_trusted_keys():
    other = {**tokens.public_jwk(TOM), "kid": "2022"}
    assert verified(HONEST, {"keys": [other, ES]}) == CLAIMS
    assert verified(BARE, {"keys": [ES]}) == CLAIMS
    with pytest.raises(jwt.InvalidSignatureError):
        verified(with_header(kid="2022"), {"keys": [other, ES]})
    for unnamed in (BARE, with_header(kid=None)):
        with pytest.raises(jwt.InvalidKeyError, match="names 2"):
            verified(unnamed, {"keys": [other, ES]})


# --- what is refused ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["exp", "iss", "aud"])
def test_a_token_without_exp_iss_or_aud_is_refused(name):
    with pytest.raises(jwt.MissingRequiredClaimError, match=name):
        verified(sealed({key: value for key, value in CLAIMS.items() if key != name}))


@table(
    "issuer",
    [
        "https://login.example/",
        "https://login.exampl",
        "HTTPS://LOGIN.EXAMPLE",
        "https://login.example.tom.example",
        "",
        None,
        [CLAIMS["iss"]],
        {CLAIMS["iss"]: 1},
        1,
        True,
    ],
    ids=ascii,
)
def test_the_issuer_is_compared_in_full(
    issuer,
):  # GHSA-75c5-xw7c-p5pm: a part of the name was enough
    with pytest.raises(jwt.InvalidIssuerError):
        verified(with_claims(iss=issuer))


@table(
    "audience",
    [
        "https://wiki.example",
        "https://api.example/",
        "https://api",
        "",
        None,
        [],
        {CLAIMS["aud"]: 1},
        [[CLAIMS["aud"]]],
        [CLAIMS["aud"], 1],
        [CLAIMS["aud"], None],
        1,
        True,
    ],
    ids=ascii,
)
def test_a_token_for_another_audience_is_refused(audience):
    with pytest.raises(jwt.InvalidAudienceError):
        verified(with_claims(aud=audience))


@table("name", ["exp", "nbf", "iat"])
@table(
    "value",
    [
        f'"{NOW + 9}"',
        "true",
        "null",
        "[]",
        "{}",
        "NaN",
        "Infinity",
        "1e999",
        "1e300",
        "-1e300",
        "253402300800",
        "9" * 400,
        "9" * 5000,
    ],
    ids=lambda value: f"{value:.20} of {len(value)}",
)
def test_a_date_that_is_not_a_number_of_seconds_is_refused(name, value):
    with pytest.raises(jwt.DecodeError):
        verified(with_text(name, value))


@pytest.mark.parametrize("value", ["-1", "0", "-0.0", "1e-400", "-253402300799"])
def test_a_date_long_ago_has_passed(value):
    with pytest.raises(jwt.ExpiredSignatureError):
        verified(with_text("exp", value))


@table(
    "name, error",
    [("sub", jwt.exceptions.InvalidSubjectError), ("jti", jwt.exceptions.InvalidJTIError)],
)
@table("value", [None, 1, True, [], {}], ids=str)
def test_sub_and_jti_are_strings(name, error, value):
    with pytest.raises(error, match=name):
        verified(with_claims(**{name: value}))


RSA_PUBLIC = PRIVATE["RS256"].public_key()
PEM = RSA_PUBLIC.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
PUBLIC_AS_SECRET = {
    "CVE-2015-9235-PEM": PEM,
    "CVE-2016-10555-PEM-stripped": PEM.strip(),
    "PEM-body": b"".join(PEM.splitlines()[1:-1]),
    "CVE-2022-29217-SSH": RSA_PUBLIC.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH),
    "DER": RSA_PUBLIC.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
    "CVE-2026-48526-JWK": json.dumps(JWKS["RS256"]).encode(),
    "blank": b"",
}


@table("kid", ["RS256", "HS256", None])
@table("secret", PUBLIC_AS_SECRET.values(), ids=PUBLIC_AS_SECRET)
def test_a_public_key_never_serves_as_a_shared_secret(secret, kid):
    header = {"alg": "HS256", "kid": kid}
    signature = b64(
        jwt.algorithms.HMACAlgorithm(hashlib.sha256).sign(
            f"{part(header)}.{part(CLAIMS)}".encode(), secret
        )
    )
    token = f"{part(header)}.{part(CLAIMS)}.{signature}"
    one, both = {"keys": [JWKS["RS256"]]}, {"keys": [JWKS["RS256"], JWKS["HS256"]]}
    for keys in (JWKS["RS256"], one, both, jwt.PyJWK(JWKS["RS256"]), PEM, PEM.decode()):
        with pytest.raises(
            (jwt.InvalidAlgorithmError, jwt.InvalidKeyError, jwt.InvalidSignatureError)
        ):
            verified(token, keys)


UNSIGNED = HONEST.rpartition(".")[0]
JWE_HEADER = {"alg": "PBES2-HS256+A128KW", "enc": "A128GCM", "p2c": 2**31, "zip": "DEF"}
JWE = f"{part(JWE_HEADER)}.AAAA.AAAA.AAAA.AAAA"
HEAD, BODY, SIGNED = HONEST.split(".")
DOUBLED = f'{json.dumps(CLAIMS)[:-1]},"sub":"tom"}}'
FORGED = {
    **{
        f"{cve}-{alg}": (
            f"{part({**HEADER, 'alg': alg})}.{BODY}.{end}",
            jwt.InvalidAlgorithmError,
            "alg is",
        )
        for cve, alg, end in [
            ("CVE-2015-2951", "none", ""),
            ("CVE-2022-23540", "none", SIGNED),
            ("case", "nOnE", ""),
            ("", "NONE", ""),
        ]
    },
    **{
        f"alg {alg!r}": (with_header(alg=alg), jwt.InvalidAlgorithmError, "alg is")
        for alg in (
            None,
            1,
            "",
            "es256",
            "ES256 ",
            ["ES256"],
            {"ES256": 1},
            "ES256K",
            "HS256",
            "a" * 9000,
        )
    },
    "no alg": (sealed(header={"kid": "ES256"}), jwt.InvalidAlgorithmError, "alg is '?None"),
    "RFC 7519 6.1": (
        tokens.rfc_examples()["other"]["RFC 7519 6.1"]["compact"],
        jwt.InvalidAlgorithmError,
        "none",
    ),
    "RFC 7519 A.1": (
        tokens.rfc_examples()["other"]["RFC 7519 A.1"]["compact"],
        jwt.DecodeError,
        "has 5",
    ),
    "CVE-2023-50967-CVE-2024-28180-JWE-bomb": (JWE, jwt.DecodeError, "has 5"),
    "CVE-2018-0114-jwk": (
        sealed(header={**HEADER, "jwk": tokens.public_jwk(TOM)}, key=TOM),
        jwt.InvalidSignatureError,
        "is not valid",
    ),
    "jku": (
        sealed(header={**HEADER, "jku": "https://tom.example/keys"}, key=TOM),
        jwt.InvalidSignatureError,
        "is not valid",
    ),
    "x5c": (
        sealed(header={**HEADER, "x5c": ["AAAA"]}, key=TOM),
        jwt.InvalidSignatureError,
        "is not valid",
    ),
    "another key": (sealed(key=TOM), jwt.InvalidSignatureError, "is not valid"),
    **{
        f"kid {kid!r:.24}": (with_header(kid=kid), jwt.InvalidKeyError, "names 0")
        for kid in (
            "unknown",
            "../../../dev/null",
            "https://tom.example/key",
            "' UNION SELECT 'AAAA'--",
            "es256",
            "",
            0,
            False,
            [],
            {},
            "k" * 9000,
        )
    },
    "CVE-2020-28042-null-signature": (UNSIGNED + ".", jwt.InvalidSignatureError, "is not valid"),
    "CVE-2022-21449-psychic": (
        f"{UNSIGNED}.{b64(bytes(64))}",
        jwt.InvalidSignatureError,
        "is not valid",
    ),
    **{
        f"signature of {size} zeros": (
            f"{UNSIGNED}.{b64(bytes(size))}",
            jwt.InvalidSignatureError,
            "is not valid",
        )
        for size in (1, 63, 65)
    },
    "GHSA-752w-5fwx-jx9f-crit": (with_header(crit=["x"], x=1), jwt.DecodeError, "crit"),
    **{
        f"crit {crit!r}": (with_header(crit=crit), jwt.DecodeError, "crit")
        for crit in ([], None, "exp", ["exp"], [1], {})
    },
    **{
        f"GHSA-w7vc-732c-9m39-b64-{value}": (with_header(b64=value), jwt.DecodeError, "b64")
        for value in (False, True, None)
    },
    "doubled claim": (sealed(DOUBLED), jwt.DecodeError, "twice"),
    "doubled alg": (
        sealed(header='{"alg":"ES256","alg":"ES256","kid":"ES256"}'),
        jwt.DecodeError,
        "twice",
    ),
    "doubled by an escape": (with_text("a", '1,"\\u0073ub":"tom"'), jwt.DecodeError, "twice"),
    "doubled inside": (with_text("act", '{"sub":"ada","sub":"tom"}'), jwt.DecodeError, "twice"),
    "padding": (HONEST + "==", jwt.DecodeError, "base64url"),
    "padded header": (f"{HEAD}=.{BODY}.{SIGNED}", jwt.DecodeError, "base64url"),
    "spare bits": (HONEST[:-1] + chr(ord(HONEST[-1]) + 1), jwt.DecodeError, "spare bits"),
    "one short": (HONEST[:-1], jwt.DecodeError, "base64url"),
    "ordinary base64": (
        sealed('{"a":"??>"}').replace("_", "/").replace("-", "+"),
        jwt.DecodeError,
        "base64url",
    ),
    **{
        f"{extra!r} around": (extra + HONEST + extra, jwt.DecodeError, "base64url")
        for extra in (" ", "\n", "\0", "Bearer ", "\ud800")
    },
    "a space inside": (f"{HEAD}.{BODY}.{SIGNED[:9]} {SIGNED[9:]}", jwt.DecodeError, "base64url"),
    **{
        f"{text.count('.') + 1} segments": (text, jwt.DecodeError, "3 segments")
        for text in ("", "A.A", HONEST + ".A", "." * 5, "." * 999)
    },
    "8 MB": ("A" * 8_000_000, jwt.DecodeError, "3 segments"),
    "8 MB of header": ("A" * 8_000_000 + ".AAAA.AAAA", jwt.DecodeError, "header"),
    **{
        f"payload {text:.9} {len(text)}": (sealed(text), jwt.DecodeError, "payload")
        for text in (
            "",
            "{",
            "[]",
            "null",
            '"ada"',
            "1",
            "{'a':1}",
            "\ufeff{}",
            "[" * 100_000,
            '{"a":' * 100_000,
            json.dumps(CLAIMS) + "x",
        )
    },
    **{
        f"header {text:.9} {len(text)}": (
            f"{part(text)}.{BODY}.{SIGNED}",
            jwt.DecodeError,
            "header",
        )
        for text in ("", "[]", "null", "[" * 100_000)
    },
    "NaN in a claim": (with_text("a", "NaN"), jwt.DecodeError, "NaN is not JSON"),
    "no signed bytes": (f"{HEAD}.gICA.AAAA", jwt.InvalidSignatureError, "is not valid"),
    "UTF-16 header": (
        f"{b64(json.dumps(HEADER).encode('utf-16'))}.{BODY}.{SIGNED}",
        jwt.DecodeError,
        "header",
    ),
}


@table("token, error, reason", FORGED.values(), ids=map(ascii, FORGED))
def test_a_forged_or_broken_token_is_refused_for_its_reason(token, error, reason):
    with pytest.raises(error, match=reason) as refusal:
        verified(token)
    assert refusal.type is error


@table(
    "text",
    ["\x1b[2J", "\r", "\u202e", "\u2066", "\ud800", "\x9b", "\x1b" * 9000],
    ids=lambda text: ascii(text)[:12],
)
def test_a_refusal_is_a_short_sentence_in_which_nothing_acts(text):
    odd = [
        with_header(kid=text),
        with_header(alg=text),
        with_header(typ=text),
        with_claims(iss=text),
        with_claims(aud=text),
    ]
    for token in (
        *odd,
        with_header(alg=[text]),
        with_claims(aud={text: text}),
        with_claims(exp=text),
        with_header(crit=[text]),
        text,
    ):
        with pytest.raises(jwt.PyJWTError) as refusal:
            verified(token, typ="at+jwt" if token is odd[2] else None)
        assert str(refusal.value).isprintable()
        assert len(str(refusal.value)) < 600


@table("token", [None, 1, 1.5, True, HONEST.encode(), [HONEST], {"a": HONEST}, object(), str])
def test_what_is_not_text_is_not_a_token(token):
    with pytest.raises(jwt.DecodeError, match="a token is a string"):
        verified(token)


RSA_1024 = rsa.generate_private_key(65537, 1024)
WEAK = {
    **{
        f"HMAC key of {size} bytes": (
            {"kty": "oct", "k": b64(SECRET[:size])},
            SECRET[:size],
            "HS256",
        )
        for size in (1, 5, 31)
    },
    "RSA-1024": (tokens.public_jwk(RSA_1024), RSA_1024, "RS256"),
    "use=enc": ({**ES, "use": "enc"}, PRIVATE["ES256"], "ES256"),
    "use of another type": ({**ES, "use": ["sig"]}, PRIVATE["ES256"], "ES256"),
    **{
        f"key_ops={ops}": ({**ES, "key_ops": ops}, PRIVATE["ES256"], "ES256")
        for ops in ([], ["sign"], "verify", {"verify": 1}, None)
    },
}


@table("jwk, private, alg", WEAK.values(), ids=WEAK)
def test_a_key_that_is_too_short_or_for_something_else_opens_nothing(jwk, private, alg):
    token = sealed(header={"alg": alg}, key=private, alg=alg)
    for keys in (jwk, {"keys": [jwk]}, jwt.PyJWK(jwk)):
        with pytest.raises(jwt.InvalidKeyError):
            verified(token, keys)
    with pytest.raises(jwt.InvalidKeyError):
        tokens.verify_signature(token, jwk, alg)


def test_a_blank_secret_opens_nothing():  # CVE-2019-20933, CVE-2020-28637
    signing_input = f"{part({'alg': 'HS256'})}.{part(CLAIMS)}"
    hs256 = jwt.algorithms.HMACAlgorithm(hashlib.sha256)
    token = f"{signing_input}.{b64(hs256.sign(signing_input.encode(), b''))}"
    with pytest.raises(jwt.InvalidKeyError):
        verified(token, {"kty": "oct", "k": ""})


UNUSABLE = {
    "None": None,
    "text": "https://login.example/keys",
    "PEM": PEM,
    "a number": 1,
    "a list": [ES],
    "a tuple": (ES,),
    "a key object": TOM.public_key(),
    "an empty dict": {},
    "an empty set": {"keys": []},
    "a set of None": {"keys": [None]},
    "keys is None": {"keys": None},
    "keys is a dict": {"keys": ES},
    "the same key twice": {"keys": [ES, ES]},
    "P-384 by name": {**ES, "crv": "P-384"},
    "secp256k1": {**ES, "crv": "secp256k1"},
    "alg none": {**ES, "alg": "none"},
    "alg HS256": {**ES, "alg": "HS256"},
    "alg a list": {**ES, "alg": ["ES256"]},
    "alg unknown": {**ES, "alg": "ES1"},
    "kty a list": {**ES, "kty": ["EC"]},
    "kty RSA": {**ES, "kty": "RSA"},
    "no x": {name: ES[name] for name in ("kty", "crv", "y")},
    "x a number": {**ES, "x": 1},
    "x short": {**ES, "x": "AAAA"},
    "off the curve": {**ES, "x": ES["y"]},
    "at infinity": {**ES, "x": "", "y": ""},
    "a surrogate": {**ES, "x": "\ud800"},
    "oct without k": {"kty": "oct"},
    "RSA with e=1": {**JWKS["RS256"], "e": "AQ"},
    "RSA n=0": {**JWKS["RS256"], "n": ""},
}


@table("keys", UNUSABLE.values(), ids=UNUSABLE)
def test_keys_that_name_no_single_usable_key_open_nothing(keys):
    for token in (
        BARE,
        with_header(kid="ES256"),
        with_header(kid="x"),
        sealed(header={"alg": "RS256"}, key=PRIVATE["RS256"], alg="RS256"),
    ):
        with pytest.raises(jwt.PyJWTError):
            verified(token, keys)
    with pytest.raises(jwt.PyJWTError):
        tokens.verify_signature(BARE, keys, "ES256")


@pytest.mark.parametrize(
    "curve", [ec.SECP384R1(), ec.SECP521R1(), ec.SECP256K1()], ids=lambda curve: curve.name
)
def test_es256_is_p256_and_no_other_curve(curve):  # RFC 7518, 3.4
    private = ec.derive_private_key(7, curve)
    der = private.sign(
        BARE.rpartition(".")[0].encode(), ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
    )
    token = f"{BARE.rpartition('.')[0]}.{b64(jwt.utils.der_to_raw_signature(der, curve))}"
    jwk = jwt.algorithms.ECAlgorithm.to_jwk(private.public_key(), as_dict=True)
    for check in (
        lambda: verified(token),
        lambda: verified(token, jwk),
        lambda: verified(token, {**jwk, "alg": "ES256"}),
        lambda: tokens.verify_signature(token, jwk, "ES256"),
    ):
        with pytest.raises(jwt.PyJWTError):
            check()


def test_no_flipped_bit_of_a_token_is_accepted():
    assert verified(HONEST) == CLAIMS
    for place in range(8 * len(HONEST)):
        flipped = bytearray(HONEST.encode())
        flipped[place // 8] ^= 1 << place % 8
        with pytest.raises(jwt.PyJWTError):
            verified(flipped.decode("latin-1"))


def test_no_beginning_and_no_end_of_a_token_is_accepted():
    for cut in range(1, len(HONEST)):
        for piece in (HONEST[:cut], HONEST[cut:]):
            with pytest.raises(jwt.PyJWTError):
                verified(piece)


def test_nothing_is_fetched_however_many_unknown_keys_are_named(monkeypatch):
    asked = []
    for name in ("getaddrinfo", "create_connection", "socket"):
        monkeypatch.setattr(socket, name, lambda *args, **_: asked.append(args))
    where = {
        "jku": "http://tom.example/keys",
        "x5u": "http://tom.example/cert",
        "iss": "http://tom.example",
    }
    for number in range(200):
        with pytest.raises(jwt.InvalidKeyError, match="names 0"):
            verified(
                with_header(**where, kid=f"http://tom.example/{number}"),
                {"keys": [{**ES, **where}], **where},
            )
    assert asked == []


# --- signatures: published examples and a second opinion ----------------------------------------


EXAMPLES = tokens.rfc_examples()["signed"]


@table("example", EXAMPLES.values(), ids=EXAMPLES)
def test_an_rfc_example_passes_and_fails_when_any_one_byte_changes(example):
    compact, jwk, algorithm = example["compact"], example["jwk"], example["algorithm"]
    assert b64(tokens.verify_signature(compact, jwk, algorithm)) == compact.split(".")[1]
    for place, old in enumerate(compact):
        with pytest.raises(jwt.PyJWTError):
            tokens.verify_signature(
                compact[:place] + ("B" if old == "A" else "A") + compact[place + 1 :],
                jwk,
                algorithm,
            )


def test_the_examples_are_those_that_the_course_cites():
    assert set(EXAMPLES) == {
        *[f"RFC 7515 A.{n}" for n in (1, 2, 3, 4)],
        *[f"RFC 7520 4.{n}" for n in (1, 2, 3, 4)],
        "RFC 8037 A.4",
    }


@table("example", EXAMPLES.values(), ids=EXAMPLES)
def test_an_rfc_example_fails_under_another_algorithm(example):
    for other in {"RS256", "PS384", "ES256", "ES512", "EdDSA", "HS256", "HS512", "none", "x"} - {
        example["algorithm"]
    }:
        jwk = {name: value for name, value in example["jwk"].items() if name != "alg"}
        with pytest.raises(jwt.PyJWTError):
            tokens.verify_signature(example["compact"], jwk, other)


FULL = {
    "HS256": public(SECRET),
    "RS256": tokens.rfc_examples()["rsa_keys"]["RFC 7520 3.4"],
    "ES256": jwt.algorithms.ECAlgorithm.to_jwk(PRIVATE["ES256"], as_dict=True),
    "EdDSA": jwt.algorithms.OKPAlgorithm.to_jwk(PRIVATE["EdDSA"], as_dict=True),
}


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")  # RFC 9864 would rather say Ed25519
@pytest.mark.parametrize("alg", PRIVATE)
def test_joserfc_reads_our_tokens_and_we_read_those_of_joserfc(alg):
    ours = sealed(header={"alg": alg, "kid": alg}, key=PRIVATE[alg], alg=alg)
    theirs = joserfc.jwk.import_key(
        {name: value for name, value in JWKS[alg].items() if name != "alg"}
    )
    assert joserfc.jwt.decode(ours, theirs, algorithms=[alg]).claims == CLAIMS
    with pytest.raises(joserfc.errors.BadSignatureError):
        joserfc.jwt.decode(ours[:-8] + "AAAAAAAA", theirs, algorithms=[alg])
    assert (
        verified(
            joserfc.jwt.encode(
                {"alg": alg}, CLAIMS, joserfc.jwk.import_key(FULL[alg]), algorithms=[alg]
            ),
            JWKS[alg],
        )
        == CLAIMS
    )


@pytest.mark.parametrize("alg", ["RS256", "ES256", "EdDSA"])
def test_the_same_token_twice_is_the_same_bytes(alg):
    key = SigningKey(PRIVATE[alg], alg, alg)
    assert tokens.sign(CLAIMS, key) == tokens.sign(CLAIMS, key)
    assert verified(tokens.sign(CLAIMS, key, "at+jwt"), {"keys": [key.jwk]}, typ="at+jwt") == CLAIMS
    assert tokens.sign(CLAIMS, key) != tokens.sign({**CLAIMS, "sub": "tom"}, key)


def test_pyjwt_is_left_as_it_is():
    """A signature of ours is the same every time; one of PyJWT's is another every time."""
    assert type(jwt.get_algorithm_by_name("ES256")) is jwt.algorithms.ECAlgorithm
    key = SigningKey(PRIVATE["ES256"], "ES256", "k")
    theirs = {jwt.encode(CLAIMS, key.private, "ES256") for _ in range(2)}
    assert len(theirs) == 2
    assert all(verified(token, key.jwk) == CLAIMS for token in theirs)


def test_pyjwt_still_keeps_the_members_of_a_jwk_where_the_verifier_looks_for_key_ops():
    jwk = {**tokens.public_jwk(PRIVATE["ES256"]), "key_ops": ["sign"]}
    with pytest.raises(jwt.InvalidKeyError, match="key_ops says"):
        tokens.verify_signature(
            tokens.sign(CLAIMS, SigningKey(PRIVATE["ES256"], "ES256", "")), jwt.PyJWK(jwk)
        )


def test_a_shared_secret_signs_and_has_no_public_half():
    key = SigningKey(SECRET, "HS256", "hs")
    assert tokens.sign(CLAIMS, key).count(".") == 2
    with pytest.raises(jwt.InvalidKeyError, match="a shared secret has no public half"):
        _ = key.jwk


# --- keys ---------------------------------------------------------------------------------------


def test_a_thumbprint_is_the_one_that_an_rfc_prints():  # RFC 8037, A.3
    assert (
        tokens.thumbprint(EXAMPLES["RFC 8037 A.4"]["jwk"])
        == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    )


def test_a_label_always_makes_the_same_key_and_two_labels_two():
    for make in (tokens.ec_private_key, tokens.ed25519_private_key):
        prints = [
            tokens.thumbprint(tokens.public_jwk(make(label))) for label in ("ada", "ada", "tom")
        ]
        assert (prints[0] == prints[1], prints[0] == prints[2]) == (True, False)


@pytest.mark.parametrize(
    "private", [PRIVATE["RS256"], PRIVATE["ES256"], PRIVATE["EdDSA"]], ids=["RSA", "EC", "OKP"]
)
def test_a_public_jwk_holds_nothing_private(private):
    assert not {"d", "p", "q", "dp", "dq", "qi", "k"} & set(SigningKey(private, "x", "y").jwk)
    assert (
        tokens.thumbprint(tokens.public_jwk(private))
        == joserfc.jwk.import_key(tokens.public_jwk(private)).thumbprint()
    )


@given(data=st.binary(max_size=80))
@settings(deadline=None, derandomize=True, max_examples=draws(300), database=None)
def test_base64url_has_one_spelling_for_each_bytes(data):
    text = b64(data)
    assert tokens.unb64(text) == data
    for other in (
        text + "=",
        text + "\n",
        " " + text,
        "+" + text[1:],
        text + "A" * ((1 - len(text)) % 4 or 4),
    ):
        if len(other) % 4 == 1 or not set(other) <= set(text) | {"A"}:
            with pytest.raises(jwt.DecodeError):
                tokens.unb64(other)


# --- thousands of inputs that nobody chose ------------------------------------------------------


MANY = settings(deadline=None, derandomize=True, max_examples=draws(500), database=None)
ANY_TEXT = st.text(st.characters(exclude_categories=()) | st.sampled_from("AQz9-_.{}"), max_size=30)
NUMBER = st.integers() | st.floats() | st.sampled_from([NOW, NOW + 1, NOW - 1, 0, 10**400])
VALUE = st.recursive(
    st.none()
    | st.booleans()
    | NUMBER
    | ANY_TEXT
    | st.sampled_from([*CLAIMS.values(), *ES.values()]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=5,
)


def changed(base: dict, *names: str):
    """This dict with some members changed, some taken away and some added, all at random."""
    gone = st.sets(st.sampled_from(sorted(base)), max_size=2)
    new = st.dictionaries(st.sampled_from([*base, *names]) | ANY_TEXT, VALUE, max_size=3)
    return st.builds(
        lambda gone, new: {
            name: value for name, value in {**base, **new}.items() if name not in gone
        },
        gone,
        new,
    )


def is_json(value: object) -> bool:
    """Whether every number in it is a number of JSON: NaN and Infinity are none."""
    try:
        return bool(json.dumps(value, allow_nan=False))
    except ValueError:
        return False


def answer(token: object, keys: object = ES, **changes: object) -> dict | None:
    """The claims, or None for a refusal. Any exception that is not a PyJWTError fails the test."""
    try:
        return verified(token, keys, **changes)
    except jwt.PyJWTError:
        return None


@given(ANY_TEXT | st.lists(st.binary(max_size=9).map(b64), max_size=5).map(".".join) | VALUE)
@MANY
def test_any_token_is_refused(token):
    assert answer(token) is None


@given(VALUE | st.fixed_dictionaries({"keys": VALUE | st.lists(VALUE, max_size=3)}))
@MANY
def test_any_keys_are_refused(keys):
    assert answer(BARE, keys) is None


@cache
def signed_by(alg: str) -> str:
    """A token of this algorithm that is the same however often its key is changed."""
    return sealed(header={"alg": alg}, key=PRIVATE[alg], alg=alg)


CHANGED_KEYS = st.one_of(
    st.tuples(st.just(alg), changed(jwk, "key_ops", "keys", "d", "p", "x5c"))
    for alg, jwk in sorted(JWKS.items())
)


@given(CHANGED_KEYS, st.booleans())
@MANY
def test_any_change_of_a_key_gives_the_claims_or_a_refusal(changed_key, in_a_set):
    alg, jwk = changed_key
    got = answer(signed_by(alg), {"keys": [jwk]} if in_a_set else jwk)
    assert got in (None, CLAIMS)
    if got and "keys" not in jwk:
        assert {name: jwk[name] for name in public(PRIVATE[alg])} == public(PRIVATE[alg])


@given(changed(HEADER, "typ", "crit", "b64", "jwk", "jku", "zip"))
@MANY
def test_any_header_gives_the_claims_or_a_refusal(header):
    good = (
        header.get("alg") == "ES256"
        and header.get("kid") in ("ES256", None)
        and not {"crit", "b64"} & set(header)
    )
    assert answer(sealed(header=header)) == (CLAIMS if good and is_json(header) else None)


@given(changed(CLAIMS, "nbf", "jti", "nonce"))
@MANY
def test_any_claims_come_back_only_where_they_fit(claims):
    got = answer(sealed(claims))
    if got is not None:
        assert is_json(claims)
        assert got == claims
        assert claims["iss"] == CLAIMS["iss"]
        assert CLAIMS["aud"] in (
            [claims["aud"]] if isinstance(claims["aud"], str) else claims["aud"]
        )
        assert claims["exp"] > NOW >= max(claims.get("nbf", 0), claims.get("iat", 0))


@pytest.mark.parametrize("published_in", ["RFC 7515 A.2", "RFC 7520 3.4"])
def test_the_published_rsa_keys_are_sound(published_in):
    numbers = tokens.rsa_private_key(published_in).private_numbers()
    assert numbers.private_key(unsafe_skip_rsa_key_validation=False).key_size == 2048


def test_a_header_that_is_no_json_is_named():
    with pytest.raises(jwt.DecodeError, match="the header is not JSON"):
        tokens.verify_signature(f"{tokens.b64(b'not JSON')}.{tokens.b64(b'{}')}.AA", {"keys": []})
