"""Lesson 11: a certificate that a proxy passes on, or that a client writes (RFC 9440)."""

import pytest

from labutils.classroom.course import lesson
from labutils.identity.oauth import bearer
from labutils.lessons.lesson_11.tls_proxy import (
    behind_proxy,
    certificate_in,
    client_cert,
    forward_all,
)
from labutils.stage.two_apps import API


def careful():
    """The model solution of 11-6."""
    namespace = {"client_cert": client_cert}
    exec(lesson("11").items["11-6"].solution, namespace)
    return namespace["forward"]


def test_an_api_behind_a_careless_proxy_works_for_the_holder_and_refuses_a_bare_token():
    apps, backup = behind_proxy()
    assert backup.machine.get(API + "/me", headers=bearer(backup.token)).json()["sub"] == "backup"
    answer = apps.tom.get(API + "/me", headers=bearer(backup.token))
    assert answer.status_code == 401 and "the connection showed none" in answer.text


@pytest.mark.parametrize("name", ["client-cert", "Client-Cert", "client_cert"])
def test_a_header_that_a_thief_writes_opens_behind_a_careless_proxy_and_not_behind_a_careful_one(
    name,
):
    for forward, status in ((forward_all, 200), (careful(), 401)):
        apps, backup = behind_proxy(forward)
        headers = bearer(backup.token) | {name: client_cert(backup.certificate)}
        assert apps.tom.get(API + "/me", headers=headers).status_code == status
        own = backup.machine.get(API + "/me", headers=bearer(backup.token))
        assert own.status_code == 200


def test_a_proxy_that_saw_a_certificate_overwrites_the_header_even_if_it_is_careless():
    apps, backup = behind_proxy()
    headers = bearer(backup.token) | {"client-cert": client_cert(b"another")}
    assert backup.machine.get(API + "/me", headers=headers).status_code == 200


@pytest.mark.parametrize("header", ["", "::", ":AAAA:", "not base64", ":" * 99])
def test_a_header_that_holds_no_certificate_is_none(header):
    assert certificate_in(header) == b""


def test_a_certificate_comes_out_as_it_went_in():
    _, backup = behind_proxy()
    assert certificate_in(client_cert(backup.certificate)) == backup.certificate
