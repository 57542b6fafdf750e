"""Lesson 07: right answers in other styles, and changes of the solution that change nothing."""

OTHER_RIGHT = {
    "07-1": [
        """
def answer(value):
    waiting, found = [value], []
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting += one
        elif isinstance(one, str):
            found.append(one)
    return found
""",
        """
def walk(value):
    match value:
        case str():
            yield value
        case dict():
            for inner in value.values():
                yield from walk(inner)
        case list():
            for inner in value:
                yield from walk(inner)
def answer(value):
    return list(walk(value))
""",
        """
def answer(value):
    found = []
    if type(value) is str:
        found.append(value)
    elif type(value) in (dict, list):
        for key in value if type(value) is dict else range(len(value)):
            found += answer(value[key])
    return found
""",
    ],
    "07-2": [
        """
def answer(texts):
    found = set()
    for text in texts:
        found.update(re.findall("eyJ[A-Za-z0-9_-]+[.][A-Za-z0-9_-]+[.][A-Za-z0-9_-]+", text))
    return found
""",
        r"""
def answer(texts):
    return {hit[0] for text in texts for hit in re.finditer(r"eyJ[\\w-]*(?:\\.[\\w-]+){2}", text)}
""".replace("\\\\", "\\"),
        r"""
def answer(texts):
    words = [word for text in texts for word in re.split(r"[^\\w.-]+", text)]
    return {w for w in words if w.startswith("eyJ") and w.count(".") == 2 and all(w.split("."))}
""".replace("\\\\", "\\"),
    ],
    "07-3": [
        """
def answer(value, keep, replace, name):
    match value:
        case dict():
            return dict((n, answer(v, keep, replace, n)) for n, v in value.items())
        case list():
            return list(map(lambda one: answer(one, keep, replace, name), value))
        case str():
            return value if name in keep else replace(value)
        case _:
            return value
""",
        """
def answer(value, keep, replace, name):
    if type(value) is str:
        return replace(value) if name not in keep else value
    if type(value) is dict:
        new = {}
        for inner in value:
            new[inner] = answer(value[inner], keep, replace, inner)
        return new
    if type(value) is list:
        new = []
        for inner in value:
            new.append(answer(inner, keep, replace, name))
        return new
    return value
""",
        """
import copy
def change(value, keep, replace, name):
    if isinstance(value, (dict, list)):
        for at in value if isinstance(value, dict) else range(len(value)):
            inner = at if isinstance(value, dict) else name
            value[at] = change(value[at], keep, replace, inner)
    elif isinstance(value, str) and name not in keep:
        return replace(value)
    return value
def answer(value, keep, replace, name):
    return change(copy.deepcopy(value), keep, replace, name)
""",
    ],
    "07-4": [
        """
def answer(text, key):
    return "x-" + hmac.digest(key, text.encode("utf-8"), "sha256").hex()[:10]
""",
        """
def answer(text, key):
    tagger = hmac.new(key, digestmod=hashlib.sha256)
    tagger.update(bytes(text, "utf-8"))
    return f"x-{tagger.hexdigest():.10}"
""",
        """
def answer(text, key):
    key = key.ljust(64, bytes(1))
    inner = hashlib.sha256(bytes(one ^ 0x36 for one in key) + text.encode()).digest()
    outer = hashlib.sha256(bytes(one ^ 0x5C for one in key) + inner).hexdigest()
    return "x-" + outer[0:10]
""",
    ],
    "07-5": [
        """
def answer(url, replace):
    rest = url.partition("#")[0]
    rest, _, query = rest.partition("?")
    scheme, _, rest = rest.partition("://")
    host, slash, path = rest.partition("/")
    cleaned = scheme + "://" + host[host.rfind("@") + 1:] + slash
    cleaned += "/".join(piece and replace(piece) for piece in path.split("/"))
    return cleaned + ("?" + replace(query) if query else "")
""",
        """
def answer(url, replace):
    parts = urlsplit(url)
    path = re.sub("[^/]+", lambda piece: replace(piece[0]), parts.path)
    query = parts.query and replace(parts.query)
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=host, path=path, query=query, fragment="").geturl()
""",
        """
def answer(url, replace):
    scheme, netloc, path, query, _ = urlsplit(url)
    pieces = []
    for piece in path.split("/"):
        pieces.append(replace(piece) if piece != "" else piece)
    if query:
        query = replace(query)
    return urlunsplit([scheme, netloc.rsplit("@", 1)[-1], "/".join(pieces), query, None])
""",
    ],
    "07-6": [
        """
def answer(body):
    try:
        said = json.loads(body)
        members = said.items()
    except (ValueError, AttributeError):
        return "{}"
    kept = {n: v for n, v in members if n in ("error", "incident") and isinstance(v, str)}
    return json.dumps({n: v for n, v in kept.items() if re.fullmatch(PLAIN, v)})
""",
        """
def answer(body):
    try:
        said = json.loads(body)
    except json.JSONDecodeError:
        said = {}
    said = said if type(said) is dict else {}
    for name in list(said):
        good = name in {"error", "incident"} and type(said[name]) is str
        if not good or not re.compile(PLAIN).fullmatch(said[name]):
            del said[name]
    return json.dumps(said, indent=1)
""",
        """
def answer(body):
    kept = {}
    try:
        match json.loads(body):
            case {"error": str(error)} if re.fullmatch(PLAIN, error):
                kept["error"] = error
        match json.loads(body):
            case {"incident": str(incident)} if re.fullmatch(PLAIN, incident):
                kept["incident"] = incident
    except ValueError:
        pass
    return json.dumps(kept)
""",
    ],
}

EQUIVALENT: dict[str, dict[str, str]] = {}

# Exercise -> mistake -> wrong answers as learners write them.
MISTAKES: dict[str, dict[str, list[str]]] = {
    "07-1": {
        "alone": [
            """
def answer(value, found=[]):
    if isinstance(value, str):
        found.append(value)
    if isinstance(value, dict):
        value = list(value.values())
    for inner in value if isinstance(value, list) else []:
        answer(inner)
    return found
"""
        ],
        "list": [
            """
def answer(value):
    if isinstance(value, str):
        yield value
    inner = value.values() if isinstance(value, dict) else value
    for one in inner if isinstance(value, dict | list) else ():
        yield from answer(one)
""",
            """
def answer(value):
    if isinstance(value, str):
        return {value}
    inner = value.values() if isinstance(value, dict) else value
    return set().union(*map(answer, inner)) if isinstance(value, dict | list) else set()
""",
        ],
        "lists": [
            """
def answer(value):
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for inner in value.values() for text in answer(inner)]
    return []
"""
        ],
    },
    "07-2": {
        "payload": [
            r"""
def answer(texts):
    return {one for text in texts for one in re.findall(r"eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+", text)}
""",
            r"""
def answer(texts):
    return {one for text in texts for one in re.findall(r"eyJ[\w-]{6,}(?:\.[\w-]{6,}){2}", text)}
""",
        ],
        "dots": [
            r"""
def answer(texts):
    shape = r"eyJ[\w-]+\.[\w-]+\.[\w-]+"
    return {one for text in texts for one in re.findall(shape, text, re.IGNORECASE)}
""",
        ],
        "groups": [
            r"""
def answer(texts):
    return {one for text in texts for one in re.findall(r"(eyJ[\w-]+(\.[\w-]+){2})", text)}
"""
        ],
        "unsigned": [
            r"""
def answer(texts):
    return {one for text in texts for one in re.findall(r"eyJ[\w-]+\.[\w-]+\.[\w-]*", text)}
"""
        ],
    },
    "07-3": {
        "looks": [
            """
def answer(value, keep, replace, name):
    if isinstance(value, dict):
        return {inner: answer(more, keep, replace, inner) for inner, more in value.items()}
    if isinstance(value, list):
        return [answer(inner, keep, replace, name) for inner in value]
    if isinstance(value, str) and name not in keep and CONDITION:
        return replace(value)
    return value
""".replace("CONDITION", condition)
            for condition in (
                "not value.isdigit()",
                "not value.startswith('http')",
                "len(value) <= 200",
                "value not in ('true', 'false', 'null')",
                "not re.fullmatch('[A-Z]{3,7}', value)",
            )
        ],
        "below": [
            """
def answer(value, keep, replace, name):
    if name in keep or value is None or isinstance(value, int):
        return value
    if isinstance(value, str):
        return replace(value)
    if isinstance(value, list):
        return [answer(inner, keep, replace, name) for inner in value]
    return {inner: answer(more, keep, replace, inner) for inner, more in value.items()}
"""
        ],
    },
    "07-4": {
        "whole": [
            """
def answer(text, key):
    return "x-" + hmac.new(key, TEXT.encode(), "sha256").hexdigest()[:10]
""".replace("TEXT", text)
            for text in ("text.strip().lower()", "text[:100]")
        ],
        "plain": [
            """
def answer(text, key):
    return "x-" + HASHED[:10]
""".replace("HASHED", hashed)
            for hashed in (
                "hashlib.md5(text.encode()).hexdigest()",
                "str(hash(text))",
                "hmac.new(b'salt', text.encode(), 'sha256').hexdigest()",
            )
        ],
        "readable": [
            """
def answer(text, key):
    return "x-" + text + key.hex()
"""
        ],
    },
    "07-5": {
        "IPv6": [
            """
def answer(url, replace):
    parts = urlsplit(url)
    path = "/".join(piece and replace(piece) for piece in parts.path.split("/"))
    host = parts.hostname + (f":{parts.port}" if parts.port else "")
    query = parts.query and replace(parts.query)
    return urlunsplit((parts.scheme, host, path, query, ""))
""",
            """
def answer(url, replace):
    parts = urlsplit(url)
    path = "/".join(piece and replace(piece) for piece in parts.path.split("/"))
    host = parts.netloc.split("@")[-1].strip("[]")
    query = parts.query and replace(parts.query)
    return urlunsplit((parts.scheme, host, path, query, ""))
""",
        ],
        "path": [
            """
from urllib.parse import urlparse
def answer(url, replace):
    parts = urlparse(url)
    path = "/".join(piece and replace(piece) for piece in parts.path.split("/"))
    query = parts.query and replace(parts.query)
    host = parts.netloc.split("@")[-1]
    return parts._replace(netloc=host, path=path, query=query, fragment="").geturl()
"""
        ],
        "at": [
            """
def answer(url, replace):
    scheme, _, rest = url.partition("://")
    parts = urlsplit(scheme + "://" + rest.rpartition("@")[2])
    path = "/".join(piece and replace(piece) for piece in parts.path.split("/"))
    query = parts.query and replace(parts.query)
    return urlunsplit((parts.scheme, parts.netloc, path, query, ""))
"""
        ],
        "no query": [
            """
def answer(url, replace):
    parts = urlsplit(url)
    path = "/".join(piece and replace(piece) for piece in parts.path.split("/"))
    host = parts.netloc.split("@")[-1]
    return f"{parts.scheme}://{host}{path}?{replace(parts.query)}"
"""
        ],
        "user": [
            """
def answer(url, replace):
    parts = urlsplit(url)
    path = re.sub("[^/]+", lambda piece: replace(piece[0]), parts.path)
    query = parts.query and replace(parts.query)
    host = parts.netloc.partition("@")[2] or parts.netloc
    return urlunsplit((parts.scheme, host, path, query, ""))
"""
        ],
    },
    "07-6": {
        "pattern": [
            """
def answer(body):
    said = json.loads(body)
    kept = {name: text for name, text in said.items() if PLAIN.match(text)}
    return json.dumps(kept)
"""
        ],
        "shape": [
            *[
                """
def answer(body):
    try:
        said = json.loads(body)
    except ValueError:
        return "{}"
    if not isinstance(said, dict):
        return "{}"
    members = [(n, said[n]) for n in ("error", "incident") if isinstance(said.get(n), str)]
    return json.dumps({n: TEXT for n, t in members if CONDITION})
""".replace("TEXT", text).replace("CONDITION", condition)
                for text, condition in (
                    ("t.strip()", "re.fullmatch(PLAIN, t.strip())"),
                    ("t", "re.fullmatch(PLAIN, t, re.IGNORECASE)"),
                    ("t", "re.match('(?:' + PLAIN + ')$', t)"),
                )
            ],
            """
def answer(body):
    try:
        said = json.loads(body)
    except ValueError:
        return "{}"
    names = ("error", "incident")
    if not isinstance(said, dict):
        return "{}"
    return json.dumps({n: said[n] for n in names if isinstance(said.get(n), str)})
""",
        ],
    },
}
