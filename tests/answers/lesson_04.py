"""Lesson 04: right answers in other styles, and changes of the solution that change nothing."""

OTHER_RIGHT = {
    "04-1": [
        """
def answer(browser, token):
    return browser.post("https://eager.example/token", data={"token": token}, follow_redirects=True)
""",
        """
EAGER = "https://eager.example"
def answer(browser, token):
    first = browser.request("POST", EAGER + "/token", data=dict(token=token))
    return browser.get(EAGER + first.headers["location"])
""",
        """
def answer(browser, token):
    body, kind = f"token={token}", {"content-type": "application/x-www-form-urlencoded"}
    browser.post("https://eager.example/token", content=body, headers=kind)
    page = browser.get("https://eager.example/page")
    return page
""",
    ],
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
    if nonce is None:
        raise ValueError("no nonce was sent")
    return validate_id_token(token, keys, issuer=issuer, client_id=client_id, nonce=nonce, now=now)
""",
    ],
    "04-5": [
        """
def answer(kid, cache, fetch, now):
    if not any(key["kid"] == kid for key in cache["keys"]) and now - cache["fetched"] >= 30:
        cache.update(keys=fetch()["keys"], fetched=now)
    return cache["keys"]
""",
        """
def answer(kid, cache, fetch, now):
    if kid in {key["kid"] for key in cache["keys"]}:
        return cache["keys"]
    if now < cache["fetched"] + 30:
        return cache["keys"]
    cache["fetched"] = now
    cache["keys"] = fetch()["keys"]
    return cache["keys"]
""",
        """
def answer(kid, cache, fetch, now):
    age = now - cache["fetched"]
    known = [key for key in cache["keys"] if key["kid"] == kid]
    if known or age < 30:
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

EQUIVALENT: dict[str, dict[str, str]] = {}
