"""What lesson 06 shows of its own: the lines of a log are those of its question."""

from labutils.classroom.course import lesson
from labutils.lessons.lesson_06 import start


def the_courses_own():
    names = {}
    exec(
        "from labutils.lessons.lesson_06.start import *\n" + lesson("06").items["06-3"].solution,
        names,
    )
    return names["trade_cookie"]


def test_the_lines_of_the_question_are_those_of_the_log():
    """The options are the rows that the experiment has, in their order."""
    apps, stolen = start.tonight()
    the_courses_own()(apps.tom, stolen["session cookie"])
    rows = [
        f"`{line['time']}  {line['event']:<14}  {line['session']}  {line['ip']}`"
        for line in start.sessions(apps)
    ]
    assert rows == [guess.text for guess in lesson("06").items["06-p20"].guesses.values()]


def test_the_line_that_stands_out_is_the_thiefs(capsys):
    apps, stolen = start.tonight()
    the_courses_own()(apps.tom, stolen["session cookie"])
    place = start.line_of(apps)
    assert start.sessions(apps)[place]["ip"] == "203.0.113.66"
    assert "What the provider logged about one session" in capsys.readouterr().out


def test_undisturbed_three_of_five_outlive_ninety_days():
    minutes = start.undisturbed(the_courses_own())
    long = [name for name, lasted in minutes.items() if lasted >= start.stage.NINETY_DAYS]
    assert long == ["session cookie", "refresh token", "machine token"] and minutes["code"] == 0


def test_a_logout_in_a_copy_leaves_the_evening_as_it_was():
    apps, _ = start.tonight()
    before = (apps.lab.clock.now, len(apps.lab.wire), len(apps.lab.audit))
    start.log_out(apps.copy())
    assert (apps.lab.clock.now, len(apps.lab.wire), len(apps.lab.audit)) == before
