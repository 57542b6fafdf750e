"""03 · Follow the volley."""

from labutils.classroom.first_shape import Choice, Exercise, Lesson, Quiz, yes_or_no

VERIFIER, CHALLENGE = (
    "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
    "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
)
OTHER_VERIFIER, OTHER_CHALLENGE = (
    "toms-own-verifier-" * 3,
    "3lfO5w9bjjNaURLLU8OyHcZwsIPBJBS_DS2ztdzJDSo",
)

REGISTERED = ("https://notes.example/cb", "https://notes.example/other")
# Addresses that were asked for and must not be matched, and the mistake that lets each one in.
TRAPS = [
    ("https://notes.example.tom.test/cb", "begins"),
    ("https://notes.example@tom.test/cb", "userinfo"),
    ("https://notes.example/cb/../steal", "longer"),
    ("https://notes.example/cb/", "longer"),
    ("https://notes.example/cb?next=tom", "query"),
    ("https://notes.example/cb#tom", "query"),
    ("http://notes.example/cb", "scheme"),
    ("https://NOTES.example/cb", "case"),
    ("https://notes.example/CB", "case"),
    ("https://notes.example/c%62", "tidy"),
    (" https://notes.example/cb", "tidy"),
    ("https://notes.example:443/cb", "tidy"),
    ("https://notesXexample/cb", "pattern"),
    ("https://tom.test/cb", "path"),
    ("", "empty"),
]


def _reports(answer: object) -> str | None:
    right = {"A": "state", "B": "PKCE", "C": "matching"}
    if not isinstance(answer, dict) or set(answer) != set(right):
        return "shape"
    given = {key: str(value).strip().lower() for key, value in answer.items()}
    if not set(given.values()) <= {"pkce", "state", "matching"}:
        return "shape"
    wrong = [key for key in right if given[key] != right[key].lower()]
    return wrong[0] if wrong else None


def _challenge(answer: object) -> str | None:
    given = answer(VERIFIER)
    if given == CHALLENGE and answer(OTHER_VERIFIER) == CHALLENGE:
        return "constant"
    if given == CHALLENGE and answer(OTHER_VERIFIER) == OTHER_CHALLENGE:
        return None
    if given == VERIFIER:
        return "plain"
    if isinstance(given, bytes):
        return "bytes"
    if not isinstance(given, str):
        return "other"
    if len(given) == 64:
        return "hex"
    if given.rstrip("=") == CHALLENGE and given != CHALLENGE:
        return "padding"
    return (
        "alphabet"
        if given.rstrip("=").translate(str.maketrans("+/", "-_")) == CHALLENGE
        else "other"
    )


def _matches(answer: object) -> str | None:
    if not all(answer(REGISTERED, uri) is True for uri in REGISTERED):
        return "closed"
    for uri, mistake in TRAPS:
        if wrong := yes_or_no(answer(REGISTERED, uri), False, mistake):
            return wrong
    return None


LESSON = Lesson(
    "03",
    (
        Exercise(
            "03-1",
            "value",
            _reports,
            "Three attackers, three protections, and you can tell them apart by what the thief does.",
            {
                "A": "In A the stranger gave something away: a finished sign-in of his own. What ties an answer to the browser that asked?",
                "B": "In B the code itself was read and traded by somebody who did not begin the sign-in. What does only the beginner know?",
                "C": "In C the provider sent the code to an address that the app no longer owns. Who decides where codes may go?",
                "shape": "Give each of A, B and C one of the words PKCE, state, matching.",
            },
            {
                "A": "answer = {'A': 'PKCE', 'B': 'PKCE', 'C': 'matching'}",
                "B": "answer = {'A': 'state', 'B': 'state', 'C': 'matching'}",
                "C": "answer = {'A': 'state', 'B': 'PKCE', 'C': 'state'}",
                "shape": "answer = {'A': 'nonce', 'B': 'PKCE', 'C': 'matching'}",
            },
            (
                "Ask of each report: did the thief read the code, lure the victim, or have the code sent elsewhere?",
                "The picture of this lesson has a row for each of them.",
            ),
            'answer = {"A": "state", "B": "PKCE", "C": "matching"}',
        ),
        Exercise(
            "03-2",
            "function",
            _challenge,
            "The hash may be seen by anybody; the way back is closed.",
            {
                "plain": "That is the verifier itself. Whoever reads the question would then know it.",
                "hex": "That is the digest in hexadecimal. digest() gives bytes, which base64url then writes.",
                "padding": "There is filling (=) at the end. PKCE leaves it away.",
                "alphabet": "There are + and / in it. Which base64 function uses - and _ instead?",
                "bytes": "That is a bytes object. An address needs text: decode it.",
                "constant": "That is right for the RFC's example and for nothing else. Compute it from the verifier.",
                "other": "Three steps: SHA-256 over the verifier's bytes, base64url, no filling.",
            },
            {
                "plain": "def answer(verifier):\n    return verifier",
                "hex": "import hashlib\ndef answer(verifier):\n    return hashlib.sha256(verifier.encode()).hexdigest()",
                "padding": "import base64, hashlib\ndef answer(verifier):\n"
                "    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode()",
                "alphabet": "import base64, hashlib\ndef answer(verifier):\n"
                "    return base64.b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip('=')",
                "bytes": "import base64, hashlib\ndef answer(verifier):\n"
                "    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b'=')",
                "constant": f"def answer(verifier):\n    return {CHALLENGE!r}",
                "other": "import hashlib\ndef answer(verifier):\n    return hashlib.md5(verifier.encode()).hexdigest()",
            },
            (
                "hashlib.sha256(verifier.encode()).digest() is the hash, as bytes.",
                "base64.urlsafe_b64encode(...) writes it, .decode() makes text, .rstrip('=') takes the filling off.",
                "labutils.identity.tokens.b64 does the last three steps in one.",
            ),
            "import hashlib\n\nfrom labutils.identity import tokens\n\n"
            "def challenge(verifier):\n    return tokens.b64(hashlib.sha256(verifier.encode()).digest())",
        ),
        Exercise(
            "03-3",
            "function",
            _matches,
            "The safest comparison is the shortest one.",
            {
                "closed": "An address that is registered, letter by letter, should give exactly True; the app has two of them.",
                "begins": "https://notes.example.tom.test/cb was let in. It only begins like a registered address.",
                "userinfo": "https://notes.example@tom.test/cb was let in. What stands before the @ is a user name; the host is tom.test.",
                "longer": "A registered address with something behind it was let in, such as https://notes.example/cb/../steal.",
                "query": "https://notes.example/cb with a query or a fragment behind it was let in. That is another address.",
                "scheme": "http://notes.example/cb was let in. Then the code travels where everybody on the way can read it.",
                "case": "Other letters were let in. Hosts ignore case, paths do not, and the comparison need not know either.",
                "tidy": "An address was let in that is only the same after tidying up: a space, a port, or %62 for b. Compare what came, as it came.",
                "pattern": "https://notesXexample/cb was let in. In a regular expression the dot stands for any letter.",
                "path": "https://tom.test/cb was let in. The path alone says nothing.",
                "empty": "The empty address was let in. An address that is missing is not a registered one.",
            },
            {
                "closed": "def answer(registered, uri):\n    return uri == registered[0]",
                "begins": "def answer(registered, uri):\n    return any(uri.startswith(known.removesuffix('/cb')) for known in registered)",
                "userinfo": "def answer(registered, uri):\n    return uri in registered or (uri.startswith('https://notes.example') "
                "and '.test/' not in uri.split('@')[0])",
                "longer": "def answer(registered, uri):\n    return any(uri.startswith(known) for known in registered)",
                "query": "def answer(registered, uri):\n    return uri.split('?')[0].split('#')[0] in registered",
                "scheme": "def answer(registered, uri):\n    return any(uri.split('://')[-1] == known.split('://')[-1] for known in registered)",
                "case": "def answer(registered, uri):\n    return uri.lower() in registered",
                "tidy": "from urllib.parse import unquote\ndef answer(registered, uri):\n    return unquote(uri).strip() in registered",
                "pattern": "import re\ndef answer(registered, uri):\n    return any(re.fullmatch(known, uri) for known in registered) is True",
                "path": "from urllib.parse import urlsplit\ndef answer(registered, uri):\n"
                "    return uri in registered or uri.startswith('https://tom') and urlsplit(uri).path == '/cb'",
                "empty": "def answer(registered, uri):\n    return not uri or uri in registered",
            },
            (
                "Is there an operator in Python that says whether a text is one of several?",
                "`in` compares whole texts, letter by letter.",
            ),
            "def matches(registered, uri):\n    return uri in registered",
        ),
    ),
    (
        Quiz(
            "03-q1",
            "PKCE is in place. Against whom does it not help?",
            {
                "a": Choice(
                    "Somebody who reads the code on its way",
                    "Against exactly that it helps: he does not know the verifier.",
                ),
                "b": Choice(
                    "Somebody who began the sign-in himself",
                    "Yes. He chose the verifier, so he can show it.",
                    True,
                ),
                "c": Choice(
                    "Another app that catches the redirect on the same phone",
                    "It helps: the other app has the code and no verifier.",
                ),
            },
        ),
        Quiz(
            "03-q2",
            "Why does a code travel through the browser, and not the token itself?",
            {
                "a": Choice(
                    "Because tokens are too long for an address",
                    "Some would fit. The reason is what an address is seen by.",
                ),
                "b": Choice(
                    "Because what the browser carries can be seen, and a code alone is worth little",
                    "Yes: good once, for a minute, for one client.",
                    True,
                ),
                "c": Choice(
                    "Because a code is encrypted", "It is a random text, and anybody can copy it."
                ),
            },
        ),
        Quiz(
            "03-q3",
            "The wiki is broken into. What can the intruder not find there?",
            {
                "a": Choice("Ada's access token", "The wiki holds it, so he can."),
                "b": Choice("Ada's session", "The wiki holds it, so he can."),
                "c": Choice("Ada's password", "Yes. It went to the provider only.", True),
            },
        ),
    ),
)
