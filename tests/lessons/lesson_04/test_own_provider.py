"""A wiki at which each company brings its provider, and a document that speaks for another."""

import httpx
import pytest
from solutions import made

from labutils.lessons.lesson_04.form_post import FORM
from labutils.lessons.lesson_04.id_tokens import ADA
from labutils.lessons.lesson_04.own_provider import (
    TOMS,
    sign_in_by_own,
    with_toms_provider,
)
from labutils.stage.two_apps import LOGIN

validate, trust = made("04-4")["validate"], made("04-6")["trust"]


def test_whoever_wrote_the_document_is_whom_the_document_names():
    page = sign_in_by_own(with_toms_provider(validate))
    assert page.status_code == 200 and page.json() == {"hello": f"{ADA} of {LOGIN}"}


def test_a_document_that_speaks_for_another_address_is_refused_before_anybody_is_sent_there():
    apps = with_toms_provider(validate, trust)
    page = sign_in_by_own(apps)
    assert page.status_code == 401 and TOMS in page.json()["error"]
    assert not [one for one in apps.lab.wire if one.path in ("/cb", "/jwks")]


def test_an_honest_provider_still_begins_a_sign_in_there():
    apps = with_toms_provider(validate, trust)
    answer = apps.ada.get(FORM + "/login")
    assert answer.headers["location"].startswith(f"{LOGIN}/authorize?nonce=")
    by_address = apps.ada.get(FORM + "/login", params={"issuer": LOGIN})
    assert by_address.headers["location"].startswith(f"{LOGIN}/authorize?nonce=")


@pytest.mark.parametrize("token", ["", "x", "a.b.c"])
def test_what_is_no_token_signs_nobody_in(token):
    apps = with_toms_provider(validate)
    answer = apps.tom.get(FORM + "/login", params={"issuer": TOMS})
    assert httpx.URL(answer.headers["location"]).host == "login.tom.test"
    assert apps.tom.post(FORM + "/cb", data={"id_token": token}).status_code == 401
