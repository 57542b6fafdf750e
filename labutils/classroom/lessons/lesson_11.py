"""11 · Make tokens that refuse to be stolen."""

import math

from labutils.classroom.first_shape import Choice, Exercise, Lesson, Quiz, yes_or_no
from labutils.classroom.registry import Guess, Prediction, Row, code
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

_NO_KEY = (
    "The belief is that a thief without Ada's key is always refused. This proof was made by her "
    "own page, for this very call."
)
_MADE_AHEAD = (
    "The belief is that a date in the future is always refused. Tom waits until that date comes, "
    "and then the proof is fresh."
)
_TOKEN_OVER = (
    "The belief is that a proof may outlive its token. The access token lives for ten minutes, and "
    "the API looks at both."
)
_OWN_KEY = (
    "The belief is that the tokens of this way are bound to Ada's key. Tom traded the code "
    "himself, so they are bound to a key that he has."
)
_AT_ONCE = (
    "The belief is that a key which nobody can read is safe from script. The script does not read "
    "it. The page may ask the key to sign, and so may the script."
)
_WAYS_OF_SCRIPT = (
    "his script asks the page's key, and he uses the proof at once",
    "a proof made before, dated then, used after 40 seconds",
    "a proof made before, dated then, used after 2 minutes",
    "a proof dated 5 minutes ahead, used at that date",
    "a proof dated 11 minutes ahead, used at that date",
    "a new code, traded with a key of his own",
)

PREDICTIONS = (
    Prediction(
        "11-p1",
        "Tom sends Ada's token with a proof that he made for this request, by a key of his own. "
        "What does the API say?",
        {
            "a": Guess(
                "200: the proof is new, and its signature fits the key in it",
                "",
                "The belief is that a proof with a good signature is enough. Anybody can make a "
                "key. The token says which key has to sign.",
            ),
            "b": Guess(
                "401: the signature of the proof does not fit",
                "the signature does not fit these bytes and this key",
                "The belief is that the API checks the proof with Ada's key. It checks it with the "
                "key that the proof brings along, and there the signature fits.",
            ),
            "c": Guess(
                "401: another key than the one that the token names",
                "the proof was made with another key than the token is bound to",
            ),
            "d": Guess(
                "401: the request does not come from Ada's machine",
                "another address",
                "The belief is that the API knows Ada's machine. It asks who has the key, and not "
                "where the request comes from.",
            ),
        },
        "Tom's proof is sound in itself. But the token names the thumbprint of Ada's key, and the "
        "provider signed the token. The API compares the two keys.",
    ),
    Prediction(
        "11-p2",
        "Tom sends Ada's token with the very proof that her page sent a moment ago. What does the "
        "API say?",
        {
            "a": Guess(
                "401: the proof was used before",
                "the proof was used before",
            ),
            "b": Guess(
                "200: the key is Ada's, and the proof was made for this address",
                "",
                "The belief is that a good proof stays good for its minute. Each proof has a name, "
                "jti, and the API takes each name once.",
            ),
            "c": Guess(
                "401: the proof is too old",
                "the proof is too old, or from the future",
                "The belief is that a copy comes too late. Tom is fast, and a proof is good for 60 "
                "seconds.",
            ),
            "d": Guess(
                "401: another key than the one that the token names",
                "the proof was made with another key than the token is bound to",
                "The belief is that a proof becomes Tom's when he sends it. It is a copy, so the "
                "key in it is still Ada's.",
            ),
        },
        "The API keeps the name of each proof that it took, and this name is there already. So "
        "there is no way in at this API. The token is not secret any more, and here that does not "
        "matter: what Tom would need was not in what he stole.",
    ),
    Prediction(
        "11-p3",
        "Tom shows Ada's bound token to the second server, as a bearer token and without a proof. "
        "What does it answer?",
        {
            "a": Guess(
                "401: the token says that it is bound, and its signature protects that line",
                401,
                "The belief is that a bound token guards itself. The claim cnf is a line that "
                "somebody must read, and this server does not.",
            ),
            "b": Guess(
                "401: without the proof the signature of the token does not fit",
                "no signature",
                "The belief is that the proof is a part of the token. The two have a signature "
                "each, and the one of the token fits by itself.",
            ),
            "c": Guess("200", 200),
        },
        "A bound token at a server that does not look at cnf is a bearer token. It opens for "
        "whoever carries it.",
    ),
    Prediction(
        "11-p4",
        "The proof with `alg: none`, the most famous attack of all. Which single question lets it "
        "in, if it alone is switched off?",
        {
            "a": Guess(
                "known_algorithm",
                ["known_algorithm"],
                "The belief is that the list of algorithms is the only guard against it. Without "
                "the list the proof still has no signature that fits.",
            ),
            "b": Guess(
                "signature",
                ["signature"],
                "The belief is that the signature is the only guard against it. Without that "
                "question the list of algorithms still refuses the word none.",
            ),
            "c": Guess(
                "each of these two",
                ["known_algorithm", "signature"],
                "The belief is that an attack gets in as soon as one guard is missing. Here two "
                "guards object, and one of them is still there.",
            ),
            "d": Guess("none of the twelve", []),
        },
        "Without the list of algorithms the signature check still objects, and without the "
        "signature check the list does. This attack meets two guards.",
    ),
    Row(
        "11-p5",
        "The API as it was, without a nonce. Tom has script in Ada's page. Which of his ways open "
        "the API?",
        _WAYS_OF_SCRIPT,
        "ooxoxo",
        {
            _WAYS_OF_SCRIPT[0]: _AT_ONCE,
            _WAYS_OF_SCRIPT[1]: _NO_KEY,
            _WAYS_OF_SCRIPT[
                2
            ]: "The belief is that a proof is good as long as its token. It is good "
            "for 60 seconds in either direction.",
            _WAYS_OF_SCRIPT[3]: _MADE_AHEAD,
            _WAYS_OF_SCRIPT[4]: _TOKEN_OVER,
            _WAYS_OF_SCRIPT[5]: _OWN_KEY,
        },
        "Script in the page is as good as being the page: it asks the key while it runs. The "
        "window of a minute ends only proofs that are dated now. Proofs that are dated ahead end "
        "with the access token, and with nothing before.",
    ),
    Row(
        "11-p6",
        "The API that gives out a nonce, a new one every 20 seconds. The proofs that are made "
        "before carry the nonce of that moment. Which ways open this API?",
        _WAYS_OF_SCRIPT,
        "oxxxxo",
        {
            _WAYS_OF_SCRIPT[
                0
            ]: "The belief is that a nonce stops script in the page. Tom's request gets "
            "the nonce in an answer, and the page's key signs it for him.",
            _WAYS_OF_SCRIPT[
                1
            ]: "The belief is that 40 seconds are inside the window, so the proof is "
            "good. The window is kept, and the nonce in the proof is two turns old.",
            _WAYS_OF_SCRIPT[
                2
            ]: "The belief is that a proof is good as long as its token. It is good "
            "for 60 seconds in either direction, and its nonce for 20.",
            _WAYS_OF_SCRIPT[
                3
            ]: "The belief is that a date in the future helps here too. Tom can choose "
            "the date, and he cannot know the nonce of that date.",
            _WAYS_OF_SCRIPT[4]: _TOKEN_OVER,
            _WAYS_OF_SCRIPT[5]: _OWN_KEY,
        },
        "The nonce ends the proofs that Tom takes home: they are good until the nonce changes, "
        "after 20 seconds at most here. Script that runs now asks for a proof with the nonce of "
        "now. Whoever has a key of his own answers every nonce.",
    ),
    Prediction(
        "11-p7",
        "The bound cookie, while Ada is away. After how many minutes does Tom's copy open the "
        "provider for the last time?",
        {
            "a": Guess(
                "it never opens: the cookie is bound to the device",
                0,
                "The belief is that the device's key is asked for at each request. It is asked for "
                "when the cookie is renewed, and until then the copy is as good as the original.",
            ),
            "b": Guess("9", 9),
            "c": Guess(
                "1440, a day",
                1440,
                "The belief is that Tom can renew it with a key of his own. The server knows the "
                "device's key, and takes no other.",
            ),
        },
        "Until its ten minutes are over the bound cookie opens for whoever has it. Then it has to "
        "be renewed with the device's key, and Tom does not have that key.",
    ),
    Prediction(
        "11-p8",
        "The bound cookie, while Ada works. After how many minutes does Tom's copy open the "
        "provider for the last time?",
        {
            "a": Guess(
                "1: two browsers with one cookie are noticed at once",
                1,
                "The belief is that the server sees two browsers. It sees one cookie twice, and "
                "nothing else tells the two apart.",
            ),
            "b": Guess(
                "9, as when she is away",
                9,
                "The belief is that the old cookie keeps its ten minutes. This server voids it at "
                "the moment of the renewal.",
            ),
            "c": Guess(
                "1440: her browser keeps the cookie alive for him, too",
                1440,
                "The belief is that a renewal makes the same cookie live longer. It gives a new "
                "cookie, and Tom has the old one.",
            ),
            "d": Guess("5", 5),
        },
        "Her browser renews in minute 8 and gets a new cookie. This server voids the old cookie at "
        "each renewal, which takes the copy out of Tom's hands. Minute 9 is too late for him.",
    ),
)

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
    predictions=PREDICTIONS,
)
