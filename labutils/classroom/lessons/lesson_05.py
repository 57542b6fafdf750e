"""05 · Try three tokens at three doors."""
from labutils.classroom.exercises import Choice, Exercise, Lesson, Quiz
from labutils.classroom.lessons.afterlife import ACTIONS, ROWS, what_dies_when
from labutils.classroom.lessons.town import API, LOGIN
from labutils.identity import tokens

_KEY = tokens.SigningKey(tokens.ec_private_key("lesson-05/judge"), "ES256", "es256-1")
_ID = tokens.sign({"iss": LOGIN, "sub": "u-1815", "aud": "wiki", "nonce": "n"}, _KEY)
_BARE_ID = tokens.sign({"iss": LOGIN, "sub": "u-1815", "aud": API}, _KEY)
_ACCESS = tokens.sign({"iss": LOGIN, "sub": "u-1815", "aud": API, "scope": "read"}, _KEY, typ="at+jwt")
_SERVICE = tokens.sign({"iss": LOGIN, "sub": "backup", "aud": "wiki", "client_id": "backup"}, _KEY, typ="at+jwt")
_KINDS = [(_ID, "ID token", "ID token"), (_ACCESS, "access token", "access token"), ("2256f01b4ee2b8df0757f4", "opaque", "opaque"),
          (_BARE_ID, "ID token", "by audience"), (_SERVICE, "access token", "by audience"), ("a.b", "opaque", "opaque"), ("", "opaque", "opaque")]


def _kind(answer: object) -> str | None:
    for token, right, mistake in _KINDS:
        try:
            given = answer(token)
        except Exception:
            return "raises"
        if given not in ("ID token", "access token", "opaque"):
            return "words"
        if given != right:
            return mistake
    return None


def _all_dead(answer: object) -> str | None:
    known = {action.replace("\n", " "): action for action in ACTIONS}
    chosen = {str(name).replace("\n", " ") for name in answer} if isinstance(answer, set | list | tuple) else {""}
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
    spare = any(all(any(grid[row, known[name]] == "refused" for name in less) for row in ROWS) for less in smaller)
    return "too many" if spare else None


def _tripwire(answer: object) -> str | None:
    def fresh() -> dict:
        return {"tokens": {"r1": {"family": "f", "used": False}, "other": {"family": "g", "used": False}}, "alive": {"f": True, "g": True}}

    store = fresh()
    second = answer(store, "r1")
    if second in ("r1", "other"):
        return "same name"
    if not isinstance(second, str) or second not in store["tokens"] or store["tokens"][second].get("family") != "f":
        return "no new"
    if store["tokens"]["r1"]["used"] is not True:
        return "not marked"
    third = answer(store, second)
    if not isinstance(third, str):
        return "too strict"
    if third in (second, "r1", "other"):
        return "same name"
    if isinstance(answer(store, "r1"), str):
        return "reuse"
    newest = [name for name, held in store["tokens"].items() if held["family"] == "f" and not held["used"]]
    if any(isinstance(answer(store, name), str) for name in newest) or store["alive"]["f"]:
        return "family"
    if not isinstance(answer(store, "other"), str):
        return "everybody"
    try:
        return "unknown" if isinstance(answer(fresh(), "never seen"), str) else None
    except Exception:
        return "unknown"


_GOOD_TRIPWIRE = (
    "    held = store['tokens'].get(token)\n"
    "    if held is None or not store['alive'][held['family']]:\n"
    "        return None\n"
    "    if held['used']:\n"
    "        store['alive'][held['family']] = False\n"
    "        return None\n"
    "    held['used'] = True\n"
    "    new = f'r{len(store[\"tokens\"]) + 1}'\n"
    "    store['tokens'][new] = {'family': held['family'], 'used': False}\n"
    "    return new")


def _changed(old: str, new: str) -> str:
    return "def answer(store, token):\n" + _GOOD_TRIPWIRE.replace(old, new)


LESSON = Lesson("05", (
    Exercise(
        "05-1", _kind, "At a glance, and without a key: the kind of a token is in its header, not in its looks.",
        {"ID token": "The first one is an ID token: a JWT whose typ is JWT.",
         "access token": "A JWT with typ at+jwt is an access token (RFC 9068).",
         "opaque": "A text that does not decode as a JWT is opaque: nothing can be read from it, even if it has dots or is empty.",
         "by audience": "aud, scope and the other claims may stand in both kinds. Only typ in the header tells them apart.",
         "raises": "For some text it raised an error. tokens.inspect(...) never does, and .header is None where there is none.",
         "words": "Answer with one of 'ID token', 'access token', 'opaque'."},
        {"ID token": "def answer(token):\n    return 'access token' if token.count('.') == 2 else 'opaque'",
         "access token": "def answer(token):\n    return 'ID token' if token.count('.') == 2 else 'opaque'",
         "opaque": "from labutils.identity import tokens\ndef answer(token):\n    header = tokens.inspect(token).header or {}\n"
                   "    return 'access token' if header.get('typ') == 'at+jwt' else 'ID token'",
         "by audience": "from labutils.identity import tokens\ndef answer(token):\n    claims = tokens.inspect(token).claims\n"
                        "    return 'opaque' if claims is None else 'access token' if 'api' in claims['aud'] else 'ID token'",
         "raises": "from labutils.identity import tokens\nimport json\ndef answer(token):\n"
                   "    typ = json.loads(tokens.unb64(token.split('.')[0]))['typ']\n"
                   "    return 'access token' if typ == 'at+jwt' else 'ID token'",
         "words": "def answer(token):\n    return 'token'"},
        ("tokens.inspect(token).header is the header, or None.", "The interesting member is typ: at+jwt or JWT."),
        "from labutils.identity import tokens\n\n"
        "def kind_of(token):\n    header = tokens.inspect(token).header\n    if header is None:\n        return 'opaque'\n"
        "    return 'access token' if header.get('typ') == 'at+jwt' else 'ID token'"),
    Exercise(
        "05-2", _all_dead, "It takes more than people expect, and two of them nobody thinks of at first: the app's own session, and the service.",
        {"wiki": "Tom still sits in the session at the wiki. Which column ends it?",
         "service": "The service token still opens the API. It belongs to no person; which column ends it?",
         "alive": "Something is still open. Go through the rows: does each one have a cross in a column that you chose?",
         "too many": "Everything is dead, and it would be without one of these as well. Leave one out.",
         "words": "Give a set of column names as they stand in the list, such as {'change password', 'disable the user'}."},
        {"wiki": "answer = {'drop the signing key', 'disable the user'}",
         "service": "answer = {'log out at the wiki', 'disable the user'}",
         "alive": "answer = {'log out at the wiki', 'drop the signing key'}",
         "too many": "answer = {'log out at the wiki', 'drop the signing key', 'disable the user', 'change password'}",
         "words": "answer = {'pull the plug'}"},
        ("Begin with the rows that have the fewest crosses: they leave you no choice.",
         "One column ends the session at the wiki, one ends the service token. Which single column ends most of the rest?"),
        "answer = {'log out at the wiki', 'drop the signing key', 'disable the user'}"),
    Exercise(
        "05-3", _tripwire, "A tripwire, and no wall: it tells you that two parties hold the line, and cuts it for both.",
        {"no new": "A good token should give a new one, kept in store['tokens'] with the same family and used False.",
         "not marked": "The old token must be marked as used, or nobody will ever notice a second use.",
         "too strict": "The new token, used for the first time, should give another one.",
         "reuse": "A token that was used before gave a new one. That is the thief, or the owner after the thief.",
         "family": "After a second use the whole family must be dead: the newest token worked on, and the thief may hold it.",
         "everybody": "Another family died too. Only the one of the token that was used twice.",
         "same name": "The new token has a name that was used before, so the old entry is lost and its second use goes unseen.",
         "unknown": "A token that was never given out should simply give None."},
        {"no new": "def answer(store, token):\n    return 'r2'",
         "not marked": _changed("    held['used'] = True\n", ""),
         "too strict": _changed("'used': False}", "'used': True}"),
         "reuse": _changed("    if held['used']:\n        store['alive'][held['family']] = False\n        return None\n", ""),
         "family": _changed("        store['alive'][held['family']] = False\n", ""),
         "everybody": _changed("store['alive'][held['family']] = False", "store['alive'] = dict.fromkeys(store['alive'], False)"),
         "same name": _changed("f'r{len(store[\"tokens\"]) + 1}'", "'new'"),
         "unknown": _changed(".get(token)", "[token]")},
        ("Three cases, in this order: unknown or dead family; used before; good.",
         "In the second case set store['alive'][family] to False before you return None.",
         "In the third, mark it used, put a new token of the same family into store['tokens'], and return its name."),
        "def refresh(store, token):\n" + _GOOD_TRIPWIRE),
), (
    Quiz("05-q1", "Ada's laptop is stolen and she changes her password. What does the thief lose?", {
        "a": Choice("Everything, since it all came from the password", "It came from it and does not go back to it. Look at the column."),
        "b": Choice("The session at the provider", "Only where the provider ends sessions at a password change. This one, like many, does not."),
        "c": Choice("Nothing that he holds already", "Yes, in this model. A password is asked for at sign-in, and he is past that.", True),
    }),
    Quiz("05-q2", "Access tokens live for ten minutes. Is theft of a session therefore harmless after ten minutes?", {
        "a": Choice("Yes, the token is over", "The access token is. A refresh token beside it makes new ones for months."),
        "b": Choice("Only if no refresh token and no cookie was taken along", "Yes. Ask which credential lives longest.", True),
        "c": Choice("Yes, if the token is opaque", "Opaque or not, what counts is what was stolen beside it."),
    }),
    Quiz("05-q3", "Rotation with reuse detection is on, and Tom uses the stolen refresh token first. What happens?", {
        "a": Choice("He is refused", "It is a good token at that moment: nobody has used it before."),
        "b": Choice("He gets in until Ada's app refreshes; then neither can refresh any more", "Yes: the alarm comes with the second use, "
                    "whoever makes it.", True),
        "c": Choice("Ada's app goes on and notices nothing", "Her app will present a token that has been used. That is the alarm."),
    }),
))
