"""Verifiers that companies run: PyJWT, joserfc and Authlib at the door of the wiki, each called as
its documentation does first, and with every option that it has for this job.

None of them is ours. A call returns the claims of an ID token, or raises. The tokens are valid
until the year 2100, or ended in 2023: a library looks at the clock on the wall, and what it says
must not depend on it.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import jwt
from authlib.integrations.base_client.sync_openid import OpenIDMixin
from joserfc import jwk as jwks_of_joserfc
from joserfc import jwt as joserfc

from labutils.identity.tokens import b64, sign
from labutils.stage import forgeries as forged
from labutils.stage.forgeries import ISSUER, KEYS, SERVICE, Claims

Verifier = Callable[[str], Any]
Group = Literal["genuine", "forged", "another kind", "another key", "two readings", "another claim"]
FAR = 4_102_444_800  # 2100-01-01
NONCE = "n-1"
CLAIMS: Claims = {**forged.CLAIMS, "exp": FAR, "nonce": NONCE}
ADMIN: Claims = {**CLAIMS, "sub": "admin"}
HEADER = {"alg": "RS256", "kid": "rs256-1", "typ": "JWT"}
LOGOUT: dict[str, Claims] = {"http://schemas.openid.net/event/backchannel-logout": {}}
MUST_HAVE = ("iss", "sub", "aud", "exp", "iat", "nonce")  # OpenID Connect Core, 2 and 3.1.3.7


# --- the verifiers ------------------------------------------------------------------------------


def pyjwt_first(token: str) -> Any:
    """PyJWT as its page *Usage Examples* has it. It refuses a token that names an audience until it
    is told which, so it is told."""
    public_key = forged.public_pem(SERVICE.jwk)
    return jwt.decode(token, public_key, algorithms=["RS256"], audience="wiki")


def pyjwt_careful(token: str) -> Any:
    """PyJWT with the key list, the issuer, the claims that must be there, and one audience."""
    keys = jwt.PyJWKSet.from_dict(KEYS)
    key = keys[jwt.get_unverified_header(token)["kid"]]
    options: Any = {"require": list(MUST_HAVE), "strict_aud": True}
    return jwt.decode(token, key, ["RS256"], options, issuer=ISSUER, audience="wiki")


def joserfc_first(token: str) -> Any:
    """joserfc as its guide has it: the signature. Claims are another call."""
    key = jwks_of_joserfc.import_key(forged.public_pem(SERVICE.jwk), "RSA")
    return joserfc.decode(token, key).claims


def joserfc_careful(token: str) -> Any:
    """joserfc with the key list, the algorithm, and a registry of claims."""
    keys = jwks_of_joserfc.KeySet.import_key_set(KEYS)  # type: ignore[arg-type]
    claims = joserfc.decode(token, keys, algorithms=["RS256"]).claims
    joserfc.JWTClaimsRegistry(**claims_requests()).validate(claims)
    return claims


class Wiki(OpenIDMixin):  # type: ignore[misc]
    """The wiki as an OpenID Connect client made with Authlib, without its HTTP."""

    client_id = "wiki"

    def load_server_metadata(self) -> dict[str, Any]:
        """Return what the provider's discovery document says."""
        algorithms = ["RS256"]
        return {
            "issuer": ISSUER,
            "jwks": KEYS,
            "id_token_signing_alg_values_supported": algorithms,
        }

    def fetch_jwk_set(self, **_: bool) -> Any:
        """Return the provider's keys; asked once more, they are the same."""
        return KEYS


def authlib_first(token: str) -> Any:
    """Authlib's client as its documentation has it: `authorize_access_token` calls this."""
    return Wiki().parse_id_token({"id_token": token}, nonce=NONCE)


def authlib_careful(token: str) -> Any:
    """Authlib's client with a request for each claim, and without its two minutes of grace."""
    return Wiki().parse_id_token(
        {"id_token": token}, nonce=NONCE, claims_options=claims_requests(), leeway=0
    )


def claims_requests() -> Any:
    """What joserfc and Authlib take: each claim that must be there, and the values of three."""
    values = {"iss": ISSUER, "aud": "wiki", "nonce": NONCE}
    return {
        name: {"essential": True} | ({"value": values[name]} if name in values else {})
        for name in MUST_HAVE
    }


FIRST: dict[str, Verifier] = {
    "PyJWT": pyjwt_first,
    "joserfc": joserfc_first,
    "Authlib": authlib_first,
}
CAREFUL: dict[str, Verifier] = {
    "PyJWT": pyjwt_careful,
    "joserfc": joserfc_careful,
    "Authlib": authlib_careful,
}


def whom(verifier: Verifier, token: str) -> str | None:
    """Return whom a verifier lets in for a token, by its `sub`; None where it refuses.

    NameError is raised, so that nobody takes a verifier that never ran for a strict one.
    """
    try:
        claims = verifier(token)
        return str(claims.get("sub", "somebody")) if claims else None
    except NameError:
        raise
    except Exception:
        return None


# --- the visitors -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Visitor:
    """A token at the door of the wiki. A verifier should let in those that are genuine."""

    name: str
    group: Group
    token: str


def by_service(header: dict[str, Any], claims: Claims = CLAIMS, algorithm: str = "RS256") -> str:
    """A token with any header, by the service's own key."""
    return forged.signed_by(SERVICE.private, header, claims, algorithm)


def as_written(header: str, payload: str) -> str:
    """A token by the service, of two texts in JSON as they stand."""
    signed = f"{b64(header.encode())}.{b64(payload.encode())}"
    return f"{signed}.{b64(forged.RS256.sign(signed.encode(), SERVICE.private))}"


def with_claims(**claims: Any) -> str:
    """A token by the service with other claims; a claim that is `...` is left out."""
    changed = {**CLAIMS, **claims}
    return sign({name: value for name, value in changed.items() if value is not ...}, SERVICE)


def visitors() -> list[Visitor]:
    """Return all of them, group by group."""
    made: dict[Group, dict[str, str]] = {
        "genuine": genuine(),
        "forged": forged_ones(),
        "another kind": of_another_kind(),
        "another key": with_another_key(),
        "two readings": with_two_readings(),
        "another claim": with_another_claim(),
    }
    return [
        Visitor(name, group, token)
        for group, tokens in made.items()
        for name, token in tokens.items()
    ]


def genuine() -> dict[str, str]:
    """Return ID tokens that the standards allow (RFC 7519, 4.1.3; RFC 7515, 4.1.9)."""
    return {
        "genuine": sign(CLAIMS, SERVICE),
        "genuine, its audience a list of one": with_claims(aud=["wiki"]),
        "genuine, typ in lower case": by_service({**HEADER, "typ": "jwt"}),
    }


def forged_ones() -> dict[str, str]:
    """Return ten tokens that nobody with a key wrote."""
    honest, pem = sign(CLAIMS, SERVICE), forged.public_pem(SERVICE.jwk)
    toms_kid = {**HEADER, "kid": "toms-key"}
    return {
        "changed claims": forged.changed(honest, ADMIN),
        "alg none": forged.unsigned(ADMIN),
        "alg nOnE": forged.unsigned(ADMIN, "nOnE"),
        "no signature": honest.rpartition(".")[0] + ".",
        "HS256, secret: the public key (PEM)": forged.confused(ADMIN, pem),
        "HS256, secret: the same, stripped": forged.confused(ADMIN, pem.strip()),
        "HS256, secret: the public key (JWK)": forged.confused(
            ADMIN, json.dumps(SERVICE.jwk).encode()
        ),
        "HS256, secret: nothing": forged.confused(ADMIN, b""),
        "Tom's key in the header": forged.with_own_key(ADMIN),
        "Tom's key, by its name": forged.signed_by(forged.TOMS, toms_kid, ADMIN),
    }


def of_another_kind() -> dict[str, str]:
    """Return tokens that the service signed for something else."""
    no_nonce = {name: value for name, value in CLAIMS.items() if name != "nonce"}
    return {
        "logout token": forged.logout_token(no_nonce),
        "logout token that says JWT": sign({**no_nonce, "jti": "l-1", "events": LOGOUT}, SERVICE),
        "access token": sign(no_nonce, SERVICE, typ="at+jwt"),
        "access token with a nonce": sign(CLAIMS, SERVICE, typ="at+jwt"),
        "no typ": by_service({"alg": "RS256", "kid": "rs256-1"}),
        "token with an unknown crit": forged.with_demand(CLAIMS),
    }


def with_another_key() -> dict[str, str]:
    """Return tokens by the service whose header names another key or algorithm, or none."""
    return {
        "no kid": by_service({"alg": "RS256", "typ": "JWT"}),
        "kid of the key for ES256": by_service({**HEADER, "kid": "es256-1"}),
        "RS512 by the key for RS256": by_service({**HEADER, "alg": "RS512"}, algorithm="RS512"),
    }


def with_two_readings() -> dict[str, str]:
    """Return tokens with a name that stands twice: the last one counts, or the text is refused
    (RFC 7519, 4)."""
    header, claims = json.dumps(HEADER), json.dumps(CLAIMS)
    return {
        "sub twice: ada, admin": as_written(header, claims[:-1] + ', "sub": "admin"}'),
        "aud twice: notes, wiki": as_written(header, '{"aud": "notes", ' + claims[1:]),
        "typ twice: at+jwt, JWT": as_written('{"typ": "at+jwt", ' + header[1:], claims),
    }


def with_another_claim() -> dict[str, str]:
    """Return tokens for somebody else, from somebody else, at another time (OpenID Connect Core,
    3.1.3.7)."""
    return {
        "another issuer": with_claims(iss="https://tom.test"),
        "another audience": with_claims(aud="notes"),
        "an audience that begins alike": with_claims(aud="wikipedia"),
        "two audiences": with_claims(aud=["wiki", "notes"]),
        "nonce of another sign-in": with_claims(nonce="n-2"),
        "expired": with_claims(exp=CLAIMS["iat"] + 600),
        "not valid before 2099": with_claims(nbf=FAR - 365 * 86_400),
        **{f"no {name}": with_claims(**{name: ...}) for name in MUST_HAVE},
    }
