"""Lesson 01: right answers in other styles, and changes of the solution that change nothing."""

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
    from labutils.identity.tokens import unb64
    first, second, third = token.split(".")
    return (json.loads(unb64(first)), json.loads(unb64(second)))
""",
        """
def answer(token):
    # a library: it passes, though "by hand" was asked
    import jwt
    claims = jwt.decode(token, options={"verify_signature": False})
    return jwt.get_unverified_header(token), claims
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
    "01-5": [
        """
def answer(token, name, value):
    parts = token.split(".")
    header, claims = decode(token)
    claims[name] = value
    parts[1] = segment(claims)
    return ".".join(parts)
""",
        """
def answer(token, name, value):
    first, rest = token.split(".", 1)
    payload, last = rest.split(".")
    claims = decode(token)[1]
    claims.update({name: value})
    return first + "." + segment(claims) + "." + last
""",
        """
def answer(token, name, value):
    payload = token.split(".")[1]
    return token.replace("." + payload + ".", "." + segment(decode(token)[1] | {name: value}) + ".")
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
def answer(line, key):
    for token in re.findall(r"eyJ[A-Za-z0-9_-]+[.][A-Za-z0-9_-]+[.][A-Za-z0-9_-]*", line):
        line = line.replace(token, hmac.new(key, token.encode(), "sha256").hexdigest())
    return line
""",
        """
def answer(line, key):
    import hashlib
    pattern = re.compile(r"eyJ[\\w-]+(?:\\.[\\w-]*){2}", re.ASCII)
    digest = lambda m: hashlib.sha256(key + m.group().encode()).hexdigest()
    return pattern.sub(lambda m: "<" + digest(m)[:16] + ">", line)
""",
        """
def answer(line, key):
    out, place = "", 0
    for match in re.finditer(r"eyJ[-_0-9A-Za-z]*[.][-_0-9A-Za-z]+[.][-_0-9A-Za-z]*", line):
        digest = hmac.digest(key, match.group(0).encode("ascii"), "sha512")
        out += line[place : match.start()] + "jwt:" + base64.b32encode(digest).decode().strip("=")
        place = match.end()
    return out + line[place:]
""",
        """
def answer(line, key):
    def tag(match):
        mac = hmac.digest(key, match[3].encode() or match[0].encode(), "sha256")
        return "token-" + base64.urlsafe_b64encode(mac).decode()
    return re.sub(r"(eyJ[\\w-]+)\\.([\\w-]+)\\.([\\w-]*)", tag, line)
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
        "order": [
            """
def answer(value):
    pairs = dict(sorted(value.items())) if isinstance(value, dict) else value
    return segment(pairs)
"""
        ],
    },
    "01-8": {
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
