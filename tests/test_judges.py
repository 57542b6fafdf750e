"""Judges: the right answer in other styles passes, the wrong one is refused with the sentence that is true of it."""
import base64
import codecs
import gzip
import hashlib
import hmac
import string
import sys
import time
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labutils.classroom import exercises
from labutils.classroom.exercises import Exercise, check, lesson, verdict
from labutils.classroom.lessons import reversible
from labutils.incident import ledger
from labutils.lab import Lab, seconds

COURSE = [lesson(f"{number:02}") for number in range(17) if lesson(f"{number:02}")]
FUNCTIONS = [exercise for each in COURSE for exercise in each.exercises if exercise.kind == "function"]
# Those that ask for True or False, and what each solution is named.
YES_OR_NO = ["02-3", "03-3", "04-1", "04-3", "08-3", "11-1", "12-1", "12-2", "13-1"]


def exercise(identifier):
    return lesson(identifier[:2]).items[identifier]


def learners(code):
    """What a learner's cell leaves under its last name, in a notebook that has imported what lesson 08 imports."""
    cell = {"ledger": ledger, "seconds": seconds}
    exec(compile(code, "cell", "exec"), cell)
    return cell.get("answer", list(cell.values())[-1])


def said(identifier, code):
    return verdict(exercise(identifier), learners(code))


@pytest.fixture(autouse=True)
def own_progress(tmp_path, monkeypatch):
    monkeypatch.setenv("LABUTILS_PROGRESS", str(tmp_path / "progress.json"))


# --- what any function can get wrong ----------------------------------------------------------------------------


@pytest.mark.parametrize("each", FUNCTIONS, ids=lambda each: each.id)
def test_a_name_that_is_not_there_is_said_with_its_line_and_without_a_lecture(each):
    sentence = verdict(each, learners("def answer(*arguments):\n    return jwkset"))
    assert sentence == ("Your code uses a name that is not there (line 2 of your cell). "
                        "Python says: NameError: name 'jwkset' is not defined.")


@pytest.mark.parametrize("each", FUNCTIONS, ids=lambda each: each.id)
def test_a_forgotten_return_is_said_whatever_the_exercise(each):
    assert verdict(each, learners("def answer(*arguments):\n    len(arguments) > 1")) == exercises.NO_RETURN


@pytest.mark.parametrize("each", FUNCTIONS, ids=lambda each: each.id)
def test_a_function_of_the_wrong_arguments_is_told_so(each):
    assert verdict(each, lambda: True).startswith("Your function cannot be called as the exercise calls it. Python says: TypeError: ")


@pytest.mark.parametrize("each", FUNCTIONS, ids=lambda each: each.id)
def test_what_the_function_returned_is_not_the_function(each):
    assert verdict(each, 42) == exercises.NOT_A_FUNCTION


@pytest.mark.parametrize("identifier", YES_OR_NO)
def test_none_in_the_place_of_false_let_nothing_in(identifier):
    right = learners(exercise(identifier).solution)
    sentence = verdict(exercise(identifier), lambda *arguments: True if right(*arguments) else None)
    assert sentence == (exercises.COMMON | exercise(identifier).feedback)["no return"]


@pytest.mark.parametrize("identifier", YES_OR_NO)
def test_the_same_with_false_passes(identifier):
    right = learners(exercise(identifier).solution)
    assert verdict(exercise(identifier), lambda *arguments: bool(right(*arguments))) is None


def test_a_function_that_has_a_return_and_gives_none_each_time_is_not_told_that_it_has_none():
    narrow = "def answer(request, world):\n    if request.address == '198.51.100.9':\n        return 'a bad address'"
    assert said("14-2", narrow) == "It gave None each time. " + exercise("14-2").feedback["stolen"]


@pytest.mark.parametrize("body", ["return jwkset", "x += 1\n    return x"])
def test_the_error_of_an_unset_local_is_one_of_a_name_too(body):
    assert said("04-1", f"def answer(asked, document):\n    {body}").startswith("Your code uses a name that is not there (line 2")


def test_an_error_is_named_before_the_judges_sentence():
    assert said("04-1", "def answer(asked, document):\n    return document['issuer'] == asked") == (
        "It raised an error (line 2 of your cell): KeyError: 'issuer'. " + exercise("04-1").feedback["raises"])


def test_an_error_without_a_sentence_is_named_alone():
    assert said("02-3", "def answer(header):\n    return 1 / 0") == "It raised an error (line 2 of your cell): ZeroDivisionError: division by zero."


@pytest.mark.parametrize("judge", [lambda answer: "a mistake without a sentence", lambda answer: {}["x"], lambda answer: 1 / 0])
def test_a_judge_that_fails_costs_the_learner_no_traceback(judge, capsys, monkeypatch):
    broken = Exercise("99-1", "value", judge, "Yes.", {}, {}, ("a", "b"), "answer = 1")
    monkeypatch.setattr(exercises, "_item", lambda identifier, kind: broken)
    check("99-1", 5)
    assert capsys.readouterr().out.startswith("99-1: not yet. ")


def test_the_kind_of_an_answer_is_data_and_not_read_from_the_solution():
    function = Exercise("99-1", "function", lambda answer: None if answer(1) == 2 else "x", "Yes.", {}, {}, (), "answer = twice.__add__")
    assert verdict(function, 5) == exercises.NOT_A_FUNCTION and verdict(function, lambda x: x + 1) is None


# --- right answers in other styles ------------------------------------------------------------------------------

RIGHT = {
    "01-3": ["def answer(token):\n    return token.rpartition('.')[0] + '.'",
             "def answer(token):\n    return '.'.join([*token.split('.')[:2], 'signature-removed'])",
             "import re\ndef answer(token):\n    return re.sub(r'[^.]*$', 'x', token)",
             "import hashlib\ndef answer(token):\n    a, b, c = token.split('.')\n    return f'{a}.{b}.' + hashlib.sha256(c.encode()).hexdigest()",
             "import secrets\ndef answer(token):\n    return token[:token.rindex('.')] + '.' + secrets.token_urlsafe(64)"],
    "02-1": ["from labutils.identity.tokens import json_part\nanswer = json_part({'alg': 'NONE'}) + '.' + json_part({'sub': 'admin'}) + '.'",
             "from labutils.identity.tokens import json_part\nanswer = f\"{json_part({'typ': 'JWT', 'alg': 'None'})}.{json_part({'sub': 'admin'})}.\""],
    "02-3": ["def answer(header):\n    if header.get('alg') != 'RS256' or header.get('typ') != 'JWT':\n        return False\n    return 'crit' not in header",
             "def answer(header):\n    try:\n        return (header['alg'], header['typ'], 'crit' in header) == ('RS256', 'JWT', False)\n"
             "    except KeyError:\n        return False",
             "def answer(header):\n    return {k: header.get(k) for k in ('alg', 'typ')} == {'alg': 'RS256', 'typ': 'JWT'} and not 'crit' in header"],
    "03-3": ["def answer(registered, uri):\n    for known in registered:\n        if known == uri:\n            return True\n    return False",
             "def answer(registered, uri):\n    return any(known == uri for known in registered)",
             "def answer(registered, uri):\n    return uri in set(registered)",
             "def answer(registered, uri):\n    return registered.count(uri) > 0"],
    "04-1": ["def answer(asked, document):\n    if document.get('issuer') == asked:\n        return True\n    return False",
             "def answer(asked, document):\n    try:\n        return document['issuer'] == asked\n    except KeyError:\n        return False",
             "def answer(asked, document):\n    return 'issuer' in document and document['issuer'] == asked"],
    "04-2": ["def answer(jwks, header):\n    for key in jwks['keys']:\n        if key['kid'] != header.get('kid') or key.get('use', 'sig') != 'sig':\n"
             "            continue\n        if 'alg' in key and key['alg'] == header.get('alg'):\n            return key\n    return None",
             "def answer(jwks, header):\n    by_kid = {key['kid']: key for key in jwks['keys']}\n    key = by_kid.get(header.get('kid'))\n"
             "    if key is None or key.get('use') not in (None, 'sig') or not key.get('alg'):\n        return\n"
             "    return key if key['alg'] == header.get('alg') else None",
             "def answer(jwks, header):\n    fit = [k for k in jwks['keys'] if k['kid'] == header.get('kid') and k.get('use') != 'enc'\n"
             "           and k.get('alg') and k['alg'] == header.get('alg')]\n    return fit[0] if len(fit) == 1 else None"],
    "04-3": ["def answer(claims, issuer, client_id, nonce, now):\n    audience = claims.get('aud')\n"
             "    audience = [audience] if isinstance(audience, str) else audience or []\n"
             "    return bool(claims.get('iss') == issuer and set(audience) == {client_id} and claims.get('exp', 0) > now\n"
             "                and claims.get('iat', now + 1) <= now and claims.get('sub') and claims.get('nonce') == nonce)",
             "def answer(claims, issuer, client_id, nonce, now):\n    try:\n        return (claims['iss'] == issuer and claims['aud'] in (client_id, [client_id])\n"
             "                and claims['iat'] <= now < claims['exp'] and 'sub' in claims and claims['nonce'] == nonce)\n"
             "    except KeyError:\n        return False",
             "def answer(claims, issuer, client_id, nonce, now):\n    if not {'iss', 'aud', 'exp', 'iat', 'sub', 'nonce'} <= set(claims):\n        return False\n"
             "    if claims['aud'] != client_id and claims['aud'] != [client_id]:\n        return False\n    if not claims['iat'] <= now < claims['exp']:\n"
             "        return False\n    return claims['iss'] == issuer and claims['nonce'] == nonce"],
    "05-1": ["from labutils.identity import tokens\ndef answer(token):\n    header = tokens.inspect(token).header\n    if not header:\n        return 'opaque'\n"
             "    if 'enc' in header:\n        return 'other'\n    if header.get('typ') == 'at+jwt':\n        return 'access token'\n"
             "    return 'ID token' if header.get('typ') == 'JWT' else 'other'",
             "from labutils.identity import tokens\ndef answer(token):\n    header = tokens.inspect(token).header\n"
             "    if header is None:\n        return 'opaque'\n    if token.count('.') == 4:\n        return 'other'\n"
             "    match header.get('typ'):\n        case 'JWT': return 'ID token'\n        case 'at+jwt': return 'access token'\n    return 'other'",
             "import jwt\ndef answer(token):\n    try:\n        header = jwt.get_unverified_header(token)\n    except jwt.PyJWTError:\n"
             "        header = None\n    if token.count('.') == 4:\n        return 'other'\n    if header is None:\n        return 'opaque'\n"
             "    return {'JWT': 'ID token', 'at+jwt': 'access token'}.get(header.get('typ'), 'other')"],
    "06-2": ["from datetime import datetime\ndef answer(lines, address):\n    seen = [line['time'] for line in lines if line['ip'] == address\n"
             "            and (line['event'], line['outcome']) == ('api.read', 'success')]\n    if not seen:\n        return 0\n"
             "    first, last = map(datetime.fromisoformat, (min(seen), max(seen)))\n    return int((last - first).total_seconds()) // 60",
             "from labutils.lab import seconds\ndef answer(lines, address):\n    seen = [seconds(line['time']) for line in lines\n"
             "            if line['ip'] == address and line['event'] == 'api.read' and line['outcome'] == 'success']\n"
             "    return (max(seen) - min(seen)) // 60 if seen else 0",
             "from datetime import datetime\ndef answer(lines, address):\n    first = last = None\n    for line in lines:\n"
             "        if line['ip'] == address and line['event'] == 'api.read' and line['outcome'] == 'success':\n"
             "            last = datetime.strptime(line['time'], '%Y-%m-%dT%H:%M:%SZ')\n            first = first or last\n"
             "    gap = last - first if first else None\n    return gap.days * 1440 + gap.seconds // 60 if gap else 0"],
    "08-2": ["from labutils.incident import ledger\nfrom labutils.lab import seconds\ndef answer(first, second):\n"
             "    times = [ledger.fact(name).time for name in (first, second)]\n    if not all(time and 'T' in time for time in times):\n        return None\n"
             "    return (seconds(times[1]) - seconds(times[0])) // 60",
             "from datetime import datetime\nfrom labutils.incident import ledger\ndef answer(first, second):\n"
             "    one, two = ledger.fact(first).time, ledger.fact(second).time\n    if not one or not two or len(one) < 11 or len(two) < 11:\n        return None\n"
             "    return int((datetime.fromisoformat(two) - datetime.fromisoformat(one)).total_seconds() / 60)",
             "from labutils.incident import ledger\nfrom labutils.lab import seconds\ndef answer(first, second):\n    try:\n"
             "        one, two = (ledger.fact(name).time.index('T') and seconds(ledger.fact(name).time) for name in (first, second))\n"
             "    except (AttributeError, ValueError):\n        return None\n    return (two - one) // 60"],
    "08-3": ["def answer(fact):\n    return (fact.confidence != 'confirmed' or fact.outcome == 'unknown'\n"
             "            or all(source.kind != 'primary' for source in fact.sources))",
             "def answer(fact):\n    if fact.confidence != 'confirmed':\n        return True\n    if fact.outcome == 'unknown':\n        return True\n"
             "    return 'primary' not in [source.kind for source in fact.sources]",
             "def answer(fact):\n    settled = any(s.kind == 'primary' for s in fact.sources), fact.confidence == 'confirmed', fact.outcome != 'unknown'\n"
             "    return not all(settled)"],
    "11-1": ["def answer(now, iat, window):\n    return type(iat) in (int, float) and now - window <= iat <= now + window",
             "def answer(now, iat, window):\n    if isinstance(iat, bool) or not isinstance(iat, (int, float)):\n        return False\n"
             "    return -window <= now - iat <= window",
             "def answer(now, iat, window):\n    try:\n        return iat is not True and iat is not False and abs(now - iat) <= window\n"
             "    except TypeError:\n        return False"],
    "12-1": ["def answer(claims, revoked):\n    return claims['sub'] in revoked and claims['iat'] <= revoked[claims['sub']]",
             "def answer(claims, revoked):\n    at = revoked.get(claims['sub'])\n    return at is not None and claims['iat'] <= at",
             "def answer(claims, revoked):\n    try:\n        return revoked[claims['sub']] >= claims['iat']\n    except KeyError:\n        return False"],
    "12-2": ["def answer(one, other):\n    return one.count('.') == other.count('.') == 2 and one.rpartition('.')[0] == other.rpartition('.')[0]",
             "def answer(one, other):\n    a, b = one.split('.'), other.split('.')\n    return len(a) == len(b) == 3 and a[:2] == b[:2]",
             "def answer(one, other):\n    try:\n        a, b, _ = one.split('.')\n        c, d, _ = other.split('.')\n    except ValueError:\n"
             "        return False\n    return (a, b) == (c, d)"],
    "13-2": ["import struct\ndef answer(data):\n    flags, counter = struct.unpack('>BI', data[32:37])\n    return flags & 1 == 1, flags & 4 == 4, counter",
             "def answer(data):\n    bits = f'{data[32]:08b}'\n    return bits[7] == '1', bits[5] == '1', int(data[33:37].hex(), 16)",
             "def answer(data):\n    return data[32] & 1, data[32] & 4, int.from_bytes(data[33:37], 'big')"],
    "14-1": ["answer = ['support_least_privilege', 'sessions_bound']", "answer = ('sessions_bound', 'support_least_privilege')",
             "answer = frozenset({'support_least_privilege', 'sessions_bound'})"],
    "15-1": ["def answer(puts_back):\n    done = []\n    def visit(name):\n        if name not in done:\n            for other in puts_back[name]:\n"
             "                visit(other)\n            done.append(name)\n    for name in puts_back:\n        visit(name)\n    return done[::-1]",
             "from graphlib import TopologicalSorter\ndef answer(puts_back):\n    return list(TopologicalSorter(puts_back).static_order())[::-1]",
             "def answer(puts_back):\n    def below(name):\n        return {name}.union(*map(below, puts_back[name]))\n"
             "    return sorted(puts_back, key=lambda name: -len(below(name)))"],
}
ROTATE = """
def answer(store, token):
    entry = store["tokens"].get(token)
    if entry is None:
        return None
    if entry["used"]:
        store["alive"][entry["family"]] = False
    if entry["used"] or not store["alive"][entry["family"]]:
        return None
    entry["used"] = True
    fresh = {draw}
    store["tokens"][fresh] = dict(entry, used=False)
    return fresh
"""
RIGHT["05-3"] = [before + ROTATE.replace("{draw}", draw) for before, draw in (
    ("import secrets", "secrets.token_hex(16)"), ("import uuid", "str(uuid.uuid4())"), ("import os", "os.urandom(12).hex()"),
    ("from labutils import Lab\nlab = Lab('lesson-05', '2023-10-18T09:00:00Z')", "lab.draw('login.example')"))]


@pytest.mark.parametrize(("identifier", "code"), [(name, code) for name, codes in RIGHT.items() for code in [exercise(name).solution, *codes]
                                                  if "json_part(admin)" not in code])
def test_a_right_answer_in_another_style_passes(identifier, code):
    assert said(identifier, code) is None


@pytest.mark.parametrize("identifier", [name for name in RIGHT if exercise(name).kind == "function"])
def test_three_other_styles_are_tried(identifier):
    assert len(RIGHT[identifier]) >= 3


# --- the mistakes that a judge took for another ---------------------------------------------------------------------


def refused_as(identifier, mistake, code):
    """Whether that code is refused, and with the sentence of that mistake."""
    return said(identifier, code) is not None and said(identifier, code).endswith(exercise(identifier).feedback[mistake])


@pytest.mark.parametrize(("runs", "right"), [(1, 3), (2, 6), (3, 9)])
def test_00_1_counts_in_the_learners_own_lab(runs, right, monkeypatch):
    lab = Lab("lesson-00", "2023-10-18T09:00:00Z")

    def vault(environ, start_response):
        if allowed := environ.get("HTTP_X_BADGE") == "ada":
            lab.log("vault.example", "door.open", ip=environ["REMOTE_ADDR"])
        start_response("200 OK" if allowed else "403 Forbidden", [("Content-Type", "text/plain")])
        return [b""]

    lab.add("vault.example", vault)
    for _ in range(runs):
        for who, badge in (("tom", ""), ("tom", "tim"), ("tom", "ida"), ("tom", "ada"), ("ada", "ada")):
            lab.browser(who, "192.0.2.10").get("https://vault.example/", headers={"x-badge": badge})
    monkeypatch.setattr(sys.modules["__main__"], "lab", lab, raising=False)
    question = exercise("00-1")
    assert verdict(question, len(lab.wire) - len(lab.audit)) is None and verdict(question, right) is None
    assert verdict(question, 3) is None  # what the picture shows
    assert verdict(question, len(lab.wire)) == question.feedback["all"]
    assert verdict(question, len(lab.audit)) == question.feedback["logged"]
    assert verdict(question, 4 * runs) == question.feedback["tom"]


def test_00_1_is_three_where_there_is_no_lab():
    assert verdict(exercise("00-1"), 3) is None and verdict(exercise("00-1"), 6) == exercise("00-1").feedback["other"]


SPELLINGS = {"base64": "base64.b64encode(s.encode()).decode()", "base64url": "base64.urlsafe_b64encode(s.encode()).decode().rstrip('=')",
             "standard alphabet": "s.replace('-', '+').replace('_', '/') + '=='", "hex": "s.encode().hex()",
             "hex of the bytes": "tokens.unb64(s).hex()", "a number": "str(int.from_bytes(tokens.unb64(s), 'big'))",
             "base32": "base64.b32encode(s.encode()).decode()", "base85": "base64.b85encode(s.encode()).decode()",
             "ROT13": "codecs.encode(s, 'rot13')", "letter case": "s.swapcase()", "reversal": "s[::-1]",
             "hex, reversed": "s.encode().hex()[::-1]", "base64 twice": "base64.b64encode(base64.b64encode(s.encode())).decode()",
             "base64, then ROT13": "codecs.encode(base64.b64encode(s.encode()).decode(), 'rot13')",
             "deflated": "base64.b64encode(zlib.compress(s.encode())).decode()", "percent": "''.join(f'%{ord(c):02x}' for c in s)",
             "codes": "' '.join(str(ord(c)) for c in s)", "a dash between": "'-'.join(s)", "one further": "''.join(chr(ord(c) + 1) for c in s)",
             "a word in front": "'removed:' + s.encode().hex()"}


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
def test_01_3_a_signature_in_another_spelling_is_still_a_key(spelling):
    code = f"import base64, codecs, zlib\nfrom labutils.identity import tokens\ndef answer(token):\n    a, b, s = token.split('.')\n    return f'{{a}}.{{b}}.' + {spelling}"
    mistake = "kept" if spelling.startswith("s.replace") else "reversible"
    assert refused_as("01-3", mistake, code) or refused_as("01-3", "piece", code)


def test_01_3_a_signature_hidden_in_a_claim_is_still_a_key():
    code = ("import json\nfrom labutils.identity import tokens\ndef answer(token):\n    a, b, s = token.split('.')\n"
            "    return f\"{a}.{tokens.json_part({**json.loads(tokens.unb64(b)), 'note': s[::-1]})}.\"")
    assert refused_as("01-3", "reversible", code)


WRONG = [
    # A replace on the text of a token finds no word in it.
    ("02-1", "unchanged", "from labutils.classroom.lessons.lesson_02 import FORGED_NONE as forged_none\nanswer = forged_none.replace('none', 'None')"),
    ("02-1", "blocked", "from labutils.identity.tokens import json_part\nanswer = json_part({'alg': 'none', 'typ': 'JWT'}) + '.' + json_part({'sub': 'admin'}) + '.'"),
    # The early end of a loop, and two absences that are equal.
    ("04-2", "early", "def answer(jwks, header):\n    for key in jwks['keys']:\n        if key['kid'] == header.get('kid') and key.get('alg') == header.get('alg'):\n"
                      "            return key\n        return None"),
    ("04-2", "early", "def answer(jwks, header):\n    for key in jwks['keys']:\n        if key['kid'] != header.get('kid'):\n            return None\n        return key"),
    ("04-2", "both bare", "def answer(jwks, header):\n    return next((k for k in jwks['keys'] if k['kid'] == header.get('kid')\n"
                          "                 and k.get('use', 'sig') == 'sig' and k.get('alg') == header.get('alg')), None)"),
    # An audience that nobody vouched for, whatever azp says.
    ("04-3", "others", "def answer(claims, issuer, client_id, nonce, now):\n    aud = claims.get('aud', [])\n    aud = [aud] if isinstance(aud, str) else aud\n"
                       "    return (claims.get('iss') == issuer and client_id in aud and (len(aud) == 1 or claims.get('azp') == client_id)\n"
                       "            and now < claims.get('exp', 0) and 'sub' in claims and claims.get('iat', now + 1) <= now and claims.get('nonce') == nonce)"),
    ("04-3", "list", "def answer(claims, issuer, client_id, nonce, now):\n    return claims.get('iss') == issuer and claims.get('aud') == client_id"),
    # What is a JWT and no ID token; what has no header.
    ("05-1", "logout", "from labutils.identity import tokens\ndef answer(token):\n    header = tokens.inspect(token).header\n"
                       "    if header is None:\n        return 'opaque'\n    return 'access token' if header.get('typ') == 'at+jwt' else 'ID token'"),
    ("05-1", "no header", "from labutils.identity import tokens\ndef answer(token):\n    typ = tokens.inspect(token).header.get('typ')\n"
                          "    return 'ID token' if typ == 'JWT' else 'access token' if typ == 'at+jwt' else 'other'"),
    ("05-1", "no header", "from labutils.identity import tokens\ndef answer(token):\n    return 'access token' if tokens.inspect(token).header['typ'] == 'at+jwt' else 'ID token'"),
    ("05-1", "encrypted", "from labutils.identity import tokens\ndef answer(token):\n    header = tokens.inspect(token).header\n    if header is None:\n"
                          "        return 'opaque'\n    return {'JWT': 'ID token', 'at+jwt': 'access token'}.get(header.get('typ'), 'other')"),
    # Days that .seconds forgets, and the same by another way.
    ("06-2", "days", "from datetime import datetime\ndef answer(lines, address):\n    t = [datetime.fromisoformat(l['time']) for l in lines if l['ip'] == address\n"
                     "         and l['event'] == 'api.read' and l['outcome'] == 'success']\n    return (max(t) - min(t)).seconds // 60 if t else 0"),
    ("06-2", "days", "def answer(lines, address):\n    t = [sum(int(part) * by for part, by in zip(l['time'][11:19].split(':'), (3600, 60, 1))) for l in lines\n"
                     "         if l['ip'] == address and l['event'] == 'api.read' and l['outcome'] == 'success']\n    return (t[-1] - t[0]) // 60 if t else 0"),
    ("08-2", "sign", "from labutils.incident import ledger\nfrom labutils.lab import seconds\ndef answer(first, second):\n"
                     "    one, two = ledger.fact(first).time or '', ledger.fact(second).time or ''\n    if 'T' not in one or 'T' not in two:\n        return None\n"
                     "    return abs(seconds(two) - seconds(one)) // 60"),
    ("08-3", "no outcome", "def answer(fact):\n    return (fact.confidence != 'confirmed' or fact.outcome not in ('succeeded', 'denied')\n"
                           "            or not any(source.kind == 'primary' for source in fact.sources))"),
    # Half of a window.
    ("11-1", "one way", "def answer(now, iat, window):\n    return type(iat) in (int, float) and 0 <= now - iat <= window"),
    ("11-1", "one way", "def answer(now, iat, window):\n    return type(iat) in (int, float) and 0 <= iat - now <= window"),
    ("11-1", "edge", "def answer(now, iat, window):\n    return type(iat) in (int, float) and -window < iat - now < window"),
    # Another claim, or another key, than the one that was looked for.
    ("12-1", "alive", "def answer(claims, revoked):\n    return claims['exp'] <= revoked.get(claims['sub'], -1)"),
    ("12-1", "key", "def answer(claims, revoked):\n    return claims['iat'] <= revoked[claims['sid']]"),
    ("12-1", "key", "def answer(claims, revoked):\n    return claims['issued_at'] <= revoked.get(claims['sub'], -1)"),
    ("12-1", "raises", "def answer(claims, revoked):\n    return claims['iat'] <= revoked[claims['sub']]"),
    ("13-2", "place", "def answer(data):\n    return data[33] & 1, data[33] & 4, int.from_bytes(data[33:37])"),
    ("13-2", "place", "def answer(data):\n    return data[31] & 1, data[31] & 4, int.from_bytes(data[33:37])"),
    ("13-2", "bits", "def answer(data):\n    return data[32] == 1, data[32] == 4, int.from_bytes(data[33:37])"),
    ("13-3", "script in the page: time", "answer = {'page in between': 'key', 'copied cookie': 'binding', 'script in the page': 'time'}"),
    ("14-1", "text", "answer = 'sessions_bound'"),
    ("14-1", "words", "answer = {'awareness_training', 'sessions_bound'}"),
    ("15-1", "chain", "def answer(puts_back):\n    return sorted(puts_back, key=lambda name: len(puts_back[name]), reverse=True)"),
    ("15-1", "as they stand", "def answer(puts_back):\n    return list(puts_back)"),
    ("15-1", "backwards", "def answer(puts_back):\n    return list(reversed(puts_back))"),
]


@pytest.mark.parametrize(("identifier", "mistake", "code"), WRONG)
def test_the_mistake_that_was_made_is_the_one_that_is_named(identifier, mistake, code):
    assert refused_as(identifier, mistake, code)


@pytest.mark.parametrize("code", ["def answer(claims, revoked):\n    return claims['exp'] <= revoked.get(claims['sub'], -1)"])
def test_12_1_the_claims_of_a_token_are_all_there(code):
    assert "KeyError" not in said("12-1", code)


@pytest.mark.parametrize(("identifier", "example"), [("15-1", {"service": {"user", "implant"}, "implant": {"user"}, "user": set()})])
def test_15_1_nobody_is_told_to_fail_an_example_that_passes(identifier, example):
    by_size = "def answer(puts_back):\n    return sorted(puts_back, key=lambda name: -len(puts_back[name]))"
    order = learners(by_size)(example)
    assert order.index("service") < order.index("implant") < order.index("user")
    assert "service" not in said(identifier, by_size)


DRAWS = {"counted": ("", "f'r{len(store[\"tokens\"]) + 1}'"), "the old one and a letter": ("", "token + 'x'"),
         "a hash of the old one": ("import hashlib", "hashlib.sha256(token.encode()).hexdigest()"),
         "a counter": ("import itertools\ncount = itertools.count(10**20)", "f'refresh-token-{next(count)}'"),
         "the time": ("import time", "f'refresh-{time.time_ns()}'"), "a short one": ("import secrets", "secrets.token_hex(4)"),
         "random": ("import random", "f'{random.getrandbits(128):032x}'"),
         "the lab's dice, begun anew": ("from labutils import Lab", "Lab(token, '2023-10-18T09:00:00Z').draw('login.example')")}


@pytest.mark.parametrize(("before", "draw"), DRAWS.values(), ids=DRAWS)
def test_05_3_a_token_that_can_be_predicted_is_named_as_a_mistake(before, draw):
    assert refused_as("05-3", "predictable", before + ROTATE.replace("{draw}", draw))


def test_05_3_a_used_token_that_was_deleted_gets_a_sentence_and_no_key_error():
    code = "import secrets" + ROTATE.replace("{draw}", "secrets.token_hex(16)").replace('entry["used"] = True', 'del store["tokens"][token]')
    assert refused_as("05-3", "deleted", code) and "KeyError" not in said("05-3", code)
    assert refused_as("05-3", "deleted", code.replace('del store["tokens"][token]', 'store["tokens"].pop(token)'))


def test_the_model_solution_of_05_3_draws_its_tokens():
    assert "secrets.token_urlsafe" in exercise("05-3").solution


# --- 07-1: what a cleaned file still gives away ----------------------------------------------------------------------

CLEANER = """
import base64, codecs, hashlib, hmac, re, secrets, zlib
salt, seen = secrets.token_bytes(16), {}

def answer(file):
    keep = {"name", "method", "mimeType", "startedDateTime", "version", "httpVersion"}

    def walk(value, key=""):
        if isinstance(value, dict):
            return {name: walk(inner, name) for name, inner in value.items()}
        if isinstance(value, list):
            return [walk(inner, key) for inner in value]
        if not isinstance(value, str) or not value or key in keep:
            return value
        if key == "url":
            return {url}
        return {tag}

    return walk(file)
"""
NAMES_ONLY = 're.sub("=[^&]*", "=", value)'


def cleaner(tag, url=None):
    return CLEANER.replace("{tag}", tag).replace("{url}", url or tag)


CLEAN = {"HMAC with a secret salt": ('"x-" + hmac.new(salt, value.encode(), "sha256").hexdigest()[:10]', None),
         "a salted hash, whole": ("hashlib.sha256(salt + value.encode()).hexdigest()", None),
         "a keyed hash": ("hashlib.blake2b(value.encode(), key=salt).hexdigest()", None),
         "a random text for each value": ("seen.setdefault(value, secrets.token_hex(5))", None),
         "numbered": ('seen.setdefault(value, f"value {len(seen)}")', None),
         "deleted": ('""', NAMES_ONLY), "a constant": ('"[removed]"', NAMES_ONLY), "random each time": ("secrets.token_hex(6)", NAMES_ONLY)}
OPEN = {"reversal": ("value[::-1]", "reversible"), "hex": ("value.encode().hex()", "reversible"),
        "base64": ("base64.b64encode(value.encode()).decode()", "reversible"), "base32": ("base64.b32encode(value.encode()).decode()", "reversible"),
        "ROT13": ('codecs.encode(value, "rot13")', "reversible"), "letter case": ("value.swapcase()", "reversible"),
        "hex, reversed, with a mark": ('"x-" + value.encode().hex()[::-1]', "reversible"),
        "deflated": ("base64.b64encode(zlib.compress(value.encode())).decode()", "reversible"),
        "short texts alone turned round": ('value[::-1] if len(value) < 9 else hmac.new(salt, value.encode(), "md5").hexdigest()', "reversible"),
        "hash()": ("str(hash(value))", "guessable"), "hash() in hex": ('f"x-{hash(value) & 0xffffffffffffffff:x}"', "guessable"),
        "MD5": ("hashlib.md5(value.encode()).hexdigest()", "guessable"), "SHA-1 in base64": ("base64.b64encode(hashlib.sha1(value.encode()).digest()).decode()", "guessable"),
        "SHA-256, cut": ('"x-" + hashlib.sha256(value.encode()).hexdigest()[:10]', "guessable"), "SHA-512": ("hashlib.sha512(value.encode()).hexdigest()", "guessable"),
        "a checksum": ('f"{zlib.crc32(value.encode()):08x}"', "guessable"),
        "one-time codes kept": ('value if value.isdigit() else hmac.new(salt, value.encode(), "md5").hexdigest()', "planted"),
        "half of each key": ('value[:24] if re.fullmatch("[0-9a-f]{40,}", value) else "x"', "piece"),
        "nothing but a star": ('"*"', "useless")}


@pytest.mark.parametrize(("tag", "url"), CLEAN.values(), ids=CLEAN)
def test_07_1_a_cleaner_of_any_style_that_leaves_nothing_passes(tag, url):
    assert said("07-1", cleaner(tag, url)) is None


@pytest.mark.parametrize(("tag", "mistake"), OPEN.values(), ids=OPEN)
def test_07_1_what_can_be_turned_back_or_guessed_is_no_cleaning(tag, mistake):
    assert refused_as("07-1", mistake, cleaner(tag))


def test_07_1_secrets_of_one_file_known_by_heart_are_not_enough():
    assert refused_as("07-1", "planted", exercise("07-1").wrong["planted"])


@pytest.mark.parametrize("tag", ['hmac.new(salt, value.encode(), "sha256").hexdigest()', "hashlib.sha512(value.encode()).hexdigest()", "value[::-1]",
                                 "base64.b64encode(zlib.compress(value.encode())).decode()"])
def test_07_1_is_judged_in_less_than_two_seconds(tag):
    begun = time.process_time()
    said("07-1", cleaner(tag))
    assert time.process_time() - begun < 2


# --- what a return is, and what can be turned back ----------------------------------------------------------------


@pytest.mark.parametrize(("body", "nothing"), [
    ("x", True), ("return None", True), ("return", True), ("for y in (): print(y)", True), ("with x as y: y()", True),
    ("return x", False), ("return x['a']", False), ("return True if x else None", False), ("if x: return True", False),
    ("try: return x()\n    except ValueError: return None", False)])
def test_a_function_without_a_return_is_told_from_one_that_returns_something(body, nothing):
    assert exercises._returns_nothing(learners(f"def answer(x):\n    {body}")) is nothing


ENCODERS = {"base64": lambda s: base64.b64encode(s.encode()).decode(), "base64url": lambda s: base64.urlsafe_b64encode(s.encode()).decode().rstrip("="),
            "base32": lambda s: base64.b32encode(s.encode()).decode(), "base85": lambda s: base64.b85encode(s.encode()).decode(),
            "hex": lambda s: s.encode().hex(), "capital hex": lambda s: s.encode().hex().upper(), "ROT13": lambda s: codecs.encode(s, "rot13"),
            "ROT47": lambda s: s.translate(reversible.ROT47), "atbash": lambda s: s.translate(reversible.ATBASH), "reversal": lambda s: s[::-1],
            "letter case": str.swapcase, "percent": lambda s: "".join(f"%{ord(c):02X}" for c in s),
            "deflated": lambda s: base64.b64encode(zlib.compress(s.encode())).decode(), "gzip": lambda s: gzip.compress(s.encode()).hex(),
            "codes": lambda s: ",".join(str(ord(c)) for c in s), "number": lambda s: str(int.from_bytes(s.encode(), "big"))}
SECRETS = st.text(string.ascii_letters + string.digits + "-_", min_size=16, max_size=90)


@settings(max_examples=400, deadline=None, derandomize=True, database=None)
@given(SECRETS, st.lists(st.sampled_from(sorted(ENCODERS)), max_size=2))
def test_two_encodings_in_any_order_are_undone(secret, names):
    text = secret
    for name in names:
        text = ENCODERS[name](text)
    assert any(secret in result for result in reversible.undone(text))


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(SECRETS, st.binary(min_size=16, max_size=16))
def test_nothing_comes_out_of_a_keyed_hash(secret, key):
    tag = hmac.new(key, secret.encode(), "sha256").hexdigest()
    assert not any(secret[:8] in result for result in reversible.undone(tag))


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(st.text(max_size=300) | st.binary(max_size=300).map(lambda octets: octets.decode("latin-1")))
def test_undoing_withstands_any_text(text):
    assert text in reversible.undone(text)


@pytest.mark.parametrize("algorithm", reversible.HASHES)
def test_each_plain_hash_of_short_secrets_is_guessed_and_a_keyed_one_is_not(algorithm):
    codes = ("012713", "555555", "900001")
    for spelling in range(len(reversible._spellings(algorithm, codes[0]))):
        assert reversible.guessed(["tag-" + reversible._spellings(algorithm, code)[spelling][:12] for code in codes], codes)
    assert reversible.guessed(["tag-" + hmac.new(b"key", code.encode(), "sha256").hexdigest() for code in codes], codes) is None
    assert reversible.guessed([hashlib.sha256(code.encode()).hexdigest() for code in codes[:2]], codes) is None  # two of three are chance
