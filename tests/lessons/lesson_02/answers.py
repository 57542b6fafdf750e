"""Lesson 02: right answers in other styles, wrong answers that let somebody in, and changes of the
solution that change nothing.
"""

from labutils.stage.written_verifier import VERIFY

OTHER_RIGHT = {
    "02-1": [
        """
def answer(token, keys):
    signed, _, signature = token.rpartition(".")
    key = jwt.PyJWK(keys["keys"][0])
    if key.Algorithm.verify(signed.encode(), key.key, unb64(signature)):
        return json.loads(unb64(signed.split(".")[1]))
    raise jwt.InvalidSignatureError("no")
""",
        """
def answer(token, keys):
    options = {"verify_exp": False, "verify_aud": False, "verify_iat": False}
    return jwt.decode(token, jwt.PyJWK(keys["keys"][0]).key, ["RS256"], options=options)
""",
        """
def answer(token, keys):
    parts = token.split(".")
    algorithm = jwt.get_algorithm_by_name("RS256")
    key = jwt.PyJWK(keys["keys"][0]).key
    fits = algorithm.verify(".".join(parts[:2]).encode("ascii"), key, unb64(parts[2]))
    if fits is False:
        raise ValueError
    return dict(json.loads(unb64(parts[1]).decode()))
""",
    ],
    "02-2": [
        """
def answer(claims):
    return json_part({"alg": "none", "typ": "JWT"}) + "." + json_part(claims) + "."
""",
        """
answer = lambda claims: jwt.encode(claims, None, algorithm="none")
""",
        """
import base64
def answer(claims):
    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().strip("=")
    return ".".join([part(dict(alg="none")), part(claims), ""])
""",
    ],
    "02-3": [
        """
def answer(token, keys):
    header = jwt.get_unverified_header(token)
    names = [(key["kid"], key["alg"]) for key in keys["keys"]]
    if names.count((header.get("kid"), header["alg"])) != 1:
        raise ValueError("no key, or two")
    key = keys["keys"][names.index((header["kid"], header["alg"]))]
    if header.get("typ") != "JWT" or header.get("crit") is not None:
        raise ValueError("kind")
    options = {"verify_exp": False, "verify_aud": False, "verify_iat": False}
    return jwt.decode(token, jwt.PyJWK(key), algorithms=[key["alg"]], options=options)
""",
        """
def answer(token, keys):
    from labutils.identity import tokens
    head = json.loads(unb64(token.split(".")[0]))
    if head.get("typ") != "JWT" or "kid" not in head:
        raise ValueError("kind")
    return json.loads(tokens.verify_signature(token, keys))
""",
        """
def answer(token, keys):
    by_kid = {}
    for key in keys["keys"]:
        if key["kid"] in by_kid: raise ValueError("two keys of one name")
        by_kid[key["kid"]] = key
    parts = token.split(".")
    header = json.loads(unb64(parts[0]))
    kind, kid, alg = (header.get(name) for name in ("typ", "kid", "alg"))
    if str(kind).lower().removeprefix("application/") != "jwt": raise ValueError("typ")
    if "crit" in header: raise ValueError("crit")
    if kid not in by_kid: raise ValueError("kid")
    if by_kid[kid]["alg"] != alg: raise ValueError("alg")
    jwk = jwt.PyJWK(by_kid[kid])
    if not jwk.Algorithm.verify((parts[0] + "." + parts[1]).encode(), jwk.key, unb64(parts[2])):
        raise jwt.InvalidSignatureError("signature")
    return json.loads(unb64(parts[1]))
""",
    ],
    "02-4": [
        """
def answer(claims, public_key):
    head = json_part({"typ": "JWT", "kid": "rs256-1", "alg": "HS256"})
    body = head + "." + json_part(claims)
    return body + "." + b64(hmac.new(public_key, body.encode(), "sha256").digest())
""",
        """
import hashlib
def answer(claims, public_key):
    body = ".".join(map(json_part, ({"typ": "JWT", "alg": "HS256", "kid": "rs256-1"}, claims)))
    return ".".join([body, b64(hmac.new(public_key, body.encode(), hashlib.sha256).digest())])
""",
        """
def answer(claims, public_key):
    hs256 = jwt.get_algorithm_by_name("HS256")
    signed = f"{json_part(dict(alg='HS256', kid='rs256-1', typ='JWT'))}.{json_part(claims)}"
    return signed + "." + b64(hs256.sign(signed.encode(), public_key))
""",
    ],
    "02-5": [
        """
def answer(token, guesses):
    head, payload, signature = token.split(".")
    goal, message = unb64(signature), f"{head}.{payload}".encode()
    fitting = (g for g in guesses if hmac.compare_digest(hmac.digest(g, message, "sha256"), goal))
    return next(fitting, None)
""",
        """
def answer(token, guesses):
    for guess in guesses:
        try:
            jwt.decode(token, guess, ["HS256"], options={"verify_exp": False, "verify_aud": False,
                                                         "verify_iat": False})
        except jwt.InvalidSignatureError:
            continue
        return guess
    return None
""",
        """
def answer(token, guesses):
    body, signature = token.rsplit(".", 1)
    result = None
    for guess in guesses:
        if b64(hmac.new(guess, body.encode(), "sha256").digest()) == signature:
            result = guess
            break
    return result
""",
    ],
}

TYP, KID, ALG = (
    'header.get("typ") != "JWT"',
    'key["kid"] == header.get("kid")',
    'trusted[0]["alg"] != header.get("alg")',
)


def but(old: str, new: str) -> str:
    """The model solution with another comparison in it."""
    assert old in VERIFY
    return VERIFY.replace(old, new)


# Exercise -> what the answer does -> the mistake, and the answer.
WRONG = {
    "02-3": {
        "typ ends in JWT": ("typ near", but(TYP, 'not header.get("typ", "").endswith("JWT")')),
        "typ begins with JWT": (
            "typ near",
            but(TYP, 'not header.get("typ", "").startswith("JWT")'),
        ),
        "typ has jwt in it": ("typ", but(TYP, '"jwt" not in header.get("typ", "").lower()')),
        "typ is a piece of JWT": ("typ near", but(TYP, 'header.get("typ", "x") not in "JWT"')),
        "a typ that is there": ("typ", but(TYP, '"typ" not in header')),
        "kid is a piece of ours": ("kid near", but(KID, 'header.get("kid", "") in key["kid"]')),
        "our kid is a piece of it": ("kid near", but(KID, 'key["kid"] in header.get("kid", "")')),
        "kid begins like ours": (
            "kid near",
            but(KID, 'header.get("kid", "").startswith(key["kid"])'),
        ),
        "kid ends like ours": ("kid near", but(KID, 'header.get("kid", "").endswith(key["kid"])')),
        "kid in small letters": (
            "kid near",
            but(KID, 'key["kid"] == header.get("kid", "").lower()'),
        ),
        "kid without blanks": ("kid near", but(KID, 'key["kid"] == header.get("kid", "").strip()')),
        "alg in capitals": ("alg near", but(ALG, 'trusted[0]["alg"] != header["alg"].upper()')),
        "alg without blanks": ("alg near", but(ALG, 'trusted[0]["alg"] != header["alg"].strip()')),
        "alg is a piece of ours": ("alg near", but(ALG, 'header["alg"] not in trusted[0]["alg"]')),
        "our alg is a piece": ("alg near", but(ALG, 'trusted[0]["alg"] not in header["alg"]')),
        "alg of one letter": ("alg", but(ALG, 'trusted[0]["alg"][-3:] != header["alg"][-3:]')),
        "crit that is empty": ("crit", but('"crit" in header', 'header.get("crit")')),
    },
}

# Exercise -> change -> why no answer of the learner's could be told from the solution by it.
EQUIVALENT: dict[str, dict[str, str]] = {}
