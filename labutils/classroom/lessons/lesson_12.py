"""12 · Let tokens die in time."""

from labutils.classroom.first_shape import Choice, Exercise, Lesson, Quiz, yes_or_no
from labutils.classroom.registry import Guess, Prediction, Row, code
from labutils.identity import tokens
from labutils.stage.signature_twins import twin
from labutils.stage.two_apps import LOGIN

_KEY = tokens.SigningKey(tokens.ec_private_key("lesson-12/judge"), "ES256", "k")
_OTHER = tokens.SigningKey(tokens.ec_private_key("lesson-12/other"), "ES256", "k")
_ONE = tokens.sign({"sub": "u-1815", "jti": "1"}, _KEY)
_TWO = tokens.sign({"sub": "u-1815", "jti": "2"}, _KEY)


def _dead(answer: object) -> str | None:
    revoked = {"u-1": 1000}
    for sub, iat, right, mistake in (
        ("u-1", 900, True, "alive"),
        ("u-1", 1000, True, "edge"),
        ("u-1", 1001, False, "later"),
        ("u-2", 900, False, "others"),
    ):
        claims = {
            "iss": LOGIN,
            "aud": "wiki",
            "sub": sub,
            "sid": "s-7",
            "jti": "j-7",
            "iat": iat,
            "exp": iat + 600,
        }
        try:
            dead = answer(claims, dict(revoked))
        except KeyError as missing:
            return "raises" if missing.args == (sub,) else "key"
        if wrong := yes_or_no(dead, right, mistake):
            return wrong
    return None


def _same(answer: object) -> str | None:
    cases = (
        (_ONE, twin(_ONE), True, "twin"),
        (_ONE, _ONE + "==", True, "padding"),
        (_ONE, _TWO, False, "any"),
        (
            _ONE,
            tokens.sign({"sub": "u-1815", "jti": "1", "scope": "admin"}, _OTHER),
            False,
            "number",
        ),
        (_ONE, tokens.sign({"sub": "u-1815", "jti": "1"}, _KEY, typ="at+jwt"), False, "payload"),
        ("not a token", "not a token", False, "no token"),
        ("", "", False, "no token"),
    )
    for one, other, right, mistake in cases:
        try:
            same = answer(one, other)
        except Exception:
            return "raises"
        if wrong := yes_or_no(None if same is None else bool(same), right, mistake):
            return wrong
    return None


_GOOD = """    parts = one.split("."), other.split(".")
    if len(parts[0]) != 3 or len(parts[1]) != 3:
        return False
    return parts[0][:2] == parts[1][:2]
"""


def _but(old: str, new: str) -> str:
    assert old in _GOOD
    return "def answer(one, other):\n" + _GOOD.replace(old, new)


_SPELLING = (
    "The belief is that a hash finds every copy of a token. It finds one spelling, and the twin is "
    "another text."
)

PREDICTIONS = (
    Prediction(
        "12-p1",
        "Tom has no key. He makes the twin of Ada's token and shows it to the API. What does the "
        "API say, and what do the claims of the twin say?",
        {
            "a": Guess(
                "401: nobody makes a signature that fits without the key",
                (401, True),
                "The belief is that each signature needs the key. This one is computed from a "
                "signature that was there, with a number that everybody knows.",
            ),
            "b": Guess("200, and the claims are the same", (200, True)),
            "c": Guess(
                "200, and the claims are others",
                (200, False),
                "The belief is that another text says something else. Only the signature was "
                "changed. The part with the claims is untouched.",
            ),
            "d": Guess(
                "401: to one text belongs one signature",
                (401, False),
                "The belief is that a text has one signature. With ES256 even the same key gives "
                "many, and each of them has a twin.",
            ),
        },
        "Other bytes, the same claims, and a signature that fits. Nobody forged anything: the twin "
        "says what the original says.",
    ),
    Row(
        "12-p2",
        "The hash of Ada's token goes on the first list. Tom tries the token, then its twin. After "
        "that the number of Ada's token goes on the second list, and he tries the twin again. "
        "Which tries open?",
        (
            "the token, its hash is listed",
            "the twin, the hash is listed",
            "the twin, the number is listed",
        ),
        "xox",
        {
            "the token, its hash is listed": "The belief is that a signed token is good until it "
            "expires. This API looks at its lists first.",
            "the twin, the hash is listed": _SPELLING,
            "the twin, the number is listed": (
                "The belief is that the twin has a number of its own. The number stands in what is "
                "signed, and Tom changed the signature alone."
            ),
        },
        "A hash knows one spelling. A number stands in what is signed, and every spelling carries "
        "it. The signature does not make a token unique.",
    ),
    Row(
        "12-p3",
        "Five texts arrive at the API's address for events, one after the other, and Tom sends all "
        "of them. Which are taken (status 202), and which are refused (status 400)?",
        (
            "an event that Tom signed himself",
            "Ada's ID token, signed by the provider",
            "a real event of the provider",
            "the same event once more",
            "an older real event, six minutes on its way",
        ),
        "xxooo",
        {
            "an event that Tom signed himself": (
                "The belief is that an event needs no proof, since it only takes something away. "
                "Whoever can forge one can throw people out, so it is checked like a token."
            ),
            "Ada's ID token, signed by the provider": (
                "The belief is that the provider's signature is enough. An ID token is no event, "
                "and its typ says so."
            ),
            "a real event of the provider": (
                "The belief is that the API looks at the sender. It looks at the signature, and "
                "that is the provider's."
            ),
            "the same event once more": (
                "The belief is that a repeated event is an attack, as a repeated proof is. To say "
                "twice that a session ended changes nothing."
            ),
            "an older real event, six minutes on its way": (
                "The belief is that a late event is stale, as a late token is. What happened stays "
                "true, and the stolen token still opens the API."
            ),
        },
        "The API asks who signed, and whether it is an event. This API lets anybody push a real "
        "event. A repeated one is answered as if it were new. A late one is as true as on the "
        "first day. The API keeps the latest time that it was told, so an older event revives no "
        "token.",
        ("it is taken", "it is refused"),
    ),
    Prediction(
        "12-p4",
        "Ada logs out at the provider in one tab. Then she loads the wiki in the other one. Who "
        "told the wiki of the logout, and what does the wiki answer?",
        {
            "a": Guess(
                "nobody told it: 200, as in lesson 05",
                (200, []),
                "The belief is that an application's session ends at the application alone. This "
                "wiki has an address at which it can be told.",
            ),
            "b": Guess(
                "Ada's browser told it: 403",
                (403, ["ada"]),
                "The belief is that news goes by the browser. That way exists, too, and it needs a "
                "tab that is open and a browser that goes along. Here nothing goes by the browser.",
            ),
            "c": Guess(
                "the provider's server told it: 403",
                (403, ["login.example"]),
            ),
            "d": Guess(
                "the provider's server told it: 200, until her cookie is over",
                (200, ["login.example"]),
                "The belief is that a session lives in the cookie. The cookie is a name for a "
                "session that the wiki keeps, and the wiki forgets it.",
            ),
        },
        "The provider tells the wiki's server, and not Ada's browser. The wiki throws away the "
        "session that the message names. Her cookie there opens nothing any more.",
    ),
    Prediction(
        "12-p5",
        "Which of the four ways sends the most requests to the provider in an hour of ordinary "
        "work?",
        {
            "a": Guess(
                "ten-minute tokens, checked offline",
                "10 minutes, offline",
                "The belief is that a token which lives longer costs more. It is renewed every ten "
                "minutes, and nothing else is asked.",
            ),
            "b": Guess(
                "one-minute tokens, checked offline",
                "1 minute, offline",
                "The belief is that renewing costs more than asking. It is close here: one request "
                "is made for each call in both, and whoever asks also renews every ten minutes.",
            ),
            "c": Guess(
                "ten-minute tokens, and the API is told",
                "10 minutes, is told",
                "The belief is that being told means to be told all the time. The provider speaks "
                "when a session ends, and in this hour none does.",
            ),
            "d": Guess(
                "ten-minute tokens, and the API asks each time",
                "10 minutes, asks each time",
            ),
        },
        "The API asks at each call, and the app renews its token every ten minutes on top. "
        "Requests for the provider's keys are counted as well. One-minute tokens ask nearly as "
        "often as this, since the app calls every two minutes; with ten thousand calls a minute "
        "only asking would grow.",
    ),
    Prediction(
        "12-p6",
        "The theft is noticed in the same minute, and somebody reacts. Which of the four ways then "
        "leave the thief nothing at all?",
        {
            "a": Guess(
                "none: a signed token is good until it expires",
                [],
                "The belief is that nothing can end a signed token early. That holds where the API "
                "checks offline and nobody tells it anything.",
            ),
            "b": Guess(
                "asking each time, and being told",
                ["10 minutes, asks each time", "10 minutes, is told"],
            ),
            "c": Guess(
                "asking each time, and nothing else",
                ["10 minutes, asks each time"],
                "The belief is that only asking is up to date. Whoever is told at once knows it as "
                "early.",
            ),
            "d": Guess(
                "all but the ten-minute tokens that are checked offline",
                ["1 minute, offline", "10 minutes, asks each time", "10 minutes, is told"],
                "The belief is that a minute is nothing. A script of Tom's reads a lot in a "
                "minute.",
            ),
        },
        "In both ways the API knows of the end before the next call. A short life leaves up to its "
        "length. Being told costs no more requests than ten-minute tokens do, and one event for "
        "each listener when a session ends, which is not in the figure.",
    ),
)

LESSON = Lesson(
    "12",
    (
        Exercise(
            "12-1",
            "function",
            _dead,
            "One line of memory for each person, and every token of theirs that is out is over.",
            {
                "alive": (
                    "A token that was issued before the event is still alive here. That is the "
                    "stolen one."
                ),
                ("edge"): (
                    "Issued in the very second of the event: it is dead as well. In doubt, out."
                ),
                "later": (
                    "A token from a later sign-in is dead here. The person would never get in "
                    "again."
                ),
                "others": "Somebody else's token died. Look the sub up.",
                "raises": (
                    "Most people stand in no event at all: revoked has no entry for them. Use "
                    "revoked.get."
                ),
                "key": (
                    "That name is not there. claims has iat and sub, among others; revoked has "
                    "times, each under a sub."
                ),
                "kind": "Return True or False, and nothing else.",
            },
            {
                "alive": code("""
                    def answer(claims, revoked):
                        return False
                """),
                "edge": code("""
                    def answer(claims, revoked):
                        return claims['iat'] < revoked.get(claims['sub'], -1)
                """),
                "later": code("""
                    def answer(claims, revoked):
                        return claims['sub'] in revoked
                """),
                "others": code("""
                    def answer(claims, revoked):
                        return claims['iat'] <= max(revoked.values())
                """),
                "raises": code("""
                    def answer(claims, revoked):
                        return claims['iat'] <= revoked[claims['sub']]
                """),
                "key": code("""
                    def answer(claims, revoked):
                        return claims['iat'] <= revoked[claims['sid']]
                """),
                "kind": code("""
                    def answer(claims, revoked):
                        return revoked.get(claims['sub'])
                """),
            },
            (
                "Compare the token's iat with the time that stands in revoked for its sub.",
                "revoked.get(claims['sub'], -1) gives a time that no token is older than.",
            ),
            code("""
                def is_dead(claims, revoked):
                    return claims['iat'] <= revoked.get(claims['sub'], -1)
            """),
        ),
        Exercise(
            "12-2",
            "function",
            _same,
            "Header and payload are what is signed; the third part is only the proof of it.",
            {
                "twin": (
                    "A token and its twin came out as different. They differ in the third part "
                    "alone."
                ),
                "padding": (
                    "A token with padding behind its signature came out as different. Leave the "
                    "third part out of it."
                ),
                "any": "Two tokens with different numbers came out as the same.",
                "number": (
                    "Two tokens with the same jti and different claims came out as the same. One "
                    "of them has another scope."
                ),
                "payload": (
                    "Two tokens with the same payload and different headers came out as the same. "
                    "The header is signed as well."
                ),
                "no token": "Texts that are no JWTs came out as the same. A JWT has three parts.",
                "raises": "It must not fail on texts that are no JWTs.",
            },
            {
                "twin": code("""
                    def answer(one, other):
                        return one == other
                """),
                "padding": code("""
                    from labutils.stage.signature_twins import twin

                    def answer(one, other):
                        whole = one.count('.') == 2 == other.count('.') and '=' not in other
                        return whole and one in (other, twin(other))
                """),
                "any": code("""
                    def answer(one, other):
                        return one.split('.')[0] == other.split('.')[0]
                """),
                "number": code("""
                    from labutils.identity import tokens

                    def answer(one, other):
                        a, b = tokens.inspect(one), tokens.inspect(other)
                        return a.claims['jti'] == b.claims['jti']
                """),
                "payload": _but("[:2] == parts[1][:2]", "[1] == parts[1][1]"),
                "no token": _but(
                    "    if len(parts[0]) != 3 or len(parts[1]) != 3:\n        return False\n", ""
                ),
                "raises": code("""
                    def answer(one, other):
                        a, b, _ = one.split('.')
                        c, d, _ = other.split('.')
                        return (a, b) == (c, d)
                """),
            },
            (
                "Split at the dots. Which of the three parts are signed?",
                "Compare the first two parts, after you have made sure that there are three.",
            ),
            "def same_token(one, other):\n" + _GOOD,
        ),
    ),
    (
        Quiz(
            "12-q1",
            (
                "Stolen tokens are listed by their SHA-256. A thief without any key gets past the "
                "list. How?"
            ),
            {
                "a": Choice(
                    "He finds another text with the same hash",
                    "Nobody can, for SHA-256. He needs the opposite.",
                ),
                "b": Choice(
                    "He spells the same token in another way, so that the hash is another",
                    "Yes. The claims are the same, and so is what it opens.",
                    True,
                ),
                "c": Choice("He changes the jti", "Then the signature no longer fits."),
            },
        ),
        Quiz(
            "12-q2",
            "An API is told about revoked sessions. Why keep access tokens short all the same?",
            {
                "a": Choice(
                    "An event can get lost, or nobody notices the theft",
                    "Yes. The short life is the net below.",
                    True,
                ),
                "b": Choice(
                    "Long tokens cannot be revoked by an event",
                    "They can: the API compares their iat.",
                ),
                "c": Choice("Short ones are smaller", "They have the same size."),
            },
        ),
    ),
    predictions=PREDICTIONS,
)
