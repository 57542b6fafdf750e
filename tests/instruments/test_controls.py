"""Controls, without a browser: nothing is shown before somebody has said what will happen."""

from xml.etree import ElementTree

import pytest

from labutils.incident import attackers, cases
from labutils.instruments.controls import Controls, Dial
from labutils.instruments.controls_campaign import GROUPS, meaning

FIRST, SECOND = "as reported", "with the four"


def two(**options):
    """The first case, and the same for a thief who has the four credentials."""
    four = ("moveworks-token", "smartsheet-account", "bitbucket-account", "aws-account")
    reported = cases.load()
    assumptions = {FIRST: reported, SECOND: attackers.who_holds(reported, four)}
    return Controls(budget=2, assumptions=assumptions, **options)


def bought(*names, **options):
    """Two controls in place, and committed to."""
    shown = two(**options)
    shown.switch(*names)
    shown.expect(True)
    shown.expect(False, SECOND)
    shown.commit()
    return shown


def test_every_control_that_2023_did_not_have_is_in_a_group_once():
    names = [name for group in GROUPS.values() for name in group]
    assert len(names) == len(set(names)) == 27
    assert all(meaning(name) for name in names) and "this many" not in meaning("session_hours")


def test_nothing_is_shown_before_somebody_has_said_what_will_happen():
    shown = two()
    shown.switch("sessions_bound")
    for text in (shown.live(), shown.words(), shown.still()):
        assert "Stopped" not in text and "went round" not in text and "bound elsewhere" not in text
    shown.commit()
    assert not shown.is_open and "First choose, then say" in shown.live()
    shown.expect(True)
    shown.commit()
    assert not shown.is_open  # one assumption is still open
    shown.expect(True, SECOND)
    shown.commit()
    assert shown.is_open and shown.stopped(FIRST) and not shown.stopped(SECOND)
    assert "as you said" in shown.live() and "you said the other" in shown.live()
    assert "bound elsewhere" in shown.live()


def test_the_budget_holds_until_the_choice_is_made():
    shown = two()
    shown.switch("sessions_bound", "exposed_rotated", "egress_allowlist")
    assert shown.on == ["sessions_bound", "exposed_rotated"]
    assert "no money left" in shown.live()
    shown.switch("sessions_bound")
    assert shown.on == ["exposed_rotated"] and "no money left" not in shown.live()
    free = bought("exposed_rotated")
    free.switch("sessions_bound", "egress_allowlist")
    assert len(free.on) == 3


def test_what_happens_is_what_the_case_foresees():
    shown = bought("exposed_rotated", "console_managed_devices")
    assert shown.still_lost(FIRST) == ["report", "session"]
    assert "as reported: the code is stopped; lost: report, session" in shown.words()
    assert "went round" in shown.live()  # the console said no, and the API did not


def test_a_dial_is_turned_and_compares_the_last_two():
    line = lambda _name, setting: setting / 2  # noqa: E731
    dials = {"speed": Dial("how fast they are", 20, {FIRST: line, SECOND: line})}
    shown = bought("exposed_rotated", "sessions_bound", dials=dials)
    assert shown.pair() == ["exposed_rotated", "sessions_bound"]
    assert "sessions_bound, as reported, speed at 20: 10 of 100 stopped" in shown.words()
    shown.turn("speed", 60)
    assert "60 of 100" in shown.live() and "exposed_rotated: 30" in shown.live()
    shown.touched("turn", "many")
    assert shown.at() == 60
    with pytest.raises(ValueError, match="there is no dial 'luck'"):
        shown.turn("luck", 1)


def test_what_is_none_gets_a_sentence():
    with pytest.raises(ValueError, match="there is no loss 'face'; there are report"):
        two(goal="face")
    with pytest.raises(ValueError, match="'training' is none of the 27"):
        two().switch("training")


@pytest.mark.parametrize("width", [240, 390, 760, 1184])
def test_every_width_is_drawn_and_the_stored_picture_is_the_same_bytes(width):
    shown = bought("exposed_rotated", "scripts_approved")
    shown.width = width
    live = shown.live()
    for picture in live.split("<svg")[1:]:
        ElementTree.fromstring("<svg" + picture.partition("</svg>")[0] + "</svg>")
    assert shown.bundle() == shown.bundle() and shown.width == width
