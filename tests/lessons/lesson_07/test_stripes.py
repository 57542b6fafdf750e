"""A recording as stripes: red is what opens a door, and what a cleaner leaves is told."""

import copy
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labutils.lessons.lesson_07 import start
from labutils.lessons.lesson_07.stripes import UNTOUCHED, Stripes, walk


@pytest.fixture(scope="module")
def recording():
    return start.har.read(start.data_file("support-case.har").read_bytes())


@pytest.fixture
def file(recording):
    return Stripes(
        recording,
        start.the_doors(),
        {
            "nothing left": lambda _: {"log": {"entries": []}},
            "no entry of the last": lambda whole: {"log": {"entries": whole["log"]["entries"][:3]}},
            "words": lambda whole: start.replace_by_names(whole, start.A_COLLEAGUES),
        },
        title="A <file>",
        hint="Press a red one.",
    )


def test_each_red_stripe_holds_what_opens_the_doors_that_it_names(file):
    keys = file.opened[UNTOUCHED]
    for number in file.red():
        stripe = file.stripes[number]
        assert stripe.opens
        for door in stripe.opens:
            assert any(key in stripe.text for key in keys[door])


def test_a_string_that_opens_nothing_is_not_red(file):
    grey = [stripe for stripe in file.stripes if not stripe.opens]
    keys = {key for texts in file.opened[UNTOUCHED].values() for key in texts}
    assert grey and not any(key in stripe.text for stripe in grey for key in keys)


def test_what_a_file_opens_is_found_by_trying(file):
    doors = ["session cookie", "access token", "refresh token", "password"]
    assert file.still_open(UNTOUCHED) == doors
    assert file.still_open("nothing left") == [] and file.still_open("words") == []


def test_the_words_say_for_each_file_what_it_opens_and_how_many_stripes_stay(file):
    lines = file.words().splitlines()
    assert lines[0].startswith("as it is: 12 of 12 red stripes, opens session cookie")
    assert lines[1] == "nothing left: 0 of 12 red stripes, opens no door"
    assert lines[3] == "words: 0 of 12 red stripes, opens no door"


def test_a_cookie_is_gone_where_it_was_replaced_and_stays_where_it_was_not(recording):
    """One value is in a header and in a list of cookies: each place is judged for itself."""
    file = Stripes(
        recording,
        start.the_doors(),
        {"cookie": lambda whole: start.replace_by_names(whole, ["cookie"])},
    )
    red = [file.stripes[number] for number in file.red()]
    stays = {stripe.place for stripe in red if file.stays(stripe, "cookie")}
    gone = {stripe.place for stripe in red if not file.stays(stripe, "cookie")}
    assert any(".headers[" in place for place in gone)
    assert any(".cookies[" in place for place in stays)
    assert not any(".headers[" in place and file.still_open("cookie") == [] for place in stays)


def test_a_header_is_named_by_its_name(file):
    names = [file.called(file.stripes[number]) for number in file.red()]
    assert any(name.endswith(", called Cookie") or "called cookie" in name for name in names), names


def test_a_cleaner_is_chosen_and_a_stripe_opened_by_name_or_by_button(file):
    file.clean("words")
    assert 'data-value="words" data-key="words" aria-pressed="true"' in file.live()
    file.touched("clean", UNTOUCHED)
    assert file.chosen == UNTOUCHED
    red = file.red()[2]
    file.touched("open", str(red))
    assert file.open == red and f"<b>Request {file.stripes[red].entry}</b>" in file.live()
    with pytest.raises(ValueError, match="there is no 'soap'"):
        file.clean("soap")
    with pytest.raises(ValueError, match="stripe 0 opens nothing"):
        file.look_at(0)


def test_an_open_stripe_shows_its_secret_from_the_beginning(file):
    """However long the text before it is, or the secret itself."""
    for number in file.red():
        file.look_at(number)
        stripe = file.stripes[number]
        told = file.live().rpartition('<b class="word">')[2]
        assert told.startswith(start.escape(stripe.secrets[0][:40]))


@pytest.mark.parametrize(
    ("what", "value"), [("clean", "soap"), ("open", "0"), ("open", "x"), ("open", "9" * 40)]
)
def test_a_touch_of_nothing_changes_nothing(file, what, value):
    before = file.live()
    file.touched(what, value)
    assert file.live() == before


def test_one_red_stripe_is_a_tab_stop_and_the_others_are_reached_by_arrows(file):
    live = file.live()
    assert live.count('tabindex="0"') == 1 and live.count('tabindex="-1"') == 11
    assert "data-rove" in live


def test_the_stored_picture_is_an_svg_in_which_a_title_is_no_markup(file):
    for picture in (file.still(), file.bundle()["image/svg+xml"]):
        ElementTree.fromstring(picture)
        assert "<file>" not in picture
    assert "A &lt;file&gt;" in file.live()


def test_it_is_drawn_in_any_width(file):
    for width in ("274", "760", "1184"):
        file.touched("width", width)
        assert f'width="{max(int(width) - 42, 200)}"' in file.live()


# --- lists of words -----------------------------------------------------------------------------


@pytest.mark.parametrize("words", [[], [""], ["  "]])
def test_no_word_replaces_nothing(recording, words):
    assert start.replace_by_names(recording, words) == recording


def test_a_word_counts_in_any_letters_and_inside_a_name(recording):
    cleaned = start.replace_by_names(recording, ["COOK"])
    names = {"Cookie", "Set-Cookie"}
    values = [
        header["value"]
        for entry in cleaned["log"]["entries"]
        for side in ("request", "response")
        for header in entry[side]["headers"]
        if header["name"] in names
    ]
    assert values and set(values) == {"[removed]"}


@given(st.lists(st.text(max_size=12), max_size=4))
def test_any_words_leave_a_file_of_the_same_shape(words):
    recording = start.har.read(start.data_file("support-case.har").read_bytes())
    before = copy.deepcopy(recording)
    cleaned = start.replace_by_names(recording, words)
    assert recording == before
    assert len(cleaned["log"]["entries"]) == len(recording["log"]["entries"])


def test_walk_names_the_way_to_each_text():
    assert list(walk({"a": [{"b": "x"}, "y"], "c": 1})) == [("a[0].b", "x"), ("a[1]", "y")]


def test_the_colleagues_list_closes_adas_file_and_misses_every_secret_of_another(recording, capsys):
    cleaned = start.replace_by_names(recording, start.A_COLLEAGUES)
    assert not any(start.har.sweep(cleaned, start.the_doors()).values())
    assert start.missed(recording, ["cookie"]) == 9
    assert "the colleague's  13" in capsys.readouterr().out


def test_a_sign_in_as_ada_leaves_a_line_and_a_read_with_her_token_none():
    entries = start.har.read(start.data_file("support-case.har").read_bytes())["log"]["entries"]
    token = start.json.loads(entries[13]["response"]["content"]["text"])["access_token"]
    assert start.use_it(token) == 0
    form = dict(start.parse_qsl(entries[3]["request"]["postData"]["text"]))
    greeted, line = start.sign_in_as_ada(form)
    assert "Ada" in greeted and line["ip"] == start.TOM and line["event"] == "session.start"
