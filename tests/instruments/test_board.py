"""The board, without a browser: dark until somebody tries a door, and what each try came to."""

import os
import subprocess
import sys
from xml.etree import ElementTree

import pytest

from labutils.incident.breach import play
from labutils.incident.policy import World
from labutils.instruments.board import Board, board
from labutils.instruments.board_moves import MEANS, doors_of, meanings
from labutils.lab import SceneError
from labutils.stage.intruder import Intruder, NoSuchMove

GATE = ("moveworks-token", "gateway", "jira")
SIGN_IN = ("smartsheet-account", "jira", "sign-in")
SCRIPT = ("smartsheet-account", "jira", "script")
CONSOLE = ("implant", "console", "connect", "server")
KNOCKS = [("smartsheet-account", *door) for door in (
    ("okta", "sign-in"), ("dashboard", "sign-in"), ("aws", "describe"),
)]  # fmt: skip


class Race:
    """An intruder against a clock: a third refusal rings, and after half an hour all is off."""

    def __init__(self):
        self._intruder = Intruder()
        self.began = self._intruder.lab.clock.now

    @property
    def clock(self):
        left = 180 - (self._intruder.lab.clock.now - self.began) // 60
        return 1 - left / 180, f"{left} minutes until noon"

    def use(self, *move):
        result = self._intruder.use(*move)
        print("it is printed", result)
        results = self._intruder.results
        if sum(not one.allowed for one in results) == 3 and not result.allowed:
            self._intruder.news.append((len(results), "09:02 ALARM: three refusals " + "x" * 90))
        return result

    def wait(self, minutes):
        if minutes < 0:
            raise SceneError("wait(minutes) takes a number from 0 to a week.")
        self._intruder.lab.clock.tick(int(minutes * 60))
        self._intruder.news.append((len(self._intruder.results), "09:33 all is off"))


@pytest.fixture
def race():
    return Board(Race())


@pytest.fixture(scope="module")
def replay():
    return play(World.historical())


def test_every_door_is_dark_before_the_first_move(race):
    assert race.opened == race.refused == race.silent == race.marks == race.alarms == []
    assert "nobody has tried one" in race.words() and "Every door is dark" in race.live()
    for tactic in MEANS:
        assert tactic not in race.live() + race.words() + race.still()


def test_the_tactic_is_said_after_the_move_and_not_before(race):
    race.use(*GATE)
    assert "Initial Access" in race.live() and "Execution" not in race.live()
    race.use(*SCRIPT)
    assert "Execution" in race.live() and "TA0002 · T1059" in race.live()


def test_a_click_is_the_move_that_use_makes(race):
    other = Board(Race())
    other.use(*GATE)
    race.touched("take", "moveworks-token")
    race.touched("door", "gateway/jira")
    assert race.words() == other.words() and race.opened == ["gateway/jira"]


def test_by_hand_in_code_is_what_a_click_does(race):
    race.take("smartsheet-account")
    race.door("jira/sign-in")
    assert race.refused == ["jira/sign-in"] and race.silent == [
        "1 smartsheet-account at jira/sign-in"
    ]
    assert "silent: no line" in race.live() and "silent: no line" in race.words()


def test_what_a_move_sets_off_stays_in_its_row_and_is_not_printed(race, capsys):
    race.follow(KNOCKS)
    assert capsys.readouterr().out == ""
    assert ["ALARM" in text for text in race.marks[2].news] == [True]
    assert "09:02 ALARM" in race.still() and "09:02 ALARM" in race.words()
    race.wait(30)
    assert race.alarms[-1] == "09:33 all is off" and "09:33 all is off" in race.live()
    assert race.now == "09:33" and "147 minutes until noon" in race.words()
    race.touched("wait")
    assert race.now == "09:43" and "wait ten minutes" in race.live()


def test_moves_in_code_fill_a_board_that_is_on_the_screen():
    class Screen:
        html = ""

    intruder = Intruder()
    shown, screen = Board(intruder), Screen()
    shown.screens.append(screen)
    intruder.use(*GATE)
    assert "gateway/jira: opened" in screen.html
    shown.touched("wait")  # nobody waits for an intruder without a race
    with pytest.raises(SceneError, match="no clock"):
        shown.wait(10)


def test_a_program_sends_from_the_server_and_what_it_made_is_held(race):
    race.follow([GATE, SCRIPT])
    assert race.holds[-1] == "implant" and race.marks[-1].gained == ("implant",)
    race.take("implant")
    assert race.origin == "server" and "from jira" in race.live()
    race.door("console/connect")
    assert race.marks[-1].origin == "atlassian" and race.marks[-1].meaning.tactic.startswith("Lat")
    race.touched("origin", "browser")
    assert race.origin == "browser"


def test_only_the_latest_way_is_drawn(race):
    race.follow([GATE, SIGN_IN])
    assert race.still().count("<path") == 2  # to the gateway, and on
    race.use("aws-account", "aws", "describe")
    assert race.still().count("<path") == 1


def test_whoever_is_asked_names_the_tactic_first():
    shown = Board(Race(), ask=True)
    shown.follow([GATE, SCRIPT])
    for text in (shown.words(), shown.still()):
        assert "Initial Access" not in text and "Execution" not in text
    assert "what is it for?" in shown.live() and "TA0001" not in shown.live()
    shown.name_tactic("initial access")
    assert "As you said" in shown.live() and "TA0001" in shown.live()
    assert "TA0002" not in shown.live()
    shown.touched("tactic", "Persistence")
    assert "You said Persistence" in shown.live() and "(you: Persistence)" in shown.words()
    assert "<b>1 of 2</b>" in shown.live() and shown.unnamed == []
    shown.touched("tactic", "Persistence")  # nothing is left to name
    assert len(shown.told) == 2


def test_a_campaign_is_stepped_through_each_move_with_its_fact(replay):
    shown = Board(replay)
    assert shown.opened == [] and shown.holds == [*replay.case.campaign.start_with]
    assert "Reconnaissance" not in shown.live()
    shown.step(8)
    assert shown.marks[-1].door == "gateway/probe" and "Reconnaissance" in shown.live()
    assert replay.case.ledger.facts["nov14-probing"].statement[:40] in shown.live()
    shown.touched("door", "jira/script")
    assert shown.at == 26 and shown.marks[-1].fact.id == "nov22-sliver"
    shown.step(999)
    sent = [one for step in replay.steps for one in step.attempts if one.decision]
    assert len(shown.marks) == len(sent)
    assert sum(len(mark.lines) for mark in shown.marks) == len(replay.truth)
    assert {mark.meaning.tactic for mark in shown.marks} == {*MEANS}


def test_what_nothing_shows_is_not_drawn_as_opened(replay):
    shown = Board(replay)
    shown.step(999)
    assert {mark.door for mark in shown.marks if mark.unknown} == {"laptop/sync", "outside/send"}
    assert "nothing shows that it happened" in shown.words()
    assert 'stroke-dasharray="3 2"' in shown.still()


def test_another_case_has_its_own_doors():
    shown = Board(play(World.historical("drift-2025"), case="drift-2025"))
    shown.step(2)
    assert shown.opened == ["code-host/sign-in", "code-host/clone"]
    assert "crm/export" in shown.doors and "customer-systems" in shown.still()


def test_each_door_of_the_first_case_has_a_tactic_and_each_column_its_doors(race, replay):
    assert {meanings()[door].tactic for door in Board(replay).doors} == {*MEANS}
    others = {"laptop", "support", "tenants"}
    own = [doors for name, doors in doors_of(replay.case).items() if name not in others]
    assert sorted(race.doors) == sorted(door for doors in own for door in doors)


def test_a_learners_function_makes_the_moves_and_what_goes_wrong_is_a_sentence(race, monkeypatch):
    def way(use, held):
        return [name for name in held if use(name, "gateway", "jira").allowed]

    def endless(use, _):
        while True:
            use("moveworks-token", "gateway", "probe")

    race.play(way)
    assert race.opened == ["gateway/jira"] and race.trouble == ""
    race.play(lambda use, held: use(held[0], "moon", "land"))
    assert "There is no service 'moon'" in race.words() and "There is no service" in race.live()
    race.play([GATE, CONSOLE])
    assert race.trouble.startswith("Move 2: You do not hold 'implant'")
    race.play([...])
    assert "not a move" in race.trouble
    assert board(Race(), moves=[GATE]).opened == ["gateway/jira"]
    monkeypatch.setattr("labutils.instruments.board.LONGEST", 0.1)
    race.play(endless)
    assert "It does not end" in race.words()


def test_bad_input_gets_a_sentence(race, replay):
    for scene in (None, 7, "race", object()):
        with pytest.raises(ValueError, match="board shows an Intruder"):
            board(scene)
    with pytest.raises(NoSuchMove, match="You do not hold 'admin-session'"):
        race.take("admin-session")
    with pytest.raises(NoSuchMove, match="There is no door 'jira/delete'"):
        race.door("jira/delete")
    with pytest.raises(NoSuchMove, match="You do not hold 'implant'"):
        race.use(*CONSOLE)
    with pytest.raises(NoSuchMove, match="Move 2: There is no service 'wiki'"):
        race.follow([GATE, ("smartsheet-account", "wiki", "view")])
    with pytest.raises(NoSuchMove, match="not a move"):
        race.follow(["moveworks-token"])
    with pytest.raises(ValueError, match="nothing to step through"):
        race.step(3)
    with pytest.raises(ValueError, match="'Impact' is no tactic here"):
        race.name_tactic("Impact")
    with pytest.raises(SceneError, match="takes a number from 0"):
        race.wait(-1)
    shown = Board(replay)
    with pytest.raises(ValueError, match="stepped through"):
        shown.use(*GATE)
    with pytest.raises(ValueError, match="a number from 0 to 38"):
        shown.step("seven")


def test_a_touch_that_cannot_be_done_is_a_sentence_on_the_screen(race):
    race.touched("take", "implant")  # which is not held
    assert race.hand == "moveworks-token"
    race.touched("door", "nowhere/at-all")
    assert "There is no service" in race.live() and race.marks == []
    race.touched("door", "gateway/jira")
    assert "There is no service" not in race.live()
    for odd in (("step", "x"), ("step", "-4"), ("origin", "moon"), ("tactic", "Impact")):
        race.touched(*odd)


@pytest.mark.parametrize("width", [240, 390, 760, 1184])
def test_every_width_is_drawn(width, replay):
    race, shown = Board(Race()), Board(replay)
    race.follow([*KNOCKS, GATE, SIGN_IN])
    shown.step(30)
    for one in (race, shown):
        one.width = width
        for picture in one.live().split("<svg")[1:]:
            ElementTree.fromstring("<svg" + picture.partition("</svg>")[0] + "</svg>")
        assert one.bundle() == one.bundle() and one.width == width


STORE = """
from labutils.incident.breach import play
from labutils.incident.policy import World
from labutils.instruments.board import Board
from labutils.stage.intruder import Intruder
replay, race = Board(play(World.historical())), Board(Intruder(), ask=True)
replay.step(38)
for door in (("okta", "sign-in"), ("gateway", "jira"), ("jira", "sign-in")):
    race.use("smartsheet-account", *door)
print(replay.bundle(), race.bundle(), replay.live(), race.live())
"""


def test_what_is_stored_does_not_hang_on_the_hash_seed():
    stored = {
        subprocess.run(
            [sys.executable, "-c", STORE],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(stored) == 1 and len(stored.pop()) > 40_000
