"""What the exercises of lesson 11 are tried with."""

import math
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import httpx
import jwt

from labutils.classroom.judging import Tried, nearly, written
from labutils.classroom.trying import (
    Call,
    Observed,
    Raised,
    Remark,
    Trial,
    fresh,
    left_in,
    let_in,
    seen,
    visits,
)
from labutils.identity import dpop
from labutils.identity.keys import Json
from labutils.identity.tokens import ec_private_key, public_jwk, thumbprint
from labutils.lab import dice
from labutils.stage.two_apps import API, LOGIN, TwoApps

from . import one_check_off
from .hostile_proofs import (
    ADA,
    AT_API,
    CLAIMS,
    HEADER,
    NOW,
    RSA,
    TOKEN,
    TOM,
    URL,
    honest_proofs,
    hostile_proofs,
    make_proof,
)
from .tls_proxy import behind_proxy, client_cert

MANY = 300  # members of what is large
UNREADABLE = (jwt.PyJWTError, ValueError, LookupError, TypeError, AttributeError)

# --- the proof (11-1) -----------------------------------------------------------------------------


def try_prove(answer: Tried) -> Trial:
    """Proofs for drawn requests, by two keys."""
    drawn = dice("lesson-11", "proofs")
    for key, method, url, usual in (
        (ADA, "GET", URL, ""),
        (TOM, "POST", LOGIN + "/token", ""),
        (ADA, "DELETE", f"{API}/notes/{next(drawn)}?page=2", ""),
        (TOM, "GET", f"{API}/notes/{next(drawn)}#end", ""),
        (ADA, "PUT", f"{API}/Notes/{next(drawn).upper()}", ""),
        (ADA, "GET", f"{URL}?page=2#end", "edge"),
        (TOM, "GET", f"{URL}#end?page=2", "edge"),
        (ADA, "GET", URL, "again"),
    ):
        now, jti, token = NOW + int(next(drawn)[:4], 16), next(drawn), next(drawn)
        result = seen(answer, key, method, url, now, jti, token)
        about: dict[str, str] = {name: name for name in ("typ", "alg", "jwk", "htm", "iat", "jti")}
        about |= {"ath": "ath", "private members": "private", "signed by that key": "signature"}
        about |= {"Raised": "raises", "NoneType": "kind", "readable": "kind"}
        if "PrivateKey is not JSON serializable" in str(answer.error):
            result, about["Raised"] = Raised("TypeError of a key that is no jwk"), "jwk"
        shown = result
        if result is not None and not isinstance(result, Raised):
            shown = in_proof(result)
            about["htu"] = "query" if shown.get("htu") == url else "htu"
        yield Observed(f"{method} {url}", shown, about, usual)


def in_proof(proof: Any) -> dict[str, Any]:
    """What stands in a proof, and whether the key that it names signed it."""
    try:
        header, claims = dpop.read(proof)
    except UNREADABLE:
        return {"readable": written(proof)}
    jwk = header.get("jwk")
    jwk = jwk if isinstance(jwk, dict) else {}
    return {
        "readable": True,
        "typ": header.get("typ"),
        "alg": header.get("alg"),
        "jwk": thumbprint_or_none(jwk),
        "private members": sorted(dpop.PRIVATE_MEMBERS & set(jwk)),
        **{name: claims.get(name) for name in ("jti", "htm", "htu", "iat", "ath")},
        "signed by that key": is_signed(proof, header, jwk),
    }


def thumbprint_or_none(jwk: Json) -> str | None:
    """The thumbprint of a key, or None for what is no key."""
    try:
        return thumbprint(jwk)
    except UNREADABLE:
        return None


def is_signed(proof: str, header: Json, jwk: Json) -> bool:
    """Whether this key signed a proof."""
    try:
        dpop.signature(proof=proof, header=header, jwk=jwk)
    except UNREADABLE:
        return False
    return True


# --- the check (11-4) -----------------------------------------------------------------------------


def proof_of(key: Any = ADA, header: Json | None = None, **claims: Any) -> str:
    """A proof by this key, with some claims and header members changed, or (None) left out."""
    members = {**HEADER, "jwk": public_jwk(key), **(header or {})}
    all_claims = {**CLAIMS, **claims}
    return make_proof(
        {name: text for name, text in members.items() if text is not None},
        {name: text for name, text in all_claims.items() if text is not None},
        key,
    )


def at_api(proof: str, words: str, about: str, usual: str = "", **request: Any) -> Call:
    """A proof at the API, with what the server knows of the request."""
    return Call((proof, {**AT_API, "seen": {"used-1"}, **request}), words, about, usual)


def entered(answer: Tried, call: Call, usual: str) -> Observed:
    """Whether a check lets a proof in. Each error is a refusal, but not `assert`, which python -O
    skips, and neither a name that is not there nor a call that does not fit."""
    proof, request = call.arguments
    request = {**request, "seen": set(request["seen"])}
    result = let_in(answer, proof, request, refusal=(Exception,))
    if isinstance(answer.error, AssertionError) or answer.is_misnamed():
        result = Raised(type(answer.error).__name__)
    return Observed(str(call), result, call.about, usual)


def four_good() -> Iterator[Call]:
    """What the first check lets in, and all eight questions as well."""
    drawn = dice("lesson-11", "good")
    key, path = ec_private_key(next(drawn)), f"{API}/notes/{next(drawn)}"
    yield at_api(proof_of(), "Ada's proof for GET /me", "good")
    words = "a proof signed with a different key, for a different request"
    post = {"method": "POST", "url": path, "jkt": thumbprint(public_jwk(key))}
    yield at_api(proof_of(key, htm="POST", htu=path), words, "good", **post)
    yield at_api(proof_of(), "a request with a query", "query", url=URL + "?page=2")
    for name in ("htu with a query", "htu with the default port", "host in capitals"):
        case = next(case for case in honest_proofs() if case.name == name)
        yield at_api(case.proof, f"{name}: {case.wrong}", "query")
    used = {f"used-{number}" for number in range(MANY)}
    yield at_api(proof_of(), f"a new proof, after {MANY} others", "good", "large", seen=used)
    yield at_api(proof_of(), "the first proof of all", "good", "edge", seen=set())


def four_bad() -> Iterator[Call]:
    """What the first check refuses, and all eight questions as well."""
    head, body, _ = proof_of().split(".")
    _, other_body, signature = proof_of(jti="proof-2").split(".")
    yield at_api(proof_of(TOM), "a valid proof signed with Tom's own key", "key")
    signed = make_proof(HEADER, CLAIMS, TOM)
    yield at_api(signed, "a proof that names Ada's key, signed by Tom", "signature")
    yield at_api(f"{head}.{body}.{signature}", "the signature of another proof", "signature")
    yield at_api(f"{head}.{other_body}.", "a proof without a signature", "signature")
    good = proof_of().rpartition(".")[2]
    words = "the signature of a good proof, with other claims"
    yield at_api(f"{head}.{other_body}.{good}", words, "signature", "again")
    for text in ("", "a.b.c", f"{head}.{body}"):
        yield at_api(text, f"the text {text[-9:]!r}", "signature", "edge")
    jkt = thumbprint(public_jwk(ADA))
    for text in (*nearly(jkt), jkt[:8], jkt[:8] + jkt[:7:-1]):
        words = f"Ada's proof, but the token is bound to {text!r}"
        yield at_api(proof_of(), words, "whole key", jkt=text)
    words = "Ada's proof, but the token is bound to Tom's key"
    yield at_api(proof_of(), words, "key", "again", jkt=thumbprint(public_jwk(TOM)))
    for method in ("POST", "get", "GETX", "GE"):
        yield at_api(proof_of(htm=method), f"a proof for the method {method}", "method")
    for method in nearly("OPTIONS"):
        words = f"a proof for the method {method!r}, in an OPTIONS request"
        yield at_api(proof_of(htm=method), words, "method", method="OPTIONS")
    yield at_api(proof_of(), "a request whose method is ''", "method", method="")
    for case in hostile_proofs():
        if one_check_off.objections(case) == ["same_address"] and "jkt" in case.request:
            yield at_api(case.proof, f"{case.name}: {case.wrong}", "address")
    words = "a proof for a URL without its last letter"
    yield at_api(proof_of(htu=URL[:-1]), words, "address")
    for path in ("ME", "Me", "m%65"):
        yield at_api(proof_of(htu=f"{API}/{path}"), f"a proof for the path /{path}", "path")


def remarks_on(answer: Tried) -> Iterator[Remark]:
    """Whether a check lets in a proof by RS256, where the token is bound to the RSA key that made
    it: then the proof chooses the algorithm."""
    jwk = public_jwk(RSA)
    proof = make_proof({**HEADER, "alg": "RS256", "jwk": jwk}, CLAIMS, RSA, "RS256")
    request = {**AT_API, "jkt": thumbprint(jwk), "seen": set[str]()}
    result = let_in(answer, proof, request, refusal=(Exception,))
    if isinstance(result, dict) and result["opens"]:
        yield Remark("the proof chooses")


def later_good() -> Iterator[Call]:
    """What the whole check lets in, though it is odd."""
    for age, words in ((60, "a minute old"), (-60, "a minute ahead"), (0.5, "half a second old")):
        about = "one way" if age < 0 else "edge"
        yield at_api(proof_of(iat=NOW - age), f"a proof that is {words}", about)
    for later, words in ((7000, "two hours"), (2 * 365 * 86_400, "two years")):
        token, now = f"tok-{later}", NOW + later
        proof = proof_of(ath=dpop.access_token_hash(token), iat=now, jti=f"n-{later}")
        words = f"a proof for a different token, {words} later"
        yield at_api(proof, words, "fixed", token=token, now=now)
    for jti in nearly("used-1"):
        if jti:
            words = f"a proof with the new name {jti!r}, when only 'used-1' was used before"
            yield at_api(proof_of(jti=jti), words, "new name")


def later_bad() -> Iterator[Call]:
    """What the later questions refuse."""
    for iat, words, about in (
        (NOW - 3600, "an hour old", "old"),
        (NOW + 3600, "dated an hour ahead", "future"),
        (NOW - 61, "61 seconds old", "window"),
        (NOW - 60.9, "60.9 seconds old", "fraction"),
        (NOW + 60.9, "dated 60.9 seconds ahead", "fraction"),
        (str(NOW), "dated with a string", "date"),
        ([NOW], "dated with a list", "date"),
        (NOW + 61, "dated 61 seconds ahead", "window"),
        (NOW - 86_400, "a day old", "old"),
        (None, "not dated", "old"),
    ):
        yield at_api(proof_of(iat=iat), f"a proof that is {words}", about)
    for name in ("iat NaN", "iat infinite", "iat of 400 digits"):
        case = next(case for case in hostile_proofs() if case.name == name)
        yield at_api(case.proof, f"{case.name}: {case.wrong}", "date")
    other = dpop.access_token_hash("her token for the wiki")
    for ath, words in (
        (other, "a different token"),
        (None, "no token"),
        (TOKEN, "the token, unhashed"),
    ):
        yield at_api(proof_of(ath=ath), f"a proof for {words}", "token")
    its = dpop.access_token_hash(TOKEN)
    for ath in (*nearly(its), its[:8], its[:8] + its[:7:-1]):
        yield at_api(proof_of(ath=ath), f"a proof with ath {ath!r}", "whole ath")
    for typ in ("JWT", "at+jwt", None):
        yield at_api(proof_of(header={"typ": typ}), f"a signed token with typ {typ}", "typ")
    for typ in nearly("dpop+jwt"):
        if typ.lower() != "dpop+jwt":  # capitals make no other type (RFC 7515, 4.1.9)
            words = f"a signed token with typ {typ!r}"
            yield at_api(proof_of(header={"typ": typ}), words, "whole typ")
    yield at_api(proof_of(jti="used-1"), "a proof with a name that was used before", "used")
    used = {f"used-{number}" for number in range(MANY)}
    for name in ("used-0", f"used-{MANY - 1}"):
        words = f"a proof with the name {name!r}, one of {MANY} that were used before"
        yield at_api(proof_of(jti=name), words, "used", seen=used)
    yield at_api(proof_of(jti=None), "a proof without a name", "name")


@cache
def for_eight() -> tuple[Call, ...]:
    """What the whole check is tried with."""
    return (*four_good(), *later_good(), *four_bad(), *later_bad())


@cache
def in_a_row() -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """Proofs one after the other: in words, the mistake that they are about, and the proofs."""
    good = proof_of()
    case = "a good proof, after a refused one with the same name"
    refused = proof_of(TOM), proof_of(header={"typ": "JWT"}), proof_of(iat=NOW - 61)
    rows: list[tuple[str, str, tuple[str, ...]]] = [
        (case, "burnt", (bad, good)) for bad in (*refused, proof_of(ath="x"))
    ]
    rows.append(("the same proof a second time", "not noted", (good, good)))
    case = "one proof, then a second one, then the first again"
    rows.append((case, "forgotten", (good, proof_of(jti="proof-2"), good)))
    many = [proof_of(jti=f"proof-{number}") for number in range(5)]
    rows.append(("five proofs, and then the first again", "forgotten", (*many, many[0])))
    return tuple(rows)


def try_check_proof(answer: Tried) -> Trial:
    """Proofs of all kinds, and then some at a server that remembers their names."""
    for call in for_eight():
        yield entered(answer, call, call.usual)
    for case, about, proofs in in_a_row():
        yield one_after_another(answer, case, about, *proofs)
    yield from remarks_on(answer)


def one_after_another(answer: Tried, case: str, about: str, *proofs: str) -> Observed:
    """Whether the last of some proofs is let in, all at one server, which has one set of names and
    a dictionary for each request."""
    names = set[str]()
    for proof in proofs:
        request = {**AT_API, "seen": names}
        result = let_in(answer, proof, request, refusal=(Exception,))
    is_own = request["seen"] is names
    if isinstance(result, dict) and not is_own and about == "not noted":
        about = "replaced"
    if isinstance(result, dict) and result["opens"]:
        result |= {"request['seen']": "the server's" if is_own else "another set"}
    return Observed(case, result, about, "again")


# --- a proxy (11-5, 11-6) -------------------------------------------------------------------------


def try_as_backup(answer: Tried) -> Trial:
    """Tom's request at an API behind a careless proxy, also with what opens nothing."""
    apps, backup = behind_proxy()
    toms = b"no certificate of the backup's"
    good = backup.token, backup.certificate
    for (token, certificate), case, usual in (
        (good, "Tom's browser, with an API behind the careless proxy", ""),
        ((backup.token, toms), "another certificate", "refused"),
        ((f"x{backup.token}", backup.certificate), "another token", "refused"),
        (good, "Tom's browser, once more", "again"),
    ):
        yield one_request(answer, apps, token, certificate, case, usual)
    yield left_in(apps.tom, "kept")


def one_request(
    answer: Tried, apps: TwoApps, token: str, certificate: bytes, case: str, usual: str
) -> Observed:
    """What leaves Tom's browser, and whether the API opens."""
    before = len(apps.lab.wire)
    result = seen(answer, apps.tom, token, certificate)
    if result is None or isinstance(result, Raised):
        return Observed(case, result, {"Raised": "raises", "NoneType": "response"}, usual)
    if not isinstance(result, httpx.Response):
        return Observed(case, {"returned": written(result)}, {"returned": "response"}, usual)
    sent = [one for one in apps.lab.wire[before:] if one.client == "tom"]
    headers = dict(sent[-1].request_headers) if sent else {}
    is_bearer = headers.get("authorization", "") == f"Bearer {token}"
    wrong = "format" if "client-cert" in headers else "header"
    said = "" if result.is_success else f"{result.status_code} {written(result.text)}"
    shown = {
        "returned": "a response",
        "requests from Tom's browser": len(sent),
        "each request": sorted({f"{one.method} {one.url}" for one in sent}),
        "opens": result.is_success,
        "said": said,
        "the answer": said,
    }
    about = {
        "requests from Tom's browser": "browser",
        "each request": "request",
        "opens": wrong if is_bearer else "token",
    }
    return Observed(case, shown, about, usual)


def requests_at_a_proxy() -> Iterator[Call]:
    """What comes to a proxy: headers, and the certificate of the handshake."""
    drawn = dice("lesson-11", "proxy")
    plain = {"authorization": f"Bearer {next(drawn)}", "accept": "*/*"}
    der, toms = next(drawn).encode(), client_cert(next(drawn).encode())

    def both(name: str, about: str) -> Iterator[Call]:
        sent = {**plain, name: toms}
        yield Call((sent, None), f"no certificate, but a {name} header", about)
        yield Call((sent, der), f"a certificate, and a {name} header", about)
        yield Call(({name: toms, **plain}, der), f"a certificate, and a {name} header first", about)

    yield Call((plain, None), "a client without a certificate", "kept")
    yield Call((plain, der), "a client that presented a certificate", "shown")
    yield Call(({}, None), "no headers, and no certificate", "kept", "edge")
    yield Call(({}, der), "no headers, and a certificate", "shown", "edge")
    yield from both("client-cert", "passed")
    for name in ("Client-Cert", "CLIENT-CERT"):
        yield from both(name, "case")
    for name in ("client_cert", "Client_Cert"):
        yield from both(name, "underscore")
    for _ in range(6):
        places = next(drawn)
        letters = zip("client-cert", places, strict=False)
        mixed = "".join(one.upper() if place in "02468ace" else one for one, place in letters)
        yield from both(mixed.replace("-", "_") if places[-1] in "01234567" else mixed, "spellings")
    two = {**plain, "Client-Cert": toms, "client_cert": toms, "CLIENT_cert": toms}
    yield Call((two, None), "no certificate, but three such headers", "spellings")
    yield Call((two, der), "a certificate, and three such headers", "spellings")
    for name in ("x-client-cert", "client-certificate", "client-cert-2", "clientcert"):
        yield Call(({**plain, name: "1"}, None), f"a {name} header", "too much")
        yield Call(({**plain, name: "1"}, der), f"a certificate, and a {name} header", "too much")
    other = {**plain, "x_forwarded_for": "192.0.2.1", "X-Name": "client-cert", "x-empty": ""}
    yield Call((other, None), "headers with underscores, capitals and no value", "kept")
    many = {f"x-{number}": str(number) for number in range(MANY)}
    words = f"a certificate, a Client_Cert header, and {MANY} others"
    yield Call(({**many, "Client_Cert": toms}, der), words, "underscore", "large")


def try_forward(answer: Tried) -> Trial:
    """What the API behind the proxy gets, whatever the case of the names."""
    every = [*requests_at_a_proxy()]
    for usual, call in [(one.usual, one) for one in every] + [
        ("again", one) for one in every[::-1]
    ]:
        result = seen(answer, *fresh(call.arguments))
        if isinstance(result, Mapping):
            result = sorted((str(name).lower(), text) for name, text in result.items())
        elif result is not None and not isinstance(result, Raised):
            result = {"no dictionary": written(result)}
        about: dict[str, Any] = {"list": call.about}
        about |= dict.fromkeys(("dict", "NoneType"), "kind") | {"Raised": "raises"}
        yield Observed(str(call), result, about, usual)


# --- the time (11-7) ------------------------------------------------------------------------------


def dates() -> Iterator[Call]:
    """Dates within the window, and what is beyond it, or no date."""
    for iat, about, usual in (
        (1000, "now", ""),
        *((iat, "old side", "") for iat in (999.5, 970)),
        (1030, "past only", ""),
        *((iat, "edge", "edge") for iat in (940, 1060)),
    ):
        yield dated(iat, about, usual)
    drawn = int(next(dice("lesson-11", "dates"))[:6], 16)
    yield Call((drawn, drawn - 3, 5), "a date 3 s ago, window 5", "window")
    yield Call((NOW, NOW - 86_400, 100_000), "a date a day ago, window 100000", "window")
    yield Call((NOW, NOW, 0), "now, window 0", "edge", "edge")
    yield Call((NOW + 0.5, NOW + 0.25, 0.25), "a quarter of a second ago, window 0.25", "edge")
    nothing: tuple[Any, ...] = ([], {}, (), object)
    no_dates: tuple[tuple[Any, str], ...] = (
        (939, "old"),
        *((iat, "future") for iat in (1061, math.inf, -math.inf)),
        *((iat, "fraction") for iat in (939.1, 1060.9)),
        (math.nan, "nan"),
        *((iat, "raises") for iat in nothing),
        *((iat, "text") for iat in ("1000", b"1000", [1000], "1e3", "")),
    )
    for one, about in no_dates:
        yield dated(one, about)
    yield dated(None, "raises", "edge")
    yield Call((1, True, 60), "now 1, iat True, window 60", "boolean")
    yield Call((0, False, 60), "now 0, iat False, window 60", "boolean")
    yield Call((1000, 994, 5), "now 1000, iat 994, window 5", "window")
    yield Call((NOW, NOW - 0.5, 0), "half a second ago, window 0", "window")
    for iat in (10**400, -(10**400)):
        yield dated(iat, "huge")
    yield Call((5, 0, 60), "now 5, iat 0, window 60", "edge", "edge")
    yield dated([1000] * MANY, "text", "large")


def dated(iat: Any, about: str, usual: str = "") -> Call:
    """A date, where it is 1000 now and the window is 60."""
    return Call((1000, iat, 60), f"now 1000, iat {written(iat)}, window 60", about, usual)


def try_fresh(answer: Tried) -> Trial:
    """Each date, and once more from the last to the first."""
    yield from visits(answer, dates(), refusal=())


# --- a cookie for the next minutes (11-8) ---------------------------------------------------------

Bound = dict[str, str | None]  # the key of each valid cookie


def renewals() -> Iterator[Call]:
    """What the server remembers, a cookie, and a key; the good ones first."""
    drawn = dice("lesson-11", "cookies")
    ada, tom, cookie, other = (next(drawn) for _ in range(4))
    hers: Bound = {cookie: ada}
    yield Call(({cookie: None}, cookie, ada), "the first renewal", "good")
    yield Call((hers, cookie, ada), "a bound cookie, and its key", "good")
    two: Bound = {other: tom, cookie: ada, "c": None}
    yield Call((two, cookie, ada), "two sessions", "good")
    yield Call(({other: ada, cookie: ada}, cookie, ada), "two sessions of one key", "good")
    yield Call(({other: None, cookie: None}, other, tom), "two new sessions", "good")
    many: Bound = {f"cookie {number}": f"key {number}" for number in range(MANY)}
    words = f"one of {MANY} sessions"
    yield Call((many | hers, cookie, ada), words, "good", "large")
    yield Call((many, "cookie 0", "key 0"), f"the first of {MANY} sessions", "good", "edge")
    yield Call((hers, cookie, tom), "a bound cookie, and a different key", "key")
    yield Call((two, cookie, tom), "a bound cookie, and the key of another session", "key")
    yield Call((hers, other, ada), "a cookie that is not valid", "unknown")
    yield Call(({}, other, ada), "any cookie, without a session", "unknown", "edge")
    for near in (*nearly(ada), ada + tom, ""):
        words = f"a key that is nearly right, {near!r}"
        yield Call((hers, cookie, near), words, "key", "" if near else "edge")
    for near in (*nearly(cookie), cookie + other, ""):
        words = f"a cookie that is nearly right, {near!r}"
        yield Call((hers, near, ada), words, "unknown", "" if near else "edge")


def try_renew(answer: Tried) -> Trial:
    """What becomes of the server's memory at each renewal, and then at some in a row."""
    drawn = dice("lesson-11", "new cookies")
    every = [*renewals()]
    for usual, call in [(one.usual, one) for one in every] + [
        ("again", one) for one in every[::-1]
    ]:
        bound, cookie, key = fresh(call.arguments)
        yield renewed(answer, bound, cookie, key, drawn, call, usual)
    bound = {"the first": None, "Tom's": "Tom's key"}
    newest = "the first"
    for cookie, key, about in (
        ("newest", "Ada's key", "good"),
        ("the first", "Ada's key", "old"),
        ("newest", "Tom's key", "key"),
        ("newest", "Ada's key", "good"),
        ("Tom's", "Tom's key", "good"),
        ("newest", "Ada's key", "good"),
    ):
        its = newest if cookie == "newest" else cookie
        case = Call((), f"{key}, and the cookie {cookie!r}, after other renewals", about)
        yield renewed(answer, bound, its, key, drawn, case, "again")
        if cookie == "newest":
            newest = next((one for one in reversed(bound) if bound[one] == "Ada's key"), newest)


def renewed(
    answer: Tried, bound: Bound, cookie: str, key: str, drawn: Iterator[str], call: Call, usual: str
) -> Observed:
    """What comes of a renewal, and of the server's memory."""
    before, given_out = dict(bound), list[str]()

    def draw() -> str:
        given_out.append(next(drawn))
        return given_out[-1]

    result = let_in(answer, bound, cookie, key, draw, refusal=(ValueError, dpop.InvalidProof))
    parts: dict[str, Any] = {
        "opens": call.about,
        "returned": "none",
        "the old cookie": "old",
        "the others": "others",
        "the new cookie's key": "learned",
        "the memory": "changed",
        "Raised": call.about,
    }
    if not isinstance(result, dict):
        return Observed(str(call), result, parts, usual)
    if not result["opens"]:
        memory = "as it was" if bound == before else "changed"
        return Observed(str(call), {**result, "the memory": memory}, parts, usual)
    new = result["returned"]
    is_new = type(new) is str and new in given_out
    others = {one: its for one, its in before.items() if one != cookie}
    shown = {
        "opens": True,
        "returned": "what draw() gave" if is_new else written(new),
        "the old cookie": "valid" if cookie in bound else "ended",
        "the others": {one: its for one, its in bound.items() if one not in (cookie, new)}
        == others,
        "the new cookie's key": bound.get(new) if is_new else None,
    }
    return Observed(str(call), shown, parts, usual)


# --- a bound session's next cookie (11-9) ---------------------------------------------------------

WAITING = "the challenge that waits"


def answer_to(challenge: Any = WAITING, key: Any = ADA, header: Json | None = None) -> str:
    """An answer to a challenge, by this key; a member of the header that is None is left out."""
    members = {"alg": "ES256", "typ": "dbsc+jwt", **(header or {})}
    members = {name: value for name, value in members.items() if value is not None}
    return make_proof(members, {"jti": challenge} if challenge is not None else {}, key)


def bound_session(challenge: str | None = WAITING) -> Json:
    """What the server knows of Ada's session."""
    return {"key": public_jwk(ADA), "challenge": challenge}


def refreshes() -> Iterator[Call]:
    """Answers to a challenge, and what the server knows of the session; the good ones first."""
    drawn = dice("lesson-11", "challenges")
    session, his = bound_session(), {"jwk": public_jwk(TOM)}
    yield Call((answer_to(), session), "an honest answer", "good")
    fresh_one = next(drawn)
    yield Call((answer_to(fresh_one), bound_session(fresh_one)), "another honest answer", "good")
    with_key = answer_to(header={"jwk": public_jwk(ADA)})
    yield Call((with_key, session), "an honest answer that brings her key along", "good")
    long = "c" * MANY
    yield Call(
        (answer_to(long), bound_session(long)), "a challenge of 300 letters", "good", "large"
    )
    yield Call((answer_to(key=TOM, header=his), session), "by a key that it brings along", "key")
    yield Call((answer_to(key=TOM), session), "by Tom's key", "signature")
    foreign = answer_to(key=TOM, header={"jwk": public_jwk(ADA)})
    yield Call((foreign, session), "by Tom's key, with her public key in it", "signature")
    unsigned = answer_to(header={"alg": "none"}).rpartition(".")[0] + "."
    yield Call((unsigned, session), "unsigned, alg none", "signature")
    for typ in (None, "", "dpop+jwt", "JWT", "dbsc+jwt ", "DBSC+JWT", "dbsc", "jwt"):
        yield Call((answer_to(header={"typ": typ}), session), f"typ {typ!r}", "typ")
    for near in (*nearly(WAITING), next(drawn), "", 0, True, [WAITING]):
        words = f"an answer to {written(near)}"
        yield Call((answer_to(near), session), words, "challenge", "" if near else "edge")
    yield Call((answer_to(None), session), "an answer to nothing: no jti", "challenge", "edge")
    spent = bound_session(None)
    yield Call((answer_to(), spent), "no challenge is waiting", "waiting", "edge")
    yield Call((answer_to(None), spent), "no challenge is waiting, and no jti", "waiting", "edge")
    empty = bound_session("")
    yield Call((answer_to(), empty), "an empty challenge, and an answer to another", "challenge")
    null = make_proof({"alg": "ES256", "typ": "dbsc+jwt"}, {"jti": None})
    yield Call((null, spent), "no challenge is waiting, and jti is null", "waiting", "edge")
    yield Call(("no proof at all", session), "something that is no JWT", "signature", "edge")


def try_refresh_session(answer: Tried) -> Trial:
    """What becomes of the session with each answer; then one answer, sent twice."""
    every = [*refreshes()]
    for usual, call in [(one.usual, one) for one in every] + [
        ("again", one) for one in every[::-1]
    ]:
        proof, session = fresh(call.arguments)
        yield Observed(str(call), refreshed(answer, proof, session), about_session(call), usual)
    session = bound_session()
    refreshed(answer, answer_to(), session)
    result = refreshed(answer, answer_to(), session)
    yield Observed("the same answer a second time", result, {**about_session(), "opens": "spent"})


def about_session(call: Call | None = None) -> dict[str, str]:
    """The mistake that each part of what is seen of a refresh is about."""
    main = str(call.about) if call else "spent"
    parts = {"opens": main, "returned": "returned False", "Raised": main}
    good = main == "good"
    return parts | {"the challenge": "spent" if good else "changed", "its key": "key"}


def refreshed(answer: Tried, proof: str, session: Json) -> Any:
    """Whether an answer to a challenge is accepted, and what the session is afterwards."""
    before = dict(session)
    result = let_in(answer, proof, session, refusal=(Exception,))
    if isinstance(answer.error, AssertionError) or answer.is_misnamed():
        return Raised(type(answer.error).__name__)
    if not isinstance(result, dict):
        return result
    changed = session.get("challenge") != before["challenge"]
    spent = session.get("challenge") is None
    state = ("spent" if spent else "another") if changed else "as it was"
    return {
        **result,
        "the challenge": state,
        "its key": "as it was" if session.get("key") == before["key"] else "another",
    }
