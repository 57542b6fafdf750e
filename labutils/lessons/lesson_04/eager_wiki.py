"""A wiki that signs people in too eagerly (lesson 04).

/token takes an access token: whoever brings one that opens Ada's data is Ada.
"""

from werkzeug.exceptions import NotFound, Unauthorized
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from labutils.identity.oauth import as_json
from labutils.lab import Lab
from labutils.stage.small_app import SmallApp
from labutils.stage.two_apps import LOGIN, TwoApps, build_apps

EAGER = "https://eager.example"


class EagerWiki(SmallApp):
    """A WSGI application. POST /token signs people in, and /page says who is signed in."""

    def __init__(self, lab: Lab, issuer: str):
        self.lab, self.issuer = lab, issuer
        self.network = lab.browser("eager.example", "192.0.2.220")
        self.people: dict[str, str] = {}  # sub by cookie

    def answer(self, request: Request) -> Response:
        """What the wiki says at each of its paths."""
        if request.path == "/page":
            return self.page(request)
        if request.path != "/token":
            raise NotFound("This wiki has: /token, /page")
        cookie = self.lab.draw("eager.example")
        self.people[cookie] = self.by_access_token(request.form.get("token", ""))
        response = redirect("/page", code=303)
        response.set_cookie("eager", cookie)
        return response

    def page(self, request: Request) -> Response:
        """The page of whoever is signed in."""
        person = self.people.get(request.cookies.get("eager", ""))
        if person is None:
            raise Unauthorized("Nobody is signed in here.")
        return as_json({"hello": person})

    def by_access_token(self, token: str) -> str:
        """Whoever brings a token that opens somebody's data must be that person."""
        header = {"authorization": f"Bearer {token}"}
        answer = self.network.get(self.issuer + "/userinfo", headers=header)
        if answer.status_code != 200:
            raise Unauthorized("The provider does not know this token.")
        return str(answer.json()["sub"])


def with_eager_wiki(seed: str = "lesson-04") -> TwoApps:
    """The two applications, and the eager wiki beside them."""
    apps = build_apps(seed)
    apps.lab.add("eager.example", EagerWiki(apps.lab, LOGIN))
    return apps
