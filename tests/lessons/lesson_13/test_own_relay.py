"""The relay that a learner writes: what it gets, and what the provider's log says of it."""

import pytest
from fido2.client import ClientError
from solutions import made

from labutils.lessons.lesson_13 import authenticators, phishing, start, two_logs
from labutils.stage.thief import SILENT_REQUEST
from labutils.stage.two_apps import LOGIN

RELAY = made("13-10")["relay"]
UNANSWERED = made("13-11")["unanswered"]
METHODS = [name for name in authenticators.FACTORS if name != "security key"]


@pytest.mark.parametrize("factor", METHODS)
def test_it_gets_what_the_lab_s_own_relay_gets(factor):
    account = authenticators.FACTORS[factor]()
    host = phishing.through_own_relay(account, RELAY)
    other = phishing.through_relay(authenticators.FACTORS[factor]())
    assert {name: host.kept[name] for name in other.typed} == other.typed
    assert phishing.is_in(host.network) and phishing.is_in(other.network)
    assert "session" not in account.apps.ada.cookies


def test_the_provider_logs_her_browser_at_its_address():
    account = authenticators.with_code()
    phishing.through_own_relay(account, RELAY)
    (line,) = [one for one in account.apps.lab.audit if one["event"] == "session.start"]
    assert (line["ip"], line["agent"]) == (phishing.TOMS, "ada")


def test_with_a_key_it_has_the_password_and_her_key_was_not_touched():
    account = authenticators.with_key()
    with pytest.raises(ClientError):
        phishing.through_own_relay(account, RELAY)
    host = account.apps.lab.hosts["login-example.test"]
    assert host.kept["password"] == account.password and not phishing.is_in(host.network)
    assert account.key.counter == 1


def test_the_log_of_a_refused_evening_has_one_line(capsys):
    start.what_was_logged(RELAY)
    said = capsys.readouterr().out
    assert said.count(phishing.TOMS) == 1 and "factor.ask  success" in said


@pytest.mark.parametrize(
    ("company", "victims"), [(two_logs.CODES, []), (two_logs.KEYS, ["ada", "grace"])]
)
def test_a_relay_is_seen_where_it_was_refused(company, victims):
    pairs = UNANSWERED(two_logs.day_at(company, RELAY))
    assert pairs == {("mary", two_logs.STAFF["mary"])} | {(one, phishing.TOMS) for one in victims}


def test_three_ways_past_a_key_and_what_two_settings_leave_of_them(capsys):
    functions = RELAY, made("13-3")["without_key"], made("06-3")["trade_cookie"]
    before, after = start.three_ways(*functions)
    assert (before, after) == (["page", "help desk", "cookie"], ["cookie"])
    assert capsys.readouterr().out.count("Tom is out") == 2


def test_the_third_way_past_a_key_is_the_learner_s_own_trade():
    def no_cookie(browser, _cookie):
        return browser.get(LOGIN + "/authorize", params=SILENT_REQUEST)

    before, after = start.three_ways(RELAY, made("13-3")["without_key"], no_cookie)
    assert (before, after) == (["page", "help desk"], [])
