"""A DPoP proof opens one request, once, for the owner of one key (RFC 9449): everything else is
dpop.InvalidProof and nothing else.
"""

from urllib.parse import quote

import jwt
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from how_many import draws
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import table

from labutils.identity import dpop
from labutils.identity.keys import sign_bytes
from labutils.identity.tokens import (
    b64,
    ec_private_key,
    ed25519_private_key,
    json_part,
    public_jwk,
    rfc_examples,
    thumbprint,
)

NOW, URL, TOKEN = 1697619600, "https://api.example/me", "an access token"
ADA, TOM, EDDA = ec_private_key("ada"), ec_private_key("tom"), ed25519_private_key("edda")
RSA, SECRET = (
    jwt.PyJWK(rfc_examples()["rsa_keys"]["RFC 7520 3.4"]).key,
    b"a secret of thirty-two bytes, 32",
)
JWK = public_jwk(ADA)
PRIVATE_JWK = jwt.algorithms.ECAlgorithm.to_jwk(ADA, as_dict=True)
HEADER = {"typ": "dpop+jwt", "alg": "ES256", "jwk": JWK}
CLAIMS = {
    "jti": "1",
    "htm": "GET",
    "htu": URL,
    "iat": NOW,
    "ath": dpop.access_token_hash(TOKEN),
    "nonce": "from the server",
}
EXPECTED = {"token": TOKEN, "jkt": thumbprint(JWK), "nonce": "from the server"}


def signed_proof(
    header: object = HEADER, claims: object = CLAIMS, key: object = ADA, alg: str = "ES256"
) -> str:
    """A proof whose signature really fits the key; a part that is text stands as it is."""
    head, body = (
        b64(value.encode()) if isinstance(value, str) else json_part(value)
        for value in (header, claims)
    )
    return f"{head}.{body}.{b64(sign_bytes(alg, f'{head}.{body}'.encode(), key))}"


def header(**changes: object) -> str:
    return signed_proof({**HEADER, **changes})


def claims(**changes: object) -> str:
    return signed_proof(claims={**CLAIMS, **changes})


def without(name: str) -> str:
    return signed_proof(
        *(
            {key: value for key, value in members.items() if key != name}
            for members in (HEADER, CLAIMS)
        )
    )


def raw_iat(text: str) -> str:
    return signed_proof(claims=f'{{"jti":"1","htm":"GET","htu":"{URL}","iat":{text}}}')


def checked(
    proof: object,
    seen: set | None = None,
    method: object = "GET",
    url: object = URL,
    **expected: object,
) -> str:
    return dpop.check(proof, method, url, now=NOW, seen=set() if seen is None else seen, **expected)


def refused(proof: object, reason: str = "", **changes: object) -> None:
    """The proof is refused by InvalidProof, with this reason, and leaves no trace in `seen`."""
    seen = {"another"}
    with pytest.raises(dpop.InvalidProof) as refusal:
        checked(proof, seen, **changes)
    assert (refusal.type, seen) == (dpop.InvalidProof, {"another"})
    assert reason in str(refusal.value)


# --- what passes --------------------------------------------------------------------------------


@pytest.mark.parametrize("example", rfc_examples()["dpop"].values(), ids=rfc_examples()["dpop"])
def test_a_proof_printed_in_rfc_9449_yields_the_thumbprint_printed_there(example):
    def check(**changes: object) -> str:
        expected = {
            "now": example["iat"],
            "seen": set(),
            "token": example.get("token"),
            "jkt": example["thumbprint"],
            **changes,
        }
        return dpop.check(example["proof"], example["method"], example["url"], **expected)

    assert check() == "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" == example["thumbprint"]
    for change in (
        {"now": example["iat"] + 61},
        {"token": "another"},
        {"jkt": thumbprint(JWK)},
        {"nonce": "x"},
    ):
        with pytest.raises(dpop.InvalidProof):
            check(**change)


@pytest.mark.parametrize("key", [ADA, EDDA], ids=["P-256", "Ed25519"])
def test_what_we_prove_we_accept(key):
    proof = dpop.prove(key, "GET", URL, now=NOW, jti="1", token=TOKEN, nonce="from the server")
    assert (
        checked(proof)
        == checked(proof, **{**EXPECTED, "jkt": thumbprint(public_jwk(key))})
        == thumbprint(public_jwk(key))
    )
    assert proof == dpop.prove(
        key, "GET", URL, now=NOW, jti="1", token=TOKEN, nonce="from the server"
    )
    assert "ath" not in jwt.decode(
        dpop.prove(key, "GET", URL, now=NOW, jti="1"), options={"verify_signature": False}
    )
    refused(
        dpop.prove(key, "GET", URL, now=NOW, jti="1", nonce="from the server"),
        "another access token",
        token=TOKEN,
    )


def test_ed25519_and_eddsa_are_two_names_for_one_algorithm():  # RFC 9864
    for alg in ("Ed25519", "EdDSA"):
        assert checked(
            signed_proof({**HEADER, "alg": alg, "jwk": public_jwk(EDDA)}, key=EDDA, alg="EdDSA")
        ) == thumbprint(public_jwk(EDDA))


def test_seen_grows_by_exactly_one_on_success_and_a_replay_is_refused():
    seen = {"another"}
    for number, jti in enumerate(("1", "2"), start=2):
        checked(claims(jti=jti), seen)
        assert (seen, len(seen)) == ({"another", "1", jti}, number)
    for replay in (
        claims(),
        claims(iat=NOW + 1),
        signed_proof({**HEADER, "jwk": public_jwk(TOM)}, key=TOM),
    ):
        with pytest.raises(dpop.InvalidProof, match="used before"):
            checked(replay, seen)
        assert len(seen) == 3


@table(
    "htu",
    [
        URL + "?page=2",
        URL + "#top",
        URL + "?",
        URL + "?a#b",
        "https://api.example:443/me",
        "HTTPS://API.Example/me",
    ],
)
def test_query_fragment_default_port_and_case_of_the_host_do_not_matter(htu):
    assert checked(claims(htu=htu)) == checked(claims(), url=htu) == thumbprint(JWK)
    assert checked(dpop.prove(ADA, "GET", htu, now=NOW, jti="1")) == thumbprint(JWK)


@pytest.mark.parametrize(
    "url, same",
    [
        ("https://api.example", "https://api.example/"),
        ("http://api.example:80/", "http://api.example/"),
        ("https://[::1]:443/me", "https://[::1]/me"),
        ("https://[::1]:8443/me", "https://[::1]:8443/me?a"),
        ("http://127.0.0.1:8000/me", "HTTP://127.0.0.1:8000/me"),
    ],
)
def test_two_spellings_of_one_address_are_one_address(url, same):
    assert checked(dpop.prove(ADA, "GET", url, now=NOW, jti="1"), url=same) == thumbprint(JWK)


BESIDE_THE_POINT = {
    "exp": claims(exp=1),
    "nbf": claims(nbf=NOW + 9999),
    "odd types": claims(exp="soon", nbf=[], aud=1, iss={}, sub=7),
    "a minute old": claims(iat=NOW - 60),
    "a minute early": claims(iat=NOW + 60),
    "half a second": claims(iat=NOW + 0.5),
    "kid and jku": header(kid="../x", jku="https://tom.example"),
    "jwk": header(jwk={**JWK, "alg": "ES256", "use": "sig", "kid": "a"}),
}


@table("proof", BESIDE_THE_POINT.values(), ids=BESIDE_THE_POINT)
def test_what_a_proof_says_beside_the_point_does_not_matter(proof):
    assert checked(proof, **EXPECTED) == thumbprint(JWK)


@table(
    "window, age, fresh",
    [
        (60, 60, True),
        (60, -60, True),
        (60, 60.5, False),
        (60, -61, False),
        (5, 6, False),
        (0, 0, True),
        (600, -600, True),
    ],
)
def test_a_proof_is_fresh_within_the_window_before_and_after(window, age, fresh):
    if fresh:
        assert checked(claims(iat=NOW - age), window=window) == thumbprint(JWK)
    else:
        refused(claims(iat=NOW - age), "too old, or from the future", window=window)


# --- what is refused ----------------------------------------------------------------------------


HEAD, BODY, SIGNATURE = signed_proof().split(".")
NOT_TEXT = (None, 0, 1, True, "", [], ["GET"], {}, {"a": 1})
HOSTILE = {
    **{
        f"{value!r:.20} for a proof": (value, "")
        for value in (
            None,
            1,
            1.5,
            object(),
            [],
            {},
            signed_proof().encode(),
            b"",
            (signed_proof(),),
        )
    },
    "nothing": ("", ""),
    "a word": ("proof", ""),
    "8 MB of A": ("A" * 8_000_000, ""),
    "8 MB in a part": (f"{HEAD}.{'A' * 8_000_000}.{SIGNATURE}", ""),
    "two parts": (f"{HEAD}.{BODY}", ""),
    "four parts": (signed_proof() + ".AAAA", ""),
    "five parts": (signed_proof() + ".AAAA.AAAA", ""),
    "dots": ("." * 9999, ""),
    "a surrogate": ("\ud800", ""),
    "a surrogate behind": (signed_proof() + "\ud800", ""),
    "padding": (signed_proof() + "==", ""),
    "a newline": (signed_proof() + "\n", ""),
    "header of bytes": (f"gICA.{BODY}.{SIGNATURE}", ""),
    "header a list": (signed_proof("[]"), ""),
    "header null": (signed_proof("null"), ""),
    "deep": (signed_proof("[" * 9999), ""),
    "payload a list": (signed_proof(claims="[]"), "not an object"),
    "payload text": (signed_proof(claims="proof"), "not JSON"),
    "deep payload": (signed_proof(claims="[" * 9999), ""),
    **{
        f"no {name}": (without(name), "")
        for name in ("typ", "alg", "jwk", "jti", "htm", "htu", "iat")
    },
    **{
        f"typ {typ!r}": (header(typ=typ), "typ is not dpop+jwt")
        for typ in ("JWT", "at+jwt", "DPoP", "", None, 1, ["dpop+jwt"])
    },
    **{
        f"alg {alg!r}": (header(alg=alg), "alg must be")
        for alg in ("none", "None", "HS256", "RS256", "ES384", "es256", "", None)
    },
    "alg a list": (header(alg=["ES256"]), ""),
    "alg an object": (header(alg={"ES256": 1}), ""),
    "alg of another key": (header(alg="EdDSA"), ""),
    "alg none, unsigned": (f"{json_part({**HEADER, 'alg': 'none'})}.{BODY}.", "alg must be"),
    "HS256": (
        signed_proof(
            {**HEADER, "alg": "HS256", "jwk": {"kty": "oct", "k": b64(SECRET)}},
            key=SECRET,
            alg="HS256",
        ),
        "alg must be",
    ),
    "HS256 with ES256 in the header": (
        signed_proof({**HEADER, "jwk": {"kty": "oct"}}, key=SECRET, alg="HS256"),
        "",
    ),
    "RS256": (
        signed_proof({**HEADER, "alg": "RS256", "jwk": public_jwk(RSA)}, key=RSA, alg="RS256"),
        "alg must be",
    ),
    "RSA key for ES256": (header(jwk=public_jwk(RSA)), ""),
    "Ed25519 key for ES256": (header(jwk=public_jwk(EDDA)), ""),
    **{
        f"jwk {jwk!r:.30}": (header(jwk=jwk), "")
        for jwk in (
            None,
            1,
            True,
            "",
            "AAAA",
            [],
            [JWK],
            {},
            {"kty": "EC"},
            {"kty": ["EC"]},
            {"keys": [JWK]},
        )
    },
    **{
        f"jwk with {name}": (header(jwk={**JWK, name: "AAAA"}), "public key")
        for name in ("d", "k", "p", "q", "dp", "dq", "qi", "oth")
    },
    "private jwk": (header(jwk=PRIVATE_JWK), "public key"),
    "jwk of another": (header(jwk=public_jwk(TOM)), "is not valid"),
    **{
        f"jwk {name} {value!r}": (header(jwk={**JWK, name: value}), "")
        for name, value in (
            ("x", 1),
            ("x", ""),
            ("x", "AAAA"),
            ("x", "\ud800"),
            ("x", JWK["y"]),
            ("y", None),
            ("crv", "P-384"),
            ("crv", 1),
            ("use", "enc"),
            ("key_ops", ["sign"]),
            ("alg", "HS256"),
            ("alg", "none"),
            ("alg", ["ES256"]),
            ("kty", "oct"),
            ("keys", []),
        )
    },
    **{f"crit {crit!r}": (header(crit=crit), "") for crit in (["x"], [], None, "exp", ["b64"])},
    "b64": (header(b64=False), ""),
    "doubled typ": (
        signed_proof(
            f'{{"typ":"JWT","typ":"dpop+jwt","alg":"ES256","jwk":{str(JWK)}}}'.replace("'", '"')
        ),
        "twice",
    ),
    "doubled htu": (
        signed_proof(claims=f'{{"jti":"1","htm":"GET","htu":"x","htu":"{URL}","iat":{NOW}}}'),
        "twice",
    ),
    **{
        f"{name} {value!r}": (claims(**{name: value}), f"{name} is missing or not a string")
        for name in ("jti", "htm", "htu")
        for value in NOT_TEXT
    },
    **{
        f"iat {value!r}": (claims(iat=value), "iat is missing or not a number")
        for value in (None, True, str(NOW), "", [NOW], {})
    },
    **{
        f"iat {text:.9} {len(text)}": (raw_iat(text), "")
        for text in (
            "NaN",
            "Infinity",
            "-Infinity",
            "1e999",
            "-1e999",
            "9" * 400,
            "-" + "9" * 400,
            "9" * 5000,
            "1e300",
        )
    },
    **{
        f"iat {age} seconds ago": (claims(iat=NOW - age), "too old, or from the future")
        for age in (61, 3600, NOW, -61, 60.001, -(10**11))
    },
    **{
        f"htm {method!r}": (claims(htm=method), "another request")
        for method in ("POST", "get", "GET ", "*", "G\0ET", "ＧＥＴ")
    },
    **{
        f"htu {url!r}": (claims(htu=url), "")
        for url in (
            "https://api.example/",
            "https://api.example",
            "https://api.example/me/",
            "https://api.example/ME",
            "https://api.example/m%65",
            "*",
            "http://api.example/me",
            "https://api.example:8443/me",
            "https://wiki.example/me",
            "https://api.example.tom.example/me",
            "https:///me",
            "https://api.example/me;a",
            "https://api.example/a/../me",
            "https://api.example//me",
            "https://tom.example/?https://api.example/me",
            "https://api.example@tom.example/me",
            "//api.example/me",
            "ftp://api.example/me",
            "https://api.example./me",
            quote(URL),
            "http://[",
            "https://api.example:port/me",
            "https://api.example:99999/me",
            "https://[::1",
            "\ud800",
        )
    },
    "htu another default port": (claims(htu="https://api.example:80/me"), "another request"),
    "no signature": (f"{HEAD}.{BODY}.", "is not valid"),
    "signed by another": (signed_proof(key=TOM), "is not valid"),
    "CVE-2022-21449-psychic": (f"{HEAD}.{BODY}.{b64(bytes(64))}", "is not valid"),
    "cut": (signed_proof()[:-4], ""),
    "another payload": (f"{HEAD}.{json_part({**CLAIMS, 'jti': '2'})}.{SIGNATURE}", "is not valid"),
}


@table("proof, reason", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_proof_is_refused_and_leaves_no_trace(proof, reason):
    refused(proof, reason)


CHANGED = {
    "another method": {"method": "POST"},
    "another url": {"url": "https://wiki.example/me"},
    "http": {"url": "http://api.example/me"},
    "another token": {"token": "another"},
    "an empty token": {"token": ""},
    "a token in surrogates": {"token": "\ud800"},
    "token no text": {"token": 1},
    "another key": {"jkt": thumbprint(public_jwk(TOM))},
    "an empty thumbprint": {"jkt": ""},
    "jkt no text": {"jkt": 1},
    "jkt padded": {"jkt": EXPECTED["jkt"] + "="},
    "another nonce": {"nonce": "yesterday's"},
    "an empty nonce": {"nonce": ""},
    "nonce no text": {"nonce": 1},
    "a url that is none": {"url": "http://["},
    "no url": {"url": None},
    "no method": {"method": None},
    "an empty url": {"url": ""},
    "bytes": {"url": URL.encode(), "method": b"GET"},
}


@table("change", CHANGED.values(), ids=CHANGED)
def test_a_proof_fits_one_request_one_token_one_key_and_one_nonce(change):
    assert checked(signed_proof(), **EXPECTED) == thumbprint(JWK)
    refused(signed_proof(), **{**EXPECTED, **change})


@table(
    "value",
    [None, 1, True, [], {}, "", "AAAA", TOKEN, CLAIMS["ath"] + "=", [CLAIMS["ath"]]],
    ids=ascii,
)
def test_a_wrong_ath_or_nonce_is_refused_where_one_is_asked_for(value):
    assert checked(claims(ath=value, nonce=value)) == thumbprint(JWK)
    refused(claims(ath=value), "another access token", token=TOKEN)
    refused(claims(nonce=value), "lacks the server's nonce", nonce="from the server")


@pytest.mark.parametrize(
    "name, expected", [("ath", {"token": TOKEN}), ("nonce", {"nonce": "from the server"})]
)
def test_a_missing_ath_or_nonce_is_refused_where_one_is_asked_for(name, expected):
    assert checked(without(name)) == thumbprint(JWK)
    refused(without(name), **expected)


@pytest.mark.parametrize(
    "inside",
    [[public_jwk(TOM)], [public_jwk(TOM), None], [{**public_jwk(TOM), "d": "A"}]],
    ids=["1", "2", "private"],
)
def test_the_key_that_signed_is_the_key_that_is_named(inside):
    """Tom signs; the jwk says Ada on its face, and carries a JWK set with Tom's key inside."""
    refused(signed_proof({**HEADER, "jwk": {**JWK, "keys": inside}}, key=TOM), **EXPECTED)


@pytest.mark.parametrize(
    "curve", [ec.SECP384R1(), ec.SECP521R1(), ec.SECP256K1()], ids=lambda curve: curve.name
)
def test_a_key_on_another_curve_proves_nothing(curve):
    key = ec.derive_private_key(9, curve)
    jwk = jwt.algorithms.ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    signed = f"{json_part({**HEADER, 'jwk': jwk})}.{BODY}"
    signature = jwt.utils.der_to_raw_signature(
        key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())), curve
    )
    refused(f"{signed}.{b64(signature)}")


@table(
    "htu",
    [
        "https://tom@api.example/me",
        "https://tom:x@api.example/me",
        "https://tom.example\\@api.example/me",
        "https://api.exam\nple/me",
        "https://api.example/m\te",
        " https://api.example/me",
        "\0https://api.example/me",
    ],
    ids=ascii,
)
def test_an_address_that_only_looks_like_this_one_after_tidying_is_another(htu):
    refused(claims(htu=htu))


def test_a_port_is_not_a_part_of_an_ipv6_address():
    refused(claims(htu="https://[::1:8443]/me"), url="https://[::1]:8443/me")
    refused(claims(htu="https://[::1]:8443/me"), url="https://[::1:8443]/me")


def test_no_changed_character_of_a_proof_is_accepted():
    proof = signed_proof()
    for place, old in enumerate(proof):
        for new in {"A", "B", ".", "=", "\xff", chr(ord(old) ^ 1)} - {old}:
            refused(proof[:place] + new + proof[place + 1 :])


# --- thousands of inputs that nobody chose ------------------------------------------------------


MANY = settings(max_examples=draws(200), deadline=None, derandomize=True, database=None)
TEXT = st.text(st.characters(exclude_categories=()), max_size=20)
NUMBERS = st.integers() | st.floats() | st.integers(NOW - 70, NOW + 70)
VALUES = st.recursive(
    st.none()
    | st.just(True)
    | NUMBERS
    | TEXT
    | st.sampled_from([*JWK.values(), *CLAIMS.values(), JWK, PRIVATE_JWK]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXT, inner, max_size=2),
    max_leaves=4,
)
MEMBERS = st.dictionaries(
    st.sampled_from([*HEADER, *JWK, *CLAIMS, "alg", "keys", "crit", "d", "exp"]) | TEXT,
    VALUES,
    max_size=3,
)


def accepted(proof: object, **changes: object) -> bool:
    """Whether the proof is taken; `seen` grows by one then, and not otherwise.

    No exception but InvalidProof gets out.
    """
    seen: set = set()
    try:
        name = checked(proof, seen, **changes)
    except dpop.InvalidProof:
        assert seen == set()
        return False
    assert (name, len(seen)) == (thumbprint(JWK), 1)
    return True


@given(VALUES | TEXT | st.lists(st.binary(max_size=9).map(b64), max_size=5).map(".".join))
@MANY
def test_any_proof_is_refused(proof):
    assert not accepted(proof)


@given(MEMBERS, MEMBERS)
@MANY
def test_any_header_and_any_jwk_are_refused_unless_they_are_the_right_ones(head, jwk):
    whole = {**HEADER, "jwk": {**JWK, **jwk}, **head}
    if accepted(signed_proof(whole)):
        assert {name: whole["jwk"][name] for name in JWK} == JWK
        assert (whole["typ"], whole["alg"], "crit" in whole, "d" in whole["jwk"]) == (
            "dpop+jwt",
            "ES256",
            False,
            False,
        )


@given(MEMBERS)
@MANY
def test_any_claims_are_refused_unless_they_fit(members):
    whole = {**CLAIMS, **members}
    if accepted(signed_proof(claims=whole), **EXPECTED):
        assert abs(whole["iat"] - NOW) <= 60
        assert {name: whole[name] for name in ("htm", "ath", "nonce")} == {
            name: CLAIMS[name] for name in ("htm", "ath", "nonce")
        }


@given(VALUES, VALUES, VALUES)
@MANY
def test_any_request_is_refused_unless_it_is_the_right_one(method, url, expected):
    taken = accepted(
        signed_proof(), method=method, url=url, token=expected, jkt=expected, nonce=expected
    )
    assert taken == (method == "GET" and url == URL and expected is None)


@pytest.mark.parametrize("place, name", [(0, "header"), (1, "payload")])
def test_a_part_that_is_no_json_is_named(place, name):
    parts = signed_proof().split(".")
    parts[place] = b64(b"not JSON")
    with pytest.raises(dpop.InvalidProof, match=f"the {name} is not JSON"):
        dpop.check(".".join(parts), "GET", URL, now=0, seen=set())
