"""The company's hosts under hostile HTTP: nobody gets a crash, a credential that was not earned, or
past the log."""

import json
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote_from_bytes

import httpx
import pytest
from how_many import draws
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import table

from labutils.incident import cases, policy
from labutils.incident.policy import World
from labutils.incident.services import HEADERS, PASS, Company, credentials_given
from labutils.lab import Lab

CASE = cases.load()
ESTATE = CASE.estate
INTRUDER, SERVER = (CASE.addresses[zone].ip for zone in ("internet", "atlassian"))
H = World.historical()
OPEN = replace(
    H,
    hard_keys=False,
    alert_admin_group=False,
    session_hours=10**6,
    egress_logged=True,
    response_minutes=10**6,
)
CASTLE = replace(OPEN, access_per_application=False)
WORLDS = pytest.mark.parametrize("world", [H, OPEN], ids=["2023", "open"])
MANY = settings(max_examples=draws(150), deadline=None, derandomize=True, database=None)
SCOPES = sorted(
    {scope for one in ESTATE.credentials.values() for scope in one.scopes}
    | {
        f"{one.id}:{action}"
        for one in ESTATE.services.values()
        for action in (*one.gives, *one.admin_actions, "nonsense")
    }
)


def company(world: World = H, start: str = "2023-11-14T09:00:00Z") -> tuple[Company, httpx.Client]:
    """A company on a network of its own, and a browser out there."""
    lab = Lab("estate", start)
    return Company(lab, world), lab.browser("Mozilla/5.0 (X11; Linux x86_64)", INTRUDER)


def carried(firm: Company, name: str) -> dict[str, str]:
    return firm.headers(ESTATE.credentials[name], firm.secrets[name])


def logged(firm: Company) -> list[dict]:
    """The events of all logs so far."""
    return [line["line"].event for line in firm.lab.audit]


def checked(firm: Company, response: httpx.Response) -> dict:
    """An answer is 200 or 403 in JSON. A refusal gives nothing; no answer holds a secret in its
    reason."""
    answer = response.json()
    assert response.status_code == (200 if answer["allowed"] else 403)
    assert (response.headers["content-type"], answer["rule"] == "allowed") == (
        "application/json",
        answer["allowed"],
    )
    assert answer["reason"] and not [
        secret for secret in firm.secrets.values() if secret in answer["reason"]
    ]
    if not answer["allowed"]:
        assert set(answer) == {"allowed", "rule", "reason"}
        assert not [
            secret
            for secret in firm.secrets.values()
            if secret in response.text + str(response.headers)
        ]
    return answer


def knock(firm: Company, browser: httpx.Client, path: str, **how) -> Iterator[dict]:
    """The same request at every door."""
    for service in ESTATE.services:
        yield checked(
            firm,
            browser.request(
                how.get("method", "GET"),
                f"https://{service}.example/{path}",
                headers=how.get("headers", {}),
            ),
        )


# --- without a credential -----------------------------------------------------------------------


@WORLDS
@pytest.mark.parametrize(
    "path",
    [
        "",
        "sign-in",
        "console",
        "read-file",
        "probe",
        "open",
        "describe",
        "../console",
        "sign-in/",
        "CONSOLE",
        "%00",
    ],
)
def test_without_a_credential_no_door_opens_and_nothing_is_given(world, path):
    assert {answer["rule"] for answer in knock(*company(world), path)} <= {
        "reachable",
        "recognised",
    }


GARBAGE = [
    "Basic",
    "Basic ",
    "Basic =",
    "Basic !!!",
    "Basic YQ==",
    "Basic Og==",
    "Basic /////w==",
    "Basic " + "QUFB" * 2048,
    "basic Og==",
    "Bearer x",
    "Digest username=a",
    "Negotiate",
    " ",
    "",
    ":",
    "Basic \x00",
    b"\xff",
    "é".encode(),
    b"Basic \xff\xfe",
    "Basic é€".encode(),
]


@WORLDS
@pytest.mark.parametrize("value", GARBAGE)
def test_garbage_in_place_of_a_password_is_refused_with_a_reason(world, value):
    assert not any(
        answer["allowed"]
        for answer in knock(*company(world), "sign-in", headers={"authorization": value})
    )


@pytest.mark.parametrize(
    "value",
    ["x", "", " ", "a" * 8192, "é€".encode(), b"\xff\x00", "null", "{secret}", "' or 1=1 --"],
)
@table(
    "name",
    [*HEADERS.values(), PASS, "cookie", "user-agent", "x-forwarded-for", "content-length", "host"],
)
def test_a_header_with_an_unknown_secret_opens_nothing(name, value):
    value = (
        value
        if name != "cookie"
        else b"sid=" + (value.encode() if isinstance(value, str) else value)
    )
    assert not any(
        answer["allowed"] for answer in knock(*company(OPEN), "open", headers={name: value})
    )


@table(
    "cookie",
    ["sid", "sid=", "sid=a; sid=b", ";;;", "=" * 8192, 'sid="', b"sid=\xff", "SID=x", "sid==; =;"],
)
def test_a_broken_cookie_opens_nothing(cookie):
    assert not any(
        answer["allowed"] for answer in knock(*company(OPEN), "console", headers={"cookie": cookie})
    )


@WORLDS
@pytest.mark.parametrize(
    "method",
    ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", "x"],
)
def test_an_odd_method_is_no_way_in(world, method):
    assert not any(answer["allowed"] for answer in knock(*company(world), "sign-in", method=method))


def test_a_head_request_is_answered_like_any_other_but_without_a_body():
    firm, browser = company()
    assert {browser.head(f"https://{name}.example/x").status_code for name in ESTATE.services} == {
        403
    }


@MANY
@given(
    path=st.binary(max_size=60).map(lambda raw: "/" + quote_from_bytes(raw)),
    name=st.sampled_from([*HEADERS.values(), PASS, "authorization", "cookie", "user-agent"]),
    value=st.binary(max_size=60),
    service=st.sampled_from([*ESTATE.services]),
    world=st.sampled_from([H, OPEN]),
)
def test_no_path_and_no_header_of_any_bytes_is_a_crash_or_a_way_in(
    path, name, value, service, world
):
    firm, browser = company(world)
    answer = checked(firm, browser.get(f"https://{service}.example{path}", headers={name: value}))
    assert not answer["allowed"]
    events = logged(firm)
    assert json.loads(json.dumps(events)) == events


def test_in_a_castle_nobody_at_all_is_let_in_from_inside_and_only_where_the_network_is_trusted():
    firm, _ = company(CASTLE)
    answers = zip(
        ESTATE.services.values(),
        knock(firm, firm.lab.browser("curl/8.5.0", SERVER), "open"),
        strict=True,
    )
    assert {one.id for one, answer in answers if answer["allowed"]} == {
        one.id for one in ESTATE.services.values() if one.inside_trusted
    }


# --- with a credential --------------------------------------------------------------------------


@pytest.mark.parametrize("world", [H, CASTLE], ids=["2023", "castle"])
def test_every_credential_at_every_door_is_answered_recorded_and_keeps_its_secret(world):
    """All actions that some credential may do, and one that none may, from outside and from a
    server: allowed or not, it is in the log, if the network let it through."""
    firm, _ = company(world)
    silent = set()
    for address in (INTRUDER, SERVER):
        browser = firm.lab.browser("Mozilla/5.0 (X11; Linux x86_64)", address)
        for scope in SCOPES:
            service, action = scope.split(":")
            for name in ESTATE.credentials:
                before = len(firm.lab.audit)
                answer = checked(
                    firm,
                    browser.get(f"https://{service}.example/{action}", headers=carried(firm, name)),
                )
                assert not answer["allowed"] or scope in ESTATE.credentials[name].scopes
                if len(firm.lab.audit) == before and answer["rule"] != "reachable":
                    silent.add(scope)
    unlogged = {"laptop:sync", "laptop:nonsense", "tenants:console", "tenants:nonsense"}
    outside = {"outside:send", "outside:nonsense"}
    assert silent == (unlogged if world.egress_logged else unlogged | outside)
    written = json.dumps(logged(firm))
    assert not [name for name, secret in firm.secrets.items() if secret in written]
    assert not [secret for secret in firm.passes if secret in written]


def test_an_action_puts_into_ones_hands_what_the_sheet_says_and_only_what_exists_by_then():
    firm, browser = company(start="2023-10-02T08:10:00Z")
    early = browser.get(
        "https://support.example/read-file", headers=carried(firm, "support-account")
    ).json()["given"]
    firm.lab.clock.move_to("2023-10-17T07:00:00Z")
    late = browser.get(
        "https://support.example/read-file", headers=carried(firm, "support-account")
    ).json()["given"]
    assert (set(early), set(late)) == ({"customer-session"}, {"customer-session", "admin-session"})
    assert all(firm.secrets[name] == secret for name, secret in late.items())


@pytest.mark.parametrize(
    ("using", "session"),
    [
        ("smartsheet-account", "fresh-session"),
        ("admin-password", "phished-session"),
        ("admin-key-login", "phished-session"),
    ],
)
def test_by_signing_in_one_gets_a_session_of_ones_own_and_of_nobody_else(using, session):
    firm, browser = company(OPEN)
    received = browser.get("https://login.example/sign-in", headers=carried(firm, using)).json()[
        "given"
    ]
    assert list(received) == [session]
    assert ESTATE.credentials[session].holder is ESTATE.credentials[using].holder


@pytest.mark.parametrize(
    "using", ["moveworks-token", "aws-account", "private-profile", "lookalike-account"]
)
def test_a_name_that_is_right_and_a_secret_that_is_wrong_is_nobody(using):
    firm, browser = company(OPEN)
    holder = ESTATE.credentials[using].holder.id
    wrong = {"authorization": "Basic " + b64encode(f"{holder}:wrong".encode()).decode()}
    assert {answer["rule"] for answer in knock(firm, browser, "sign-in", headers=wrong)} == {
        "recognised",
        "reachable",
    }


@table("using", [*ESTATE.credentials])
def test_two_credentials_at_once_open_no_more_than_one_of_them_would(using):
    firm, browser = company(OPEN)
    for other in ESTATE.credentials:
        headers = carried(firm, using) | carried(firm, other)
        for service, action in (
            ("cloud", "describe"),
            ("support", "sign-in"),
            ("gateway", "tracker"),
            ("login", "sign-in"),
        ):
            answer = checked(
                firm, browser.get(f"https://{service}.example/{action}", headers=headers)
            )
            assert not answer["allowed"] or f"{service}:{action}" in (
                *ESTATE.credentials[using].scopes,
                *ESTATE.credentials[other].scopes,
            )


# --- the gateway's pass -------------------------------------------------------------------------


def pass_for(firm: Company, browser: httpx.Client, application: str) -> dict[str, str]:
    return {
        PASS: browser.get(
            f"https://gateway.example/{application}", headers=carried(firm, "moveworks-token")
        ).json()["pass"]
    }


def test_a_pass_leads_to_its_own_application_and_to_no_other():
    firm, browser = company()
    for application in ("tracker", "wiki", "code"):
        headers = pass_for(firm, browser, application)
        let_in = [
            name
            for name, answer in zip(
                ESTATE.services, knock(firm, browser, "x", headers=headers), strict=True
            )
            if "there is no way" not in answer["reason"]
            and ESTATE.services[name].zone.id == "atlassian"
        ]
        assert let_in == [application]


def test_a_pass_is_no_credential_and_a_credential_is_no_pass():
    firm, browser = company()
    passed, account = pass_for(firm, browser, "tracker"), carried(firm, "smartsheet-account")
    rules = [
        checked(firm, browser.get("https://tracker.example/read", headers=headers))["rule"]
        for headers in (passed, account, passed | account)
    ]
    assert rules == ["recognised", "reachable", "allowed"]


def test_a_probe_gives_a_pass_that_leads_nowhere():
    firm, browser = company()
    headers = pass_for(firm, browser, "probe") | carried(firm, "smartsheet-account")
    for name in ("tracker", "wiki", "code"):
        assert (
            checked(firm, browser.get(f"https://{name}.example/read", headers=headers))["rule"]
            == "reachable"
        )


@table("forged", ["", "x", "tracker", "0" * 22, "a" * 8192, "é".encode(), b"\x00"])
def test_a_forged_pass_leads_nowhere(forged):
    firm, browser = company()
    pass_for(firm, browser, "tracker")
    for name in ("tracker", "wiki", "code"):
        headers = {PASS: forged} | carried(firm, "smartsheet-account")
        assert (
            checked(firm, browser.get(f"https://{name}.example/read", headers=headers))["rule"]
            == "reachable"
        )


def test_a_pass_and_a_secret_are_good_in_their_own_company_alone():
    one, browser = company()
    other = Company(Lab("another", "2023-11-14T09:00:00Z"), H)
    there = other.lab.browser("x", INTRUDER)
    headers = pass_for(one, browser, "tracker") | carried(one, "smartsheet-account")
    assert (
        checked(other, there.get("https://tracker.example/read", headers=headers))["rule"]
        == "reachable"
    )
    assert not set(one.secrets.values()) & set(other.secrets.values())
    assert len(set(one.secrets.values())) == len(ESTATE.credentials)


# --- the alarm ----------------------------------------------------------------------------------


def test_the_first_alarm_counts_and_a_second_does_not_put_it_off():
    firm, browser = company(replace(H, alert_token_elsewhere=True, response_minutes=1))
    rules = []
    for _ in range(4):  # 0, 25, 50 and 75 seconds after the first
        rules.append(
            checked(
                firm,
                browser.get(
                    "https://gateway.example/probe", headers=carried(firm, "moveworks-token")
                ),
            )["rule"]
        )
        firm.lab.clock.tick(24)
    assert rules == ["allowed", "allowed", "allowed", "not_contained"]


def test_an_alarm_of_one_company_is_heard_in_no_other():
    firm, browser = company(replace(H, alert_token_elsewhere=True, response_minutes=0))
    quiet, there = company(replace(H, alert_token_elsewhere=True, response_minutes=0))
    pass_for(firm, browser, "tracker")
    assert (firm.alarm is None, quiet.alarm is None) == (False, True)
    assert checked(
        quiet, there.get("https://gateway.example/probe", headers=carried(quiet, "moveworks-token"))
    )["allowed"]


def test_a_sign_in_without_a_credential_gives_nobody_s_session():
    service = ESTATE.services["login"]
    nobody = policy.Request(CASE, 10**10, service, "sign-in", None, ESTATE.default_zone, INTRUDER)
    admin = replace(nobody, credential=ESTATE.credentials["admin-password"])
    assert credentials_given(nobody) == []
    assert credentials_given(admin) == ["phished-session"]
