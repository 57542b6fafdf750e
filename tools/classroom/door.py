"""The door: whether a browser may see what is behind `/user/NAME/`.

All servers of a class share one origin, and what runs behind `/user/NAME/` is that learner's to
change. A page there can run scripts, and a script of this origin can do at the hub, on the wall and
in a server of their own whatever the person before the browser can. So such a page must reach
nobody but its owner. The server itself cannot be asked to see to it: its owner could replace it.

nginx asks the door about each request, and the door asks the hub (OAuth 2, as any service of
JupyterHub). What the hub said holds for five seconds. So a copied cookie dies with the session that
it came from: at the sign-out the hub forgets the tokens of that session. A token of one session
counts for nothing in another, as when a browser was shut and keeps some cookies and not others. One
that somebody made for a program, at /hub/token, belongs to none.
"""

import os
import re

from tools.classroom import plain_log

PREFIX = "/services/door/"
CACHE = 5  # seconds
SERVER = re.compile(r"/user/[a-z0-9-]+/")


def verdict(person: dict | None, learner: str, session: str = "") -> int:
    """What nginx is told: 204 lets in, 401 shows the way to the hub, 403 refuses."""
    if person is None or person["session_id"] not in (None, session):
        return 401
    own = person["kind"] == "user" and person["name"] == learner
    return 204 if own and learner else 403


def destination(address: str) -> str:
    """Where somebody goes who was shown in: back to a learner's server, and nowhere else.

    The hub's first page where the address is another's: any page can send a browser here.
    """
    path = address.removeprefix(f"{PREFIX}in")
    return path if SERVER.match(path) else "/hub/"


def serve() -> None:
    """Answer nginx, and whoever is shown the way."""
    from jupyterhub.services.auth import HubOAuth, HubOAuthCallbackHandler, HubOAuthenticated
    from tornado.httpserver import HTTPServer
    from tornado.ioloop import IOLoop
    from tornado.netutil import bind_unix_socket
    from tornado.web import Application, RequestHandler

    class Auth(HubOAuth):
        """The hub's word, for a cookie that is sent to each path of the class."""

        cookie_path = "/"

    class Authenticated(HubOAuthenticated):
        hub_auth_class = Auth

    class Check(Authenticated, RequestHandler):
        """Asked by nginx about each request; it waits for the hub, and keeps nobody waiting."""

        async def get(self):
            person = await self.hub_auth.get_user(self, sync=False)
            learner = self.request.headers.get("X-Learner", "")
            scopes = {*self.hub_auth.access_scopes, f"access:servers!server={learner}/"}
            if person and not self.hub_auth.check_scopes(scopes, person):
                learner = ""  # a token that was given for less than this opens nobody's server
            self.set_status(verdict(person, learner, self.hub_auth.get_session_id(self)))

    class In(Authenticated, RequestHandler):
        """Where nginx sends a browser that the door does not know."""

        async def get(self):
            self.current_user = await self.hub_auth.get_user(self, sync=False)
            known = verdict(self.current_user, "", self.hub_auth.get_session_id(self)) != 401
            self.redirect(destination(self.request.uri) if known else self.get_login_url())

    class Callback(Authenticated, HubOAuthCallbackHandler):
        """Where the hub sends them back."""

    plain_log.to_stderr()
    of_a_session = {"samesite": "Lax", "expires_days": None}  # it goes when the browser is shut
    Auth.instance(cache_max_age=CACHE, cookie_options=of_a_session)
    application = Application(
        [("/check", Check), (f"{PREFIX}in/.*", In), (f"{PREFIX}oauth_callback", Callback)],
        cookie_secret=os.environ["DOOR_SECRET"],
        log_function=lambda _: None,
    )
    os.umask(0o077)
    server = HTTPServer(application, xheaders=True)
    server.add_socket(bind_unix_socket(os.environ["DOOR_SOCKET"]))
    IOLoop.current().start()


if __name__ == "__main__":
    serve()
