"""What could carry a text in numbers goes from a HAR: lists of codes, objects keyed by index, codes
under names, single characters. The format's own numbers stay."""

import json

import pytest
from how_many import draws
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import table
from valid_recordings import a_har, an_entry

from labutils import har
from labutils.har.cleaning import Cleaner
from labutils.har.files import is_replaced
from labutils.har.reading import spelled
from labutils.har.rules import Rules
from labutils.har.spelling import Stands
from labutils.har.tagging import Tagger
from labutils.identity.keys import json_part

MANY = settings(max_examples=draws(200), deadline=None, derandomize=True, database=None)
TOKEN = f"{json_part({'alg': 'ES256'})}.{json_part({'sub': 'u-1815-12-10'})}.c2lnbmF0dXJlLWJ5dGVz"
CODES = [ord(letter) for letter in TOKEN]


def answered(value: object) -> dict:
    text = json.dumps(value)
    content = {"size": len(text), "mimeType": "application/json", "text": text}
    return {"response__content": content}


def cleaned_answer(value: object) -> object:
    cleaned = har.clean(a_har(an_entry(**answered(value))), "a salt")
    return json.loads(cleaned["log"]["entries"][0]["response"]["content"]["text"])


# --- a token in another dress -------------------------------------------------------------------


def in_words(size: int) -> list[int]:
    octets = TOKEN.encode() + bytes(-len(TOKEN) % size)
    return [int.from_bytes(octets[at : at + size]) for at in range(0, len(octets), size)]


DRESSES = {
    "a list of codes": {"token": CODES},
    "a Buffer of Node.js": {"type": "Buffer", "data": CODES},
    "a Uint8Array as an object": {"key": {str(at): code for at, code in enumerate(CODES)}},
    "an object keyed from 1": {str(at): code for at, code in enumerate(CODES, 1)},
    "an object with names of its own": {f"b{at}": code for at, code in enumerate(CODES)},
    "a list of lists": [[code] for code in CODES],
    "rows of eight": [CODES[at : at + 8] for at in range(0, len(CODES), 8)],
    "a list of objects": [{"c": code} for code in CODES],
    "a list of objects with a usual name": [{"value": code} for code in CODES],
    "floats": [float(code) for code in CODES],
    "negative numbers": [-code for code in CODES],
    "fractions": [code / 1000 for code in CODES],
    "numbers as texts": [str(code) for code in CODES],
    "hexadecimal texts": [f"0x{code:02x}" for code in CODES],
    "pairs of characters": [TOKEN[at : at + 2] for at in range(0, len(TOKEN), 2)],
    "single characters": list(TOKEN),
    "single characters by index": dict(zip(map(str, range(len(TOKEN))), TOKEN, strict=True)),
    "keystrokes": [{"type": "keydown", "key": letter} for letter in TOKEN],
    "words of 16 bits": in_words(2),
    "words of 32 bits": in_words(4),
    "words of 64 bits": in_words(8),
    "bits": [bool(code >> bit & 1) for code in CODES for bit in range(8)],
    "one large number": {"token": int.from_bytes(TOKEN.encode())},
    "JSON in a text in a list": [json.dumps([code]) for code in CODES],
    "an object keyed from 100": {str(at): code for at, code in enumerate(CODES, 100)},
    "an object keyed with gaps": {str(3 * at): code for at, code in enumerate(CODES)},
    "characters keyed from 100": {str(at): letter for at, letter in enumerate(TOKEN, 100)},
    "characters keyed with gaps": {str(7 * at): letter for at, letter in enumerate(TOKEN)},
    "texts of codes keyed with gaps": {str(7 * at): str(code) for at, code in enumerate(CODES)},
    "characters keyed with a prefix": {f"b{at}": letter for at, letter in enumerate(TOKEN)},
    "texts of codes keyed with a prefix": {f"b{at}": str(code) for at, code in enumerate(CODES)},
    "pairs of characters keyed with a prefix": {
        f"part-{at}": TOKEN[at : at + 2] for at in range(0, len(TOKEN), 2)
    },
    "codes keyed with the name of a measure": {f"size{at}": code for at, code in enumerate(CODES)},
    "a list of objects that measure": [{"size": code} for code in CODES],
    "a list of lists of objects that measure": [[{"size": code}] for code in CODES],
    "a list of objects of objects that measure": [{"part": {"size": code}} for code in CODES],
    "a list of objects that measure beside a word": [
        {"type": "chunk", "size": code} for code in CODES
    ],
    "a list of objects that measure, in words of 16 bits": [{"size": word} for word in in_words(2)],
    "a list of texts of objects that measure": [{"data": f'{{"size":{code}}}'} for code in CODES],
    "a list of objects with texts of codes": [{"c": str(code)} for code in CODES],
    "a list of objects with pairs of characters": [
        {"c": TOKEN[at : at + 2]} for at in range(0, len(TOKEN), 2)
    ],
    "a list of lists of characters": [[letter] for letter in TOKEN],
    "lists in lists in lists": [[[letter]] for letter in TOKEN],
    "rows of characters": [list(TOKEN[at : at + 8]) for at in range(0, len(TOKEN), 8)],
    "escapes": [f"\\u{code:04x}" for code in CODES],
    "code points": [{"c": f"U+{code:04X}"} for code in CODES],
    "references to characters": [f"&#{code};" for code in CODES],
}


def as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


PLACES = {
    "the body of an answer": answered,
    "a list where the format has a text": lambda value: {"response__content__text": value},
    "the body of a request": lambda value: {
        "request__postData": {"mimeType": "application/json", "text": json.dumps(value)}
    },
    "a parameter": lambda value: {
        "request__queryString": [{"name": "filter", "value": json.dumps(value)}]
    },
    "a member of its own": lambda value: {"_own": value},
    "a list in place of headers": lambda value: {"request__headers": value},
    "a size": lambda value: {"response__bodySize": value},
    "a WebSocket message": lambda value: {
        "_webSocketMessages": [
            {"type": "send", "time": 1.5, "opcode": 1, "data": json.dumps(value)}
        ]
    },
    "WebSocket messages, one an element": lambda value: {
        "_webSocketMessages": [
            {"type": "send", "time": 1.5, "opcode": 1, "data": one}
            for one in map(json.dumps, value.values() if isinstance(value, dict) else value)
        ]
    },
    "WebSocket messages, one a text": lambda value: {
        "_webSocketMessages": [
            {"type": "send", "time": 1.5, "opcode": 1, "data": one}
            for one in map(as_text, value.values() if isinstance(value, dict) else value)
        ]
    },
    "a header": lambda value: {
        "request__headers": [{"name": "x-data", "value": json.dumps(value)}]
    },
}


def numbers_and_texts(value: object) -> list:
    """What stands in a JSON value, out of texts of JSON as well, in its order."""
    if isinstance(value, dict):
        return [leaf for more in value.values() for leaf in numbers_and_texts(more)]
    if isinstance(value, list):
        return [leaf for more in value for leaf in numbers_and_texts(more)]
    if isinstance(value, str) and value[:1] in ("[", "{"):
        return numbers_and_texts(json.loads(value))
    return [value]


@pytest.mark.parametrize("dress", DRESSES)
@table("place", PLACES.keys())
def test_a_token_that_is_spelled_is_gone_and_no_cipher_is_left(dress, place):
    plain = PLACES[place](["nothing"] * len(TOKEN))
    spelt = PLACES[place](DRESSES[dress])
    before, after = (
        har.clean(a_har(an_entry(**members)), "a salt")["log"]["entries"][0]
        for members in (plain, spelt)
    )
    usual = set(map(repr, numbers_and_texts(before)))
    new = [leaf for leaf in numbers_and_texts(after) if repr(leaf) not in usual]
    # Each number and character of a list has become the same 0, false or x: with a tag for each
    # character the token would be a substitution cipher, and everybody knows how a token begins.
    assert len({repr(leaf) for leaf in new}) <= 4
    assert not any(spelled(value) == TOKEN for value in every(after))
    assert TOKEN not in har.strings(a_har(after))


def every(value: object) -> list:
    """Every value in a JSON value, out of texts of JSON as well."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        return every(json.loads(value))
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [value, *(more for one in inner for more in every(one))]


@pytest.mark.parametrize("dress", ["a list of codes", "a Buffer of Node.js", "single characters"])
def test_the_search_of_credentials_reads_what_is_spelled(dress):
    entry = an_entry(**answered({"token": DRESSES[dress]}))
    assert TOKEN in {finding.value for finding in har.findings(a_har(entry))}
    assert TOKEN in har.strings(a_har(entry))


def test_the_search_reads_what_an_object_with_numbered_names_spells():
    for first in (0, 100):
        assert spelled({f"b{at}": code for at, code in enumerate(CODES, first)}) == TOKEN
    assert (
        spelled({f"b{3 * at}": letter for at, letter in reversed(list(enumerate(TOKEN)))}) == TOKEN
    )
    assert spelled({"a1": 101, "b2": 121, "a3": 101, "a4": 101}) is None


@table("dress", DRESSES)
def test_a_spelled_token_whose_elements_were_replaced_is_not_called_a_token(dress):
    cleaned = har.clean(a_har(an_entry(**answered({"token": DRESSES[dress]}))), "a salt")
    assert [f for f in har.findings(cleaned) if not is_replaced(f.value)] == []
    if dress in ("single characters", "a list of codes", "single characters by index"):
        assert har.findings(cleaned) == []


def test_a_token_that_is_really_there_is_still_called_one_beside_replaced_elements():
    (finding,) = har.findings(a_har(an_entry(**answered({"token": ["x", 0, "y7"]}))))
    assert (finding.kind, finding.value) == ("token", "y7")


def test_a_list_of_codes_keeps_its_length_and_says_nothing_else():
    assert cleaned_answer({"token": CODES}) == {"token": [0] * len(CODES)}
    assert cleaned_answer({"data": [1.5, "e", "101", True, None, ""]}) == {
        "data": [0, "x", "x", False, None, ""]
    }


@MANY
@given(st.lists(st.integers(0, 255), min_size=4, max_size=40), st.randoms())
def test_two_lists_of_one_length_are_cleaned_alike(octets, dice):
    other = [dice.randrange(256) for _ in octets]
    for shape in (list, lambda codes: [{"c": code} for code in codes], as_index_keyed):
        assert cleaned_answer(shape(octets)) == cleaned_answer(shape(other))


def as_index_keyed(codes: list[int]) -> dict:
    return {str(at): code for at, code in enumerate(codes)}


@table("form", ["token[]={}", "token[{i}]={}", "t={}", "t{i}={}", "token.{i}.c={}", "size{i}={}"])
def test_codes_in_a_form_are_no_cipher_either(form):
    text = "&".join(form.format(code, i=at) for at, code in enumerate(CODES))
    url = f"https://wiki.example/?{text}"
    cleaned = har.clean(a_har(an_entry(request__url=url)), "a salt")
    pairs = cleaned["log"]["entries"][0]["request"]["url"].split("?")[1].split("&")
    assert {pair.partition("=")[2] for pair in pairs} == {"x"} and len(pairs) == len(CODES)


@pytest.mark.parametrize("name", ["t", "t{i}", "t[{i}]"])
def test_parameters_of_one_name_that_come_again_and_again_are_no_cipher(name):
    pairs = [{"name": name.format(i=at), "value": str(code)} for at, code in enumerate(CODES)]
    cleaned = har.clean(a_har(an_entry(request__queryString=pairs)), "a salt")
    after = cleaned["log"]["entries"][0]["request"]["queryString"]
    assert {pair["value"] for pair in after} == {"x"}


@pytest.mark.parametrize("pieces", [list(map(str, CODES)), list(TOKEN.replace("e", "x"))])
def test_a_path_that_spells_something_is_no_cipher(pieces):
    cleaned = har.clean(a_har(an_entry(request__url="https://a.example/" + "/".join(pieces))), "s")
    assert set(cleaned["log"]["entries"][0]["request"]["url"].split("/")[3:]) == {"x"}


def test_two_numbers_in_a_path_are_told_apart():
    first, second, third = (cleaned_path(f"/users/{number}/orders/7") for number in (7, 8, 7))
    assert first == third != second and first.startswith("/users/x-")


def cleaned_path(path: str) -> str:
    return Rules(Tagger("a salt")).path(path, "url")


# --- numbers on their own -----------------------------------------------------------------------


@table("name", ["otp", "cvv", "pin", "code", "passcode", "verification_code", "x"])
@table("number", [7, 737, 4711, 482913, 4539148803436467, -4711, 41.25, 10**20])
def test_a_number_under_the_name_of_a_code_is_replaced(name, number):
    (after,) = cleaned_answer({name: number}).values()
    assert after != number and str(number).strip("-") not in str(after)


def test_the_same_code_has_the_same_tag_and_another_has_another():
    first, second, third = (cleaned_answer({"otp": code})["otp"] for code in (4711, 4711, 4712))
    assert first == second != third


@pytest.mark.parametrize("value", [True, False, None, ""])
def test_what_is_no_code_stays_under_its_name(value):
    assert cleaned_answer({"active": value}) == {"active": value}


@table("name", ["count", "status", "page", "total", "totalCount", "lineNumber"])
def test_a_short_number_that_counts_something_stays(name):
    assert cleaned_answer({name: 403, "x": {name: 7}})[name] == 403
    assert cleaned_answer({name: 482913})[name] != 482913


# --- the format's own numbers -------------------------------------------------------------------

OWN = {
    "time": 1234.5,
    "timings": {
        "send": 0,
        "wait": 1234.5,
        "receive": 3.25,
        "_queued": 2718.28,
        "_blocked_proxy": -1,
    },
    "_serverPort": 44399,
    "_load_end": 1340,
    "_ttfb_ms": 410,
    "_requestTime": 593998.07542,
    "_wallTime": 1498619700.96911,
    "_objectSizeUncompressed": 589841,
    "_score_keep-alive": 100,
    "_chunks": [{"bytes": 1300, "ts": 239.479}, {"bytes": 387, "ts": 240.488}],
}


def test_the_formats_own_numbers_and_those_of_exporters_stay():
    cleaned = har.clean(a_har(an_entry(**OWN)), "a salt")["log"]["entries"][0]
    assert {name: cleaned[name] for name in OWN} == OWN
    assert cleaned["response"]["content"]["size"] == 10400
    assert cleaned["request"]["headersSize"] == 683


def test_the_numbers_of_pages_stay():
    timings = {"onContentLoad": 1503, "onLoad": 3550.005, "_firstPaint": 1143, "_startRender": 2007}
    page = {"startedDateTime": "2023-10-02T09:00:00Z", "id": "p", "title": "", "_fullyLoaded": 4927}
    cleaned = har.clean(a_har(pages=[{**page, "pageTimings": timings}]), "a salt")["log"]["pages"][
        0
    ]
    assert (cleaned["pageTimings"], cleaned["_fullyLoaded"]) == (timings, 4927)


def test_a_number_of_nobodys_format_stays_a_number_and_says_nothing():
    members = {"_loginCode": 482913, "_own": {"otp": 4711, "deep": [4711]}, "_customerId": 77012345}
    cleaned = har.clean(a_har(an_entry(**members)), "a salt")["log"]["entries"][0]
    own = {name: value for name, value in cleaned.items() if name.startswith("_")}
    assert sorted(map(repr, numbers_and_texts(own))) == ["0"] * 4
    assert all(name[:3] == "_x-" for name in own)  # a custom field begins with an underscore


@pytest.mark.parametrize("number", [10**18, -(10**19), 1e300])
def test_a_number_of_the_format_that_nothing_needs_is_a_number_still(number):
    cleaned = har.clean(a_har(an_entry(time=number)), "a salt")["log"]["entries"][0]
    assert cleaned["time"] == 0


@pytest.mark.parametrize(
    "stands, expected", [(Stands.NAMED, "tag"), (Stands.BELOW, "x"), (Stands.ELEMENT, "x")]
)
def test_one_character_says_the_less_the_nearer_it_stands_to_a_list(stands, expected):
    after = Cleaner("a salt").data("7", "body", "id", stands)
    assert after.startswith("x-") if expected == "tag" else after == expected
