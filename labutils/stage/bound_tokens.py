"""The stage of lesson 11: hostile proofs, one check switched off at a time, and what a thief can do with tokens that are bound."""

import hashlib
import hmac
import json
from base64 import urlsafe_b64decode
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

import httpx
import jwt
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from werkzeug.wrappers import Request, Response

from labutils.identity import dpop, mtls
from labutils.identity.keys import ORDER, sign_bytes
from labutils.identity.oauth import OAuthError
from labutils.identity.provider import Provider
from labutils.identity.relying_party import Pending, RelyingParty
from labutils.identity.resource_server import ResourceServer
from labutils.identity.tokens import (
    b64,
    ec_private_key,
    ed25519_private_key,
    json_part,
    public_jwk,
    rsa_private_key,
    thumbprint,
    unb64,
)
from labutils.lab import Lab
from labutils.stage.signature_twins import twin
from labutils.stage.thief import SILENT_REQUEST, VERIFIER, query
from labutils.stage.two_apps import API, LOGIN, NOTES, TwoApps, build_apps

# --- one honest request -----------------------------------------------------------------------------------------

NOW, URL, TOKEN, NONCE = (
    1697619600,
    API + "/me",
    "the access token that Ada's page holds",
    "nonce-of-this-minute",
)
ADA, TOM = ec_private_key("the key in Ada's page"), ec_private_key("the key that Tom made")
EDDA, RSA = ed25519_private_key("a key in another page"), rsa_private_key("RFC 7520 3.4")
JWK = public_jwk(ADA)
HEADER = {"typ": "dpop+jwt", "alg": "ES256", "jwk": JWK}
CLAIMS = {
    "jti": "proof-1",
    "htm": "GET",
    "htu": URL,
    "iat": NOW,
    "ath": dpop.access_token_hash(TOKEN),
}
AT_API = {"method": "GET", "url": URL, "now": NOW, "token": TOKEN, "jkt": thumbprint(JWK)}
AT_TOKEN = {
    "method": "POST",
    "url": LOGIN + "/token",
    "now": NOW,
}  # where no token is presented yet, and no key is expected
FOR_TOKEN = {"jti": "proof-1", "htm": "POST", "htu": LOGIN + "/token", "iat": NOW}
READING = "strict reading"  # what objects before the first check is asked


@dataclass(frozen=True)
class Attack:
    """A proof, what is wrong with it (or odd about it), and the request that it is presented with."""

    name: str
    wrong: str
    proof: str
    request: dict
    seen: frozenset = frozenset()


def signed(header: dict | str, claims: dict | str, key=ADA, alg: str = "ES256") -> str:
    """A proof whose signature really fits this key, whatever its two parts say. A part that is text stands as it is."""
    head, body = (
        b64(part.encode()) if isinstance(part, str) else json_part(part)
        for part in (header, claims)
    )
    return f"{head}.{body}.{b64(sign_bytes(alg, f'{head}.{body}'.encode(), key))}"


def _header(**changes: object) -> str:
    return signed(
        {name: value for name, value in {**HEADER, **changes}.items() if value is not None}, CLAIMS
    )


def _claims(**changes: object) -> str:
    return signed(
        HEADER, {name: value for name, value in {**CLAIMS, **changes}.items() if value is not None}
    )


def _iat(text: str) -> str:
    return signed(HEADER, json.dumps(CLAIMS).replace(f'"iat": {NOW}', f'"iat": {text}'))


def _other_kind(alg: str, jwk: dict, sign) -> str:
    """A proof for the token endpoint with another algorithm or key: `sign` turns the signed bytes into a signature."""
    text = f"{json_part({**HEADER, 'alg': alg, 'jwk': jwk})}.{json_part(FOR_TOKEN)}"
    return f"{text}.{b64(sign(text.encode()))}"


def _p384(alg: str, digest) -> str:
    key = ec.derive_private_key(384, ec.SECP384R1())
    jwk = jwt.algorithms.ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return _other_kind(
        alg,
        jwk,
        lambda text: jwt.utils.der_to_raw_signature(
            key.sign(text, ec.ECDSA(digest, deterministic_signing=True)), key.curve
        ),
    )


def _tiny_rsa() -> str:
    """RS256 by a key of 511 bits, made from two primes that everybody knows."""
    p, q = 2**255 - 19, ORDER
    d, head = (
        pow(65537, -1, (p - 1) * (q - 1)),
        bytes.fromhex("3031300d060960864801650304020105000420"),
    )
    jwk = {"kty": "RSA", "e": "AQAB", "n": b64((p * q).to_bytes(64))}
    return _other_kind(
        "RS256",
        jwk,
        lambda text: pow(
            int.from_bytes(b"\0\1" + b"\xff" * 10 + b"\0" + head + hashlib.sha256(text).digest()),
            d,
            p * q,
        ).to_bytes(64),
    )


# --- the attacks ------------------------------------------------------------------------------------------------


@cache
def hostile_proofs() -> tuple[Attack, ...]:
    """Proofs that must not pass, each wrong in one way. All that can be computed without Ada's key is signed by somebody who can."""
    good = signed(HEADER, CLAIMS)
    head, body, signature = good.split(".")
    raw, other = unb64(signature), _claims(jti="proof-2").split(".")
    pem = ADA.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    secret = b"a secret of thirty-two bytes, 32"
    private = jwt.algorithms.ECAlgorithm.to_jwk(ADA, as_dict=True)
    tom_inside, used = {**JWK, "keys": [public_jwk(TOM)]}, frozenset({"proof-1"})
    asks, now = {**AT_API, "nonce": NONCE}, {**AT_API, "now": NOW + 5}

    def der() -> str:
        return b64(jwt.utils.raw_to_der_signature(raw, ec.SECP256R1()))

    at_api = [
        # another kind of token
        ("typ JWT", "it says that it is an ordinary token", _header(typ="JWT")),
        ("typ at+jwt", "it says that it is an access token", _header(typ="at+jwt")),
        ("no typ", "it does not say what it is", _header(typ=None)),
        # the algorithm
        (
            "alg none",
            "no signature, and it says so",
            f"{json_part({**HEADER, 'alg': 'none'})}.{body}.",
        ),
        ("alg unknown", "an algorithm that nobody knows", _header(alg="ES999")),
        ("no alg", "it does not say how it is signed", _header(alg=None)),
        # the key
        ("private key inside", "Ada's app sends its private key along", _header(jwk=private)),
        ("jwk is text", "the key is a text", _header(jwk="Ada's key")),
        ("no jwk", "no key came along", _header(jwk=None)),
        ("jwk is a set", "a set of keys where one key belongs", _header(jwk={"keys": [JWK]})),
        (
            "a set inside the key",
            "Ada's key with Tom's in a set inside it",
            _header(jwk=tom_inside),
        ),
        (
            "a set inside, Tom signs",
            "the same, and Tom made the signature",
            signed({**HEADER, "jwk": tom_inside}, CLAIMS, TOM),
        ),
        (
            "point off the curve",
            "x and y changed places",
            _header(jwk={**JWK, "x": JWK["y"], "y": JWK["x"]}),
        ),
        # the signature
        ("signed by another key", "Tom signs and names Ada's key", signed(HEADER, CLAIMS, TOM)),
        (
            "signature of another proof",
            "a signature by Ada, from another proof",
            f"{head}.{body}.{other[2]}",
        ),
        ("payload changed", "claims changed after signing", f"{head}.{other[1]}.{signature}"),
        (
            "signature of zeros",
            "the psychic signature (CVE-2022-21449)",
            f"{head}.{body}.{b64(bytes(64))}",
        ),
        ("no signature", "the signature cut away", f"{head}.{body}."),
        ("signature in DER", "right signature, another encoding", f"{head}.{body}.{der()}"),
        ("crit", "it demands an extension that we do not know", _header(crit=["exp"])),
        # what must be there
        ("no jti", "no name of its own, so no replay is noticed", _claims(jti=None)),
        ("jti empty", "an empty name", _claims(jti="")),
        ("jti a number", "a name that is no text", _claims(jti=1)),
        ("no htm", "for no method in particular", _claims(htm=None)),
        ("no htu", "for no address in particular", _claims(htu=None)),
        ("htu a list", "for several addresses", _claims(htu=[URL, API + "/admin"])),
        # the request
        ("htm POST", "made for another method", _claims(htm="POST")),
        ("htm in lower case", "methods are compared letter by letter", _claims(htm="get")),
        ("htu another host", "made for Ada's other app", _claims(htu=NOTES + "/me")),
        ("htu another path", "made for another door", _claims(htu=API + "/admin")),
        ("htu another scheme", "made for http", _claims(htu=URL.replace("https", "http"))),
        ("htu another port", "made for another port", _claims(htu="https://api.example:8443/me")),
        ("htu with a slash more", "made for /me/", _claims(htu=URL + "/")),
        (
            "htu of a look-alike",
            "the host is behind the @",
            _claims(htu="https://api.example@tom.example/me"),
        ),
        ("htu unreadable", "no address at all", _claims(htu="http://[")),
        # the time
        ("iat old", "61 seconds old", _claims(iat=NOW - 61)),
        ("iat in the future", "dated 61 seconds ahead", _claims(iat=NOW + 61)),
        (
            "iat in milliseconds",
            "dated by a clock that counts milliseconds",
            _claims(iat=NOW * 1000),
        ),
        ("iat NaN", "a number that is neither near nor far", _iat("NaN")),
        ("iat infinite", "dated at the end of time", _iat("1e999")),
        ("iat of 400 digits", "dated beyond what a float can hold", _iat("9" * 400)),
        ("iat text", "the right number, as text", _claims(iat=str(NOW))),
        ("iat true", "a boolean counts as 1 in Python", _claims(iat=True)),
        ("no iat", "not dated", _claims(iat=None)),
        # the token and its key
        ("no ath", "not made for a token", _claims(ath=None)),
        (
            "ath of another token",
            "made for another token of Ada's",
            _claims(ath=dpop.access_token_hash("her token for the wiki")),
        ),
        ("ath is the token", "the token itself where its hash belongs", _claims(ath=TOKEN)),
        (
            "Tom's own key",
            "all is right but the key",
            signed({**HEADER, "jwk": public_jwk(TOM)}, CLAIMS, TOM),
        ),
        # the form
        ("nothing", "an empty header", ""),
        ("100 KB of A", "long, and without a dot", "A" * 100_000),
        (
            "two proofs",
            "two headers, which arrive as one with a comma",
            f"{good}, {_claims(jti='proof-2')}",
        ),
        ("five parts", "the shape of an encrypted token", f"{good}.AAAA.AAAA"),
        ("padding", "base64 with = signs", f"{head}=.{body}.{signature}"),
        (
            "a name twice in the header",
            "typ stands twice, and two readers may differ",
            signed(json.dumps(HEADER).replace("{", '{"typ": "JWT", ', 1), CLAIMS),
        ),
        (
            "a name twice in the payload",
            "htu stands twice",
            signed(HEADER, json.dumps(CLAIMS).replace("{", '{"htu": "*", ', 1)),
        ),
        ("payload a list", "no claims, only a list", signed(HEADER, "[]")),
    ]
    at_token = [
        ("HS256 by the public key", "the public key used as a shared secret", _hs256(JWK, pem)),
        (
            "HS256 by a secret inside",
            "the secret comes along in jwk",
            _hs256({"kty": "oct", "k": b64(secret)}, secret),
        ),
        (
            "RS256",
            "a sound RSA key, which this server does not list",
            _other_kind(
                "RS256",
                public_jwk(RSA),
                lambda text: jwt.get_algorithm_by_name("RS256").sign(text, RSA),
            ),
        ),
        ("RS256, tiny key", "an RSA key of 511 bits", _tiny_rsa()),
        (
            "ES384",
            "a sound key on P-384, which this server does not list",
            _p384("ES384", hashes.SHA384()),
        ),
        (
            "P-384 as ES256",
            "ES256 means P-256, and the key is on another curve",
            _p384("ES256", hashes.SHA256()),
        ),
    ]
    return (
        *(Attack(*one, AT_API) for one in at_api),
        *(Attack(*one, AT_TOKEN) for one in at_token),
        Attack("no nonce", "the server asks for a nonce, and none is there", good, asks),
        Attack(
            "nonce made up",
            "a nonce that the server never gave",
            _claims(nonce="nonce-by-tom"),
            asks,
        ),
        Attack(
            "nonce stale", "the nonce of an hour ago", _claims(nonce="nonce-of-an-hour-ago"), asks
        ),
        Attack("replay", "the very same proof, five seconds later", good, now, used),
        Attack(
            "replay of the twin", "the same proof with its second signature", twin(good), now, used
        ),
        Attack("name used again", "a new proof under an old name", _claims(iat=NOW + 5), now, used),
    )


def _hs256(jwk: dict, secret: bytes) -> str:
    return _other_kind("HS256", jwk, lambda text: hmac.digest(secret, text, "sha256"))


@cache
def honest_proofs() -> tuple[Attack, ...]:
    """Proofs that must pass, odd as some of them look."""
    edda = signed({**HEADER, "alg": "EdDSA", "jwk": public_jwk(EDDA)}, FOR_TOKEN, EDDA, "EdDSA")
    at_api = [
        ("plain", "nothing odd", signed(HEADER, CLAIMS)),
        (
            "htu with a query",
            "the query does not count (RFC 9449, 4.3)",
            _claims(htu=URL + "?page=2"),
        ),
        ("htu with a fragment", "the fragment does not count either", _claims(htu=URL + "#top")),
        (
            "htu with the default port",
            "443 is what https means (RFC 3986, 6.2.3)",
            _claims(htu="https://api.example:443/me"),
        ),
        (
            "host in capitals",
            "hosts are compared without case",
            _claims(htu="HTTPS://API.Example/me"),
        ),
        ("a minute old", "just inside the window", _claims(iat=NOW - 60)),
        ("a minute ahead", "a clock that runs fast", _claims(iat=NOW + 60)),
        ("half a second", "a date may have a fraction", _claims(iat=NOW + 0.5)),
        (
            "exp in the past",
            "a proof has no exp; what it says beside the point is ignored",
            _claims(exp=1),
        ),
        ("a nonce nobody asked for", "the server gave none out", _claims(nonce="left over")),
        (
            "kid and jku",
            "hints where to find a key, which nobody follows",
            _header(kid="1", jku="https://tom.example/jwks"),
        ),
        (
            "the twin, first",
            "the second signature of a proof that was not used yet",
            twin(signed(HEADER, CLAIMS)),
        ),
    ]
    return (
        *(Attack(*one, AT_API) for one in at_api),
        Attack("Ed25519", "another algorithm of ours", edda, AT_TOKEN),
        Attack("for a code", "no token yet, so no ath", signed(HEADER, FOR_TOKEN), AT_TOKEN),
        Attack(
            "the nonce that was asked for",
            "as the server said",
            _claims(nonce=NONCE),
            {**AT_API, "nonce": NONCE},
        ),
    )


# --- the checker on the table -----------------------------------------------------------------------------------


def refusal(attack: Attack, checks: Iterable = dpop.CHECKS) -> str:
    """Why these checks refuse the proof, or an empty string where they let it in."""
    try:
        dpop.check(attack.proof, seen=set(attack.seen), checks=checks, **attack.request)
    except dpop.InvalidProof as error:
        return str(error)
    except jwt.PyJWTError as error:  # not in the contract; a test says that it never happens
        return f"CRASH {type(error).__name__}"
    return ""


def without(check) -> tuple:
    """All checks but one."""
    return tuple(ask for ask in dpop.CHECKS if ask is not check)


@cache
def kill_matrix() -> dict[tuple[str, str], bool]:
    """(attack, check): whether the attack comes alive when this one check is switched off."""
    return {
        (attack.name, check.__name__): refusal(attack, without(check)) == ""
        for attack in hostile_proofs()
        for check in dpop.CHECKS
    }


def objections(attack: Attack) -> list[str]:
    """Everything that objects to this proof when it is asked alone."""
    try:
        header, claims = dpop.read(attack.proof)
    except jwt.PyJWTError:
        return [READING]
    return [check.__name__ for check in dpop.CHECKS if not _passes([check], attack, header, claims)]


def _passes(checks: Iterable, attack: Attack, header: dict, claims: dict) -> bool:
    asked = {"token": None, "jkt": None, "nonce": None, "window": 60, **attack.request}
    try:
        for check in checks:
            check(
                proof=attack.proof,
                header=header,
                jwk=header.get("jwk"),
                claims=claims,
                seen=set(attack.seen),
                **asked,
            )
    except Exception:  # a check that cannot even be asked does not let anybody in
        return False
    return True


def stopped_by(attack: Attack) -> str:
    """The first that objects, in the order in which `dpop.check` asks."""
    return next(iter(objections(attack)), "nothing")


def survivors() -> dict[str, list[str]]:
    """Attacks that stay out whichever check is switched off, each with all that objects to it: two checks, or the strict reading."""
    return {
        attack.name: objections(attack)
        for attack in hostile_proofs()
        if not any(kill_matrix()[attack.name, check.__name__] for check in dpop.CHECKS)
    }


def careless_fresh(*, claims, now, window, **_) -> None:
    """The same question asked the other way round: refuse what is too far away. NaN is not."""
    if abs(now - float(claims["iat"])) > window:
        raise dpop.InvalidProof("the proof is too old, or from the future")


def loosely(attack: Attack, checks: Iterable = dpop.CHECKS) -> bool:
    """Whether a server lets this in that reads JSON as Python does: NaN is a number, and the last of two equal names counts."""
    header, claims = (
        json.loads(urlsafe_b64decode(part + "==")) for part in attack.proof.split(".")[:2]
    )
    return _passes(checks, attack, header, claims)


# --- an app that proves its key ----------------------------------------------------------------------------


class PageKey:
    """A key in Ada's page that nobody can read out (WebCrypto, extractable: false). It signs for any script that runs in the page.

    With a `key` it is the one in somebody else's hands, used in the same way.
    """

    def __init__(self, lab: Lab, key: ec.EllipticCurvePrivateKey | None = None):
        self.lab, self._key = lab, key or ec_private_key(f"{lab.seed}/the key in Ada's page")
        self.thumbprint = thumbprint(public_jwk(self._key))

    def prove(
        self,
        method: str,
        url: str,
        *,
        token: str | None = None,
        nonce: str | None = None,
        ahead: int = 0,
    ) -> str:
        """A proof for one request. A script that asks may date it as it likes: `ahead` seconds from now."""
        return dpop.prove(
            self._key,
            method,
            url,
            now=self.lab.clock.now + ahead,
            jti=self.lab.draw("page"),
            token=token,
            nonce=nonce,
        )


class ProvingApp(RelyingParty):
    """notes, as a script in Ada's page: each request for tokens, and each call of the API, comes with a proof by the page's key."""

    def __init__(self, lab: Lab, origin: str, provider: str, client_id: str):
        super().__init__(lab, origin, provider, client_id)
        self.network, self.key = lab.browser("notes in ada's page", "192.0.2.10"), PageKey(lab)

    def challenge(self, waiting: Pending) -> dict[str, str]:
        """The code is tied to the key as well (RFC 9449, 10)."""
        return super().challenge(waiting) | {"dpop_jkt": self.key.thumbprint}

    def ask_for_tokens(self, **params: str) -> dict:
        """One request to the token endpoint, with a proof (RFC 9449, 5)."""
        self.network.headers["dpop"] = self.key.prove("POST", self.provider + "/token")
        try:
            return super().ask_for_tokens(**params)
        finally:
            del self.network.headers["dpop"]

    def refresh(self) -> dict:
        """New tokens for the latest session."""
        session = self.latest()
        session.update(
            self.ask_for_tokens(grant_type="refresh_token", refresh_token=session["refresh_token"])
        )
        return session

    def latest(self) -> dict:
        """The latest session: claims and tokens."""
        return list(self.sessions.values())[-1]

    def read(self) -> httpx.Response:
        """Call the API; where it asks for a nonce, once more with that nonce (RFC 9449, 9)."""
        return read_with_key(self.network, self.key, self.latest()["access_token"])


def presented(token: str, proof: str) -> dict[str, str]:
    """The two headers of a call with a token that is bound to a key (RFC 9449, 7.1)."""
    return {"authorization": f"DPoP {token}", "dpop": proof}


def read_with_key(browser: httpx.Client, key: PageKey, token: str) -> httpx.Response:
    """Call the API with fresh proofs by this key, from whatever machine the browser runs on."""
    answer = browser.get(URL, headers=presented(token, key.prove("GET", URL, token=token)))
    if answer.status_code == 401 and "dpop-nonce" in answer.headers:
        proof = key.prove("GET", URL, token=token, nonce=answer.headers["dpop-nonce"])
        answer = browser.get(URL, headers=presented(token, proof))
    return answer


NONCE_LIFE = 20  # seconds


class AskingAPI(ResourceServer):
    """An API that gives out a nonce, a new one every 20 seconds, and wants to see it in each proof (RFC 9449, 9)."""

    def __call__(self, environ, start_response):
        self.nonce = hashlib.sha256(
            f"{self.lab.seed}/nonce/{self.lab.clock.now // NONCE_LIFE}".encode()
        ).hexdigest()[:22]
        return super().__call__(
            environ,
            lambda status, headers, *more: start_response(
                status, [*headers, ("DPoP-Nonce", self.nonce)], *more
            ),
        )

    def check_holder(self, request: Request, scheme: str, token: str, claims: dict) -> None:
        """As every API, with the error code that tells a client to come back with the nonce."""
        try:
            super().check_holder(request, scheme, token, claims)
        except OAuthError as refused:
            error = "use_dpop_nonce" if "nonce" in refused.description else refused.error
            raise OAuthError(
                error, refused.description, refused.status, refused.challenge
            ) from refused


class ForgetfulAPI(ResourceServer):
    """An API that checks signature, clock and audience, and has never heard of `cnf`."""

    def check_holder(self, request: Request, scheme: str, token: str, claims: dict) -> None:
        """Whoever holds the token is welcome."""


def apps_with_dpop(seed: str = "lesson-11", api: type[ResourceServer] = ResourceServer) -> TwoApps:
    """Two apps; notes runs in Ada's page with a key of its own. Ada has signed in there."""
    apps = build_apps(seed)
    apps.notes, apps.api = ProvingApp(apps.lab, NOTES, LOGIN, "notes"), api(apps.lab, API, LOGIN)
    apps.lab.add("notes.example", apps.notes)
    apps.lab.add("api.example", apps.api)
    apps.sign_in("ada", NOTES)
    return apps


# --- what a thief can do ----------------------------------------------------------------------------------------


def as_bearer(apps: TwoApps, token: str) -> httpx.Response:
    """Tom has the token, and presents it as everybody did before."""
    return apps.tom.get(URL, headers={"authorization": f"Bearer {token}"})


def own_proof(apps: TwoApps, token: str) -> httpx.Response:
    """Tom has the token, and makes a proof with a key of his own."""
    proof = dpop.prove(TOM, "GET", URL, now=apps.lab.clock.now, jti="by-tom", token=token)
    return apps.tom.get(URL, headers=presented(token, proof))


def replay(apps: TwoApps, token: str) -> httpx.Response:
    """Tom copied a whole request of Ada's, token and proof, off a log."""
    apps.notes.read()
    copied = dict(next(one for one in reversed(apps.lab.wire) if one.url == URL).request_headers)
    return apps.tom.get(URL, headers=presented(token, copied["dpop"]))


def page_script(apps: TwoApps, token: str) -> httpx.Response:
    """Tom has no key, but script in Ada's page: the page's key signs what he asks for, as it signs for the app."""
    return read_with_key(apps.tom, apps.notes.key, token)


def in_advance(wait: int, ahead: int = 0):
    """Tom's script has a proof made, dated `ahead` seconds from now, with the nonce of now; he uses it `wait` seconds later."""

    def attempt(apps: TwoApps, token: str) -> httpx.Response:
        nonce = apps.tom.get(URL).headers.get("dpop-nonce")
        proof = apps.notes.key.prove("GET", URL, token=token, nonce=nonce, ahead=ahead)
        apps.lab.clock.tick(wait)
        return apps.tom.get(URL, headers=presented(token, proof))

    return attempt


def own_key(apps: TwoApps, token: str) -> httpx.Response:
    """Tom's script lets Ada's browser ask for a code, silently, and sends it to Tom. He trades it with a key of his own, and three
    hours later his refresh token still works: no request of his needs the page's key (RFC 10017, 5.1.3)."""
    toms = PageKey(apps.lab, TOM)
    code = query(apps.ada.get(LOGIN + "/authorize", params=SILENT_REQUEST).headers["location"])[
        "code"
    ]

    def ask_for_tokens(**form: str) -> dict:
        proof = {"dpop": toms.prove("POST", LOGIN + "/token")}
        return apps.tom.post(
            LOGIN + "/token", data={"client_id": "notes", **form}, headers=proof
        ).json()

    first = ask_for_tokens(
        grant_type="authorization_code",
        code=code,
        redirect_uri=NOTES + "/cb",
        code_verifier=VERIFIER,
    )
    apps.lab.clock.tick(3 * 3600)
    later = ask_for_tokens(grant_type="refresh_token", refresh_token=first["refresh_token"])
    return read_with_key(apps.tom, toms, later["access_token"])


THEFTS = {
    "token, as bearer": as_bearer,
    "token and his own proof": own_proof,
    "token and a copied proof": replay,
    "script in the page": page_script,
    "made before, 40 s old": in_advance(40),
    "made before, 2 min old": in_advance(120),
    "5 min ahead, used then": in_advance(300, 300),
    "11 min ahead, used then": in_advance(660, 660),
    "own key, new tokens": own_key,
}


def thefts(api: type[ResourceServer] = ResourceServer) -> dict[str, tuple[int, str]]:
    """Each theft with apps of its own: the status, and the reason where the answer is no."""
    found = {}
    for name, attempt in THEFTS.items():
        apps = apps_with_dpop(api=api)
        answer = attempt(apps, apps.notes.latest()["access_token"])
        found[name] = answer.status_code, answer.json().get("error_description", "")
    return found


def bind_backup(apps: TwoApps) -> tuple[httpx.Client, str]:
    """The backup job gets a certificate, and asks for tokens that are bound to it: its machine, and its access token."""
    key = ec_private_key(f"{apps.lab.seed}/the backup machine")
    held = mtls.certificate("backup.example", key, apps.lab.clock.now)
    apps.provider.clients["backup"] = replace(
        apps.provider.clients["backup"], certificate_bound=True
    )
    machine = apps.lab.browser("backup", "192.0.2.220", mtls.handshake(held, key))
    return machine, apps.service_token(machine)


# --- cookies that are bound -------------------------------------------------------------------------------------

COOKIE_LIFE = 600  # seconds until a bound cookie must be renewed by the device's key


class BoundCookies(Provider):
    """A provider whose session cookie is short, and is renewed by a proof of the device's key: what device-bound sessions do in browsers."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.device, self.good_until = {}, {}
        self.endpoints["/renew"] = self.renew

    def start_session(self, request: Request, user, amr: list[str]):
        session = super().start_session(request, user, amr)
        self.good_until[session.cookie] = self.lab.clock.now + COOKIE_LIFE
        return session

    def session(self, request: Request):
        session = super().session(request)
        return session if session and self.lab.clock.now < self.good_until[session.cookie] else None

    def renew(self, request: Request) -> Response:
        """A proof by the key that this session knows, or learns now, on its first renewal: a new cookie in the place of the old one."""
        cookie = request.cookies.get("session", "")
        if self.session(request) is None:
            raise OAuthError("invalid_request", "there is no such session")
        try:
            key = dpop.check(
                request.headers.get("DPoP", ""),
                "POST",
                self.issuer + "/renew",
                now=self.lab.clock.now,
                seen=self.seen_proofs,
                token=cookie,
                jkt=self.device.get(cookie),
            )
        except dpop.InvalidProof as error:
            raise OAuthError("invalid_dpop_proof", str(error)) from error
        session = self.sessions.pop(cookie)
        session.cookie = self.draw()
        self.sessions[session.cookie], self.device[session.cookie] = session, key
        self.good_until[session.cookie] = self.lab.clock.now + COOKIE_LIFE
        return self.with_cookie(Response("renewed"), session)


COOKIES = {
    "ordinary": (Provider, False),
    "bound, Ada away": (BoundCookies, False),
    "bound, Ada at work": (BoundCookies, True),
}


def cookie_minutes(provider: type[Provider], at_work: bool) -> int:
    """The last minute in which a copied session cookie opens the provider. At work, Ada's browser renews hers in minute 8."""
    apps = build_apps("lesson-11", provider=provider)
    device, begun, last = PageKey(apps.lab), apps.lab.clock.now, 0
    toms = PageKey(Lab("tom", "2023-10-18T09:00:00Z"))
    apps.sign_in("ada", NOTES)

    def renew(browser, prover, cookie: str) -> None:
        proof = prover.prove("POST", LOGIN + "/renew", token=cookie)
        browser.post(LOGIN + "/renew", headers={"cookie": f"session={cookie}", "dpop": proof})

    renew(apps.ada, device, apps.session_cookie)
    copied = apps.session_cookie
    for minute in (1, 5, 9, 11, 60, 1440):
        if at_work and minute == 9:
            apps.lab.clock.wait_until(begun + 8 * 60)
            renew(apps.ada, device, apps.session_cookie)
        apps.lab.clock.wait_until(begun + minute * 60)
        renew(apps.tom, toms, copied)  # with a key of his own, it is refused
        answer = apps.tom.get(
            LOGIN + "/authorize", params=SILENT_REQUEST, headers={"cookie": f"session={copied}"}
        )
        if "code=" in answer.headers["location"]:
            last = minute
    return last
