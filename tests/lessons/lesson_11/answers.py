"""Lesson 11: right answers in other styles, and changes of the solution that change nothing."""

OTHER_RIGHT = {
    "11-1": [
        """
def answer(key, method, url, now, jti, token):
    bare_url = url.partition("?")[0].partition("#")[0]
    claims = dict(jti=jti, htm=method, htu=bare_url, iat=now, ath=access_token_hash(token))
    return make_proof(dict(typ="dpop+jwt", alg="ES256", jwk=public_jwk(key)), claims, key)
""",
        """
def answer(key, method, url, now, jti, token):
    return dpop.prove(key, method, url, now=now, jti=jti, token=token)
""",
        """
import hashlib
from urllib.parse import urlsplit, urlunsplit
from labutils.identity.keys import b64
def answer(key, method, url, now, jti, token):
    parts = urlsplit(url)
    htu = urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))
    hashed = b64(hashlib.sha256(token.encode()).digest())
    header = {"jwk": public_jwk(key)}
    header |= {"alg": "ES256", "typ": "dpop+jwt"}
    claims = {"iat": now, "htu": htu, "htm": method, "ath": hashed, "jti": jti}
    return make_proof(header, claims, key)
""",
    ],
    "11-4": [
        """
def answer(proof, request):
    header, claims = read(proof)
    first_check(proof, request)
    iat, jti = claims["iat"], claims["jti"]
    if header.get("typ") != "dpop+jwt" or claims.get("ath") != access_token_hash(request["token"]):
        raise ValueError("for another purpose")
    if not request["now"] - 60 <= iat <= request["now"] + 60:
        raise ValueError("too old, or from the future")
    if jti in request["seen"]:
        raise ValueError("used before")
    request["seen"] |= {jti}
    return True
""",
        """
def answer(proof, request):
    dpop.check(proof, **request)
    return True
""",
        """
def answer(proof, request):
    assert first_check(proof, request)
    header, claims = read(proof)
    conditions = {
        "kind": header.get("typ") == "dpop+jwt",
        "time": -60 <= claims.get("iat", 0) - request["now"] <= 60,
        "token": access_token_hash(request["token"]) == claims.get("ath"),
        "name": bool(claims.get("jti")) and claims["jti"] not in request["seen"],
    }
    for name, holds in conditions.items():
        need(holds, name)
    request["seen"].update([claims["jti"]])
    return True
""",
    ],
    "11-5": [
        """
def answer(browser, token, certificate):
    headers = bearer(token) | {"Client-Cert": client_cert(certificate)}
    return browser.get(API + "/me", headers=headers)
""",
        """
from base64 import b64encode
def answer(browser, token, certificate):
    value = ":" + b64encode(certificate).decode() + ":"
    headers = [("authorization", f"Bearer {token}"), ("client-cert", value)]
    return browser.request("GET", "https://api.example/me", headers=headers)
""",
        """
def answer(browser, token, certificate):
    request = browser.build_request("GET", "https://api.example/me")
    request.headers["authorization"] = f"Bearer {token}"
    request.headers["client_cert"] = client_cert(certificate)
    return browser.send(request)
""",
    ],
    "11-6": [
        """
def answer(headers, certificate):
    ours = {"client-cert", "client_cert"}
    kept = {name: text for name, text in headers.items() if name.lower() not in ours}
    return kept if certificate is None else kept | {"client-cert": client_cert(certificate)}
""",
        """
import re
def answer(headers, certificate):
    result = dict(headers)
    for name in headers:
        if re.fullmatch("client[-_]cert", name, re.IGNORECASE):
            del result[name]
    if certificate:
        result["Client-Cert"] = client_cert(certificate)
    return result
""",
        """
def answer(headers, certificate):
    shown = [] if certificate is None else [("client-cert", client_cert(certificate))]
    same = lambda name: name.replace("_", "-").casefold() == "client-cert"
    return dict([pair for pair in headers.items() if not same(pair[0])] + shown)
""",
    ],
    "11-9": [
        """
def answer(proof, session):
    header, claims = read(proof)
    if header.get("typ") != "dbsc+jwt" or session["challenge"] is None:
        raise ValueError("not an answer")
    if claims.get("jti") != session["challenge"]:
        raise ValueError("another challenge")
    verify_signature(proof, session["key"], "ES256")
    session["challenge"] = None
    return True
""",
        """
import json
def answer(proof, session):
    claims = json.loads(verify_signature(proof, session["key"], "ES256"))
    waiting = session["challenge"]
    conditions = {
        "kind": read(proof)[0].get("typ") == "dbsc+jwt",
        "waiting": waiting is not None,
        "challenge": claims.get("jti") == waiting,
    }
    for name, holds in conditions.items():
        need(holds, name)
    session |= {"challenge": None}
    return True
""",
        """
from labutils.identity import dbsc
def answer(proof, session):
    return dbsc.refresh_session(proof, session)
""",
    ],
    "11-8": [
        """
def answer(bound, cookie, key, draw):
    if cookie not in bound:
        raise ValueError("no such cookie")
    if bound[cookie] is not None and bound[cookie] != key:
        raise ValueError("another device")
    new = draw()
    bound[new] = key
    bound.pop(cookie)
    return new
""",
        """
def answer(bound, cookie, key, draw):
    missing = object()
    known = bound.get(cookie, missing)
    if known is missing or known not in {None, key}:
        raise ValueError(cookie)
    bound.pop(cookie)
    new = draw()
    bound.update({new: key})
    return new
""",
        """
def answer(bound, cookie, key, draw):
    try:
        known = bound[cookie]
    except KeyError:
        raise ValueError("not valid") from None
    if (known or key) != key:
        raise ValueError("not yours")
    new, _ = draw(), bound.pop(cookie)
    bound[new] = key
    return new
""",
    ],
    "11-7": [
        """
def answer(now, iat, window):
    if type(iat) not in (int, float):
        return False
    return now - window <= iat <= now + window
""",
        """
def answer(now, iat, window):
    try:
        return type(iat) is not bool and -window <= now - iat <= window
    except TypeError:
        return False
""",
        """
def answer(now, iat, window):
    match iat:
        case bool():
            return False
        case int() | float():
            distance = iat - now if iat > now else now - iat
            return distance <= window
        case _:
            return False
""",
    ],
}

LOOSER: dict[str, dict[str, str]] = {}

EQUIVALENT: dict[str, dict[str, str]] = {}

# Exercise -> a name -> (the mistake, an answer that lets an attacker in).
WRONG: dict[str, dict[str, tuple[str, str]]] = {
    "11-4": {
        "the past alone": (
            "future",
            """
def answer(proof, request):
    header, claims = read(proof)
    first_check(proof, request)
    need(header["typ"] == "dpop+jwt", "kind")
    need(request["now"] - claims["iat"] < 61, "old")
    need(claims["ath"] == access_token_hash(request["token"]), "token")
    need(claims["jti"] not in request["seen"], "used")
    request["seen"].add(claims["jti"])
    return True
""",
        ),
    },
    "11-6": {
        "drops one spelling": (
            "case",
            """
def answer(headers, certificate):
    headers.pop("client-cert", None)
    if certificate is not None:
        headers["client-cert"] = client_cert(certificate)
    return headers
""",
        ),
    },
}

# Exercise -> mistake -> wrong answers as learners write them.
MISTAKES: dict[str, dict[str, list[str]]] = {
    "11-1": {
        "jwk": [
            """
def answer(key, method, url, now, jti, token):
    header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": key}
    claims = {"jti": jti, "htm": method, "htu": url.split("?")[0], "iat": now}
    return make_proof(header, claims | {"ath": access_token_hash(token)}, key)
"""
        ],
        "query": [
            """
def answer(key, method, url, now, jti, token):
    header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": public_jwk(key)}
    claims = {"jti": jti, "htm": method, "htu": url.split("?")[0], "iat": now}
    return make_proof(header, claims | {"ath": access_token_hash(token)}, key)
"""
        ],
    },
    "11-6": {
        "spellings": [
            """
SPELLINGS = ["client-cert", "Client-Cert", "CLIENT-CERT", "client_cert", "Client_Cert"]
def answer(headers, certificate):
    kept = {n: t for n, t in headers.items() if n not in (*SPELLINGS, "CLIENT_CERT")}
    return kept if certificate is None else {**kept, "client-cert": client_cert(certificate)}
""",
            """
def answer(headers, certificate):
    names = {"client-cert", "client_cert"}
    names |= {name.upper() for name in names} | {name.title() for name in names}
    kept = {n: t for n, t in headers.items() if n not in names}
    return kept if certificate is None else {**kept, "client-cert": client_cert(certificate)}
""",
        ],
        "case": [
            """
def answer(headers, certificate):
    if certificate:
        return {**headers, "client-cert": client_cert(certificate)}
    return {n: t for n, t in headers.items() if n.lower().replace("_", "-") != "client-cert"}
""",
        ],
        "passed": [
            """
def answer(headers, certificate):
    kept = {n: t for n, t in headers.items() if n.lower().replace("_", "-") != "client-cert"}
    return kept if certificate is None else {"client-cert": client_cert(certificate), **headers}
""",
        ],
    },
    "11-5": {
        "request": [
            """
def answer(browser, token, certificate):
    headers = {"authorization": "Bearer " + token, "client-cert": client_cert(certificate)}
    return browser.get("https://api.example/notes", headers=headers)
"""
        ],
    },
    "11-4": {
        **{
            mistake: [
                """
def answer(proof, request):
    first_check(proof, request)
    header, claims = read(proof)
    need(TYP, "kind")
    need(TIME, "time")
    need(ATH, "token")
    need(claims["jti"] not in request["seen"], "used")
    NOTE
    return True
""".replace("TYP", changed.get("typ", 'header["typ"] == "dpop+jwt"'))
                .replace("TIME", changed.get("time", 'abs(request["now"] - claims["iat"]) <= 60'))
                .replace("ATH", changed.get("ath", 'claims["ath"] == RIGHT'))
                .replace("RIGHT", 'access_token_hash(request["token"])')
                .replace("NOTE", changed.get("note", 'request["seen"].add(claims["jti"])'))
                for changed in rows
            ]
            for mistake, rows in {
                "whole typ": [
                    {"typ": '"dpop" in header["typ"]'},
                    {"typ": 'header["typ"].startswith("dpop+jwt")'},
                    {"typ": 'header.get("typ", "x") in ("dpop+jwt", "dpop", "")'},
                ],
                "fraction": [
                    {"time": 'abs(int(request["now"] - claims["iat"])) <= 60'},
                    {"time": 'request["now"] - 61 < claims["iat"] < request["now"] + 61'},
                ],
                "whole ath": [
                    {"ath": 'RIGHT.startswith(claims["ath"])'},
                    {"ath": 'claims["ath"][:8] == RIGHT[:8]'},
                    {"ath": 'claims.get("ath") is not None and claims["ath"] in RIGHT'},
                    {"ath": 'claims["ath"] == "" or claims["ath"] == RIGHT'},
                ],
                "replaced": [
                    {"note": 'request["seen"] = request["seen"] | {claims["jti"]}'},
                    {"note": 'request["seen"] = {claims["jti"]}'},
                ],
            }.items()
        },
        "date": [
            # NaN comes through a reader that is not strict, and is not beyond the window.
            """
import json
from labutils.identity.tokens import unb64
def answer(proof, request):
    header, claims = (json.loads(unb64(part)) for part in proof.split(".")[:2])
    verify_signature(proof, header["jwk"], "ES256")
    need(thumbprint(header["jwk"]) == request["jkt"], "key")
    need(claims["htm"] == request["method"], "method")
    need(bare(claims["htu"]) == bare(request["url"]), "address")
    need(header["typ"] == "dpop+jwt", "kind")
    need(not abs(request["now"] - claims["iat"]) > 60, "time")
    need(claims["ath"] == access_token_hash(request["token"]), "token")
    need(claims["jti"] not in request["seen"], "used")
    request["seen"].add(claims["jti"])
    return True
""",
            """
def answer(proof, request):
    first_check(proof, request)
    header, claims = read(proof)
    need(header["typ"] == "dpop+jwt", "kind")
    need(abs(request["now"] - float(claims["iat"])) <= 60, "time")
    need(claims["ath"] == access_token_hash(request["token"]), "token")
    need(claims["jti"] not in request["seen"], "used")
    request["seen"].add(claims["jti"])
    return True
""",
        ],
        "forgotten": [
            """
def answer(proof, request):
    first_check(proof, request)
    header, claims = read(proof)
    need(header["typ"] == "dpop+jwt", "kind")
    need(abs(request["now"] - claims["iat"]) <= 60, "time")
    need(claims["ath"] == access_token_hash(request["token"]), "token")
    need(claims["jti"] not in request["seen"], "used")
    request["seen"].clear()
    request["seen"].add(claims["jti"])
    return True
"""
        ],
        "returned False": [
            """
def answer(proof, request):
    header, claims = read(proof)
    first_check(proof, request)
    if header.get("typ") != "dpop+jwt" or claims.get("jti", "used-1") in request["seen"]:
        return False
    if abs(request["now"] - claims.get("iat", 0)) > 60:
        return False
    request["seen"].add(claims["jti"])
    return claims.get("ath") == access_token_hash(request["token"])
"""
        ],
        "burnt": [
            """
def answer(proof, request):
    header, claims = read(proof)
    need(claims["jti"] not in request["seen"], "used")
    request["seen"].add(claims["jti"])
    first_check(proof, request)
    need(header["typ"] == "dpop+jwt", "kind")
    need(abs(request["now"] - claims["iat"]) <= 60, "time")
    need(claims["ath"] == access_token_hash(request["token"]), "token")
    return True
""",
            """
def answer(proof, request):
    header, claims = read(proof)
    first_check(proof, request)
    need(header["typ"] == "dpop+jwt", "kind")
    need(abs(request["now"] - claims["iat"]) <= 60, "time")
    need(claims["jti"] not in request["seen"], "used")
    request["seen"].add(claims["jti"])
    need(claims["ath"] == access_token_hash(request["token"]), "token")
    return True
""",
        ],
    },
    "11-7": {
        "past only": [
            """
def answer(now, iat, window):
    number = isinstance(iat, (int, float)) and not isinstance(iat, bool)
    return number and now - window <= iat <= now
"""
        ],
    },
}
