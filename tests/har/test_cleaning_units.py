"""Small parts of the HAR tools on their own: addresses in texts, authorities, cookies, the
threshold above which a text looks like a secret, and what the search takes for replaced.
"""

import json
import re
import sys

import pytest
from tables import table
from valid_recordings import a_har, an_entry

from labutils import har
from labutils.har import names
from labutils.har.cleaning import Cleaner
from labutils.har.files import is_replaced
from labutils.har.reading import cookie_pairs, spelled
from labutils.har.rules import Rules
from labutils.har.spelling import Stands
from labutils.har.tagging import Tagger
from labutils.identity.keys import json_part

TAG = "x-[0-9a-f]{10}"


def rules() -> Rules:
    return Rules(Tagger("a salt"))


# --- addresses in texts, authorities ------------------------------------------------------------


@table(
    "text, expected",
    [
        ("https://wiki.example/api/reports", f"https://{TAG}/api/reports"),
        ("HTTP://wiki.example/api/7?page=secret", f"HTTP://{TAG}/api/{TAG}\\?page={TAG}"),
        ("wss://u:secret@wiki.example:8443/ws", f"wss://{TAG}@{TAG}:8443/ws"),
        ("ws://wiki.example", f"ws://{TAG}"),
        ("ftp://wiki.example/api", TAG),
        ("see https://wiki.example/api", TAG),
        ("https:/wiki.example/api", TAG),
        ("//wiki.example/api", TAG),
    ],
)
def test_an_address_in_a_text_keeps_its_shape_and_not_its_host(text, expected):
    assert re.fullmatch(expected, Cleaner("a salt").value(text, "body"))


def test_json_that_is_nested_too_deeply_to_be_taken_apart_becomes_one_tag():
    deep: object = "secret"
    for _ in range(sys.getrecursionlimit()):
        deep = [deep]
    assert re.fullmatch(TAG, Cleaner("a salt").packed(deep, "[[...]]", "body", Stands.NAMED))


@table(
    "text, expected",
    [
        ("wiki.example", "wiki\\.example"),
        ("wiki.example:8443", "wiki\\.example:8443"),
        ("wiki.example:", "wiki\\.example:"),
        ("u:secret@wiki.example:8443", f"{TAG}@wiki\\.example:8443"),
        ("u@secret@wiki.example", f"{TAG}@wiki\\.example"),
        ("@wiki.example", "@wiki\\.example"),
        ("wiki.example:443999", TAG),
        ("wiki.example:secret", TAG),
        ("wiki.example:44:3", TAG),
        ("[::1", TAG),
        ("", ""),
    ],
)
def test_an_authority_keeps_host_and_port_or_becomes_one_tag(text, expected):
    assert re.fullmatch(expected, rules().authority(text, "url"))


def test_the_user_part_is_the_same_wherever_it_stands_and_the_host_goes_where_it_must():
    cleaner = rules()
    kept, gone = (
        cleaner.authority("u:pw@a.example", "url", keep_host=keep) for keep in (True, False)
    )
    assert kept.split("@")[0] == gone.split("@")[0] and re.fullmatch(f"{TAG}@{TAG}", gone)


@table(
    "url, expected",
    [
        ("data:image/png;base64,c2VjcmV0", "data:image/png;base64,eC[0-9a-zA-Z]+={0,2}"),
        ("data:text/html;charset=utf-8,secret", f"data:text/html;charset=utf-8,{TAG}"),
        ("data:secret/secret,secret", f"data:,{TAG}"),
        ("data:secret", f"data:,{TAG}"),
        ("urn:uuid:secret", f"{TAG}:{TAG}"),
        ("about:blank", "about:blank"),
    ],
)
def test_an_address_of_another_kind_is_still_an_address(url, expected):
    assert re.fullmatch(expected, Cleaner("a salt").url(url, "url"))


@table(
    "date, expected",
    [
        ("2023-10-02T09:00:00.1234567Z", "2023-10-02T09:00:00.1234567Z"),
        ("2023-10-02T09:00:00.123456789+02:00", "2023-10-02T09:00:00.1234567+02:00"),
        ("2023-10-02T09:00:00-0800", "2023-10-02T09:00:00-0800"),
        ("0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z"),
        ("2009-04-16T15:50:36", "1970-01-01T00:00:00Z"),
        ("Thu, 01-Jan-1970 00:00:10 GMT", "Thu, 01-Jan-1970 00:00:10 GMT"),
        ("4539-14-88T03:43:64Z", "1970-01-01T00:00:00Z"),
        ("2023-10-02 secret", TAG),
    ],
)
def test_a_date_stays_a_date(date, expected):
    assert re.fullmatch(expected.replace("+", "\\+"), rules().date(date, "entry"))


# --- cookies ------------------------------------------------------------------------------------


@table(
    "header, value, expected",
    [
        ("cookie", "a=1; b=2;c", [("a", "1"), ("b", "2"), ("c", "")]),
        ("cookie", "a=b=c", [("a", "b=c")]),
        ("cookie", "", []),
        ("cookie", " ; ;", []),
        ("set-cookie", "a=1; Path=/; HttpOnly", [("a", "1")]),
        ("set-cookie", "a=1; Path=/\nb=2; Secure\n", [("a", "1"), ("b", "2")]),
        ("set-cookie", "", []),
    ],
)
def test_cookies_are_read_in_one_way(header, value, expected):
    assert cookie_pairs(header, value) == expected


# --- what looks like a secret -------------------------------------------------------------------


@table(
    "text, looks",
    [
        ("abcdefg1abcdefg1", True),  # 16 characters, 8 of them different
        ("abcdefgabcdefg1a", True),
        ("abcdef1abcdef1ab", False),  # 7 different
        ("abcdefg1abcdefg", False),  # 15 characters
        ("abcdefghabcdefgh", False),  # no digit
        ("1234567812345678", False),  # no letter
        ("abcdefg1 abcdefg1", False),
        ("max-age=31536000", False),
    ],
)
def test_a_text_looks_like_a_secret_from_sixteen_characters_and_eight_different_ones_on(
    text, looks
):
    entry = an_entry(request__headers=[{"name": "x-data", "value": text}])
    kinds = [finding.kind for finding in har.findings(a_har(entry))]
    assert kinds == (["opaque secret"] if looks else [])


@table(
    "value, text",
    [
        ([101, 121, 74, 104], "eyJh"),
        (["e", "y", "J", "h"], "eyJh"),
        (["101", "121", "74", "104"], "eyJh"),
        ([[101], [121], [74], [104]], "eyJh"),
        ([{"c": "e"}, {"c": 121}, {"c": "J"}, {"c": "104"}], "eyJh"),
        ({"1": 121, "0": 101, "2": 74, "3": 104}, "eyJh"),
        ([101, 121, 74], None),  # too short to say anything
        ([101, 121, 74, 4], None),  # a control character
        ([101, 121, 74, True], None),
        ([101, 121, 74, 0x110000], None),
        ([101, 121, 74, "ab"], None),
        ([101, 121, 74, {}], None),
        ({"a": 101, "1": 121, "2": 74, "3": 104}, None),
        ({}, None),
        ("eyJh", None),
        (None, None),
    ],
)
def test_what_is_spelled_is_read(value, text):
    assert spelled(value) == text


# --- what the search takes for replaced ---------------------------------------------------------

CLEAN = {"sub": "x-0123456789", "exp": 0, "active": True}


@table(
    "text, replaced",
    [
        ("x-0123456789", True),
        ("_x-0123456789", True),
        ("x-0123456789/x-0123456789; x-0123456789", True),
        ("https://x-0123456789:8443/api/reports/x-0123456789", True),
        ("0", True),
        ("", True),
        ("admin", False),
        ("4711", False),
        ("x-0123456789 hunter2", False),
        ("x-012345678", False),
        ("X-0123456789", False),
        ("https://wiki.example/api", False),
        (f"{json_part({'alg': 'ES256'})}.{json_part(CLEAN)}.x-0123456789", True),
        (f"{json_part({'alg': 'none'})}.{json_part(CLEAN)}.", True),
        (f"{json_part({'alg': 'none'})}.{json_part({'sub': 'u-1815'})}.", False),
        (f"{json_part({'alg': 'none'})}.{json_part({'amr': ['secret']})}.", False),
        (f"{json_part({'alg': 'ES256'})}.{json_part(CLEAN)}.c2lnbmF0dXJl", False),
    ],
)
def test_the_search_tells_a_tag_from_a_secret(text, replaced):
    assert is_replaced(text) is replaced


def test_a_har_cleaned_twice_is_found_clean_twice():
    entry = an_entry(
        request__headers=[{"name": "Authorization", "value": "Bearer secret-7aB-9f3k2"}]
    )
    once = har.clean(a_har(entry), "a salt")
    twice = har.clean(once, "another salt")
    assert "secret" not in json.dumps(once) + json.dumps(twice)


# --- the edges of what may stay -----------------------------------------------------------------


@table(
    "label, plain",
    [
        ("ec2-203-0-113-25", True),
        ("s3-us-west-2", True),
        ("web59-eu1", True),
        ("web59-eu1-db2", False),  # three parts of letters and digits could be a key
        ("s3a2b", True),
        ("s3a2b1c", False),
        ("s3a-2b4c", False),
        ("a" * 20, True),
        ("a" * 21, False),
        ("-".join(["abcdefghi"] * 4), True),
        ("-".join(["abcdefghi"] * 4) + "-ab", False),  # 42 characters
        ("2023", True),
        ("4711", False),
        ("Wiki", False),
        ("wi_ki", False),
    ],
)
def test_a_label_of_words_and_short_numbers_is_plain(label, plain):
    assert names.plain_label(label) is plain


@table(
    "host, plain",
    [
        ("ec2-203-113-113-125.example", True),  # 13 digits
        ("ec2-203-113-113-125.eu1.example", False),  # 14 could be a card
        ("localhost", True),
        ("db1", False),
        ("[::1]", True),
        ("[4539:1488:0343:6467]", False),
    ],
)
def test_a_host_with_few_digits_is_plain(host, plain):
    assert names.plain_host(host) is plain


@table(
    "shape, fits, too_much",
    [
        (names.VERSION, "5.0.20211.51073", "5.0.20211.510734"),
        (names.VERSION, "999.1", "4711.1"),
        (names.VERSION, "156.0.8078.79", "156.0.8078.79.1"),
        (names.PLAIN_WORD, "Network-Inspector", "Network-Inspector-" + "Tools" * 3),
        (names.PLAIN_WORD, "abcdefghijklmn", "qzxvbnmkjhgfdsaqwertyuiopl"),
        (names.PLAIN_WORD, "WebKitInspector", "kJdhQwRtZxVb"),
        (names.COUNT, "123456789", "1234567890"),
        (names.BUILD, "15E148", "15E14812"),
    ],
)
def test_a_shape_is_tight(shape, fits, too_much):
    assert shape.fullmatch(fits) and not shape.fullmatch(too_much)


def test_what_is_no_shape_at_all_is_one_tag_and_not_taken_apart():
    assert re.fullmatch(TAG, rules().agent("Chrome " * 200, "header", "user-agent"))


def test_an_address_of_a_server_is_the_same_with_brackets_and_in_capitals():
    texts = ("2001:DB8::A", "[2001:db8::a]", "2001:db8::b")
    first, second, third = (Tagger("a salt").address(text) for text in texts)
    assert first == second != third


def test_a_media_type_stays_in_a_data_address_only_where_all_of_it_is_usual():
    after = rules().data_url("data:text/html;secret=7,x", "url")
    assert re.fullmatch(f"data:,{TAG}", after)


@pytest.mark.parametrize("number, kept", [(1498619700969, True), (4539148803436467, False)])
def test_a_moment_stays_in_a_member_that_measures_and_a_card_does_not(number, kept):
    after = har.clean(a_har(an_entry(_wallTime=number)), "a salt")["log"]["entries"][0]
    assert after["_wallTime"] == (number if kept else 0)


def test_a_cookie_of_one_digit_denies_no_number_elsewhere():
    entry = an_entry(
        request__headers=[{"name": "Cookie", "value": "session=0; sid=120"}],
        response__headers=[{"name": "Retry-After", "value": "120"}, {"name": "Age", "value": "0"}],
    )
    after = har.clean(a_har(entry), "a salt")["log"]["entries"][0]["response"]["headers"]
    assert [header["value"] for header in after] == ["120", "0"]
