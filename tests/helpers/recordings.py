"""The recording of the course, and recordings that hide a secret in one place or another."""

import base64
import functools
import json

import jsonschema
from how_many import draws
from hypothesis import settings
from hypothesis import strategies as st
from places import HAR_SCHEMA

from labutils import har
from labutils.identity.keys import json_part
from labutils.lab import data_file

SCHEMA = jsonschema.Draft202012Validator(json.loads(HAR_SCHEMA.read_text(encoding="utf-8")))


RAW = data_file("support-case.har").read_bytes()


CASE = har.read(RAW)


EXPORTED = har.read(data_file("support-case-default-export.har").read_bytes())


MANY = settings(max_examples=draws(200), deadline=None, derandomize=True, database=None)


def valid(found: dict) -> bool:
    return not [error.message for error in SCHEMA.iter_errors(found)]


def an_entry(**changes: object) -> dict:
    """A valid entry; members are changed or added by a path with `__` between its parts."""
    entry = {
        "startedDateTime": "2023-10-02T09:00:00.000Z",
        "time": 4,
        "cache": {},
        "timings": {"send": 0, "wait": 4, "receive": 0},
        "request": {
            "method": "GET",
            "url": "https://wiki.example/api/reports",
            "httpVersion": "HTTP/2",
            "cookies": [],
            "headers": [],
            "queryString": [],
            "headersSize": -1,
            "bodySize": 0,
        },
        "response": {
            "status": 200,
            "statusText": "OK",
            "httpVersion": "HTTP/2",
            "cookies": [],
            "headers": [],
            "redirectURL": "",
            "content": {"size": 1040, "mimeType": "application/json"},
            "headersSize": -1,
            "bodySize": 1040,
        },
    }
    for path, value in changes.items():
        *way, last = path.split("__")
        functools.reduce(dict.get, way, entry)[last] = value
    return entry


def a_har(*entries: dict, **log: object) -> dict:
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "test", "version": "1"},
            **log,
            "entries": list(entries),
        }
    }


def header(name: str, value: str) -> dict:
    return {"request__headers": [{"name": name, "value": value}]}


def body(text: str, mime: str = "application/json", **more: str) -> dict:
    return {"response__content": {"size": len(text), "mimeType": mime, "text": text, **more}}


def posted(text: str, mime: str, **more: object) -> dict:
    return {"request__postData": {"mimeType": mime, "text": text, **more}}


def packed(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


SECRET = "sEcret-77aa01bc9d"  # letters of both cases, digits, nothing that would need an escape


CLAIMS = {"sub": SECRET, "exp": 1696237804}


TOKEN = f"{json_part({'alg': 'ES256', 'kid': SECRET})}.{json_part(CLAIMS)}.{SECRET}"


JWE = f"{json_part({'alg': 'dir', 'enc': 'A128GCM'})}..{SECRET}.{SECRET}.{SECRET}"


FORM_TYPE = "application/x-www-form-urlencoded"


HIDING_PLACES = {
    "the Authorization header": header("Authorization", f"Bearer {SECRET}"),
    "a Basic header": header("Authorization", "Basic " + packed(f"ada:{SECRET}")),
    "the Cookie header": header("Cookie", f"theme=dark; session={SECRET}"),
    "the list of cookies": {
        "request__cookies": [
            {"name": "session", "value": SECRET, "path": f"/{SECRET}", "domain": SECRET}
        ]
    },
    "the Set-Cookie header": {
        "response__headers": [
            {
                "name": "Set-Cookie",
                "value": f"sid={SECRET}; Path=/{SECRET}; HttpOnly\nb={SECRET}; {SECRET}",
            }
        ]
    },
    "an opaque token in JSON": body(json.dumps({"data": [{"access_token": SECRET}]})),
    "a JWT in JSON": body(json.dumps({"id_token": TOKEN})),
    "the signature of a JWT": header(
        "X-Auth-Token", f"{json_part({'alg': 'ES256'})}.{json_part({})}.{SECRET}"
    ),
    "an address": {
        "request__url": f"https://u:{SECRET}@wiki.example/cb?code={SECRET}&{SECRET}#access_token={SECRET}"
    },
    "the Location header": {
        "response__headers": [
            {"name": "Location", "value": f"https://wiki.example/cb?code={SECRET}"}
        ]
    },
    "the redirect": {"response__redirectURL": f"/cb/{SECRET}?code={SECRET}"},
    "the referrer": header("Referer", f"https://wiki.example/reset/{SECRET}"),
    "a form as text": posted(f"username=ada&password={SECRET}&{SECRET}=1", FORM_TYPE),
    "a form as parameters": posted(
        "",
        FORM_TYPE,
        params=[{"name": "password", "value": SECRET}, {"name": SECRET, "fileName": SECRET}],
    ),
    "a JWE": header("X-Token", JWE),
    "an API key header": header("X-Api-Key", SECRET),
    "a CSRF header": header("X-CSRF-Token", SECRET),
    "a header nobody knows": header(f"X-{SECRET}", "1"),
    "a body in base64": body(packed(json.dumps({"password": SECRET})), encoding="base64"),
    "a WebSocket message": {
        "_webSocketMessages": [
            {"type": "send", "time": 1.5, "opcode": 1, "data": json.dumps({"token": SECRET})}
        ]
    },
    "the initiator's address": {
        "_initiator": {"type": "script", "url": f"https://wiki.example/{SECRET}?t={SECRET}"}
    },
    "the initiator's stack": {
        "_initiator": {
            "stack": {"callFrames": [{"functionName": SECRET, "url": f"https://h/{SECRET}.js"}]}
        }
    },
    "a DPoP proof": header("DPoP", TOKEN),
    "a JSON name": body(json.dumps({"sessions": {SECRET: True}})),
    "JSON in JSON": body(json.dumps({"payload": json.dumps({"inner": SECRET, SECRET: 1})})),
    "a cookie's name": header("Cookie", f"{SECRET}=1; theme=dark"),
    "a path segment": {"request__url": f"https://wiki.example/reset/{SECRET}/done;{SECRET}"},
    "a path in percent signs": {
        "request__url": "https://wiki.example/"
        + "".join(f"%{byte:02x}" for byte in SECRET.encode())
    },
    "a query's name": {
        "request__queryString": [{"name": SECRET, "value": ""}],
        "request__url": f"https://wiki.example/?{SECRET}",
    },
    "a page of HTML": body(f"<input name=csrf value={SECRET}>", "text/html"),
    "comments and addresses": {
        "comment": SECRET,
        "serverIPAddress": SECRET,
        "connection": SECRET,
        "pageref": SECRET,
    },
    "the certificate": {"_securityDetails": {"subjectName": SECRET, "sanList": [SECRET]}},
    "members of nobody's format": {
        "_own": {"deep": [[SECRET]]},
        SECRET: 1,
        "request__method": SECRET,
        "response__statusText": SECRET,
    },
    "types": posted("", f"application/{SECRET}")
    | {"response__httpVersion": SECRET, "_resourceType": SECRET, "startedDateTime": SECRET},
    "a data address": {"request__url": f"data:text/plain,{SECRET}"},
    "a script": body(f'const key = "{SECRET}";', "text/javascript"),
}


def planted(place: str, letters: str) -> dict:
    """A HAR with the secret in one place, with header names in one letter case or another."""
    entry = an_entry(**HIDING_PLACES[place])
    for side in ("request", "response"):
        for found in entry[side]["headers"]:
            if SECRET not in found["name"]:
                found["name"] = getattr(str, letters)(found["name"])
    return a_har(entry)


def holds(found: dict, secret: str = SECRET) -> bool:
    """Whether the secret is in any text, however packed, or in a part of one, in any case."""
    return (
        any(secret.lower() in text.lower() for text in har.strings(found))
        or secret.lower() in json.dumps(found).lower()
    )


names = st.sampled_from(
    [
        "request",
        "response",
        "headers",
        "cookies",
        "content",
        "postData",
        "text",
        "name",
        "value",
        "url",
        "encoding",
        "params",
        "mimeType",
        "timings",
        "status",
        "_initiator",
        "_webSocketMessages",
        SECRET,
        "queryString",
        "redirectURL",
        "cache",
    ]
)


texts = st.text(max_size=8) | st.sampled_from(
    [
        SECRET,
        TOKEN,
        JWE,
        "base64",
        "cookie",
        "Set-Cookie",
        "Authorization",
        f"Bearer {SECRET}",
        f"a={SECRET}&b",
        packed(SECRET),
        "%",
        "",
        f"https://{SECRET}@h/{SECRET}?{SECRET}#{SECRET}",
        f"//{SECRET}:{SECRET}",
        json.dumps([SECRET]),
        f"[{SECRET}",
        "\ud800",
        "host",
        ":path",
        f"{SECRET}; {SECRET}={SECRET}",
        "ey.ey.",
        "http://[",
    ]
)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=5),
    max_leaves=25,
)
