"""Two more Python verifiers of ID tokens: `python verifiers.py FILE` prints whom each lets in.

FILE holds the tokens and what a verifier is told (tools/real/run.py writes it). Runs in an
environment of its own, without labutils.
"""

import importlib.metadata
import json
import sys
from pathlib import Path

from jose import jwt as python_jose
from jwcrypto import jwk, jwt

ASKED = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
PEM, KEYS, ISSUER, NONCE = (ASKED[name] for name in ("pem", "keys", "issuer", "nonce"))


def python_jose_first(token):
    """Its documentation's first example; it, too, wants to know the audience."""
    return python_jose.decode(token, PEM, algorithms=["RS256"], audience="wiki")


def python_jose_careful(token):
    """The key list, the issuer, and what must be there. It has no option for a nonce."""
    must = {f"require_{name}": True for name in ("aud", "iat", "exp", "iss", "sub")}
    return python_jose.decode(
        token, KEYS, algorithms=["RS256"], issuer=ISSUER, audience="wiki", options=must
    )


def jwcrypto_first(token):
    """Its documentation's example: the key, and nothing else."""
    return json.loads(jwt.JWT(jwt=token, key=jwk.JWK.from_pem(PEM.encode())).claims)


def jwcrypto_careful(token):
    """The key list, the algorithm, and a list of claims. Naming claims replaces the check of times:
    exp is named here, and nbf is not."""
    claims = {"iss": ISSUER, "aud": "wiki", "nonce": NONCE, "exp": None, "iat": None, "sub": None}
    keys = jwk.JWKSet.from_json(json.dumps(KEYS))
    checked = jwt.JWT(
        jwt=token,
        key=keys,
        algs=["RS256"],
        expected_type="JWS",
        strict_serialization=True,
        check_claims=claims,
    )
    return json.loads(checked.claims)


CALLS = {
    "python-jose": (python_jose_first, python_jose_careful),
    "jwcrypto": (jwcrypto_first, jwcrypto_careful),
}


def whom(call, token):
    """Whom a call lets in, by `sub`; None where it refuses."""
    try:
        return str(call(token).get("sub", "somebody"))
    except NameError:
        raise
    except Exception:
        return None


print(
    json.dumps(
        {
            "versions": {name: importlib.metadata.version(name) for name in CALLS},
            "says": {
                name: {
                    visitor: [whom(call, token) for call in calls]
                    for visitor, token in ASKED["tokens"].items()
                }
                for name, calls in CALLS.items()
            },
        }
    )
)
