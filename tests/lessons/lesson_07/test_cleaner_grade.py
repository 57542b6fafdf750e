"""The recording of lesson 07, graded: what four cleaners leave in it, which doors that still opens,
and what support can still answer."""

import functools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recordings import (
    CASE,
    EXPORTED,
    HIDING_PLACES,
    MANY,
    RAW,
    a_har,
    anything,
    holds,
    names,
    planted,
)
from tables import table

from labutils import har
from labutils.lessons.lesson_07 import cleaner_grade
from labutils.lessons.lesson_07.recorded_case import SHORTEST, Door, doors, rebuild

CLEANERS = {
    "untouched": cleaner_grade.untouched,
    "three headers": cleaner_grade.drop_three_headers,
    "word list": cleaner_grade.word_list,
    "default deny": lambda found: har.clean(found, "a salt"),
}


@functools.cache
def rebuilt():
    return rebuild(CASE)


# --- what the recording gives away ---------------------------------------------------------------


def test_the_recorded_case_gives_away_who_and_until_when():
    found = {(finding.kind, finding.holder) for finding in har.findings(CASE)}
    ada = rebuilt().provider.users["ada"].sub
    assert {
        ("access token", ada),
        ("ID token", ada),
        ("refresh token", ada),
        ("session cookie", ada),
        ("code", ada),
        ("code verifier", ada),
        ("password", "ada"),
        ("API key", ada),
        ("CSRF token", "ada"),
        ("password", None),
    } <= found
    ends = {finding.expires for finding in har.findings(CASE) if finding.kind == "access token"}
    assert ends == {issued.expires for issued in rebuilt().provider.access_tokens.values()}


# --- what weak cleaners leave --------------------------------------------------------------------


@pytest.mark.parametrize(
    "weak, leaves",
    [
        ("untouched", {"the Cookie header", "a JSON name"}),
        ("three headers", {"an opaque token in JSON", "an API key header", "a form as text"}),
        (
            "word list",
            {
                "the list of cookies",
                "a body in base64",
                "a path segment",
                "a JSON name",
                "an API key header",
            },
        ),
    ],
)
def test_weak_cleaners_leave_hiding_places_open(weak, leaves):
    assert leaves <= {
        place for place in HIDING_PLACES if holds(CLEANERS[weak](planted(place, "title")))
    }


def test_a_word_list_that_knows_one_letter_case_leaves_the_others():
    assert not holds(cleaner_grade.word_list(planted("the Authorization header", "title")))
    assert holds(cleaner_grade.word_list(planted("the Authorization header", "lower")))
    assert not holds(cleaner_grade.drop_three_headers(planted("the Authorization header", "lower")))


TOKEN = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl"


@table("name", cleaner_grade.SECRETIVE.split("|"))
def test_a_word_list_removes_what_stands_beside_each_of_its_words(name):
    header, in_json = {"name": name, "value": "s3cret"}, f'{{"{name}": "s3cret"}}'
    file = {"log": [header, in_json, f"{name}=s3cret&then=kept", {"name": "Accept"}]}
    assert cleaner_grade.word_list(file) == {
        "log": [
            {"name": name, "value": "[removed]"},
            f'{{"{name}": "[removed]"}}',
            f"{name}=[removed]&then=kept",
            {"name": "Accept"},
        ]
    }


def test_where_the_signatures_are_taken_off_the_claims_stay_readable():
    file = {"log": {"text": f"token {TOKEN}, and code=s3cret"}}
    header_and_claims = TOKEN.rpartition(".")[0]
    assert cleaner_grade.signatures_off(file) == {
        "log": {"text": f"token {header_and_claims}.removed, and code=[removed]"}
    }


# --- grading by replay --------------------------------------------------------------------------


def test_the_rebuilt_provider_gives_out_the_very_tokens_that_are_in_the_file():
    provider, written = rebuilt().provider, har.strings(CASE)
    assert {*provider.sessions, *provider.codes, *provider.refresh_tokens} <= written
    recorded = [
        entry
        for entry in CASE["log"]["entries"]
        if entry["request"]["url"].startswith(provider.issuer)
    ]
    for entry, exchange in zip(recorded, rebuilt().lab.wire, strict=True):
        assert (exchange.method, exchange.url) == (
            entry["request"]["method"],
            entry["request"]["url"],
        )
        assert exchange.status == entry["response"]["status"]
        assert exchange.response_body == entry["response"]["content"].get(
            "text", exchange.response_body
        )
    assert rebuild(EXPORTED).provider.refresh_tokens.keys() == provider.refresh_tokens.keys()


@pytest.mark.parametrize(
    "cleaner, opened",
    [
        ("untouched", {"session cookie": 1, "access token": 2, "refresh token": 1, "password": 1}),
        ("three headers", {"access token": 2, "refresh token": 1, "password": 1}),
        ("word list", {"session cookie": 1}),
        ("default deny", {}),
    ],
)
def test_the_sweep_tries_every_text_at_every_door(cleaner, opened):
    graded = har.sweep(CLEANERS[cleaner](CASE), doors(rebuilt()))
    assert {door: len(found) for door, found in graded.items() if found} == opened
    assert list(graded) == ["session cookie", "access token", "refresh token", "code", "password"]


def test_a_try_at_one_door_changes_nothing_at_another():
    opens, provider = doors(rebuilt()), rebuilt().provider
    spent, fresh = [
        token
        for token, issued in sorted(provider.refresh_tokens.items(), key=lambda item: item[1].live)
    ]
    cookie, code = next(iter(provider.sessions)), next(iter(provider.codes))
    for _ in range(2):
        assert not opens["refresh token"](spent) and not opens["code"](
            code
        )  # each would end the whole family
        assert (
            opens["refresh token"](fresh)
            and opens["session cookie"](cookie)
            and opens["password"]("lab-password")
        )
    assert not any(
        opens[door](text)
        for door in opens
        for text in ("", "x", "ü", "a\nb", "\ud800", "TEXT", "?code=", "&code=1")
    )


def test_the_door_for_codes_opens_for_one_that_nobody_has_used():
    again = rebuild({"log": CASE["log"] | {"entries": CASE["log"]["entries"][:5]}})
    verifier = rebuilt().verifier
    opens = doors(type(again)(again.lab, again.provider, verifier))["code"]
    assert opens(next(iter(again.provider.codes))) and not opens("another")


def test_the_default_export_is_the_recording_without_three_headers():
    same = cleaner_grade.drop_three_headers(CASE)["log"]
    assert {name: value for name, value in same.items() if name not in ("comment", "creator")} == {
        name: value for name, value in EXPORTED["log"].items() if name not in ("comment", "creator")
    }
    assert "Derived from support-case.har" in EXPORTED["log"]["comment"] and len(RAW) < 200_000


# --- grading by usefulness ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "cleaner, lost",
    [
        ("untouched", set()),
        ("default deny", {"what did the error say"}),
        ("three headers", {"was it the same session", "was the same token sent"}),
    ],
)
def test_what_support_can_still_answer(cleaner, lost):
    answered = cleaner_grade.usefulness(CASE, CLEANERS[cleaner](CASE))
    assert (
        len(answered) >= 5 and {question for question, good in answered.items() if not good} == lost
    )


def test_a_file_in_which_everything_is_blanked_answers_little():
    blank = cleaner_grade.untouched(CASE)
    for entry in blank["log"]["entries"]:
        entry["request"] |= {"url": "", "headers": [], "cookies": []}
    assert (
        sum(cleaner_grade.usefulness(CASE, blank).values())
        < len(cleaner_grade.usefulness(CASE, blank)) - 2
    )


@MANY
@given(st.lists(st.dictionaries(names, anything, max_size=6), max_size=3))
def test_whatever_stands_in_a_har_it_can_be_graded(entries):
    found = a_har(*entries)
    assert len(cleaner_grade.usefulness(found, har.clean(found, "a salt"))) >= 5


@pytest.mark.parametrize("found", [None, [], {}, {"log": []}, {"log": {"entries": ["x"]}}])
def test_what_is_no_har_is_not_graded(found):
    with pytest.raises(har.NotHar, match="That is not a HAR"):
        cleaner_grade.usefulness(found, found)


def test_no_credential_of_the_recording_is_shorter_than_what_a_thief_tries():
    openers = {text for texts in har.sweep(CASE, doors(rebuild(CASE))).values() for text in texts}
    lengths = [len(finding.value) for finding in har.findings(CASE)]
    assert min(lengths) >= SHORTEST and min(map(len, openers)) >= SHORTEST


@pytest.mark.parametrize(
    "text", ["two words", "a;b=c,d-e", "line\nbreak", 'quo"te-quote', "schlüssel"]
)
def test_what_no_header_can_carry_opens_no_door_of_a_header(text):
    door = Door("/userinfo", "HTTP_AUTHORIZATION", "Bearer ")
    assert door.with_credential({}, text) is None
    assert door.with_credential({}, "eyJ.eyJ-_.a+b/c~=") == {
        "HTTP_AUTHORIZATION": "Bearer eyJ.eyJ-_.a+b/c~="
    }
