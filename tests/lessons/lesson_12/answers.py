"""Lesson 12: right answers in other styles, and changes of the solution that change nothing."""

OTHER_RIGHT = {
    "12-1": [
        """
def answer(token):
    return token.rsplit(".", 1)[0]
""",
        """
def answer(token):
    signed = ".".join(token.split(".")[:2])
    return hashlib.sha256(signed.encode()).hexdigest()
""",
        """
def answer(token):
    claims = jwt.decode(token.rstrip("="), options={"verify_signature": False})
    return claims["iss"], claims["jti"]
""",
    ],
    "12-2": [
        """
def answer(token, keys, now):
    header, claims = inspect(token).header, signed_claims(token, keys)
    for_whom = claims.get("aud") or []
    if isinstance(for_whom, str):
        for_whom = (for_whom,)
    good = header.get("typ") == "secevent+jwt" and claims.get("iss") == "https://login.example"
    good = good and "https://api.example" in for_whom and claims.get("iat") <= now + 60
    event = claims.get("events", {}).get(REVOKED)
    if not good or event is None:
        raise ValueError("not for us")
    moment = event.get("event_timestamp") or claims["iat"]
    if moment > now + 60:
        raise ValueError("not yet")
    return (claims["sub_id"]["user"]["sub"], moment)
""",
        """
def answer(token, keys, now):
    match inspect(token).header:
        case {"typ": typ} if typ.lower().removeprefix("application/") == "secevent+jwt":
            claims = signed_claims(token, keys)
        case _:
            raise jwt.InvalidTokenError("type")
    match claims:
        case {"iss": "https://login.example", "aud": str(one)} if one == API:
            pass
        case {"iss": "https://login.example", "aud": list(many)} if API in many:
            pass
        case _:
            raise jwt.InvalidTokenError("names")
    if claims["iat"] - 60 > now:
        raise jwt.ImmatureSignatureError("future")
    if not REVOKED in claims["events"].keys():
        raise jwt.InvalidTokenError("kind")
    when = {"event_timestamp": claims["iat"], **claims["events"][REVOKED]}
    if when["event_timestamp"] > now + 60:
        raise jwt.ImmatureSignatureError("future")
    return claims["sub_id"]["user"]["sub"], when["event_timestamp"]
""",
        """
def answer(token, keys, now):
    claims = signed_claims(token, keys)
    audience = {claims["aud"]} if type(claims["aud"]) is str else set(claims["aud"])
    checks = {
        "type": inspect(token).header["typ"] == "secevent+jwt",
        "issuer": claims["iss"] == LOGIN,
        "audience": bool(audience & {API}),
        "future": now - claims["iat"] >= -60,
    }
    if not all(checks.values()):
        raise ValueError(str(checks))
    try:
        event = claims["events"][REVOKED]
    except KeyError:
        raise ValueError("another event") from None
    try:
        moment = event["event_timestamp"]
    except KeyError:
        moment = claims["iat"]
    if now - moment < -60:
        raise ValueError("a moment that is still to come")
    return claims["sub_id"]["user"]["sub"], moment
""",
    ],
    "12-3": [
        """
def answer(revoked, sub, moment):
    if moment > revoked.get(sub, -1):
        revoked[sub] = moment
    return revoked
""",
        """
def answer(revoked, sub, moment):
    new = dict(revoked)
    if sub in new and new[sub] >= moment:
        return new
    new.update({sub: moment})
    return new
""",
        """
def answer(revoked, sub, moment):
    moments = [at for who, at in revoked.items() if who == sub] + [moment]
    return revoked | {sub: sorted(moments)[-1]}
""",
    ],
    "12-11": [
        """
def answer(log, token):
    born = inspect(token).claims["iat"]
    good = [text for text in log if about(text)[:2] == (API, "u-1815")]
    return next(text for text in good if about(text).moment < born)
""",
        """
def answer(log, token):
    def useful(text):
        event = about(text)
        return event.audience == API and event.sub == inspect(token).claims["sub"]
    return min(filter(useful, log), key=lambda text: about(text).moment)
""",
        """
def answer(log, token):
    found = None
    for text in log:
        claims = inspect(text).claims
        if claims["aud"] != API or claims["sub_id"]["user"]["sub"] != "u-1815":
            continue
        if claims["iat"] < inspect(token).claims["iat"]:
            found = text
    return found
""",
    ],
    "12-5": [
        """
def answer(setting, calls):
    most = 60 / setting.life
    renewals = calls if calls < most else most
    return renewals + (calls if setting.way == "asks" else 0)
""",
        """
def answer(setting, calls):
    total = 0
    if setting.way == "asks":
        total += calls
    total += sorted([calls, 60 / setting.life])[0]
    return total
""",
        """
def answer(setting, calls):
    questions = calls * (setting.way == "asks")
    if setting.life * calls < 60:
        return questions + calls
    return questions + 60 / setting.life
""",
    ],
    "12-10": [
        """
def answer(token):
    head, payload, signature = token.split(".")
    both = unb64(signature)
    other = (ORDER - int.from_bytes(both[32:], "big")).to_bytes(32, "big")
    return ".".join([head, payload, b64(both[:32] + other)])
""",
        """
def answer(token):
    start, end = token[:token.rindex(".") + 1], token[token.rindex(".") + 1:]
    s = int(unb64(end)[32:].hex(), 16)
    return start + b64(unb64(end)[:32] + bytes.fromhex("%064x" % (-s % ORDER)))
""",
        """
def answer(token):
    *parts, signature = token.split(".")
    raw = bytearray(unb64(signature))
    raw[32:] = (ORDER - int.from_bytes(raw[32:])).to_bytes(32)
    return ".".join((*parts, b64(bytes(raw))))
""",
    ],
    "12-12": [
        "def answer(status):\n    return status != 202 and status != 400",
        "def answer(status):\n    return not (status < 300 or status == 400)",
        "def answer(status):\n    return {202: False, 400: False}.get(status, True)",
    ],
    "12-8": [
        *[
            """
def answer(browser, take):
    done, said = [], {"ack": [], "setErrs": {}}
    while sets := browser.post(LOGIN + "/poll", json=said).json()["sets"]:
        said = {"ack": [], "setErrs": {}}
        for jti, event in sets.items():
            try:
                take(event)
            except ValueError as error:
                said["setErrs"][jti] = {"err": "CODE", "description": str(error)}
            else:
                said["ack"].append(jti)
        done += said["ack"]
    return done
""".replace("CODE", code)
            for code in (  # RFC 8935, 2.4
                "invalid_request",
                "invalid_key",
                "invalid_issuer",
                "invalid_audience",
                "authentication_failed",
                "access_denied",
            )
        ],
        """
def answer(browser, take):
    done = []
    body = {"ack": [], "setErrs": {}, "returnImmediately": True}
    while sets := browser.post(LOGIN + "/poll", json=body).json()["sets"]:
        good, bad = [], {}
        for jti in sets:
            try:
                take(sets[jti])
            except ValueError as why:
                bad[jti] = {"err": "invalid_audience", "description": repr(why)}
            else:
                good.append(jti)
        body = {"ack": good, "setErrs": bad, "returnImmediately": True}
        done.extend(good)
    return done
""",
        """
def answer(browser, take, done=()):
    sets = browser.post(LOGIN + "/poll", json={"ack": list(done)}).json()["sets"]
    taken = []
    for jti, event in sets.items():
        try:
            take(event)
            taken.append(jti)
        except ValueError as error:
            report = {jti: {"err": "invalid_request", "description": str(error)}}
            browser.post(LOGIN + "/poll", json={"setErrs": report, "maxEvents": 0})
    return taken + (answer(browser, take, taken) if sets else [])
""",
        """
def answer(browser, take):
    taken = []
    while True:
        got = browser.post(LOGIN + "/poll", json={"maxEvents": 1}).json()
        if not got["sets"]:
            return taken
        (jti, event), = got["sets"].items()
        try:
            take(event)
        except ValueError as error:
            done = {"setErrs": {jti: {"err": "invalid_request", "description": str(error)}}}
        else:
            taken.append(jti)
            done = {"ack": [jti]}
        browser.post(LOGIN + "/poll", json={**done, "maxEvents": 0})
""",
    ],
}

EQUIVALENT: dict[str, dict[str, str]] = {}

MISTAKES: dict[str, dict[str, list[str]]] = {
    "12-2": {
        "header": [
            """
def answer(token, keys, now):
    claims = signed_claims(token, keys)
    if claims["typ"] != "secevent+jwt":
        raise ValueError("no event")
    return claims["sub_id"]["user"]["sub"], claims["iat"]
"""
        ],
        "plain": [
            """
def answer(token, keys, now):
    claims = signed_claims(token, keys)
    return claims["sub"], claims["iat"]
"""
        ],
        "ahead": [
            """
def answer(token, keys, now):
    claims = signed_claims(token, keys)
    if inspect(token).header["typ"] != "secevent+jwt" or claims["iss"] != LOGIN:
        raise ValueError("no event")
    if API not in ([claims["aud"]] if isinstance(claims["aud"], str) else claims["aud"]):
        raise ValueError("not for us")
    if REVOKED not in claims["events"] or claims["iat"] > now + 60:
        raise ValueError("no event of now")
    event = claims["events"][REVOKED]
    return claims["sub_id"]["user"]["sub"], event.get("event_timestamp", claims["iat"])
"""
        ],
        "late": [
            """
def answer(token, keys, now):
    claims = signed_claims(token, keys)
    if claims["iat"] < now - 300:
        raise ValueError("too old")
    return claims["sub_id"]["user"]["sub"], claims["iat"]
"""
        ],
    },
    "12-1": {
        "salted": [
            """
def answer(token):
    def short(text):
        return hash(text)
    return short(inspect(token).claims["jti"])
"""
        ],
        "others": [
            """
def answer(token):
    return inspect(token).claims["jti"].strip().lower()
""",
            """
def answer(token):
    return inspect(token).claims["jti"][:8]
""",
        ],
    },
    "12-3": {
        "older": [
            """
def answer(revoked, sub, moment):
    if moment < revoked.get(sub, 0) - 200:
        return revoked
    return {**revoked, sub: moment}
"""
        ],
        "first": [
            """
def answer(revoked, sub, moment):
    if moment > revoked[sub]:
        revoked[sub] = moment
    return revoked
"""
        ],
    },
    "12-11": {
        "another person": [
            """
def answer(log, token):
    return [text for text in log if about(text).audience == API][0]
"""
        ],
        "another audience": [
            """
def answer(log, token):
    return [text for text in log if about(text).sub == "u-1815"][0]
"""
        ],
        "later": [
            """
def answer(log, token):
    mine = [text for text in log if about(text)[:2] == (API, "u-1815")]
    return sorted(mine, key=lambda text: about(text).moment)[-2]
"""
        ],
        "the last": [
            """
def answer(log, token):
    ours = [text for text in log if about(text).audience == API]
    return max(ours, key=lambda text: inspect(text).claims["iat"])
"""
        ],
    },
    "12-5": {
        "push": [
            """
def answer(setting, calls):
    renewals = min(calls, 60 / setting.life)
    return renewals + {"asks": calls, "pushed": 1}.get(setting.way, 0)
"""
        ],
        "setting": [
            """
def answer(setting, calls):
    return min(calls, 60 / setting.minutes)
"""
        ],
    },
    "12-8": {
        "both": [
            """
def answer(browser, take):
    taken, ack, errors = [], [], {}
    while True:
        answer = browser.post(LOGIN + "/poll", json={"ack": ack, "setErrs": errors})
        sets = answer.json()["sets"]
        if not sets:
            return taken
        ack, errors = list(sets), {}
        for jti, event in sets.items():
            try:
                take(event)
                taken.append(jti)
            except ValueError as error:
                errors[jti] = {"err": "invalid_request", "description": str(error)}
"""
        ],
        "report": [
            """
def answer(browser, take):
    taken, ack, errors = [], [], {}
    while True:
        answer = browser.post(LOGIN + "/poll", json={"ack": ack, "setErrs": errors})
        sets = answer.json()["sets"]
        if not sets:
            return taken
        ack, errors = [], {}
        for jti, event in sets.items():
            try:
                take(event)
                ack.append(jti)
                taken.append(jti)
            except ValueError:
                errors[jti] = {"err": "invalid_request", "description": "bad"}
"""
        ],
        "repeated": [
            """
def answer(browser, take):
    ack, errors = [], {}
    while True:
        answer = browser.post(LOGIN + "/poll", json={"ack": ack, "setErrs": errors})
        sets = answer.json()["sets"]
        if not sets:
            return ack
        for jti, event in sets.items():
            try:
                take(event)
                ack.append(jti)
            except ValueError as error:
                errors[jti] = {"err": "invalid_request", "description": str(error)}
"""
        ],
        "raises": [
            """
def answer(browser, take):
    return list(browser.get(LOGIN + "/poll").json()["sets"])
"""
        ],
        "ack": [
            """
def answer(browser, take):
    done, more = [], True
    while more:
        got = browser.post(LOGIN + "/poll", json={"ack": done}).json()
        for jti, event in got["sets"].items():
            take(event)
            done.append(jti)
        more = got["moreAvailable"]
    return done
"""
        ],
    },
}
