"""Lesson 03: right answers in other styles, and changes of the solution that change nothing."""

OTHER_RIGHT = {
    "03-1": [
        """
import base64
def answer(verifier):
    digest = hashlib.sha256(bytes(verifier, "ascii")).digest()
    return base64.urlsafe_b64encode(digest).decode("ascii").rstrip("=")
""",
        """
import base64
def answer(verifier):
    hashed = hashlib.new("sha256", verifier.encode("utf-8"))
    text = base64.b64encode(hashed.digest()).decode()
    return text.replace("+", "-").replace("/", "_").replace("=", "")
""",
        """
def answer(verifier):
    return b64(bytes.fromhex(hashlib.sha256(verifier.encode()).hexdigest()))
""",
    ],
    "03-2": [
        """
def answer(redirect_uri, state, code_challenge):
    pairs = [("response_type", "code"), ("client_id", "notes"), ("redirect_uri", redirect_uri),
             ("scope", "notes"), ("state", state), ("code_challenge", code_challenge),
             ("code_challenge_method", "S256")]
    return f"{LOGIN}/authorize?{urlencode(pairs)}"
""",
        """
import httpx
def answer(redirect_uri, state, code_challenge):
    params = dict(response_type="code", client_id="notes", redirect_uri=redirect_uri, scope="notes",
                  state=state, code_challenge=code_challenge, code_challenge_method="S256")
    return str(httpx.URL(LOGIN + "/authorize", params=params))
""",
        """
from urllib.parse import quote
def answer(redirect_uri, state, code_challenge):
    url = "https://login.example/authorize?response_type=code&client_id=notes&scope=notes"
    url += "&code_challenge_method=S256&code_challenge=" + code_challenge
    return url + "&redirect_uri=" + quote(redirect_uri, safe="") + "&state=" + quote(state, safe="")
""",
    ],
    "03-3": [
        """
def answer(browser, url, typed):
    login = browser.get(url)
    form = hidden(login)
    form.update(typed)
    consent = browser.post("https://login.example/authorize", data=form)
    form = hidden(consent)
    form["consent"] = "allow"
    back = browser.post("https://login.example/authorize", data=form)
    return parameters(back)
""",
        """
from urllib.parse import parse_qs
def answer(browser, url, typed):
    page = browser.get(url)
    for more in (typed, {"consent": "allow"}):
        page = browser.post(LOGIN + "/authorize", data={**hidden(page), **more})
    query = page.headers["location"].split("?", 1)[1]
    return {name: values[0] for name, values in parse_qs(query).items()}
""",
        """
def answer(browser, url, typed):
    response = browser.get(url)
    while "location" not in response.headers:
        more = typed if 'name="password"' in response.text else {"consent": "allow"}
        response = browser.post(LOGIN + "/authorize", data=hidden(response) | more)
    return dict(response.next_request.url.params)
""",
    ],
    "03-4": [
        """
def answer(browser, code, verifier, redirect_uri):
    return browser.post("https://login.example/token", data={
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "client_id": "notes",
        "code_verifier": verifier,
    })
""",
        """
def answer(browser, code, verifier, redirect_uri):
    form = dict(grant_type="authorization_code", client_id="notes", code=code,
                redirect_uri=redirect_uri)
    if verifier:
        form["code_verifier"] = verifier
    return browser.post(f"{LOGIN}/token", data=form)
""",
        """
def answer(browser, code, verifier, redirect_uri):
    body = urlencode({"grant_type": "authorization_code", "client_id": "notes", "code": code,
                      "code_verifier": verifier, "redirect_uri": redirect_uri})
    kind = {"content-type": "application/x-www-form-urlencoded"}
    return browser.request("POST", LOGIN + "/token", content=body, headers=kind)
""",
    ],
    "03-8": [
        """
def answer(answer, state):
    if "code" not in answer or "error" in answer:
        raise ValueError(answer.get("error", "no code"))
    if not answer.get("state") or answer["state"] != state:
        raise ValueError("another state")
    if answer.get("iss") != "https://login.example":
        raise ValueError("another provider")
    return answer["code"]
""",
        """
import hmac
def answer(answer, state):
    came = answer.get("state", "")
    same = hmac.compare_digest(came.encode(), state.encode()) and answer.get("iss") == LOGIN
    if len(state) and same and answer.get("code") and not answer.get("error"):
        return answer["code"]
    raise ValueError
""",
        """
def answer(answer, state):
    try:
        same = answer["state"] == state != "" and "error" not in answer
        code, issuer = answer["code"], answer["iss"]
    except KeyError as missing:
        raise ValueError(f"no {missing}") from None
    if same and issuer == LOGIN:
        return code
    raise ValueError("state")
""",
    ],
    "03-9": [
        """
def answer(apps):
    request = {"response_type": "code", "client_id": "notes", "scope": "notes",
               "redirect_uri": TRAP, "code_challenge": challenge(VERIFIER),
               "code_challenge_method": "S256"}
    caught = apps.opens("ada", LOGIN + "/authorize?" + urlencode(request), until=TRAP)
    code = parameters(caught)["code"] if caught.is_redirect else ""
    return token_request(apps.tom, code, VERIFIER, TRAP)
""",
        """
def answer(apps):
    mine = "v" * 43
    url = authorization_request(TRAP, "anything", challenge(mine))
    answer = parameters(apps.opens("ada", url, TRAP))
    return token_request(apps.tom, answer.get("code"), mine, TRAP)
""",
        """
def answer(apps):
    apps.opens("ada", NOTES + "/login")
    caught = apps.ada.get(authorization_request(TRAP, "x", challenge(VERIFIER)))
    code = dict(parse_qsl(urlsplit(caught.headers.get("location", "")).query)).get("code", "")
    return token_request(apps.tom, code, VERIFIER, TRAP)
""",
    ],
    "03-10": [
        """
def answer(registered, uri):
    if uri in registered:
        return True
    native = re.compile(r"http://(127\\.0\\.0\\.1|\\[::1\\])(:[0-9]{1,5})?(/[^?#]*)")
    came = native.fullmatch(uri)
    if came is None:
        return False
    known = [found for found in map(native.fullmatch, registered) if found]
    return any(came[1] == found[1] and came[3] == found[3] for found in known)
""",
        """
def answer(registered, uri):
    def parts(address):
        for host in ("http://127.0.0.1", "http://[::1]"):
            rest = address.removeprefix(host)
            if rest != address and rest.startswith(":"):
                port, slash, path = rest[1:].partition("/")
                if port.isdecimal() and port.isascii() and len(port) < 6:
                    return host + slash + path
        return address
    return any(parts(known) == parts(uri) for known in registered)
""",
        """
def answer(registered, uri):
    def bare(address):
        split = urlsplit(address)
        try:
            port = split.port
        except ValueError:
            return address
        if split.scheme != "http" or split.hostname not in ("127.0.0.1", "::1") or port is None:
            return address
        if split.geturl() != address:  # urlsplit drops line ends
            return address
        return split._replace(netloc=split.netloc.removesuffix(f":{port}")).geturl()
    return bare(uri) in {bare(known) for known in registered}
""",
    ],
    "03-12": [
        """
import hmac
def answer(challenge, verifier):
    if not challenge or not verifier:
        return False
    return hmac.compare_digest(b64(hashlib.sha256(verifier.encode()).digest()), challenge)
""",
        """
from base64 import urlsafe_b64encode
def answer(challenge, verifier):
    digest = hashlib.sha256((verifier or "").encode()).digest()
    hashed = urlsafe_b64encode(digest).decode().rstrip("=")
    return verifier is not None and hashed == challenge
""",
        """
def answer(challenge, verifier):
    match challenge, verifier:
        case (str(), str()):
            return challenge == b64(hashlib.sha256(verifier.encode("ascii")).digest())
    return False
""",
    ],
    "03-13": [
        """
def answer(tom):
    response = tom("https://notes.example/login", CALLBACK)
    return str(response.headers.get("location"))
""",
        """
def answer(tom):
    back = parameters(tom(NOTES + "/login", until=NOTES + "/cb?"))
    return CALLBACK + "?" + urlencode(back)
""",
        """
def answer(tom):
    stopped = tom(url=f"{NOTES}/login", until="https://notes.example/cb")
    if stopped.is_redirect:
        return stopped.headers["location"]
    raise RuntimeError("no redirect")
""",
    ],
}

# Exercise -> change -> why no answer of the learner's could be told from the solution by it.
EQUIVALENT: dict[str, dict[str, str]] = {}

RESPONSE = """
from urllib.parse import unquote
def answer(browser, url, typed):
    page = browser.get(url)
    first = hidden(page)
    page = browser.post(LOGIN + "/authorize", data=first | typed)
    page = browser.post(LOGIN + "/authorize", data=SECOND)
    return READ
"""
ALL = 'dict(parse_qsl(urlsplit(page.headers["location"]).query))'
PAIRS = """{name: READ for name, value in (
        pair.split("=", 1) for pair in page.headers["location"].split("?")[1].split("&"))}"""
ALLOWED = 'hidden(page) | {"consent": "allow"}'
CODE_FROM = """
def answer(answer, state):
    came = answer.get("iss") or ""
    if not state or answer.get("state") != state or "code" not in answer or "error" in answer:
        raise ValueError("no")
    if CONDITION:
        raise ValueError("another provider")
    return answer["code"]
"""
WITHOUT_PORT = """
def answer(registered, uri):
    def bare(address):
        for start in ("http://127.0.0.1:", "http://[::1]:"):
            if address.startswith(start):
                port, slash, path = address.removeprefix(start).partition("/")
                if CONDITION:
                    return start.removesuffix(":") + slash + path
        return address
    return bare(uri) in [bare(known) for known in registered]
"""

# Exercise -> mistake -> wrong answers as learners write them.
MISTAKES = {
    "03-13": {
        "finished": [
            """
def answer(tom):
    return str(tom(NOTES + "/login").url)
""",
            """
def answer(tom):
    stopped = tom(NOTES + "/login", until=CALLBACK)
    tom(stopped.headers["location"])
    return stopped.headers["location"]
""",
        ],
        "link": [
            """
def answer(tom):
    stopped = tom(NOTES + "/login", until=CALLBACK)
    return CALLBACK + "?code=" + parameters(stopped)["code"]
""",
        ],
        "response": [
            """
def answer(tom):
    return parameters(tom(NOTES + "/login", until=CALLBACK))
""",
        ],
    },
    "03-3": {
        "escaped": [
            RESPONSE.replace("SECOND", ALLOWED).replace("READ", PAIRS.replace("READ", read))
            for read in ("value", "unquote(value)", 'unquote(value.replace("%2F", "/"))')
        ],
        "second form": [
            RESPONSE.replace("READ", ALL).replace("SECOND", form)
            for form in (
                '{"consent": "allow"}',
                'first | {"consent": "allow"}',
                'typed | {"consent": "allow"}',
            )
        ],
        "consent": [
            RESPONSE.replace("READ", ALL).replace("SECOND", form)
            for form in ("hidden(page)", "hidden(page) | typed")
        ],
    },
    "03-8": {
        "iss": [
            CODE_FROM.replace("CONDITION", condition)
            for condition in (
                'came == "https://tom.test"',
                "not came.startswith(LOGIN)",
                "LOGIN not in came",
                "came not in LOGIN",
                'came.rstrip("/") != LOGIN',
                "came.lower() != LOGIN",
                "came.strip() != LOGIN",
                "came[:12] != LOGIN[:12]",
                "urlsplit(came).hostname != urlsplit(LOGIN).hostname",
            )
        ],
        "no iss": [CODE_FROM.replace("CONDITION", "came and came != LOGIN")],
    },
    "03-10": {
        "no port": [
            WITHOUT_PORT.replace("CONDITION", condition)
            for condition in (
                're.match("[0-9]{1,5}$", port)',
                're.search("^[0-9]{1,5}$", port)',
                "port.strip().isascii() and port.strip().isdigit()",
                'port.isascii() and port.replace("+", "").isdigit() and len(port) < 6',
            )
        ],
        "digits": [WITHOUT_PORT.replace("CONDITION", "port.isdigit() and len(port) < 6")],
    },
}
