"""Lesson 17: the ten claims say what is so in the incident, and a report gains what it earned."""

import pytest
from solutions import made

from labutils.lessons.lesson_17.claims import CLAIMS, UNKNOWN, show_report
from labutils.lessons.lesson_17.unseen import called_in, moment

gain = made("17-3")["gain"]
HONEST = {
    letter: UNKNOWN if claim.truth is None else 100 if claim.truth else 20
    for letter, claim in CLAIMS.items()
}


@pytest.fixture
def printed(capsys):
    def run(report):
        show_report(report, gain)
        return capsys.readouterr().out

    return run


def at(text):
    """A moment of the month, in seconds since 1970."""
    return moment(f"2025-{text}:00Z")


def test_the_claims_are_what_is_so_in_the_incident():
    incident = called_in()
    drawn, lines = incident.drawn, incident.lines
    his = [line for line in lines if incident.is_his(line)]
    assert "session of y.almeida" in drawn.credentials
    assert not any("farah" in name for name in drawn.credentials)
    assert [*drawn.footholds] == ["factor of y.almeida", "key of bulletin-robot"]
    made = {line.made: line for line in his if line.made}
    assert made["factor of y.almeida"].address in {line.address for line in his if not line.made}
    second = made["key of bulletin-robot"]
    assert at("08-01T00:00") < second.time < at("08-02T00:00")
    own = [line.address for line in lines if line.who == "bulletin-robot"]
    assert second.address == max(set(own), key=own.count)  # where the reports always run
    (first,) = [
        line
        for line in lines
        if line.made == "key of bulletin-robot"
        and at("07-31T00:00") < line.time < at("08-01T00:00")
    ]
    assert not incident.is_his(first) and first.address == "203.0.113.96"
    code = {line.address for line in his if line.who == "svc-mill"}
    token = {line.address for line in his if line.who == "calendar-token"}
    assert len(code) == 1 and code < token


def test_what_no_log_can_show_is_not_in_the_logs():
    incident = called_in()
    steps = {step.fact for step in incident.drawn.case.campaign.steps}
    assert "objects-read" in steps
    assert not any("GetObject" in line.action for line in incident.lines)
    gap = incident.drawn.gap
    assert (gap.source, gap.start, gap.end) == ("jira", at("07-25T11:00"), at("07-25T14:00"))
    passed = [
        line
        for line in incident.lines
        if incident.is_his(line) and line.log.startswith("cloudflare")
    ]
    assert any(gap.start < line.time < gap.end for line in passed)


def test_an_honest_report_gains_most_and_none_gains_more(printed):
    assert "Your report: +1.75 of 1.75" in printed(HONEST)
    for letter in CLAIMS:
        for said in (0, 35, 50, 65, 90, 100, UNKNOWN):
            out = printed({**HONEST, letter: said})
            assert float(out.split("Your report: ")[1].split()[0]) <= 2.0


@pytest.mark.parametrize(
    ("report", "points"),
    [
        (dict.fromkeys(CLAIMS, 100), "-3.50"),
        (dict.fromkeys(CLAIMS, 0), "-3.00"),
        (dict.fromkeys(CLAIMS, UNKNOWN), "-1.00"),
        (dict.fromkeys(CLAIMS, 51), "-0.02"),
    ],
    ids=["sure of all", "doubts all", "says of all that nobody can know", "sits on the fence"],
)
def test_one_tone_of_voice_gains_little(printed, report, points):
    assert f"Your report: {points} of 1.75" in printed(report)


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
        show_report(report, gain)
