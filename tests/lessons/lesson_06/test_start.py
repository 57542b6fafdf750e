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


def test_the_options_of_the_question_are_lines_of_the_log():
    """Each option is the row that it stands for, without the session that all of them share."""
    rows = start.sessions(start.one_day(the_courses_own()))
    for guess in lesson("06").items["06-p22"].guesses.values():
        line = rows[guess.value]
        assert guess.text == f"`{line['time']}  {line['event']:<14}  {line['ip']}`"
    assert len({row["session"] for row in rows}) == 1


def test_the_thiefs_line_is_not_the_only_one_from_a_new_address():
    """Ada moves in the evening; only Tom's line has the same other place before it and after it."""
    apps = start.one_day(the_courses_own())
    places = [row["ip"] for row in start.sessions(apps)]
    toms = start.line_of(apps)
    assert len(set(places)) == 3 and places[toms] == start.TOMS_ROOM
    assert places[toms - 1] == places[toms + 1] == "192.0.2.10"
    last = [line for line in apps.lab.audit if line.get("ip") == start.HOME]
    assert last and all(line["outcome"] == "success" for line in apps.lab.audit)


def test_the_line_that_stands_out_is_the_thiefs(capsys):
    start.line_of(start.one_day(the_courses_own()))
    assert "What the provider logged about one session" in capsys.readouterr().out


def test_in_the_first_cell_nobody_asks_the_thief_for_anything(capsys):
    apps, stolen = start.tonight()
    before = len(apps.lab.wire)
    apps.tom.cookies.set("session", stolen["session cookie"], domain="login.example")
    page = apps.tom.get(start.NOTES + "/login", follow_redirects=True)
    assert page.text == "Hello, u-1815."
    assert not [one for one in apps.lab.wire[before:] if one.client == "tom" and one.request_body]
    start.watch(apps)
    shown = capsys.readouterr().out
    assert f"Cookie: session={stolen['session cookie']}" in shown and "Hello, u-1815." in shown


def test_after_the_logout_her_cookie_opens_nothing_new():
    apps, stolen = start.tonight()
    start.log_out(apps)
    apps.tom.cookies.set("session", stolen["session cookie"], domain="login.example")
    assert "Sign in" in apps.tom.get(start.NOTES + "/login", follow_redirects=True).text


def test_undisturbed_two_of_five_outlive_four_hundred_days():
    minutes = start.undisturbed(the_courses_own())
    long = [name for name, lasted in minutes.items() if lasted >= start.FOUR_HUNDRED_DAYS]
    assert long == ["session cookie", "refresh token"] and minutes["code"] == 0
    assert minutes["machine token"] == 364 * 1440


def test_a_logout_in_a_copy_leaves_the_evening_as_it_was():
    apps, _ = start.tonight()
    before = (apps.lab.clock.now, len(apps.lab.wire), len(apps.lab.audit))
    start.log_out(apps.copy())
    assert (apps.lab.clock.now, len(apps.lab.wire), len(apps.lab.audit)) == before
