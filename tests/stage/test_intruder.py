"""The learner as the intruder (lesson 09): five ways in, and what refuses a wrong move. No move is
scripted: each is decided where it arrives, as in a replay."""

from dataclasses import replace

import pytest
from moves import CODE_GATE, NEW_USER, SCRIPT, WIKI_GATE
from tables import table

from labutils.incident import policy
from labutils.incident.breach import play, with_controls
from labutils.incident.policy import World
from labutils.stage.intruder import (
    GATE,
    PRODUCTS,
    Intruder,
    NoSuchMove,
    Visit,
    in_product_names,
    product_of,
    ways_back,
)

PATHS = {
    "into Jira": (GATE, ("smartsheet-account", "jira", "sign-in")),
    "the wiki alone": (WIKI_GATE, ("smartsheet-account", "confluence", "search")),
    "source code past the gateway": (CODE_GATE, ("bitbucket-account", "bitbucket", "view")),
    "source code from the server": (
        GATE,
        SCRIPT,
        ("bitbucket-account", "bitbucket", "archive", "server"),
    ),
    "source code as a colleague": (
        GATE,
        NEW_USER,
        CODE_GATE,
        ("lookalike-account", "bitbucket", "view"),
    ),
}


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_five_different_ways_open_move_by_move(path):
    intruder = Intruder()
    results = [intruder.use(*move) for move in path]
    assert all(result.allowed and result.response.status_code == 200 for result in results)
    assert all(result.lines for result in results)


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_each_way_is_shut_where_the_exposed_credentials_were_replaced(path):
    intruder = Intruder(world=with_controls(["exposed_rotated"]))
    first = intruder.use(*path[0])
    assert (first.allowed, first.rule) == (False, "not_replaced")


@table(
    ("moves", "rule", "reason"),
    [
        (
            [("smartsheet-account", "jira", "sign-in")],
            "reachable",
            "there is no way from the internet",
        ),
        ([GATE, ("smartsheet-account", "confluence", "search")], "reachable", "there is no way"),
        ([("aws-account", "gateway", "jira")], "recognised", "gateway accepts: service-token"),
        ([("smartsheet-account", "okta", "sign-in")], "person_present", "okta asks for a key"),
        (
            [GATE, ("bitbucket-account", "jira", "sign-in")],
            "permitted",
            "bitbucket-account may not jira:sign-in",
        ),
        (
            [GATE, SCRIPT, ("implant", "console", "connect", "server")],
            "recognised",
            "console accepts: key; this is: foothold",
        ),
    ],
)
def test_a_wrong_move_is_refused_with_the_reason_of_its_rule(moves, rule, reason):
    intruder = Intruder()
    *_, last = [intruder.use(*move) for move in moves]
    assert (last.allowed, last.rule, last.response.status_code) == (False, rule, 403)
    assert last.reason.startswith(reason)
    assert f"refused in this model, {rule}: {reason}" in str(last)


@table(
    ("move", "sentence"),
    [
        (
            ("moveworks-token", "jenkins", "build"),
            "There is no service 'jenkins'. The services are: okta",
        ),
        (("implant", "jira", "read"), "You do not hold 'implant'. You hold: moveworks-token"),
        (("moveworks-token", "gateway", "jira", "moon"), "from 'browser' or from 'server', not"),
        (("bitbucket-account", "bitbucket", "view", "server"), "None of your programs runs on the"),
        (("moveworks-token", "support", "sign-in"), "There is no service 'support'"),
        (
            GATE[:2] + ("Jira",),
            "There is no action 'Jira' at gateway. The actions are: probe, jira,",
        ),
        (("smartsheet-account", "jira", "create_user"), "There is no action 'create_user' at jira"),
    ],
)
def test_what_cannot_be_sent_is_said_in_a_sentence_and_leaves_nothing(move, sentence):
    intruder = Intruder()
    with pytest.raises(NoSuchMove) as refused:
        intruder.use(*move)
    assert sentence in str(refused.value)
    assert intruder.lines == 0 and not intruder.visits


def test_the_moves_of_2023_end_as_the_replay_ends():
    """The replay's own requests, made as moves, get the same decisions."""
    steps = [step for step in play(World.historical()).steps if step.time >= "2023-11-14"]
    intruder = Intruder()
    for attempt in [a for s in steps for a in s.attempts if a.decision is not None]:
        ask = attempt.ask
        if ask.using not in intruder.holds:
            continue  # a session of October
        action = product_of(ask.action) if ask.service == "gateway" else ask.action
        origin = "server" if ask.origin == "atlassian" else "browser"
        result = intruder.use(ask.using, product_of(ask.service), action, origin)
        assert (result.allowed, result.rule) == (attempt.decision.allow, attempt.decision.rule)
    assert len(intruder.visits) > 20


def test_a_way_of_the_learners_own_is_noted_with_where_it_came_from_and_how_it_ended():
    intruder = Intruder()
    for move in (
        ("smartsheet-account", "okta", "sign-in"),
        GATE,
        SCRIPT,
        ("bitbucket-account", "bitbucket", "archive", "server"),
        ("archives", "outside", "send", "server"),
    ):
        intruder.use(*move)
    assert [replace(visit, at=0) for visit in intruder.visits] == [
        Visit("internet", "smartsheet-account", "login", "sign-in", "denied"),
        Visit("internet", "moveworks-token", "gateway", "jira", "succeeded"),
        Visit("edge", "smartsheet-account", "tracker", "script", "succeeded"),
        Visit("atlassian", "bitbucket-account", "code", "archive", "succeeded"),
        Visit("atlassian", "archives", "outside", "send", "succeeded", is_recorded=False),
    ]


def test_the_headers_of_a_request_are_those_that_the_learner_makes():
    asked = []

    def carry(kind, user, secret):
        asked.append((kind, user))
        return {"cf-access-client-secret": secret}

    intruder = Intruder(carry)
    assert intruder.use(*GATE).allowed
    assert not intruder.use("aws-account", "aws", "describe").allowed  # in the wrong header
    assert asked == [("service-token", "moveworks"), ("access-key", "marketplace")]


def test_the_new_lines_of_a_move_are_those_that_the_learners_function_finds():
    seen = []

    def new_lines(before, logs):
        seen.append((dict(before), {name: len(lines) for name, lines in logs.items()}))
        return []

    intruder = Intruder(new_lines=new_lines)
    assert intruder.use(*GATE).lines == [] and intruder.use(*GATE).lines == []
    name = "cloudflare_access_nonidentity"
    assert seen == [({}, {name: 1}), ({name: 1}, {name: 2})]


def test_every_line_of_the_files_is_shown_once_by_the_moves_that_left_it():
    intruder = Intruder()
    for path in PATHS.values():
        for move in path:
            intruder.use(*move)
    shown = [(name, number) for result in intruder.results for name, number, _ in result.lines]
    files = [(name, n) for name, lines in intruder.logs.items() for n in range(1, len(lines) + 1)]
    assert sorted(shown) == sorted(files) and len(shown) == intruder.lines


def test_what_the_network_refuses_leaves_no_line_at_a_service_that_it_never_reached():
    intruder = Intruder()
    for service, action in (("jira", "sign-in"), ("confluence", "view"), ("bitbucket", "view")):
        result = intruder.use("smartsheet-account", service, action)
        assert result.rule == policy.reachable.__name__ and not result.lines


@pytest.mark.parametrize(
    ("moves", "works"),
    [
        ([GATE], [False, False, False]),
        ([GATE, NEW_USER], [False, True, False]),
        ([GATE, SCRIPT], [False, False, True]),
        ([GATE, NEW_USER, SCRIPT], [False, True, True]),
        ([GATE, ("smartsheet-account", "jira", "add-to-admins")], [False, False, False]),
    ],
)
def test_what_was_left_behind_stays_when_the_account_is_off(moves, works):
    intruder = Intruder()
    for move in moves:
        intruder.use(*move)
    assert list(ways_back(intruder, "smartsheet-account").values()) == works


def test_a_reason_names_products_and_leaves_other_words_alone():
    assert in_product_names("tracker accepts: password") == "jira accepts: password"
    assert in_product_names("a may not code:view") == "a may not bitbucket:view"
    assert in_product_names("Action=login  the source code") == "Action=login  the source code"
    assert [product_of(service) for service in PRODUCTS.values()] == list(PRODUCTS)
    assert product_of("gateway") == "gateway"


def test_what_is_no_move_gets_a_sentence_and_the_next_one_is_made(capsys):
    Intruder().follow([("moveworks-token",), "jira", ("moveworks-token", "gateway", "jira")])
    said = capsys.readouterr().out.splitlines()
    assert said[0] == ("('moveworks-token',): not a move. A move is (credential, service, action).")
    assert said[1].startswith("'jira': not a move.") and said[2].endswith("gateway/jira: opened")
