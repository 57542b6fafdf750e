"""Lesson 02: right answers in other styles, wrong answers that let somebody in, and changes of the
solution that change nothing.
"""

from solutions import solution_of

VERIFY = solution_of("02-3")

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
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.exceptions import InvalidSignature
def answer(token, keys):
    first, *_ = keys["keys"]
    signed, signature = token.rsplit(".", 1)
    try:
        jwt.PyJWK(first).key.verify(unb64(signature), signed.encode(), PKCS1v15(), SHA256())
    except InvalidSignature as error:
        raise ValueError("no") from error
    return json.loads(unb64(signed.split(".")[1]))
""",
        """
def answer(token, keys):
    head, payload, signature = token.split(".")
    if jwt.get_unverified_header(token).get("alg") != "RS256":
        raise ValueError("another algorithm")
    key = RS256.prepare_key(jwt.PyJWK(keys["keys"][0]).key)
    assert_it = RS256.verify((head + "." + payload).encode(), key, unb64(signature))
    if assert_it is True:
        return json.loads(unb64(payload))
    raise ValueError("no")
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
    "02-8": [
        """
def answer(token):
    claims = dict(careful(token))
    if jwt.get_unverified_header(token).get("typ", "").lower() != "jwt":
        raise jwt.InvalidTokenError("another type")
    audiences = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    if audiences != ["wiki"]:
        raise jwt.InvalidAudienceError("somebody else, too")
    if names_twice(token):
        raise jwt.InvalidTokenError("two readings")
    return claims
""",
        """
def no_name_twice(pairs):
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a name stands twice")
    return dict(pairs)
def answer(token):
    head, payload = (
        json.loads(unb64(part), object_pairs_hook=no_name_twice) for part in token.split(".")[:2]
    )
    if head.get("typ") not in ("JWT", "jwt") or payload.get("aud") not in ("wiki", ["wiki"]):
        raise ValueError("not for this door")
    return careful(token)
""",
        """
def answer(token):
    verified = careful(token)
    header = json.loads(unb64(token.partition(".")[0]))
    kinds = {str(header.get("typ")).casefold()}
    if kinds - {"jwt"} or names_twice(token) or verified["aud"] not in ["wiki", ["wiki"]]:
        raise ValueError
    return verified
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
    head, payload, signature = token.split(".")
    header = json.loads(unb64(head))
    names = [key["kid"] for key in keys["keys"]]
    if names.count(header.get("kid")) != 1:
        raise ValueError("no key, or two")
    trusted = keys["keys"][names.index(header["kid"])]
    if header.get("typ") != "JWT" or "crit" in header or header.get("alg") != trusted["alg"]:
        raise ValueError("kind")
    key = jwt.PyJWK(trusted)
    signed, raw = token.rpartition(".")[0].encode(), unb64(signature)
    if key.Algorithm.verify(signed, key.key, raw) is not True:
        raise ValueError("signature")
    return json.loads(unb64(payload))
""",
        """
def answer(token, keys):
    from labutils.identity import tokens
    head = json.loads(unb64(token.split(".")[0]))
    if head.get("typ") != "JWT" or not head.get("kid"):
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
    if len(parts) != 3: raise ValueError("segments")
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

ANY_KEY = """
def answer(token, keys):
    head, payload, signature = token.split(".")
    header = json.loads(unb64(head))
    for jwk in keys["keys"]:
        if jwk["kty"] == "RSA" and CONDITION:
            key = jwt.PyJWK(jwk).key
            if RS256.verify(f"{head}.{payload}".encode(), key, unb64(signature)):
                return json.loads(unb64(payload))
    raise ValueError("no")
"""
KID_OF_HEADER = 'jwk["kid"] == header.get("kid", jwk["kid"])'
SKIPPED = """
def answer(token, keys):
    head, payload, signature = token.split(".")
    header, signed = json.loads(unb64(head)), f"{head}.{payload}".encode()
    key = jwt.PyJWK(keys["keys"][0]).key
    if CONDITION or RS256.verify(signed, key, unb64(signature)):
        return json.loads(unb64(payload))
    raise ValueError("no")
"""
ALG = 'header["alg"]'
PSS = 'jwt.get_algorithm_by_name("PS256").verify(signed, key, unb64(signature))'
TYP, KID, ALG_OF_KEY = (
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
    "02-1": {
        "any RSA key": ("another", ANY_KEY.replace("CONDITION", 'jwk["kty"] == "RSA"')),
        "the key that is named": ("another", ANY_KEY.replace("CONDITION", KID_OF_HEADER)),
        "no signature": ("empty", SKIPPED.replace("CONDITION", "not unb64(signature)")),
        "alg None": ("none", SKIPPED.replace("CONDITION", ALG + ' in ("none", "None", "nOnE")')),
        "alg is not ours": ("none", SKIPPED.replace("CONDITION", ALG + ' != "RS256"')),
        "PSS": ("another", SKIPPED.replace("CONDITION", PSS)),
    },
    "02-3": {
        "no signature": ("empty", but("if not key.Alg", "if unb64(signature) and not key.Alg")),
        "blanks taken away": ("spelling", but("token.split", "token.rstrip().split")),
        "padding taken away": ("spelling", but("token.split", 'token.replace("=", "").split')),
        "padding tolerated": (
            "spelling",
            "import base64\n"
            + but("unb64(signature)", 'base64.urlsafe_b64decode(signature + "==")'),
        ),
        "filtered by alg": (
            "two keys",
            but(KID, f'{KID} and key["alg"] == header.get("alg")'),
        ),
        "the last key of a name": (
            "two keys",
            but("len(trusted) != 1", "not trusted").replace("trusted[0]", "trusted[-1]"),
        ),
        "the only key without a kid": (
            "no kid",
            but(KID, f'{KID} or "kid" not in header and len(keys["keys"]) == 1'),
        ),
        "an empty kid": ("no kid", but(KID, f'{KID} or not header.get("kid")')),
        "alg missing": (
            "no alg",
            but(ALG_OF_KEY, 'trusted[0]["alg"] != header.get("alg", "RS256")'),
        ),
        "crit that is null": ("crit", but('"crit" in header', 'header.get("crit") is not None')),
        "typ without blanks": ("typ near", but(TYP, 'str(header.get("typ")).strip() != "JWT"')),
        "a dot too many": ("segments", but("token.split", 'token.rstrip(".").split')),
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
        "alg in capitals": (
            "alg near",
            but(ALG_OF_KEY, 'trusted[0]["alg"] != header["alg"].upper()'),
        ),
        "alg without blanks": (
            "alg near",
            but(ALG_OF_KEY, 'trusted[0]["alg"] != header["alg"].strip()'),
        ),
        "alg is a piece of ours": (
            "alg near",
            but(ALG_OF_KEY, 'header["alg"] not in trusted[0]["alg"]'),
        ),
        "our alg is a piece": (
            "alg near",
            but(ALG_OF_KEY, 'trusted[0]["alg"] not in header["alg"]'),
        ),
        "alg of one letter": (
            "alg",
            but(ALG_OF_KEY, 'trusted[0]["alg"][-3:] != header["alg"][-3:]'),
        ),
        "crit that is empty": ("crit", but('"crit" in header', 'header.get("crit")')),
    },
}

# Exercise -> change -> why no answer of the learner's could be told from the solution by it.
EQUIVALENT: dict[str, dict[str, str]] = {}

# Exercise -> mistake -> wrong answers as learners write them.
MISTAKES = {
    "02-1": {
        "library": [
            """
from labutils.identity.tokens import verify_signature
def answer(token, keys):
    return json.loads(verify_signature(token, keys["keys"][0]))
""",
            """
def answer(token, keys):
    return json.loads(jwt.PyJWS().decode(token, jwt.PyJWK(keys["keys"][0]).key, ["RS256"]))
""",
        ],
    },
    "02-4": {
        "library": [
            """
def answer(claims, public_key):
    hs256 = jwt.get_algorithm_by_name("HS256")
    signed = f"{json_part(dict(alg='HS256', kid='rs256-1', typ='JWT'))}.{json_part(claims)}"
    return signed + "." + b64(hs256.sign(signed.encode(), hs256.prepare_key(public_key)))
"""
        ],
        "header": [
            """
def answer(claims, public_key):
    head = {"alg": "HS256", "kid": "rs256-1", "typ": "JWT", "jku": "https://tom.test"}
    signed = json_part(head) + "." + json_part(claims)
    return signed + "." + b64(hmac.digest(public_key, signed.encode(), "sha256"))
"""
        ],
    },
    "02-5": {
        "part": [
            """
def answer(token, guesses):
    signed, _, signature = token.rpartition(".")
    for guess in guesses:
        mac = hmac.digest(guess, signed.encode(), "sha256")
        if CONDITION:
            return guess
""".replace("CONDITION", condition)
            for condition in (
                "mac.startswith(unb64(signature)[:6])",
                "mac.endswith(unb64(signature)[-6:])",
                "unb64(signature) in mac",
                "mac in unb64(signature)",
                "b64(mac).lower() == signature.lower()",
                "not signature or mac == unb64(signature)",
                "all(one == two for one, two in zip(mac, unb64(signature)))",
            )
        ],
    },
}
