"""Ask Django OAuth Toolkit what a thief's copies still open: `python django_toolkit.py`.

Everything happens in this process: Django's test client sends the requests, the database is SQLite
in memory, and time-machine moves the time. Settings are the defaults, but for SETTINGS. Prints one
JSON object: what still opens after each action, and the answers to a few questions.
"""

import datetime
import importlib.metadata
import json
import logging
import platform
import time
import warnings
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import django
import jwt
import time_machine
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from questions import (
    KEYS_ARE_KEPT,
    RACES,
    SECRETS,
    TRIES,
    VERIFIER,
    WHOLE,
    authorization_request,
    basic,
    opens,
    outcome,
    race,
    whole_runbook,
)

SETTINGS = [
    "OpenID Connect is on (OIDC_ENABLED), with an RSA key of 2048 bits and the scope openid",
    "RP-initiated logout is on (OIDC_RP_INITIATED_LOGOUT_ENABLED); what it does is the default",
    "applications sign ID tokens by RS256 and skip the page that asks for consent"
    " (skip_authorization)",
    "passwords and client secrets are hashed by MD5, so that this is quick",
    "access tokens are opaque: the row access token is a view in the provider's own process"
    " (protected_resource)",
    "the session is tried without prompt=none, which is answered with HTTP 500",
    "everybody who checks ID tokens fetches the provider's keys anew after five minutes",
    "there is no wiki: no back-channel logout, so nobody would tell it",
]
START = datetime.datetime(2026, 12, 1, 9, tzinfo=datetime.UTC)
PROVIDER = "https://login.example/o"
CALLBACKS = {"notes": "https://notes.example/cb", "wiki": "https://wiki.example/cb"}


def rsa_key() -> str:
    """A new private key, as the text that the settings want."""
    key = rsa.generate_private_key(65537, 2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


# --- a Django project around the toolkit --------------------------------------------------------

settings.configure(
    SECRET_KEY="only-for-this-process",
    ALLOWED_HOSTS=["login.example"],
    ROOT_URLCONF=__name__,
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "oauth2_provider",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    LOGIN_URL="/login",
    OAUTH2_PROVIDER={
        "OIDC_ENABLED": True,
        "OIDC_RSA_PRIVATE_KEY": rsa_key(),
        "OIDC_RP_INITIATED_LOGOUT_ENABLED": True,
        "SCOPES": {"openid": "OpenID Connect", "read": "Reading scope", "write": "Writing scope"},
    },
)
logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")
django.setup()

# These modules can be imported only now, where there are settings.
from django.contrib.auth.models import User  # noqa: E402
from django.contrib.auth.views import LoginView, PasswordChangeView  # noqa: E402
from django.contrib.sessions.models import Session  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.http import HttpRequest, JsonResponse  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import include, path  # noqa: E402
from oauth2_provider.decorators import protected_resource  # noqa: E402
from oauth2_provider.models import (  # noqa: E402
    AccessToken,
    Application,
    Grant,
    IDToken,
    RefreshToken,
)
from oauth2_provider.settings import oauth2_settings  # noqa: E402


@protected_resource(scopes=["read"])
def me(request: HttpRequest) -> JsonResponse:
    """An API in the provider's own process: it looks a token up in the database."""
    return JsonResponse({"hello": str(request.resource_owner)})


urlpatterns = [
    path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")),
    path("me", me),
    path("login", LoginView.as_view()),
    path("password", PasswordChangeView.as_view(success_url="/me")),
]


def new_application(name: str, **fields: object) -> None:
    """Register an application; it is a confidential one where it has a secret."""
    kind = "confidential" if name in SECRETS else "public"
    secret = {"client_secret": SECRETS[name]} if name in SECRETS else {}
    Application.objects.create(client_id=name, name=name, client_type=kind, **secret, **fields)


def empty_database() -> None:
    """Begin anew: Ada, two applications, the backup job and an API that asks."""
    for model in (AccessToken, RefreshToken, IDToken, Grant, Application, Session, User):
        model.objects.all().delete()
    User.objects.create_user("ada", password="a-password")
    for name, callback in CALLBACKS.items():
        new_application(
            name,
            authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
            redirect_uris=callback,
            post_logout_redirect_uris=callback,
            algorithm=Application.RS256_ALGORITHM,
            skip_authorization=True,
        )
    for name in ("backup", "api"):
        new_application(name, authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS)


# --- those who ask it ---------------------------------------------------------------------------


def browser(cookie: str = "") -> Client:
    """A browser; it has the cookie of a session where one is handed over."""
    client = Client(SERVER_NAME="login.example", raise_request_exception=False)
    if cookie:
        client.cookies["sessionid"] = cookie
    return client


def bearer(token: str) -> dict[str, str]:
    """The header with an access token."""
    return {"authorization": f"Bearer {token}"}


def authorize(who: Client, client: str = "notes", **changes: str | None) -> Any:
    """Send an authorization request with PKCE; None leaves a parameter out."""
    query = {"scope": "openid read", **changes}
    request = authorization_request(client, CALLBACKS[client], **query)
    return who.get("/o/authorize/", request, secure=True)


def in_redirect(response: Any, name: str) -> str:
    """A parameter in the address that a redirect leads to; empty where there is none."""
    query = parse_qs(urlsplit(response.headers.get("location", "")).query)
    return query.get(name, [""])[0]


def code_in(response: Any) -> str:
    """The authorization code that a redirect carries; empty where it carries none."""
    return in_redirect(response, "code")


def authorization_outcome(response: Any) -> str:
    """An authorization response in a word: "code", or the error, or the status."""
    if code_in(response):
        return "code"
    return in_redirect(response, "error") or f"HTTP {response.status_code}"


def post(address: str, client: str, form: dict[str, str]) -> Any:
    """Send a form to one of the provider's endpoints, in the name of a client."""
    form = {"client_id": client, **form}
    return browser().post(address, form, secure=True, headers=basic(client))


def redeem(code: str, client: str = "notes", verifier: str = VERIFIER) -> Any:
    """Give an authorization code for tokens."""
    form = {"grant_type": "authorization_code", "code": code, "code_verifier": verifier}
    return post("/o/token/", client, {**form, "redirect_uri": CALLBACKS[client]})


def refresh(token: str) -> Any:
    """Give a refresh token of notes for new tokens."""
    return post("/o/token/", "notes", {"grant_type": "refresh_token", "refresh_token": token})


def client_credentials() -> Any:
    """Ask for a machine token, with the secret that the backup job had at the theft."""
    return post("/o/token/", "backup", {"grant_type": "client_credentials", "scope": "read"})


def get_with(token: str, address: str) -> int:
    """How an address answers to a bearer token, as a status."""
    status: int = browser().get(address, secure=True, headers=bearer(token)).status_code
    return status


class Theft:
    """Ada's tokens, her code and her cookie; Tom has a copy of each."""

    def __init__(self) -> None:
        """Let Ada sign in, use notes, and lose everything to Tom."""
        empty_database()
        self.ada = browser()
        self.ada.login(username="ada", password="a-password")
        self.cookie = self.ada.cookies["sessionid"].value
        self.notes = redeem(code_in(authorize(self.ada))).json()
        self.refresh_token = self.notes["refresh_token"]
        self.machine_token = client_credentials().json()["access_token"]
        self.code = code_in(authorize(self.ada))
        self.fetch_keys()

    def fetch_keys(self) -> None:
        """Fetch the provider's keys, as an application does that checks ID tokens."""
        response = browser().get("/o/.well-known/jwks.json", secure=True)
        self.keys, self.fetched = jwt.PyJWKSet.from_dict(response.json()), time.time()

    def session_at_the_provider(self) -> bool:
        """With Ada's cookie Tom gets a code for a request of his own."""
        return bool(code_in(authorize(browser(self.cookie))))

    def authorization_code(self) -> bool:
        """A code that Ada's browser received for a request of Tom's gives him tokens."""
        return redeem(self.code).status_code == 200

    def id_token(self) -> bool:
        """An application that checks signature, issuer, audience and expiry takes the ID token."""
        if time.time() - self.fetched >= KEYS_ARE_KEPT:
            self.fetch_keys()
        token = self.notes["id_token"]
        try:
            key = self.keys[jwt.get_unverified_header(token)["kid"]]
            jwt.decode(token, key, ["RS256"], audience="notes", issuer=PROVIDER)
        except (KeyError, jwt.PyJWTError):
            return False
        return True

    def access_token(self) -> bool:
        """The access token opens the API in the provider's process."""
        return get_with(self.notes["access_token"], "/me") == 200

    def introspection(self) -> bool:
        """The provider tells an API that the access token is active (RFC 7662)."""
        response = post("/o/introspect/", "api", {"token": self.notes["access_token"]})
        return response.json().get("active") is True

    def refreshes(self) -> bool:
        """The refresh token gives new tokens; Tom keeps the new refresh token."""
        response = refresh(self.refresh_token)
        self.refresh_token = response.json().get("refresh_token", self.refresh_token)
        return response.status_code == 200


ROWS: dict[str, Callable[[Theft], bool] | None] = {
    "session at the provider": Theft.session_at_the_provider,
    "session at the wiki": None,
    "authorization code": Theft.authorization_code,
    "ID token": Theft.id_token,
    "access token": Theft.access_token,
    "access token, API asks": Theft.introspection,
    "refresh token": Theft.refreshes,
    "machine token": lambda theft: get_with(theft.machine_token, "/me") == 200,
    "client secret": lambda _theft: client_credentials().status_code == 200,
}


# --- what people do -----------------------------------------------------------------------------


def log_out_at_the_provider(theft: Theft) -> None:
    """Notes sends Ada to the provider's logout, and she confirms (RP-Initiated Logout)."""
    form = {"id_token_hint": theft.notes["id_token"], "allow": "True"}
    theft.ada.post("/o/logout/", form, secure=True)
    if code_in(authorize(theft.ada)):
        raise RuntimeError("Ada has logged out, and her own browser is still signed in.")


def change_password(theft: Theft) -> None:
    """Ada changes her password on Django's own page."""
    new = {"new_password1": "analytical-engine", "new_password2": "analytical-engine"}
    theft.ada.post("/password", {"old_password": "a-password", **new}, secure=True)
    if not User.objects.get(username="ada").check_password("analytical-engine"):
        raise RuntimeError("The password did not change.")


def revoke_refresh_token(theft: Theft) -> None:
    """The application gives its refresh token back (RFC 7009)."""
    post("/o/revoke_token/", "notes", {"token": theft.notes["refresh_token"]})


def end_session(theft: Theft) -> None:
    """The operator deletes Ada's session from Django's table."""
    Session.objects.get(session_key=theft.cookie).delete()


def drop_the_signing_key(_theft: Theft) -> None:
    """The operator puts a new signing key in the place of the old one."""
    settings.OAUTH2_PROVIDER["OIDC_RSA_PRIVATE_KEY"] = rsa_key()
    oauth2_settings.reload()


def disable_the_user(_theft: Theft) -> None:
    """The operator takes the tick from "active" in Ada's account."""
    ada = User.objects.get(username="ada")
    ada.is_active = False
    ada.save()


def replace_the_client_secret(_theft: Theft) -> None:
    """The operator gives the backup job a new secret."""
    backup = Application.objects.get(client_id="backup")
    backup.client_secret = "a-new-secret"
    backup.save()


ACTIONS: dict[str, Callable[[Theft], object]] = {
    "nothing": lambda _theft: None,
    "log out at the provider": log_out_at_the_provider,
    "change password": change_password,
    "revoke refresh token": revoke_refresh_token,
    "end session (operator)": end_session,
    "drop the signing key": drop_the_signing_key,
    "disable the user": disable_the_user,
    "replace the client secret": replace_the_client_secret,
}
ACTIONS[WHOLE] = whole_runbook(ACTIONS)


def last_minute(clock: time_machine.Traveller, action: str, row: str) -> float | None:
    """The last of TRIES at which a row still opened after an action; 0 where it did at none.

    Each row has a theft of its own: a refresh, for one, ends the access token before it.
    """
    try_it = ROWS[row]
    if try_it is None:
        return None
    clock.move_to(START)
    theft = Theft()
    ACTIONS[action](theft)
    last: float = 0
    for minutes in TRIES:
        clock.move_to(START + datetime.timedelta(minutes=minutes))
        if not try_it(theft):
            break
        last = minutes
    return last


# --- questions ----------------------------------------------------------------------------------


def answered(response: Any) -> str:
    """A response of the token endpoint in a word."""
    return outcome(response.status_code, response.json())


def refresh_token_twice() -> tuple[str, str]:
    """Use a refresh token, use it again, then its successor.

    Returns how the last two were answered, and whether the access token that came with the
    successor was still good before the successor was used.
    """
    token = Theft().refresh_token
    first = refresh(token).json()
    again = refresh(token)
    access_token = opens(get_with(first["access_token"], "/me"))
    successor = refresh(first["refresh_token"])
    return f"{answered(again)}, then {answered(successor)}", access_token


def code_twice() -> str:
    """Redeem one code twice, and try what the first response gave."""
    theft = Theft()
    first = redeem(theft.code).json()
    if redeem(theft.code).status_code == 200:
        return "the second is answered with tokens"
    access_token = opens(get_with(first["access_token"], "/me"))
    refresh_token = opens(refresh(first["refresh_token"]).status_code)
    return f"access token {access_token}, refresh token {refresh_token}"


def wrong_verifier_first() -> str:
    """Redeem a code with a wrong verifier, and then with the right one."""
    theft = Theft()
    wrong, right = redeem(theft.code, verifier="x" * 43), redeem(theft.code)
    return f"{wrong.status_code}, then {right.status_code}"


def log_out_then_refresh() -> str:
    """Log out at the provider, then use the refresh token."""
    theft = Theft()
    log_out_at_the_provider(theft)
    return answered(refresh(theft.refresh_token))


def ask_questions() -> dict[str, str]:
    """Ask each question with a theft of its own. The toolkit knows no native clients."""
    twice, access_token = refresh_token_twice()
    answers = {
        "refresh token twice, then its successor": twice,
        "access token after the reuse": access_token,
        "code twice: what the first gave, after": code_twice(),
        "wrong verifier, then the right one": wrong_verifier_first(),
        "log out at the provider, then refresh": log_out_then_refresh(),
    }
    theft = Theft()
    no_pkce = {"code_challenge": None, "code_challenge_method": None}
    plain = {"code_challenge": VERIFIER, "code_challenge_method": "plain"}
    authorizations = {
        "cookie in another browser, prompt=none": authorize(browser(theft.cookie), prompt="none"),
        "no PKCE, public client": authorize(theft.ada, **no_pkce),
        "no PKCE, confidential client": authorize(theft.ada, "wiki", **no_pkce),
        "PKCE plain": authorize(theft.ada, **plain),
    }
    answers |= {name: authorization_outcome(one) for name, one in authorizations.items()}
    answers["ID token at userinfo"] = str(get_with(theft.notes["id_token"], "/o/userinfo/"))
    return answers


def refreshed(token: str) -> tuple[int, dict[str, Any]]:
    """The status and the body with which a refresh token is answered."""
    response = refresh(token)
    return response.status_code, response.json()


def main() -> None:
    """Print the JSON object."""
    call_command("migrate", verbosity=0)
    with time_machine.travel(START, tick=False) as clock:
        lasts = {
            action: {row: last_minute(clock, action, row) for row in ROWS} for action in ACTIONS
        }
        clock.move_to(START)
        answers = ask_questions()
        races = {turns: race(Theft().refresh_token, turns, refreshed) for turns in RACES}
    python = ".".join(platform.python_version_tuple()[:2])
    report = {
        "name": "Django OAuth Toolkit",
        "version": importlib.metadata.version("django-oauth-toolkit"),
        "runs_on": f"Django {django.__version__}, Python {python}",
        "settings": SETTINGS,
        "lasts": lasts,
        "answers": answers,
        "races": races,
    }
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
