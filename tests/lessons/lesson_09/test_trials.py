"""Lists of moves as 09-4 and 09-5 judge them: any way to the goal passes, and what misses it
is told the rule that refused first."""

import pytest
from how_many import draws
from hypothesis import given, settings
from hypothesis import strategies as st
from moves import ADMINS, CODE_GATE, NEW_USER, SCRIPT, SIGN_IN, WIKI_GATE
from solutions import made
from tables import table

from labutils.classroom.course import lesson
from labutils.classroom.exercises import verdict
from labutils.classroom.judging import PASSED
from labutils.incident.policy import World
from labutils.lab import SceneError
from labutils.lessons.lesson_09 import attack_chain
from labutils.lessons.lesson_09.trials import LONGEST_PLAN, try_stay
from labutils.stage.intruder import GATE

REFUSED = ("smartsheet-account", "okta", "sign-in")


READ = ("smartsheet-account", "jira", "read")
SEARCH = ("smartsheet-account", "confluence", "search")


@pytest.mark.parametrize(
    "moves",
    [
        [GATE, NEW_USER],
        [GATE, SCRIPT],
        [GATE, SIGN_IN, NEW_USER, SCRIPT],
        [REFUSED, GATE, ("smartsheet-account", "jira", "add-to-admins"), NEW_USER],
        [GATE, NEW_USER, ("lookalike-account", "jira", "sign-in")],
    ],
)
def test_whoever_leaves_something_behind_has_a_way_back(moves):
    judged, words = verdict(lesson("09").items["09-4"], moves)
    assert judged is PASSED, words


ARCHIVE = ("bitbucket-account", "bitbucket", "archive")
SEND = ("archives", "outside", "send", "server")


@pytest.mark.parametrize(
    "moves",
    [
        [GATE, SCRIPT, (*ARCHIVE, "server"), SEND],
        [CODE_GATE, ARCHIVE],
        [CODE_GATE, ("bitbucket-account", "bitbucket", "view"), ARCHIVE],
        [REFUSED, GATE, SCRIPT, (*ARCHIVE, "server"), SEND],
    ],
)
def test_archives_are_carried_out_in_more_than_one_way(moves):
    judged, words = verdict(lesson("09").items["09-5"], moves)
    assert judged is PASSED, words


VIEW = ("lookalike-account", "bitbucket", "view", "server")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([GATE, NEW_USER, SCRIPT], [VIEW]),
        ([GATE, SCRIPT, REFUSED, NEW_USER, ADMINS], [REFUSED, VIEW[:3], VIEW]),
        ((GATE, (*SCRIPT,), [*NEW_USER]), ([*VIEW],)),
        ([GATE, SCRIPT, (*NEW_USER, "server")], [VIEW]),
        ([CODE_GATE, *[ARCHIVE] * 3, GATE, SCRIPT, NEW_USER], [VIEW]),
    ],
    ids=["plain", "with detours", "tuples and lists", "made from the server", "a second alarm"],
)
def test_an_account_and_a_program_together_survive_the_alarm(before, after):
    judged, words = verdict(lesson("09").items["09-9"], {"before": before, "after": after})
    assert judged is PASSED, words


@pytest.mark.parametrize(
    ("before", "after", "mistake"),
    [
        ([GATE, NEW_USER, SCRIPT, CODE_GATE], [VIEW[:3]], "reachable"),
        ([GATE, NEW_USER, SCRIPT, VIEW], [], "goal"),
        ([GATE, NEW_USER, SCRIPT], [GATE, VIEW[:3]], "not_contained"),
        ([GATE, SCRIPT], [(*NEW_USER, "server"), VIEW], "not_contained"),
        ([GATE, NEW_USER], [VIEW], "held"),
        ([], [VIEW], "held"),
        ([GATE, SCRIPT, NEW_USER], [("bitbucket-account", *VIEW[1:])], "not_contained"),
        ([GATE, "script"], [VIEW], "move"),
        ([..., ...], [...], "move"),
    ],
    ids=repr,
)
def test_nothing_else_survives_it(before, after, mistake):
    exercise = lesson("09").items["09-9"]
    judged, words = verdict(exercise, {"before": before, "after": after})
    assert judged.mistake == mistake and words.endswith(exercise.sentence(mistake))


@table("odd", [None, [], [VIEW], {"before": [VIEW]}, {"before": 1, "after": 2}, {1: [], 2: []}])
def test_what_is_not_two_lists_is_told_so(odd):
    assert verdict(lesson("09").items["09-9"], odd)[0].mistake == "lists"


@table(
    ("moves", "mistake", "says"),
    [
        (
            [SIGN_IN],
            "reachable",
            "there is no way from the internet to what is behind",
        ),
        ([("moveworks-token", "gateway", "probe"), REFUSED], "person_present", "okta asks for a"),
        ([GATE, ("bitbucket-account", "jira", "read")], "permitted", "may not jira:read"),
        (
            [("aws-account", "aws", "describe"), WIKI_GATE],
            "goal",
            "goal",
        ),
        ([GATE, SIGN_IN[:2]], "move", "at move 2"),
        ([("moveworks-token", "gateway", "Jira")], "move", "There is no action 'Jira' at gateway"),
        ([("moveworks", "gateway", "jira")], "move", "You do not hold 'moveworks'"),
        ([(*SIGN_IN, "server")], "held", "None of your programs runs on the server"),
        ([("implant", "jira", "read")], "held", "You do not hold 'implant'"),
        ([SIGN_IN, ("implant", "jira", "read")], "reachable", "move 1, ('smartsheet-account'"),
        ([SIGN_IN, ("moveworks",)], "reachable", "move 1, ('smartsheet-account'"),
        (GATE, "move", "'moveworks-token' is not a move"),
    ],
)
def test_moves_that_miss_the_goal_are_told_what_refused_them(moves, mistake, says):
    exercise = lesson("09").items["09-4"]
    judged, words = verdict(exercise, moves)
    *_, step = try_stay(moves)
    assert judged.mistake == mistake and says in str(step.seen)
    assert words.endswith(exercise.sentence(mistake))


@table("name", ["09-4", "09-5", "09-9"])
def test_a_list_of_moves_without_end_is_none(name):
    moves = [GATE] * (LONGEST_PLAN + 1)
    answer, mistake = (
        ({"before": moves, "after": []}, "lists") if name == "09-9" else (moves, "move")
    )
    assert verdict(lesson("09").items[name], answer)[0].mistake == mistake


TEXTS = st.sampled_from([*GATE, *SIGN_IN, *SCRIPT, "server", "", "\x1b[31m", "../x", "'"])
ANYTHING = st.one_of(st.none(), st.integers(), st.binary(max_size=4), TEXTS)


@given(st.lists(st.one_of(ANYTHING, st.lists(st.one_of(TEXTS, ANYTHING), max_size=5)), max_size=6))
@settings(deadline=None, max_examples=draws(60))
def test_whatever_is_handed_in_as_moves_gets_a_verdict_with_a_sentence(moves):
    judged, words = verdict(lesson("09").items["09-4"], moves)
    assert judged is PASSED or judged.mistake in lesson("09").items["09-4"].mistakes
    assert "\x1b" not in words and "Traceback" not in words


def test_the_owner_is_who_signed_in_with_a_key():
    line = attack_chain.played(World.historical()).lines["okta"][0].line
    assert attack_chain.owner() == (line.request.address, line.agent)
    assert attack_chain.owner()[1] == made("09-10")["disguise"]["agent"]


def test_no_address_and_no_user_agent_hides_more_than_half_of_the_fields():
    address, agent = attack_chain.owner()
    best = attack_chain.fields_that_differ("192.0.2.77", agent)
    assert set(best) == {"address", "device", "behavior"} and sum(map(len, best.values())) == 5
    assert not attack_chain.fields_that_differ(address, agent)
    for other in ("203.0.113.66", "198.51.100.9", "2001:db8::7"):
        worse = attack_chain.fields_that_differ(other, agent)
        assert {"network", "place"} <= worse.keys()
        assert sum(map(len, worse.values())) == 19 + (":" in other)


def test_the_thief_of_2023_is_ridden_as_logged():
    line = attack_chain.played(World.historical()).lines["okta"][attack_chain.THIEFS][0].line
    ridden = attack_chain.ridden(line.request.address, line.agent)
    assert ridden == attack_chain.played(World.historical()).audit["okta"][attack_chain.THIEFS]


@table("address", ["", "next door", "192.0.2", None])
def test_what_is_no_address_is_told_so_in_a_sentence(address):
    with pytest.raises(SceneError, match="is no IP address"):
        attack_chain.ride(address, "curl")


@table(
    ("disguise", "mistake"),
    [
        ({"address": "192.0.2.77", "agent": attack_chain.owner()[1]}, None),
        ({"address": "192.0.2.200", "agent": attack_chain.owner()[1]}, None),
        ({"address": "192.0.2.13", "agent": attack_chain.owner()[1]}, "laptop"),
        ({"address": "192.0.2.77", "agent": attack_chain.owner()[1] + " "}, "agent"),
        ({"address": "192.0.2.77", "agent": ""}, "agent"),
        ({"address": "198.51.100.77", "agent": attack_chain.owner()[1]}, "network"),
        ({"address": "192.0.2.0/24", "agent": attack_chain.owner()[1]}, "address"),
        ({"address": "192.0.2.77"}, "form"),
        ({"address": 3221226061, "agent": attack_chain.owner()[1]}, "form"),
        ({"address": ["192.0.2.77"], "agent": attack_chain.owner()[1]}, "form"),
    ],
)
def test_a_disguise_is_judged_by_what_still_differs(disguise, mistake):
    judged, _ = verdict(lesson("09").items["09-10"], disguise)
    assert judged.mistake == mistake and (judged is PASSED) is (mistake is None)


def test_the_question_about_fields_says_what_the_log_holds():
    log = attack_chain.played(World.historical()).audit["okta"]
    owners, thiefs = log[attack_chain.OWNERS], log[attack_chain.THIEFS]
    found = attack_chain.differing(owners, thiefs)
    fields, browser = sum(map(len, found.values())), len(found["browser"])
    item = lesson("09").items["09-p23"]
    first, last = attack_chain.THIEFS.start + 1, attack_chain.THIEFS.stop
    assert f"lines ({first} to {last})" in item.question and f"in {fields} fields" in item.question
    assert f"({attack_chain.OWNERS.start + 1} to {attack_chain.OWNERS.stop})" in item.question
    assert item.guesses["d"].value == fields - browser
