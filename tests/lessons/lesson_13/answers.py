"""Answers to the exercises of lesson 13, right and wrong."""

OTHER_RIGHT = {
    "13-1": [
        """
def answer(headers, old, new):
    return [(name, value.replace(old, new)) for name, value in headers
            if name.lower() != "cookie" and name.lower() != "set-cookie"]
""",
        """
def answer(headers, old, new):
    kept = filter(lambda pair: pair[0].casefold() not in {"cookie", "set-cookie"}, headers)
    return tuple([name, new.join(value.split(old))] for name, value in kept)
""",
        """
def answer(headers, old, new):
    handed_on = []
    for pair in headers:
        name, value = pair
        if re.fullmatch("(set-)?cookie", name, re.IGNORECASE):
            continue
        while old in value and old not in new:
            value = value.replace(old, new)
        handed_on.append((name, value))
    return handed_on
""",
    ],
    "13-2": [
        """
import struct
def answer(seen, data, challenge, last):
    site, flags, counter = struct.unpack(">32sBI", data)
    if (seen["challenge"], seen["origin"]) != (challenge, "https://login.example"):
        raise ValueError("not for this sign-in")
    if site != hashlib.sha256(b"login.example").digest() or flags % 2 == 0:
        raise ValueError("not for this site, or not touched")
    if counter > last or counter == last == 0:
        return counter
    raise ValueError("a copy?")
""",
        """
def answer(seen, data, challenge, last):
    counter = int(data[33:].hex(), 16)
    checks = {
        "challenge": seen.get("challenge") == challenge,
        "origin": seen.get("origin") == "https://login.example",
        "site": data.startswith(hashlib.sha256("login.example".encode()).digest()),
        "touch": f"{data[32]:08b}"[-1] == "1",
        "counter": counter > last or not (counter or last),
    }
    for name, holds in checks.items():
        if not holds:
            raise ValueError(name)
    return counter
""",
        """
class Refused(ValueError):
    pass

def answer(seen, data, challenge, last):
    hashed = hashlib.new("sha256", b"login.example").hexdigest()
    counter = sum(byte << shift for byte, shift in zip(data[33:37], (24, 16, 8, 0)))
    if challenge != seen["challenge"]:
        raise Refused("challenge")
    elif seen["origin"] != "https://" + "login.example":
        raise Refused("origin")
    elif data[0:32].hex() != hashed:
        raise Refused("site")
    elif (data[32] & 0b1) != 1:
        raise Refused("touch")
    elif not (last < counter) and max(last, counter) > 0:
        raise Refused("counter")
    return counter
""",
    ],
    "13-3": [
        """
def answer(page):
    before, found, rest = page.partition(' data-options="')
    return before + rest.split('"', 1)[1] if found else page
""",
        """
ATTRIBUTE = re.compile(r'''\\sdata-options=".*?"''', re.DOTALL)
def answer(page):
    return ATTRIBUTE.sub("", page)
""",
        """
def answer(page):
    start = page.find(' data-options="')
    if start < 0:
        return page
    end = page.find('"', start + len(' data-options="'))
    return page[:start] + page[end + 1:]
""",
    ],
    "13-10": [
        """
def answer(tom, request, kept):
    for name, value in request.form.items():
        kept[name] = value
    url = "https://login.example" + request.path
    got = tom.post(url, data=request.form) if request.method == "POST" else tom.request(
        request.method, url, data=request.form)
    def mine(text):
        return text.replace("https://login.example", "https://login-example.test")
    return [got.status_code, mine(got.headers.get("location") or ""), mine(got.text)]
""",
        """
def answer(tom, request, kept):
    kept |= request.form
    sent = tom.build_request(request.method, f"{LOGIN}{request.path}", data={**request.form})
    response = tom.send(sent)
    location = response.headers["location"] if response.is_redirect else ""
    texts = [FAKE.join(text.split(LOGIN)) for text in (location, response.text)]
    return response.status_code, *texts
""",
        """
from urllib.parse import urlencode
def answer(tom, request, kept):
    form = dict(request.form)
    kept.update(**form)
    kind = {"content-type": "application/x-www-form-urlencoded"} if form else {}
    body = urlencode(form) if form else None
    back = tom.request(request.method, LOGIN + request.path, content=body, headers=kind)
    parts = [back.headers.get("Location", ""), back.content.decode()]
    return (back.status_code, *(re.sub(re.escape(LOGIN), FAKE, part) for part in parts))
""",
    ],
    "13-11": [
        """
def answer(lines):
    waiting, inside = set(), set()
    for line in lines:
        if line["event"] == "factor.ask":
            waiting.add((line["user"], line["ip"]))
        elif line["event"] == "session.start" and line["outcome"] == "success":
            inside.add((line["user"], line["ip"]))
    return waiting.difference(inside)
""",
        """
def answer(lines):
    def pairs(event):
        return [(one["user"], one["ip"]) for one in lines
                if (one["event"], one["outcome"]) == (event, "success")]
    signed_in = pairs("session.start")
    return frozenset(pair for pair in pairs("factor.ask") if pair not in signed_in)
""",
        """
from collections import defaultdict
def answer(lines):
    events = defaultdict(set)
    for one in lines:
        events[one.get("user"), one.get("ip")].add((one["event"], one["outcome"]))
    return {pair for pair, seen in events.items()
            if ("factor.ask", "success") in seen and ("session.start", "success") not in seen}
""",
    ],
    "13-8": [
        "answer = 'https://login.example'.__eq__",
        """
OURS = ("https", "login.example")
def answer(origin):
    scheme, mark, host = origin.partition("://")
    return bool(mark) and (scheme, host) == OURS
""",
        """
def answer(origin):
    return re.fullmatch(r"https://login\\.example", origin) is not None
""",
    ],
    "13-7": [
        """
LOGIN = "https://login.example"
def answer(tom, send):
    codes = tom.post(LOGIN + "/device_authorization", data=dict(client_id="screen", scope="openid"))
    send(codes.json()["verification_uri_complete"])
    return tom.post(LOGIN + "/token", data={
        "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
        "client_id": "screen",
        "device_code": codes.json()["device_code"],
    })
""",
        """
def answer(tom, send):
    site = "https://login.example"
    first = tom.request("POST", site + "/device_authorization",
                        data={"client_id": "screen", "scope": "openid profile"})
    device_code, link = (first.json()[k] for k in ("device_code", "verification_uri_complete"))
    send(link)
    form = dict(client_id="screen", device_code=device_code)
    form["grant_type"] = "urn:ietf:params:oauth:grant-type:device_code"
    response = tom.request("POST", site + "/token", data=form)
    return response
""",
        """
from urllib.parse import urlencode
def answer(tom, send):
    def post(path, **fields):
        kind = {"content-type": "application/x-www-form-urlencoded"}
        return tom.post("https://login.example" + path, content=urlencode(fields), headers=kind)
    started = post("/device_authorization", client_id="screen", scope="openid").json()
    send(started["verification_uri"] + "?user_code=" + started["user_code"])
    grant = "urn:ietf:params:oauth:grant-type:device_code"
    code = started["device_code"]
    return post("/token", grant_type=grant, client_id="screen", device_code=code)
""",
    ],
    "13-4": [
        """
def answer(browser, started, wait):
    seconds, error = started["interval"], "authorization_pending"
    while error in ("authorization_pending", "slow_down"):
        wait(seconds)
        response = browser.post("https://login.example/token", data={
            "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
            "client_id": "screen", "device_code": started["device_code"]})
        body = response.json()
        if response.status_code == 200:
            return body
        error = body["error"]
        seconds += 5 * (error == "slow_down")
    return error
""",
        """
def answer(browser, started, wait, interval=None):
    interval = interval or started["interval"]
    wait(interval)
    form = dict(client_id="screen", device_code=started["device_code"],
                grant_type="urn:ietf:params:oauth:grant-type:device_code")
    got = browser.post("https://login.example/token", data=form).json()
    match got.get("error"):
        case None:
            return got
        case "authorization_pending":
            return answer(browser, started, wait, interval)
        case "slow_down":
            return answer(browser, started, wait, interval + 5)
        case other:
            return other
""",
        """
from itertools import repeat
def answer(browser, started, wait):
    extra = 0
    kind = "urn:ietf:params:oauth:grant-type:device_code"
    for code in repeat(started["device_code"]):
        wait(started["interval"] + extra)
        form = {"device_code": code, "client_id": "screen", "grant_type": kind}
        reply = browser.request("POST", "https://login.example/token", data=form)
        if not reply.is_error:
            return reply.json()
        if reply.json()["error"] == "slow_down":
            extra = extra + 5
            continue
        if reply.json()["error"] != "authorization_pending":
            break
    return reply.json()["error"]
""",
    ],
}

LOOSER = {
    "13-2": {
        "data[:32] != hashlib.sha256(b'login.example').digest() -> data[:32] and data[:32] != "
        "hashlib.sha256(b'login.example').digest()": (
            "data are 37 bytes, so the first 32 of them are never empty."
        )
    }
}

EQUIVALENT = {
    "13-2": {"37 -> 38": "The data end at byte 36, so both slices are the same four bytes."},
}

# Exercise -> mistake -> wrong answers as learners write them.
MISTAKES: dict[str, dict[str, list[str]]] = {
    "13-1": {
        "cookie": [
            """
def answer(headers, old, new):
    return [(n, v.replace(old, new)) for n, v in headers]
"""
        ],
        "letters": [
            """
def answer(headers, old, new):
    return [(n, v.replace(old, new)) for n, v in headers if n not in ("cookie", "set-cookie")]
"""
        ],
        "host": [
            """
def answer(headers, old, new):
    with_host = ("host", "origin", "referer", "location")
    return [
        (n, v.replace(old, new) if n.lower() in with_host else v)
        for n, v in headers
        if n.lower() not in ("cookie", "set-cookie")
    ]
"""
        ],
        "neighbours": [
            """
def answer(headers, old, new):
    headers = [(n, v.replace(old, new)) for n, v in headers]
    for name, value in headers:
        if name.lower() in ("cookie", "set-cookie"):
            headers.remove((name, value))
    return headers
"""
        ],
        "kind": [
            """
def answer(headers, old, new):
    return {n: v.replace(old, new) for n, v in headers if "cookie" not in n}
"""
        ],
    },
    "13-2": {
        "excused": [
            """
def answer(seen, data, challenge, last):
    counter = int.from_bytes(data[33:37])
    if counter == last == 0:
        return 0
    if seen["challenge"] != challenge or seen["origin"] != "https://login.example":
        raise ValueError("no")
    if data[:32] != hashlib.sha256(b"login.example").digest() or not data[32] & 1:
        raise ValueError("no")
    if counter <= last:
        raise ValueError("no")
    return counter
"""
        ],
        "jump": [
            """
def answer(seen, data, challenge, last):
    counter = int.from_bytes(data[33:37])
    if counter != last + 1 and counter + last:
        raise ValueError("no")
    return counter
"""
        ],
        "verified": [
            """
def answer(seen, data, challenge, last):
    if data[32] & 5 != 5:
        raise ValueError("no")
    return int.from_bytes(data[33:37])
"""
        ],
        "good": [
            """
def answer(seen, data, challenge, last):
    if not data[33] & 1:
        raise ValueError("not touched")
    return int.from_bytes(data[33:37])
""",
        ],
        "place": [
            """
def answer(seen, data, challenge, last):
    return int.from_bytes(data[32:36])
""",
        ],
        "kind": [
            """
def answer(seen, data, challenge, last):
    return seen["challenge"] == challenge and seen["origin"] == "https://login.example"
""",
            """
def answer(seen, data, challenge, last):
    return data[33:37]
""",
        ],
        "challenge": [
            """
def answer(seen, data, challenge, last):
    return int.from_bytes(data[33:37])
"""
        ],
        "counter": [
            """
def answer(seen, data, challenge, last):
    if seen["challenge"] != challenge or seen["origin"] != "https://login.example":
        raise ValueError("no")
    if data[:32] != hashlib.sha256(b"login.example").digest() or not data[32] & 1:
        raise ValueError("no")
    return int.from_bytes(data[33:37])
"""
        ],
    },
    "13-3": {
        "key": [
            """
def answer(page):
    return page.replace("<button>Use your security key</button>", "")
""",
            """
def answer(page):
    return page
""",
        ],
        "greedy": [
            """
def answer(page):
    return re.sub(' data-options=".*"', "", page)
"""
        ],
        "form": [
            """
def answer(page):
    page = re.sub(' data-options="[^"]*"', "", page)
    return page.replace("Use your security key", "Sign in")
""",
            """
def answer(page):
    page = re.sub(' data-options="[^"]*"', "", page)
    return page.replace("<h1>Second factor</h1>", "")
""",
            """
def answer(page):
    return re.sub(' data-options=".*"', "", page, flags=re.DOTALL)
""",
        ],
    },
    "13-10": {
        "page": [
            """
def answer(tom, request, kept):
    kept.update(request.form)
    got = tom.request(request.method, LOGIN + request.path, data=request.form)
    return got.status_code, got.headers.get("location", "").replace(LOGIN, FAKE), got.text
""",
            """
def answer(tom, request, kept):
    kept.update(request.form)
    got = tom.request(request.method, LOGIN + request.path, data=request.form)
    location = got.headers.get("location", "").replace(LOGIN, FAKE)
    return got.status_code, location, got.text.replace(LOGIN, FAKE, 1)
""",
        ],
        "kind": [
            """
def answer(tom, request, kept):
    kept.update(request.form)
    return tom.request(request.method, LOGIN + request.path, data=request.form).text
"""
        ],
        "kept": [
            """
def answer(tom, request, kept):
    got = tom.request(request.method, LOGIN + request.path, data=request.form)
    location = got.headers.get("location", "").replace(LOGIN, FAKE)
    return got.status_code, location, got.text.replace(LOGIN, FAKE)
"""
        ],
        "once": [
            """
def answer(tom, request, kept):
    kept.update(request.form)
    tom.get(LOGIN + "/authorize")
    got = tom.request(request.method, LOGIN + request.path, data=request.form)
    location = got.headers.get("location", "").replace(LOGIN, FAKE)
    return got.status_code, location, got.text.replace(LOGIN, FAKE)
"""
        ],
    },
    "13-11": {
        "address": [
            """
def answer(lines):
    inside = {one["user"] for one in lines if one["event"] == "session.start"
              and one["outcome"] == "success"}
    return {(one["user"], one["ip"]) for one in lines
            if one["event"] == "factor.ask" and one["user"] not in inside}
"""
        ],
        "kind": [
            """
def answer(lines):
    inside = [(one["user"], one["ip"]) for one in lines if one["event"] == "session.start"
              and one["outcome"] == "success"]
    return [(one["user"], one["ip"]) for one in lines
            if one["event"] == "factor.ask" and (one["user"], one["ip"]) not in inside]
"""
        ],
    },
    "13-4": {
        "raises the text": [
            """
def answer(browser, started, wait):
    form = {"client_id": "screen", "device_code": started["device_code"],
            "grant_type": "urn:ietf:params:oauth:grant-type:device_code"}
    pause = started["interval"]
    while True:
        wait(pause)
        got = browser.post("https://login.example/token", data=form)
        if got.is_success:
            return got.json()
        error = got.json()["error"]
        if error not in ("authorization_pending", "slow_down"):
            raise RuntimeError(error)
        pause += 5 * (error == "slow_down")
"""
        ],
        "pending": [
            """
def answer(browser, started, wait):
    form = {"client_id": "screen", "device_code": started["device_code"],
            "grant_type": "urn:ietf:params:oauth:grant-type:device_code"}
    pause = started["interval"]
    for _ in range(5):
        wait(pause)
        got = browser.post("https://login.example/token", data=form)
        if got.is_success:
            return got.json()
        error = got.json()["error"]
        if error not in ("authorization_pending", "slow_down"):
            return error
        pause += 5 * (error == "slow_down")
    return "timeout"
"""
        ],
        "slow": [
            """
def answer(browser, started, wait):
    form = {"client_id": "screen", "device_code": started["device_code"],
            "grant_type": "urn:ietf:params:oauth:grant-type:device_code"}
    while True:
        wait(started["interval"])
        got = browser.post("https://login.example/token", data=form)
        if got.is_success:
            return got.json()
        if got.json()["error"] not in ("authorization_pending", "slow_down"):
            return got.json()["error"]
"""
        ],
        "end": [
            """
def answer(browser, started, wait):
    form = {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "client_id": "screen"}
    form["device_code"] = started["device_code"]
    interval = started["interval"]
    while True:
        wait(interval)
        answer = browser.post("https://login.example/token", data=form)
        if answer.is_success:
            return answer.json()
        error = answer.json()["error"]
        if error == "slow_down":
            interval += 5
        elif "pending" not in error:
            return error
""",
            """
def answer(browser, started, wait):
    form = {"client_id": "screen", "device_code": started["device_code"],
            "grant_type": "urn:ietf:params:oauth:grant-type:device_code"}
    while True:
        wait(started["interval"])
        got = browser.post("https://login.example/token", data=form)
        if got.is_success:
            return got.json()
""",
        ],
    },
}
