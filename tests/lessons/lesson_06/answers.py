"""Lesson 06: right answers in other styles, and changes of the solution that change nothing."""

OTHER_RIGHT = {
    "06-1": [
        """
def answer(recording):
    stolen = {}
    for one in recording:
        if one["host"] == "login.example":
            cookie = one["cookies"].get("session")
            if cookie is not None:
                stolen["session cookie"] = cookie
        given = one["answer"]
        if "access_token" not in given:
            continue
        if "refresh_token" in given:
            stolen |= {"access token": given["access_token"],
                       "refresh token": given["refresh_token"]}
        else:
            stolen["machine token"] = given["access_token"]
    return stolen
""",
        """
def answer(recording):
    at_login = [one["cookies"] for one in recording if one["host"] == "login.example"]
    cookies = [jar["session"] for jar in at_login if "session" in jar]
    answers = [one["answer"] for one in recording if one["answer"].get("access_token")]
    people = [one for one in answers if "refresh_token" in one]
    jobs = [one for one in answers if "refresh_token" not in one]
    stolen = {}
    if cookies:
        stolen["session cookie"] = cookies[-1]
    if people:
        stolen["access token"] = people[-1]["access_token"]
        stolen["refresh token"] = people[-1]["refresh_token"]
    if jobs:
        stolen["machine token"] = jobs[-1]["access_token"]
    return stolen
""",
        """
def answer(recording):
    found = {}
    for entry in reversed(recording):
        match entry:
            case {"host": "login.example", "cookies": {"session": value}}:
                found.setdefault("session cookie", value)
        match entry["answer"]:
            case {"refresh_token": renewing, "access_token": access}:
                found.setdefault("access token", access)
                found.setdefault("refresh token", renewing)
            case {"access_token": access}:
                found.setdefault("machine token", access)
    return found
""",
    ],
    "06-2": [
        """
def answer(browser, token):
    form = dict(client_id="notes", refresh_token=token, grant_type="refresh_token")
    return browser.request("POST", "https://login.example/token", data=form)
""",
        """
from urllib.parse import urlencode
def answer(browser, token):
    form = {"grant_type": "refresh_token", "client_id": "notes", "refresh_token": token}
    kind = {"content-type": "application/x-www-form-urlencoded"}
    return browser.post(LOGIN + "/token", content=urlencode(form), headers=kind)
""",
        """
def answer(browser, token):
    fields = ("grant_type", "client_id", "refresh_token")
    values = ("refresh_token", "notes", token)
    request = browser.build_request("POST", LOGIN + "/token", data=dict(zip(fields, values)))
    return browser.send(request)
""",
    ],
    "06-3": [
        """
def answer(browser, cookie):
    landed = browser.get(LOGIN + "/authorize", params=SILENT_REQUEST,
                         headers={"Cookie": f"session={cookie}"})
    code = query(landed.headers["location"]).get("code")
    if code is None:
        return landed
    return browser.post("https://login.example/token", data={
        "grant_type": "authorization_code", "client_id": "notes", "code": code,
        "redirect_uri": "https://notes.example/cb", "code_verifier": VERIFIER})
""",
        """
def answer(browser, cookie):
    url = "https://login.example/authorize"
    landed = browser.get(url, params=SILENT_REQUEST, headers={"cookie": "session=" + cookie})
    params = landed.next_request.url.params
    if "error" in params:
        return landed
    form = dict(grant_type="authorization_code", code=params["code"], code_verifier=VERIFIER)
    form.update(client_id=SILENT_REQUEST["client_id"], redirect_uri=SILENT_REQUEST["redirect_uri"])
    return browser.post(LOGIN + "/token", data=form)
""",
        """
def answer(browser, cookie):
    request = browser.build_request("GET", LOGIN + "/authorize", params=SILENT_REQUEST)
    request.headers["cookie"] = f"theme=dark; session={cookie}"
    response = browser.send(request)
    try:
        code = query(response.headers["location"])["code"]
    except KeyError:
        return response
    form = {"code": code, "grant_type": "authorization_code", "redirect_uri": NOTES + "/cb"}
    form["client_id"], form["code_verifier"] = "notes", VERIFIER
    return browser.post(LOGIN + "/token", data=form)
""",
        *[
            """
def answer(browser, cookie):
    SEND
    code = query(response.headers["location"]).get("code")
    if not code:
        return response
    return browser.post(LOGIN + "/token", data={
        "grant_type": "authorization_code", "client_id": "notes", "code": code,
        "redirect_uri": NOTES + "/cb", "code_verifier": VERIFIER})
""".replace("SEND", send)
            for send in (
                "response = browser.get(LOGIN + '/authorize', params=SILENT_REQUEST, "
                "cookies={'session': cookie})",
                "browser.cookies.set('session', cookie, domain='login.example')\n"
                "    response = browser.get(LOGIN + '/authorize', params=SILENT_REQUEST)",
            )
        ],
    ],
    "06-4": [
        """
def answer(opens, minutes):
    last = 0
    for minute in minutes:
        if opens(minute):
            last = minute
        else:
            return last
    return last
""",
        """
from itertools import takewhile
def answer(opens, minutes):
    return max(takewhile(opens, minutes), default=0)
""",
        """
def answer(opens, minutes):
    place = 0
    while place < len(minutes) and opens(minutes[place]):
        place += 1
    return minutes[place - 1] if place else 0
""",
    ],
    "06-5": [
        """
from datetime import datetime
def answer(lines, address):
    seen = [line["time"] for line in lines if line["ip"] == address
            and (line["event"], line["outcome"]) == ("api.read", "success")]
    if not seen:
        return 0
    first, last = map(datetime.fromisoformat, (min(seen), max(seen)))
    return int((last - first).total_seconds()) // 60
""",
        """
from labutils.lab import seconds
def answer(lines, address):
    seen = []
    for line in lines:
        if line["ip"] == address and line["event"] == "api.read" and line["outcome"] == "success":
            seen.append(seconds(line["time"]))
    return (seen[-1] - seen[0]) // 60 if seen else 0
""",
        """
from datetime import datetime, timedelta
def answer(lines, address):
    first = last = None
    for line in lines:
        if line["ip"] == address and line["event"] == "api.read" and line["outcome"] == "success":
            last = datetime.strptime(line["time"], "%Y-%m-%dT%H:%M:%SZ")
            first = first or last
    return (last - first) // timedelta(minutes=1) if first else 0
""",
    ],
}

EQUIVALENT: dict[str, dict[str, str]] = {}

# Exercise -> mistake -> wrong answers as learners write them.
MISTAKES: dict[str, dict[str, list[str]]] = {
    "06-1": {
        "newest": [
            """
def answer(recording):
    stolen = {}
    for entry in recording:
        given = entry["answer"]
        if entry["host"] == "login.example" and "session" in entry["cookies"]:
            stolen["session cookie"] = entry["cookies"]["session"]
        if "refresh_token" in given:
            stolen["access token"] = given["access_token"]
            stolen["refresh token"] = given["refresh_token"]
        elif "access_token" in given:
            stolen.setdefault("machine token", given["access_token"])
    return stolen
"""
        ],
        "service": [
            """
def answer(recording):
    stolen = {}
    for entry in recording:
        given = entry["answer"]
        if entry["host"] == "login.example" and "session" in entry["cookies"]:
            stolen["session cookie"] = entry["cookies"]["session"]
        if "access_token" in given:
            stolen["access token"] = given["access_token"]
        if "refresh_token" in given:
            stolen["refresh token"] = given["refresh_token"]
    return stolen
"""
        ],
        "no cookie there": [
            """
def answer(recording):
    stolen = {}
    for entry in recording:
        if entry["host"] == "login.example":
            stolen["session cookie"] = entry["cookies"].get("session")
        given = entry["answer"]
        if "refresh_token" in given:
            stolen.update({name.replace("_", " "): given[name]
                           for name in ("access_token", "refresh_token")})
        elif "access_token" in given:
            stolen["machine token"] = given["access_token"]
    return stolen
"""
        ],
        "host": [
            """
def answer(recording):
    stolen = {}
    for entry in recording:
        if CONDITION and "session" in entry["cookies"]:
            stolen["session cookie"] = entry["cookies"]["session"]
        given = entry["answer"]
        if "refresh_token" in given:
            stolen["access token"] = given["access_token"]
            stolen["refresh token"] = given["refresh_token"]
        elif "access_token" in given:
            stolen["machine token"] = given["access_token"]
    return stolen
""".replace("CONDITION", condition)
            for condition in (
                "'login' in entry['host']",
                "entry['host'].startswith('login.example')",
                "entry['host'].endswith('login.example')",
                "entry['host'].lower() == 'login.example'",
            )
        ],
    },
    "06-2": {
        "elsewhere": [
            """
def answer(browser, token):
    form = {"grant_type": "refresh_token", "client_id": "notes", "refresh_token": token}
    return browser.post(LOGIN + "/token?refresh_token=" + token, data=form)
""",
            """
def answer(browser, token):
    form = {"grant_type": "refresh_token", "client_id": "notes", "refresh_token": token}
    header = {"authorization": "Bearer " + token}
    return browser.post(LOGIN + "/token", data=form, headers=header)
""",
        ],
        "given": [
            """
def answer(browser, token):
    form = {"grant_type": "refresh_token", "client_id": "notes", "refresh_token": token.strip()}
    return browser.post(LOGIN + "/token", data=form)
""",
            """
stolen = {"refresh token": "the one of the cell above"}
def answer(browser, token):
    form = {"grant_type": "refresh_token", "client_id": "notes"}
    form["refresh_token"] = stolen["refresh token"]
    return browser.post(LOGIN + "/token", data=form)
""",
        ],
    },
    "06-3": {
        "elsewhere": [
            """
def answer(browser, cookie):
    silent = SILENT_REQUEST | {"session": cookie}
    landed = browser.get(LOGIN + "/authorize", params=silent,
                         headers={"cookie": "session=" + cookie})
    code = query(landed.headers["location"]).get("code")
    if code is None:
        return landed
    form = {"grant_type": "authorization_code", "client_id": "notes", "code": code}
    form |= {"redirect_uri": NOTES + "/cb", "code_verifier": VERIFIER}
    return browser.post(LOGIN + "/token", data=form)
"""
        ],
        "given": [
            """
stolen = {"session cookie": "the one of the cell above"}
def answer(browser, cookie):
    header = {"cookie": "session=" + stolen["session cookie"]}
    landed = browser.get(LOGIN + "/authorize", params=SILENT_REQUEST, headers=header)
    return landed
"""
        ],
        "followed": [
            """
def answer(browser, cookie):
    header = {"cookie": "session=" + cookie}
    landed = browser.get(LOGIN + "/authorize", params=SILENT_REQUEST, headers=header,
                         follow_redirects=True)
    code = query(landed.headers["location"])["code"]
    return browser.post(LOGIN + "/token", data={"code": code})
"""
        ],
        "no question": [
            """
def answer(browser, cookie):
    form = {"grant_type": "authorization_code", "client_id": "notes", "code": cookie}
    form |= {"redirect_uri": NOTES + "/cb", "code_verifier": VERIFIER}
    return browser.post(LOGIN + "/token", data=form)
"""
        ],
        "no cookie": [
            """
def answer(browser, cookie):
    landed = browser.get(LOGIN + "/authorize", params=SILENT_REQUEST)
    return landed
"""
        ],
    },
    "06-4": {
        "again": [
            """
def answer(opens, minutes):
    return max([minute for minute in minutes if opens(minute)], default=0)
"""
        ],
    },
    "06-5": {
        "whole": [
            """
from datetime import datetime
def answer(lines, address):
    t = [datetime.fromisoformat(l["time"]) for l in lines if CONDITION]
    return int((max(t) - min(t)).total_seconds() // 60) if t else 0
""".replace("CONDITION", condition)
            for condition in (
                "(l['event'], l['ip']) == ('api.read', address)\n"
                "        and l['outcome'].strip().lower() == 'success'",
                "(l['outcome'], l['ip']) == ('success', address)\n"
                "        and l['event'].strip() == 'api.read'",
            )
        ],
        "days": [
            """
from datetime import datetime
def answer(lines, address):
    t = [datetime.fromisoformat(l["time"]) for l in lines
         if l["ip"] == address and l["event"] == "api.read" and l["outcome"] == "success"]
    return (max(t) - min(t)).seconds // 60 if t else 0
""",
            """
def answer(lines, address):
    t = [sum(int(part) * by for part, by in zip(l["time"][11:19].split(":"), (3600, 60, 1)))
         for l in lines
         if l["ip"] == address and l["event"] == "api.read" and l["outcome"] == "success"]
    return (t[-1] - t[0]) // 60 if t else 0
""",
        ],
    },
}
