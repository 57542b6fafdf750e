"""The verifier with which lesson 02 ends and lesson 04 opens, as a learner writes it."""

# What the cells of both lessons have imported above it.
TOOLS = """\
import hmac
import json
import jwt
from labutils.identity.tokens import b64, json_part, unb64
from labutils.stage.forgeries import KEYS, RS256"""

VERIFY = """\
def verify(token, keys):
    head, payload, signature = token.split(".")
    header = json.loads(unb64(head))
    if header.get("typ") != "JWT" or "crit" in header:
        raise ValueError("a different kind of token, or an extension that is not understood")
    trusted = [key for key in keys["keys"] if key["kid"] == header.get("kid")]
    if len(trusted) != 1 or trusted[0]["alg"] != header.get("alg"):
        raise ValueError("no key in our list matches this token")
    key = jwt.PyJWK(trusted[0])
    if not key.Algorithm.verify(f"{head}.{payload}".encode(), key.key, unb64(signature)):
        raise ValueError("the signature is not valid")
    return json.loads(unb64(payload))"""
