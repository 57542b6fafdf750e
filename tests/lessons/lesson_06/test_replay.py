"""What the notebook steals and renews, before the learner writes it."""

from labutils.lessons.lesson_06.replay import refresh, steal
from labutils.stage.thief import morning
from labutils.stage.two_apps import build_apps


def test_four_things_are_in_the_file_of_the_morning():
    assert list(steal(morning(build_apps("lesson-06")))) == [
        "session cookie",
        "access token",
        "refresh token",
        "machine token",
    ]


def test_of_two_of_a_kind_the_last_is_taken():
    first = {"host": "login.example", "cookies": {"session": "old"}, "answer": {}}
    last = {
        "host": "login.example",
        "cookies": {"session": "new"},
        "answer": {"access_token": "a", "refresh_token": "r"},
    }
    other = {"host": "notes.example", "cookies": {"session": "no"}, "answer": {}}
    assert steal([first, last, other]) == {
        "session cookie": "new",
        "access token": "a",
        "refresh token": "r",
    }


def test_a_stolen_refresh_token_is_traded_once():
    apps = build_apps("lesson-06")
    token = steal(morning(apps))["refresh token"]
    assert refresh(apps.tom, token).status_code == 200
    assert refresh(apps.tom, token).json()["error"] == "invalid_grant"
