"""What the target of lesson 13 says of a link that Tom sends to Ada."""

from labutils.lessons.lesson_13.target import scene as build


def test_a_link_to_nothing_says_that_the_page_was_an_error(capsys):
    scene = build()
    scene.send("https://login.example/nothing")
    assert capsys.readouterr().out == (
        "Ada opened the link. The last page was an error: 404. A sign-in begins with the link of "
        "an application, or of a device.\n"
    )


def test_a_link_to_a_page_that_asks_for_a_code_leaves_her_without_one(capsys):
    scene = build()
    scene.send("https://login.example/device")
    assert capsys.readouterr().out == (
        "Ada opened the link. The page asks for a code, and she has none.\n"
    )


def test_what_is_no_link_is_named(capsys):
    build().send("the vault")
    assert capsys.readouterr().out.startswith("Ada reads the URL. 'the vault' is not login.example")


def test_a_link_to_another_site_is_not_opened(capsys):
    scene = build()
    scene.send("https://login.example.tom.test/authorize")
    assert "so she closes the page" in capsys.readouterr().out
