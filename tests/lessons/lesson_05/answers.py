"""Lesson 05: right answers in other styles, and changes of the solution that change nothing."""

from solutions import solution_of

KNOCK, FILL, REFRESH = map(solution_of, ("05-1", "05-2", "05-3"))
OUTLIVE, KIND_OF, WRONG_DOOR = map(solution_of, ("05-4", "05-5", "05-7"))


def but(solution, old, new):
    """A model solution with another piece in it."""
    assert old in solution
    return solution.replace(old, new)


OTHER_RIGHT = {
    "05-1": [
        """
def answer(browser, door, token):
    if door == "sign-in":
        return browser.request("POST", NOTES + "/phone", data=dict(token=token))
    elif door == "API":
        return browser.get(API + "/me", headers={"Authorization": f"Bearer {token}"})
    else:
        form = dict(grant_type="refresh_token", client_id="notes", refresh_token=token)
        return browser.post(LOGIN + "/token", data=form)
""",
        """
def answer(browser, door, token):
    requests = {
        "sign-in": ("POST", NOTES + "/phone", {"data": {"token": token}}),
        "API": ("GET", API + "/me", {"headers": bearer(token)}),
        "token endpoint": ("POST", LOGIN + "/token", {"data": {
            "grant_type": "refresh_token", "client_id": "notes", "refresh_token": token}}),
    }
    method, url, rest = requests[door]
    return browser.request(method, url, **rest)
""",
        """
from urllib.parse import urlencode
def answer(browser, door, token):
    kind = {"content-type": "application/x-www-form-urlencoded"}
    match door:
        case "API":
            response = browser.request("GET", "https://api.example/me", headers=bearer(token))
        case "sign-in":
            body = urlencode({"token": token})
            response = browser.post("https://notes.example/phone", content=body, headers=kind)
        case "token endpoint":
            body = f"client_id=notes&grant_type=refresh_token&refresh_token={token}"
            response = browser.post("https://login.example/token", content=body, headers=kind)
    return response
""",
    ],
    "05-2": [
        """
def answer(knock_at, tokens, doors):
    return {(name, door): knock_at(door, token).is_success
            for door in doors for name, token in tokens.items()}
""",
        """
from itertools import product
def answer(knock_at, tokens, doors):
    grid = dict()
    for name, door in product(tokens, doors):
        grid[(name, door)] = knock_at(door, tokens[name]).status_code == 200
    return grid
""",
        """
def answer(knock_at, tokens, doors):
    grid = {}
    for name in tokens:
        for door in doors:
            response = knock_at(door, tokens[name])
            if response.status_code < 300:
                grid[name, door] = True
            else:
                grid[name, door] = False
    return grid
""",
    ],
    "05-3": [
        """
def answer(store, token, draw):
    if token not in store["family"]:
        return None
    family = store["family"][token]
    if token in store["used"]:
        store["dead"] |= {family}
    if family in store["dead"]:
        return None
    store["used"].add(token)
    fresh = draw()
    store["family"].update({fresh: family})
    return fresh
""",
        """
def answer(store, token, draw):
    families, used, dead = store["family"], store["used"], store["dead"]
    family = families.get(token)
    good = family is not None and family not in dead and token not in used
    if good:
        new = "rt-" + draw()
        families[new] = family
        used.add(token)
        return new
    if token in used:
        dead.add(family)
""",
        """
def answer(store, token, draw):
    try:
        family = store["family"][token]
    except KeyError:
        return None
    match (family in store["dead"], token in store["used"]):
        case (False, False):
            store["used"] = store["used"] | {token}
            new = draw() + draw()
            store["family"][new] = family
            return new
        case (_, True):
            store["dead"].add(family)
    return None
""",
    ],
    "05-4": [
        """
def answer(browser, client_id, secret):
    form = dict(grant_type="client_credentials", client_id=client_id)
    request = browser.build_request("POST", LOGIN + "/token", data=form)
    return browser.send(request, auth=(client_id, secret)).json().get("access_token")
""",
        """
from base64 import b64encode
import json
def answer(browser, client_id, secret):
    basic = b64encode(f"{client_id}:{secret}".encode()).decode()
    header = {"authorization": f"Basic {basic}"}
    body = {"grant_type": "client_credentials", "scope": "read"}
    said = browser.post("https://login.example/token", data=body, headers=header)
    return json.loads(said.text)["access_token"]
""",
        """
import httpx
def answer(browser, client_id, secret):
    auth = httpx.BasicAuth(client_id, secret)
    kind = {"grant_type": "client_credentials"}
    for _ in range(2):  # the second one, to be sure
        answer = browser.request("POST", "https://login.example/token", auth=auth, data=kind)
    return {**answer.json()}["access_token"]
""",
    ],
    "05-7": [
        """
def answer(browser, tokens):
    return browser.get("https://api.example/me", headers=bearer(tokens["ID token"]))
""",
        """
def answer(browser, tokens):
    kinds = {kind: inspect(token).claims or {} for kind, token in tokens.items()}
    kind = next(kind for kind in kinds if kinds[kind].get("aud") == "notes")
    header = {"Authorization": f"Bearer {tokens[kind]}"}
    response = browser.request("GET", API + "/me", headers=header)
    return response
""",
        """
import httpx
def answer(browser, tokens):
    request = httpx.Request("GET", API + "/me", headers=bearer(tokens["ID token"]))
    return browser.send(request)
""",
    ],
    "05-5": [
        """
def answer(token):
    seen = inspect(token)
    if not seen.header:
        return "opaque"
    if "enc" in seen.header or "events" in (seen.claims or {}):
        return "other"
    match seen.header.get("typ"):
        case "JWT":
            return "ID token"
        case "at+jwt":
            return "access token"
    return "other"
""",
        """
import base64 as b64, json
import jwt
def answer(token):
    if token.count(".") == 4:
        try:
            json.loads(b64.urlsafe_b64decode(token.split(".")[0] + "=="))
        except ValueError:
            return "opaque"
        return "other"
    try:
        header = jwt.get_unverified_header(token)
    except jwt.PyJWTError:
        return "opaque"
    claims = jwt.decode(token, options={"verify_signature": False})
    if header.get("typ") == "at+jwt":
        return "access token"
    return "ID token" if header.get("typ") == "JWT" and "events" not in claims else "other"
""",
        """
def answer(token):
    header, claims = inspect(token).header, inspect(token).claims
    if header is None:
        return "opaque"
    typ = header.get("typ", "").lower()
    if typ == "at+jwt" and claims is not None:
        return "access token"
    if typ == "jwt" and claims is not None and not claims.get("events"):
        if "events" not in claims:
            return "ID token"
    return "other"
""",
    ],
    "05-6": [
        """
def answer(lasts, actions, minute):
    left = []
    for row, _ in lasts:
        last = min((lasts[row, action] for action in actions), default=minute)
        if row not in left and last >= minute:
            left.append(row)
    return left
""",
        """
def answer(lasts, actions, minute):
    ended = {row for (row, action), last in lasts.items() if action in actions and last < minute}
    return [row for row in dict.fromkeys(row for row, _ in lasts) if row not in ended]
""",
        """
def answer(lasts, actions, minute):
    rows = {row for row, _ in lasts}
    for action in actions:
        rows = {row for row in rows if not lasts[row, action] < minute}
    return sorted(rows)
""",
    ],
    "05-10": [
        """
def answer(lasts, minute):
    left = {row for row, action in lasts if lasts[row, "nothing"] >= minute}
    ends = {}
    for (row, action), last in lasts.items():
        if last < minute and action != "nothing":
            ends.setdefault(action, set()).add(row)
    for size in range(len(ends) + 1):
        for chosen in combinations(ends, size):
            if left <= {row for one in chosen for row in ends[one]}:
                return list(chosen)
""",
        """
def answer(lasts, minute):
    rows = dict.fromkeys(row for row, _ in lasts)
    actions = [a for a in dict.fromkeys(a for _, a in lasts) if a != "nothing"]
    queue = [()]
    while queue:
        chosen = queue.pop(0)
        if all(min(lasts[row, a] for a in ("nothing", *chosen)) < minute for row in rows):
            return list(chosen)
        start = actions.index(chosen[-1]) + 1 if chosen else 0
        queue += [(*chosen, one) for one in actions[start:]]
    return None
""",
        """
def answer(lasts, minute):
    rows = {row for row, _ in lasts}
    actions = sorted({action for _, action in lasts if action != "nothing"})
    enough = [
        chosen
        for size in range(len(actions) + 1)
        for chosen in combinations(actions, size)
        if not [r for r in rows if all(lasts[r, a] >= minute for a in (*chosen, "nothing"))]
    ]
    return sorted(enough, key=len)[0] if enough else None
""",
    ],
}

EQUIVALENT: dict[str, dict[str, str]] = {}

# Exercise -> mistake -> wrong answers as learners write them.
MISTAKES: dict[str, dict[str, list[str]]] = {
    "05-1": {
        "address": [
            but(KNOCK, '"https://notes.example/phone"', '"https://notes.example/phone?t=" + token'),
            but(KNOCK, '"https://login.example/token"', '"https://login.example/token?r=" + token'),
            but(KNOCK, '"Bearer " + token}', '"Bearer " + token, "cookie": "t=" + token}'),
        ],
        "one": [
            """
def answer(browser, door, token):
    signed_in = browser.post("https://notes.example/phone", data={"token": token})
    data = browser.get(API + "/me", headers=bearer(token))
    form = {"grant_type": "refresh_token", "client_id": "notes", "refresh_token": token}
    new = browser.post(LOGIN + "/token", data=form)
    return {"sign-in": signed_in, "API": data}.get(door, new)
"""
        ],
    },
    "05-2": {
        "number": [
            but(FILL, "knock_at(door, token).is_success", "+knock_at(door, token).is_success")
        ],
        "opens": [
            """
def answer(knock_at, tokens, doors):
    return {(name, door): knock_at(door, tokens[name]).status_code not in (400, 401, 403)
            for name in tokens for door in doors}
"""
        ],
    },
    "05-3": {
        "alike": [
            but(REFRESH, 'token in store["used"]', f'any({condition} for one in store["used"])')
            for condition in (
                "token.startswith(one)",
                "token.strip() == one",
                "token.lower() == one.lower()",
                "one in token",
                "token[:6] == one[:6]",
            )
        ],
        "reuse": [
            but(
                REFRESH,
                'store["dead"].add(family)',
                'store["dead"].add(family); store["used"].clear()',
            ),
            but(REFRESH, 'store["used"].add(token)', 'store["used"] = {token}'),
            but(
                REFRESH,
                'token in store["used"]:',
                'token in store["used"] and len(store["used"]) > 1:',
            ),
        ],
        "family": [
            but(
                REFRESH,
                'store["dead"].add(family)',
                'store["dead"].update({family} if not store["dead"] else ())',
            ),
        ],
        "whole": [
            """
def answer(store, token, draw):
    known = [one for one in store["family"] if ONE]
    if not known or store["family"][known[0]] in store["dead"]:
        return None
    family = store["family"][known[0]]
    if known[0] in store["used"]:
        return store["dead"].add(family)
    store["used"].add(known[0])
    new = draw()
    store["family"][new] = family
    return new
""".replace("ONE", condition)
            for condition in (
                "one.startswith(token)",
                "token.startswith(one)",
                "one.lower() == token.lower()",
                "one == token.strip()",
                "token in one",
            )
        ],
        "everybody": [
            """
def answer(store, token, draw):
    family = store["family"].get(token)
    if family is None or any(SAME for dead in store["dead"]):
        return None
    if token in store["used"]:
        return store["dead"].add(family)
    store["used"].add(token)
    new = draw()
    store["family"][new] = family
    return new
""".replace("SAME", condition)
            for condition in (
                "family.startswith(dead)",
                "dead.startswith(family)",
                "family.lower() == dead.lower()",
                "family.strip() == dead",
            )
        ]
        + [
            but(REFRESH, '["family"][new] = family', '["family"][new] = family.split(",")[0]'),
            but(REFRESH, '["family"][new] = family', '["family"][new] = family.strip()'),
        ],
    },
    "05-4": {
        "form": [
            but(OUTLIVE, '/token"', '/token?client_secret=" + secret'),
            but(OUTLIVE, "data=form", 'data=form, headers={"x-secret": secret}'),
        ],
        "secret": [
            """
def answer(browser, client_id, secret):
    from base64 import b64encode
    return f"{client_id}:{secret}"
""",
        ],
        "shut": [
            """
def answer(browser, client_id, secret):
    return ""
""",
            """
def answer(browser, client_id, secret):
    from base64 import b64encode
    return b64encode(f"{client_id}:{secret}".encode()).decode()
""",
            but(OUTLIVE, '["access_token"]', '["access_token"][:-1]'),
            but(OUTLIVE, 'return response.json()["access_token"]', "return response.text"),
            but(
                OUTLIVE,
                'response.json()["access_token"]',
                '"Bearer " + response.json()["access_token"]',
            ),
        ],
        "response": [but(OUTLIVE, '["access_token"]', "")],
        "raises": [
            but(OUTLIVE, "auth=(client_id, secret)", "auth=('backup', 'the-backup-job-has-this')")
        ],
    },
    "05-7": {
        "own": [
            """
def answer(browser, tokens):
    return browser.post(NOTES + "/phone", data={"token": tokens["ID token"]})
""",
            """
def answer(browser, tokens):
    form = {"grant_type": "refresh_token", "client_id": "notes"}
    return browser.post(LOGIN + "/token", data=form | {"refresh_token": tokens["refresh token"]})
""",
            """
def answer(browser, tokens):
    return browser.get(LOGIN + "/userinfo", headers=bearer(tokens["access token"]))
""",
        ],
        "header": [but(WRONG_DOOR, "Bearer ", "bearer:"), but(WRONG_DOOR, "Bearer ", "Basic ")],
        "shut": [
            """
def answer(browser, tokens):
    return browser.get(API + "/me", headers=bearer(tokens["ID token"][:-1]))
""",
            """
import httpx
def answer(browser, tokens):
    browser.get(API + "/me", headers=bearer(tokens["refresh token"]))
    return httpx.Response(200)
""",
            """
def answer(browser, tokens):
    return browser.post(NOTES + "/phone", data={"token": tokens["access token"]})
""",
            """
def answer(browser, tokens):
    return browser.get(API + "/me", headers=bearer(next(iter(tokens.values()))))
""",
        ],
        "one": [
            """
def answer(browser, tokens):
    for token in tokens.values():
        response = browser.get(API + "/me", headers=bearer(token))
        if response.is_success:
            return response
""",
        ],
    },
    "05-5": {
        "audience": [
            but(KIND_OF, '.get("typ") == "JWT"', '.get("typ") == "JWT" and "aud" in seen.claims'),
            but(
                KIND_OF,
                '.get("typ") == "JWT"',
                '.get("typ") == "JWT" and "scope" not in seen.claims',
            ),
        ],
        "looks": [
            """
def answer(token):
    if token.count(".") == 4:
        return "other"
    if token.count(".") != 2 or len(token) < LENGTH:
        return "opaque"
    seen = inspect(token)
    if seen.claims is None or "events" in seen.claims:
        return "other"
    return {"JWT": "ID token", "at+jwt": "access token"}.get(seen.header.get("typ"), "other")
""".replace("LENGTH", length)
            for length in ("0", "60")
        ]
        + [but(KIND_OF, "seen.header is None", "len(token) < 60 or seen.header is None")],
        "whole": [
            """
def answer(token):
    seen = inspect(token)
    if seen.header is None:
        return "opaque"
    typ = seen.header.get("typ") or ""
    if seen.claims is None or "events" in seen.claims or typ.startswith(("log", "dpop")):
        return "other"
    return "access token" if ACCESS else "ID token" if ID else "other"
""".replace("ACCESS", access).replace(" if ID ", f" if {token} ")
            for access, token in (
                ("typ.startswith('at')", "typ == 'JWT'"),
                ("typ.endswith('+jwt')", "typ == 'JWT'"),
                ("typ == 'at+jwt'", "'JWT' in typ"),
                ("typ == 'at+jwt'", "typ and typ in 'JWT'"),
            )
        ],
        "not events": [
            """
def answer(token):
    seen = inspect(token)
    if seen.header is None:
        return "opaque"
    if seen.claims is None or CONDITION:
        return "other"
    kinds = {"JWT": "ID token", "at+jwt": "access token"}
    return kinds.get(seen.header.get("typ"), "other")
""".replace("CONDITION", condition)
            for condition in (
                "'events' in str(seen.claims)",
                "any(name.startswith('event') for name in seen.claims)",
                "any(name.lower() == 'events' for name in seen.claims)",
            )
        ],
    },
    "05-6": {
        "whole": [
            """
def answer(lasts, actions, minute):
    ended = {row for (row, action), last in lasts.items() if last < minute and action in actions}
    rows = dict.fromkeys(row for row, _ in lasts)
    return [row for row in rows if not any(SAME for gone in ended)]
""".replace("SAME", condition)
            for condition in ("row.startswith(gone)", "row.lower() == gone.lower()")
        ],
    },
}
