"""HAR files: every way to write and read one, what it gives away, and what is left of it after the
cleaner."""

import base64
import functools
import json
import re
import subprocess
import sys
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recordings import (
    CASE,
    EXPORTED,
    HIDING_PLACES,
    MANY,
    RAW,
    SECRET,
    a_har,
    an_entry,
    anything,
    body,
    header,
    holds,
    names,
    packed,
    planted,
    posted,
    valid,
)
from tables import table

from labutils import __main__ as commands
from labutils import har
from labutils.identity.keys import json_part
from labutils.lab import Exchange, data_file

CLEANED = har.clean(CASE, "a salt")


# --- export -------------------------------------------------------------------------------------


def exchange(client: str, url: str, body: str = "", **more: object) -> Exchange:
    """An exchange of a person's browser with a provider that sets a cookie; with a form, a POST."""
    kind = [("content-type", "application/x-www-form-urlencoded")] if body else []
    sent = {"request_headers": kind, "request_body": body, "method": "POST" if body else "GET"}
    set_cookie = [("set-cookie", "session=s-1; Path=/; HttpOnly"), ("content-type", "text/html")]
    came = {"status": 200, "response_headers": set_cookie, "response_body": "<p>hello</p>"}
    return Exchange(time=0, client=client, ip="192.0.2.10", url=url, **{**sent, **came, **more})


WIRE = [
    exchange("ada", "https://login.example/authorize?client_id=wiki&state="),
    exchange("ada", "https://login.example/authorize", "username=ada&password=hers"),
    exchange("tom", "https://login.example/authorize", "username=tom&password=his"),
]


def test_a_personas_traffic_is_exported_as_a_valid_har():
    everything, hers = har.export(WIRE), har.export(WIRE, "ada")
    assert valid(everything) and valid(hers) and valid(har.clean(hers, "s"))
    assert [len(found["log"]["entries"]) for found in (hers, everything)] == [2, 3]
    assert "hers" in har.strings(hers) and "his" not in har.strings(hers)


def test_the_export_takes_cookies_queries_and_forms_apart():
    asked, typed = har.export(WIRE, "ada")["log"]["entries"]
    assert asked["response"]["cookies"] == [{"name": "session", "value": "s-1"}]
    assert asked["request"]["queryString"] == [
        {"name": "client_id", "value": "wiki"},
        {"name": "state", "value": ""},
    ]
    assert "postData" not in asked["request"]
    assert typed["request"]["postData"]["params"] == [
        {"name": "username", "value": "ada"},
        {"name": "password", "value": "hers"},
    ]


# --- reading ------------------------------------------------------------------------------------


@table("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_har_is_read_in_every_encoding_of_json(encoding):
    assert har.read(RAW.decode().encode(encoding)) == CASE


def test_what_is_read_does_not_depend_on_how_the_file_is_spaced():
    assert (
        har.read(json.dumps(CASE).encode()) == har.read(json.dumps(CASE, indent=4).encode()) == CASE
    )


@table(
    "data, words",
    [
        (b"", "empty"),
        (b" ", "not a HAR"),
        (b"\xef\xbb\xbf", "not a HAR"),
        (b"PK\x03\x04", "not a HAR"),
        (b"<html>", "not a HAR"),
        (b"[]", "not a HAR"),
        (b"null", "not a HAR"),
        (b'"log"', "not a HAR"),
        (b"7", "not a HAR"),
        (b"{}", "one log"),
        (b'{"log": 1}', "not a HAR"),
        (b'{"log": {}}', "one log"),
        (b'{"log": {"entries": {}}}', "not a HAR"),
        (b'{"log": {"entries": [1]}}', "objects"),
        (b'{"log": {"entries": [{}, null]}}', "objects"),
        (b'{"log": {"entries": []}} {}', "something else"),
        (b'{"log": {"entries": [], "entries": []}}', "one log"),
        (b"{1: 2}", "is cut off"),
        (b'{"log": {"entries": [{"time": NaN}]}}', "NaN"),
        (b'{"log": {"entries": [{"time": -Infinity}]}}', "-Infinity"),
        (b'{"log": {"entries": [{"time": ' + b"1" * 5000 + b"}]}}", "something else"),
        (b'{"log": {"entries": [' + b"[" * 100_000, "too deeply"),
        (b'{"log": ' + b'{"a":' * 100_000, "too deeply"),
        (b'{"log": {"entries": [{"comment": "\xff"}]}}', "not text"),
        (b"\xff\xfe{\x00\x00\xd8{\x00", "not text"),
        (b"\x1f\x8b\x08\x00\xff", "no"),
    ],
)
def test_what_is_no_har_is_refused_in_a_sentence(data, words):
    with pytest.raises(har.NotHar, match=re.escape(words)) as refusal:
        har.read(data)
    assert (
        str(refusal.value).endswith(".")
        and "\n" not in str(refusal.value)
        and len(str(refusal.value)) < 200
    )


def test_a_text_that_looks_like_a_list_of_entries_is_none():
    found = a_har(
        an_entry(**body('{"log": {"entries": []}}')),
        comment='"entries": [7, 8], \\"entries": [',
        **{'x"entries': [9]},
    )
    backwards = {"log": dict(reversed(found["log"].items()))}
    assert har.read(json.dumps(found).encode()) == har.read(json.dumps(backwards).encode()) == found


@table("at", range(0, len(RAW) - 2, 4111))
def test_a_har_that_breaks_off_is_refused(at):
    with pytest.raises(har.NotHar):
        har.read(RAW[:at])


@MANY
@given(
    st.binary(max_size=60)
    | st.text(alphabet='{}[]":,logentris\\u0d8 1e9N', max_size=60).map(str.encode)
)
def test_reading_raises_not_har_and_nothing_else(data):
    for lead in (b"", b'{"log": {"entries": [{'):
        try:
            assert set(har.read(lead + data)) == {"log"}
        except har.NotHar:
            pass


# --- forensics ----------------------------------------------------------------------------------


def test_a_finding_shows_at_most_eight_characters():
    for finding in har.findings(CASE):
        assert finding.value[:9] not in str(finding) + repr(finding) + repr([finding])


@table(
    "changes, expected",
    [
        (
            header("authorization", "Bearer 0paque-access-token-77"),
            ("request header authorization", "access token", "0paque-access-token-77"),
        ),
        (
            header("Authorization", "Basic " + packed("ada:lovelace")),
            ("request header authorization", "password", "lovelace"),
        ),
        (
            header("cookie", "theme=dark; sid=51d7c0a94b2f"),
            ("request header cookie: sid", "session cookie", "51d7c0a94b2f"),
        ),
        (header("X-Api-Key", "k-123"), ("request header x-api-key", "API key", "k-123")),
        (
            header("dpop", f"{json_part({'typ': 'dpop+jwt'})}.{json_part({})}.c2ln"),
            ("request header dpop", "DPoP proof", None),
        ),
        (
            body(packed('{"refresh_token": "r-77"}'), encoding="base64"),
            ("response body: refresh_token", "refresh token", "r-77"),
        ),
        (
            body(json.dumps({"9f8e7d6c5b4a39281706": 1})),
            ("response body: (a name)", "opaque secret", "9f8e7d6c5b4a39281706"),
        ),
        (
            body('<input type="hidden" name="csrf" value="c42168c3002e">', "text/html"),
            ("response body: csrf", "CSRF token", "c42168c3002e"),
        ),
        (
            posted("grant_type=password&password=p+w", "application/x-www-form-urlencoded"),
            ("request body: password", "password", "p w"),
        ),
        (
            {"request__url": "https://wiki.example/reset/9f8e7d6c5b4a39281706"},
            ("request url path", "opaque secret", "9f8e7d6c5b4a39281706"),
        ),
        (
            {"response__redirectURL": "https://wiki.example/cb?code=splx-77aa"},
            ("response redirectURL: code", "code", "splx-77aa"),
        ),
        (
            {"_webSocketMessages": [{"type": "send", "data": '{"token": "t-77"}'}]},
            ("WebSocket message: token", "token", "t-77"),
        ),
        (
            body(f"{json_part({'alg': 'dir', 'enc': 'A128GCM'})}..aa.bb.cc", "text/plain"),
            ("response body", "encrypted token", None),
        ),
    ],
)
def test_a_credential_is_found_where_it_hides(changes, expected):
    found = [
        (finding.place, finding.kind, finding.value if expected[2] else None)
        for finding in har.findings(a_har(an_entry(**changes)))
    ]
    assert expected in found


def test_numbers_that_are_shown_to_anybody_are_not_called_secrets():
    harmless = (
        header("user-agent", "Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0.0.0"),
        body('{"reports": [{"id": "2023-08"}]}'),
    )
    assert har.findings(a_har(*(an_entry(**changes) for changes in harmless))) == []


# --- cleaning: where secrets hide ---------------------------------------------------------------


@pytest.mark.parametrize("place", HIDING_PLACES)
@table("letters", ["title", "lower", "swapcase", "upper"])
def test_no_secret_survives_the_cleaner(place, letters):
    found = planted(place, letters)
    assert holds(found)
    assert not holds(har.clean(found, "a salt"))


def test_binary_in_base64_is_replaced_too():
    found = a_har(
        an_entry(
            **body(
                base64.b64encode(b"\xff\xfe" + SECRET.encode()).decode(),
                "image/png",
                encoding="base64",
            )
        )
    )
    content = har.clean(found, "a salt")["log"]["entries"][0]["response"]["content"]
    assert (
        re.fullmatch(rb"x-[0-9a-f]{10}", base64.b64decode(content["text"]))
        and content["mimeType"] == "image/png"
    )


def test_no_secret_survives_around_the_entries():
    found = a_har(
        pages=[
            {
                "startedDateTime": "2023-10-02T09:00:00Z",
                "id": "page_1",
                "title": f"https://wiki.example/?t={SECRET}",
                "pageTimings": {"onLoad": 5, SECRET: 1},
            }
        ],
        comment=SECRET,
        browser={"name": SECRET, "version": "1"},
        _own=[SECRET],
    )
    assert holds(found) and not holds(har.clean(found, "a salt"))


@table(
    "host, stays",
    [
        ("wiki.example", True),
        ("127.0.0.1:9007", True),
        ("localhost:8888", True),
        ("intranet", True),
        ("[::1]:80", True),
        ("", True),
        ("ec2-203-0-113-25.cloud.example", True),
        ("s3cr3t-77aa", False),
        ("a1b2c3d4e5f60718293a.files.example", False),
        ("Secret.example", False),
        ("ada:secret@wiki.example", False),
        ("wiki.example:secret", False),
        ("4539148803436467.example", False),
        ("4539-1488-0343-6467.example", False),
        ("k3j9x2m7q1w8z5t.example", False),
        ("482913.example", False),
        ("10.20.30.99", True),
        ("d3qdfnco3bamip.cloudfront.example", False),
        ("www59.shop.example", True),
        ("[2001:db8::7]", True),
        ("[deadbeef]", False),
    ],
)
def test_support_sees_the_host_unless_it_looks_like_a_secret(host, stays):
    entry = an_entry(
        request__url=f"https://{host}/", request__headers=[{"name": "HOST", "value": host}]
    )
    request = har.clean(a_har(entry), "a salt")["log"]["entries"][0]["request"]
    assert (request["url"] == f"https://{host}/", request["headers"][0]["value"] == host) == (
        stays,
        stays,
    )


def test_a_media_type_stays_beside_a_boundary_that_does_not():
    cleaned = har.clean(
        a_har(an_entry(**posted("x", f"multipart/form-data; boundary={SECRET}"))), "a salt"
    )
    assert re.fullmatch(
        r"multipart/form-data; x-[0-9a-f]{10}",
        cleaned["log"]["entries"][0]["request"]["postData"]["mimeType"],
    )


def test_a_body_of_many_megabytes_becomes_one_tag():
    for text in (json.dumps([SECRET] * 250_000), "&".join([f"a={SECRET}"] * 250_000)):
        cleaned = har.clean(a_har(an_entry(**body(text))), "a salt")["log"]["entries"][0][
            "response"
        ]["content"]
        assert len(text) > 4_000_000 and re.fullmatch(r"x-[0-9a-f]{10}", cleaned["text"])


# --- cleaning: what stays -----------------------------------------------------------------------


def shape(value: object) -> object:
    if isinstance(value, dict):
        return [
            (name if name in ("name", "value", "text") else "", shape(more))
            for name, more in value.items()
        ]
    return (
        [shape(more) for more in value]
        if isinstance(value, list)
        else "text"
        if isinstance(value, str)
        else value
    )


def test_the_cleaned_case_is_valid_and_has_its_shape_and_numbers():
    assert valid(CASE) and valid(EXPORTED) and valid(CLEANED) and valid(har.clean(EXPORTED, "s"))
    for before, after in zip(CASE["log"]["entries"], CLEANED["log"]["entries"], strict=True):
        assert shape(before) == shape(after)
        assert [header["name"] for header in before["request"]["headers"]] == [
            header["name"] for header in after["request"]["headers"]
        ]
        assert before["response"]["content"]["mimeType"] == after["response"]["content"]["mimeType"]


def test_support_still_sees_which_service_failed_and_how():
    request, response = (CLEANED["log"]["entries"][-1][side] for side in ("request", "response"))
    assert re.fullmatch(r"http://127\.0\.0\.1:9999/api/reports/x-[0-9a-f]{10}", request["url"])
    assert (
        request["method"],
        response["status"],
        json.loads(response["content"]["text"])["error"],
    ) == ("GET", 500, "internal_error")


def test_equal_stays_equal_and_different_stays_different():
    tags = {}
    for side, name in (("request", "session"), ("response", "session")):
        for before, after in zip(CASE["log"]["entries"], CLEANED["log"]["entries"], strict=True):
            pairs = zip(before[side]["cookies"], after[side]["cookies"], strict=True)
            tags |= {
                cookie["value"]: changed["value"]
                for cookie, changed in pairs
                if cookie["name"] == name
            }
    assert len(tags) == 1
    texts = json.dumps(CLEANED)
    assert texts.count(next(iter(tags.values()))) > 5
    assert har.clean(CASE, "a salt") == CLEANED != har.clean(CASE, "another salt")


def test_a_token_keeps_its_shape():
    answer = json.loads(CLEANED["log"]["entries"][7]["response"]["content"]["text"])
    inside = har.findings(CLEANED)
    assert set(answer) == {
        "access_token",
        "token_type",
        "expires_in",
        "scope",
        "id_token",
        "refresh_token",
    }
    assert {"access token", "ID token"} <= {finding.kind for finding in inside}
    assert re.fullmatch(r"x-[0-9a-f]{10}", answer["access_token"].split(".")[2])
    assert answer["token_type"] == "Bearer"


def test_cleaning_says_what_it_replaced_and_how_far_it_is():
    removed, steps = Counter(), []
    har.clean(CASE, "s", lambda *step: steps.append(step), removed)
    assert (
        removed["cookies"] > 5
        and har.said(removed).startswith("Replaced ")
        and f"{removed['cookies']} cookies" in har.said(removed)
    )
    assert steps[-1] == (16, 16) and len(steps) == 16
    assert har.said(Counter()) == "Replaced nothing: there was nothing to replace."


@table(
    "found", [None, [], {}, {"log": []}, {"log": {"entries": None}}, {"log": {"entries": ["x"]}}]
)
def test_what_is_no_har_in_memory_is_refused(found):
    for act in (
        lambda: har.clean(found, "s"),
        lambda: har.findings(found),
    ):
        with pytest.raises(har.NotHar):
            act()


@pytest.mark.parametrize("depth", [50, 300, 600, 900, 5000])
def test_a_body_that_is_nested_deeply_does_not_keep_the_file_from_being_cleaned(depth):
    found = a_har(an_entry(**body("[" * depth + json.dumps({"password": SECRET}) + "]" * depth)))
    assert holds(found) and har.findings(found)[:1] and not holds(har.clean(found, "a salt"))


def test_a_har_that_is_nested_too_deeply_is_refused():
    deep = functools.reduce(lambda inner, _: [inner], range(30_000), [])
    with pytest.raises(har.NotHar, match="too deeply"):
        har.clean(a_har(an_entry(_own=deep)), "s")


@MANY
@given(st.lists(st.dictionaries(names, anything, max_size=6), max_size=3), anything)
def test_whatever_stands_in_a_har_the_secret_does_not_survive(entries, pages):
    found = a_har(*entries, pages=pages)
    cleaned = har.clean(found, "a salt")
    assert not holds(cleaned) and json.dumps(cleaned, allow_nan=False)
    assert isinstance(har.findings(found), list)


# --- the command --------------------------------------------------------------------------------


def test_sanitize_writes_what_clean_gives_and_says_what_it_replaced(tmp_path, capsys):
    source, target = tmp_path / "in.har", tmp_path / "out.har"
    source.write_bytes(RAW)
    assert commands.main(["sanitize", str(source), str(target), "--salt", "a salt"]) == 0
    assert har.read(target.read_bytes()) == CLEANED
    out, err = capsys.readouterr()
    assert re.match(r"Replaced \d+ values in bodies, .*\d+ cookies", out) and err == ""
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.har", "out.har"]


@pytest.mark.parametrize("escaped", [True, False])
@pytest.mark.parametrize(
    "entries",
    [
        [],
        [
            an_entry(
                **body("gr\u00fc\u00df \U0001f600 \u4e2d\u6587", "text/plain"), comment="\u00e9"
            )
        ],
    ],
)
def test_a_file_is_cleaned_alike_however_its_letters_are_written(tmp_path, escaped, entries):
    source, found = tmp_path / "in.har", a_har(*entries, comment="\U0001f600")
    source.write_text(json.dumps(found, ensure_ascii=escaped), encoding="utf-8")
    har.clean_file(source, tmp_path / "out.har", "a salt")
    assert har.read((tmp_path / "out.har").read_bytes()) == har.clean(found, "a salt")


def test_each_run_draws_a_salt_of_its_own(tmp_path):
    source, targets = data_file("support-case.har"), [tmp_path / "1.har", tmp_path / "2.har"]
    assert [commands.main(["sanitize", str(source), str(target)]) for target in targets] == [0, 0]
    assert targets[0].read_bytes() != targets[1].read_bytes()


@table(
    "data",
    [
        b"",
        b"not JSON",
        RAW[:-5],
        b'{"log": {"entries": [1]}}',
        b'{"log": {"entries": [' + b"[" * 10**5,
        b"\xff\xff",
        RAW + b"{}",
        b'{"log": {"entries": [{"a": NaN}]}}',
    ],
)
@table("old", [None, b"what was there"])
def test_malformed_input_is_one_sentence_and_nothing_is_written(tmp_path, capsys, data, old):
    source, target = tmp_path / "in.har", tmp_path / "out.har"
    source.write_bytes(data)
    if old:
        target.write_bytes(old)
    assert commands.main(["sanitize", str(source), str(target), "--force"]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n"), "Traceback" in err) == ("", 1, False)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"in.har": data} | (
        {"out.har": old} if old else {}
    )


@table(
    "source, target, words",
    [
        ("missing.har", "out.har", "cannot be read: No such file"),
        (".", "out.har", "cannot be read: Is a directory"),
        ("in.har", "in.har", "the same file"),
        ("in.har", "sub/../in.har", "the same file"),
        ("in.har", "link.har", "the same file"),
        ("in.har", "nowhere/out.har", "cannot be written: No such file"),
        ("in.har", "sub", "cannot be written"),
        ("missing.har", "sub", "missing.har cannot be read"),
        ("\0", "out.har", "cannot be"),
    ],
)
def test_files_that_cannot_be_used_are_named_in_a_sentence(tmp_path, capsys, source, target, words):
    (tmp_path / "sub").mkdir()
    (tmp_path / "in.har").write_bytes(RAW)
    (tmp_path / "link.har").hardlink_to(tmp_path / "in.har")
    before = sorted(tmp_path.rglob("*"))
    assert commands.main(["sanitize", str(tmp_path / source), str(tmp_path / target)]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n"), words in err) == ("", 1, True)
    assert sorted(tmp_path.rglob("*")) == before and (tmp_path / "in.har").read_bytes() == RAW


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of memory is read from /proc")
def test_a_large_file_is_cleaned_with_little_memory_and_progress_is_shown(tmp_path):
    source, entries = (
        tmp_path / "large.har",
        ",".join(json.dumps(entry, indent=1) for entry in CASE["log"]["entries"]),
    )
    source.write_text(
        '{"log": {"version": "1.2", "entries": [' + ",".join([entries] * 360) + "]}}",
        encoding="utf-8",
    )
    size = source.stat().st_size
    assert size > 20_000_000
    program = (
        "import sys; from labutils.__main__ import main; main(sys.argv[1:]); "
        "print(open('/proc/self/status').read())"
    )
    command = [sys.executable, "-c", program, "sanitize", str(source), str(tmp_path / "out.har")]
    done = subprocess.run(command, capture_output=True, check=True, encoding="locale")
    assert int(re.search(r"VmHWM:\s+(\d+) kB", done.stdout)[1]) * 1024 < 6 * size
    percents = [int(number) for number in re.findall(r"(\d+) %", done.stderr)]
    assert percents == sorted(percents) and percents[-1] == 100 and len(percents) > 10
