"""The target of lesson 02: an application whose verifier leaves too much to the token.

Tom has an account like everybody. /me says who a token makes you, and /admin gives the flag to
`admin`. /keys/rs256-1 is the provider's public key, and /static/logo.svg is a picture; anybody
may have both.
"""

import hmac
import json
from dataclasses import dataclass
from typing import Any

import httpx
import jwt
from werkzeug.exceptions import Forbidden, NotFound, Unauthorized
from werkzeug.wrappers import Request, Response

from labutils.identity.oauth import as_json
from labutils.identity.tokens import SigningKey, sign, unb64
from labutils.lab import Lab, dice
from labutils.stage.forgeries import CLAIMS
from labutils.stage.small_app import SmallApp

APP = "https://payroll.example"
FLAG = "flag-" + next(dice("lesson-02", "payroll.example"))
SECRET = b"app-auth-secret-for-staging-2022"
LOGO = b"<svg xmlns='http://www.w3.org/2000/svg'><circle r='9'/></svg>"
# The provider's public key, and the token that it signed for Tom. Its private key was thrown away
# when this was written: nobody, and no lab, can sign with it.
PUBLIC_KEY = (
    "-----BEGIN PUBLIC KEY-----\r\n"
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAugJhWXZinOtkQLDk5ew9\r\n"
    "9x/WTNRc1v7WspdCBpqgGU/PPXmpVJHr0jnZo+O4ILHLgSzfem3c8XBtrC1jPaJF\r\n"
    "XptvJtUeil4IqULLevM6TpixOB+XBYBqnputq1PBEZgN8Fj987HIFlEYtOrFQthN\r\n"
    "zafJS/mFeGOZey3wepG3gWYmDSGrmPEz6KeHoNlJsZkIbXSrySTQRkz0V2hmXTV2\r\n"
    "aTmPU9sVE1l8rIsIlDds5SjHL8EibTqwIv4BfiSGqiHBiMN0fSbjewMT53MGPSNO\r\n"
    "GBes5JuWt2HcodbNh3IvyV4I88oPgxGAwRq5I0D/VnuXwozSBC+puXUf4N7CY0ot\r\n"
    "0wIDAQAB\r\n"
    "-----END PUBLIC KEY-----\r\n"
)
TOMS_TOKEN = (
    "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzMjU2LTEiLCJ0eXAiOiJKV1QifQ.eyJpc3MiOiJodHRwczovL"
    "2xvZ2luLmV4YW1wbGUiLCJzdWIiOiJ0b20iLCJhdWQiOiJwYXlyb2xsIiwiaWF0IjoxNjk3NjE5NjAwL"
    "CJleHAiOjE2OTc2MjAyMDB9.NkYD16IK1u_Xt1qDjgt5nMWV88-dDf3B_D1TdDbd6F6Orxpl6qPzspVd"
    "fNWROZJKExA9UGSiVNW5yNSuE3VqR6UeSwvbmqyaaS2rQrDDfmYq1kD-umu5Ty3cTQQovBPXabEBXMQa"
    "xUUrVMsqEQ_wbrEnm3df-VwXTuESm1t2Hq7UVieHqMoxwoKwrKrkaQadYvplumoZJ_2TxNA3RISg0sqq"
    "gWBsYJwIUrVxfnuAP6-zUQBJW2PXsTb3PcCzG1tHRW-XlPxISShiKFrCVD_9pVoRthjZ7NMTr_PPSK0q"
    "nadD_hMHZ_ShiSBJKJ-OFbuyAurL_541iqDUGFAJDKJH5w"
)
FILES = {
    "/keys/rs256-1": PUBLIC_KEY.encode(),
    "/keys/hs-staging": SECRET,
    "/static/logo.svg": LOGO,
}


@dataclass(repr=False)
class WeakApp:
    """The scene: the application, Tom's browser, and two tokens that he has."""

    tom: httpx.Client
    token: str
    old_token: str
    keys: dict[str, list[dict[str, Any]]]  # what a verifier with a list would be given

    def __repr__(self) -> str:
        return "the payroll application: tom, token, old_token, keys"


class Payroll(SmallApp):
    """A WSGI application that looks up a key by the `kid` of the token, and believes its `alg`."""

    def __init__(self, flag: str) -> None:
        super().__init__()
        self._flag = flag

    def answer(self, request: Request) -> Response:
        """What the application says at each of its paths."""
        if request.path == "/keys/rs256-1":
            return Response(FILES["/keys/rs256-1"], mimetype="application/x-pem-file")
        if request.path == "/static/logo.svg":
            return Response(LOGO, mimetype="image/svg+xml")
        if request.path not in ("/me", "/admin"):
            raise NotFound("The paths are: /me, /admin, /keys/rs256-1, /static/logo.svg")
        claims = self.claims_of(request)
        if request.path == "/me":
            return as_json({"you are": claims.get("sub")})
        if claims.get("sub") != "admin":
            raise Forbidden(f"/admin is for admin, and you are {claims.get('sub')}")
        return as_json({"flag": self._flag})

    def claims_of(self, request: Request) -> dict[str, Any]:
        """The claims of the token in the Authorization header. Raises Unauthorized."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise Unauthorized("The header Authorization: Bearer <token> is missing")
        try:
            return verify(token)
        except (ValueError, KeyError, AttributeError, TypeError, jwt.PyJWTError) as error:
            raise Unauthorized(f"the token is refused: {error}") from error


def verify(token: str) -> dict[str, Any]:
    """The application's own verifier. It refuses `none` in each spelling, asks whether the token is
    for the payroll, and thinks that this is enough."""
    head, payload, signature = token.split(".")
    header, claims = json.loads(unb64(head)), dict(json.loads(unb64(payload)))
    if header["alg"].lower() == "none":
        raise ValueError("alg none is not allowed")
    key = read_file("/keys/" + header["kid"])
    if not fits(header["alg"], key, f"{head}.{payload}".encode(), unb64(signature)):
        raise ValueError("the signature is not valid")
    if claims.get("aud") != "payroll":
        raise ValueError("the token is not for the payroll (aud)")
    return claims


def read_file(path: str) -> bytes:
    """The file of that name, as a file system finds it: `..` goes up."""
    parts: list[str] = []
    for part in path.split("/"):
        parts = parts[:-1] if part == ".." else [*parts, part]
    name = "/".join(parts)
    if name not in FILES:
        raise ValueError(f"there is no key {path}")
    return FILES[name]


def fits(alg: str, key: bytes, signed: bytes, signature: bytes) -> bool:
    """Whether a signature fits, by the algorithm that the token names."""
    if alg == "HS256":
        return hmac.compare_digest(hmac.digest(key, signed, "sha256"), signature)
    algorithm = jwt.get_algorithm_by_name("RS256")
    return bool(algorithm.verify(signed, algorithm.prepare_key(key), signature))


def weak_app(flag: str = FLAG) -> WeakApp:
    """A lab with the application in it, and Tom at its door."""
    lab = Lab("target-02", "2023-10-18T09:00:00Z")
    lab.add("payroll.example", Payroll(flag))
    claims = {**CLAIMS, "sub": "tom", "aud": "payroll"}
    year_ago = {name: CLAIMS[name] - 365 * 86400 for name in ("iat", "exp")}
    old = sign(claims | year_ago, SigningKey(SECRET, "HS256", "hs-staging"))
    algorithm = jwt.get_algorithm_by_name("RS256")
    jwk = algorithm.to_jwk(algorithm.prepare_key(PUBLIC_KEY), as_dict=True)
    keys = {"keys": [{**jwk, "alg": "RS256", "kid": "rs256-1"}]}
    return WeakApp(lab.browser("tom", "203.0.113.66"), TOMS_TOKEN, old, keys)
