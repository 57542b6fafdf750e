"""The application: its state belongs to one browser, its answer to one question, and its ID token
to itself.
"""

import hashlib
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import jwt
import pytest
from tables import table
from two_apps import LOGIN, NOTES, WIKI, TwoApps
from werkzeug.wrappers import Response

from labutils.identity import relying_party
from labutils.identity.relying_party import KEY_AGE, KEY_COOLDOWN, ProviderKeys, validate_id_token
from labutils.identity.tokens import SigningKey, b64, ec_private_key, json_part, sign

NOW, NONCE, ACCESS = 1697619600, "the nonce that was sent", "an access token"
KEY = SigningKey(ec_private_key("login"), "ES256", "es256-1")
KEYS = {"keys": [KEY.jwk]}
AT_HASH = b64(hashlib.sha256(ACCESS.encode()).digest()[:16])
CLAIMS = {
    "iss": LOGIN,
    "sub": "u-1815",
    "aud": "wiki",
    "iat": NOW,
    "exp": NOW + 600,
    "nonce": NONCE,
    "at_hash": AT_HASH,
}
TOM = SigningKey(ec_private_key("tom"), "ES256", "es256-1")


# --- the ID token -------------------------------------------------------------------------------


def validated(token: str, **changes: object) -> dict:
    expected = {
        "issuer": LOGIN,
        "client_id": "wiki",
        "now": NOW,
        "nonce": NONCE,
        "access_token": ACCESS,
        **changes,
    }
    return validate_id_token(token, KEYS, **expected)


def id_token(key: SigningKey = KEY, **changes: object) -> str:
    """An ID token with claims changed, or (None) left out."""
    return sign(
        {name: value for name, value in {**CLAIMS, **changes}.items() if value is not None}, key
    )


REFUSED = {
    "wrong issuer": (id_token(iss="https://tom.example"), jwt.InvalidIssuerError),
    "issuer with a slash": (id_token(iss=LOGIN + "/"), jwt.InvalidIssuerError),
    **{
        f"no {name}": (id_token(**{name: None}), jwt.MissingRequiredClaimError)
        for name in ("iss", "sub", "aud", "exp", "iat")
    },
    "for another client": (id_token(aud="notes"), jwt.InvalidAudienceError),
    "for others": (id_token(aud=["notes", "api"]), jwt.InvalidAudienceError),
    "for others as well": (id_token(aud=["wiki", "notes"]), jwt.InvalidAudienceError),
    "for others as well, and azp is ours": (
        id_token(aud=["wiki", "notes"], azp="wiki"),
        jwt.InvalidAudienceError,
    ),
    "expired": (id_token(exp=NOW), jwt.ExpiredSignatureError),
    "from the future": (id_token(iat=NOW + 1), jwt.ImmatureSignatureError),
    "unknown key": (id_token(SigningKey(KEY.private, "ES256", "es256-9")), jwt.InvalidKeyError),
    "bad signature": (id_token(TOM), jwt.InvalidSignatureError),
    "alg none": (
        json_part({"alg": "none"}) + "." + json_part(CLAIMS) + ".",
        jwt.InvalidAlgorithmError,
    ),
    "alg none with kid": (
        json_part({"alg": "none", "kid": KEY.kid}) + "." + json_part(CLAIMS) + ".",
        jwt.InvalidAlgorithmError,
    ),
    "wrong nonce": (id_token(nonce="another"), relying_party.WrongNonce),
    "no nonce": (id_token(nonce=None), relying_party.WrongNonce),
    "nonce a list": (id_token(nonce=[NONCE]), relying_party.WrongNonce),
    "at_hash of another": (id_token(at_hash="x"), relying_party.WrongAccessToken),
    "at_hash a list": (id_token(at_hash=[AT_HASH]), relying_party.WrongAccessToken),
    "text": ("x", jwt.DecodeError),
    "nothing": ("", jwt.DecodeError),
    "sub a number": (id_token(sub=1815), jwt.InvalidTokenError),
    "sub an empty text": (id_token(sub=""), jwt.MissingRequiredClaimError),
}


@table("token, error", REFUSED.values(), ids=REFUSED)
def test_an_id_token_that_is_not_the_answer_is_refused(token, error):
    with pytest.raises(error):
        validated(token)


@table(
    "changes",
    [
        {},
        {"aud": ["wiki"]},
        {"azp": "notes"},
        {"at_hash": None},
        {"extra": [1]},
        {"exp": NOW + 1, "iat": NOW},
    ],
)
def test_an_id_token_that_is_the_answer_is_accepted(changes):
    assert validated(id_token(**changes))["sub"] == "u-1815"


@pytest.mark.parametrize("azp", [None, "wiki", "notes"])
def test_other_audiences_are_those_that_the_caller_trusts_and_azp_is_not_looked_at(
    azp,
):  # Core, errata 2, 3.1.3.7 (3)
    both = id_token(aud=["wiki", "notes"], azp=azp)
    assert validated(both, trusted_audiences=("notes",))["sub"] == "u-1815"
    for trusted in ((), ("wiki",), ("note",), {"api"}):
        with pytest.raises(jwt.InvalidAudienceError):
            validated(both, trusted_audiences=trusted)
    with pytest.raises(jwt.InvalidAudienceError):
        validated(id_token(aud=["notes"]), trusted_audiences=("notes",))


def test_leeway_and_algorithms_are_the_callers_choice():
    assert validated(id_token(exp=NOW - 4), leeway=5)["sub"] == "u-1815"
    with pytest.raises(jwt.InvalidAlgorithmError):
        validated(id_token(), algorithms=["RS256"])


# --- the provider's keys ------------------------------------------------------------------------


def fetches(apps: TwoApps) -> int:
    return sum(one.path == "/jwks" for one in apps.lab.wire)


def test_keys_are_fetched_once_and_again_after_five_minutes():
    apps = TwoApps("keys")
    keys = ProviderKeys(apps.lab, apps.ada, LOGIN)
    known = sign({}, apps.provider.keys[1])
    for wait, expected in ((0, 1), (1, 1), (KEY_AGE - 2, 1), (1, 2), (KEY_AGE - 1, 2), (1, 3)):
        apps.lab.clock.tick(wait)
        assert len(keys.for_token(known)["keys"]) == 2
        assert fetches(apps) == expected


def test_a_flood_of_unknown_kids_causes_one_fetch_in_thirty_seconds():
    apps = TwoApps("keys")
    keys = ProviderKeys(apps.lab, apps.ada, LOGIN)
    for number in range(100):
        keys.for_token(sign({}, SigningKey(KEY.private, "ES256", str(number))))
        assert fetches(apps) == 1
    apps.lab.clock.tick(KEY_COOLDOWN)
    for number in range(100):
        keys.for_token(sign({}, SigningKey(KEY.private, "ES256", str(number))))
        assert fetches(apps) == 2


def test_a_rotated_key_is_found_after_the_cool_down():
    apps = TwoApps("keys")
    keys = ProviderKeys(apps.lab, apps.ada, LOGIN)
    keys.for_token(sign({}, apps.provider.keys[1]))
    apps.provider.rotate_signing_key(keep_old=False)
    new = apps.provider.keys[1]
    assert new.kid not in [key["kid"] for key in keys.for_token(sign({}, new))["keys"]]
    apps.lab.clock.tick(KEY_COOLDOWN)
    assert new.kid in [key["kid"] for key in keys.for_token(sign({}, new))["keys"]]


@table(
    "text",
    [
        "",
        "x",
        "a.b.c",
        "\u20ac",
        "\ud800",
        b64(b"[" * 9999) + ".e30.",
        json_part({"kid": 1}) + ".e30.",
        json_part([]) + "..",
    ],
    ids=ascii,
)
def test_a_text_that_is_no_token_fetches_nothing_and_does_not_crash(text):
    apps = TwoApps("keys")
    assert ProviderKeys(apps.lab, apps.ada, LOGIN).for_token(text) == {"keys": []}
    assert fetches(apps) == 0


# --- the sign-in --------------------------------------------------------------------------------


def refused(response: httpx.Response, reason: str) -> None:
    assert (response.status_code, reason in response.text, "set-cookie" in response.headers) == (
        400,
        True,
        False,
    )
    assert response.headers["content-type"].startswith("text/plain")


def answered(
    apps: TwoApps, who: str = "ada", at: str = WIKI, **changes: str | None
) -> tuple[httpx.Response, str]:
    """A sign-in up to the redirect to the callback, whose parameters are then changed or (None)
    left out; and where it would have led.
    """
    before = apps.sign_in(who, at, until=at + "/cb").headers["location"]
    params = {**dict(parse_qsl(urlsplit(before).query)), **changes}
    query = urlencode({name: value for name, value in params.items() if value is not None})
    return getattr(apps, who).get(f"{at}/cb?{query}"), before


@pytest.mark.parametrize("at", [WIKI, NOTES])
def test_a_person_signs_in_and_out(at):
    apps = TwoApps("rp")
    assert apps.sign_in(at=at).text == "Hello, u-1815."
    assert apps.ada.get(at + "/logout").status_code == 200
    assert apps.ada.get(at + "/").status_code == 403
    assert apps.ada.get(at + "/nowhere").status_code == 404


def test_state_belongs_to_the_browser_that_began():
    apps = TwoApps("rp")
    location = apps.sign_in("tom", until=WIKI + "/cb").headers["location"]
    refused(apps.ada.get(location), "state does not belong to a sign-in")
    apps.ada.get(WIKI + "/login")
    refused(apps.ada.get(location), "state does not belong to a sign-in")
    assert apps.tom.get(location).status_code == 303


@table("at", [WIKI, NOTES])
@table("read", ["state", "code", "iss"])
def test_an_answer_opens_nothing_in_another_browser_whatever_can_be_read_in_it(at, read):
    """RFC 9700, 2.1.1: what began in one browser ends in this one."""
    apps = TwoApps("rp")
    link = apps.sign_in("ada", at, until=at + "/cb").headers["location"]
    cookie = dict(parse_qsl(urlsplit(link).query))[read]
    apps.tom.cookies.set("browser", cookie, domain=at.removeprefix("https://"))
    refused(apps.tom.get(link), "state does not belong to a sign-in")
    assert apps.ada.get(link).status_code == 303


@table(
    "changes, reason",
    [
        ({"state": None}, "state does not belong to a sign-in"),
        ({"state": "x"}, "state does not belong to a sign-in"),
        ({"iss": "https://tom.example"}, "another provider"),
        ({"iss": LOGIN + "/"}, "another provider"),
        ({"iss": ""}, "another provider"),
        ({"code": None}, "the provider said nothing"),
        ({"code": None, "error": "access_denied"}, "the provider said access_denied"),
        ({"code": "x"}, "invalid_grant"),
    ],
)
def test_an_answer_that_does_not_fit_the_question_is_refused(changes, reason):
    apps = TwoApps("rp")
    refused(answered(apps, **changes)[0], reason)
    assert apps.wiki.sessions == {}


def test_an_answer_without_iss_is_refused_because_this_provider_always_sends_it():
    """RFC 9207, 2.4: clients MUST reject answers without `iss` from servers that support it."""
    apps = TwoApps("rp")
    refused(answered(apps, iss=None)[0], "another provider")


def test_a_replayed_answer_is_refused():
    apps = TwoApps("rp")
    response, before = answered(apps)
    assert response.status_code == 303
    refused(apps.ada.get(before), "state does not belong to a sign-in")
    assert len(apps.wiki.sessions) == 1


def test_a_stolen_code_does_not_fit_the_thiefs_own_sign_in():
    apps = TwoApps("rp")
    code = dict(
        parse_qsl(
            urlsplit(apps.sign_in("ada", NOTES, until=NOTES + "/cb").headers["location"]).query
        )
    )["code"]
    refused(answered(apps, "tom", NOTES, code=code)[0], "invalid_grant")


def test_an_error_answer_is_shown_as_text():
    apps = TwoApps("rp")
    refused(answered(apps, code=None, error="<script>alert(1)</script>")[0], "the provider said")


@pytest.mark.parametrize(
    "claim, value, reason",
    [
        ("nonce", "x", "WrongNonce"),
        ("aud", "notes", "InvalidAudienceError"),
        ("at_hash", "x", "WrongAccessToken"),
        ("iss", "https://tom.example", "InvalidIssuerError"),
        ("exp", 1, "ExpiredSignatureError"),
    ],
)
def test_the_application_refuses_a_false_id_token_from_the_token_endpoint(
    claim, value, reason, monkeypatch
):
    apps = TwoApps("rp")
    monkeypatch.setattr(
        "labutils.identity.tokens.sign",
        lambda claims, key, typ="JWT": sign(
            claims | ({claim: value} if typ == "JWT" else {}), key, typ
        ),
    )
    refused(answered(apps)[0], reason)
    assert apps.wiki.sessions == {}


def test_each_sign_in_has_its_own_state_nonce_and_challenge_and_its_cookies_are_out_of_reach():
    apps = TwoApps("rp")
    begun = [apps.ada.get(WIKI + "/login") for _ in range(2)]
    questions = [dict(parse_qsl(urlsplit(one.headers["location"]).query)) for one in begun]
    for name in ("state", "nonce", "code_challenge"):
        assert questions[0][name] != questions[1][name]
    assert questions[0]["code_challenge_method"] == "S256"
    apps.sign_in()
    cookies = [
        one.header("set-cookie")
        for one in apps.lab.wire
        if one.host == "wiki.example" and one.header("set-cookie")
    ]
    assert [cookie.split("=")[0] for cookie in cookies] == ["browser", "browser", "browser", "app"]
    for cookie in cookies:
        assert {"Secure", "HttpOnly", "SameSite=Lax"} <= set(cookie.split("; "))


def test_signing_in_gives_up_where_the_login_page_comes_again_and_again():
    apps = TwoApps("tests")
    apps.lab.add(
        "login.example", Response('<form action="/authorize"><input name="password"></form>')
    )
    assert 'name="password"' in apps.sign_in().text and len(apps.lab.wire) < 30
