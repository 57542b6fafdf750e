"""13 · Let a key refuse the phish."""

from labutils.classroom.first_shape import Choice, Exercise, Lesson, Quiz, yes_or_no
from labutils.classroom.registry import code

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
                        return origin == 'https://login.example' or origin.endswith('/https://login.example')
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
)
