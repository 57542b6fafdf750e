"""What the target of lesson 13 says of a link that Tom sends to Ada."""

from labutils.lessons.lesson_13.target import TARGET


def test_a_link_to_nothing_says_that_the_page_was_an_error(capsys):
    scene = TARGET.scene()
    scene.send("https://login.example/nothing")
    assert capsys.readouterr().out == "Ada opened the link. The last page was an error: 404.\n"


def test_a_link_to_another_site_is_not_opened(capsys):
    scene = TARGET.scene()
    scene.send("https://login.example.tom.test/authorize")
    assert "so she closes the page" in capsys.readouterr().out
