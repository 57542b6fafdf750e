"""A second factor is met by the right answer, in time and once: everything else is
factors.WrongAnswer and nothing else.
"""

import re
from html import unescape
from urllib.parse import urlencode

import httpx
import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from how_many import draws
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tables import table
from two_apps import NOTES, WIKI, TwoApps

from labutils.identity.factors import STEP, Prompt, Push, Totp, WrongAnswer, totp
from labutils.identity.person import fill, sign_in
from labutils.lab import Clock, dice

MANY = settings(
    max_examples=draws(150),
    derandomize=True,
    database=None,
    deadline=None,
    report_multiple_bugs=False,
)
TEXT = st.text(st.characters(exclude_categories=()), max_size=20)
SECRET, START = b"12345678901234567890", "2023-10-18T09:00:00Z"  # the start of a step
STALE = "the code is wrong, or too old, or was used before"
PASSWORD = "analytical-engine-1843"


def app(secret: bytes = SECRET) -> tuple[Totp, Clock]:
    clock = Clock(START)
    return Totp(secret, clock), clock


def refused(
    factor: Totp | Push, answer: str, reason: str, remembered: Prompt | None = None
) -> None:
    """The answer is refused by WrongAnswer itself, with this reason."""
    with pytest.raises(WrongAnswer) as refusal:
        factor.check(remembered, answer)
    assert (refusal.type, str(refusal.value)) == (WrongAnswer, reason)


# --- one-time codes -----------------------------------------------------------------------------


@table(
    "now, code",
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_codes_that_rfc_6238_prints_are_ours(now, code):  # appendix B, SHA-1
    assert totp(SECRET, now, 8) == code and totp(SECRET, now) == code[2:]


@given(
    st.binary(min_size=1, max_size=80),
    st.integers(0, 2**45) | st.floats(0, 2**45),
    st.integers(6, 8),
)
@MANY
def test_cryptography_computes_the_same_codes(secret, now, digits):
    assert (
        totp(secret, now, digits)
        == TOTP(secret, digits, SHA1(), STEP, enforce_key_length=False).generate(now).decode()
    )


@table(
    "moved, good",
    [
        (-STEP, False),
        (-1, False),
        (0, True),
        (STEP - 1, True),
        (STEP, True),
        (2 * STEP - 1, True),
        (2 * STEP, False),
        (100 * STEP, False),
    ],
)
def test_a_code_is_good_in_its_step_and_in_the_next_and_not_before_or_after(moved, good):
    factor, clock = app()
    code = totp(SECRET, clock.now)
    clock.now += moved
    if good:
        factor.check(None, code)
    refused(factor, code, STALE)


def test_a_code_is_good_once_and_none_older_than_the_last_is_good():
    factor, clock = app()
    older, newer = totp(SECRET, clock.now), totp(SECRET, clock.now + STEP)
    clock.tick(STEP)
    factor.check(None, newer)
    for code in (newer, older):
        refused(factor, code, STALE)
    clock.tick(STEP)
    refused(factor, newer, STALE)
    factor.check(None, totp(SECRET, clock.now))


def test_a_code_that_two_steps_share_is_good_once():
    factor, clock = app(b"\0\5\x8b\3")  # found by trying: one secret in a million
    code = totp(factor.secret, clock.now)
    assert code == totp(factor.secret, clock.now - STEP)
    factor.check(None, code)
    refused(factor, code, STALE)


@given(
    st.binary(min_size=1, max_size=20),
    st.lists(st.tuples(st.integers(0, 40), st.integers(-3, 2)), max_size=12),
)
@MANY
def test_a_code_is_taken_of_this_step_or_the_last_and_later_than_what_was_taken(secret, tries):
    (factor, clock), last = app(secret), 0
    for passed, step in tries:
        clock.tick(passed)
        offered = clock.now // STEP + step
        if step in (-1, 0) and offered > last:
            factor.check(None, totp(secret, offered * STEP))
            last = offered
        else:
            refused(factor, totp(secret, offered * STEP), STALE)


@given(TEXT)
@example("\ud800")
@example("é")
@example("１２３４５６")
@example("000000")
@MANY
def test_any_text_for_a_code_is_refused_and_the_right_one_stays_good(answer):
    factor, clock = app()
    for text in (
        answer,
        totp(SECRET, clock.now) + answer if answer else " ",
        totp(SECRET, clock.now)[:-1] + answer[:1] + "x",
    ):
        refused(factor, text, STALE)
    factor.check(None, totp(SECRET, clock.now))


# --- push ---------------------------------------------------------------------------------------


def asked(push: Push) -> tuple[str, Prompt]:
    """What the page says, and the prompt on the phone."""
    texts, prompt = push.ask(dice("push", "test").__next__)
    assert prompt is push.phone[-1]
    return texts["ask"], prompt


def test_without_number_matching_a_yes_is_enough_and_no_yes_is_not():
    push = Push()
    says, prompt = asked(push)
    assert (says, prompt.number) == ("Approve it on your phone", None)
    refused(push, "yes", "nobody approved it on the phone", prompt)
    prompt.approve()
    assert push.check(prompt, "") is None


@table("typed", [(), ("",), ("99",), ("0",), (" {0}",), ("{0}0",), ("{0}\n",), ("None",)])
def test_with_number_matching_a_yes_with_no_number_or_a_wrong_one_is_none(typed):
    push = Push(number_matching=True)
    _, prompt = asked(push)
    assert prompt.number != "99"
    prompt.approve(*(text.format(prompt.number) for text in typed))
    refused(push, prompt.number, "nobody approved it on the phone", prompt)


def test_with_number_matching_a_yes_with_the_number_on_the_page_is_enough():
    push = Push(number_matching=True)
    says, prompt = asked(push)
    assert says == f"Type {prompt.number} on your phone"
    prompt.approve(re.search(r"\d\d", says)[0])
    push.check(prompt, "")


@pytest.mark.parametrize("matching", [False, True])
@given(answer=TEXT)
@settings(MANY, max_examples=draws(50))
def test_what_the_browser_sends_does_not_count(matching, answer):
    push = Push(matching)
    _, prompt = asked(push)
    refused(push, answer, "nobody approved it on the phone", prompt)
    refused(push, prompt.number or "yes", "nobody approved it on the phone", prompt)
    prompt.approve(prompt.number or answer)
    push.check(prompt, answer)


@pytest.mark.parametrize("matching", [False, True])
def test_each_prompt_is_answered_for_itself(matching):
    push, draw = Push(matching), dice("push", "test").__next__
    first, second = (push.ask(draw)[1] for _ in range(2))
    assert push.phone == [first, second] and (first.number != second.number) == matching
    second.approve(second.number or "")
    refused(push, "", "nobody approved it on the phone", first)
    push.check(second, "")
    first.approve(second.number or "")
    assert first.approved != matching  # without numbers one yes is like another


def test_numbers_have_two_digits_and_the_same_seed_draws_the_same():
    def numbers(seed: str) -> list[str]:
        push, draw = Push(number_matching=True), dice(seed, "test").__next__
        return [push.ask(draw)[1].number for _ in range(900)]

    assert numbers("a") == numbers("a") != numbers("b")
    assert {len(number) for number in numbers("a")} == {2} and set(numbers("a")) == {
        str(number) for number in range(10, 100)
    }


# --- through the provider -----------------------------------------------------------------------


def apps_with(factor: object) -> TwoApps:
    apps = TwoApps("factors")
    apps.provider.users["ada"].second_factor = factor
    return apps


def signs_in(apps: TwoApps, answer, at: str = WIKI) -> httpx.Response:
    return sign_in(apps.ada, at + "/login", "ada", PASSWORD, answer=answer)


def yes_on(push: Push):
    """What Ada does: she looks at the page, says yes, and types the number that stands there."""

    def answer(page: httpx.Response) -> str:
        push.phone[-1].approve("".join(re.findall(r"Type (\d\d) on", page.text)))
        return ""

    return answer


@pytest.mark.parametrize("matching", [False, True])
def test_a_push_signs_in_and_the_id_token_says_how(matching):
    push = Push(matching)
    apps = apps_with(push)
    assert signs_in(apps, yes_on(push)).text == "Hello, u-1815."
    (session,) = apps.wiki.sessions.values()
    assert session["claims"]["amr"] == ["pwd", "mca", "mfa"] and len(push.phone) == 1
    assert (
        signs_in(apps, answer=None, at=NOTES).text == "Hello, u-1815." and len(push.phone) == 1
    )  # the session asks no more


@pytest.mark.parametrize(
    "factor, reason",
    [
        (Push(), "nobody approved it on the phone"),
        (Push(True), "nobody approved it on the phone"),
        (Totp(SECRET, Clock(START)), STALE),
    ],
    ids=["push", "number", "totp"],
)
def test_a_refused_answer_leaves_a_line_with_its_reason_and_no_session(factor, reason):
    apps = apps_with(factor)
    assert signs_in(apps, answer=lambda _page: "yes").status_code == 403
    said = {
        name: apps.lab.audit[-1].get(name)
        for name in ("service", "event", "outcome", "user", "error", "ip")
    }
    assert said == {
        "service": "login.example",
        "event": "session.start",
        "outcome": "failure",
        "user": "ada",
        "error": reason,
        "ip": "192.0.2.10",
    }
    assert not apps.provider.sessions


def test_a_page_gets_one_answer_and_a_yes_that_comes_later_opens_nothing():
    push = Push()
    apps = apps_with(push)
    page = signs_in(apps, answer=None)
    assert fill(apps.ada, page, answer="yes").status_code == 403
    push.phone[-1].approve()
    assert fill(apps.ada, page, answer="yes").status_code == 403
    assert (
        not apps.provider.sessions
        and apps.lab.audit[-1]["error"] == "the ticket is unknown, or was used before"
    )


@table(
    "answer",
    [b"", b"%ff", b"%ED%A0%80", b"%00", "١٢٣٤٥٦".encode(), b"1" * 100_000],
    ids=lambda sent: ascii(sent[:9]),
)
def test_hostile_bytes_for_an_answer_are_a_wrong_answer(answer):
    apps = apps_with(None)
    apps.provider.users["ada"].second_factor = Totp(SECRET, apps.lab.clock)
    page = signs_in(apps, answer=None)
    fields = {
        name: unescape(value)
        for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', page.text)
    }
    body = urlencode(fields).encode() + b"&answer=" + answer
    assert (
        apps.ada.post(
            page.url, content=body, headers={"content-type": "application/x-www-form-urlencoded"}
        ).status_code
        == 403
    )
    assert apps.lab.audit[-1]["error"] == STALE and not apps.provider.sessions
