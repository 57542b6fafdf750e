"""Lesson 17: the ten claims say what is so in the incident, and a report gains what it earned."""

import pytest
from solutions import made

from labutils.lessons.lesson_17 import called_in, print_report
from labutils.lessons.lesson_17.claims import CLAIMS, UNKNOWN
from labutils.lessons.lesson_17.unseen import DAY

gain = made("17-3")["gain"]
HONEST = {
    letter: UNKNOWN if claim.truth is None else 100 if claim.truth else 20
    for letter, claim in CLAIMS.items()
}


MAIN = "203.0.113.61"  # the address of nearly all that he did


@pytest.fixture
def printed(capsys):
    def run(report):
        print_report(report, gain)
        return capsys.readouterr().out

    return run


def test_the_claims_are_what_is_so_in_the_incident():
    incident = called_in()
    drawn, lines = incident.drawn, incident.lines
    his = [line for line in lines if incident.is_his(line)]
    there = {line.address for line in his}
    assert "session of o.lindqvist" in drawn.credentials and "metrics-key" in drawn.credentials
    assert not {"session of y.hansen", "session of v.mueller"} & set(drawn.credentials)
    assert list(drawn.footholds) == ["factor of o.lindqvist"]
    assert len(there) == 2 and any("factor" in line.made for line in his if line.address != MAIN)
    others = [line for line in lines if line.address in there and not incident.is_his(line)]
    assert {line.who for line in others if "factor" in line.made} == {"n.jansen", "p.nielsen"}
    last = max(line.time for line in his)
    assert all(line.time > last + 10 * DAY for line in others if line.who == "p.nielsen")
    assert incident.roster["y.hansen"] == "administrators, 00 to 09"
    night = [line for line in others if line.who == "y.hansen"]
    assert night[0].action == "user.authentication.auth_via_mfa"
    assert all(line.time % DAY < 9 * 3600 for line in night)
    (went_on,) = [line for line in others if line.who == "v.mueller" and line.action == "login"]
    signed_in = [
        line.time
        for line in lines
        if line.who == "v.mueller" and "auth_via_mfa" in line.action and line.time < went_on.time
    ]
    assert went_on.time - max(signed_in) < 3600


def test_what_no_log_can_show_is_not_in_the_logs():
    incident = called_in()
    steps = {step.fact for step in incident.drawn.case.campaign.steps}
    assert "objects-read" in steps
    assert not any("GetObject" in line.action for line in incident.lines)


def test_an_honest_report_gains_most_and_none_gains_more(printed):
    assert "in all: +1.75 of 1.75" in printed(HONEST)
    for letter in CLAIMS:
        for said in (0, 35, 50, 65, 90, 100, UNKNOWN):
            out = printed({**HONEST, letter: said})
            assert float(out.split("in all: ")[1].split()[0]) <= 2.0


@pytest.mark.parametrize(
    ("report", "points"),
    [
        (dict.fromkeys(CLAIMS, 100), "-2.50"),
        (dict.fromkeys(CLAIMS, 0), "-3.75"),
        (dict.fromkeys(CLAIMS, UNKNOWN), "-1.50"),
        (dict.fromkeys(CLAIMS, 51), "+0.00"),
    ],
    ids=["sure of all", "doubts all", "says of all that nobody can know", "sits on the fence"],
)
def test_one_tone_of_voice_gains_little(printed, report, points):
    assert f"in all: {points} of 1.75" in printed(report)


def test_a_report_that_says_nothing_is_shown_no_truth(printed):
    assert printed(dict.fromkeys(CLAIMS, 50)).count("\n") == 1
    assert "true" not in printed(dict.fromkeys(CLAIMS, 50))


@pytest.mark.parametrize(
    "report",
    [
        {},
        {"a": 50},
        {**HONEST, "k": 50},
        {**HONEST, "a": 101},
        {**HONEST, "a": -1},
        {**HONEST, "a": "50"},
        {**HONEST, "a": True},
        {**HONEST, "a": None},
        {**HONEST, "a": float("nan")},
        None,
        [50] * 10,
    ],
    ids=repr,
)
def test_what_is_no_report_gets_a_sentence(report):
    with pytest.raises(ValueError, match="number"):
        print_report(report, gain)
