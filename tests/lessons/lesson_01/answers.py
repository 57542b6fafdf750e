"""Lesson 01: right answers in other styles, and changes of the solution that change nothing."""

from solutions import solution_of

REDACT = solution_of("01-7")


def redact(*changes):
    """The model solution of 01-7 with other pieces in it."""
    text = REDACT
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text


def by_json(reading):
    """An answer to 01-2 that reads the text of a segment in another way."""
    return f"""
import ast
def answer(token):
    out = []
    for part in token.split(".")[:2]:
        text = base64.urlsafe_b64decode(part + "==").decode()
        out.append({reading})
    return out
"""


def searching(condition):
    """An answer to 01-3 by this condition."""
    return f"""
def answer(token, secrets):
    text = str(decode(token))
    return [s for s in secrets if {condition}]
"""


def written_as(text):
    """An answer to 01-4 that writes a value so."""
    return f"""
def answer(value):
    text = {text}
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
"""


def rewritten_as(data):
    """An answer to 01-11 whose payload is these bytes."""
    return f"""
def answer(token):
    head, payload, signature = token.split(".")
    claims = decode(token)[1]
    return ".".join([head, b64({data}), signature])
"""


OTHER_RIGHT = {
    "01-2": [
        """
def answer(token):
    head, payload, _ = token.split(".")
    def read(part):
        while len(part) % 4:
            part += "="
        return json.loads(base64.urlsafe_b64decode(part).decode("utf-8"))
    return read(head), read(payload)
""",
        """
def answer(token):
    # Python's decoder leaves out fillings that are too many
    return [json.loads(base64.urlsafe_b64decode(p + "==")) for p in token.split(".")[:2]]
""",
        """
def answer(token):
    first, second, third = token.translate(str.maketrans("-_", "+/")).split(".")
    return tuple(json.loads(base64.b64decode(part + "===")) for part in (first, second))
""",
        """
def answer(token):
    standard = token.replace("-", "+").replace("_", "/").split(".")
    out = ()
    for part in (standard[0], standard[1]):
        missing = 4 - len(part) % 4
        if missing != 4:
            part = part + "=" * missing
        out += (json.loads(base64.b64decode(part)),)
    return out
""",
    ],
    "01-3": [
        """
def answer(token, secrets):
    text = str(decode(token))
    return [secret for secret in secrets if secret in text]
""",
        """
def answer(token, secrets):
    header, claims = decode(token)
    found = []
    for secret in secrets:
        if secret in repr(header) or secret in repr(claims):
            found.append(secret)
    return found
""",
        """
def answer(token, secrets):
    texts = [base64.urlsafe_b64decode(p + "==").decode() for p in token.split(".")[:2]]
    plain = [json.dumps(json.loads(text), ensure_ascii=0) for text in texts]
    return list(filter(lambda s: any(s in text for text in plain), secrets))
""",
        """
def texts(part):
    if isinstance(part, dict):
        part = part.values()
    elif not isinstance(part, list | tuple):
        return [str(part)]
    return [text for one in part for text in texts(one)]

def answer(token, secrets):
    return [s for s in secrets if any(s in text for text in texts(decode(token)))]
""",
        """
def answer(token, secrets):
    return sorted(secret for secret in secrets if secret in str(decode(token)))
""",
        """
def answer(token, secrets):
    found = []
    def walk(part):
        if isinstance(part, dict):
            for name, value in part.items():
                walk(name), walk(value)
        elif isinstance(part, list):
            for value in part:
                walk(value)
        else:
            found.extend(s for s in secrets if s in str(part) and s not in found)
    for part in decode(token):
        walk(part)
    return found
""",
        """
def answer(token, secrets):
    head, payload, _ = token.split(".")
    text = b"".join(base64.urlsafe_b64decode(part + "==") for part in (head, payload))
    text = text.decode() if b"\\\\u" not in text else str(decode(token))
    return [secret for secret in secrets if secret in text]
""",
    ],
    "01-4": [
        """
def answer(value):
    from labutils.identity.tokens import json_part
    return json_part(value)
""",
        """
def answer(value):
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return str(base64.urlsafe_b64encode(bytes(text, "utf-8")), "ascii").replace("=", "")
""",
        """
def answer(value):
    standard = base64.b64encode(json.dumps(value, separators=(",", ":")).encode())
    standard = standard.decode("ascii")
    return standard.translate(str.maketrans("+/", "-_", "="))
""",
    ],
    "01-11": [
        rewritten_as("json.dumps(claims, indent=1).encode()"),
        rewritten_as('base64.urlsafe_b64decode(payload + "==") + b" "'),
        """
def answer(token):
    parts = token.split(".")
    text = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
    parts[1] = base64.urlsafe_b64encode(text.replace(b"{", b"{ ", 1)).decode().rstrip("=")
    return ".".join(parts)
""",
    ],
    "01-6": [
        """
def answer(claims, now):
    end = claims.get("exp")
    if end is None:
        return None
    left = end - now
    return left if left > 0 else 0
""",
        """
answer = lambda claims, now: max(claims["exp"] - now, 0) if "exp" in claims else None
""",
        """
def answer(claims, now):
    try:
        seconds = claims["exp"] - now
    except KeyError:
        return None
    if seconds < 0:
        seconds = 0
    return seconds
""",
    ],
    "01-7": [
        """
DOT = "(?:[.]|%2[Ee])"
TOKEN = rf"eyJ[A-Za-z0-9_-]+(?:{DOT}[A-Za-z0-9_-]*){{2}}(?:(?:{DOT}[A-Za-z0-9_-]+){{2}})?"
def answer(line, key):
    for token in sorted(re.findall(TOKEN, line), key=len, reverse=True):
        plain = token.replace("%2E", ".").replace("%2e", ".")
        line = line.replace(token, hmac.new(key, plain.encode(), "sha256").hexdigest())
    return line
""",
        """
def answer(line, key):
    import hashlib
    part = r"[\\w-]"
    dot = r"(?:\\.|%2e)"
    pattern = re.compile(rf"eyJ{part}+{dot}{part}*{dot}{part}*(?:{dot}{part}+{dot}{part}+)?",
                         re.ASCII | re.IGNORECASE)
    def tag(m):
        if not m.group().startswith("eyJ"):
            return m.group()
        return "<" + hashlib.sha256(key + unquote(m.group()).encode()).hexdigest()[:16] + ">"
    return pattern.sub(tag, line)
""",
        """
def answer(line, key):
    out, place = "", 0
    for match in re.finditer(r"eyJ(?:[-_0-9A-Za-z]|[.](?=[^ ]|$)|%2[Ee])+", line):
        token = unquote(match.group(0))
        digest = hmac.digest(key, token.encode("ascii"), "sha512")
        out += line[place : match.start()]
        out += token if token.count(".") < 2 else "jwt:" + base64.b32encode(digest).decode()[:20]
        place = match.end()
    return out + line[place:]
""",
        """
def answer(line, key):
    segment, dot = "[0-9A-Za-z_-]", r"(?:\\.|%2E|%2e)"
    signed = rf"eyJ{segment}+(?:{dot}{segment}*){{2}}"
    encrypted = rf"{signed}(?:{dot}{segment}+){{2}}"
    def tag(match):
        mac = hmac.digest(key, unquote(match[0]).encode(), "sha256")
        return "token-" + base64.urlsafe_b64encode(mac).decode()
    return re.sub(f"{encrypted}|{signed}", tag, line)
""",
    ],
    "01-8": [
        """
def answer(token):
    from labutils.identity.tokens import unb64
    import jwt
    try:
        return len([unb64(part) for part in token.split(".")]) == 3
    except jwt.PyJWTError:
        return False
""",
        """
def answer(token):
    def again(part):
        data = base64.urlsafe_b64decode(part + "===")
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
    return ".".join(map(again, token.split("."))) == token
""",
        """
def answer(token):
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for part in token.split("."):
        if set(part) - set(letters) or len(part) % 4 == 1:
            return False
        spare = {0: 1, 2: 16, 3: 4}[len(part) % 4]
        if part and letters.index(part[-1]) % spare:
            return False
    return True
""",
    ],
    "01-9": [
        """
def answer(token, key):
    head, payload, signature = token.split(".")
    made = hmac.new(key, f"{head}.{payload}".encode(), "sha256").digest()
    return base64.urlsafe_b64encode(made).decode().replace("=", "")
""",
        """
def answer(token, key):
    from labutils.identity.tokens import b64
    return b64(hmac.digest(key, token[: token.rindex(".")].encode("ascii"), "sha256"))
""",
        """
def answer(token, key):
    import jwt
    from labutils.identity.tokens import b64
    signed = ".".join(token.split(".")[:2]).encode()
    return b64(jwt.get_algorithm_by_name("HS256").sign(signed, key))
""",
    ],
}

# Exercise -> change -> why no answer of the learner's could be told from the solution by it.
EQUIVALENT: dict[str, dict[str, str]] = {
    "01-9": {
        "'=' -> '=x'": "32 bytes of SHA-256 never end in an x in base64: two bits of it are zero",
    },
}

# Exercise -> mistake -> wrong answers as learners write them.
MISTAKES: dict[str, dict[str, list[str]]] = {
    "01-2": {
        "library": [
            """
from labutils.identity.tokens import inspect
def answer(token):
    seen = inspect(token)
    return seen.header, seen.claims
""",
            """
import jwt
def whole(token):
    return jwt.PyJWS().decode_complete(token, options={"verify_signature": False})
def answer(token):
    return whole(token)["header"], json.loads(whole(token)["payload"])
""",
        ],
        "literal": [
            by_json("eval(text, {'true': True, 'false': False, 'null': None})"),
            by_json("eval(text, {'true': 1, 'false': 0, 'null': None})"),
            by_json(
                "ast.literal_eval(text.replace('true', 'True').replace('false', 'False')"
                ".replace('null', 'None'))"
            ),
        ],
        "letters": [
            """
def answer(token):
    header, claims = [base64.urlsafe_b64decode(p + "==") for p in token.split(".")[:2]]
    return json.loads(header.decode("latin-1")), json.loads(claims.decode("latin-1"))
""",
        ],
        "three": [
            """
def answer(token):
    return [json.loads(base64.urlsafe_b64decode(p + "==")) for p in token.split(".")]
""",
            """
def answer(token):
    header, claims, signature = token.split(".")
    read = lambda part: json.loads(base64.urlsafe_b64decode(part + "=="))
    return read(header), read(claims), signature
""",
        ],
    },
    "01-3": {
        "near": [
            searching("s.casefold() in text.casefold()"),
            searching("s.replace(' ', '') in text.replace(' ', '')"),
            searching("s.strip() in text"),
            searching("re.search(s, text)"),
            searching("s[:8] in text"),
            searching("all(word in text for word in s.split())"),
        ],
        "inside": [searching(r"re.search(rf'\b{re.escape(s)}\b', text)")],
        "names": [
            """
def answer(token, secrets):
    header, claims = decode(token)
    found = []
    for secret in secrets:
        if secret in header or secret in claims.keys():
            found.append(secret)
    return found
"""
        ],
        "round": [
            """
def answer(token, secrets):
    found = []
    for secret in secrets:
        if secret in str(decode(token)):
            found.append(secret)
        return found
""",
            """
def answer(token, secrets):
    found = []
    for secret in secrets:
        if secret in str(decode(token)):
            found.append(secret)
        else:
            return []
    return found
""",
        ],
        "whole": [
            """
def answer(token, secrets):
    return [letter for letter in str(decode(token)) if letter in secrets]
"""
        ],
        "yes or no": ["answer = lambda token, secrets: [s in str(decode(token)) for s in secrets]"],
        "number": [
            """
def answer(token, secrets):
    values = [value for part in decode(token) for value in part.values()]
    return [secret for secret in secrets for value in values if secret in value]
"""
        ],
    },
    "01-6": {
        "zero": [
            """
def answer(claims, now):
    return max(0, claims["exp"] - now) if claims.get("exp") else None
""",
            """
def answer(claims, now):
    end = claims.get("exp") or None
    return end and max(0, end - now)
""",
        ],
        "never": ["answer = lambda claims, now: max(0, claims['exp'] - now)"],
    },
    "01-4": {
        "blanks": [
            written_as("json.dumps(value).replace(', ', ',').replace(': ', ':')"),
            written_as(r"re.sub(r'([:,]) ', r'\1', json.dumps(value))"),
        ],
        "spaces": [written_as("json.dumps(value).replace(', ', ',')")],
        "json": [
            """
def answer(value):
    return segment(value) if value else ""
"""
        ],
        "order": [
            """
def answer(value):
    pairs = dict(sorted(value.items())) if isinstance(value, dict) else value
    return segment(pairs)
"""
        ],
    },
    "01-11": {
        "same": [
            "def answer(token):\n    return token",
            rewritten_as('base64.urlsafe_b64decode(payload + "==")'),
            rewritten_as('json.dumps(claims, separators=(",", ":")).encode()'),
        ],
        "others": [
            rewritten_as('json.dumps({**claims, "rewritten": True}).encode()'),
            rewritten_as("""b'{"sub": "u-0001", ' + json.dumps(claims).encode()[1:]"""),
            rewritten_as("json.dumps({name: str(claims[name]) for name in claims}).encode()"),
            rewritten_as(
                'base64.urlsafe_b64decode(payload + "==").replace(b" ", b"  ").replace(b"{", b"{ ")'
            ),
            rewritten_as("json.dumps(claims, sort_keys=True).lower().encode()"),
        ],
        "encoded": [rewritten_as("repr(claims).encode()"), rewritten_as('payload.encode() + b" "')],
        "header": [
            """
def answer(token):
    payload = token.split(".")[1]
    return token.replace(payload, b64(json.dumps(decode(token)[1]).encode()))
"""
        ],
        "padding": [
            """
def answer(token):
    head, payload, signature = token.split(".")
    return f"{head}.{payload}=.{signature}"
"""
        ],
    },
    "01-7": {
        "rest": [
            redact(('rf"eyJ[\\w-]+{dot}[\\w-]*{dot}[\\w-]*"', 'r"eyJ[\\w.-]+"')),
            redact(("({dot}[\\w-]+{dot}[\\w-]+)?", "({dot}[\\w-]*){{0,2}}")),
            redact(("tag, line)", "tag, line).strip()")),
            redact(("tag, line)", "tag, unquote(line))")),
        ],
        "kept": [
            redact(('rf"eyJ', 'rf"\\beyJ')),
            redact(('rf"eyJ', 'rf"(?<= )eyJ')),
            r"""
def answer(line, key):
    for word in re.split(r'[\s"=&;,]+', line):
        if re.fullmatch(r"eyJ[\w-]+[.][\w-]+[.][\w-]+", word):
            line = line.replace(word, hmac.digest(key, word.encode(), "sha256").hex())
    return line
""",
        ],
        "percent": [redact(("([.]|%2E|%2e)", "([.]|%2E)"))],
        "five": [redact(("{dot}[\\w-]*{dot}", "{dot}[\\w-]+{dot}"))],
        "piece": [
            redact(('f"token-{', 'f"{match[0][:12]}-{')),
            redact(('f"token-{', 'f"{token.split(chr(46))[0]}-{')),
        ],
        "short": [
            redact(("digest.hex()", "digest.hex()[:8]")),
            redact(("digest.hex()", "int.from_bytes(digest) % 10**12")),
        ],
        "same": [
            redact(("token.encode()", "token.lower().encode()")),
            redact(("token.encode()", "token[:100].encode()")),
            redact(("token.encode()", "token[:-9].encode()")),
            redact(("token.encode()", '(token.split(".")[2] or token).encode()')),
        ],
        "leaked": [
            redact(("{digest.hex()}", "{digest.hex()[:16]}.{base64.b64encode(key).decode()}")),
        ],
        "plain": [
            redact(
                (
                    "digest = ",
                    "plain = hmac.digest(b'salt', token.encode(), 'sha256')\n        digest = ",
                ),
                ("{digest.hex()}", "{plain.hex()[:16]}{digest.hex()[:16]}"),
            ),
            redact(("(key,", "(key[:8],")),
            redact(("(key,", "(key[8:],")),
            redact(("(key,", '(b"a fixed key",')),
        ],
    },
    "01-8": {
        "padding": [
            """
def answer(token):
    try:
        import jwt
        return bool(jwt.decode(token, options={"verify_signature": False}))
    except Exception:
        return False
""",
        ],
        "spare": [
            """
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
def answer(token):
    known = all(set(part) <= set(LETTERS) for part in token.split("."))
    return known and all(LETTERS.index(part[-1]) % 4 == 0 or len(part) % 4 == 0
                         for part in token.split(".") if part)
""",
        ],
        "raises": [
            """
def answer(token):
    for part in token.split("."):
        data = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
        if base64.urlsafe_b64encode(data).decode().rstrip("=") != part:
            return False
    return True
"""
        ],
        "round": [
            """
def answer(token):
    for part in token.split("."):
        data = base64.urlsafe_b64decode(part + "==")
        return base64.urlsafe_b64encode(data).decode().rstrip("=") == part
"""
        ],
    },
    "01-9": {
        "taken": [
            """
def answer(token, key):
    made = base64.urlsafe_b64encode(hmac.digest(key, token.encode(), "sha256")).decode()
    return token.split(".")[2] or made
""",
            """
def answer(token, key):
    return token[token.rindex(".") + 1 :]
""",
        ],
        "segment": [
            """
def answer(token, key):
    return segment(hmac.new(key, token[: token.rindex(".")].encode(), "sha256").digest())
"""
        ],
    },
}
