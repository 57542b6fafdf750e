"""Before nine o'clock: a class is tried, and each thing that was broken on purpose is named."""

import asyncio
import subprocess

import httpx
import pytest

pytest.importorskip("pwd", reason="a class wants Unix accounts")

from tools.classroom import ready, settings, slips

CELLS = [
    {"cell_type": "markdown", "source": ["# Start here"]},
    {"cell_type": "code", "source": ["from labutils import *\n", "morning()"]},
    {"cell_type": "code", "source": 'check("00-3", use)'},
    {"cell_type": "code", "source": 'with experiment("00-p1") as seen:\n    pass'},
    {"cell_type": "code", "source": "after_the_question()"},
]


class Kernel:
    """A kernel that displays these media types, or fails with these words."""

    def __init__(self, shown, fails):
        self.shown, self.fails, self.ran = shown, fails, []

    async def run(self, code):
        self.ran.append(code)
        return ("error", self.fails) if self.fails else ("ok", "")

    def close(self):
        pass


class Learner:
    """A learner at a class in which one thing is broken."""

    server = "http://127.0.0.1:8000/user/learner01"

    def __init__(self, name="learner01", *, signs_in=302, start=None, opens=200, **kernel):
        self.name, self.status, self.starting, self.opens = name, signs_in, start, opens
        self.extensions = kernel.pop("extensions", ready.MANAGER)
        self.kernel = Kernel(kernel.pop("shown", {ready.VIEW}), kernel.pop("fails", ""))
        self.asked: list[tuple[str, str]] = []
        self.web, self.closed = self, False

    async def sign_in(self):
        return self.status

    async def start(self, _patience):
        if self.starting:
            raise self.starting
        return 1.0

    async def api(self, method, path, _body=None):
        self.asked.append((method, path))
        if path.startswith("contents"):
            return httpx.Response(self.opens, json={"content": {"cells": CELLS}})
        return httpx.Response(200, json={"id": "k1"})

    async def connect(self, _number):
        return self.kernel

    async def get(self, _address):
        return httpx.Response(200, text=f"<script>{self.extensions}</script>")

    async def close(self):
        self.closed = True


def looked(*learners) -> dict[str, ready.Finding]:
    """What is said of these learners, by what it is about."""
    seats = asyncio.run(ready.try_seats(list(learners)))
    assert all(one.closed for one in learners)
    return {finding.name: finding for finding in ready.of_seats(seats)}


def test_a_class_in_order_is_said_to_be_so():
    said = looked(Learner("learner01"), Learner("learner02"))
    assert all(one.is_well for one in said.values())
    assert said["servers"].sentence == "2 of 2 servers are up."
    assert str(said["slips"]) == "ok         slips      2 of 2 names and passwords sign in."


@pytest.mark.parametrize(
    ("broken", "name", "reason"),
    [
        ({"signs_in": 403}, "slips", "learner02: the hub refuses the password of the slip"),
        (
            {"start": TimeoutError("It did not come up.")},
            "servers",
            "learner02: its server does not come up",
        ),
        ({"start": OSError("gone")}, "servers", "learner02: OSError gone"),
        ({"opens": 404}, "lesson 00", "00-start-here.ipynb cannot be opened (status 404)"),
        ({"fails": "ModuleNotFoundError: labutils"}, "lesson 00", "a cell ends in ModuleNotFound"),
        ({"shown": {"text/html"}}, "buttons", "no buttons (is ipywidgets there?)"),
        ({"extensions": "none"}, "buttons", f"{ready.MANAGER} is missing"),
    ],
)
def test_what_was_broken_is_named_with_who_has_it_and_nothing_else_is(broken, name, reason):
    said = looked(Learner("learner01"), Learner("learner02", **broken))
    assert [one.name for one in said.values() if one.is_well is False] == [name]
    assert "1 of 2" in said[name].sentence
    assert reason in said[name].sentence


def test_what_nobody_got_to_is_not_called_well():
    said = looked(Learner(signs_in=403))
    assert said["slips"].is_well is False
    assert [said[name].is_well for name in ("servers", "lesson 00", "buttons")] == [None] * 3
    assert str(said["buttons"]).startswith("not tried")


def test_the_lesson_is_run_up_to_its_first_question_and_no_try_is_noted():
    learner = Learner()
    looked(learner)
    assert learner.kernel.ran == ["".join(CELLS[1]["source"]), CELLS[3]["source"]]
    assert learner.asked[-1] == ("DELETE", "kernels/k1")


def test_the_kernel_of_a_lesson_that_fails_is_ended_too():
    learner = Learner(fails="NameError: x")
    looked(learner)
    assert learner.asked[-1] == ("DELETE", "kernels/k1")


# --- room and port --------------------------------------------------------------------------------


def test_room_is_counted_in_learners():
    enough = ready.room_for(10, 10 * ready.A_LEARNER + ready.SPARE, 10**10)
    assert enough.is_well
    less = ready.room_for(25, 10 * ready.A_LEARNER + ready.SPARE, 10**10)
    assert less.is_well is False
    assert "memory for 10 of 25 learners" in less.sentence
    full = ready.room_for(25, 10**11, 10**8)
    assert full.is_well is False
    assert "100 MB of disk are free, and 1,750 MB wanted" in full.sentence


CHOSEN = settings.Settings("/s", "/h", "/p", learners=["learner01"], port=8443)


@pytest.fixture
def cable(monkeypatch):
    """A cable to a network of its own; what was done with it."""
    done = []

    def run(command, **_):
        done.append(command)
        status, out, err = run.answer if "exec" in command else (0, "", "")
        return subprocess.CompletedProcess(command, status, out, err)

    run.answer = (0, "200\n", "")
    monkeypatch.setattr(subprocess, "run", run)
    run.done = done
    return run


def test_a_port_that_another_machine_reaches_is_well(cable):
    assert ready.port(settings.Settings("/s", "/h", "/p", address="0.0.0.0")).is_well
    assert cable.done[-1] == ["ip", "netns", "delete", ready.NAMESPACE]


@pytest.mark.parametrize(
    ("address", "help_"),
    [("127.0.0.1", "start it with --address 0.0.0.0"), ("0.0.0.0", "A firewall is in between")],
)
def test_a_port_that_no_other_machine_reaches_is_named_with_what_to_do(cable, address, help_):
    cable.answer = (1, "", "Traceback\nURLError: connection refused\n")
    said = ready.port(settings.Settings("/s", "/h", "/p", address=address, port=8443))
    assert said.is_well is False
    assert "no other machine reaches port 8443 (URLError: connection refused)" in said.sentence
    assert help_ in said.sentence


def test_where_no_network_can_be_made_that_is_said_and_nothing_is_claimed(monkeypatch):
    def run(command, **options):
        if options.get("check"):
            raise subprocess.CalledProcessError(1, command, stderr="Operation not permitted\n")
        return subprocess.CompletedProcess(command, 1)

    monkeypatch.setattr(subprocess, "run", run)
    said = ready.port(CHOSEN)
    assert said.is_well is None
    assert "(Operation not permitted). Open it on a phone instead." in said.sentence


def test_a_class_that_is_not_running_is_not_tried(capsys):
    assert ready.main(CHOSEN, up=False) == 2
    assert "The class is not running." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("found", "status", "last"), [(True, 0, "The class is ready."), (False, 1, "Not ready")]
)
def test_the_status_says_whether_something_is_wrong(monkeypatch, capsys, found, status, last):
    several = [ready.Finding("port", None, "?"), ready.Finding("room", found, ".")]
    monkeypatch.setattr(ready, "findings", lambda _: iter(several))
    assert ready.main(CHOSEN, up=True) == status
    assert capsys.readouterr().out.splitlines()[-1].startswith(last)


def test_whom_a_platform_sends_has_no_slip_to_try(monkeypatch, tmp_path):
    well = ready.Finding("room", True, ".")
    monkeypatch.setattr(ready, "room", lambda _: well)
    monkeypatch.setattr(ready, "port", lambda _: well)
    *_, last = ready.findings(settings.Settings(str(tmp_path), "/h", "/p", sign_in="lti"))
    assert (last.name, last.is_well) == ("slips", None)
    assert not slips.read(tmp_path)
