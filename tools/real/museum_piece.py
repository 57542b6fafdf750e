"""One old version and one forgery: `python museum_piece.py FILE LIBRARY FORGERY` prints whom it
lets in, in JSON. It runs where that version is installed, and with nothing else."""

import json
import sys
import warnings
from pathlib import Path

warnings.simplefilter("ignore")
FILE, LIBRARY, FORGERY = sys.argv[1:]
ASKED = json.loads(Path(FILE).read_text(encoding="utf-8"))
TOKEN, KEY = ASKED["tokens"][FORGERY], ASKED["keys"][FORGERY]


def by_pyjwt():
    import jwt

    return jwt.decode(TOKEN, KEY, algorithms=["HS256", "RS256"], audience="wiki")


def by_authlib():
    from authlib.jose import jwt

    return jwt.decode(TOKEN, KEY)


def by_python_jose():
    from jose import jwt

    return jwt.decode(TOKEN, KEY, options={"verify_aud": False})


def by_python_jwt():
    import python_jwt
    from jwcrypto import jwk

    key = jwk.JWK.from_pem(KEY.encode())
    return python_jwt.verify_jwt(TOKEN, key, ["RS256"], checks_optional=True)[1]


CALLS = {
    "PyJWT": by_pyjwt,
    "Authlib": by_authlib,
    "python-jose": by_python_jose,
    "python-jwt": by_python_jwt,
}
try:
    print(json.dumps(CALLS[LIBRARY]()["sub"]))
except (ImportError, NameError):
    raise
except Exception:
    print("null")
