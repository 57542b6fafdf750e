"""Lesson 00: right answers in other styles, and changes of the solution that change nothing."""

OTHER_RIGHT = {
    "00-3": [
        """
def answer(browser, token):
    headers = {"Authorization": "Bearer " + token}
    return browser.request("GET", "https://api.example/me", headers=headers)
""",
        """
def answer(browser, token):
    headers = dict(authorization="Bearer %s" % token)
    response = browser.get(f"{API}/me", headers=headers)
    return response
""",
        """
def answer(browser, token):
    request = browser.build_request("GET", API + "/me")
    request.headers["authorization"] = "bearer " + token
    return browser.send(request)
""",
    ],
    "00-2": [
        """
def answer(audit, known):
    found = []
    for line in audit:
        if line["user"] == "u-1815" and not line["ip"] in known:
            found.append(line)
    return found
""",
        """
def answer(audit, known):
    hers = filter(lambda line: line["user"] == "u-1815", audit)
    return list(filter(lambda line: line["ip"] not in known, hers))
""",
        """
def answer(audit, known):
    strange = lambda line: all(line["ip"] != address for address in known)
    return [line for line in audit if strange(line) and "u-1815" == line["user"]]
""",
        """
def answer(audit, known):
    found = []
    for line in audit:
        if line["user"] == "u-1815" and line["ip"] not in known:
            found.insert(0, line)  # the newest first
    return found
""",
        """
def answer(audit, known):
    def strange(line):
        match line:
            case {"user": "u-1815", "ip": ip} if ip not in set(known):
                return True
    return [dict(line) for line in audit if strange(line)]
""",
    ],
}

EQUIVALENT: dict[str, dict[str, str]] = {}

# Exercise -> mistake -> wrong answers as learners write them.
MISTAKES = {
    "00-3": {
        "kept": [
            """
def answer(browser, token):
    browser.headers["authorization"] = f"Bearer {token}"
    return browser.get(API + "/me")
""",
        ],
    },
    "00-2": {
        "all": [
            """
def answer(audit, known):
    strange = [l for l in audit if l["user"] == "u-1815" and l["ip"] not in known]
    return list({str(line): line for line in strange}.values())
""",
            """
def answer(audit, known):
    lines = {l["ip"]: l for l in audit if l["user"] == "u-1815" and l["ip"] not in known}
    return list(lines.values())
""",
        ],
        "fixed": [
            """
def answer(audit, known):
    return [l for l in audit if l["user"] == "u-1815" and l["ip"] not in known and known]
""",
        ],
        "fields": [
            """
def answer(audit, known):
    return [l for l in audit if "u-1815" in l.values() and not set(known) & set(l.values())]
""",
        ],
        "namesake": [
            """
def answer(audit, known):
    return [l for l in audit if l["user"].CHECK and l["ip"] not in known]
""".replace("CHECK", check)
            for check in (
                "startswith('u-1815')",
                "endswith('1815')",
                "strip() == 'u-1815'",
                "lower() == 'u-1815'",
            )
        ],
        "near": [
            """
def answer(audit, known):
    return [l for l in audit if l["user"] == "u-1815" and l["ip"] not in "".join(known)]
""",
            """
def answer(audit, known):
    return [l for l in audit if l["user"] == "u-1815" and l["ip"] not in str(known)]
""",
            """
def answer(audit, known):
    strange = lambda line: line["ip"].strip() not in known
    return [l for l in audit if l["user"] == "u-1815" and strange(l)]
""",
        ],
    },
}
