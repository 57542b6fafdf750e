"""What may stay in a HAR by its name or its shape: each limit, and what stands just beyond it."""

import pytest
from tables import table

from labutils.har import names
from labutils.har.reading import FORM


@table(
    ("name", "says"),
    [
        ("_ttfb_ms", True),
        (" ".join(sorted(names.known().measures)), True),
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


@table(
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


@table(
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


@table(
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


HEX = "0123456789abcdef"
SHAPES = {
    "ISO_DATE": (
        "2023-10-18T09:00:00Z 1999-01-31t23:59:60z 2023-10-18T09:00:00+02:00 "
        "2023-10-18T09:00:00-0500 2023-10-18T09:00:00.1234567Z",
        "1823-10-18T09:00:00Z 2123-10-18T09:00:00Z 2023-20-18T09:00:00Z 2023-10-48T09:00:00Z "
        "2023-10-18T39:00:00Z 2023-10-18T09:60:00Z 2023-10-18T09:00:70Z 2023-10-18T09:00:00 "
        "2023-10-18T09:00:00+32:00 2023-10-18T09:00:00+02:60 2023-10-18X09:00:00Z",
    ),
    "LOOSE_DATE": (
        "2023-10-18T09:00:00 20231018T090000 20231018090000",
        "223-10-18T09:00:00 2023-1-18T09:00:00 2023-10-18T09:00 x2023-10-18T09:00:00",
    ),
    "COUNT": ("0 123456789", "1234567890 -1 1.5 x"),
    "PLAIN_NUMBER": ("0 -1 123456789 1.5 -1.123456789", "1234567890 1.1234567890 1. .5 --1 1e9"),
    "DIRECTIVE": (
        "max-age=0 s-maxage=123456789 maxage=1 s-max-age=1 smaxage=1 Max-Age=7 max-stale=1 "
        "stale-while-revalidate=1 stale-if-error=1 min-fresh=1 pre-check=1 post-check=1",
        "max-age= max-age=1234567890 max-age=x age=1 check=1 x-max-age=1",
    ),
    "HITS": ("hit/1 miss/1234567 pass/0 HIT/3", "hit/12345678 hit/ hits/1 hit-1"),
    "VERSION": (
        "1 v1 1.2 12.7.1 1_2_3 2023.10.1.12345 1.2.3a 999 1.1.1k 3.0-rc1 3.0.7-fips "
        "9.4.53.v20231009 1.0-beta2 1.0.dev 2.0-SNAPSHOT "
        "1.0alpha1 1.0b2 1.0final 1.0-release 1.0pre1 1.0-static",
        "1234 x1 1.123456 1.2.3.4.5 1.2xy 1.0-rc123 1.2.3.4.v19231009 1.0-token 1..2 "
        "123.45678.12345.1",
    ),
    "BUILD_DATE": ("20100101 19991231", "18100101 20102101 20100140 2010010 201001011"),
    "BUILD": ("15E148 1A2 15E148a 22A3354", "115E148 15e148 15E12345 15EE1 15E"),
    "OS_VERSION": ("10 10_15_7 10.15 123", "1234 10_15_7_1 10_123 10- 10..1"),
    "PLAIN_WORD": (
        "nginx Apache-Coyote Microsoft-IIS ABCDE Ab.cd_ef-gh "
        + "a" * 14
        + " "
        + "abcdefghijkl" * 2,
        "a1 ab-cd-ef-gh-ij " + "abcde-" * 4 + "f " + "abcdefghijkl" * 2 + "m -ab ab- ab--cd",
    ),
    "EDGE_SERVER": ("arn/466D lhr/0000", "arns/466D arn/466 arn/466d ARN/466D arn/466DA"),
    "REQUEST_ID": (
        f"01234567-89ab-cdef-0123-456789abcdef {HEX} {HEX * 2} {HEX}-LHR "
        "C0DE:ABCD:12345678:F00D C0DE_ABCD_1234_F00D_0123_4567_89AB "
        f"00-{HEX * 2}-{HEX}-01 Root=1-01234567-{HEX}01234567 Self=1-01234567-{HEX}01234567 "
        "Sampled=1 o=0",
        f"01234567-89ab-cdef-0123-456789abcde 0123456789012345 abcdefabcdefabcd {HEX}0 "
        f"{HEX}-LHRX {HEX}-lhr C0DE:ABCD:F00D C0D:ABCD:1234:F00D "
        f"00-{HEX * 2}-{HEX}-001 Root=2-01234567-{HEX}01234567 Sampled=2 x=0",
    ),
    "S3_REQUEST_ID": ("0123456789ABCDEF", "0123456789ABCDE 0123456789ABCDEF0 0123456789012345"),
}
CASES = [
    (shape, text, fits)
    for shape, both in SHAPES.items()
    for texts, fits in zip(both, (True, False), strict=True)
    for text in texts.split()
]


@table("shape, text, fits", CASES)
def test_a_shape_that_may_stay_fits_what_it_is_for_and_nothing_beside_it(shape, text, fits):
    assert bool(getattr(names, shape).fullmatch(text)) is fits


@table(
    ("text", "fits"),
    [
        ("Wed, 18 Oct 2023 09:00:00 GMT", True),
        ("Wed, 18-Oct-2023 09:00:00 GMT", True),
        ("Wed, 48 Oct 2023 09:00:00 GMT", False),
        ("Wed, 18 Oct 2123 09:00:00 GMT", False),
        ("Wed, 18 October 2023 09:00:00 GMT", False),
        ("wed, 18 Oct 2023 09:00:00 GMT", False),
        ("Wed, 18 Oct 2023 09:00:00", False),
    ],
)
def test_a_date_of_http_has_one_shape(text, fits):
    assert bool(names.HTTP_DATE.fullmatch(text)) is fits


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("wiki.example", (None, "wiki.example", None)),
        ("wiki.example:8443", (None, "wiki.example", ":8443")),
        ("u:p@wiki.example:", ("u:p", "wiki.example", ":")),
        ("a@b@wiki.example", ("a@b", "wiki.example", None)),
        ("[2001:db8::1]:443", (None, "[2001:db8::1]", ":443")),
    ],
)
def test_an_authority_is_a_user_a_host_and_a_port(text, parts):
    assert names.AUTHORITY.fullmatch(text).groups() == parts


@pytest.mark.parametrize("text", ["wiki.example:123456", "wiki.example:x", "a:b:c"])
def test_what_has_no_port_of_digits_is_no_authority(text):
    assert names.AUTHORITY.fullmatch(text) is None


@table(
    ("value", "says"),
    [
        (946_684_799, False),  # 1999
        (946_684_800, True),
        (4_102_444_799, True),
        (4_102_444_800, False),  # 2100
    ],
)
def test_a_moment_is_one_of_the_years_2000_to_2099(value, says):
    assert names.is_moment(value) is says


@table(("value", "says"), [(-1, False), (0, True), (315_360_000, True), (315_360_001, False)])
def test_a_lifetime_is_from_nothing_to_ten_years(value, says):
    assert names.is_lifetime(value) is says


def test_a_form_has_names_and_values_without_what_marks_other_texts():
    """Neither HTML, nor JSON, nor prose is one; a value may hold a brace and an equals sign."""
    forms = [
        "a=1",
        "a=",
        "a=1&b=2",
        "a=b=c",
        "a={}",
        "a=1&b=",
        f"{'n' * 100}=1",
        f"a=1&{'n' * 100}=1",
    ]
    others = ["", "a", "=1", "a=1&", "a=1&b", "a=1&=2", f"{'n' * 101}=1", f"a=1&{'n' * 101}=1"]
    for sign in " \n<>":
        others += [f"a=1{sign}", f"a{sign}=1", f"a=1&b=2{sign}", f"a=1&b{sign}=2"]
    for sign in "{}":
        others.append(f"a{sign}=1")  # as JSON begins
    assert [text for text in forms if not FORM.fullmatch(text)] == []
    assert [text for text in others if FORM.fullmatch(text)] == []
