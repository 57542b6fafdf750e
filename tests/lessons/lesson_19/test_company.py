"""For whom a token is, and what the API behind a server learns of a call."""

import pytest

from labutils.lessons.lesson_19.company import (
    DELEGATION,
    FILES,
    IMPERSONATION,
    PASSTHROUGH,
    TOMS_TOKENS,
    TOOLS,
    company,
    status_at,
    who_was_it,
)


@pytest.mark.parametrize(
    ("door", "statuses"),
    [
        ("careful", [401, 401, 200]),
        ("obedient", [401, 200, 200]),
        ("eager", [200, 200, 200]),
        (lambda _, claims, me: me == claims["aud"], [401, 401, 401]),
        (lambda header, *_: header["typ"] == "at+jwt", [200, 200, 200]),
    ],
)
def test_what_toms_tokens_open_at_each_door(door, statuses):
    assert [status_at(door, addresses) for addresses in TOMS_TOKENS.values()] == statuses


@pytest.mark.parametrize("door", ["careful", "obedient", "eager"])
def test_a_token_that_is_for_the_server_opens_every_door(door):
    assert status_at(door, (TOOLS,)) == 200


@pytest.mark.parametrize(
    ("way", "named"),
    [(PASSTHROUGH, (10, 10, 0)), (IMPERSONATION, (10, 0, 10)), (DELEGATION, (10, 10, 10))],
)
def test_the_log_names_whom_the_token_names(way, named):
    assert tuple(who_was_it(way).values()) == named


def test_the_api_refuses_the_tools_token_unless_it_was_told_to_take_it():
    one = company()
    token = one.token(TOOLS)
    assert one.call_on(token, PASSTHROUGH).status_code == 401
    one.files.also = (TOOLS,)
    assert one.call_on(token, PASSTHROUGH).status_code == 200


def test_the_provider_gives_nothing_for_a_token_that_is_not_for_the_tools():
    one = company()
    with pytest.raises(KeyError):
        one.exchanged(one.token(FILES), DELEGATION)
