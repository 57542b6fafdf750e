"""What may stay in a HAR by its name or its shape: each limit, and what stands just beyond it."""

import pytest

from labutils.incident.har import names


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("_ttfb_ms", True),
        ("duration", True),
        ("Duration", True),
        ("duration 123", True),
        ("duration 1234", False),  # four digits may be a part of a code
        ("number", False),  # a number of what?
        ("lineNumber", True),
        ("session duration", False),
        ("", False),
        ("123", False),
    ],
)
def test_a_name_that_measures_something_has_words_of_measures_and_no_long_number(name, says):
    assert names.measures(name) is says


@pytest.mark.parametrize(
    ("host", "plain"),
    [
        ("localhost", True),
        ("build-host", True),
        ("a" * 24, True),
        ("a" * 25, False),
        ("host7", False),  # without a domain a name has no digits
        ("wiki.example", True),
        ("h1234567890123.example", True),  # 13 digits
        ("h12345678901234.example", False),  # 14
        ("[2001:db8::1]", True),
        ("[token]", False),
        ("[2001:db8::g]", False),
    ],
)
def test_a_plain_host_is_an_address_or_a_name_with_few_digits(host, plain):
    assert names.plain_host(host) is plain


@pytest.mark.parametrize(
    ("label", "plain"),
    [
        ("wiki", True),
        ("eu-west-2", True),
        ("wiki-a1b2", True),
        ("a1b2c3", True),  # one short mixed part
        ("a1b2-c3d4", False),  # two of them
        ("node12-a1b2", True),  # a numbered part and a mixed one
        ("node12-zone7", True),  # two numbered parts
        ("node12-zone7-rack3", False),  # three parts that are no words
        ("node12-zone7-a1b2", False),
        ("a1b2c3d", False),  # a mixed part of seven
        ("x".join(["ab"] * 3) + "-" + "y" * 20, True),
        ("-".join(["abcd"] * 8), True),  # 39 characters
        ("-".join(["abcd"] * 8) + "e", True),  # 40
        ("-".join(["abcd"] * 8) + "ef", False),  # 41
        ("c2lnbmF0dXJl", False),
    ],
)
def test_a_plain_label_is_made_of_words_and_short_numbers(label, plain):
    assert names.plain_label(label) is plain


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("192.0.2.10", True),
        ("2001:db8::1", True),
        ("[2001:db8::1]", True),
        ("192.0.2.256", False),
        ("wiki.example", False),
        ("", False),
    ],
)
def test_an_address_is_one_in_brackets_or_without(text, is_one):
    assert names.is_address(text) is is_one


def test_the_names_are_read_once_and_compared_in_lower_case():
    known = names.known()
    assert names.known() is known
    for group in (known.names, known.path_segments, known.words, known.measures):
        assert group and group == {word.lower() for word in group}
    assert known.media_types <= known.words and {*known.names, ""} <= known.path_segments
