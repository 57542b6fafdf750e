"""A proxy for tool servers, which becomes a confused deputy when four things come together.

It has one fixed client id at a third party (here: the company's provider); clients register
themselves with it; the third party remembers in a cookie that Ada said yes; and the proxy asks
nothing itself.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import httpx
from werkzeug.exceptions import Forbidden, NotFound
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from labutils.identity.oauth import as_json
from labutils.identity.person import sign_in
from labutils.identity.provider.state import Client
from labutils.lab import Lab
from labutils.stage.small_app import SmallApp
from labutils.stage.two_apps import LOGIN, TwoApps, build_apps

PROXY, HONEST, TOMS = "https://proxy.example", "https://helper.example/cb", "https://tom.example/cb"
Approval = tuple[str, str, str]  # a person, a client, a redirect URI
Forward = Callable[[str, dict[str, Any], str, set[Approval]], bool]


class ToolProxy(SmallApp):
    """A WSGI application. `forward` says whether a request goes on; None: each does.

    POST /register takes a client; /authorize sends a browser on to the third party, /cb brings the
    same browser back with a code. `approvals` is what people said yes to, here.
    """

    def __init__(self, lab: Lab, forward: Forward | None = None):
        self.lab, self.forward = lab, forward
        self.clients: dict[str, dict[str, Any]] = {}
        self.approvals: set[Approval] = set()
        self.waiting: dict[str, str] = {}  # a redirect URI by state

    def answer(self, request: Request) -> Response:
        """Return what the proxy says at each of its paths."""
        if request.path == "/register":
            name, back = request.form["client_name"], request.form["redirect_uri"]
            client_id = f"client-{len(self.clients) + 1}"
            client = {"client_id": client_id, "client_name": name, "redirect_uris": [back]}
            self.clients[client_id] = client
            return as_json(client)
        if request.path == "/authorize":
            return self.authorize(request)
        if request.path == "/cb":
            state = request.args.get("state", "")
            back = self.waiting.pop(state, "")
            if not back or request.cookies.get("state") != state:
                raise Forbidden("This state was not begun in this browser.")
            return redirect(f"{back}?{urlencode({'code': self.lab.draw('proxy.example')})}")
        raise NotFound("The proxy has: /register, /authorize, /cb")

    def authorize(self, request: Request) -> Response:
        """Send a browser on to the third party, under the proxy's own client id."""
        client = self.clients.get(request.args.get("client_id", ""))
        back = request.args.get("redirect_uri", "")
        if client is None or back not in client["redirect_uris"]:
            raise Forbidden("No such client, or another redirect URI.")
        user = request.cookies.get("user", "")
        if self.forward is not None and not self.forward(user, client, back, set(self.approvals)):
            host = back.split("/")[2]
            raise Forbidden(f"{client['client_name']} at {host} wants to use your tools. Agreed?")
        state = self.lab.draw("proxy.example")  # begun only after the yes
        self.waiting[state] = back
        query = {
            "response_type": "code",
            "client_id": "proxy",
            "redirect_uri": PROXY + "/cb",
            "scope": "profile",
            "state": state,
        }
        response = redirect(f"{LOGIN}/authorize?{urlencode(query)}")
        response.set_cookie("state", state)
        return response


class Landing(SmallApp):
    """A client's redirect URI: whoever lands there brings it a code."""

    def answer(self, request: Request) -> Response:
        """Say whether a code came."""
        return as_json({"a code came": "code" in request.args})


def with_proxy(forward: Forward | None = None) -> tuple[TwoApps, ToolProxy, str]:
    """Return the apps, the proxy, and the link that Tom sends Ada.

    Ada has used an honest helper through the proxy, so the third party remembers her yes. Tom has
    registered a client with the same name.
    """
    apps = build_apps("lesson-19/proxy", "2026-11-30T09:00:00Z")
    apps.provider.clients["proxy"] = Client(
        "proxy", (PROXY + "/cb",), "of the proxy", "profile", require_pkce=False
    )
    proxy = ToolProxy(apps.lab)
    apps.lab.add("proxy.example", proxy)
    for host in ("helper.example", "tom.example"):
        apps.lab.add(host, Landing())
    for browser, back in ((apps.ada, HONEST), (apps.tom, TOMS)):
        form = {"client_name": "Calendar Helper", "redirect_uri": back}
        browser.post(PROXY + "/register", data=form)
    proxy.approvals.add(("ada", "client-1", HONEST))
    password = apps.provider.users["ada"].password
    sign_in(apps.ada, link("client-1", HONEST), "ada", password, until=HONEST)
    apps.ada.cookies.set("user", "ada", domain="proxy.example")
    proxy.forward = forward
    return apps, proxy, link("client-2", TOMS)


def link(client_id: str, back: str) -> str:
    """Return the address at which a client begins."""
    return f"{PROXY}/authorize?{urlencode({'client_id': client_id, 'redirect_uri': back})}"


def opened_link(browser: httpx.Client, address: str) -> str:
    """Open a link, go where the answers lead, and return what the last one is."""
    for _ in range(6):
        response = browser.get(address)
        if not response.is_redirect:
            if response.status_code == 403:
                return f"403 {response.json()['error']}"
            landed = "?code=" in address and not address.startswith(PROXY)
            return "the code is at " + address.split("/")[2] if landed else "a page"
        address = response.headers["location"]
    return "no end"


def both_links(forward: Forward | None = None) -> dict[str, str]:
    """Return what becomes of the honest client's link and of Tom's, in Ada's browser."""
    apps, _, toms = with_proxy(forward)
    honest = opened_link(apps.ada, link("client-1", HONEST))
    return {"the helper's own link": honest, "Tom's link": opened_link(apps.ada, toms)}
