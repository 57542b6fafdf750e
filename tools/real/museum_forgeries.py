"""The forgeries of the museum, each with the key that its verifier holds."""

import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from labutils.identity.keys import ec_private_key
from labutils.identity.tokens import json_part, sign
from labutils.lessons.lesson_02.real_verifiers import ADMIN, CLAIMS, SERVICE
from labutils.stage import forgeries as forged


def asked() -> dict[str, Any]:
    """Return tokens and keys, by the name of the forgery."""
    pem = forged.public_pem(SERVICE.jwk)
    public: Any = SERVICE.private.public_key()  # type: ignore[union-attr]
    pkcs1 = public.public_bytes(Encoding.PEM, PublicFormat.PKCS1)
    curve: ec.EllipticCurvePublicKey = ec_private_key("museum").public_key()
    openssh = curve.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    jwk = json.dumps(SERVICE.jwk).encode()
    by_name = {
        "alg none": (forged.unsigned(ADMIN), pem),
        "HS256, secret: the public key (PEM)": (forged.confused(ADMIN, pem), pem),
        "HS256, secret: the public key (JWK)": (forged.confused(ADMIN, jwk), jwk),
        "HS256, secret: the public key (PKCS#1)": (forged.confused(ADMIN, pkcs1), pkcs1),
        "HS256, secret: the public key (OpenSSH)": (forged.confused(ADMIN, openssh), openssh),
        "two forms of JWS in one text": (two_forms(), pem),
    }
    return {
        "tokens": {name: token for name, (token, _) in by_name.items()},
        "keys": {name: key.decode() for name, (_, key) in by_name.items()},
    }


def two_forms() -> str:
    """A text that is JSON, with the genuine signature, and has dots, around other claims."""
    head, payload, signature = sign(CLAIMS, SERVICE).split(".")
    whole = {"protected": head, "payload": payload, "signature": signature}
    rest = json.dumps(whole)[1:]
    return f'{{"  {head}.{json_part(ADMIN)}.": "", {rest}'
