"""13 · Let a key refuse the phish."""

from labutils.classroom.first_shape import Choice, Exercise, Lesson, Quiz, yes_or_no
from labutils.classroom.registry import Guess, Prediction, Row, code

_ORIGINS = (
    ("https://login.example", True, "real"),
    ("https://login-example.test", False, "look-alike"),
    ("https://login.example.test", False, "longer"),
    ("https://old.login.example", False, "subdomain"),
    ("http://login.example", False, "plain"),
    ("https://login.example:8443", False, "port"),
    ("https://evil.test/https://login.example", False, "anywhere"),
    ("https://login-example", False, "letters"),
    ("https://login.example/", False, "letters"),
    ("HTTPS://LOGIN.EXAMPLE", False, "letters"),
    ("https://login.example:443", False, "letters"),
)


def _origin(answer: object) -> str | None:
    for origin, right, mistake in _ORIGINS:
        given = answer(origin)
        if found := yes_or_no(given, right, mistake):
            return found
    return None


_DATA = bytes(range(32)) + bytes([5, 0, 1, 2, 3])


def _read(answer: object) -> str | None:
    for flags, counter, touched, verified in (
        (5, 66051, True, True),
        (1, 7, True, False),
        (4, 7, False, True),
        (0x19, 1, True, False),
        (0, 0, False, False),
    ):
        data = _DATA[:32] + bytes([flags]) + counter.to_bytes(4)
        try:
            given = answer(data)
        except Exception:
            return "raises"
        if not isinstance(given, tuple) or len(given) != 3:
            return "kind"
        if given[2] != counter:
            return "order" if given[2] == int.from_bytes(data[33:], "little") else "counter"
        if (bool(given[0]), bool(given[1])) != (touched, verified):
            if any(_flags(answer, index) for index in range(len(data)) if index != 32):
                return "place"
            return "swapped" if (bool(given[0]), bool(given[1])) == (verified, touched) else "bits"
    return None


def _flags(answer: object, index: int) -> bool:
    """Whether another value of the byte in that place gives other flags."""
    one, other = (bytes(index) + bytes([byte]) + bytes(36 - index) for byte in (0, 255))
    return [bool(flag) for flag in answer(one)[:2]] != [bool(flag) for flag in answer(other)[:2]]


_WHY = {"page in between": "key", "copied cookie": "binding", "script in the page": "none"}
_WORDS = ("key", "binding", "time", "none")


def _why(answer: object) -> str | None:
    if not isinstance(answer, dict) or set(answer) != set(_WHY):
        return "form"
    if not all(word in _WORDS for word in answer.values()):
        return "form"
    for situation, right in _WHY.items():
        if answer[situation] != right:
            return f"{situation}: {answer[situation]}"
    return None


_FACTORS = ("password alone", "one-time code", "push", "push, number", "security key")
_ASKED_AGAIN = (
    "The belief is that the second factor is asked for again. It is asked for once, and the cookie "
    "says that this is done."
)
_RELAYED = (
    "The belief is that Ada notices a page in between. Each prompt is genuine, and comes when she "
    "expects it."
)

PREDICTIONS = (
    Prediction(
        "13-p1",
        "Ada types her password and then the code, which dies within the minute. What does Tom "
        "hold afterwards that is still worth something tomorrow?",
        {
            "a": Guess(
                "nothing: without a new code all that he saw is worthless",
                (False, False),
                "The belief is that a second factor makes everything before it worthless. The "
                "password is still the password, and a sign-in that is done needs no new code.",
            ),
            "b": Guess(
                "her password alone",
                (True, False),
                "The belief is that a code which dies leaves nothing behind. The relay used it in "
                "time, and the provider gave a session for it.",
            ),
            "c": Guess("her password, and a session as Ada", (True, True)),
            "d": Guess(
                "her password, a session, and the secret that makes the codes",
                (True, True, True),
                "The belief is that a code gives its secret away. The six digits come of a keyed "
                "hash, and nobody computes the secret from them.",
            ),
        },
        "That is Ada's number on the page. Password and session outlive the code: the wiki greets "
        "Tom as her, without asking anything. Ada did everything right, in the wrong place. A code "
        "that anybody may carry is a bearer token with a short life.",
    ),
    Row(
        "13-p2",
        "Two kinds of prompt, and two ways to get past them. Which of the four tries let Tom in?",
        (
            "plain prompt, all evening",
            "plain prompt, by the relay",
            "prompt with a number, all evening",
            "prompt with a number, by the relay",
        ),
        "ooxo",
        {
            "plain prompt, all evening": (
                "The belief is that nobody says yes to a sign-in that is not theirs. In the end "
                "Ada says yes, to have her peace."
            ),
            "plain prompt, by the relay": _RELAYED,
            "prompt with a number, all evening": (
                "The belief is that tiredness gets past the number, too. The number stands on "
                "Tom's login page, and Ada cannot see that page."
            ),
            "prompt with a number, by the relay": (
                "The belief is that the number is missing on a false page. The relay shows her the "
                "right page, with the right number."
            ),
        },
        "The number ends the evening: Tom's login page shows it, and Ada cannot see that page "
        "(unless he rings her up, as the help desk, and reads it out). The relay shows her the "
        "right page with the right number. People compare what is on two screens; few compare the "
        "address.",
    ),
    Prediction(
        "13-p3",
        "The relay again, and Ada has a security key. Who stops it, and is she asked for a touch?",
        {
            "a": Guess(
                "Ada: her key shows the address, and she does not touch it",
                ("Ada", 1),
                "The belief is that a key helps Ada to look. Most keys have no display, and here "
                "nothing waits for her to look at.",
            ),
            "b": Guess(
                "the server: it reads the origin, after she touched",
                ("server", 2),
                "The belief is that only the server checks. It would refuse as well, and the "
                "request never came so far.",
            ),
            "c": Guess(
                "the key: it does not know the site, after she touched",
                ("key", 2),
                "The belief is that the key sees the page's address. The page asks for a signature "
                "for login.example, and for that site the key has a credential.",
            ),
            "d": Guess("the browser: she is not asked for anything", ("browser", 1)),
        },
        "BAD_REQUEST means that a page from login-example.test may not ask for a signature for "
        "login.example. The one touch was the registration. There was no prompt that Ada could "
        "have misread.",
    ),
    Prediction(
        "13-p4",
        "Ada's browser does not compare page and site. The page is as it is: it asks for a "
        "signature for login.example. Who refuses?",
        {
            "a": Guess(
                "the key",
                "key",
                "The belief is that the key sees where the page comes from. It sees the site that "
                "the browser names, and knows it.",
            ),
            "b": Guess("the server", "server"),
            "c": Guess(
                "nobody: Tom is in",
                "in",
                "The belief is that a broken browser is enough. It still writes the origin of the "
                "page into what is signed, and the server reads that.",
            ),
        },
        "The key signs, since it has a credential for login.example. What it signs holds the "
        "origin that the browser wrote, and that is login-example.test. The server reads it.",
    ),
    Prediction(
        "13-p5",
        "The browser looks again. Tom changes the page, so that it asks for a signature for his "
        "own site, login-example.test. Who refuses first?",
        {
            "a": Guess(
                "the browser",
                "browser",
                "The belief is that the browser knows which pages are false. It compares the page "
                "with the site that it asks for, and now the two agree.",
            ),
            "b": Guess(
                "the server",
                "server",
                "The belief is that the answer gets as far as the server. It would need a "
                "signature, and there is none.",
            ),
            "c": Guess(
                "nobody: Tom is in",
                "in",
                "The belief is that a page which is honest about its name passes all checks. Ada "
                "registered her key for another site.",
            ),
            "d": Guess("the key", "key"),
        },
        "For the renamed page the key has no credential, so it has nothing to sign with.",
    ),
    Prediction(
        "13-p6",
        "Three parties, each looking or not, and two kinds of page: 16 tries. How many get "
        "through?",
        {
            "a": Guess(
                "none",
                0,
                "The belief is that somebody always notices. Where the browser and the server do "
                "not look at the origin, the key has no objection.",
            ),
            "b": Guess("2", 2),
            "c": Guess(
                "4",
                4,
                "The belief is that both pages get through once the browser and the server do not "
                "look. For the renamed page the hash of the site is wrong, and the server always "
                "compares it.",
            ),
            "d": Guess(
                "8",
                8,
                "The belief is that one party that does not look is enough. Mostly another one "
                "looks.",
            ),
        },
        "Both need a broken browser and a server that does not read the origin, and in both the "
        "page is as it is. The renamed page never gets through: the server always compares the "
        "hash of the site.",
    ),
    Row(
        "13-p7",
        "The relay is at old.login.example. Browser and key are as they should be. The server uses "
        "one rule for origins, then the other. Does Tom get in?",
        ("the default rule of the library", "a rule that compares the origin letter by letter"),
        "ox",
        {
            "the default rule of the library": (
                "The belief is that only the provider's own page can ask. Browser, key and default "
                "rule all take each host below the site's name."
            ),
            "a rule that compares the origin letter by letter": (
                "The belief is that a host of your own domain counts as yours everywhere. This "
                "rule wants https://login.example and nothing else."
            ),
        },
        "With the default nobody objects: like the browser, it takes each host below the site's "
        "name, and any port.",
    ),
    Prediction(
        "13-p8",
        "The copy of Ada's key was refused. It tries once more. What does the server answer?",
        {
            "a": Guess(
                "403: a copy stays refused",
                403,
                "The belief is that a refused key is known from then on. The server remembers the "
                "highest number, and nothing about a copy.",
            ),
            "b": Guess(
                "403: the credential is blocked now, for Ada too",
                "blocked",
                "The belief is that an alarm acts by itself. The server writes a line into its "
                "log, and somebody has to read it.",
            ),
            "c": Guess("200", 200),
        },
        "Refused once, and then in: the copy counted on, and its number is higher now. A counter "
        "tells that there may be a copy; it does not keep the copy out.",
    ),
    Prediction(
        "13-p9",
        "Two keys, both of them software, sign a statement of their model each. The number of the "
        "first model is all zeros, and the number of the second is invented. Which statements "
        "verify?",
        {
            "a": Guess("both", [True, True]),
            "b": Guess(
                "neither: software is no security key",
                [False, False],
                "The belief is that a signature shows what made it. It shows that somebody has "
                "this key, and software has it too.",
            ),
            "c": Guess(
                "the first: zeros claim nothing, and the other model does not exist",
                [True, False],
                "The belief is that the check knows all models. It looks at the signature, and the "
                "key itself made it.",
            ),
        },
        "Both verify, and neither proves a model: the key signs for itself (SELF), without "
        "certificates up to a maker.",
    ),
    Prediction(
        "13-p10",
        "The table has five rows in this order: password alone, one-time code, push, push with a "
        "number, security key. Which row refuses less than the one above it?",
        {
            "a": Guess(
                "none: each row is stronger than the one above",
                [],
                "The belief is that the later invention is the stronger one. Ada can be worn down "
                "by a prompt, and not by a code.",
            ),
            "b": Guess("push", ["push"]),
            "c": Guess(
                "push with a number",
                ["push, number"],
                "The belief is that a number adds trouble and no strength. It ends the evening, "
                "since Ada cannot see Tom's page.",
            ),
            "d": Guess(
                "one-time code",
                ["one-time code"],
                "The belief is that a code is no better than a password. A password that leaked is "
                "worth nothing without the code of that minute.",
            ),
        },
        "A plain prompt refuses less than a code, since Ada can be worn down; the number only "
        "makes up for that. The key alone keeps the relay out.",
    ),
    Row(
        "13-p11",
        "The last column: Ada signs in, in each of these five ways, and then her session cookie "
        "gets away. Does the cookie let Tom in?",
        _FACTORS,
        "ooooo",
        {
            **dict.fromkeys(_FACTORS[:-1], _ASKED_AGAIN),
            "security key": (
                "The belief is that a strong sign-in makes a strong session. The key has done its "
                "work when she is in, and what is left is a cookie."
            ),
        },
        "The last column is open from top to bottom: the key is finished, and what is left is a "
        "cookie. The strongest sign-in makes a session that is as easy to carry off as any other.",
    ),
)

LESSON = Lesson(
    "13",
    (
        Exercise(
            "13-1",
            "function",
            _origin,
            "One origin, letter by letter: the rule of redirect addresses, for the same reason.",
            {
                "real": "The real origin is refused here. Then nobody signs in.",
                "look-alike": "https://login-example.test is taken. That is the relay.",
                "longer": (
                    "https://login.example.test is taken: it begins like the real one, and belongs "
                    "to whoever owns example.test."
                ),
                "subdomain": (
                    "https://old.login.example is taken. One forgotten server under your name, and "
                    "the relay stands there."
                ),
                "plain": (
                    "http://login.example is taken. Without TLS anybody on the way can be that "
                    "page."
                ),
                "port": "https://login.example:8443 is taken. Another port is another server.",
                "anywhere": "An address that merely holds the right text somewhere is taken.",
                "letters": (
                    "A text that differs in some letters is taken: another dot, a slash at the "
                    "end, capitals, a port that is said. A browser always writes the origin in one "
                    "way."
                ),
                "kind": "Return True or False, and nothing else.",
            },
            {
                "real": code("""
                    def answer(origin):
                        return False
                """),
                "look-alike": code("""
                    def answer(origin):
                        return 'login' in origin
                """),
                "longer": code("""
                    def answer(origin):
                        return origin.startswith('https://login.example')
                """),
                "subdomain": code("""
                    from fido2.rpid import verify_rp_id

                    def answer(origin):
                        return verify_rp_id('login.example', origin)
                """),
                "plain": code("""
                    def answer(origin):
                        return origin.split('://')[1] == 'login.example'
                """),
                "port": code("""
                    from urllib.parse import urlsplit

                    def answer(origin):
                        host = urlsplit(origin).hostname
                        return origin.startswith('https') and host == 'login.example'
                """),
                "anywhere": code("""
                    def answer(origin):
                        right = 'https://login.example'
                        return origin == right or origin.endswith('/' + right)
                """),
                "letters": code("""
                    def answer(origin):
                        return origin.lower().rstrip('/') == 'https://login.example'
                """),
                "kind": code("""
                    def answer(origin):
                        return origin if origin == 'https://login.example' else None
                """),
            },
            (
                "Which origins does a browser write when Ada is at the right place? Exactly one.",
                "Compare the whole text with ==, and with nothing more generous.",
            ),
            code("""
                def origin_ok(origin):
                    return origin == 'https://login.example'
            """),
        ),
        Exercise(
            "13-2",
            "function",
            _read,
            (
                "Thirty-two bytes of the site, one of flags, four of the counter: the rest of the "
                "69 is what the browser saw."
            ),
            {
                "counter": (
                    "The counter is wrong. It is the four bytes behind the flags: data[33:37], as "
                    "one number."
                ),
                "order": (
                    "The counter is read from the wrong end: the first of its four bytes weighs "
                    "most."
                ),
                "swapped": (
                    "Touched and verified are the wrong way round: the lowest bit, 1, says "
                    "touched, and 4 says verified."
                ),
                "place": (
                    "The flags are data[32], since Python counts from 0. Yours change with another "
                    "byte."
                ),
                ("bits"): (
                    "A flag is one bit of the byte, whatever the other bits say. Test it with &."
                ),
                "kind": "Return three things: touched, verified, counter.",
                "raises": (
                    "It raises an error on 37 bytes like those of the figure. data[32] is a number "
                    "already."
                ),
            },
            {
                "counter": code("""
                    def answer(data):
                        return data[32] & 1, data[32] & 4, int.from_bytes(data[32:36])
                """),
                "order": code("""
                    def answer(data):
                        return data[32] & 1, data[32] & 4, int.from_bytes(data[33:37], 'little')
                """),
                "swapped": code("""
                    def answer(data):
                        return data[32] & 4 > 0, data[32] & 1 > 0, int.from_bytes(data[33:37])
                """),
                "place": code("""
                    def answer(data):
                        return data[33] & 1, data[33] & 4, int.from_bytes(data[33:37])
                """),
                "bits": code("""
                    def answer(data):
                        return data[32] == 1, data[32] == 4, int.from_bytes(data[33:37])
                """),
                "kind": code("""
                    def answer(data):
                        return int.from_bytes(data[33:37])
                """),
                "raises": code("""
                    def answer(data):
                        return data[32][0], data[32][2], int.from_bytes(data[33:37])
                """),
            },
            (
                "The figure shows where each part stands. The flags are data[32].",
                (
                    "data[32] & 1 asks for the lowest bit, data[32] & 4 for the third; "
                    "int.from_bytes makes one number of four bytes."
                ),
            ),
            code("""
                def read(data):
                    return bool(data[32] & 1), bool(data[32] & 4), int.from_bytes(data[33:37])
            """),
        ),
        Exercise(
            "13-3",
            "value",
            _why,
            (
                "A key guards the moment of signing in, a tie what comes after it. Against a "
                "script on Ada's own page none of the three helps: that page must be kept clean."
            ),
            {
                "form": "Give each of the three situations one of: key, binding, time, none.",
                "page in between: binding": (
                    "The session that the page in between receives is its own: it would be bound "
                    "to the thief's device. The sign-in itself must fail."
                ),
                "page in between: time": (
                    "A short life limits the loss, but the thief is in, and can come back the same "
                    "way. There is something that keeps him out."
                ),
                "page in between: none": (
                    "Ada is signing in, and one of the three does not let her do it at the wrong "
                    "place."
                ),
                "copied cookie: key": (
                    "Nobody signs in here: the signing in was done by Ada, with her key, and it is "
                    "over."
                ),
                "copied cookie: time": (
                    "An event ends it once somebody has noticed; a short life leaves its length. "
                    "Binding needs nobody to notice: on another machine the session cannot be "
                    "renewed."
                ),
                "copied cookie: none": (
                    "The cookie is used on another machine. There is something that can be tied to "
                    "Ada's device."
                ),
                ("script in the page: key"): (
                    "Ada has signed in already, with her key. The script acts in her open session."
                ),
                "script in the page: binding": (
                    "The script runs where the device's key is, and lets that key sign. Lesson 11 "
                    "showed what binding does not stop."
                ),
                "script in the page: time": (
                    "A short life limits what the script takes along. It does not stop the script, "
                    "which acts while Ada is signed in, and perhaps again at her next visit."
                ),
            },
            {
                "form": code("""
                    def answer():
                        return None

                    answer = {'page in between': 'key'}
                """),
                **{
                    f"{situation}: {wrong}": f"answer = {_WHY | {situation: wrong}!r}"
                    for situation, right in _WHY.items()
                    for wrong in _WORDS
                    if wrong != right
                },
            },
            (
                (
                    "Ask of each: is anybody signing in? Does the thief sit at Ada's device, or at "
                    "his own?"
                ),
                (
                    "The cookie is used on another machine, and there a tie to Ada's device fails "
                    "the thief; the script is on her machine, in her session. `none` is an answer "
                    "too."
                ),
            ),
            (
                "why = {'page in between': 'key', 'copied cookie': 'binding', 'script in the "
                "page': 'none'}"
            ),
        ),
    ),
    (
        Quiz(
            "13-q1",
            "A relay shows Ada the provider's real page. Why does number matching not help her?",
            {
                "a": Choice(
                    "The relay shows her the right number, because it shows her the right page",
                    "Yes. She compares two things that both come from the real provider.",
                    True,
                ),
                "b": Choice(
                    "The number has only two digits", "Six would be shown to her just as well."
                ),
                "c": Choice(
                    "The relay can type the number itself",
                    "It has no access to her phone, and needs none.",
                ),
            },
        ),
        Quiz(
            "13-q2",
            (
                "A server checks the signature, the challenge and the site's hash, and leaves "
                "origin to the library's default. Who profits?"
            ),
            {
                "a": Choice(
                    "Whoever can put a page on any host below the site's name",
                    "Yes. Browser and key are content there, and so is the default.",
                    True,
                ),
                "b": Choice(
                    "Anybody with a look-alike domain",
                    (
                        "The browser refuses there, and so does the default rule: a look-alike is "
                        "not below the site's name."
                    ),
                ),
                "c": Choice(
                    "Nobody: the signature covers the origin",
                    (
                        "It does, but a signature over the wrong origin is only refused by a "
                        "server that looks."
                    ),
                ),
            },
        ),
        Quiz(
            "13-q3",
            (
                "A provider that takes only security keys logs: the counter did not go up. What "
                "has happened?"
            ),
            {
                "a": Choice(
                    "Somebody replayed an old answer",
                    "The challenge is checked first, so that is refused with another reason.",
                ),
                "b": Choice(
                    "There may be two of this key, and the other one has signed at least as often",
                    (
                        "Yes. The one that lags behind is refused, once; the other may have been "
                        "in already."
                    ),
                    True,
                ),
                "c": Choice(
                    "The key's battery is low",
                    "The count does not hang on that; it is part of what the key signs.",
                ),
            },
        ),
    ),
    predictions=PREDICTIONS,
)
