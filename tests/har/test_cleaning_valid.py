"""A valid HAR stays valid, nothing that the search knows survives, and support keeps what it needs:
over files in the styles of many exporters, over mutations of them, and over a folder of real ones.

`LABUTILS_HAR_FOLDER=FOLDER pytest tests/test_har_valid.py` runs the same over the HAR files of a
folder, which are anybody's and not a part of this repository.
"""

import copy
import json
import os
import pathlib
import random
from collections import Counter
from functools import cache

import jsonschema
import pytest
from places import HAR_SCHEMA
from tables import table

from labutils import har
from labutils.har.files import survivors
from labutils.har.forensics import LOOKS, credentials
from labutils.identity.keys import json_part

SCHEMA = json.loads(HAR_SCHEMA.read_text(encoding="utf-8"))
CHECKER = jsonschema.FormatChecker()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA, format_checker=CHECKER)
FOLDER = os.environ.get("LABUTILS_HAR_FOLDER")
NEEDED = {"user-agent", "server", "x-cache", "x-request-id", "cf-ray", "retry-after", "age"}
SEEDS = range(12)


def faults(found: dict) -> list[str]:
    """What is wrong with a HAR, one sentence a fault."""
    errors = VALIDATOR.iter_errors(found)
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in errors]


def test_the_checker_knows_the_formats():
    assert {"ipv4", "ipv6", "date-time", "uri"} <= set(CHECKER.checkers)
    entry = next(exported(style, 0) for style in EXPORTERS)["log"]["entries"][0]
    for member, value in (("serverIPAddress", "x-0123456789"), ("startedDateTime", "2023-10-02")):
        assert faults({"log": {**TOOL, "entries": [entry | {member: value}]}})
    request = entry["request"] | {"url": "x-0123456789"}
    assert faults({"log": {**TOOL, "entries": [entry | {"request": request}]}})


# --- files in the styles of many exporters ------------------------------------------------------

TOOL = {"version": "1.2", "creator": {"name": "WebInspector", "version": "537.36"}}


class Draw(random.Random):
    """Values as they stand in real files, drawn from a seed."""

    def secret(self) -> str:
        alphabet = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789-_"
        return self.choice("bcdf") + "".join(self.choices(alphabet, k=self.randint(20, 60))) + "7aB"

    def jwt(self) -> str:
        claims = {"sub": self.secret(), "aud": "wiki", "exp": self.randint(10**9, 2 * 10**9)}
        return f"{json_part({'alg': 'ES256', 'kid': 'k'})}.{json_part(claims)}.{self.secret()}"

    def hex(self, length: int) -> str:
        return "7a" + "".join(self.choices("0123456789abcdef", k=length - 2))

    def uuid(self) -> str:
        return "-".join(map(self.hex, (8, 4, 4, 4, 12)))

    def date(self) -> str:
        fraction = self.choice(["", ".393", ".393120", ".3931200", ".123456789"])
        zone = self.choice(["Z", "+00:00", "-08:00"])
        day = f"2023-{self.randint(1, 12):02}-{self.randint(1, 28):02}"
        return f"{day}T09:{self.randint(0, 59):02}:07{fraction}{zone}"

    def address(self) -> str:
        octets = ".".join(str(self.randint(1, 254)) for _ in range(4))
        return self.choice(
            [octets, "2606:2800:220:1:248:1893:25c8:1946", "::1", "::ffff:10.20.30.99"]
        )

    def url(self) -> str:
        secret = self.secret()
        return self.choice(
            [
                f"https://wiki.example/api/reports/{secret}?code={secret}#token={secret}",
                f"https://u:{secret}@a.example:8443/26",
                f"https://{self.hex(18)}.cdn.example/app.js?v=1",
                f"data:image/png;base64,{secret}7aB=",
                f"data:text/html;charset=utf-8,{secret}",
                f"data:,{secret}",
                f"blob:https://wiki.example/{self.uuid()}",
                f"wss://wiki.example/ws?ticket={secret}",
                f"chrome-extension://{secret.lower().replace('_', '')}/main.js",
                "about:blank",
                f"urn:uuid:{self.uuid()}",
                f"mailto:{secret}@wiki.example",
                "http://[2001:db8::7]:8080/api",
                f"https://wiki.example/%7b{secret}%7d/a%20b",
                f"file:///home/jane.roe/{secret}.html",
            ]
        )

    def body(self) -> tuple[str, str]:
        secret = self.secret()
        return self.choice(
            [
                ("application/json", json.dumps({"access_token": self.jwt(), "expires_in": 3600})),
                (
                    "application/json",
                    json.dumps({"token": list(self.jwt().encode()), "otp": [4, 7]}),
                ),
                ("application/json", json.dumps({"key": {str(n): 101 + n for n in range(64)}})),
                (
                    "application/json",
                    json.dumps({"items": [{"id": n, "key": secret} for n in (1, 2)]}),
                ),
                ("application/json; charset=utf-8", '{"error": "not_found", "broken": '),
                ("text/html", f'<input name="csrf" value="{secret}">'),
                ("application/x-www-form-urlencoded", f"user=ada&password={secret}&code=482913"),
                (f"multipart/form-data; boundary={secret}", f"--{secret}\r\n\r\n{secret}"),
                ("", ""),
            ]
        )


def pairs(*found: tuple[str, str]) -> list[dict]:
    return [{"name": name, "value": value} for name, value in found]


def message_parts(draw: Draw) -> tuple[dict, dict]:
    """What all exporters write of a request and an answer."""
    mime, text = draw.body()
    cookie = {"name": "session", "value": draw.secret(), "path": "/", "domain": "wiki.example"}
    sent = pairs(
        ("Host", "wiki.example"),
        ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/143.0"),
        ("Authorization", f"Bearer {draw.jwt()}"),
        ("Cookie", f"theme=dark; session={cookie['value']}"),
        ("X-Api-Key", draw.secret()),
        ("Referer", draw.url()),
    )
    came = pairs(
        ("Server", draw.choice(["nginx/1.25.3", "cloudflare", "Apache/2.4.41 (Ubuntu)"])),
        ("X-Cache", draw.choice(["HIT", "Miss from cloudfront"])),
        ("X-Request-Id", draw.choice([draw.uuid(), draw.hex(32)])),
        ("CF-Ray", draw.hex(16) + "-IAD"),
        ("Retry-After", str(draw.randint(0, 600))),
        ("Age", str(draw.randint(0, 10**6))),
        ("Set-Cookie", f"session={cookie['value']}; Path=/; HttpOnly\nb={draw.secret()}; Secure"),
    )
    request = {
        "method": draw.choice(["GET", "POST", "PROPFIND"]),
        "url": draw.url(),
        "httpVersion": draw.choice(["HTTP/1.1", "h2", "http/2.0", "unknown"]),
        "cookies": [cookie | {"expires": draw.date(), "httpOnly": True, "secure": False}],
        "headers": sent,
        "queryString": pairs(("code", draw.secret()), ("page", "2")),
        "headersSize": draw.choice([-1, 683]),
        "bodySize": draw.randint(-1, 10**6),
    }
    if draw.random() < 0.5:
        request["postData"] = {"mimeType": mime, "text": text, "params": pairs(("otp", "482913"))}
    response = {
        "status": draw.choice([0, 200, 302, 404, 503]),
        "statusText": draw.choice(["", "OK", "Not Found", f"Bad {draw.secret()}"]),
        "httpVersion": "HTTP/1.1",
        "cookies": [{"name": "b", "value": draw.secret(), "sameSite": "Lax"}],
        "headers": came,
        "content": {"size": draw.randint(0, 10**7), "mimeType": mime, "text": text},
        "redirectURL": draw.choice(["", f"/cb?code={draw.secret()}", draw.url()]),
        "headersSize": -1,
        "bodySize": draw.randint(-1, 10**6),
    }
    return request, response


def plain_entry(draw: Draw, **more: object) -> dict:
    request, response = message_parts(draw)
    took = [round(draw.random() * 3000, draw.randint(0, 9)) for _ in range(3)]
    return {
        "startedDateTime": draw.date(),
        "time": sum(took),
        "request": request,
        "response": response,
        "cache": draw.choice([{}, {"beforeRequest": None}, {"afterRequest": cached(draw)}]),
        "timings": dict(zip(("send", "wait", "receive"), took, strict=True)),
        **more,
    }


def cached(draw: Draw) -> dict:
    when = draw.choice([draw.date(), "2009-04-16T15:50:36", "0001-01-01T00:00:00Z"])
    return {"lastAccess": when, "expires": when, "eTag": draw.secret(), "hitCount": 21}


def chrome(draw: Draw) -> dict:
    frames = [
        {"functionName": draw.secret(), "url": draw.url(), "lineNumber": 113, "columnNumber": 5290}
    ]
    entry = plain_entry(
        draw,
        _initiator={"type": "script", "stack": {"callFrames": frames}},
        _priority="VeryHigh",
        _resourceType="fetch",
        serverIPAddress=draw.address(),
        connection=str(draw.randint(1, 10**6)),
        pageref="page_1",
        _webSocketMessages=[
            {
                "type": "send",
                "time": 1693314200.33,
                "opcode": 1,
                "data": json.dumps({"t": draw.jwt()}),
            }
        ],
    )
    entry["timings"] |= {"_blocked_queueing": 3.293, "_workerStart": -1, "blocked": 4.2, "ssl": -1}
    entry["response"] |= {"_transferSize": 2462, "_error": None, "_fetchedViaServiceWorker": False}
    page = {"startedDateTime": draw.date(), "id": "page_1", "title": draw.url()}
    pages = [page | {"pageTimings": {"onContentLoad": 1503.25, "onLoad": 3550.005000000965}}]
    return {**TOOL, "pages": pages, "entries": [entry]}


def firefox(draw: Draw) -> dict:
    tool = {"name": "Firefox", "version": "143.0.1"}
    entry = plain_entry(
        draw,
        _securityState="secure",
        serverIPAddress=draw.address(),
        connection="443",
        pageref="page_3",
    )
    entry["response"]["content"]["comment"] = draw.secret()
    page = {"startedDateTime": draw.date(), "id": "page_3", "title": draw.secret()}
    pages = [page | {"pageTimings": {"onContentLoad": -1, "onLoad": 563}}]
    return {"version": "1.2", "creator": tool, "browser": tool, "pages": pages, "entries": [entry]}


def safari(draw: Draw) -> dict:
    creator = {"name": "WebKit Web Inspector", "version": "1.0"}
    entry = plain_entry(
        draw, _fetchType="Network Load", serverIPAddress=draw.address(), _priority="high"
    )
    entry["timings"] |= {"blocked": 1.5, "dns": -1, "connect": -1, "ssl": -1}
    return {"version": "1.2", "creator": creator, "pages": [], "entries": [entry]}


def fiddler(draw: Draw) -> dict:
    creator = {
        "name": "Fiddler",
        "version": "5.0.20211.51073",
        "comment": "https://fiddler2.example",
    }
    entry = plain_entry(draw, connection=f"ClientPort:{draw.randint(1024, 65535)};EgressPort:51403")
    entry["comment"] = f"[#{draw.randint(1, 99)}]"
    return {
        "version": "1.2",
        "creator": creator,
        "comment": "exported",
        "pages": [],
        "entries": [entry],
    }


def charles(draw: Draw) -> dict:
    creator = {"name": "Charles Proxy", "version": "4.6.3"}
    entry = plain_entry(draw, serverIPAddress=draw.address())
    entry["response"] |= {"_charlesStatus": "COMPLETE", "_remoteAddress": draw.address()}
    return {"version": "1.2", "creator": creator, "entries": [entry]}


def playwright(draw: Draw) -> dict:
    creator, browser = (
        {"name": "Playwright", "version": "1.65.1"},
        {"name": "chromium", "version": "156.0.8078.79"},
    )
    security = {"protocol": "TLS 1.3", "subjectName": "wiki.example", "validFrom": 1690000000}
    entry = plain_entry(
        draw,
        _frameref=f"frame@{draw.hex(32)}",
        _monotonicTime=draw.random() * 10**6,
        _serverPort=draw.randint(1024, 65535),
        _securityDetails=security,
        serverIPAddress=draw.address(),
    )
    return {
        "version": "1.2",
        "creator": creator,
        "browser": browser,
        "pages": [],
        "entries": [entry],
    }


def insomnia(draw: Draw) -> dict:
    creator = {"name": "Insomnia REST Client", "version": "insomnia.desktop.app:v2022.1.1"}
    entry = plain_entry(draw, comment=f"Login {draw.secret()}")
    entry["request"] |= {"headersSize": -1, "_settings": {"token": draw.secret(), "pin": 4711}}
    return {"version": "1.2", "creator": creator, "entries": [entry]}


def webpagetest(draw: Draw) -> dict:
    creator = {"name": "WebPagetest", "version": "3.0"}
    times = {
        name: draw.randint(0, 9000) for name in ("_load_end", "_ttfb_ms", "_dns_start", "_all_end")
    }
    entry = plain_entry(
        draw, **times, _ip_addr=draw.address(), _full_url=draw.url(), _cdn_provider=""
    )
    entry |= {"_initiator_line": "113", "_bytesIn": "1753", "_socket": 691, "_host": "wiki.example"}
    page = {"startedDateTime": draw.date(), "id": "page_1_0", "title": "Run 1, First View"}
    timings = {"onLoad": 3592, "onContentLoad": -1, "_startRender": 2007.3333}
    measured = {"_SpeedIndex": 2006, "_visualComplete85": 1000, "_fullyLoadedCPUms": 2433.616}
    pages = [page | measured | {"pageTimings": timings}]
    return {"version": "1.2", "creator": creator, "pages": pages, "entries": [entry]}


def mitmproxy(draw: Draw) -> dict:
    creator = {"name": "mitmproxy", "version": "12.1.2", "comment": ""}
    entry = plain_entry(draw, serverIPAddress=draw.address())
    mime, text = draw.body()
    entry["response"]["content"] = {"size": 9, "compression": -1, "mimeType": mime, "text": text}
    entry["response"]["content"] |= {"encoding": "base64", "text": "//79" + draw.secret()}
    return {"version": "1.2", "creator": creator, "pages": [], "entries": [entry]}


def chrome_har(draw: Draw) -> dict:
    creator = {"name": "chrome-har", "version": "1.3.0"}
    entry = plain_entry(
        draw, _requestId="77329.470", _initialPriority="Low", _requestTime=593998.07542
    )
    entry |= {"_chunks": [{"bytes": 1300, "ts": 239.47}], "_wallTime": 1498619700.96911}
    entry["request"] |= {"_timestamp": 29.899086, "_wallTime": 1453754222.47341}
    entry["response"]["content"]["size"] = 10**7
    return {"version": "1.2", "creator": creator, "entries": [entry]}


EXPORTERS = {
    made_by.__name__: made_by
    for made_by in (
        chrome,
        firefox,
        safari,
        fiddler,
        charles,
        playwright,
        insomnia,
        webpagetest,
        mitmproxy,
        chrome_har,
    )
}


@cache
def exported(style: str, seed: int) -> dict:
    draw = Draw(f"{style} {seed}")
    logs = [EXPORTERS[style](draw) for _ in range(3)]
    return {"log": {**logs[0], "entries": [entry for log in logs for entry in log["entries"]]}}


# --- what must hold for each --------------------------------------------------------------------


def numbers(value: object, after: object) -> int:
    """How many numbers have become something else than a number."""
    if isinstance(value, dict):
        return sum(map(numbers, value.values(), after.values()))
    if isinstance(value, list):
        return sum(map(numbers, value, after))
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and not isinstance(after, int | float)


def needed(found: dict) -> Counter[tuple[str, str]]:
    """What support needs and a HAR holds, with how often."""
    headers = [
        (str(header["name"]).lower(), str(header.get("value")))
        for entry in found["log"]["entries"]
        for side in ("request", "response")
        for header in (entry.get(side) or {}).get("headers") or []
        if isinstance(header, dict) and "name" in header
    ]
    tools = [
        (kind, str(found["log"][kind].get("name")))
        for kind in ("creator", "browser")
        if isinstance(found["log"].get(kind), dict)
    ]
    return Counter(
        pair for pair in [*headers, *tools] if pair[0] in NEEDED | {"creator", "browser"}
    )


def holds(before: dict, after: dict) -> bool:
    """The promises that a cleaned HAR keeps whatever it was before; whether it was valid."""
    if was_valid := VALIDATOR.is_valid(before):
        assert faults(after) == []
    assert numbers(before, after) == 0
    left = [survivors(entry, number) for number, entry in enumerate(after["log"]["entries"])]
    assert [(found.place, found.value) for entry in left for found in entry] == []
    return was_valid


def known_secrets(found: dict) -> set[str]:
    """The texts in a HAR that the search knows as credentials, but short ones and whole addresses.

    Such may stand elsewhere by chance, where they stay.
    """
    return {
        text
        for entry in found["log"]["entries"]
        for _, kind, text in credentials(entry)
        if kind != LOOKS and len(text) >= 8 and "://" not in text
    }


@table("seed", SEEDS)
@table("style", EXPORTERS)
def test_a_valid_har_stays_valid_and_keeps_what_support_needs_and_no_secret(style, seed):
    before = exported(style, seed)
    after = har.clean(before, "a salt")
    assert holds(before, after), faults(before)
    secrets = known_secrets(before)
    assert len(secrets) >= 9 and not secrets & har.strings(after)
    kept = needed(before)
    assert needed(after) == kept and {name for name, _ in kept} >= NEEDED | {"creator"}


def mutated(found: dict, draw: Draw) -> dict:
    """A copy with a few members removed, changed into something else, or added."""
    found = copy.deepcopy(found)
    for _ in range(draw.randint(1, 4)):
        place = draw.choice([value for value in containers(found["log"]) if value])
        name = draw.choice(list(place) if isinstance(place, dict) else range(len(place)))
        new = draw.choice(
            [
                None,
                -1,
                0,
                1e300,
                482913,
                True,
                "",
                draw.secret(),
                draw.jwt(),
                list(draw.jwt().encode()),
                {"0": 101, "1": 121},
                draw.url(),
                draw.date(),
                draw.address(),
                [[draw.secret()]],
                "\ud800",
            ]
        )
        if place is found["log"] and name == "entries":
            continue
        if draw.random() < 0.2:
            place.pop(name)
        elif draw.random() < 0.3 and isinstance(place, dict):
            place[f"_{draw.secret()}"] = new
        elif draw.random() < 0.5 and type(place[name]) is str and type(new) is not str:
            place[name] = draw.url()
        else:
            place[name] = new
    entries = found["log"]["entries"]
    rest = {name: value for name, value in found["log"].items() if name != "entries"}
    return {"log": rest | {"entries": [entry for entry in entries if isinstance(entry, dict)]}}


def containers(value: object) -> list:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    own = [value] if isinstance(value, dict | list) else []
    return own + [more for one in inner for more in containers(one)]


@pytest.mark.parametrize("style", EXPORTERS)
def test_a_mutated_har_is_cleaned_as_well_and_stays_valid_where_it_was(style):
    draw, still_valid = Draw(style), 0
    for seed in range(60):
        before = mutated(exported(style, seed % len(SEEDS)), draw)
        after = har.clean(before, "a salt")
        json.dumps(after, allow_nan=False)
        still_valid += holds(before, after)
        assert not known_secrets(before) & har.strings(after)
    assert still_valid >= 5


def test_equal_addresses_of_servers_stay_equal_and_are_for_documentation():
    hars = [exported("chrome", seed) for seed in SEEDS]
    every = {
        "log": {**hars[0]["log"], "entries": [e for one in hars for e in one["log"]["entries"]]}
    }
    cleaned = har.clean(every, "a salt")["log"]["entries"]
    before, after = (
        [entry["serverIPAddress"] for entry in es] for es in (every["log"]["entries"], cleaned)
    )
    assert all(address.startswith("2001:db8:") for address in after)
    assert len(set(zip(before, after, strict=True))) == len(set(before)) == len(set(after)) > 10


@pytest.mark.skipif(not FOLDER, reason="no folder with real recordings is named")
def test_real_recordings_stay_valid_and_their_credentials_go():
    paths = sorted(pathlib.Path(FOLDER).rglob("*.har"))
    assert paths
    for path in paths:
        try:
            before = har.read(path.read_bytes())
        except har.NotHar as refusal:
            print(f"{path.name}: {refusal}")
            continue
        after = har.clean(before, "a salt")
        holds(before, after)
        assert not known_secrets(before) & har.strings(after), path.name
        kept = sum((needed(before) & needed(after)).values())
        print(f"{path.name}: {kept} of {needed(before).total()}")
