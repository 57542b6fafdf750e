"""12 · Let tokens die in time."""

from labutils.classroom.first_shape import Choice, Exercise, Lesson, Quiz, yes_or_no
from labutils.classroom.registry import code
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
)
