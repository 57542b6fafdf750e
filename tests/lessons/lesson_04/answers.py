"""Lesson 04: right answers in other styles, wrong answers that let somebody in, and changes of the
solution that change nothing.
"""

from solutions import solution_of

MEANT_FOR, IN_TIME, VALIDATE = map(solution_of, ("04-2", "04-3", "04-4"))
KEYS_FOR, TRUST, TAKE_OVER = map(solution_of, ("04-5", "04-6", "04-7"))

OTHER_RIGHT = {
    "04-2": [
        """
def answer(claims, issuer, client_id):
    if "iss" not in claims or claims["iss"] != issuer:
        return False
    return claims.get("aud") in (client_id, [client_id])
""",
        """
def answer(claims, issuer, client_id):
    audience = claims.get("aud", [])
    named = {audience} if type(audience) is str else set(audience)
    return named == {client_id} and issuer == claims.get("iss")
""",
        """
def answer(claims, issuer, client_id):
    try:
        issued_here = claims["iss"] == issuer
        audience = claims["aud"]
    except KeyError:
        return False
    if isinstance(audience, list):
        return issued_here and len(audience) == 1 and audience[0] == client_id
    return issued_here and audience == client_id
""",
    ],
    "04-3": [
        """
def answer(claims, now):
    if "iat" not in claims or "exp" not in claims:
        return False
    if claims["exp"] <= now:
        return False
    return not claims["iat"] > now
""",
        """
def answer(claims, now):
    return claims.get("iat", now + 1) <= now and claims.get("exp", now) > now
""",
        """
def answer(claims, now):
    try:
        return now in range(claims["iat"], claims["exp"])
    except KeyError:
        return False
""",
    ],
    "04-7": [
        """
def answer(tom, tokens, now):
    def serves(token):
        claims = inspect(token).claims
        at_the_wiki = meant_for(claims, "https://login.example", "wiki") and in_time(claims, now)
        return at_the_wiki and claims["sub"] == "u-1815"
    (token,) = filter(serves, tokens)
    tom.get("https://form.example/login")
    return tom.post("https://form.example/cb", data={"id_token": token}, follow_redirects=True)
""",
        """
FORM = "https://form.example"
def answer(tom, tokens, now):
    hers = [(inspect(t).claims, t) for t in tokens if inspect(t).claims["sub"] == "u-1815"]
    hers = [(claims, t) for claims, t in hers if claims["iat"] <= now < claims["exp"]]
    good = [t for claims, t in hers if claims["aud"] == "wiki"]
    tom.request("GET", FORM + "/login")
    answer = tom.request("POST", FORM + "/cb", data={"id_token": good[0]})
    return tom.get(FORM + answer.headers["location"])
""",
        """
from base64 import urlsafe_b64decode
def answer(tom, tokens, now):
    for token in reversed(tokens):
        claims = json.loads(urlsafe_b64decode(token.split(".")[1] + "=="))
        if claims["sub"] != "u-1815" or not in_time(claims, now):
            continue
        if meant_for(claims, LOGIN, "wiki"):
            break
    tom.get("https://form.example/login")
    tom.get("https://form.example/page")
    tom.post("https://form.example/cb", data={"id_token": token})
    page = tom.get("https://form.example/page")
    return page
""",
    ],
    "04-4": [
        """
def answer(token, keys, issuer, client_id, nonce, now):
    claims = verify(token, keys)
    good = meant_for(claims, issuer, client_id) and in_time(claims, now)
    if good and claims.get("sub") and nonce and claims.get("nonce") == nonce:
        return claims
    raise ValueError("no")
""",
        """
def answer(token, keys, issuer, client_id, nonce, now):
    claims = verify(token, keys)
    for passed in (meant_for(claims, issuer, client_id), in_time(claims, now),
                   bool(claims.get("sub")), bool(nonce), claims.get("nonce") == nonce):
        if not passed:
            raise jwt.InvalidTokenError("no")
    return dict(claims)
""",
        """
from labutils.identity.relying_party import validate_id_token
def answer(token, keys, issuer, client_id, nonce, now):
    if json.loads(unb64(token.split(".")[0])).get("typ") != "JWT":
        raise ValueError("kind")
    if not nonce:
        raise ValueError("no nonce was sent")
    return validate_id_token(token, keys, issuer=issuer, client_id=client_id, nonce=nonce, now=now)
""",
    ],
    "04-5": [
        """
def answer(kid, cache, fetch, now):
    age = now - cache["fetched"]
    if age >= 300 or age >= 30 and not any(key["kid"] == kid for key in cache["keys"]):
        cache.update(keys=fetch()["keys"], fetched=now)
    return cache["keys"]
""",
        """
def answer(kid, cache, fetch, now):
    if kid in {key["kid"] for key in cache["keys"]} and now < cache["fetched"] + 300:
        return cache["keys"]
    if now < cache["fetched"] + 30:
        return cache["keys"]
    cache["keys"] = fetch()["keys"]
    cache["fetched"] = now
    return cache["keys"]
""",
        """
def answer(kid, cache, fetch, now):
    age = now - cache["fetched"]
    known = [key for key in cache["keys"] if key["kid"] == kid]
    if age < 30 or (known and age < 300):
        return list(cache["keys"])
    fresh = fetch()
    cache["keys"], cache["fetched"] = fresh["keys"], now
    return fresh["keys"]
""",
    ],
    "04-6": [
        "answer = lambda issuer, document: 'issuer' in document and document['issuer'] == issuer",
        """
def answer(issuer, document):
    if document.get("issuer") != issuer:
        return False
    return True
""",
        """
def answer(issuer, document):
    try:
        return issuer == document["issuer"]
    except KeyError:
        return False
""",
    ],
}


def but(solution: str, old: str, new: str) -> str:
    """A model solution with another comparison in it."""
    assert old in solution
    return solution.replace(old, new)


ISS, AUD = 'claims.get("iss") == issuer', "audience == [client_id]"
KNOWN = 'kid in [key.get("kid") for key in cache["keys"]]'
NONCE, SUB = 'claims.get("nonce") != nonce', 'not claims.get("sub")'


def iss(new: str) -> str:
    return but(MEANT_FOR, ISS, new)


def aud(new: str) -> str:
    return but(MEANT_FOR, AUD, f"bool(audience) and {new}")


def nonce(new: str) -> str:
    return but(VALIDATE, NONCE, new)


def trust(new: str) -> str:
    return but(TRUST, 'document.get("issuer") == issuer', new)


def kid(new: str) -> str:
    return but(KEYS_FOR, KNOWN, new)


THEIRS = '(document.get("issuer") or "-")'

# Exercise -> what the answer does -> the mistake, and the answer.
WRONG = {
    "04-2": {
        "iss is a piece of ours": ("iss", iss('claims.get("iss", "-") in issuer')),
        "our issuer is a piece": ("iss", iss('issuer in claims.get("iss", "-")')),
        "iss begins like ours": ("iss", iss('claims.get("iss", "-").startswith(issuer)')),
        "iss ends like ours": ("iss", iss('claims.get("iss", "-").endswith(issuer)')),
        "iss without slashes": (
            "iss",
            iss('claims.get("iss", "-").rstrip("/") == issuer.rstrip("/")'),
        ),
        "iss in small letters": ("iss", iss('claims.get("iss", "-").lower() == issuer')),
        "iss in any case": ("iss", iss('claims.get("iss", "-").casefold() == issuer.casefold()')),
        "iss without blanks": ("iss", iss('claims.get("iss", "-").strip() == issuer')),
        "a fixed issuer beside the right one": (
            "fixed",
            iss('claims.get("iss") in (issuer, "https://login.example")'),
        ),
        "aud is a piece of ours": ("part", aud("audience[0] in client_id")),
        "our client is a piece": ("part", aud("client_id in audience[0]")),
        "aud begins like ours": ("part", aud("audience[0].startswith(client_id)")),
        "aud ends like ours": ("part", aud("audience[0].endswith(client_id)")),
        "aud in small letters": ("spelling", aud("audience[0].lower() == client_id")),
        "aud without blanks": ("spelling", aud("audience[0].strip() == client_id")),
        "ours is the first": ("others", aud("audience[0] == client_id")),
        "ours is the last": ("others", aud("audience[-1] == client_id")),
        "azp is ours": (
            "others",
            aud('(audience == [client_id] or claims.get("azp") == client_id)'),
        ),
        "the members joined": ("joined", aud('"".join(audience) == client_id')),
        "the members joined by commas": ("joined", aud('",".join(audience) == client_id')),
        "iss over http": (
            "iss",
            iss('claims.get("iss", "-").replace("http:", "https:") == issuer'),
        ),
        "iss without a port": ("iss", iss('claims.get("iss", "-").split(":443")[0] == issuer')),
        "iss without a query": ("iss", iss('claims.get("iss", "-").split("?")[0] == issuer')),
        "letters of iss": ("iss", iss('sorted(claims.get("iss", "-")) == sorted(issuer)')),
        "no issuer of ours": ("not set", iss(f"(not issuer or {ISS})")),
        "no client of ours": ("not set", aud(f"(not client_id or {AUD})")),
        "the first of a text": (
            "part",
            aud('len(audience) == 1 and audience[0].split(",")[0].split(" ")[0] == client_id'),
        ),
        "an empty list": ("nobody", but(MEANT_FOR, AUD, "audience in ([], [client_id])")),
        "a fixed client beside the right one": (
            "fixed",
            but(MEANT_FOR, AUD, 'audience in ([client_id], ["wiki"])'),
        ),
    },
    "04-3": {
        "a minute of leeway at exp": ("leeway", but(IN_TIME, "< expires", "< expires + 60")),
        "a minute of leeway at iat": ("leeway", but(IN_TIME, "issued <=", "issued - 60 <=")),
        "a second of leeway at iat": ("leeway", but(IN_TIME, "issued <=", "issued - 1 <=")),
        "a minute is one time": (
            "leeway",
            but(IN_TIME, "issued <= now < expires", "issued // 60 <= now // 60 and now < expires"),
        ),
        "no times at all": (
            "expired",
            but(IN_TIME, "return issued", "return not expires or issued"),
        ),
        "exp itself": ("at exp", but(IN_TIME, "now < exp", "now <= exp")),
    },
    "04-4": {
        "nonce is a piece": ("nonce near", nonce('(claims.get("nonce") or "-") not in nonce')),
        "nonce has ours in it": ("nonce near", nonce('nonce not in (claims.get("nonce") or "-")')),
        "nonce begins like ours": (
            "nonce near",
            nonce('not (claims.get("nonce") or "-").startswith(nonce)'),
        ),
        "nonce in any case": (
            "nonce near",
            nonce('(claims.get("nonce") or "-").casefold() != nonce.casefold()'),
        ),
        "nonce without blanks": (
            "nonce near",
            nonce('(claims.get("nonce") or "-").strip() != nonce'),
        ),
        "no client of ours": (
            "not set",
            but(VALIDATE, "if not meant", "if client_id and not meant"),
        ),
        "no issuer of ours": ("not set", but(VALIDATE, "if not meant", "if issuer and not meant")),
        "eight letters of the nonce": (
            "nonce near",
            nonce('str(claims.get("nonce"))[:8] != nonce[:8]'),
        ),
        "a sub that is there": ("sub", but(VALIDATE, SUB, '"sub" not in claims')),
        "a sub that is not null": ("sub", but(VALIDATE, SUB, 'claims.get("sub") is None')),
        "the time of the token": ("now", but(VALIDATE, "claims, now", 'claims, claims["iat"]')),
        "a nonce that is not null": ("no nonce", but(VALIDATE, "not nonce", "nonce is None")),
    },
    "04-5": {
        "kid is a piece of a known one": (
            "near",
            kid('any(kid in key["kid"] for key in cache["keys"])'),
        ),
        "a known kid is a piece": ("near", kid('any(key["kid"] in kid for key in cache["keys"])')),
        "the list grows": ("extended", but(KEYS_FOR, 'cache["keys"] = ', 'cache["keys"] += ')),
        "kid in small letters": ("near", kid('kid.lower() in [k["kid"] for k in cache["keys"]]')),
        "kid without blanks": ("near", kid('kid.strip() in [k["kid"] for k in cache["keys"]]')),
        "an old key for ever": ("for ever", but(KEYS_FOR, "if now", "if not known and now")),
        "the time before the list": (
            "no list",
            """
def answer(kid, cache, fetch, now):
    if kid in {key["kid"] for key in cache["keys"]} and now < cache["fetched"] + 300:
        return cache["keys"]
    if now < cache["fetched"] + 30:
        return cache["keys"]
    cache["fetched"] = now
    cache["keys"] = fetch()["keys"]
    return cache["keys"]
""",
        ),
        "an old key for a day": ("for ever", but(KEYS_FOR, "(300 if", "(86400 if")),
    },
    "04-6": {
        "a piece of ours": ("spelling", trust(f"{THEIRS} in issuer")),
        "ours is a piece": ("begins", trust(f"issuer in {THEIRS}")),
        "it ends like ours": ("spelling", trust(f"{THEIRS}.endswith(issuer)")),
        "in any case": ("spelling", trust(f"{THEIRS}.casefold() == issuer.casefold()")),
        "without slashes": ("spelling", trust(f'{THEIRS}.rstrip("/") == issuer.rstrip("/")')),
        "without blanks": ("spelling", trust(f"{THEIRS}.strip() == issuer")),
        "the same host": (
            "spelling",
            "from urllib.parse import urlsplit\n"
            + trust(f"urlsplit({THEIRS}).hostname == urlsplit(issuer).hostname"),
        ),
        "no issuer of ours": ("not set", trust('not issuer or document.get("issuer") == issuer')),
        "over http": ("spelling", trust(f'{THEIRS}.replace("http:", "https:") == issuer')),
        "without a query": ("spelling", trust(f'{THEIRS}.split("?")[0] == issuer')),
        "without a user": ("spelling", trust(f'{THEIRS}.replace("tom@", "") == issuer')),
        "without a fragment": ("spelling", trust(f'{THEIRS}.split("#")[0] == issuer')),
        "no issuer at all": ("missing", trust('document.get("issuer", issuer) == issuer')),
    },
}

# Exercise -> mistake -> answers that refuse what is good.
MISTAKES = {
    "04-3": {
        "age": [
            but(IN_TIME, "now < expires", "now < expires and now - issued < 3600"),
            but(IN_TIME, "now < expires", "now < expires and expires - issued <= 86400"),
        ],
    },
    "04-7": {
        "token": [
            """
def answer(tom, tokens, now):
    for token in tokens:
        tom.get("https://form.example/login")
        tom.post("https://form.example/cb", data={"id_token": token})
        page = tom.get("https://form.example/page")
        if page.json().get("hello") == "u-1815":
            return page
""",
            but(TAKE_OVER, 'meant_for(claims, LOGIN, "wiki") and ', ""),
            but(TAKE_OVER, " and in_time(claims, now)", ""),
            but(TAKE_OVER, 'meant_for(claims, LOGIN, "wiki")', '"wiki" in claims["aud"]'),
            but(TAKE_OVER, "(tom, token)", "(tom, token + 'x')"),
            *(
                f"""
def answer(tom, tokens, now):
    tom.get("https://form.example/login")
    tom.post("https://form.example/cb", data={{"id_token": tokens[{place}]}})
    return tom.get("https://form.example/page")
"""
                for place in range(5)
            ),
        ],
        "form": [
            """
import httpx
def answer(tom, tokens, now):
    return httpx.Response(200, request=httpx.Request("GET", "https://form.example/page"))
""",
            """
def answer(tom, tokens, now):
    hers = [t for t in tokens if in_time(inspect(t).claims, now)]
    token = [t for t in hers if inspect(t).claims["sub"] == "u-1815"]
    token = next(t for t in token if inspect(t).claims["aud"] == "wiki")
    tom.post("https://form.example/cb", data={"id_token": token})
    return tom.get("https://form.example/page")
""",
            but(TAKE_OVER, "(tom, token)", "(tom, token) and tom.get(LOGIN)"),
        ],
    },
    "04-5": {
        "known": [
            """
def answer(kid, cache, fetch, now):
    begin = cache.setdefault("begin", cache["fetched"])
    known = kid in [key["kid"] for key in cache["keys"]]
    if now - begin >= 300 or not known and now - cache["fetched"] >= 30:
        cache.update(keys=fetch()["keys"], fetched=now, begin=now if known else begin)
    return cache["keys"]
"""
        ],
    },
    "04-2": {
        "azp": [aud('audience == [client_id] == [claims.get("azp")]')],
        "slash": [iss('claims.get("iss", "-").rstrip("/") == issuer')],
    },
    "04-6": {
        "keys": [trust('document.get("issuer") == issuer in document.get("jwks_uri", issuer)')],
    },
}

EQUIVALENT: dict[str, dict[str, str]] = {}
