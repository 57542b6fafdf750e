"""11 · Sender-constrained tokens."""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import jwt

from labutils.classroom import registry
from labutils.classroom.judging import (
    OTHER_REFUSALS,
    PASSED,
    Case,
    Tried,
    Verdict,
    nearly,
    not_a_response,
    verifier,
    written,
)
from labutils.classroom.registry import (
    Exercise,
    code,
)
from labutils.identity import dpop
from labutils.identity.keys import Json
from labutils.identity.tokens import ec_private_key, public_jwk, thumbprint
from labutils.lab import dice
from labutils.stage.two_apps import API, LOGIN

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
    ProofCase,
    honest_proofs,
    hostile_proofs,
    make_proof,
)
from .tls_proxy import behind_proxy, client_cert

IMPORTS = code("""
    from labutils.identity import dpop
    from labutils.identity.dpop import access_token_hash, bare, need, read
    from labutils.identity.oauth import bearer
    from labutils.identity.tokens import public_jwk, thumbprint, verify_signature
    from labutils.lessons.lesson_11 import bound_tokens
    from labutils.lessons.lesson_11.hostile_proofs import make_proof
    from labutils.lessons.lesson_11.tls_proxy import client_cert
    from labutils.stage.two_apps import API, LOGIN, NOTES
""")
RENEW = code("""
    def renew(bound, cookie, key, draw):
        if cookie not in bound or bound[cookie] not in (None, key):
            raise ValueError("not a valid cookie, or not the key that it is bound to")
        del bound[cookie]
        new = draw()
        bound[new] = key
        return new
""")
PROVE = code("""
    def prove(key, method, url, now, jti, token):
        header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": public_jwk(key)}
        claims = {"jti": jti, "htm": method, "htu": bare(url), "iat": now}
        claims["ath"] = access_token_hash(token)
        return make_proof(header, claims, key)
""")
FIRST_CHECK = code("""
    def first_check(proof, request):
        header, claims = read(proof)
        verify_signature(proof, header["jwk"], "ES256")
        need(thumbprint(header["jwk"]) == request["jkt"], "another key")
        need(claims["htm"] == request["method"], "another method")
        need(bare(claims["htu"]) == bare(request["url"]), "another address")
        return True
""")
HOSTILE = code("""
    def hostile(key, token, now):
        url = API + "/me"
        old = prove(key, "GET", url, 0, "one name", token)  # dated 1970
        other = prove(key, "GET", url, now, "other name", "another token of hers")
        again = prove(key, "GET", url, now, "used-1", token)
        return [old, other, again]
""")
CHECK_PROOF = code("""
    def check_proof(proof, request):
        first_check(proof, request)
        header, claims = read(proof)
        need(header["typ"] == "dpop+jwt", "another kind of token")
        need(abs(request["now"] - claims["iat"]) <= 60, "not made just now")
        need(claims["ath"] == access_token_hash(request["token"]), "for another token")
        need(claims["jti"] not in request["seen"], "used before")
        request["seen"].add(claims["jti"])
        return True
""")
AS_BACKUP = code("""
    def as_backup(browser, token, certificate):
        headers = {"authorization": "Bearer " + token, "client-cert": client_cert(certificate)}
        return browser.get("https://api.example/me", headers=headers)
""")
FORWARD = code("""
    def forward(headers, certificate):
        kept = {}
        for name, text in headers.items():
            if name.lower().replace("_", "-") != "client-cert":
                kept[name] = text
        if certificate is not None:
            kept["client-cert"] = client_cert(certificate)
        return kept
""")
FRESH = code("""
    def fresh(now, iat, window):
        number = isinstance(iat, int | float) and not isinstance(iat, bool)
        return number and abs(now - iat) <= window
""")
TOOLS = "\n\n".join((IMPORTS, PROVE, FIRST_CHECK))
# Whatever a check raises of these, the server answers 401.
REFUSALS = (
    jwt.PyJWTError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    PermissionError,
    RuntimeError,
)

wrong = partial(registry.wrong, TOOLS)
altered = partial(registry.altered, TOOLS)


# --- 11-1: the proof ----------------------------------------------------------------------------


def proves(answer: Tried) -> Verdict:
    """The judge of 11-1: proofs for drawn requests, by two keys."""
    drawn = dice("lesson-11", "proofs")
    requests = (
        (ADA, "GET", URL),
        (TOM, "POST", LOGIN + "/token"),
        (ADA, "DELETE", f"{API}/notes/{next(drawn)}?page=2"),
        (TOM, "GET", f"{API}/notes/{next(drawn)}#end"),
        (ADA, "PUT", f"{API}/Notes/{next(drawn).upper()}"),
    )
    for key, method, url in requests:
        now, jti, token = NOW + int(next(drawn)[:4], 16), next(drawn), next(drawn)
        case = f"{method} {url}"
        try:
            proof = answer(key, method, url, now, jti, token)
        except Exception as error:
            is_key = "PrivateKey is not JSON serializable" in str(error)
            return answer.raised(case, "jwk" if is_key else "raises")
        if proof is None:
            return Verdict("none", case)
        try:
            header, claims = dpop.read(proof)
        except REFUSALS:
            return Verdict("differs", case, written(proof), mistake="kind")
        if verdict := wrong_header(header, key, case):
            return verdict
        want = {"jti": jti, "htm": method, "htu": dpop.bare(url), "iat": now}
        want["ath"] = dpop.access_token_hash(token)
        for name, right in want.items():
            if claims.get(name) != right:
                got = f"{name} {written(claims.get(name))}"
                whole = name == "htu" and claims.get(name) == url
                return Verdict("differs", case, got, str(right), mistake="query" if whole else name)
        try:
            dpop.signature(proof=proof, header=header, jwk=header["jwk"])
        except REFUSALS:
            got = "a signature that is not valid for the key in the header"
            return Verdict("differs", case, got, mistake="signature")
    return PASSED


def wrong_header(header: Json, key: Any, case: str) -> Verdict | None:
    """What is wrong with the header of a proof by this key; None where nothing is."""
    for name, right in (("typ", "dpop+jwt"), ("alg", "ES256")):
        if header.get(name) != right:
            got = f"{name} {written(header.get(name))}"
            return Verdict("differs", case, got, right, mistake=name)
    jwk = header.get("jwk")
    if not isinstance(jwk, dict) or thumbprint_or_none(jwk) != thumbprint(public_jwk(key)):
        return Verdict("differs", case, f"jwk {written(jwk)}", mistake="jwk")
    if dpop.PRIVATE_MEMBERS & set(jwk):
        return Verdict("differs", case, "a jwk with the private member d", mistake="private")
    return None


def thumbprint_or_none(jwk: Json) -> str | None:
    """The thumbprint of a key, or None for what is no key."""
    try:
        return thumbprint(jwk)
    except REFUSALS:
        return None


# --- 11-2 and 11-4: the check -------------------------------------------------------------------


def proof_of(key: Any = ADA, header: Json | None = None, **claims: Any) -> str:
    """A proof by this key, with some claims and header members changed, or (None) left out."""
    members = {**HEADER, "jwk": public_jwk(key), **(header or {})}
    said = {**CLAIMS, **claims}
    return make_proof(
        {name: text for name, text in members.items() if text is not None},
        {name: text for name, text in said.items() if text is not None},
        key,
    )


def asked(proof: str, words: str, mistake: str, *, good: bool = False, **request: Any) -> Case:
    """A case: a proof at the API with what the server knows of the request."""
    facts = {**AT_API, "seen": {"used-1"}, **request}
    return Case((proof, facts), True if good else None, mistake, words)


def four_good() -> Iterator[Case]:
    """What four questions let in: honest proofs, and those that the later questions stop."""
    drawn = dice("lesson-11", "good")
    key, path = ec_private_key(next(drawn)), f"{API}/notes/{next(drawn)}"
    jkt = thumbprint(public_jwk(key))
    post = {"method": "POST", "url": path, "jkt": jkt}
    yield asked(proof_of(), "Ada's proof for GET /me", "good", good=True)
    there = proof_of(key, htm="POST", htu=path)
    yield asked(
        there,
        "a proof signed with a different key, for a different request",
        "good",
        good=True,
        **post,
    )
    yield asked(proof_of(), "a request with a query", "query", good=True, url=URL + "?page=2")
    for name in ("htu with a query", "htu with the default port", "host in capitals"):
        case = next(case for case in honest_proofs() if case.name == name)
        yield asked(case.proof, f"{name}: {case.wrong}", "query", good=True)


def later_questions() -> Iterator[Case]:
    """What the first check lets in still."""
    yield asked(proof_of(iat=NOW - 3600), "a proof from an hour ago", "more", good=True)
    yield asked(proof_of(ath=None), "a proof for no token", "more", good=True)
    yield asked(proof_of(jti="used-1"), "a proof with a used name", "more", good=True)


def four_bad() -> Iterator[Case]:
    """What four questions refuse."""
    head, body, _ = proof_of().split(".")
    _, other_body, signature = proof_of(jti="proof-2").split(".")
    yield asked(proof_of(TOM), "a valid proof signed with Tom's own key", "key")
    signed = make_proof(HEADER, CLAIMS, TOM)
    yield asked(signed, "a proof that names Ada's key, signed by Tom", "signature")
    yield asked(f"{head}.{body}.{signature}", "the signature of another proof", "signature")
    yield asked(f"{head}.{other_body}.", "a proof without a signature", "signature")
    jkt = thumbprint(public_jwk(ADA))
    for text in (*nearly(jkt), jkt[:8], jkt[:8] + jkt[:7:-1]):
        words = f"Ada's proof, but the token is bound to {text!r}"
        yield asked(proof_of(), words, "whole key", jkt=text)
    for method in ("POST", "get", "GETX", "GE"):
        yield asked(proof_of(htm=method), f"a proof for the method {method}", "method")
    for method in nearly("OPTIONS"):
        words = f"a proof for the method {method!r}, in an OPTIONS request"
        yield asked(proof_of(htm=method), words, "method", method="OPTIONS")
    yield asked(proof_of(), "a request whose method is ''", "method", method="")
    for case in hostile_proofs():
        if one_check_off.objections(case) == ["same_address"] and "jkt" in case.request:
            yield asked(case.proof, f"{case.name}: {case.wrong}", "address")
    shorter = proof_of(htu=URL[:-1])
    yield asked(shorter, "a proof for a URL without its last letter", "address")
    for path in ("ME", "Me", "m%65"):
        proof = proof_of(htu=f"{API}/{path}")
        yield asked(proof, f"a proof for the path /{path}", "path")


four_questions = verifier(
    lambda: [*four_good(), *later_questions()], lambda: list(four_bad()), refusal=REFUSALS
)


def all_good() -> Iterator[Case]:
    """What the whole check lets in."""
    yield from four_good()
    for age, words in ((60, "a minute old"), (-60, "a minute ahead"), (0.5, "half a second old")):
        proof = proof_of(iat=NOW - age)
        yield asked(proof, f"a proof that is {words}", "one way" if age < 0 else "edge", good=True)
    other = {"token": "tok-2", "now": NOW + 7000}
    proof = proof_of(ath=dpop.access_token_hash("tok-2"), iat=NOW + 7000, jti="n-2")
    yield asked(
        proof, "a proof for a different token, two hours later", "fixed", good=True, **other
    )
    for jti in nearly("used-1"):
        if jti:
            words = f"a proof with the new name {jti!r}, when only 'used-1' was used before"
            yield asked(proof_of(jti=jti), words, "new name", good=True)


def all_bad() -> Iterator[Case]:
    """What the whole check refuses."""
    yield from four_bad()
    for iat, words, mistake in (
        (NOW - 3600, "an hour old", "old"),
        (NOW + 3600, "dated an hour ahead", "future"),
        (NOW - 61, "61 seconds old", "window"),
        (NOW - 60.9, "60.9 seconds old", "fraction"),
        (NOW + 60.9, "dated 60.9 seconds ahead", "fraction"),
        (str(NOW), "dated with a string", "date"),
        ([NOW], "dated with a list", "date"),
        (NOW + 61, "dated 61 seconds ahead", "window"),
        (None, "not dated", "old"),
    ):
        yield asked(proof_of(iat=iat), f"a proof that is {words}", mistake)
    other = dpop.access_token_hash("her token for the wiki")
    for name in ("iat NaN", "iat infinite", "iat of 400 digits"):
        case = next(case for case in hostile_proofs() if case.name == name)
        yield asked(case.proof, f"{case.name}: {case.wrong}", "date")
    for ath, words in (
        (other, "a different token"),
        (None, "no token"),
        (TOKEN, "the token, unhashed"),
    ):
        yield asked(proof_of(ath=ath), f"a proof for {words}", "token")
    right = dpop.access_token_hash(TOKEN)
    for ath in (*nearly(right), right[:8], right[:8] + right[:7:-1]):
        yield asked(proof_of(ath=ath), f"a proof with ath {ath!r}", "whole ath")
    for typ in ("JWT", "at+jwt", None):
        yield asked(proof_of(header={"typ": typ}), f"a signed token with typ {typ}", "typ")
    for typ in nearly("dpop+jwt"):
        if typ.lower() != "dpop+jwt":  # capitals make no other type (RFC 7515, 4.1.9)
            words = f"a signed token with typ {typ!r}"
            yield asked(proof_of(header={"typ": typ}), words, "whole typ")
    yield asked(proof_of(jti="used-1"), "a proof with a name that was used before", "used")
    yield asked(proof_of(jti=None), "a proof without a name", "name")


all_questions = verifier(lambda: list(all_good()), lambda: list(all_bad()), refusal=REFUSALS)


def whole_check(answer: Tried) -> Verdict:
    """The judge of 11-4: all cases, a good proof after a refused one, and one proof twice."""
    verdict = all_questions(answer)
    if verdict is not PASSED:
        return verdict
    kind = {"typ": "JWT"}
    for bad in (proof_of(TOM), proof_of(header=kind), proof_of(iat=NOW - 61), proof_of(ath="x")):
        why = refusals(answer, bad, proof_of())[1]
        if why:
            case = "a good proof, after a refused one with the same name"
            return Verdict("refused_good", case, why, mistake="burnt")
    if not refusals(answer, proof_of(), proof_of(jti="proof-2"), proof_of())[2]:
        return not_kept(answer)
    return PASSED


def not_kept(answer: Tried) -> Verdict:
    """The verdict on a check that lets in one proof twice: how it forgot the name."""
    if refusals(answer, proof_of(), proof_of())[1]:
        case = "one proof, then a second one, then the first again"
        return Verdict("let_in", case, mistake="forgotten")
    request = {**AT_API, "seen": set()}
    before = request["seen"]
    answer(proof_of(), request)
    mistake = "replaced" if request["seen"] is not before else "not noted"
    return Verdict("let_in", "the same proof a second time", mistake=mistake)


def refusals(answer: Tried, *proofs: str) -> list[str]:
    """Why each of these proofs is refused, one after the other; empty for one that is let in."""
    seen, reasons = set[str](), []  # one set of the server's, and a dictionary for each request
    for proof in proofs:
        try:
            answer(proof, {**AT_API, "seen": seen})
            reasons.append("")
        except REFUSALS as error:
            reasons.append(f"{type(error).__name__}: {error}")
    return reasons


class AnyError(Tried):
    """An answer that may refuse by an error of any class, but not by `assert`.

    It is the same answer, and shares what is remembered of it. A name that is not there refuses
    nothing.
    """

    def __init__(self, answer: Tried):
        self.__dict__ = answer.__dict__

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        try:
            return super().__call__(*arguments, **named)
        except (*REFUSALS, AssertionError, NameError):
            raise
        except Exception as error:
            raise ValueError(f"{type(error).__name__}: {error}") from error


def by_any_error(judge: Callable[[Tried], Verdict]) -> Callable[[Tried], Verdict]:
    """This judge, for whom each error is a refusal."""
    return lambda answer: judge(AnyError(answer))


def remarked(judge: Callable[[Tried], Verdict]) -> Callable[[Tried], Verdict]:
    """This judge. It remarks on a right answer that takes the algorithm from the proof."""

    def judged(answer: Tried) -> Verdict:
        verdict = judge(answer)
        if verdict is PASSED and takes_another_algorithm(answer):
            return replace(PASSED, note=PROOF_CHOSE)
        return verdict

    return judged


def takes_another_algorithm(answer: Tried) -> bool:
    """Whether it lets in a proof by RS256, where the token is bound to the RSA key that made it."""
    jwk = public_jwk(RSA)
    proof = make_proof({**HEADER, "alg": "RS256", "jwk": jwk}, CLAIMS, RSA, "RS256")
    try:
        answer(proof, {**AT_API, "jkt": thumbprint(jwk), "seen": set()})
    except Exception:
        return False
    return True


# --- 11-3: three hostile proofs -----------------------------------------------------------------

FOUR = {"signature", "same_key", "same_method", "same_address", one_check_off.READING}
# The questions of the check, as somebody calls them who has not seen their names.
QUESTIONS = {
    one_check_off.READING: "strict reading",
    "signature": "the signature",
    "same_key": "the key of the token",
    "same_method": "the method",
    "same_address": "the URL",
    "right_kind": "the type",
    "known_algorithm": "the algorithm",
    "public_key": "the public key",
    "complete": "the claims that must be there",
    "fresh": "the time",
    "same_token": "the token",
    "first_use": "the used names",
}


def three_come_in(answer: Tried) -> Verdict:
    """The judge of 11-3: each passes four questions, and another of the twelve stops it."""
    drawn = dice("lesson-11", "hostile")
    for _ in range(2):
        token, now = next(drawn), NOW + int(next(drawn)[:4], 16)
        request = {**AT_API, "token": token, "now": now}
        try:
            proofs = answer(ADA, token, now)
        except Exception:
            return answer.raised(mistake="raises")
        if proofs is None:
            return Verdict("none")
        if not isinstance(proofs, list | tuple) or len(proofs) != 3:
            return Verdict("differs", got=written(proofs), want="three proofs", mistake="three")
        stopped: dict[str, int] = {}
        for place, proof in enumerate(proofs, 1):
            case = ProofCase("", "", proof, request, frozenset({"used-1"}))
            verdict, reason = let_in_by_four(case, place)
            if verdict:
                return verdict
            if reason in stopped:
                got = f"two that fail because of {reason}, numbers {stopped[reason]} and {place}"
                return Verdict("differs", got=got, mistake="same")
            stopped[reason] = place
    return PASSED


def let_in_by_four(case: ProofCase, place: int) -> tuple[Verdict | None, str]:
    """The verdict where a proof is not let in by four questions and stopped by another."""
    words = f"proof number {place}"
    if not isinstance(case.proof, str):
        return Verdict("differs", words, written(case.proof), mistake="three"), ""
    against = one_check_off.objections(case)
    if FOUR & set(against):
        first = next(name for name in against if name in FOUR)
        return Verdict(
            "differs", words, f"one that fails because of {QUESTIONS[first]}", mistake="shut"
        ), ""
    if not against:
        return Verdict("differs", words, "a good proof", mistake="harmless"), ""
    return None, QUESTIONS[against[0]]


# --- 11-5 and 11-6: a proxy ---------------------------------------------------------------------


def goes_round(answer: Tried) -> Verdict:
    """The judge of 11-5: Tom's request at an API behind a careless proxy."""
    apps, backup = behind_proxy()
    case, before = "Tom's browser, with an API behind the careless proxy", len(apps.lab.wire)
    try:
        response = answer(apps.tom, backup.token, backup.certificate)
    except Exception:
        return answer.raised(case, "raises")
    if verdict := not_a_response(response, case):
        return verdict
    sent = [exchange for exchange in apps.lab.wire[before:] if exchange.client == "tom"]
    if len(sent) != 1:
        got = f"{len(sent) or 'no'} requests from Tom's browser"
        return Verdict("differs", case, got, "one", mistake="browser")
    if (sent[0].method, sent[0].url) != ("GET", f"{API}/me"):
        got, want = f"{sent[0].method} {written(sent[0].url)}", f"GET {written(f'{API}/me')}"
        return Verdict("differs", case, got, want, mistake="request")
    if response.is_success:
        return PASSED
    headers = dict(sent[0].request_headers)
    said = f"{response.status_code} {written(response.text)}"
    if headers.get("authorization", "") != f"Bearer {backup.token}":
        return Verdict("differs", case, said, mistake="token")
    if "client-cert" not in headers:
        return Verdict("differs", case, said, mistake="header")
    return Verdict("differs", case, said, mistake="format")


def forwarded() -> Iterator[tuple[dict[str, str], bytes | None, str, str]]:
    """What comes to a proxy: headers, certificate, in words, and the mistake of those who fail."""
    drawn = dice("lesson-11", "proxy")
    plain = {"authorization": f"Bearer {next(drawn)}", "accept": "*/*"}
    der, toms = next(drawn).encode(), client_cert(next(drawn).encode())
    yield plain, None, "a client without a certificate", "kept"
    yield plain, der, "a client that presented a certificate", "shown"
    yield {**plain, "client-cert": toms}, None, "no certificate, but a client-cert header", "passed"
    yield {**plain, "client-cert": toms}, der, "a certificate, and a client-cert header", "passed"
    for name in ("Client-Cert", "CLIENT-CERT"):
        yield {**plain, name: toms}, None, f"no certificate, but a {name} header", "case"
        yield {**plain, name: toms}, der, f"a certificate, and a {name} header", "case"
    for name in ("client_cert", "Client_Cert"):
        yield {**plain, name: toms}, None, f"no certificate, but a {name} header", "underscore"
        yield {**plain, name: toms}, der, f"a certificate, and a {name} header", "underscore"
    for _ in range(6):
        places = next(drawn)
        letters = zip("client-cert", places, strict=False)
        mixed = "".join(one.upper() if place in "02468ace" else one for one, place in letters)
        name = mixed.replace("-", "_") if places[-1] in "01234567" else mixed
        yield {**plain, name: toms}, der, f"a certificate, and a {name} header", "spellings"
    for name in ("x-client-cert", "client-certificate", "client-cert-2", "clientcert"):
        yield {**plain, name: "1"}, None, f"a {name} header", "too much"


def strips(answer: Tried) -> Verdict:
    """The judge of 11-6: what the API behind the proxy gets."""
    for headers, certificate, words, mistake in forwarded():
        try:
            result = answer(dict(headers), certificate)
        except Exception:
            return answer.raised(words, "raises")
        if result is None:
            return Verdict("none", words)
        if not isinstance(result, dict):
            return Verdict("differs", words, written(result), "a dictionary", mistake="kind")
        want = {
            name: text
            for name, text in headers.items()
            if name.lower().replace("_", "-") != "client-cert"
        }
        if certificate is not None:
            want["client-cert"] = client_cert(certificate)
        seen = [(str(name).lower(), text) for name, text in result.items()]
        if sorted(seen) == sorted(want.items()):
            continue
        return Verdict("differs", words, written(result), written(want), mistake=mistake)
    return PASSED


# --- 11-7: the time -----------------------------------------------------------------------------


def dated(iat: Any, mistake: str) -> Case:
    return Case((1000, iat, 60), mistake=mistake, words=f"now 1000, iat {written(iat)}, window 60")


def is_fresh() -> list[Case]:
    """Dates within the window."""
    drawn = int(next(dice("lesson-11", "dates"))[:6], 16)
    near = Case((drawn, drawn - 3, 5), mistake="window", words="a date 3 s ago, window 5")
    return [
        dated(1000, "now"),
        *(dated(iat, "old side") for iat in (999.5, 970)),
        dated(1030, "past only"),
        *(dated(iat, "edge") for iat in (940, 1060)),
        near,
    ]


def is_not_fresh() -> list[Case]:
    """What is beyond the window, or no date."""
    nothing: tuple[object, ...] = (None, [], {})
    return [
        dated(939, "old"),
        *(dated(iat, "future") for iat in (1061, math.inf, -math.inf)),
        *(dated(iat, "fraction") for iat in (939.1, 1060.9)),
        dated(math.nan, "nan"),
        *(dated(iat, "raises") for iat in nothing),
        *(dated(iat, "text") for iat in ("1000", b"1000", [1000], "1e3")),
        Case((1, True, 60), mistake="boolean", words="now 1, iat True, window 60"),
        Case((1000, 994, 5), mistake="window", words="now 1000, iat 994, window 5"),
        dated(10**400, "huge"),
    ]


timely = verifier(is_fresh, is_not_fresh)


# --- 11-8: a cookie for the next minutes --------------------------------------------------------


def renews(answer: Tried) -> Verdict:
    """The judge of 11-8: what becomes of the server's memory at each renewal."""
    drawn = dice("lesson-11", "cookies")
    ada, tom, cookie, other = (next(drawn) for _ in range(4))
    hers: dict[str, str | None] = {cookie: ada}
    asked: list[tuple[str, str, dict[str, str | None], str, str, bool]] = [
        ("learned", "the first renewal", {cookie: None}, cookie, ada, True),
        ("good", "a bound cookie, and its key", hers, cookie, ada, True),
        ("others", "two sessions", {other: tom, cookie: ada, "c": None}, cookie, ada, True),
        ("key", "a bound cookie, and a different key", hers, cookie, tom, False),
        ("unknown", "a cookie that is not valid", hers, other, ada, False),
        ("unknown", "any cookie, without a session", {}, other, ada, False),
        *(
            ("key", f"a key that is nearly right, {near!r}", hers, cookie, near, False)
            for near in (*nearly(ada), ada + tom, "")
        ),
        *(
            ("unknown", f"a cookie that is nearly right, {near!r}", hers, near, ada, False)
            for near in (*nearly(cookie), cookie + other, "")
        ),
    ]
    for mistake, words, before, sent, key, good in asked:
        bound, given = dict(before), list[str]()

        def draw(given: list[str] = given) -> str:
            given.append(next(drawn))
            return given[-1]

        try:
            new = answer(bound, sent, key, draw)
        except Exception as error:
            if good:
                return answer.raised(words, "good")
            if not isinstance(error, ValueError | dpop.InvalidProof):
                refuses = type(error) in OTHER_REFUSALS and bound == before
                return answer.raised(words, "other refusal" if refuses else mistake)
            if bound != before:
                got = "a refusal, and a changed memory"
                return Verdict("differs", words, got, mistake="changed")
            continue
        if not good:
            return Verdict("let_in", words, written(new), mistake=mistake)
        if verdict := not_renewed(bound, before, sent, key, given, new):
            return replace(verdict, case=words)
    return PASSED


def not_renewed(
    bound: dict[str, str | None],
    before: dict[str, str | None],
    sent: str,
    key: str,
    given: list[str],
    new: Any,
) -> Verdict | None:
    """What is wrong with a memory after a good renewal; None where nothing is."""
    if type(new) is not str or new not in given:
        return Verdict("differs", got=written(new), want="the new cookie", mistake="none")
    if sent in bound:
        return Verdict("differs", got="the old cookie among the valid ones", mistake="old")
    want = {cookie: known for cookie, known in before.items() if cookie != sent} | {new: key}
    if bound == want:
        return None
    untouched = all(bound.get(one) == known for one, known in want.items() if one != new)
    mistake = "learned" if untouched else "others"
    return Verdict("differs", got=written(bound), want=written(want), mistake=mistake)


# --- the table ----------------------------------------------------------------------------------

CASES_OF_FOUR: dict[str, tuple[str, str]] = {
    "good": (
        "An honest proof for exactly this request must be accepted. In each need(...) the "
        "condition must be true for a good proof.",
        altered(FIRST_CHECK, ('claims["htm"] ==', 'claims["htm"] !=')),
    ),
    "query": (
        "htu has no query or fragment, but the request may have both. Case does not matter in the "
        "scheme and the host. Compare bare(...) with bare(...).",
        altered(
            FIRST_CHECK,
            ('bare(claims["htu"]) == bare(request["url"])', 'claims["htu"] == request["url"]'),
        ),
    ),
    "key": (
        "The token names the key that has to sign: request['jkt']. thumbprint(header['jwk']) must "
        "be equal to it. Otherwise any key will do.",
        altered(
            FIRST_CHECK,
            ('    need(thumbprint(header["jwk"]) == request["jkt"], "another key")\n', ""),
        ),
    ),
    "whole key": (
        "The token is bound to a different key, whose thumbprint only begins the same way, or to "
        "none. Compare the whole thumbprint with request['jkt'], unchanged.",
        altered(
            FIRST_CHECK,
            (
                'thumbprint(header["jwk"]) == request["jkt"]',
                'thumbprint(header["jwk"])[:8] == request["jkt"][:8]',
            ),
        ),
    ),
    "path": (
        "Case does not matter in the scheme and the host, and bare(...) takes care of that. A "
        "path must match character for character.",
        altered(
            FIRST_CHECK,
            (
                'bare(claims["htu"]) == bare(request["url"])',
                'bare(claims["htu"]).lower() == bare(request["url"]).lower()',
            ),
        ),
    ),
    "signature": (
        "Nobody checked that the key in the header made this signature: "
        "verify_signature(proof, header['jwk'], 'ES256').",
        altered(FIRST_CHECK, ('    verify_signature(proof, header["jwk"], "ES256")\n', "")),
    ),
    "method": (
        "htm must be equal to request['method'], character for character.",
        altered(
            FIRST_CHECK, ('    need(claims["htm"] == request["method"], "another method")\n', "")
        ),
    ),
    "address": (
        "That proof was made for a different URL. bare(...) of htu must equal bare(...) of "
        "request['url'] in full.",
        altered(FIRST_CHECK, ("bare(claims", "bare(request['url']) or bare(claims")),
    ),
}

RETURNED_FALSE = (
    "You returned False. The API treats any return value as a yes. To refuse, raise an error: "
    "need(condition, 'why not')."
)
PROOF_CHOSE = (
    "A note: here the proof chooses the algorithm, through the `alg` in its header. A different "
    "algorithm gets no further than your question 2, because Ada's token names her key. Even so, "
    "name the algorithm yourself: verify_signature(proof, jwk, 'ES256')."
)
OF_THE_FIRST = ("key", "whole key", "signature", "method", "address", "path")

EXERCISES = (
    Exercise(
        "11-1",
        "function",
        proves,
        "You have a JWT for one request, signed with the key that it names.",
        {
            "raises": (
                "make_proof(header, claims, key) takes two dictionaries and the key.",
                altered(PROVE, ("make_proof(header, claims, key)", "make_proof(header)")),
            ),
            "kind": (
                "Return what make_proof(header, claims, key) returns: a string with two dots.",
                altered(PROVE, ("return make_proof(header, claims, key)", "return claims")),
            ),
            "typ": (
                "The header says what kind of token it is: typ is dpop+jwt.",
                altered(PROVE, ("dpop+jwt", "JWT")),
            ),
            "alg": (
                "The keys of this lab are on P-256, so alg is ES256.",
                altered(PROVE, ("ES256", "RS256")),
            ),
            "jwk": (
                "jwk is the public key that belongs to `key`: public_jwk(key).",
                altered(PROVE, ("public_jwk(key)", "thumbprint(public_jwk(key))")),
            ),
            "private": (
                "The member d is the private key. Anyone who reads this proof can sign proofs "
                "from now on. public_jwk(key) leaves it out.",
                altered(
                    PROVE,
                    ("public_jwk(key)", "jwt.algorithms.ECAlgorithm.to_jwk(key, as_dict=True)"),
                    ("    header =", "    import jwt\n    header ="),
                ),
            ),
            "htm": (
                "htm is the method that you were given.",
                altered(PROVE, ("method, ", '"GET", ')).replace(
                    'key, "GET", url', "key, method, url"
                ),
            ),
            "htu": (
                "htu is the URL that you were given, without its query.",
                altered(PROVE, ("bare(url)", 'url.split("/")[2]')),
            ),
            "query": (
                "htu has no query and no fragment (RFC 9449, 4.2): bare(url) leaves them out.",
                altered(PROVE, ("bare(url)", "url")),
            ),
            "iat": (
                "iat is the time that you were given. The lab has a clock of its own.",
                altered(PROVE, ('"iat": now', '"iat": 1697619600')),
            ),
            "jti": (
                "jti is the name that you were given. A fixed one works only once.",
                altered(PROVE, ('"jti": jti', '"jti": "1"')),
            ),
            "ath": (
                "ath ties the proof to one access token: access_token_hash(token).",
                altered(PROVE, ("access_token_hash(token)", "token")),
            ),
            "signature": (
                "Sign with the key that you were given.",
                altered(PROVE, ("make_proof(header, claims, key)", "make_proof(header, claims)")),
            ),
        },
        (
            "The header has typ, alg and jwk. The claims have jti, htm, htu, iat and ath.",
            "public_jwk(key) is the jwk, access_token_hash(token) is ath, and make_proof(header, "
            "claims, key) signs the two.",
        ),
        PROVE,
    ),
    Exercise(
        "11-2",
        "function",
        remarked(by_any_error(four_questions)),
        "Your check asks its four questions. It shuts out a thief with a key of his own.",
        {
            **CASES_OF_FOUR,
            "returned False": (
                RETURNED_FALSE,
                wrong("""
                    def answer(proof, request):
                        header, claims = read(proof)
                        verify_signature(proof, header["jwk"], "ES256")
                        if thumbprint(header["jwk"]) != request["jkt"]:
                            return False
                        if claims["htm"] != request["method"]:
                            return False
                        return bare(claims["htu"]) == bare(request["url"])
                """),
            ),
            "more": (
                "That is a fifth question, and a good one. It belongs in 11-4. First find out "
                "which proofs get in without it.",
                altered(
                    FIRST_CHECK,
                    (
                        "    return True",
                        '    need(claims["iat"] > request["now"] - 60, "old")\n    return True',
                    ),
                ),
            ),
        },
        (
            "header, claims = read(proof) comes first, then verify_signature(...).",
            "Write need(this == that, 'why not') three times: the key's thumbprint and jkt, htm "
            "and method, bare(htu) and bare(url). Then return True.",
        ),
        FIRST_CHECK,
        REFUSALS,
    ),
    Exercise(
        "11-3",
        "function",
        three_come_in,
        "Your proofs fail for three reasons, and none of them is a stolen key.",
        {
            "raises": (
                "prove(key, 'GET', API + '/me', now, 'a', token) makes a good proof. Change one "
                "of its arguments.",
                altered(HOSTILE, ('"one name", token)', '"one name")')),
            ),
            "three": (
                "Return a list of three proofs, each of them a string.",
                altered(HOSTILE, ("[old, other, again]", "[old, other]")),
            ),
            "shut": (
                "Your four questions stop that one. Leave key, method and URL as they are.",
                altered(HOSTILE, ('"GET", url, 0', '"POST", url, 0')),
            ),
            "harmless": (
                "That proof is good: dated within 60 seconds, made for this token, with a new "
                "name. The server would be right to accept it.",
                altered(HOSTILE, ("url, 0,", "url, now,")),
            ),
            "same": (
                "The same check would stop both of these. Find a different reason for one of them.",
                altered(
                    HOSTILE,
                    ('"used-1", token', '"third name", "a third token"'),
                ),
            ),
        },
        (
            "Your four questions never look at iat, ath or jti.",
            "prove(key, 'GET', API + '/me', now - 3600, 'a', token) is an hour old. A different "
            "token as the last argument gives a different ath. The name 'used-1' was used before.",
        ),
        HOSTILE,
    ),
    Exercise(
        "11-4",
        "function",
        remarked(by_any_error(whole_check)),
        "Your check now asks eight questions. Next you try it on other people's proofs.",
        {
            **{
                name: (
                    f"{says} That is the job of first_check." if name in OF_THE_FIRST else says,
                    made.replace("answer = first_check", f"{CHECK_PROOF}\nanswer = check_proof"),
                )
                for name, (says, made) in CASES_OF_FOUR.items()
            },
            "returned False": (
                RETURNED_FALSE,
                altered(
                    CHECK_PROOF,
                    (
                        'need(claims["jti"] not in request["seen"], "used before")',
                        'if claims["jti"] in request["seen"]:\n        return False',
                    ),
                ),
            ),
            "edge": (
                "Sixty seconds is still within the window, and a date may have a fraction.",
                altered(CHECK_PROOF, ("<= 60", "< 60")),
            ),
            "one way": (
                "A client's clock may be a minute fast. A proof that is dated ahead but within "
                "the window is valid: use abs(...).",
                altered(
                    CHECK_PROOF,
                    (
                        'abs(request["now"] - claims["iat"]) <= 60',
                        '0 <= request["now"] - claims["iat"] <= 60',
                    ),
                ),
            ),
            "fixed": (
                "Compare them with what this request has: request['now'] and request['token'].",
                altered(
                    CHECK_PROOF,
                    (
                        'access_token_hash(request["token"])',
                        'access_token_hash("the access token that Ada\'s page holds")',
                    ),
                ),
            ),
            "old": (
                "Many logs contain old proofs. iat must be within 60 seconds of request['now'].",
                altered(
                    CHECK_PROOF,
                    (
                        'abs(request["now"] - claims["iat"]) <= 60',
                        'claims.get("iat", 0) - request["now"] <= 60',
                    ),
                ),
            ),
            "future": (
                "Whoever makes a proof chooses its date. A thief can keep a proof from the future "
                "until its time comes: the window has two sides.",
                altered(
                    CHECK_PROOF,
                    (
                        'abs(request["now"] - claims["iat"]) <= 60',
                        'request["now"] - claims["iat"] <= 60',
                    ),
                ),
            ),
            "window": (
                "The window is 60 seconds.",
                altered(CHECK_PROOF, ("<= 60", "<= 61")),
            ),
            "fraction": (
                "A date may have a fraction, and 60.9 seconds is more than 60. Do not round it "
                "down.",
                altered(
                    CHECK_PROOF,
                    (
                        'abs(request["now"] - claims["iat"]) <= 60',
                        'int(abs(request["now"] - claims["iat"])) <= 60',
                    ),
                ),
            ),
            "date": (
                "iat must be a number close to request['now']. A string, a list, NaN or infinity "
                "is not a date.",
                altered(CHECK_PROOF, ('claims["iat"]) <= 60', 'float(claims["iat"])) <= 60')),
            ),
            "whole ath": (
                "Compare the whole ath with the whole hash, unchanged. An empty ath, or only a "
                "part of one, ties the proof to nothing.",
                altered(
                    CHECK_PROOF,
                    (
                        'claims["ath"] == access_token_hash(request["token"])',
                        'access_token_hash(request["token"]).startswith(claims["ath"])',
                    ),
                ),
            ),
            "token": (
                "ath must be the hash of the token in this request: "
                "access_token_hash(request['token']).",
                altered(
                    CHECK_PROOF,
                    (
                        'need(claims["ath"] == access_token_hash(request["token"])',
                        'need(claims.get("ath") or "no ath"',
                    ),
                ),
            ),
            "typ": (
                "The same key may sign other things. typ must be dpop+jwt.",
                altered(
                    CHECK_PROOF,
                    ('    need(header["typ"] == "dpop+jwt", "another kind of token")\n', ""),
                ),
            ),
            "whole typ": (
                "typ must be dpop+jwt, and the whole string must match.",
                altered(CHECK_PROOF, ('header["typ"] == "dpop+jwt"', '"dpop" in header["typ"]')),
            ),
            "new name": (
                "That name has not been used. A name counts as used if exactly the same string "
                "is in the set.",
                altered(
                    CHECK_PROOF,
                    (
                        'claims["jti"] not in request["seen"]',
                        'claims["jti"].strip() not in request["seen"]',
                    ),
                ),
            ),
            "used": (
                "The names that were used before are in request['seen'].",
                altered(
                    CHECK_PROOF,
                    (
                        'need(claims["jti"] not in request["seen"], "used before")',
                        'need(claims["jti"], "no name")',
                    ),
                ),
            ),
            "name": (
                "A proof without jti cannot be recognised when it is sent again. Refuse it: "
                "claims['jti'] raises an error.",
                altered(CHECK_PROOF, ('claims["jti"]', 'claims.get("jti")')),
            ),
            "burnt": (
                "A refused proof has used up its name. Add the name to request['seen'] at the "
                "end, after all the checks.",
                altered(
                    CHECK_PROOF,
                    ('    request["seen"].add(claims["jti"])\n', ""),
                    (
                        "    need(abs(",
                        '    jti, seen = claims["jti"], request["seen"]\n'
                        '    need(jti not in seen, "used before")\n'
                        "    seen.add(jti)\n    need(abs(",
                    ),
                    ('    need(claims["jti"] not in request["seen"], "used before")\n', ""),
                ),
            ),
            "replaced": (
                "You replaced request['seen'] with a new set. The server keeps using its own, so "
                "add the name to that one: request['seen'].add(claims['jti']).",
                altered(
                    CHECK_PROOF,
                    (
                        'request["seen"].add(claims["jti"])',
                        'request["seen"] = {*request["seen"], claims["jti"]}',
                    ),
                ),
            ),
            "forgotten": (
                "A used name is forgotten when the next proof arrives. Add names to the set, but "
                "do not remove any.",
                altered(
                    CHECK_PROOF,
                    (
                        '    request["seen"].add',
                        '    request["seen"].clear()\n    request["seen"].add',
                    ),
                ),
            ),
            "not noted": (
                "Record the name of each proof that you let in: "
                "request['seen'].add(claims['jti']).",
                altered(CHECK_PROOF, ('    request["seen"].add(claims["jti"])\n', "")),
            ),
        },
        (
            "Call first_check(proof, request) first. Then read the proof again and make the other "
            "checks.",
            "typ is dpop+jwt; abs(request['now'] - claims['iat']) <= 60; ath is "
            "access_token_hash(request['token']); jti is not in request['seen'].",
            "At the end, call request['seen'].add(claims['jti']) and return True.",
        ),
        CHECK_PROOF,
        REFUSALS,
    ),
    Exercise(
        "11-5",
        "function",
        goes_round,
        "The API believed a header that Tom wrote.",
        {
            "raises": (
                "browser.get(url, headers={...}) sends the request. client_cert(certificate) "
                "gives the header's value.",
                altered(AS_BACKUP, ("client_cert(certificate)", "client_cert()")),
            ),
            "response": (
                "Return the whole response, as the browser returns it.",
                altered(AS_BACKUP, ("headers=headers)", "headers=headers).status_code")),
            ),
            "browser": (
                "Send one request with the browser that you were given.",
                altered(
                    AS_BACKUP,
                    ("    return", '    browser.get("https://api.example/me")\n    return'),
                ),
            ),
            "request": (
                "Send a GET to https://api.example/me, with nothing after it.",
                altered(AS_BACKUP, ("browser.get(", "browser.post(")),
            ),
            "token": (
                "Send the token as usual: authorization is the word Bearer, a space and the token.",
                altered(AS_BACKUP, ('"Bearer " + token', "token")),
            ),
            "header": (
                "The API reads the certificate from the client-cert header.",
                altered(AS_BACKUP, ('"client-cert"', '"x-client-cert"')),
            ),
            "format": (
                "The header is base64 between two colons (RFC 9440, 2.1): "
                "client_cert(certificate).",
                altered(AS_BACKUP, ("client_cert(certificate)", "certificate.hex()")),
            ),
        },
        (
            "You need two headers: authorization with the token, and client-cert with the "
            "certificate.",
            "{'authorization': 'Bearer ' + token, 'client-cert': client_cert(certificate)}",
        ),
        AS_BACKUP,
    ),
    Exercise(
        "11-6",
        "function",
        strips,
        "The client's own header is gone, however its name was spelt.",
        {
            "raises": (
                "headers.items() gives pairs of a name and a value. certificate is None if the "
                "client presented none.",
                altered(FORWARD, ("headers.items()", "headers")),
            ),
            "kind": (
                "Return a dictionary of headers.",
                altered(FORWARD, ("return kept", "return list(kept)")),
            ),
            "kept": (
                "The other headers are passed on unchanged, and nothing is added if no "
                "certificate was presented.",
                altered(FORWARD, ("kept[name] = text", 'kept[name] = text.lower() + "."')),
            ),
            "shown": (
                "If the client presented a certificate, the client-cert header is "
                "client_cert(certificate).",
                altered(FORWARD, ("certificate is not None", "False")),
            ),
            "passed": (
                "The client wrote that header, and the API would believe it. Drop it before you "
                "write your own (RFC 9440, 4).",
                altered(FORWARD, ('name.lower().replace("_", "-") != "client-cert"', "True")),
            ),
            "case": (
                "The API ignores case in header names: use name.lower().",
                altered(FORWARD, ("name.lower()", "name")),
            ),
            "underscore": (
                "Many servers (CGI, WSGI) read `_` in a header name as `-`. Drop both spellings.",
                altered(FORWARD, ('.replace("_", "-")', "")),
            ),
            "spellings": (
                "A list of spellings always misses some. Convert the name to one spelling and "
                "compare that: name.lower().replace('_', '-').",
                altered(
                    FORWARD,
                    (
                        'name.lower().replace("_", "-") != "client-cert"',
                        "name not in ('client-cert', 'Client-Cert', 'CLIENT-CERT', 'client_cert', "
                        "'Client_Cert', 'CLIENT_CERT')",
                    ),
                ),
            ),
            "too much": (
                "That is a different header, and you should not drop it.",
                altered(FORWARD, ('!= "client-cert"', '.find("client-cert") < 0')),
            ),
        },
        (
            "Make a new dictionary of all headers except client-cert. Then add your own if there "
            "is a certificate.",
            "name.lower().replace('_', '-') != 'client-cert' says which headers to keep.",
        ),
        FORWARD,
    ),
    Exercise(
        "11-7",
        "function",
        timely,
        "A date is accepted if it is a number within the window, and NaN is never within a window.",
        {
            "now": (
                "A proof made in this second is fresh.",
                wrong("def answer(now, iat, window):\n    return iat == now + 1"),
            ),
            "old side": (
                "A proof made half a second ago, or 30 seconds ago, is fresh if the window is 60.",
                altered(FRESH, ("abs(now - iat) <= window", "0 <= iat - now <= window")),
            ),
            "past only": (
                "A date that is ahead but within the window is fresh too: the client's clock may "
                "be fast. Use abs(...).",
                altered(FRESH, ("abs(now - iat) <= window", "0 <= now - iat <= window")),
            ),
            "edge": (
                "A date exactly `window` seconds away is still within the window.",
                altered(FRESH, ("<= window", "< window")),
            ),
            "window": (
                "The window is the number that you were given.",
                altered(FRESH, ("<= window", "<= 60")),
            ),
            "old": (
                "An old proof was let in.",
                altered(FRESH, ("abs(now - iat) <= window", "iat - now <= window")),
            ),
            "fraction": (
                "A date may have a fraction, and 60.9 seconds is more than 60. Do not round it "
                "down.",
                altered(FRESH, ("abs(now - iat)", "abs(now - iat) // 1")),
            ),
            "future": (
                "A proof from the future was let in. Whoever makes a proof chooses its date.",
                altered(FRESH, ("abs(now - iat) <= window", "now - iat <= window")),
            ),
            "nan": (
                "NaN was let in: nothing is greater than NaN, and nothing is smaller. Check "
                "whether the date is within the window.",
                altered(FRESH, ("abs(now - iat) <= window", "not abs(now - iat) > window")),
            ),
            "boolean": (
                "True was let in. In Python it counts as the number 1.",
                altered(FRESH, (" and not isinstance(iat, bool)", "")),
            ),
            "text": (
                "A string was let in. Only a number is a date.",
                wrong("""
                def answer(now, iat, window):
                    try:
                        return iat is not True and abs(now - float(iat)) <= window
                    except (TypeError, ValueError):
                        return False
                """),
            ),
            "huge": (
                "A whole number with 400 digits caused an error. Do not turn it into a float.",
                altered(FRESH, ("abs(now - iat)", "abs(now - float(iat))")),
            ),
            "raises": (
                "It must return False, not raise an error, for anything that is not a number.",
                wrong("""
                def answer(now, iat, window):
                    return iat is not True and abs(now - iat) <= window
                """),
            ),
        },
        (
            "isinstance(iat, int | float) says whether it is a number; booleans pass that test, "
            "so check for bool as well.",
            "abs(now - iat) <= window is one test for both directions, and NaN fails it.",
        ),
        FRESH,
    ),
    Exercise(
        "11-8",
        "function",
        renews,
        "The copy ends with the next renewal, and a thief without the key renews nothing.",
        {
            "none": (
                "Return the new cookie: what draw() gave.",
                altered(RENEW, ("return new", "return bound")),
            ),
            "learned": (
                "The first renewal says whose key it is. `bound` must have the new cookie, with "
                "that key.",
                altered(RENEW, ("bound[new] = key", "bound[new] = None")),
            ),
            "old": (
                "The old cookie is still valid. Whoever copied it stays in.",
                altered(RENEW, ("    del bound[cookie]\n", "")),
            ),
            "others": (
                "The session of somebody else changed as well. Touch only this cookie.",
                altered(RENEW, ("del bound[cookie]", "bound.clear()")),
            ),
            "good": (
                "That is the key that this cookie is bound to, or the first one. Renew it.",
                altered(RENEW, ("not in (None, key)", "is not None")),
            ),
            "key": (
                "A different key renewed a bound cookie. So a thief with a copy binds a key of "
                "his own.",
                altered(RENEW, (" or bound[cookie] not in (None, key)", "")),
            ),
            "unknown": (
                "That cookie is not valid: it is not in `bound`. Refuse it with ValueError, and "
                "look before you use bound[cookie].",
                altered(RENEW, ("cookie not in bound or bound[cookie]", "bound.get(cookie)")),
            ),
            "changed": (
                "It refused, but it had already changed `bound`. A thief with the wrong key would "
                "end Ada's session.",
                wrong("""
                    def answer(bound, cookie, key, draw):
                        if cookie not in bound:
                            raise ValueError("no such cookie")
                        known = bound.pop(cookie)
                        if known not in (None, key):
                            raise ValueError("another key")
                        new = draw()
                        bound[new] = key
                        return new
                """),
            ),
        },
        (
            "First the two refusals: is the cookie in `bound`? Is bound[cookie] None, or this key?",
            "Then del bound[cookie], and the new cookie goes into `bound`, with the key.",
        ),
        RENEW,
    ),
)
