"""What was recorded of a real browser at Tom's two links."""

from labutils.incident.relaying import NAMES
from labutils.lessons.lesson_13.your_browser import at_the_links, rows


def test_each_link_of_the_relay_was_followed():
    assert list(at_the_links()) == list(NAMES)


def test_the_browser_refuses_at_one_and_the_server_at_the_other():
    own_name, other_port = at_the_links().values()
    assert (own_name["signatures"], own_name["tom_has"]) == (0, "the password")
    assert str(own_name["told"]).startswith("Second factor: The browser refused: SecurityError")
    assert (other_port["signatures"], other_port["tom_has"]) == (1, "the password, a signed answer")
    assert other_port["told"] == "Sign in: That did not work. Try again."


def test_a_row_for_each_thing_that_was_seen():
    assert [row["signatures"] for row in rows()] == [0, 1]
    assert rows()[0]["Ada saw"] == "Second factor: The browser refused: SecurityError"
