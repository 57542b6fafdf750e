"""What another kind of provider may do in its own way: sessions, endpoints, and what it says of
itself.
"""

import pytest
from two_apps import LOGIN, WIKI, TwoApps
from werkzeug.wrappers import Response

from labutils.identity.factors import Push
from labutils.identity.provider import Provider
from labutils.identity.provider.app import LOOKING, Endpoint
from labutils.identity.provider.state import SessionLimits


class BoundToAddress(Provider):
    """A session works from the address of its sign-in alone; each that began is remembered."""

    def __post_init__(self):
        super().__post_init__()
        self.began = []

    def session_started(self, session, request):
        self.began.append((session.user.username, request.remote_addr, session.sid))

    def admits(self, session, request):
        return session.address == request.remote_addr


def silent(browser, **headers):
    """What an authorization request without any page brings: a code, or an error."""
    asked = {
        "response_type": "code",
        "client_id": "wiki",
        "redirect_uri": WIKI + "/cb",
        "scope": "openid profile offline_access",
        "code_challenge": "x" * 43,
        "code_challenge_method": "S256",
        "prompt": "none",
    }
    return browser.get(LOGIN + "/authorize", params=asked, headers=headers).headers["location"]


def test_a_copied_cookie_opens_the_provider_from_any_address():
    apps = TwoApps("hooks")
    apps.sign_in()
    copied = "session=" + apps.ada.cookies.get("session", domain="login.example")
    assert "?code=" in silent(apps.tom, cookie=copied)


def test_a_provider_may_refuse_a_session_by_a_rule_of_its_own():
    apps = TwoApps("hooks", provider=BoundToAddress)
    apps.sign_in()
    copied = "session=" + apps.ada.cookies.get("session", domain="login.example")
    assert "?code=" in silent(apps.ada)
    assert "error=login_required" in silent(apps.tom, cookie=copied)


def test_a_session_that_was_refused_has_not_been_used():
    apps = TwoApps("hooks", provider=BoundToAddress)
    apps.sign_in()
    (session,) = apps.provider.sessions.values()
    before = session.last_used
    silent(apps.tom, cookie="session=" + session.cookie)
    assert session.last_used == before
    silent(apps.ada)
    assert session.last_used == apps.lab.clock.now > before


def test_a_provider_is_told_of_each_session_that_begins():
    apps = TwoApps("hooks", provider=BoundToAddress)
    apps.sign_in()
    apps.sign_in("tom")
    ada, tom = apps.provider.sessions.values()
    assert apps.provider.began == [
        ("ada", "192.0.2.10", ada.sid),
        ("tom", "203.0.113.66", tom.sid),
    ]
    assert (ada.address, tom.address) == ("192.0.2.10", "203.0.113.66")


def test_one_more_endpoint_answers_to_the_methods_that_it_names():
    apps = TwoApps("hooks")
    apps.provider.add_endpoint("/health", Endpoint(lambda _request: Response("well"), LOOKING))
    assert apps.ada.get(LOGIN + "/health").text == "well"
    assert apps.ada.head(LOGIN + "/health").status_code == 200
    assert apps.ada.put(LOGIN + "/health").status_code == 405
    assert apps.ada.get(LOGIN + "/healthy").status_code == 404


@pytest.mark.parametrize("for_scripts", [True, False])
def test_a_script_of_another_site_reads_what_is_for_scripts_alone(for_scripts):
    apps = TwoApps("hooks")
    endpoint = Endpoint(lambda _request: Response("well"), for_scripts=for_scripts)
    apps.provider.add_endpoint("/health", endpoint)
    answer = apps.ada.get(LOGIN + "/health", headers={"origin": "https://notes.example"})
    assert ("access-control-allow-origin" in answer.headers) is for_scripts


def test_an_enrolled_second_factor_is_asked_for_until_it_is_reset():
    apps = TwoApps("hooks")
    apps.provider.enrol_second_factor("ada", Push())
    assert "Approve it on your phone" in apps.sign_in().text
    apps.provider.reset_second_factor("ada")
    assert apps.sign_in().text == "Hello, u-1815."


@pytest.mark.parametrize(
    ("limits", "ends"),
    [
        (SessionLimits(), None),
        (SessionLimits(idle=600), 600),
        (SessionLimits(life=900), 900),
        (SessionLimits(idle=600, life=300), 300),
    ],
)
def test_a_session_ends_when_its_first_limit_is_reached(limits, ends):
    apps = TwoApps("hooks")
    apps.sign_in()
    (session,) = apps.provider.sessions.values()
    session.last_used = began = session.auth_time
    usable = [second for second in range(0, 2000, 100) if session.usable(began + second, limits)]
    assert usable == list(range(0, 2000 if ends is None else ends, 100))
