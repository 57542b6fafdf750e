"""02 · Forge one, then refuse it."""

import json
import posixpath

import jwt

from labutils.classroom.first_shape import Choice, Exercise, Lesson, Quiz, yes_or_no
from labutils.identity import tokens

ADMIN = {
    "iss": "https://login.example",
    "sub": "admin",
    "aud": "wiki",
    "iat": 1697619600,
    "exp": 1697620200,
}
FORGED_NONE = (
    tokens.json_part({"alg": "none"}) + "." + tokens.json_part(ADMIN) + "."
)  # as the lesson forged it


def _none(answer: object) -> str | None:
    if not isinstance(answer, str):
        return "text"
    if answer == FORGED_NONE:
        return "unchanged"
    if answer.count(".") != 2:
        return "dots"
    header, payload, signature = answer.split(".")
    try:
        alg = json.loads(tokens.unb64(header)).get("alg")
        subject = json.loads(tokens.unb64(payload)).get("sub")
    except (jwt.PyJWTError, ValueError, AttributeError):
        return "unreadable"
    if not isinstance(alg, str) or alg.lower() != "none":
        return "alg"
    if alg == "none":
        return "blocked"
    if signature:
        return "signature"
    return None if subject == "admin" else "subject"


def _path(answer: object) -> str | None:
    if not isinstance(answer, str):
        return "text"
    if answer.startswith("/keys/"):
        return "prefix"
    if posixpath.normpath(posixpath.join("/keys/", answer.lstrip("/"))) == "/static/logo.svg":
        return None if not answer.startswith("/") or answer.startswith("/..") else "absolute"
    return (
        "absolute" if answer == "/static/logo.svg" else "inside" if ".." not in answer else "other"
    )


GOOD = {"alg": "RS256", "kid": "rs256-1", "typ": "JWT"}
# Headers that must not pass, and the mistake that lets each one in.
BAD = [
    ({**GOOD, "alg": "none"}, "none"),
    ({**GOOD, "alg": "nOnE"}, "none"),
    ({**GOOD, "alg": "rs256"}, "spelling"),
    ({**GOOD, "alg": " RS256"}, "spelling"),
    ({**GOOD, "alg": "HS256"}, "confusion"),
    ({**GOOD, "typ": "logout+jwt"}, "typ"),
    ({"alg": "RS256", "kid": "rs256-1"}, "typ"),
    ({**GOOD, "crit": ["once"]}, "crit"),
    ({**GOOD, "crit": []}, "crit"),
    ({**GOOD, "alg": ["RS256"]}, "raises"),
    ({}, "raises"),
    ({**GOOD, "typ": None}, "raises"),
]


def _gate(answer: object) -> str | None:
    if answer(dict(GOOD)) is not True or answer({**GOOD, "kid": "rs256-7"}) is not True:
        return "closed"
    for header, mistake in BAD:
        try:
            verdict = answer(dict(header))
        except Exception:
            return "raises"
        if wrong := yes_or_no(verdict, False, "none" if mistake == "raises" else mistake):
            return wrong
    return None


LESSON = Lesson(
    "02",
    (
        Exercise(
            "02-1",
            "value",
            _none,
            "A list of forbidden words always misses one. A list of allowed words does not.",
            {
                "text": "Give one text: the token.",
                "unchanged": "This is still forged_none, letter for letter: alg says none. A header is base64, so the word does not stand "
                "in the text of the token, and replace finds nothing to change. Change the word before json_part writes it.",
                "dots": "The token needs three parts and two dots, even when the third part is empty.",
                "unreadable": "The first two parts must be JSON in base64url. json_part(...) makes one.",
                "alg": "The verifier only looks away when alg is some spelling of none.",
                "blocked": "Exactly that spelling is refused. What else spells the same word?",
                "signature": "There is still something behind the second dot. An unsigned token has nothing there.",
                "subject": "It gets in, but not as admin. Look at sub.",
            },
            {
                "text": "answer = {'alg': 'NONE'}",
                "unchanged": f"forged_none = {FORGED_NONE!r}\nanswer = forged_none.replace('none', 'None')",
                "dots": "from labutils.identity.tokens import json_part\nanswer = json_part({'alg': 'None'}) + '.' + json_part({'sub': 'admin'})",
                "unreadable": "answer = 'none.admin.'",
                "alg": "from labutils.identity.tokens import json_part\n"
                "answer = json_part({'alg': 'RS256'}) + '.' + json_part({'sub': 'admin'}) + '.'",
                "blocked": "from labutils.identity.tokens import json_part\n"
                "answer = json_part({'alg': 'none'}) + '.' + json_part({'sub': 'admin'}) + '.'",
                "signature": "from labutils.identity.tokens import json_part\n"
                "answer = json_part({'alg': 'NONE'}) + '.' + json_part({'sub': 'admin'}) + '.AAAA'",
                "subject": "from labutils.identity.tokens import json_part\n"
                "answer = json_part({'alg': 'NONE'}) + '.' + json_part({'sub': 'ada'}) + '.'",
            },
            (
                "Begin with the cell that makes forged_none, and change one word in it.",
                "The claims for admin are in the variable admin; letters may be large or small.",
            ),
            "answer = json_part({'alg': 'nOnE'}) + '.' + json_part(admin) + '.'",
        ),
        Exercise(
            "02-2",
            "value",
            _path,
            "And everybody can download that secret. A label is looked up in a list, never opened.",
            {
                "absolute": "The service puts /keys/ in front, so this becomes /keys//static/logo.svg. How do you climb out of a folder?",
                "prefix": "The service puts /keys/ in front by itself. Give only what comes after it.",
                "text": "Give one text: the kid.",
                "inside": "That file would have to lie in /keys/. Which two dots lead out of a folder?",
                "other": "Go one folder up from /keys/, then down to the logo.",
            },
            {
                "absolute": "answer = '/static/logo.svg'",
                "prefix": "answer = '/keys/../static/logo.svg'",
                "text": "answer = b'../static/logo.svg'",
                "inside": "answer = 'static/logo.svg'",
                "other": "answer = '../logo.svg'",
            },
            (
                "The path that is opened is /keys/ and then your kid.",
                "Two dots and a slash go up one folder.",
            ),
            "answer = '../static/logo.svg'",
        ),
        Exercise(
            "02-3",
            "function",
            _gate,
            "Three conditions, and everything else stays outside.",
            {
                "closed": "An honest header with alg RS256 and typ JWT should pass, with exactly True, whatever its kid.",
                "none": "Something that is no real algorithm passed. Ask whether alg is the one you allow, and not whether it is one you forbid.",
                "spelling": "Another spelling of RS256 passed. There is one right spelling; do not tidy up what a stranger wrote.",
                "confusion": "HS256 passed. With it, anybody who has the public key can sign.",
                "typ": "A token of another kind, or of no kind, passed. What must typ be?",
                "crit": "A header with crit passed. Whatever it demands, this gate does not know it.",
                "raises": "Whatever the header holds, the answer is True or False. header.get(...) is kind to missing names.",
                "no return": "Return False itself, so that nobody has to guess what None means.",
            },
            {
                "closed": "def answer(header):\n    return False",
                "none": "def answer(header):\n    return header.get('alg') != 'none' and header.get('typ') == 'JWT' and 'crit' not in header",
                "confusion": "def answer(header):\n    return header.get('alg') in ('RS256', 'HS256') and header.get('typ') == 'JWT' "
                "and 'crit' not in header",
                "spelling": "def answer(header):\n    return str(header.get('alg')).strip().upper() == 'RS256' and header.get('typ') == 'JWT' and 'crit' not in header",
                "typ": "def answer(header):\n    return header.get('alg') == 'RS256' and 'crit' not in header",
                "crit": "def answer(header):\n    return header.get('alg') == 'RS256' and header.get('typ') == 'JWT'",
                "raises": "def answer(header):\n    return header['alg'] == 'RS256' and header['typ'] == 'JWT' and 'crit' not in header",
                "no return": "def answer(header):\n    if header.get('alg') == 'RS256' and header.get('typ') == 'JWT' and 'crit' not in header:\n"
                "        return True",
            },
            (
                "Three conditions, joined with `and`.",
                "header.get('alg') == 'RS256' is False for a missing or strange alg, and never raises.",
                "'crit' not in header is the third.",
            ),
            "def allowed(header):\n"
            "    return header.get('alg') == 'RS256' and header.get('typ') == 'JWT' and 'crit' not in header",
        ),
    ),
    (
        Quiz(
            "02-q1",
            "Who may decide with which algorithm a token is checked?",
            {
                "a": Choice(
                    "The token, in alg", "Then the forger decides. You have seen what he picks."
                ),
                "b": Choice(
                    "The verifier, by the key it trusts",
                    "Yes. alg is compared with that decision, and never makes it.",
                    True,
                ),
                "c": Choice(
                    "The library, by what fits",
                    "What fits is what the forger wrote. A library needs to be told.",
                ),
            },
        ),
        Quiz(
            "02-q2",
            "A token carries its public key in jwk, and the signature fits that key. What follows?",
            {
                "a": Choice(
                    "That the token is genuine",
                    "Any forger can make a key, sign, and enclose the public half. It always fits.",
                ),
                "b": Choice(
                    "That whoever signed it holds the matching private key",
                    "Yes, and nothing about who that is. In lesson 11 this becomes useful.",
                    True,
                ),
                "c": Choice(
                    "That the key belongs to the issuer",
                    "Only a list that you got from the issuer can say so.",
                ),
            },
        ),
        Quiz(
            "02-q3",
            "Your verifier is perfect. Which attack does it not notice?",
            {
                "a": Choice("A changed claim", "The signature no longer fits; it is noticed."),
                "b": Choice(
                    "A stolen token",
                    "Yes. Every byte is as the issuer wrote it, and a perfect verifier says so.",
                    True,
                ),
                "c": Choice("An expired token", "The time is one of its checks."),
                "d": Choice(
                    "A token for another application", "The audience is one of its checks."
                ),
            },
        ),
    ),
)
