"""13 · Let a key refuse the phish."""
from labutils.classroom.exercises import Choice, Exercise, Lesson, Quiz
from labutils.classroom.lessons.town import LOGIN
from labutils.identity import factors

_ORIGINS = (("https://login.example", True, "real"), ("https://login-example.test", False, "look-alike"),
            ("https://login.example.test", False, "longer"), ("https://old.login.example", False, "subdomain"),
            ("http://login.example", False, "plain"), ("https://login.example:8443", False, "port"),
            ("https://evil.test/https://login.example", False, "anywhere"))


def _origin(answer: object) -> str | None:
    for origin, right, mistake in _ORIGINS:
        given = answer(origin)
        if given is not True and given is not False:
            return "kind"
        if given is not right:
            return mistake
    return None


_SECRET = b"12345678901234567890"  # the one of RFC 6238, appendix B


def _totp(answer: object) -> str | None:
    now = next(now for now in range(0, 30000, 30) if factors.totp(_SECRET, now).startswith("0"))
    try:
        given = [answer(_SECRET, moment) for moment in (59, 31, now)]
    except Exception:
        return "raises"
    if not all(isinstance(one, str) for one in given):
        return "kind"
    if given[0] != given[1]:
        return "step"
    if given[0] != factors.totp(_SECRET, 59):
        return {str(int(factors.totp(_SECRET, 59, 8))): "digits", factors.totp(_SECRET, 29): "early"}.get(given[0], "hash")
    return None if given[2] == factors.totp(_SECRET, now) else "zeros"


_WHY = {"page in between": "key", "cookie from a HAR": "binding", "script in the page": "time"}


def _why(answer: object) -> str | None:
    if not isinstance(answer, dict) or set(answer) != set(_WHY) or not set(answer.values()) <= {"key", "binding", "time"}:
        return "form"
    for situation, right in _WHY.items():
        if answer[situation] != right:
            return f"{situation}: {answer[situation]}"
    return None


_CODE = """    digest = hmac.digest(secret, (now // 30).to_bytes(8), "sha1")
    at = digest[-1] & 15
    number = int.from_bytes(digest[at:at + 4]) & 0x7FFFFFFF
    return str(number % 10**6).zfill(6)
"""


def _but(old: str, new: str) -> str:
    assert old in _CODE
    return "import hmac\n\ndef answer(secret, now):\n" + _CODE.replace(old, new)


LESSON = Lesson("13", (
    Exercise(
        "13-1", _origin, "One origin, letter by letter: the rule of redirect addresses, for the same reason.",
        {"real": "The real origin is refused here. Then nobody signs in.",
         "look-alike": "https://login-example.test is taken. That is the relay.",
         "longer": "https://login.example.test is taken: it begins like the real one, and belongs to whoever owns example.test.",
         "subdomain": "https://old.login.example is taken. One forgotten server under your name, and the relay stands there.",
         "plain": "http://login.example is taken. Without TLS anybody on the way can be that page.",
         "port": "https://login.example:8443 is taken. Another port is another server.",
         "anywhere": "An address that merely holds the right text somewhere is taken.",
         "kind": "Return True or False, and nothing else."},
        {"real": "def answer(origin):\n    return False",
         "look-alike": "def answer(origin):\n    return 'login' in origin",
         "longer": "def answer(origin):\n    return origin.startswith('https://login.example')",
         "subdomain": "from fido2.rpid import verify_rp_id\n\ndef answer(origin):\n    return verify_rp_id('login.example', origin)",
         "plain": "def answer(origin):\n    return origin.split('://')[1] == 'login.example'",
         "port": "from urllib.parse import urlsplit\n\ndef answer(origin):\n    return origin.startswith('https') and urlsplit(origin).hostname == 'login.example'",
         "anywhere": "def answer(origin):\n    return origin == 'https://login.example' or origin.endswith('/https://login.example')",
         "kind": f"def answer(origin):\n    return {LOGIN!r} if origin == {LOGIN!r} else None"},
        ("Which origins does a browser write when Ada is at the right place? Exactly one.", "Compare the whole text with ==, and with nothing more generous."),
        f"def origin_ok(origin):\n    return origin == {LOGIN!r}"),
    Exercise(
        "13-2", _totp, "A keyed hash of the half minute, cut to six digits: nothing in it says for whom the code is.",
        {"step": "Two moments of the same half minute give different codes. Count whole half minutes: now // 30.",
         "early": "This is the code of the half minute before.",
         "digits": "The last six digits of the number are wanted, not more: % 10**6.",
         "hash": "Another code than an authenticator app shows. The hash is HMAC-SHA-1 of the counter as 8 bytes, the four bytes are taken at the place that the last half byte names, and their top bit is dropped.",
         "zeros": "A code that begins with a zero lost it. Six digits, always: zfill(6).",
         "kind": "Return the code as text: a number cannot keep its zeros in front.",
         "raises": "It fails on a secret of bytes and a whole number of seconds."},
        {"step": _but("now // 30", "now"), "early": _but("now // 30", "(now - 30) // 30"), "digits": _but("10**6", "10**8"),
         "hash": _but('"sha1"', '"sha256"'), "zeros": _but(".zfill(6)", ""), "kind": _but("str(number % 10**6).zfill(6)", "number % 10**6"),
         "raises": _but("(now // 30).to_bytes(8)", "str(now // 30)")},
        ("hmac.digest(secret, (now // 30).to_bytes(8), 'sha1') is where it begins.", "Take four bytes from digest[-1] & 15 on, drop the top bit with & 0x7FFFFFFF, keep six digits with % 10**6 and zfill(6)."),
        "import hmac\n\ndef my_totp(secret, now):\n" + _CODE),
    Exercise(
        "13-3", _why, "A key guards the moment of signing in. What comes after it needs a tie of its own, and where no tie holds, an end.",
        {"form": "Give each of the three situations one of: key, binding, time.",
         "page in between: binding": "The session that the page in between receives is its own: it would be bound to the thief's device. The sign-in itself must fail.",
         "page in between: time": "A short life limits the loss, but the thief is in, and can come back the same way. There is something that keeps him out.",
         "cookie from a HAR: key": "Nobody signs in here: the signing in was done by Ada, with her key, and it is over.",
         "cookie from a HAR: time": "It shortens the loss. But with one of the three the copied cookie opens nothing at all on another machine.",
         "script in the page: key": "Ada has signed in already, with her key. The script acts in her open session.",
         "script in the page: binding": "The script runs where the device's key is, and lets that key sign. Lesson 11 showed what binding does not stop."},
        {"form": "def answer():\n    return None\n\nanswer = {'page in between': 'key'}",
         **{f"{situation}: {wrong}": f"answer = {_WHY | {situation: wrong}!r}" for situation, right in _WHY.items()
            for wrong in ("key", "binding", "time") if wrong != right}},
        ("Ask of each: is anybody signing in? Does the thief sit at Ada's device, or at his own?", "The cookie is used on another machine, so a tie to Ada's device is missed there; the script is on her machine, so no tie is."),
        "why = {'page in between': 'key', 'cookie from a HAR': 'binding', 'script in the page': 'time'}"),
), (
    Quiz("13-q1", "A relay shows Ada the provider's real page. Why does number matching not help her?", {
        "a": Choice("The relay shows her the right number, because it shows her the right page", "Yes. She compares two things that both come from the real provider.", True),
        "b": Choice("The number has only two digits", "Six would be shown to her just as well."),
        "c": Choice("The relay can type the number itself", "It has no access to her phone, and needs none."),
    }),
    Quiz("13-q2", "A server checks the signature, the challenge and the site's hash, and leaves origin to the library's default. Who profits?", {
        "a": Choice("Whoever can put a page on any host below the site's name", "Yes. Browser and key are content there, and so is the default.", True),
        "b": Choice("Anybody with a look-alike domain", "The browser refuses there, and the site's hash would be another."),
        "c": Choice("Nobody: the signature covers the origin", "It does, but a signature over the wrong origin is only refused by a server that looks."),
    }),
    Quiz("13-q3", "A provider that takes only security keys logs: the counter did not go up. What has happened?", {
        "a": Choice("Somebody replayed an old answer", "The challenge is checked first, so that is refused with another reason."),
        "b": Choice("There may be two of this key, and one of them has signed more than this one", "Yes. It is found at the next use of the one that lags behind; the copy may have been in already.", True),
        "c": Choice("The key's battery is low", "It has none. The counter is part of what it signs."),
    }),
))
