"""What a team did: whom it refuses, from when, until when, and what it is not."""

from contextlib import suppress
from dataclasses import replace

import pytest
from how_many import draws
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import table

from labutils.live.company import MINUTE, LiveCompany
from labutils.live.containment import (
    KINDS,
    CannotDo,
    Containment,
    LiveAct,
    checked,
    down_time,
)
from labutils.live.drawing import draw

ELSEWHERE = "203.0.113.200"


@pytest.fixture
def token(company: LiveCompany) -> str:
    """The token of the planning connector."""
    assert company.drawn is not None
    return f"{company.drawn.company.words['planning']}-token"


def test_a_replaced_credential_refuses_old_copies_and_no_new_ones(
    company: LiveCompany, token: str
) -> None:
    held = company.case.estate.credentials[token]
    at = company.start + 600
    contained = Containment(company, [LiveAct("revoke", token, at)])
    assert contained.refuses(held, company.start, ELSEWHERE, at - 1) is None
    assert contained.refuses(held, company.start, ELSEWHERE, at) == f"{token} was replaced"
    assert contained.refuses(held, at + 1, ELSEWHERE, at + 5) is None  # read anew


def test_a_disabled_account_refuses_all_that_it_has_until_it_is_enabled(
    company: LiveCompany, token: str
) -> None:
    held = company.case.estate.credentials[token]
    account, start = company.account_of(held), company.start
    contained = Containment(company, [LiveAct("disable", account, start + 60)])
    assert contained.refuses(held, start + 90, ELSEWHERE, start + 100) == (
        f"{account} is switched off"
    )
    assert contained.add(LiveAct("enable", account, start + 200))
    assert contained.refuses(held, start, ELSEWHERE, start + 199)
    assert contained.refuses(held, start, ELSEWHERE, start + 200) is None


def test_a_bound_credential_works_at_home_alone(company: LiveCompany, token: str) -> None:
    held = company.case.estate.credentials[token]
    contained = Containment(company, [LiveAct("bind", token, company.start)])
    home = held.holder.home
    assert contained.refuses(held, 0, home, company.start + 1) is None
    assert "usual addresses" in str(contained.refuses(held, 0, ELSEWHERE, company.start + 1))


def test_a_block_holds_for_one_address_or_for_256(company: LiveCompany) -> None:
    one = Containment(company, [LiveAct("block", "203.0.113.7", company.start)])
    assert one.is_blocked("203.0.113.7", company.start)
    assert not one.is_blocked("203.0.113.77", company.start)
    assert not one.is_blocked("203.0.113.7", company.start - 1)
    many = Containment(company, [LiveAct("block", "203.0.113.0/24", company.start)])
    assert many.is_blocked("203.0.113.77", company.start)
    assert not many.is_blocked("203.0.11.77", company.start)


def test_what_shuts_colleagues_out_is_counted_and_leaves_the_line_of_a_refusal(
    company: LiveCompany, token: str
) -> None:
    own = [one for one in company.ordinary if one.who == token and one.at > company.start]
    event = own[0]
    revoked = Containment(company, [LiveAct("revoke", token, event.at - 60)])
    assert revoked.shuts_out(event) == LiveAct("revoke", token, event.at - 60)
    later = replace(event, at=event.at + down_time("service-token", 240))
    assert revoked.shuts_out(later) is None
    assert event.refused is not None and '"isSuccessfulLogin": 0' in event.refused.text
    bound = Containment(company, [LiveAct("bind", token, company.start)])
    assert bound.shuts_out(event) is None  # it works where it always worked
    others = [one for one in company.ordinary if one.who != token]
    assert not any(revoked.shuts_out(one) for one in others)


def test_an_act_that_changes_nothing_is_none(company: LiveCompany, token: str) -> None:
    contained = Containment(company)
    assert contained.add(LiveAct("bind", token, company.start))
    assert not contained.add(LiveAct("bind", token, company.start + 5))
    assert not contained.add(LiveAct("unblock", "203.0.113.7", company.start + 5))
    assert len(contained.acts) == 1


@table(
    ("kind", "what", "reason"),
    [
        ("erase", "x", "no act called"),
        ("block", "everything", "neither an address"),
        ("block", "0.0.0.0/0", "one address, or a network of 256"),
        ("block", "203.0.113.7/24", "neither an address"),
        ("block", "2001:db8::/48", "Block one address, or a network"),
        ("raise", "syslog", "no log called"),
        ("revoke", "nobody's", "not in the inventory"),
        ("bind", "key of somebody", "not in the inventory"),
        ("revoke", "key of nobody", "not in the inventory"),
        ("revoke", "", "not in the inventory"),
    ],
)
def test_what_is_no_act_gets_a_sentence(
    company: LiveCompany, kind: str, what: str, reason: str
) -> None:
    with pytest.raises(CannotDo, match=reason):
        checked(company, kind, what, company.start)


@given(st.sampled_from([*KINDS, "x"]), st.text(max_size=300))
@settings(max_examples=draws(200), deadline=None)
def test_any_text_is_an_act_or_gets_a_sentence(kind: str, what: str) -> None:
    company = draw("3", 240)
    with suppress(CannotDo):
        Containment(company, [checked(company, kind, what, company.start)])


def test_a_shorter_exercise_goes_faster() -> None:
    assert down_time("service-token", 240) == 20 * MINUTE
    assert down_time("service-token", 60) == 5 * MINUTE
    assert down_time("unknown kind", 240) == 0
