"""04 · Ask who somebody is."""

from labutils.classroom.first_shape import Choice, Exercise, Lesson, Quiz, yes_or_no

ISSUER = "https://login.example"
DOCUMENTS = [
    ({"issuer": ISSUER + ".tom.test"}, "begins"),
    ({"issuer": ISSUER + "/"}, "slash"),
    ({"issuer": "https://LOGIN.example"}, "case"),
    ({"issuer": "https://tom.test", "jwks_uri": ISSUER + "/jwks"}, "elsewhere"),
    ({}, "missing"),
    ({"issuer": None}, "missing"),
]


def _trust(answer: object) -> str | None:
    if answer(ISSUER, {"issuer": ISSUER, "jwks_uri": ISSUER + "/jwks"}) is not True:
        return "closed"
    for document, mistake in DOCUMENTS:
        try:
            verdict = answer(ISSUER, dict(document))
        except Exception:
            return "raises"
        if wrong := yes_or_no(verdict, False, mistake):
            return wrong
    return None


KEYS = {
    "keys": [
        {"kid": "es256-1", "alg": "ES256", "use": "sig"},
        {"kid": "rs256-1", "alg": "RS256", "use": "sig"},
        {"kid": "enc-1", "alg": "RS256", "use": "enc"},
        {"kid": "old-1", "alg": "RS256"},
        {"kid": "bare-1", "kty": "RSA"},
    ]
}
PICKS = [
    ({"kid": "rs256-1", "alg": "RS256"}, "rs256-1", "first"),
    ({"kid": "old-1", "alg": "RS256"}, "old-1", "use"),
    ({"kid": "unheard", "alg": "ES256"}, None, "fallback"),
    ({"kid": "enc-1", "alg": "RS256"}, None, "enc"),
    ({"kid": "es256-1", "alg": "RS256"}, None, "alg"),
    ({"kid": "bare-1", "alg": "RS256"}, None, "bare"),
    ({"kid": "bare-1"}, None, "both bare"),
    ({"alg": "ES256"}, None, "no kid"),
]


def _pick(answer: object) -> str | None:
    for header, right, mistake in PICKS:
        try:
            key = answer(KEYS, dict(header))
        except Exception:
            return "raises"
        if isinstance(key, list | tuple):
            return "list"
        if not isinstance(key, dict | None):
            return "no key"
        if key is None and mistake == "first":
            return "early" if answer(KEYS, {"kid": "es256-1", "alg": "ES256"}) else "not found"
        if (key or {}).get("kid") != right:
            return mistake
    return None


CLAIMS = {"iss": ISSUER, "aud": "wiki", "sub": "u-1815", "exp": 1000, "iat": 400, "nonce": "n-1"}
REFUSE = [
    ({**CLAIMS, "iss": "https://tom.test"}, "iss"),
    ({**CLAIMS, "aud": "notes"}, "aud"),
    ({**CLAIMS, "aud": "my-wiki-2"}, "aud in"),
    ({**CLAIMS, "aud": ["notes"]}, "aud"),
    ({**CLAIMS, "aud": []}, "aud"),
    # Untrusted additional audiences: the client MUST reject the token (OpenID Connect Core, errata 2, 3.1.3.7 (3)).
    ({**CLAIMS, "aud": ["notes", "wiki"]}, "others"),
    ({**CLAIMS, "aud": ["wiki", "notes"], "azp": "wiki"}, "others"),
    ({**CLAIMS, "exp": 500}, "exp"),
    ({**CLAIMS, "exp": 499}, "exp"),
    ({**CLAIMS, "nonce": "n-2"}, "nonce"),
    ({k: v for k, v in CLAIMS.items() if k != "nonce"}, "nonce"),
    ({k: v for k, v in CLAIMS.items() if k != "sub"}, "sub"),
    ({k: v for k, v in CLAIMS.items() if k != "exp"}, "missing"),
    ({k: v for k, v in CLAIMS.items() if k != "aud"}, "missing"),
    ({k: v for k, v in CLAIMS.items() if k != "iat"}, "iat"),
    ({**CLAIMS, "iat": 501}, "iat"),
    ({}, "missing"),
]


def _fits(answer: object) -> str | None:
    def ask(claims: dict) -> object:
        return answer(dict(claims), ISSUER, "wiki", "n-1", 500)

    if ask(CLAIMS) is not True:
        return "closed"
    if ask({**CLAIMS, "aud": ["wiki"]}) is not True:
        return "list"
    for claims, mistake in REFUSE:
        try:
            verdict = ask(claims)
        except Exception:
            return "missing"
        if wrong := yes_or_no(verdict, False, mistake):
            return wrong
    return None


RIGHT_FITS = (
    "    return (claims.get('iss') == issuer and claims.get('aud') in (client_id, [client_id])\n            and now < claims.get('exp', 0)\n"
    "            and 'sub' in claims and claims.get('iat', now + 1) <= now and claims.get('nonce') == nonce)"
)


def _without(part: str, instead: str = "True") -> str:
    return "def answer(claims, issuer, client_id, nonce, now):\n" + RIGHT_FITS.replace(
        part, instead
    )


LESSON = Lesson(
    "04",
    (
        Exercise(
            "04-1",
            "function",
            _trust,
            "One comparison, and no provider can speak for another.",
            {
                "closed": "A document that names exactly the issuer you asked for should give True.",
                "begins": "https://login.example.tom.test was trusted. It begins like the issuer and belongs to somebody else.",
                "slash": "A slash at the end makes it another issuer. The comparison is letter by letter.",
                "case": "Other letters were let in. Issuers are compared as text, without kindness.",
                "elsewhere": "A document of tom.test was trusted because an address in it looked right. Compare the issuer.",
                "missing": "A document without an issuer was trusted.",
                "raises": "A document may lack an issuer: then the answer is False. document.get('issuer') is kind to what is missing.",
            },
            {
                "closed": "def answer(asked, document):\n    return False",
                "begins": "def answer(asked, document):\n    return str(document.get('issuer')).startswith(asked)",
                "slash": "def answer(asked, document):\n    return str(document.get('issuer')).rstrip('/') == asked",
                "case": "def answer(asked, document):\n    return str(document.get('issuer')).lower() == asked",
                "elsewhere": "def answer(asked, document):\n"
                "    return document.get('issuer') == asked or str(document.get('jwks_uri')).startswith(asked)",
                "missing": "def answer(asked, document):\n    return document.get('issuer') in (asked, None)",
                "raises": "def answer(asked, document):\n    return document['issuer'] == asked",
            },
            (
                "What is the one member of the document that says for whom it speaks?",
                "Compare whole texts: document.get('issuer') == asked.",
            ),
            "def trust(asked, document):\n    return document.get('issuer') == asked",
        ),
        Exercise(
            "04-2",
            "function",
            _pick,
            "The label chooses among keys that you trust already, and the key says how it may be used.",
            {
                "first": "Asked for rs256-1, it gave another key. Compare kid.",
                "early": "It finds the first key of the set. For rs256-1, the second one, it gave None. Does a `return None` stand inside the loop? "
                "It ends the search at the first key that does not fit.",
                "not found": "Asked for rs256-1, which is in the set, it gave None. Its kid, use and alg all fit.",
                "no key": "Return the key itself, a dictionary of the set, or None.",
                "use": "old-1 says nothing about its use, and that is allowed: only a use that is given must be sig.",
                "fallback": "For an unknown kid it offered a key all the same. A fallback is a way in; return None.",
                "enc": "enc-1 is a key for encryption. It must not check signatures.",
                "alg": "The header said RS256 and the key is for ES256. The key decides, so there is no key for this token.",
                "bare": "bare-1 does not say for which algorithm it is, so it is refused here.",
                "both bare": "The header names no alg, bare-1 has none, and it gave bare-1: None == None is true. A key without alg is refused.",
                "list": "Return one key, or None, and not a list of keys.",
                "no kid": "There was no kid, and several keys. Guessing is not choosing.",
                "raises": "A header may lack anything, and then there is no key for it. next(..., None) and .get(...) are kind to what is missing.",
            },
            {
                "first": "def answer(jwks, header):\n    return jwks['keys'][0]",
                "early": "def answer(jwks, header):\n    for k in jwks['keys']:\n        if k['kid'] == header.get('kid'):\n            return k\n"
                "        return None",
                "not found": "def answer(jwks, header):\n    return next((k for k in jwks['keys'] if k['kid'] == header['alg']), None)",
                "no key": "def answer(jwks, header):\n    return header.get('kid')",
                "use": "def answer(jwks, header):\n    found = [k for k in jwks['keys'] if k['kid'] == header.get('kid') and k.get('use') == 'sig']\n"
                "    return found[0] if found else None",
                "fallback": "def answer(jwks, header):\n    found = [k for k in jwks['keys'] if k['kid'] == header.get('kid')]\n"
                "    return found[0] if found else jwks['keys'][0]",
                "enc": "def answer(jwks, header):\n    found = [k for k in jwks['keys'] if k['kid'] == header.get('kid')]\n"
                "    return found[0] if found else None",
                "alg": "def answer(jwks, header):\n    found = [k for k in jwks['keys'] if k['kid'] == header.get('kid') "
                "and k.get('use', 'sig') == 'sig']\n    return found[0] if found else None",
                "bare": "def answer(jwks, header):\n    found = [k for k in jwks['keys'] if k['kid'] == header.get('kid') and k.get('use', 'sig') == 'sig' "
                "and k.get('alg', header['alg']) == header.get('alg')]\n    return found[0] if found else None",
                "both bare": "def answer(jwks, header):\n    found = [k for k in jwks['keys'] if k['kid'] == header.get('kid') and k.get('use', 'sig') == 'sig' "
                "and k.get('alg') == header.get('alg')]\n    return found[0] if found else None",
                "list": "def answer(jwks, header):\n    return [k for k in jwks['keys'] if k['kid'] == header.get('kid')]",
                "no kid": "def answer(jwks, header):\n    found = [k for k in jwks['keys'] if header.get('kid', k['kid']) == k['kid'] "
                "and k.get('use', 'sig') == 'sig' and k.get('alg', 'none') == header.get('alg')]\n    return found[0] if found else None",
                "raises": "def answer(jwks, header):\n    return [k for k in jwks['keys'] if k['kid'] == header['kid']][0]",
            },
            (
                "Go through jwks['keys'] and keep those that fulfil all three conditions.",
                "key.get('use', 'sig') == 'sig' is true for a key that does not name a use.",
                "next((key for key in ... if ...), None) gives the first that fits, or None.",
            ),
            "def pick(jwks, header):\n"
            "    return next((key for key in jwks['keys'] if key['kid'] == header.get('kid')\n"
            "                 and key.get('use', 'sig') == 'sig' and key.get('alg') == header.get('alg', 'none')), None)",
        ),
        Exercise(
            "04-3",
            "function",
            _fits,
            "These are the checks after the signature. Lesson 02 was the signature itself.",
            {
                "closed": "Claims that are right in everything should give exactly True.",
                "list": "aud may be a list that holds this client and nobody else.",
                "others": "A token that is meant for notes as well was taken. The wiki does not trust notes, so it must refuse it "
                "(OpenID Connect Core, 3.1.3.7), whatever azp says.",
                "iss": "A token of another issuer was taken.",
                "aud": "A token for another client was taken.",
                "aud in": "The client wiki took a token for my-wiki-2. Does your test look inside a text instead of comparing it?",
                "exp": "An expired token was taken. It is over from the second named in exp on: now < exp.",
                "nonce": "A token from another sign-in, or with no nonce at all, was taken.",
                "sub": "A token about nobody was taken: sub is required.",
                "iat": "A token without iat, or issued in the future, was taken.",
                "no return": "Return False itself for claims that are refused, and not None.",
                "missing": "Any claim may be missing, and then the answer is False. claims.get(...) and `in` are kind to what is missing.",
            },
            {
                "closed": "def answer(claims, issuer, client_id, nonce, now):\n    return False",
                "list": "def answer(claims, issuer, client_id, nonce, now):\n    return claims['iss'] == issuer and claims['aud'] == client_id",
                "iss": _without("claims.get('iss') == issuer"),
                "aud": _without("claims.get('aud') in (client_id, [client_id])"),
                "aud in": _without(
                    "claims.get('aud') in (client_id, [client_id])",
                    "client_id in claims.get('aud', [])",
                ),
                "others": _without(
                    "claims.get('aud') in (client_id, [client_id])",
                    "(claims.get('aud') == client_id or client_id in list(claims.get('aud', [])))",
                ),
                "exp": _without("now < ", "now <= "),
                "nonce": _without("claims.get('nonce') == nonce"),
                "sub": _without("'sub' in claims"),
                "iat": _without("claims.get('iat', now + 1) <= now"),
                "no return": _without(
                    "    return (", "    return None if 'sub' not in claims else ("
                ),
                "missing": _without("claims.get('exp', 0)", "claims['exp']"),
            },
            (
                "aud may be written in two ways: client_id, or [client_id]. A list that holds another client too is no longer right.",
                "Join the conditions with `and`: iss, aud, now < exp, iat not after now, sub present, nonce equal.",
                "claims.get('exp', 0) treats a missing exp as long past.",
            ),
            "def fits(claims, issuer, client_id, nonce, now):\n" + RIGHT_FITS,
        ),
    ),
    (
        Quiz(
            "04-q1",
            "An app signs people in by calling an API with the access token they bring. What is wrong?",
            {
                "a": Choice(
                    "Nothing, the API would refuse a false token",
                    "It would. But a true token may come from another app that Ada once used.",
                ),
                "b": Choice(
                    "The token was meant for the API, and may have been issued to another app",
                    "Yes. Anyone who holds an access token of hers would be Ada.",
                    True,
                ),
                "c": Choice("The API is too slow for sign-in", "Speed is not the trouble."),
            },
        ),
        Quiz(
            "04-q2",
            "What does nonce stop that aud does not?",
            {
                "a": Choice(
                    "A token for another app", "That is the work of aud, and it does it well."
                ),
                "b": Choice(
                    "A token for this app, from another sign-in",
                    "Yes: right door, wrong visit.",
                    True,
                ),
                "c": Choice(
                    "A forged token", "The signature stops that, before either is looked at."
                ),
            },
        ),
        Quiz(
            "04-q3",
            "The signing key may have leaked. You drop it from the JWK set. Which old thing goes on all the same?",
            {
                "a": Choice(
                    "Forged ID tokens under that key",
                    "They are refused as soon as the new set is fetched.",
                ),
                "b": Choice(
                    "Sessions that applications have opened already",
                    "Yes. They live on the applications' own cookies.",
                    True,
                ),
                "c": Choice(
                    "New sign-ins",
                    "They go on as well, but with the new key, and that is what you want.",
                ),
            },
        ),
    ),
)
