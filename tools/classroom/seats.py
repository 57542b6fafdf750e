"""A seat: the proof that the hub let this browser into that learner's server.

All servers of a class share one origin, and what runs behind `/user/NAME/` is that learner's to
change. A page there can run scripts, and a script of this origin can do at the hub, on the wall and
in a server of their own whatever the person before the browser can. So such a page must reach
nobody but its owner. The server itself cannot be asked to see to it: its owner could replace it.

The door sees to it. Where the hub sends a browser back to a server with an authorization code, the
door adds a cookie. Without that cookie a browser gets nothing from the server but the way to the
hub's sign-in, and the server gets none of its cookies.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, urlsplit

AUTHORIZE = "/hub/api/oauth2/authorize"
SERVER = re.compile(r"/user/([a-z0-9-]+)")
DAYS = 14  # as long as a sign-in of JupyterHub

Headers = list[tuple[bytes, bytes]]


def cookie_name(name: str, *, secure: bool) -> str:
    """`__Secure-`: a browser takes it over HTTPS alone, so nobody at another port can plant it."""
    return f"{'__Secure-' if secure else ''}seat-{name}"


def proof(secret: bytes, name: str) -> str:
    """What only the door can write (HMAC, RFC 2104)."""
    return hmac.new(secret, f"seat {name}".encode(), hashlib.sha256).hexdigest()


def granted(path: str, location: str) -> str | None:
    """The learner whose server the hub lets this browser into with this redirect, or None.

    Asked of the hub's answers alone. Any page of the hub can be told in `next` where to send a
    browser; only the authorization endpoint asks first whether the person may go there.
    """
    goal = urlsplit(location)
    learner = SERVER.match(goal.path)
    if urlsplit(path).path != AUTHORIZE or goal.netloc or not learner:
        return None
    if goal.path != f"{learner[0]}/oauth_callback" or "code" not in parse_qs(goal.query):
        return None
    return learner[1]


def seat(secret: bytes, name: str, *, secure: bool) -> bytes:
    """The Set-Cookie header of a seat."""
    attributes = f"Path=/user/{name}/; Max-Age={DAYS * 86_400}; HttpOnly; SameSite=Lax"
    attributes += "; Secure" if secure else ""
    return f"{cookie_name(name, secure=secure)}={proof(secret, name)}; {attributes}".encode()


def has_seat(headers: Headers, secret: bytes, name: str, *, secure: bool) -> bool:
    """Whether a request shows a seat. Several cookies can have one name; one right one will do."""
    wanted, value = cookie_name(name, secure=secure), proof(secret, name)
    cookies = b";".join(line for key, line in headers if key == b"cookie").decode("latin-1")
    pairs = (one.strip().partition("=") for one in cookies.split(";"))
    return any(hmac.compare_digest(v.encode(), value.encode()) for k, _, v in pairs if k == wanted)


def brings_a_token(headers: Headers) -> bool:
    """Whether a program asks, with a token of the hub: no link makes a browser send one."""
    return any(
        key == b"authorization" and value.lower().startswith((b"token ", b"bearer "))
        for key, value in headers
    )


def without_cookies(headers: Headers) -> Headers:
    """A stranger's request, as a server may see it."""
    return [(key, value) for key, value in headers if key != b"cookie"]


def to_the_hub(status: int, headers: Headers, name: str) -> Headers | None:
    """Of a server's answer to a stranger what they may have: the way to the hub's sign-in, be it by
    another address of this server, with the cookie that the way back needs. None where the answer
    is something else.
    """
    own = f"/user/{name}/"
    locations = [value for key, value in headers if key == b"location"]
    if not 300 <= status < 400 or len(locations) != 1:
        return None
    goal = urlsplit(locations[0].decode("latin-1"))
    if goal.scheme or goal.netloc or not (goal.path == AUTHORIZE or goal.path.startswith(own)):
        return None
    return [(b"Location", locations[0]), *_cookies_below(headers, own)]


def _cookies_below(headers: Headers, path: str) -> Iterable[tuple[bytes, bytes]]:
    """The cookies that are set for this path alone: one for `/hub/` would sign a stranger in as
    whoever planted it."""
    for key, value in headers:
        if key == b"set-cookie":
            cookies: SimpleCookie = SimpleCookie()
            try:
                cookies.load(value.decode("latin-1"))
            except CookieError:
                continue
            if len(cookies) == 1 and all(one["path"].startswith(path) for one in cookies.values()):
                yield key, value
