"""01 · Take a token apart."""

import binascii

import jwt

from labutils.classroom.first_shape import Choice, Exercise, Lesson, Quiz
from labutils.identity import tokens
from labutils.stage.reversible_encodings import undone, unmasked

KEY = tokens.SigningKey(tokens.ec_private_key("lesson-01/judge"), "ES256", "es256-1")
# Payloads of every length modulo 3, and with bytes that need the letters - and _ of base64url.
CLAIMS = [{"sub": "u-1815", "n": "x" * length} for length in range(4)] + [
    {"sub": "Ada ~~~ >>> ???", "note": "\u00ff\u00fe?>~"}
]


def _sub(answer: object) -> str | None:
    return (
        "other"
        if not isinstance(answer, str)
        else {
            "u-1906": None,
            "u-1815": "actor",
            "wiki": "audience",
            "https://login.example": "issuer",
        }.get(answer, "other")
    )


def _payload_of(answer: object) -> str | None:
    for claims in CLAIMS:
        token = tokens.sign(claims, KEY)
        try:
            found = answer(token)
        except binascii.Error:
            return "padding"
        except ValueError:  # UnicodeDecodeError, JSONDecodeError: other bytes came out
            return "alphabet"
        if found == claims:
            continue
        if isinstance(found, bytes | str):
            return "bytes"
        return (
            "header"
            if isinstance(found, dict) and "alg" in found
            else "alphabet"
            if claims is CLAIMS[-1]
            else "other"
        )
    return None


def _comes_back(left: str, signature: str) -> bool:
    """Whether a piece of the signature comes out of a token, or of a claim, by undoing encodings."""
    seen = tokens.inspect(left)
    members = [
        str(value) for value in [*(seen.header or {}).values(), *(seen.claims or {}).values()]
    ]
    goals = signature, tokens.unb64(signature).decode("latin-1")
    pieces = {goal[start : start + 12] for goal in goals for start in range(len(goal) - 11)}
    results = {
        result
        for text in [*left.split("."), *members]
        for result in {*undone(text), *unmasked(text)}
    }
    return any(piece in result for result in results for piece in pieces)


def _defuse(answer: object) -> str | None:
    for claims in CLAIMS:
        token = tokens.sign({**claims, "iss": "https://login.example", "aud": "wiki"}, KEY)
        left = answer(token)
        if not isinstance(left, str):
            return "other"
        if left.count(".") == 1:
            return "two parts"
        signature = token.split(".")[2]
        if signature in left:
            return "kept"
        if any(signature[start : start + 12] in left for start in range(0, len(signature) - 12)):
            return "piece"
        if sorted(left.split(".")[-1]) == sorted(signature):
            return "piece"
        if _comes_back(left, signature):
            return "reversible"
        seen = tokens.inspect(left)
        if (seen.header or {}).get("alg") == "none":
            return "none"
        if seen.claims is None or seen.header is None or seen.claims["sub"] != claims["sub"]:
            return "unreadable"
        try:
            tokens.verify_signature(left, KEY.jwk)
        except jwt.PyJWTError:
            continue
        return "kept"
    return None


LESSON = Lesson(
    "01",
    (
        Exercise(
            "01-1",
            "value",
            _sub,
            "No key, no permission, and you know whose it is.",
            {
                "actor": "That is the sub inside act: the party who acts for somebody. Whose token is it, at the top level?",
                "audience": "That is aud, the application it is meant for. Look for sub.",
                "issuer": "That is iss, the party that made it. Look for sub.",
                "other": 'Split the puzzle at its dots and decode the middle part; the answer is the text behind "sub".',
            },
            {
                "actor": "answer = 'u-1815'",
                "audience": "answer = 'wiki'",
                "issuer": "answer = 'https://login.example'",
                "other": "answer = 'Ada'",
            },
            (
                "The payload is the part between the two dots.",
                "json.loads(tokens.unb64(puzzle.split('.')[1])) is a dictionary; which name stands for the subject?",
            ),
            "answer = json.loads(tokens.unb64(puzzle.split('.')[1]))['sub']",
        ),
        Exercise(
            "01-2",
            "function",
            _payload_of,
            "You will never need a website to read a token again.",
            {
                "padding": "It fails for some lengths. Base64 wants its text in groups of four; fill the last one up with '='.",
                "alphabet": "It fails where the text holds - or _. Ordinary base64 has + and / there; which function knows the other alphabet?",
                "header": "That is the header. The payload is the second part.",
                "bytes": "That is still text or bytes. json.loads makes a dictionary of it.",
                "other": "The result should be the dictionary of claims, for every token.",
            },
            {
                "padding": "import base64, json\ndef answer(token):\n    return json.loads(base64.urlsafe_b64decode(token.split('.')[1]))",
                "alphabet": "import base64, json\ndef answer(token):\n    part = token.split('.')[1]\n"
                "    return json.loads(base64.b64decode(part + '=' * (-len(part) % 4)))",
                "header": "import base64, json\ndef answer(token):\n    part = token.split('.')[0]\n"
                "    return json.loads(base64.urlsafe_b64decode(part + '=' * (-len(part) % 4)))",
                "bytes": "import base64\ndef answer(token):\n    part = token.split('.')[1]\n"
                "    return base64.urlsafe_b64decode(part + '=' * (-len(part) % 4))",
                "other": "def answer(token):\n    return {'sub': 'u-1815'}",
            },
            (
                "Two steps from this lesson: cut at the dots, then fill up with '=' until the length is a multiple of four.",
                "'=' * (-len(part) % 4) is the filling; base64.urlsafe_b64decode knows - and _.",
                "Last, json.loads turns the bytes into a dictionary.",
            ),
            "def payload_of(token):\n    part = token.split('.')[1]\n"
            "    return json.loads(base64.urlsafe_b64decode(part + '=' * (-len(part) % 4)))",
        ),
        Exercise(
            "01-3",
            "function",
            _defuse,
            "Support can read it, and nobody can use it.",
            {
                "kept": "The signature is still there, so this is still a key.",
                "piece": "A piece of the signature is left, or all of it in another order. That can be turned back; leave nothing.",
                "reversible": "The signature is only written in another way: undoing it (base64, hex, ROT13, letter case, order) "
                "brings the whole token back. An encoding is no cipher. Leave nothing of it.",
                "two parts": "Now it has two parts, and tools will not read it as a token. Keep the second dot, with nothing or a word behind it.",
                "unreadable": "Now support cannot read the claims. Only the third part has to go.",
                "none": "A header that says none invites a careless verifier to accept it unsigned. Leave the header as it was.",
                "other": "Return a text: the token without what makes it a key.",
            },
            {
                "kept": "def answer(token):\n    return token",
                "piece": "def answer(token):\n    return token[:-20]",
                "reversible": "def answer(token):\n    signed, _, signature = token.rpartition('.')\n"
                "    return signed + '.' + signature.encode().hex()",
                "two parts": "def answer(token):\n    return token.rpartition('.')[0]",
                "unreadable": "def answer(token):\n    return token.split('.')[0] + '..removed'",
                "none": "from labutils.identity import tokens\ndef answer(token):\n"
                "    return tokens.json_part({'alg': 'none'}) + '.' + token.split('.')[1] + '.'",
                "other": "def answer(token):\n    return 42",
            },
            (
                "Which of the three parts needs a key to make?",
                "Put header and payload together again with dots, and something that is no signature, or nothing, behind the second dot.",
            ),
            "def defuse(token):\n    header, payload, signature = token.split('.')\n    return f'{header}.{payload}.removed'",
        ),
    ),
    (
        Quiz(
            "01-q1",
            "What does base64url protect in a token?",
            {
                "a": Choice(
                    "Its content from being read",
                    "You have just read one without a key. It is an alphabet and hides nothing.",
                ),
                "b": Choice(
                    "Its bytes from being damaged in addresses and header lines",
                    "Yes, that is all: characters that travel well.",
                    True,
                ),
                "c": Choice(
                    "Its claims from being changed",
                    "Changing is easy; being believed afterwards is hard. That is the signature's work.",
                ),
            },
        ),
        Quiz(
            "01-q2",
            "A token's signature is valid. What do you know?",
            {
                "a": Choice(
                    "That Ada, named in sub, sent it",
                    "The sender may be anybody who holds a copy. The signature names the writer only.",
                ),
                "b": Choice(
                    "That it has not been stolen",
                    "Stealing changes no byte, so the signature cannot notice.",
                ),
                "c": Choice(
                    "That the holder of the key wrote exactly these bytes",
                    "Yes, and nothing more. Remember it in lesson 06.",
                    True,
                ),
                "d": Choice(
                    "That nobody else has read it",
                    "Everybody on its way could: nothing in it is hidden.",
                ),
            },
        ),
        Quiz(
            "01-q3",
            "Which change to a signed token goes unnoticed by its signature?",
            {
                "a": Choice(
                    "Another sub in the payload", "The payload is signed; you saw it refused."
                ),
                "b": Choice(
                    "Another typ in the header", "The header is signed too; you saw it refused."
                ),
                "c": Choice(
                    "The same claims, written with other spaces",
                    "The bytes are other bytes. The meaning does not count.",
                ),
                "d": Choice(
                    "A second holder",
                    "Yes. A copy is the same bytes, and there is nothing to notice.",
                    True,
                ),
            },
        ),
    ),
)
