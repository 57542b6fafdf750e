"""A company, a chat agent and a thief at its vendor: who is let in, and what ends it."""

import re

import httpx
import pytest
from places import ROOT
from tables import table

from labutils.identity.keys import SigningKey, ec_private_key, sign
from labutils.incident.policy import DAY
from labutils.lessons.lesson_16 import month
from labutils.lessons.lesson_16.address_rule import Month
from labutils.lessons.lesson_16.connected_system import (
    ACTS,
    CASES,
    CRM,
    LOGIN,
    NARROW,
    VENDOR,
    Connected,
    connected,
    renewed,
)


def exchange(browser: httpx.Client, company: Connected, **changed: str) -> httpx.Response:
    """The stolen refresh token at the token endpoint."""
    record = company.stolen() | changed
    form = {"grant_type": "refresh_token", "refresh_token": record["refresh_token"]}
    client = record["client_id"], record["client_secret"]
    return browser.post(LOGIN + "/token", data=form, auth=client)


def cases(browser: httpx.Client, company: Connected) -> httpx.Response:
    answer = exchange(browser, company)
    if not answer.is_success:
        return answer
    held = {"authorization": "Bearer " + answer.json()["access_token"]}
    return browser.get(CRM + "/cases", headers=held)


def test_consent_leaves_a_refresh_token_at_the_vendor_and_nothing_of_ada_s():
    company = connected()
    assert set(company.stolen()) == {"client_id", "client_secret", "refresh_token"}
    assert company.login.users["ada"].password not in str(company.chat.store)
    assert not company.ada.cookies.get("session", domain="crm.example")


def test_a_stolen_grant_opens_the_cases_from_anywhere():
    company = connected()
    assert cases(company.tom, company).json()["cases"] == list(CASES)


def test_without_the_client_s_secret_the_refresh_token_is_worth_nothing():  # RFC 6749, 6
    company = connected()
    refused = exchange(company.tom, company, client_secret="a guess")
    assert refused.status_code == 401 and refused.json()["error"] == "invalid_client"


@pytest.mark.parametrize(
    ("act", "status"), list(zip(ACTS, (200, 200, 200, 400), strict=True)), ids=list(ACTS)
)
def test_of_what_a_customer_does_the_revocation_alone_ends_it(act, status):
    company = connected()
    ACTS[act](company)
    assert cases(company.tom, company).status_code == status


def test_a_revocation_ends_the_access_tokens_that_came_of_the_grant_as_well():
    company = connected()
    held = {"authorization": "Bearer " + renewed(company.tom, company.stolen())["access_token"]}
    assert company.tom.get(CRM + "/cases", headers=held).is_success
    ACTS["the client's grant is revoked"](company)
    assert company.tom.get(CRM + "/cases", headers=held).status_code == 401


def test_the_refresh_token_stays_good_where_the_system_does_not_rotate():
    company = connected()
    assert all(cases(company.tom, company).is_success for _ in range(3))
    assert company.chat.work().is_success


def test_with_rotation_the_second_of_two_holders_ends_the_grant_for_both():  # RFC 9700, 4.14.2
    company = connected(rotates=True)
    newer = renewed(company.tom, company.stolen())
    held = {"authorization": "Bearer " + newer["access_token"]}
    assert company.tom.get(CRM + "/cases", headers=held).is_success
    agent = company.chat.work()
    assert agent.status_code == 400 and "used before" in agent.json()["error_description"]
    assert exchange(company.tom, company, refresh_token=newer["refresh_token"]).status_code == 400
    assert company.tom.get(CRM + "/cases", headers=held).status_code == 401


def test_with_rotation_and_no_thief_the_agent_works_on():
    company = connected(rotates=True)
    assert all(company.chat.work().is_success for _ in range(3))


def assertion(company, key=None, typ="client-authentication+jwt", **changed):
    """What the agent's machine signs, or somebody else; claims that are None are left out."""
    now = company.lab.clock.now
    claims = {"iss": "chat-agent", "sub": "chat-agent", "aud": LOGIN, "jti": "new", "exp": now + 60}
    kept = {name: value for name, value in (claims | changed).items() if value is not None}
    return sign(kept, key or company.chat.key, typ)


def renewed_with(company, text):
    """What the token endpoint answers to the stolen refresh token and this assertion."""
    form = {"grant_type": "refresh_token", "refresh_token": company.stolen()["refresh_token"]}
    form |= {"client_id": "chat-agent", "client_assertion": text}
    return company.tom.post(LOGIN + "/token", data=form)


def test_a_client_with_a_key_works_and_what_it_stores_opens_nothing():  # RFC 7523, 2.2
    company = connected(keyed=True)
    assert company.chat.work().is_success and company.stolen()["client_secret"] == ""
    assert renewed_with(company, "").json()["error"] == "invalid_client"
    assert renewed_with(company, assertion(company)).is_success  # on the vendor's machine


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "crm"},
        {"sub": "crm"},
        {"aud": CRM},
        {"aud": [LOGIN, CRM]},
        {"exp": 0},
        {"exp": "never"},
        {"exp": None},
        {"jti": None},
        {"jti": ["new"]},
    ],
    ids=repr,
)
def test_an_assertion_is_for_this_client_this_server_and_now(changed):  # RFC 7523, 3
    company = connected(keyed=True)
    refused = renewed_with(company, assertion(company, **changed))
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize(
    ("typ", "status"),
    [
        ("client-authentication+jwt", 200),
        (
            "application/Client-Authentication+JWT",
            200,
        ),  # a media type, in any case (RFC 7515, 4.1.9)
        ("JWT", 401),
        ("at+jwt", 401),
        ("", 401),
        ("xclient-authentication+jwt", 401),
    ],
)
def test_an_assertion_says_that_it_is_one(typ, status):  # RFC 10070
    company = connected(keyed=True)
    answer = renewed_with(company, assertion(company, typ=typ))
    assert answer.status_code == status
    if status == 401:
        said = answer.json()["error_description"]
        assert said == "the assertion is not of the type client-authentication+jwt"


def test_an_assertion_serves_once_and_another_key_never():
    company = connected(keyed=True)
    text = assertion(company)
    assert [renewed_with(company, text).status_code for _ in "ab"] == [200, 401]
    toms = SigningKey(ec_private_key("tom"), "ES256", "chat-1")
    assert renewed_with(company, assertion(company, toms)).status_code == 401


def test_an_address_limit_refuses_the_thief_and_lets_the_vendor_work():
    company = connected()
    company.login.addresses = (VENDOR,)
    refused = cases(company.tom, company)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    assert company.chat.work().is_success


def test_a_right_that_was_not_consented_to_is_not_in_the_grant():
    company = connected(scope=NARROW)
    refused = cases(company.tom, company)
    assert (refused.status_code, refused.json()["error"]) == (403, "insufficient_scope")
    assert company.chat.work().is_success


def test_the_company_s_own_rule_is_asked_with_address_and_scope():
    company, asked = connected(), []
    company.api.allowed = lambda *what: asked.append(what) or what[1] != "cases.read"
    assert cases(company.tom, company).status_code == 403
    assert asked == [("203.0.113.201", "cases.read")]


def test_the_month_has_the_intruder_of_2025_and_no_line_says_so():
    his = [line for line in month.lines() if month.is_his(line)]
    assert len(his) == 32 and len(month.lines()) > 3_500
    assert not [line for line in his if "intruder" in str(line).lower()]
    assert {line["SOURCE_IP"] for line in his if line["EVENT_TYPE"] == "Login"} == {
        "203.0.113.109",
        "198.51.100.208",
    }
    assert [line["TIMESTAMP_DERIVED"] for line in month.lines()] == sorted(
        line["TIMESTAMP_DERIVED"] for line in month.lines()
    )


def test_the_days_are_the_lab_s_own_and_no_date_of_a_report_finds_the_intruder():
    of_the_ledger = month.when({"TIMESTAMP_DERIVED": "2025-08-17T11:15:43.000Z"})
    assert abs(of_the_ledger - 2 * DAY - month.end_of_export()) < 60
    story = (ROOT / "docs" / "story-2025.md").read_text(encoding="utf-8")
    told = {f"2025-08-{int(day):02}" for day in re.findall(r"\b(\d+) August", story)}
    found = [login for login in month.strangers(month.logins()) if month.is_his(login)]
    assert len(found) == 2 and "2025-08-17" in told
    assert not told & {login["TIMESTAMP_DERIVED"][:10] for login in found}


def test_of_the_agents_new_addresses_one_only_looked_round():
    """The evidence of 16-6: one login lists the objects and does nothing else, and it is his."""
    found = month.strangers(month.logins())
    lonely = [
        one
        for one in found
        if one["USER_NAME"].startswith("chat.")
        and month.calls_after(one)
        and all(map(month.lists, month.calls_after(one)))
    ]
    assert [month.is_his(one) for one in lonely] == [True]


@table(
    ("networks", "scopes", "says"),
    [
        ("192.0.2.44", {"cases.write"}, "the addresses or networks must be a list of strings"),
        ([], {"cases.write"}, "at least one"),
        (["192.0.2.45/30"], {"cases.write"}, "has host bits set"),
        ([" 192.0.2.44"], {"cases.write"}, "192.0.2.44"),
        (["2001:db8::/120"], {"cases.write"}, "2001:db8"),
        (["192.0.0.0/16"], {"cases.write"}, "more than 256 addresses"),
        (["192.0.2.44"] * 13, {"cases.write"}, "at most 12 addresses or networks"),
        (["192.0.2.44"], "cases.write", "the scopes must be a list of strings"),
        (["192.0.2.44"], [7], "the scopes must be a list of strings, at least one"),
        (None, None, "a list of strings"),
    ],
)
def test_what_is_no_rule_is_said_and_costs_no_try(networks, scopes, says, capsys):
    scene = Month()
    for _ in range(4):
        assert scene.try_rule(networks, scopes) == "no flag"
    out = capsys.readouterr().out
    assert says in out and "attempts left" not in out
