"""A person at a browser: what is read from a page, and what is done with it."""

from urllib.parse import parse_qs, urlsplit

import pytest

from labutils.identity.course_provider import lab_provider
from labutils.identity.factors import Totp, totp
from labutils.identity.person import Form, sign_in
from labutils.identity.provider.state import Client
from labutils.identity.relying_party import RelyingParty
from labutils.lab import Lab

LOGIN, WIKI = "https://login.example", "https://wiki.example"
PASSWORD = "lab-password"
SECRET = b"a secret on a phone"
PAGE = """<h1>Sign in</h1><form method="post" action="/authorize">
<input type="hidden" name="state" value="a &amp; b"><input type="hidden" name="answer">
<input name="username"><input name="password" type="password">
<button name="consent" value="allow">Allow</button><button>Go on</button></form>"""


class Scene:
    """A wiki, and the provider at which Ada signs in to it."""

    def __init__(self):
        self.lab = Lab("person", "2023-10-18T09:00:00Z")
        self.provider = lab_provider(self.lab, LOGIN)
        self.provider.clients["wiki"] = Client("wiki", (WIKI + "/cb",))
        self.wiki = RelyingParty(self.lab, WIKI, LOGIN, "wiki")
        self.lab.add("login.example", self.provider)
        self.lab.add("wiki.example", self.wiki)
        self.ada = self.lab.browser("ada", "192.0.2.10")

    def sign_in(self, password=PASSWORD, **how):
        return sign_in(self.ada, WIKI + "/login", "ada", password, **how)


@pytest.fixture
def scene():
    return Scene()


def test_a_form_tells_what_the_page_fills_in_from_what_the_person_does():
    form = Form(PAGE)
    assert form.action == "/authorize"
    assert form.hidden == {"state": "a & b", "answer": ""}
    assert form.asked == {"username", "password", "consent"}
    assert form.options == {}


def test_the_options_for_a_security_key_are_read():
    assert Form('<p data-options=\'{"challenge": "x"}\'>').options == {"challenge": "x"}


def test_a_page_without_a_form_asks_nothing():
    form = Form("Nobody is signed in.")
    assert (form.action, form.hidden, form.asked) == ("", {}, set())


def test_who_signs_in_and_says_yes_is_greeted_by_the_application(scene):
    assert scene.sign_in().text == "Hello, u-1815-12-10."


def test_who_says_no_comes_back_without_a_session(scene):
    answer = scene.sign_in(allow=False)
    assert answer.text == "Sign-in refused: the provider said access_denied."
    assert [e for e in scene.lab.wire if "consent=deny" in e.request_body]
    assert not scene.wiki.sessions


def test_a_wrong_password_is_tried_once(scene):
    assert scene.sign_in(password="wrong").status_code == 403
    assert [line["outcome"] for line in scene.lab.audit] == ["failure"]


def test_the_walk_stops_before_the_address_that_was_named(scene):
    answer = scene.sign_in(until=WIKI + "/cb")
    assert answer.next_request is not None
    assert "code" in parse_qs(urlsplit(answer.headers["location"]).query)
    assert not scene.wiki.sessions


def test_the_second_factor_is_answered_where_somebody_can(scene):
    scene.provider.enrol_second_factor("ada", Totp(SECRET, scene.lab.clock))
    assert "ticket" in Form(scene.sign_in().text).hidden
    answer = scene.sign_in(answer=lambda _page: totp(SECRET, scene.lab.clock.now))
    assert answer.text == "Hello, u-1815-12-10."


def test_the_latest_session_of_an_application_is_the_one_that_began_last(scene):
    with pytest.raises(LookupError, match="Nobody is signed in at https://wiki.example"):
        scene.wiki.latest_session()
    scene.sign_in()
    first = scene.wiki.latest_session()
    scene.sign_in()
    second = scene.wiki.latest_session()
    assert second["claims"]["iat"] > first["claims"]["iat"]
    assert list(scene.wiki.sessions.values()) == [first, second]
