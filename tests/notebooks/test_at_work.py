"""The boxes *At work*: short, their code runs, and each setting that they name has its page."""

import json
import re
import subprocess
import sys
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import httpx
import jwt
import lessons
import pytest
import yaml
from authlib.oauth2.rfc6750 import InvalidTokenError
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc.errors import JoseError
from moulds import both_of
from places import DATA, ROOT
from rails import demand, demand_none
from tables import table
from vendor_samples import SIGN_IN
from werkzeug.wrappers import Response

from labutils.lessons.lesson_03.missing_defences import NOTES, one_client
from labutils.lessons.lesson_04.id_tokens import NOW, bad_id_tokens
from labutils.stage.forgeries import SERVICE

NUMBERS = [path.name[:2] for path in lessons.paths() if path.name[:2] != "00"]
SHEET = yaml.safe_load((DATA / "vendor-switches.yaml").read_text(encoding="utf-8"))
MOST = 120  # words
ISSUER, AUDIENCE = "https://login.example", "https://api.example"


def box(number: str) -> str:
    found = [cell.source for cell in both_of(number) if cell.id == "at-work"]
    demand(len(found) == 1, f"Lesson {number} has no cell called at-work.")
    return found[0]


def code_of(number: str, language: str = "python") -> str:
    return "\n".join(re.findall(rf"```{language}\n(.*?)```", box(number), re.DOTALL))


def names_in(number: str) -> SimpleNamespace:
    """The box, run: what it defines."""
    namespace: dict[str, object] = {}
    exec(code_of(number), namespace)  # noqa: S102
    return SimpleNamespace(**namespace)


def a_key():
    return ec.generate_private_key(ec.SECP256R1())


# --- all of them --------------------------------------------------------------------------------


@table("number", NUMBERS)
def test_a_box_is_short_and_has_code(number):
    words = len(box(number).split())
    demand(words <= MOST, f"The box of {number} has {words} words; {MOST} at most.")
    demand(
        code_of(number) or code_of(number, "bash"), f"The box of {number} has no code that runs."
    )


@table("number", NUMBERS)
def test_each_setting_of_the_sheet_is_named_in_its_box_and_the_other_way_round(number):
    prose = re.sub(r"```.*?```", "", box(number), flags=re.DOTALL)
    named = set(re.findall(r"(?<!\*)\*([^*\n]+)\*(?!\*)", prose)) - {"infostealer"}
    listed = {row["switch"] for row in SHEET["lessons"][number]}
    assert {name.casefold() for name in named} <= {name.casefold() for name in listed} | {
        "believed unused"
    }
    demand_none(
        f"{number}: the box does not name {switch!r}."
        for switch in listed
        if switch.casefold() not in prose.casefold()
    )


def test_each_row_has_a_vendor_s_own_page_and_says_whether_the_page_is_dated():
    hosts = (
        "okta.com",
        "microsoft.com",
        "google.com",
        "keycloak.org",
        "cloudflare.com",
        "github.com",
        "atlassian.com",
        "logrhythm.com",
        "splunk.com",
        "salesforce.com",
    )
    for number, rows in SHEET["lessons"].items():
        for row in rows:
            assert row.keys() == {"vendor", "switch", "where", "page", "dated"}, (number, row)
            host = httpx.URL(row["page"]).host
            assert any(host == one or host.endswith("." + one) for one in hosts), row["page"]
            assert row["dated"] == "none" or row["dated"] <= SHEET["read"]


# --- one by one ---------------------------------------------------------------------------------


def test_01_a_log_gets_the_name_of_a_token_and_nothing_else():
    token = jwt.encode({"jti": "t-1", "sub": "ada"}, a_key(), algorithm="ES256")
    log = names_in("01").for_the_log
    assert log(token) == "'t-1'"
    assert log(jwt.encode({"sub": "ada"}, a_key(), algorithm="ES256")) == "'no jti'"
    forged = jwt.encode({"jti": "t-1\n09:00 all is well"}, a_key(), algorithm="ES256")
    assert "\n" not in log(forged) and log("garbage") == "no JWT"


def test_02_pyjwt_takes_the_right_token_and_refuses_each_other_one():
    key, claims_of = a_key(), names_in("02").claims_of
    keys = SimpleNamespace(get_signing_key_from_jwt=lambda _token: key.public_key())
    good = {"iss": ISSUER, "aud": AUDIENCE, "sub": "ada", "iat": 1, "exp": 4_000_000_000}
    access = {"typ": "at+jwt"}
    for typ in ("at+jwt", "application/at+jwt", "AT+JWT"):
        token = jwt.encode(good, key, algorithm="ES256", headers={"typ": typ})
        assert claims_of(token, keys)["sub"] == "ada"
    for typ in ("JWT", "logout+jwt", None):
        token = jwt.encode(good, key, algorithm="ES256", headers={"typ": typ})
        with pytest.raises(jwt.InvalidTokenError, match="another type"):
            claims_of(token, keys)
    says_jwt = jwt.encode(good, key, algorithm="ES256")  # as Entra ID does, of every token
    assert claims_of(says_jwt, keys, typ="JWT")["sub"] == "ada"
    wrong = {
        "another issuer": good | {"iss": "https://login.example.test"},
        "another audience": good | {"aud": "wiki"},
        "over": good | {"exp": 2},
        "no exp": {name: value for name, value in good.items() if name != "exp"},
    }
    for claims in wrong.values():
        with pytest.raises(jwt.InvalidTokenError):
            claims_of(jwt.encode(claims, key, "ES256", headers=access), keys)
    none, another = (
        jwt.encode(good, k, a, headers=access) for k, a in (("", "none"), (a_key(), "ES256"))
    )
    for other in (none, another):
        with pytest.raises(jwt.InvalidTokenError):
            claims_of(other, keys)


def test_03_authlib_goes_through_the_flow_and_refuses_another_state():
    apps, names = one_client(), names_in("03")
    session: dict[str, str] = {}
    client, url = names.begin(session, transport=apps.notes._transport)
    assert "code_challenge=" in url and session["verifier"] not in url
    landed = apps.opens("ada", url, until=NOTES + "/cb").headers["location"]
    with pytest.raises(Exception, match="state"):
        names.finish(client, session | {"state": "another"}, landed)
    assert names.finish(client, session, landed)["token_type"] == "Bearer"


def test_04_the_id_token_of_another_request_signs_nobody_in():
    who = names_in("04").who
    key = a_key()
    keys = SimpleNamespace(get_signing_key_from_jwt=lambda _token: key.public_key())
    good = {"iss": ISSUER, "aud": "wiki", "sub": "u-1815", "iat": 1, "exp": 4_000_000_000}
    token = jwt.encode(good | {"nonce": "n"}, key, algorithm="ES256")
    assert who(token, keys, {"nonce": "n"}) == "u-1815"
    one = jwt.encode(good | {"nonce": "n", "aud": ["wiki"]}, key, algorithm="ES256")
    assert who(one, keys, {"nonce": "n"}) == "u-1815"
    for session in ({"nonce": "another"}, {}):
        with pytest.raises(jwt.InvalidTokenError, match="not for this sign-in"):
            who(token, keys, session)
    others = good | {"nonce": "n", "aud": ["wiki", "notes"]}
    for bad in (good, others, good | {"nonce": "n", "sub": ""}):
        with pytest.raises(jwt.InvalidTokenError):
            who(jwt.encode(bad, key, algorithm="ES256"), keys, {"nonce": "n"})
    other_type = jwt.encode(good | {"nonce": "n"}, key, "ES256", headers={"typ": "logout+jwt"})
    with pytest.raises(jwt.InvalidTokenError, match="type"):
        who(other_type, keys, {"nonce": "n"})
    session = {"nonce": "n"}
    assert who(token, keys, session) and "nonce" not in session  # once


def test_04_none_of_the_lessons_bad_tokens_signs_anybody_in(monkeypatch):
    """The box, at the time and with the algorithm of the lesson's tokens."""
    names: dict[str, Any] = {}
    exec(code_of("04").replace('"ES256"', '"RS256"'), names)
    key = SERVICE.private.public_key()
    keys = SimpleNamespace(get_signing_key_from_jwt=lambda _token: key)

    class Then(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.fromtimestamp(NOW, tz)

    monkeypatch.setattr("jwt.api_jwt.datetime", Then)
    for case in bad_id_tokens():
        with pytest.raises(jwt.InvalidTokenError):
            names["who"](case.arguments[0], keys, {"nonce": case.arguments[4]})


def test_05_a_client_proves_itself_without_a_shared_secret():
    """Its audience is the provider, by its issuer identifier alone, and its type says what it is
    (RFC 10070)."""
    key = a_key()
    token = names_in("05").client_assertion(key, "backup", ISSUER)
    claims = jwt.decode(
        token, key.public_key(), algorithms=["ES256"], audience=ISSUER, issuer="backup"
    )
    assert claims["sub"] == "backup" and claims["exp"] - claims["iat"] == 60
    assert jwt.get_unverified_header(token)["typ"] == "client-authentication+jwt"
    again = jwt.decode(
        names_in("05").client_assertion(key, "backup", ISSUER), options={"verify_signature": False}
    )
    assert again["jti"] != claims["jti"]


def test_06_the_cookie_is_for_one_host_and_out_of_reach_of_scripts():
    response = Response()
    names_in("06").begin_session(response, "s")
    (cookie,) = response.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-session=s;") and "Domain" not in cookie
    for part in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
        assert part in cookie


def test_07_a_search_names_the_kinds_that_are_left(tmp_path):
    left, original = names_in("07").left, DATA / "support-case.har"
    assert "password" in " ".join(left(original, original))
    cleaned = tmp_path / "cleaned.har"
    command = [sys.executable, "-m", "labutils", "sanitize", original, cleaned]
    subprocess.run(command, check=True, capture_output=True, cwd=tmp_path, env=_environment())
    assert left(original, cleaned) == []


def _environment() -> dict[str, str]:
    return {"PYTHONPATH": str(ROOT), "PATH": "", "PYTHONUTF8": "1"}


def test_08_a_search_that_is_blind_to_your_own_act_proves_nothing():
    act, proves = {"type": "files_tab_download"}, names_in("08").proves_something
    log = [{"type": "case_view"}, act]

    def found(word):
        return lambda lines: [line for line in lines if word in line["type"]]

    assert proves(found("download"), log, act)
    assert not proves(found("view"), log, act)
    assert not proves(found("download"), log[:1], act), "the system never logged it"


def test_09_what_was_not_replaced_since_the_notice_is_still_due():
    inventory = [
        {"id": "old secret", "issued": 1, "replaced": None},
        {"id": "replaced too early", "issued": 1, "replaced": 4},
        {"id": "replaced", "issued": 1, "replaced": 6},
        {"id": "issued later", "issued": 7, "replaced": None},
    ]
    assert names_in("09").still_due(inventory, 5) == ["old secret", "replaced too early"]


def test_10_the_command_runs_over_a_folder_of_rules_and_one_of_logs(tmp_path):
    words = code_of("10", "bash").split()
    assert words[:3] == ["python", "-m", "labutils"]
    rules, logs = tmp_path / "my-rules", tmp_path / "exported-logs"
    rules.mkdir()
    logs.mkdir()
    (rules / "group.yml").write_text(RULE, encoding="utf-8")
    (logs / "sign-ins.jsonl").write_text(json.dumps(SIGN_IN) + "\n", encoding="utf-8")
    command = [sys.executable, *words[1:]]
    done = subprocess.run(
        command,
        capture_output=True,
        encoding="utf-8",
        cwd=tmp_path,
        env=_environment(),
        check=False,
    )
    assert "1 hit" in done.stdout, done.stdout + done.stderr


RULE = """
title: A sign-in without a second factor
id: 6f0e5a52-3f1c-4c06-9c53-0d6e4f7a0b11
logsource: {product: azure, service: signinlogs}
detection:
    weak: {authenticationRequirement: singleFactorAuthentication}
    condition: weak
level: high
"""


def test_11_authlib_checks_an_access_token_and_the_line_that_it_lacks_is_ours():
    key, api = a_key(), names_in("11").Api
    jwk = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(key.public_key()))
    keys = {"keys": [{**jwk, "kid": "1", "alg": "ES256"}]}

    def sent(header=None, **changes):
        claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "ada", "iat": 1, "exp": 4_000_000_000}
        claims |= {"client_id": "notes", "jti": "1"} | changes
        claims = {name: value for name, value in claims.items() if value is not None}
        head = {"typ": "at+jwt", "kid": "1"} | (header or {})
        return jwt.encode(claims, key, algorithm="ES256", headers=head)

    def checked(of, token):
        validator = of(ISSUER, AUDIENCE)
        validator.get_jwks = lambda: keys
        claims = validator.authenticate_token(token)
        claims.validate()
        return claims

    assert checked(api, sent())["sub"] == "ada"
    bound = sent(cnf={"jkt": "a-thumbprint"})
    assert checked(api.__bases__[0], bound)["sub"] == "ada"  # by the library alone
    with pytest.raises(PermissionError, match="a bound token"):
        checked(api, bound)
    for wrong in (
        sent(aud="wiki"),
        sent(iss="https://login.example.test"),
        sent(exp=2),
        sent(client_id=None),
        sent(jti=None),
        sent(header={"typ": "JWT"}),
        sent(header={"typ": "logout+jwt"}),
    ):
        for of in (api, api.__bases__[0]):
            with pytest.raises((InvalidTokenError, JoseError)):
                checked(of, wrong)


def test_11_a_bound_token_is_refused_whatever_it_is_bound_to():
    """A thief writes any scheme; only a check of the key tells them apart."""
    check = names_in("11").check_binding
    check({})
    for bound in ({"jkt": "thumbprint"}, {"x5t#S256": "thumbprint"}, {"jwk": {}}, {}, None):
        with pytest.raises(PermissionError, match="nobody here checks its key"):
            check({"cnf": bound})


def test_12_a_token_of_before_the_event_is_dead_and_one_of_after_it_lives():
    is_revoked = names_in("12").is_revoked
    events = {(ISSUER, "ada"): 100}
    assert is_revoked({"iss": ISSUER, "sub": "ada", "iat": 100}, events)
    assert not is_revoked({"iss": ISSUER, "sub": "ada", "iat": 101}, events)
    assert not is_revoked({"iss": ISSUER, "sub": "bob", "iat": 1}, events)
    assert not is_revoked({"iss": "https://other.example", "sub": "ada", "iat": 1}, events)


def test_13_the_server_takes_its_own_origin_and_no_host_below_it():
    server = names_in("13").server
    assert server._verify("https://login.example")
    assert not server._verify("https://old.login.example")


def test_14_after_five_minutes_a_new_sign_in_is_asked_for():
    needs = names_in("14").needs_a_new_sign_in
    assert not needs({"auth_time": 1000}, 1300)
    assert needs({"auth_time": 1000}, 1301) and needs({}, 1301)


def test_15_a_rotation_is_done_where_the_new_secret_opens_and_the_old_one_is_refused():
    is_rotated = names_in("15").is_rotated
    answers = {
        (True, False): True,
        (True, True): False,
        (True, None): False,
        (None, False): False,
        (False, False): False,
    }
    for (new, old), done in answers.items():
        door = {"new": new, "old": old}
        assert is_rotated(door.get, "old", "new") is done, (new, old)


def test_18_a_condition_says_too_little_without_an_id_or_with_a_wildcard():
    too_little = names_in("18").says_too_little
    exact = {"sub": "repo:shop/app:environment:production", "repository_id": "7"}
    assert not too_little(exact)
    assert too_little(exact | {"sub": "repo:shop/app:*"})
    assert too_little({"sub": exact["sub"]}) and too_little({"repository_id": "7"})


def test_19_a_grant_is_asked_about_if_its_person_or_its_tool_is_not_known():
    ask = names_in("19").grants_to_ask_about
    grants = [{"user": user, "client": tool} for user in ("ada", "tom") for tool in ("wiki", "x")]
    assert ask(grants, {"ada"}, {"wiki"}) == grants[1:]
