"""11 · Make tokens that refuse to be stolen."""

import math

from labutils.classroom.first_shape import Choice, Exercise, Lesson, Quiz, yes_or_no
from labutils.classroom.registry import code
from labutils.identity import dpop
from labutils.identity.tokens import ec_private_key, public_jwk, thumbprint
from labutils.stage.two_apps import API


def _fresh(answer: object) -> str | None:
    for iat, right, mistake in (
        (1000, True, "now"),
        (970, True, "one way"),
        (1030, True, "one way"),
        (940, True, "edge"),
        (1060, True, "edge"),
        (939, False, "old"),
        (1061, False, "future"),
        (math.nan, False, "nan"),
        (math.inf, False, "future"),
        (True, False, "boolean"),
        (None, False, "raises"),
        ("1000", False, "text"),
        ([], False, "raises"),
        (10**400, False, "huge"),
        (999.5, True, "now"),
    ):
        try:
            given = answer(1000, iat, 60)
        except OverflowError:
            return "huge"
        except Exception:
            return "raises"
        if found := yes_or_no(given, right, mistake):
            return found
    return "boolean" if answer(1, True, 60) else None


_KEY, _TOKEN = ec_private_key("lesson-11/judge"), "the-access-token"


def _headers(answer: object) -> str | None:
    given = answer(_KEY, _TOKEN, 1000, "j-1")
    if not isinstance(given, dict):
        return "kind"
    sent = {str(name).lower(): value for name, value in given.items()}
    if set(sent) != {"authorization", "dpop"}:
        return "names"
    if sent["authorization"] == f"Bearer {_TOKEN}":
        return "bearer"
    if sent["authorization"] != f"DPoP {_TOKEN}":
        return "scheme"
    jkt = thumbprint(public_jwk(_KEY))
    try:
        dpop.check(sent["dpop"], "GET", API + "/me", now=1000, seen=set(), jkt=jkt)
    except dpop.InvalidProof:
        return "request"
    try:
        dpop.check(sent["dpop"], "GET", API + "/me", now=1000, seen=set(), token=_TOKEN, jkt=jkt)
    except dpop.InvalidProof:
        return "token"
    return None if dpop.read(sent["dpop"])[1]["jti"] == "j-1" else "name"


_GOOD = """    number = isinstance(iat, int | float) and not isinstance(iat, bool)
    return number and abs(now - iat) <= window
"""
_CALL = """    url = "https://api.example/me"
    proof = dpop.prove(key, "GET", url, now=now, jti=jti, token=token)
    return {"authorization": f"DPoP {token}", "dpop": proof}
"""


def _but(good: str, arguments: str, old: str, new: str) -> str:
    assert old in good
    return f"from labutils.identity import dpop\n\ndef answer({arguments}):\n" + good.replace(
        old, new
    )


_FRESH, _ARGUMENTS = "now, iat, window", "key, token, now, jti"

LESSON = Lesson(
    "11",
    (
        Exercise(
            "11-1",
            "function",
            _fresh,
            "Asked as within, and not as not beyond: NaN stays out.",
            {
                "now": "A proof of this very second, or of half a second ago, should be fresh.",
                "one way": (
                    "A proof of 30 seconds ago and one dated 30 seconds ahead are both fresh for a "
                    "window of 60: clocks differ in both directions."
                ),
                "edge": "Exactly window seconds away is still within.",
                "old": "An old proof was let in.",
                "future": "A proof from the future was let in. Its maker may choose the date.",
                "nan": (
                    "NaN was let in: nothing is greater than NaN, and nothing is smaller. Ask "
                    "whether it is within."
                ),
                "boolean": "True was let in. In Python it counts as the number 1.",
                "text": "A text was let in. A number is a number.",
                "huge": (
                    "A whole number of 400 digits broke it, or was let in. Do not turn it into a "
                    "float."
                ),
                "raises": "It must answer False, and not fail, whatever iat is.",
                "kind": "Return True or False, and nothing else.",
            },
            {
                "now": code("""
                    def answer(now, iat, window):
                        return False
                """),
                "one way": _but(
                    _GOOD, _FRESH, "abs(now - iat) <= window", "0 <= now - iat <= window"
                ),
                "edge": _but(_GOOD, _FRESH, "<= window", "< window"),
                "old": _but(_GOOD, _FRESH, "abs(now - iat) <= window", "iat - now <= window"),
                "future": _but(_GOOD, _FRESH, "abs(now - iat) <= window", "now - iat <= window"),
                "nan": _but(
                    _GOOD, _FRESH, "abs(now - iat) <= window", "not abs(now - iat) > window"
                ),
                "boolean": _but(_GOOD, _FRESH, " and not isinstance(iat, bool)", ""),
                "text": code("""
                    def answer(now, iat, window):
                        try:
                            number = int(iat) if isinstance(iat, str) else iat
                            good = not isinstance(iat, bool)
                            return good and abs(now - number) <= window
                        except (TypeError, ValueError):
                            return False
                """),
                "huge": _but(_GOOD, _FRESH, "abs(now - iat)", "abs(now - float(iat))"),
                "raises": code("""
                    def answer(now, iat, window):
                        return iat is not True and abs(now - iat) <= window
                """),
                "kind": code("""
                    def answer(now, iat, window):
                        return 1
                """),
            },
            (
                (
                    "isinstance(iat, int | float) says whether it is a number; booleans pass it, "
                    "so ask about bool as well."
                ),
                "abs(now - iat) <= window is one question for both directions, and NaN fails it.",
            ),
            "def fresh(now, iat, window):\n" + _GOOD,
        ),
        Exercise(
            "11-2",
            "function",
            _headers,
            "A token, and a note that says: it is I, this once, for this.",
            {
                "bearer": (
                    "Bearer is the scheme of tokens without a proof. A bound token comes with "
                    "scheme DPoP."
                ),
                "scheme": "The header authorization is the word DPoP, a space, and the token.",
                "names": "Two headers: authorization and dpop.",
                "request": (
                    "The proof was made for another request. Method GET, the whole address, and "
                    "the time and name that you were given."
                ),
                "token": (
                    "The proof is not tied to the token: give prove the token as well, so that it "
                    "holds ath."
                ),
                "name": (
                    "The proof has another name, jti, than the one you were given. A fixed name "
                    "works only once."
                ),
                "kind": "Return a dictionary with the two headers.",
            },
            {
                "bearer": _but(_CALL, _ARGUMENTS, "DPoP {token}", "Bearer {token}"),
                "scheme": _but(_CALL, _ARGUMENTS, 'f"DPoP {token}"', "token"),
                "names": _but(_CALL, _ARGUMENTS, '"dpop": proof', '"proof": proof'),
                "request": _but(_CALL, _ARGUMENTS, '"GET"', '"POST"'),
                "token": _but(_CALL, _ARGUMENTS, ", token=token", ""),
                "name": _but(_CALL, _ARGUMENTS, "jti=jti", "jti='x'"),
                "kind": code("""
                    def answer(key, token, now, jti):
                        return token
                """),
            },
            (
                "The proof goes into the header dpop, the token into authorization.",
                "The scheme is DPoP and not Bearer, and prove takes the token too.",
            ),
            "def headers(key, token, now, jti):\n" + _CALL,
        ),
    ),
    (
        Quiz(
            "11-q1",
            "Which single check, if it is left out, lets a proof with alg none in?",
            {
                "a": Choice(
                    "The list of algorithms",
                    "The signature check still objects: there is no signature to verify.",
                ),
                "b": Choice(
                    "The signature check",
                    "The list of algorithms still objects: none is not on it.",
                ),
                "c": Choice(
                    "None of them",
                    "Yes. It meets two guards. RS256 meets only one, and is sound.",
                    True,
                ),
            },
        ),
        Quiz(
            "11-q2",
            (
                "Tom has script in Ada's page for one second, and lets her key make a hundred "
                "proofs for later. What ends these proofs before the access token is over?"
            ),
            {
                "a": Choice(
                    "A shorter window",
                    "He chose the date of his proofs. They fall into any window on their day.",
                ),
                "b": Choice(
                    "A nonce that the server changes",
                    (
                        "Yes. He could not know the nonce of later. Tokens that he got for a key "
                        "of his own would outlive it."
                    ),
                    True,
                ),
                "c": Choice(
                    "A key that nobody can read out of the page",
                    "He did not read it. He asked it to sign.",
                ),
            },
        ),
    ),
)
