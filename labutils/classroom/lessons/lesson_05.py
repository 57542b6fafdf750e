"""05 · Try three tokens at three doors."""

import random

from labutils.classroom.first_shape import Choice, Exercise, Lesson, Quiz
from labutils.identity import tokens
from labutils.stage.two_apps import API, LOGIN
from labutils.stage.what_dies_when import ACTIONS, ROWS, what_dies_when

_KEY = tokens.SigningKey(tokens.ec_private_key("lesson-05/judge"), "ES256", "es256-1")
_ID = tokens.sign({"iss": LOGIN, "sub": "u-1815", "aud": "wiki", "nonce": "n"}, _KEY)
_BARE_ID = tokens.sign({"iss": LOGIN, "sub": "u-1815", "aud": API}, _KEY)
_ACCESS = tokens.sign(
    {"iss": LOGIN, "sub": "u-1815", "aud": API, "scope": "read"}, _KEY, typ="at+jwt"
)
_SERVICE = tokens.sign(
    {"iss": LOGIN, "sub": "backup", "aud": "wiki", "client_id": "backup"}, _KEY, typ="at+jwt"
)
_LOGOUT = tokens.sign(
    {"iss": LOGIN, "sub": "u-1815", "aud": "wiki", "jti": "l-1"}, _KEY, typ="logout+jwt"
)
_ENCRYPTED = tokens.json_part({"alg": "dir", "enc": "A256GCM"}) + "..AAAA.AAAA.AAAA"
_ENCRYPTED_JWT = (
    tokens.json_part({"alg": "dir", "enc": "A256GCM", "typ": "JWT"}) + "..AAAA.AAAA.AAAA"
)
_KINDS = [
    (_ID, "ID token", "ID token"),
    (_ACCESS, "access token", "access token"),
    ("2256f01b4ee2b8df0757f4", "opaque", "opaque"),
    (_BARE_ID, "ID token", "by audience"),
    (_SERVICE, "access token", "by audience"),
    ("a.b", "opaque", "opaque"),
    ("", "opaque", "opaque"),
    (_LOGOUT, "other", "logout"),
    (_ENCRYPTED, "other", "encrypted"),
    (_ENCRYPTED_JWT, "other", "encrypted"),
]


def _kind(answer: object) -> str | None:
    for token, right, mistake in _KINDS:
        try:
            kind = answer(token)
        except Exception as error:
            return "no header" if "'NoneType'" in str(error) else "raises"
        if kind not in ("ID token", "access token", "opaque", "other"):
            return "words"
        if kind != right:
            return mistake
    return None


def _all_dead(answer: object) -> str | None:
    known = {action.replace("\n", " "): action for action in ACTIONS}
    chosen = (
        {str(name).replace("\n", " ") for name in answer}
        if isinstance(answer, set | list | tuple)
        else {""}
    )
    if not chosen <= set(known):
        return "words"
    grid = what_dies_when()
    alive = [row for row in ROWS if all(grid[row, known[name]] == "opens" for name in chosen)]
    for row, mistake in (("session at the wiki", "wiki"), ("service token", "service")):
        if row in alive:
            return mistake
    if alive:
        return "alive"
    smaller = (chosen - {name} for name in chosen)
    spare = any(
        all(any(grid[row, known[name]] == "refused" for name in less) for row in ROWS)
        for less in smaller
    )
    return "too many" if spare else None


def _tripwire(answer: object) -> str | None:
    def fresh() -> dict:
        return {
            "tokens": {
                "r1": {"family": "f", "used": False},
                "other": {"family": "g", "used": False},
            },
            "alive": {"f": True, "g": True},
        }

    store, state = fresh(), random.getstate()
    second = answer(store, "r1")
    if second in ("r1", "other"):
        return "same name"
    entry = store["tokens"].get(second) if isinstance(second, str) else None
    if not isinstance(entry, dict) or entry.get("family") != "f" or "used" not in entry:
        return "no new"
    if "r1" not in store["tokens"]:
        return "deleted"
    if store["tokens"]["r1"].get("used") is not True:
        return "not marked"
    third = answer(store, second)
    if not isinstance(third, str):
        return "too strict"
    if third in (second, "r1", "other"):
        return "same name"
    if isinstance(answer(store, "r1"), str):
        return "reuse"
    newest = [
        name for name, held in store["tokens"].items() if held["family"] == "f" and not held["used"]
    ]
    if any(isinstance(answer(store, name), str) for name in newest) or store["alive"].get("f"):
        return "family"
    if not isinstance(answer(store, "other"), str):
        return "everybody"
    try:
        if isinstance(answer(fresh(), "never seen"), str):
            return "unknown"
    except Exception:
        return "unknown"
    random.setstate(state)  # what `random` draws can be repeated, what `secrets` draws cannot
    return "predictable" if _predictable(second, third, answer(fresh(), "r1")) else None


def _predictable(second: str, third: str, again: str) -> bool:
    """Whether Tom can guess the next token: it is short, the same in another store, or like the last."""
    alike = [sum(a == b for a, b in zip(second, other, strict=False)) for other in (third, again)]
    return len(second) < 16 or second == again or max(alike) > len(second) / 2 or second in third


_GOOD_TRIPWIRE = (
    "    held = store['tokens'].get(token)\n"
    "    if held is None or not store['alive'][held['family']]:\n"
    "        return None\n"
    "    if held['used']:\n"
    "        store['alive'][held['family']] = False\n"
    "        return None\n"
    "    held['used'] = True\n"
    "    new = secrets.token_urlsafe(16)\n"
    "    store['tokens'][new] = {'family': held['family'], 'used': False}\n"
    "    return new"
)


def _changed(old: str, new: str) -> str:
    return "import secrets\n\ndef answer(store, token):\n" + _GOOD_TRIPWIRE.replace(old, new)


LESSON = Lesson(
    "05",
    (
        Exercise(
            "05-1",
            "function",
            _kind,
            "At a glance, and without a key: the kind of a token is in its header, not in its looks.",
            {
                "ID token": "A JWT whose typ is JWT is an ID token here.",
                "access token": "A JWT with typ at+jwt is an access token (RFC 9068).",
                "opaque": "A text that does not decode as a JWT is opaque: nothing can be read from it, even if it has dots or is empty.",
                "by audience": "aud, scope and the other claims may stand in both kinds. Only typ in the header tells them apart.",
                "logout": "A logout token was taken for another kind. Its typ is logout+jwt: it ends a session, and signs nobody in. Answer 'other'.",
                "encrypted": "An encrypted token (JWE) was taken for another kind. Its header names enc, and what is in it nobody can see. Answer 'other'.",
                "no header": "For a text that is no JWT, .header and .claims of tokens.inspect(token) are None. Ask `is None` before you look into them.",
                "raises": "Any text may come, and each gets an answer. tokens.inspect(...) never raises, and header.get('typ') is kind to what is missing.",
                "words": "Answer with one of 'ID token', 'access token', 'opaque', 'other'.",
            },
            {
                "ID token": "def answer(token):\n    return 'access token' if token.count('.') == 2 else 'opaque'",
                "access token": "def answer(token):\n    return 'ID token' if token.count('.') == 2 else 'opaque'",
                "opaque": "from labutils.identity import tokens\ndef answer(token):\n    header = tokens.inspect(token).header or {}\n"
                "    return 'access token' if header.get('typ') == 'at+jwt' else 'ID token'",
                "by audience": "from labutils.identity import tokens\ndef answer(token):\n    claims = tokens.inspect(token).claims\n"
                "    return 'opaque' if claims is None else 'access token' if 'api' in claims['aud'] else 'ID token'",
                "logout": "from labutils.identity import tokens\ndef answer(token):\n    header = tokens.inspect(token).header\n"
                "    if header is None:\n        return 'opaque'\n    return 'access token' if header.get('typ') == 'at+jwt' else 'ID token'",
                "encrypted": "from labutils.identity import tokens\ndef answer(token):\n    header = tokens.inspect(token).header\n"
                "    if header is None:\n        return 'opaque'\n"
                "    return {'at+jwt': 'access token', 'JWT': 'ID token'}.get(header.get('typ'), 'other')",
                "no header": "from labutils.identity import tokens\ndef answer(token):\n    typ = tokens.inspect(token).header.get('typ')\n"
                "    return {'at+jwt': 'access token', 'JWT': 'ID token'}.get(typ, 'opaque')",
                "raises": "from labutils.identity import tokens\nimport json\ndef answer(token):\n"
                "    typ = json.loads(tokens.unb64(token.split('.')[0]))['typ']\n"
                "    return 'access token' if typ == 'at+jwt' else 'ID token'",
                "words": "def answer(token):\n    return 'token'",
            },
            (
                "tokens.inspect(token).header is the header, or None.",
                "Ask in this order: is there a header, does it name enc, what is its typ?",
            ),
            "from labutils.identity import tokens\n\n"
            "def kind_of(token):\n    header = tokens.inspect(token).header\n    if header is None:\n        return 'opaque'\n"
            "    if 'enc' in header:\n        return 'other'\n"
            "    return {'JWT': 'ID token', 'at+jwt': 'access token'}.get(header.get('typ'), 'other')",
        ),
        Exercise(
            "05-2",
            "value",
            _all_dead,
            "It takes more than people expect, and two of them nobody thinks of at first: the app's own session, and the service.",
            {
                "wiki": "Tom still sits in the session at the wiki. Which column ends it?",
                "service": "The service token still opens the API. It belongs to no person; which column ends it?",
                "alive": "Something is still open. Go through the rows: does each one have a cross in a column that you chose?",
                "too many": "Everything is dead, and it would be without one of these as well. Leave one out.",
                "words": "Give a set of column names as they stand in the list, such as {'change password', 'disable the user'}.",
            },
            {
                "wiki": "answer = {'drop the signing key', 'disable the user'}",
                "service": "answer = {'log out at the wiki', 'disable the user'}",
                "alive": "answer = {'log out at the wiki', 'drop the signing key'}",
                "too many": "answer = {'log out at the wiki', 'drop the signing key', 'disable the user', 'change password'}",
                "words": "answer = {'pull the plug'}",
            },
            (
                "Begin with the rows that have the fewest crosses: they leave you no choice.",
                "One column ends the session at the wiki, one ends the service token. Which single column ends most of the rest?",
            ),
            "answer = {'log out at the wiki', 'drop the signing key', 'disable the user'}",
        ),
        Exercise(
            "05-3",
            "function",
            _tripwire,
            "A tripwire, and no wall: it tells you that two parties hold the line, and cuts it for both.",
            {
                "no new": "A good token should give a new one, kept in store['tokens'] with the same family and used False.",
                "not marked": "The old token must be marked as used, or nobody will ever notice a second use.",
                "deleted": "You removed the used token from the store. When it comes again it looks like an unknown one, and nobody notices "
                "that two parties hold it. Keep it there, and mark it as used.",
                "too strict": "The new token, used for the first time, should give another one.",
                "reuse": "A token that was used before gave a new one. That is the thief, or the owner after the thief.",
                "family": "After a second use the whole family must be dead: the newest token worked on, and the thief may hold it.",
                "everybody": "Another family died too. Only the one of the token that was used twice.",
                "same name": "The new token has a name that was used before, so the old entry is lost and its second use goes unseen.",
                "unknown": "A token that was never given out should simply give None.",
                "predictable": "The tripwire works, but Tom can guess the next token: it is short, or follows from what is there already. "
                "Draw it: secrets.token_urlsafe(16).",
            },
            {
                "no new": "def answer(store, token):\n    return 'r2'",
                "not marked": _changed("    held['used'] = True\n", ""),
                "too strict": _changed("'used': False}", "'used': True}"),
                "reuse": _changed(
                    "    if held['used']:\n        store['alive'][held['family']] = False\n        return None\n",
                    "",
                ),
                "family": _changed("        store['alive'][held['family']] = False\n", ""),
                "everybody": _changed(
                    "store['alive'][held['family']] = False",
                    "store['alive'] = dict.fromkeys(store['alive'], False)",
                ),
                "deleted": _changed(
                    "    held['used'] = True\n", "    del store['tokens'][token]\n"
                ),
                "same name": _changed("secrets.token_urlsafe(16)", "'new'"),
                "predictable": _changed(
                    "secrets.token_urlsafe(16)", "f'r{len(store[\"tokens\"]) + 1}'"
                ),
                "unknown": _changed(".get(token)", "[token]"),
            },
            (
                "Three cases, in this order: unknown or dead family; used before; good.",
                "In the second case set store['alive'][family] to False before you return None.",
                "In the third, mark it used, put a new token of the same family into store['tokens'], and return it. secrets.token_urlsafe(16) draws one.",
            ),
            "import secrets\n\ndef rotate(store, token):\n" + _GOOD_TRIPWIRE,
        ),
    ),
    (
        Quiz(
            "05-q1",
            "Ada's laptop is stolen and she changes her password. What does the thief lose?",
            {
                "a": Choice(
                    "Everything, since it all came from the password",
                    "It came from it and does not go back to it. Look at the column.",
                ),
                "b": Choice(
                    "The session at the provider",
                    "Only where the provider ends sessions at a password change. This one, like many, does not.",
                ),
                "c": Choice(
                    "Nothing that he holds already",
                    "Yes, in this model. A password is asked for at sign-in, and he is past that.",
                    True,
                ),
            },
        ),
        Quiz(
            "05-q2",
            "Access tokens live for ten minutes. Is theft of a session therefore harmless after ten minutes?",
            {
                "a": Choice(
                    "Yes, the token is over",
                    "The access token is. A refresh token beside it makes new ones for months.",
                ),
                "b": Choice(
                    "Only if no refresh token and no cookie was taken along",
                    "Yes. Ask which credential lives longest.",
                    True,
                ),
                "c": Choice(
                    "Yes, if the token is opaque",
                    "Opaque or not, what counts is what was stolen beside it.",
                ),
            },
        ),
        Quiz(
            "05-q3",
            "Rotation with reuse detection is on, and Tom uses the stolen refresh token first. What happens?",
            {
                "a": Choice(
                    "He is refused", "It is a good token at that moment: nobody has used it before."
                ),
                "b": Choice(
                    "He gets in until Ada's app refreshes; then neither can refresh any more",
                    "Yes: the alarm comes with the second use, whoever makes it.",
                    True,
                ),
                "c": Choice(
                    "Ada's app goes on and notices nothing",
                    "Her app will present a token that has been used. That is the alarm.",
                ),
            },
        ),
    ),
)
