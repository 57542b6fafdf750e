"""Ask LemonLDAP::NG what a thief's copies still open: `python lemonldap.py FOLDER [--log FILE]`.

Debian's packages are downloaded and unpacked into FOLDER, where they are not there yet. Nothing is
installed and no root rights are needed. The portal runs on loopback with Debian's own configuration
plus what SETTINGS says; libfaketime gives it a clock that stands still until it is moved. Prints
one JSON object: what still opens after each action, and the answers to a few questions. With --log
a theft is played as well, and what the portal's audit log says about it is written to FILE.
"""

import argparse
import base64
import calendar
import getpass
import grp
import hashlib
import hmac
import http.client
import json
import os
import platform
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
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
    "Debian's configuration files, with other paths, and both captchas off",
    "people are in a table of SQLite (DBI), passwords in clear: disabled means the row is deleted",
    "TOTP and its self-registration are on; everybody in the table of actions has registered one",
    "OpenID Connect is on, with an RSA key of 2048 bits; consent is bypassed",
    "notes is a public client: its access tokens are JWTs (AccessTokenJWT), its refresh tokens"
    " rotate (RefreshTokenRotation)",
    "wiki is a confidential client and takes back-channel logouts with a session id",
    "notes and wiki may ask for offline_access (AllowOffline), and do",
    "backup may use client credentials; its access tokens are JWTs",
    "the wiki and the APIs are ours: the wiki's sessions have no end of their own, and everybody"
    " fetches the provider's keys anew after five minutes",
    "the audit log is written as JSON (UserLoggerJSON)",
]
PACKAGES = [
    "liblemonldap-ng-portal-perl",
    "libplack-perl",  # the web server
    "libcrypt-jwt-perl",  # recommended by the portal: OpenID Connect needs it
    "libconvert-pem-perl",
    "libemail-address-xs-perl",  # recommended for mails: the password page needs it
    "libemail-sender-perl",
    "libio-string-perl",
    "libmime-tools-perl",
    "libstring-random-perl",
    "libdbd-sqlite3-perl",
    "libfaketime",
]
START = calendar.timegm((2026, 12, 1, 9, 0, 0))
CALLBACKS = {
    "notes": "https://notes.example/cb",
    "wiki": "https://wiki.example/cb",
    "backup": "https://backup.example/cb",
    "api": "https://api.example/cb",
}
ADA, TOM, ELSEWHERE = "127.0.0.10", "127.0.0.66", "127.0.0.1"  # addresses that requests come from


# --- Debian's packages, in a folder -------------------------------------------------------------


def run(*command: str, **options: Any) -> str:
    """Run a command and return what it wrote. Raises RuntimeError with its own words."""
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, **options)
    if done.returncode:
        raise RuntimeError(f"{command[0]} did not work: {done.stderr.strip()[-500:]}")
    return done.stdout


def needed_packages() -> list[str]:
    """The Perl packages that are not installed here yet, and libfaketime.

    Stylesheets and fonts for browsers are left out.
    """
    plan = run("apt-get", "install", "--simulate", "--no-install-recommends", *PACKAGES)
    names = re.findall(r"^Inst (\S+)", plan, re.MULTILINE)
    return [name for name in names if name.endswith("-perl") or name == "libfaketime"]


def unpack_packages(folder: Path) -> None:
    """Download the packages and unpack them into a folder, unless that was done before."""
    if folder.exists():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as name:
        downloads, unpacked = Path(name, "downloads"), Path(name, "unpacked")
        downloads.mkdir()
        run("apt-get", "download", *needed_packages(), cwd=downloads)
        for package in sorted(downloads.glob("*.deb")):
            run("dpkg", "-x", str(package), str(unpacked))
        unpacked.rename(folder)


# --- the portal, and a clock that can be moved --------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """A response over HTTP."""

    status: int
    headers: Message
    body: str

    def json(self) -> Any:
        """Return what the body says; an empty object where it is no JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            return {}

    @property
    def parameters(self) -> dict[str, str]:
        """What a redirect carries in its address."""
        query = parse_qs(urlsplit(self.headers.get("location", "")).query)
        return {name: values[0] for name, values in query.items()}

    @property
    def code(self) -> str:
        """The authorization code that a redirect carries; empty where it carries none."""
        return self.parameters.get("code", "")

    @property
    def outcome(self) -> str:
        """An authorization response in a word: "code", or the error, or the status."""
        if self.code:
            return "code"
        return self.parameters.get("error") or f"HTTP {self.status}"

    @property
    def hidden_fields(self) -> dict[str, str]:
        """The hidden fields of the form that a page shows."""
        tags = re.findall(r'<input[^>]*type="hidden"[^>]*>', self.body)
        pairs = [(re.search(r'name="([^"]+)"', t), re.search(r'value="([^"]*)"', t)) for t in tags]
        return {name[1]: value[1] for name, value in pairs if name and value}


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def rsa_key() -> dict[str, str]:
    """A new key for signatures, as the two texts that the configuration wants."""
    key = rsa.generate_private_key(65537, 2048)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return {
        "oidcServicePrivateKeySig": private.decode(),
        "oidcServicePublicKeySig": public.decode(),
        "oidcServiceKeyIdSig": hashlib.sha256(public).hexdigest()[:8],
    }


def client_options(**options: object) -> dict[str, object]:
    """The options of one client, with the prefix that LemonLDAP::NG gives each of them."""
    options = {"IDTokenSignAlg": "RS256", "BypassConsent": 1, **options}
    return {f"oidcRPMetaDataOptions{name}": value for name, value in options.items()}


class Portal:
    """LemonLDAP::NG's portal on loopback, in a folder of its own. Time stands still in it."""

    def __init__(self, packages: Path, folder: Path, wiki_logout: str = "") -> None:
        self.packages, self.folder, self.wiki_logout = packages, folder, wiki_logout
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.key, self.secrets = rsa_key(), dict(SECRETS)
        self.saved = 0
        for name in ("conf", "cache", "notifications", "sessions/lock", "psessions/lock"):
            (folder / name).mkdir(parents=True)
        with self.people() as database:
            database.execute("create table people (uid primary key, password, cn, mail)")
        self.set_clock(0)
        self.write_ini()
        self.save_configuration()

    # What an operator does

    @contextmanager
    def people(self) -> Iterator[sqlite3.Connection]:
        """The table of people."""
        database = sqlite3.connect(self.folder / "people.sqlite")
        with database:
            yield database
        database.close()

    def add_person(self, name: str, password: str) -> None:
        """Give somebody an account."""
        row = (name, password, name.title(), f"{name}@example.com")
        with self.people() as database:
            database.execute("insert into people values (?, ?, ?, ?)", row)

    def delete_person(self, name: str) -> None:
        """Take somebody out of the table of people."""
        with self.people() as database:
            database.execute("delete from people where uid = ?", (name,))

    def session_command(self, *arguments: str) -> str:
        """Run lemonldap-ng-sessions, the operator's tool for sessions and second factors."""
        # Started by root, it would become www-data, who may not read this folder.
        who = ("--user", getpass.getuser(), "--group", grp.getgrgid(os.getgid()).gr_name)
        program = self.packages / "usr/share/lemonldap-ng/bin/lemonldap-ng-sessions"
        return run("perl", str(program), *who, *arguments, env=self.environment())

    # The files, and the process

    def own_paths(self, text: str) -> str:
        """Debian's configuration with the paths of this folder."""
        text = text.replace("/var/lib/lemonldap-ng", str(self.folder))
        text = text.replace("/var/cache/lemonldap-ng", str(self.folder / "cache"))
        return text.replace("/usr/share/lemonldap-ng", f"{self.packages}/usr/share/lemonldap-ng")

    def write_ini(self) -> None:
        """Write the file of local settings: Debian's, and loggers that write to stderr."""
        loggers = (
            "[all]\n"
            "logger = Lemonldap::NG::Common::Logger::Std\n"
            "userLogger = Lemonldap::NG::Common::Logger::Std\n"
            "auditLogger = Lemonldap::NG::Common::AuditLogger::UserLoggerJSON\n"
        )
        of_debian = (self.packages / "etc/lemonldap-ng/lemonldap-ng.ini").read_text(
            encoding="utf-8"
        )
        (self.folder / "lemonldap-ng.ini").write_text(
            self.own_paths(of_debian).replace("[all]\n", loggers, 1),
            encoding="utf-8",
        )
        (self.folder / "portal.psgi").write_text(
            "use Lemonldap::NG::Portal; Lemonldap::NG::Portal->run({});\n",
            encoding="utf-8",
        )

    def clients(self) -> dict[str, dict[str, object]]:
        """The four clients. What is not said here is LemonLDAP::NG's default."""
        own = {
            "notes": {"Public": 1, "AccessTokenJWT": 1, "RefreshTokenRotation": 1},
            "wiki": {
                "LogoutType": "back",
                "LogoutUrl": self.wiki_logout,
                "LogoutSessionRequired": 1,
            },
            "backup": {"AllowClientCredentialsGrant": 1, "AccessTokenJWT": 1},
            "api": {},
        }
        for name, secret in self.secrets.items():
            own[name] |= {"ClientSecret": secret}
        for name in ("notes", "wiki"):
            own[name] |= {"AllowOffline": 1}
        return {
            name: client_options(ClientID=name, RedirectUris=CALLBACKS[name], **options)
            for name, options in own.items()
        }

    def save_configuration(self) -> None:
        """Save a configuration under the next number, as the manager does.

        The portal reads it within a second of its own time (checkTime in Debian's file).
        """
        of_debian = self.packages / "var/lib/lemonldap-ng/conf/lmConf-1.json"
        people = f"dbi:SQLite:dbname={self.folder / 'people.sqlite'}"
        self.saved += 1
        settings = {
            **json.loads(self.own_paths(of_debian.read_text(encoding="utf-8"))),
            "cfgNum": self.saved,
            "portal": self.url + "/",
            "domain": "127.0.0.1",
            "captcha_mail_enabled": 0,
            "captcha_register_enabled": 0,
            "authentication": "DBI",
            "passwordDB": "DBI",
            "registerDB": "Null",
            "dbiAuthChain": people,
            "dbiAuthTable": "people",
            "dbiAuthLoginCol": "uid",
            "dbiAuthPasswordCol": "password",
            "dbiUserChain": people,
            "dbiUserTable": "people",
            "dbiExportedVars": {"uid": "uid", "cn": "cn", "mail": "mail"},
            "totp2fActivation": 1,
            "totp2fSelfRegistration": 1,
            "issuerDBOpenIDConnectActivation": 1,
            "oidcServiceMetaDataIssuer": self.url,
            "oidcRPMetaDataOptions": self.clients(),
            "oidcRPMetaDataExportedVars": {name: {"name": "cn"} for name in CALLBACKS},
            **self.key,
        }
        path = self.folder / f"conf/lmConf-{self.saved}.json"
        path.write_text(json.dumps(settings), encoding="utf-8")

    def set_clock(self, minutes: float) -> None:
        """Let the portal's clock show this many minutes after START."""
        self.now = START + int(60 * minutes)
        new = self.folder / "clock.new"
        new.write_text(
            time.strftime("%Y-%m-%d %H:%M:%S\n", time.gmtime(self.now)), encoding="utf-8"
        )
        new.replace(self.folder / "clock")

    def environment(self) -> dict[str, str]:
        """What Perl is started with: where its modules are, and whose time it believes."""
        root = self.packages / "usr"
        modules = [root / "share/perl5", *sorted(root.glob("lib/*/perl5/*"))]
        faketime = next(root.glob("lib/*/faketime/libfaketime.so.1"))
        return {
            **os.environ,
            "PERL5LIB": ":".join(map(str, modules)),
            "LLNG_DEFAULTCONFFILE": str(self.folder / "lemonldap-ng.ini"),
            "LD_PRELOAD": str(faketime),
            "FAKETIME_TIMESTAMP_FILE": str(self.folder / "clock"),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "TZ": "UTC",
            "LC_ALL": "C.UTF-8",
        }

    def start(self) -> None:
        """Start the portal, and wait until it answers."""
        program = str(self.packages / "usr/bin/plackup")
        address = ("--host", "127.0.0.1", "--port", str(self.port), "--env", "deployment")
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                ["perl", program, *address, str(self.folder / "portal.psgi")],
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        for _ in range(300):
            try:
                answer = self.send("GET", "/oauth2/jwks")
            except OSError:
                answer = None
            if answer and answer.status == 200:
                return
            if answer or self.process.poll() is not None:
                break
            time.sleep(0.1)
        self.stop()
        lines = (self.folder / "log").read_text(encoding="utf-8").splitlines()
        errors = [line[:300] for line in lines if "[error]" in line] or lines[-20:]
        raise RuntimeError("The portal did not start. Its log says:\n" + "\n".join(errors[:3]))

    def stop(self) -> None:
        """End the portal's process."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(timeout=10)

    def send(
        self,
        method: str,
        path: str,
        form: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        address: str = ELSEWHERE,
    ) -> Answer:
        """Send one request to the portal, from one of loopback's addresses."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=30, source_address=(address, 0)
        )
        headers = dict(headers or {})
        if form:
            headers["content-type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, urlencode(form) if form else None, headers)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read().decode())
        finally:
            connection.close()


@contextmanager
def fresh_portal(packages: Path) -> Iterator[tuple[Portal, "Wiki"]]:
    """A portal that nobody has used, and a wiki; both are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="lemonldap-") as name, Wiki() as wiki:
        portal = Portal(packages, Path(name), wiki.url + "/logout")
        portal.start()
        try:
            yield portal, wiki
        finally:
            portal.stop()


# --- those who ask it ---------------------------------------------------------------------------


class Keys:
    """The provider's public keys, kept for five minutes by whoever checks signatures."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.fetch()

    def fetch(self) -> None:
        """Fetch the keys from the provider."""
        self.fetched = self.portal.now
        self.keys = jwt.PyJWKSet.from_dict(self.portal.send("GET", "/oauth2/jwks").json())

    def claims(self, token: str, audience: str | list[str]) -> dict[str, Any] | None:
        """The claims of a token that is signed and not expired; None where it is refused.

        The clock is the portal's, so PyJWT is not asked about times.
        """
        if self.portal.now - self.fetched >= KEYS_ARE_KEPT:
            self.fetch()
        no_times = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}
        try:
            key = self.keys[jwt.get_unverified_header(token)["kid"]]
            claims = jwt.decode(
                token, key, ["RS256"], audience=audience, issuer=self.portal.url, options=no_times
            )
        except (KeyError, jwt.PyJWTError):
            return None
        return claims if self.portal.now < claims.get("exp", self.portal.now + 1) else None


class LogoutRequest(BaseHTTPRequestHandler):
    """A back-channel logout request, which the provider sends (Back-Channel Logout, 2.5)."""

    wiki: "Wiki"

    def do_POST(self) -> None:
        """Give the logout token to the wiki."""
        length = int(self.headers.get("content-length", 0))
        form = parse_qs(self.rfile.read(length).decode())
        accepted = self.wiki.take_logout_token(form.get("logout_token", [""])[0])
        self.send_response(200 if accepted else 400)
        self.end_headers()

    def log_message(self, *_words: object) -> None:
        """Write nothing."""


class Wiki:
    """An application of ours: sessions by cookie, which a back-channel logout may end."""

    def __init__(self) -> None:
        self.keys: Keys | None = None  # fetched at each sign-in
        self.sessions: dict[str, str] = {}  # cookie -> the provider's session id (sid)
        handler = type("LogoutRequestToThisWiki", (LogoutRequest,), {"wiki": self})
        self.server = HTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self) -> "Wiki":
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def take_logout_token(self, token: str) -> bool:
        """End the sessions that a logout token names; say whether the token was genuine."""
        claims = self.keys.claims(token, "wiki") if self.keys else None
        if claims is None or not claims.get("sid"):
            return False
        kept = {cookie: sid for cookie, sid in self.sessions.items() if sid != claims["sid"]}
        self.sessions = kept
        return True

    def begin_session(self, keys: "Keys", id_token: str) -> str:
        """Begin a session for whom an ID token is about, and return its cookie."""
        self.keys = keys
        claims = keys.claims(id_token, "wiki")
        if claims is None:
            raise RuntimeError("The wiki refused an ID token that the provider has just issued.")
        cookie = f"wiki-cookie-{len(self.sessions)}"
        self.sessions[cookie] = claims["sid"]
        return cookie


@dataclass
class Browser:
    """A browser at the portal, with an address and cookies."""

    portal: Portal
    address: str = ADA
    agent: str = "Mozilla/5.0 (X11; Linux x86_64)"
    cookies: dict[str, str] = field(default_factory=dict)

    def send(self, method: str, path: str, form: dict[str, str] | None = None) -> Answer:
        """Send a request with the cookies, and keep those that come back."""
        headers = {"user-agent": self.agent, "x-csrf-check": "1"}
        if self.cookies:
            headers["cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        answer = self.portal.send(method, path, form, headers, self.address)
        for line in answer.headers.get_all("set-cookie", []):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    def get(self, path: str, **query: str) -> Answer:
        """Open an address."""
        return self.send("GET", path + ("?" + urlencode(query) if query else ""))

    def submit(self, page: Answer, path: str, **fields: str) -> Answer:
        """Send the form of a page, with what its hidden fields say."""
        return self.send("POST", path, {**page.hidden_fields, **fields})

    @property
    def session_cookie(self) -> str:
        """The cookie of the session at the portal; empty where there is none."""
        return self.cookies.get("lemonldap", "")

    def sign_in(self, name: str, password: str, totp_secret: str = "") -> Answer:
        """Sign in with the password, and with a code where a second factor is asked for."""
        answer = self.submit(self.get("/"), "/", user=name, password=password)
        if totp_secret:
            code = totp(totp_secret, self.portal.now)
            answer = self.submit(answer, "/totp2fcheck", code=code)
        return answer

    def register_totp(self) -> str:
        """Register a second factor as the portal's page does, and return its secret."""
        key = self.send("POST", "/2fregisters/totp/getkey", {"x": ""}).json()
        code = totp(key["secret"], self.portal.now)
        form = {"token": key["token"], "code": code, "TOTPName": "phone"}
        answer = self.send("POST", "/2fregisters/totp/verify", form)
        if not answer.json().get("result"):
            raise RuntimeError(f"The second factor was not registered: {answer.body[:300]}")
        secret: str = key["secret"]
        return secret

    def authorize(self, client: str = "notes", **changes: str | None) -> Answer:
        """Send an authorization request with PKCE and no page; None leaves a parameter out."""
        query = {"scope": "openid profile offline_access", "prompt": "none", **changes}
        request = authorization_request(client, CALLBACKS[client], **query)
        return self.get("/oauth2/authorize", **request)


def totp(secret: str, now: int) -> str:
    """The six digits that an authenticator shows (RFC 6238)."""
    key = base64.b32decode(secret.upper() + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, (now // 30).to_bytes(8, "big"), "sha1")
    at = digest[-1] & 15
    number = int.from_bytes(digest[at : at + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def ask_for_tokens(portal: Portal, client: str, **form: str) -> Answer:
    """Send a request to the token endpoint, with the client's secret where it has one."""
    return portal.send("POST", "/oauth2/token", {"client_id": client, **form}, basic(client))


def redeem(portal: Portal, code: str, client: str = "notes", verifier: str = VERIFIER) -> Answer:
    """Give an authorization code for tokens."""
    return ask_for_tokens(
        portal,
        client,
        grant_type="authorization_code",
        code=code,
        redirect_uri=CALLBACKS[client],
        code_verifier=verifier,
    )


def refresh(portal: Portal, token: str, client: str = "notes") -> Answer:
    """Give a refresh token for new tokens."""
    return ask_for_tokens(portal, client, grant_type="refresh_token", refresh_token=token)


def client_credentials(portal: Portal) -> Answer:
    """Ask for a machine token, with the secret that the backup job had at the theft."""
    return ask_for_tokens(portal, "backup", grant_type="client_credentials", scope="openid")


def userinfo(portal: Portal, token: str) -> int:
    """How the userinfo endpoint answers to a token, as a status."""
    headers = {"authorization": f"Bearer {token}"}
    return portal.send("GET", "/oauth2/userinfo", headers=headers).status


# --- what Tom holds, and how he tries it --------------------------------------------------------


@dataclass
class Theft:
    """Ada's tokens, codes and cookies; Tom has a copy of each."""

    portal: Portal
    wiki: Wiki
    name: str
    ada: Browser
    notes: dict[str, str]  # the token response that notes received
    wiki_id_token: str
    wiki_cookie: str
    machine_token: str
    code: str
    keys: Keys  # of the APIs

    def __post_init__(self) -> None:
        self.refresh_token = self.notes["refresh_token"]

    def tom(self) -> Browser:
        """Tom's browser, at another address, with a copy of Ada's cookie."""
        cookies = {"lemonldap": self.ada.session_cookie}
        return Browser(self.portal, TOM, "curl/8", cookies)

    def session_at_the_provider(self) -> bool:
        """With Ada's cookie Tom gets a code for a request of his own."""
        return bool(self.tom().authorize().code)

    def session_at_the_wiki(self) -> bool:
        """Ada's cookie is good at the wiki."""
        return self.wiki_cookie in self.wiki.sessions

    def authorization_code(self) -> bool:
        """A code that Ada's browser received for a request of Tom's gives him tokens."""
        return redeem(self.portal, self.code).status == 200

    def jwt_opens(self, token: str, audience: str | None = None) -> bool:
        """A door that checks signature, issuer, audience and expiry lets the token in."""
        unchecked = jwt.decode(token, options={"verify_signature": False})
        return self.keys.claims(token, audience or unchecked["aud"]) is not None

    def introspection(self) -> bool:
        """The provider tells an API that the access token is active (RFC 7662)."""
        form = {"token": self.notes["access_token"]}
        answer = self.portal.send("POST", "/oauth2/introspect", form, basic("api"))
        return answer.json().get("active") is True

    def refreshes(self) -> bool:
        """The refresh token gives new tokens; Tom keeps the new refresh token."""
        answer = refresh(self.portal, self.refresh_token)
        self.refresh_token = answer.json().get("refresh_token", self.refresh_token)
        return answer.status == 200


ROWS: dict[str, Callable[[Theft], bool]] = {
    "session at the provider": Theft.session_at_the_provider,
    "session at the wiki": Theft.session_at_the_wiki,
    "authorization code": Theft.authorization_code,
    "ID token": lambda theft: theft.jwt_opens(theft.notes["id_token"], "notes"),
    "access token": lambda theft: theft.jwt_opens(theft.notes["access_token"]),
    "access token, API asks": Theft.introspection,
    "refresh token": Theft.refreshes,
    "machine token": lambda theft: theft.jwt_opens(theft.machine_token),
    "client secret": lambda theft: client_credentials(theft.portal).status == 200,
}


def steal(portal: Portal, wiki: Wiki, name: str = "ada") -> Theft:
    """Let Ada sign in with two factors, use both applications, and lose everything to Tom."""
    portal.add_person(name, "a-password")
    first = Browser(portal)
    first.sign_in(name, "a-password")
    secret = first.register_totp()
    ada = Browser(portal)
    ada.sign_in(name, "a-password", secret)
    notes = redeem(portal, ada.authorize().code).json()
    wiki_id_token = redeem(portal, ada.authorize("wiki").code, "wiki").json()["id_token"]
    wiki_cookie = wiki.begin_session(Keys(portal), wiki_id_token)
    machine_token = client_credentials(portal).json()["access_token"]
    code = ada.authorize().code
    return Theft(
        portal,
        wiki,
        name,
        ada,
        notes,
        wiki_id_token,
        wiki_cookie,
        machine_token,
        code,
        Keys(portal),
    )


# --- what people do -----------------------------------------------------------------------------


def log_out_at_the_wiki(theft: Theft) -> None:
    """Ada logs out at the wiki."""
    del theft.wiki.sessions[theft.wiki_cookie]


def log_out_at_the_provider(theft: Theft) -> None:
    """The wiki sends Ada to the provider's logout, and she confirms (RP-Initiated Logout)."""
    page = theft.ada.get("/oauth2/logout", id_token_hint=theft.wiki_id_token)
    theft.ada.submit(page, "/oauth2/logout", confirm="1")
    if theft.ada.authorize().code:
        raise RuntimeError("Ada has logged out, and her own browser is still signed in.")


def change_password(theft: Theft) -> None:
    """Ada changes her password on the portal's page."""
    form = {"oldpassword": "a-password", "newpassword": "another", "confirmpassword": "another"}
    theft.ada.submit(theft.ada.get("/"), "/", **form)
    query = "select password from people where uid = ?"
    with theft.portal.people() as database:
        if database.execute(query, (theft.name,)).fetchone() != ("another",):
            raise RuntimeError("The password did not change.")


def reset_second_factor(theft: Theft) -> None:
    """The operator deletes Ada's second factor."""
    theft.portal.session_command("secondfactors", "delType", theft.name, "TOTP")
    left = theft.portal.session_command("secondfactors", "get", theft.name)
    if json.loads(left):
        raise RuntimeError(f"The second factor is still there: {left}")


def end_session(theft: Theft) -> None:
    """The operator deletes Ada's session."""
    theft.portal.session_command("delete", theft.ada.session_cookie)


def drop_the_signing_key(theft: Theft) -> None:
    """The operator puts a new signing key in the place of the old one."""
    theft.portal.key = rsa_key()
    theft.portal.save_configuration()


def disable_the_user(theft: Theft) -> None:
    """The operator takes Ada out of the table of people."""
    theft.portal.delete_person(theft.name)


def replace_the_client_secret(theft: Theft) -> None:
    """The operator gives the backup job a new secret."""
    theft.portal.secrets["backup"] = "a-new-secret"
    theft.portal.save_configuration()


# LemonLDAP::NG has no revocation endpoint (RFC 7009).
ACTIONS: dict[str, Callable[[Theft], object]] = {
    "nothing": lambda _theft: None,
    "log out at the wiki": log_out_at_the_wiki,
    "log out at the provider": log_out_at_the_provider,
    "change password": change_password,
    "reset second factor": reset_second_factor,
    "end session (operator)": end_session,
    "drop the signing key": drop_the_signing_key,
    "disable the user": disable_the_user,
    "replace the client secret": replace_the_client_secret,
}
ACTIONS[WHOLE] = whole_runbook(ACTIONS)


def last_minutes(packages: Path, action: str) -> dict[str, float]:
    """The last of TRIES at which each row still opened after an action; 0 where none did.

    Each row is stolen from a person of its own, so that no try helps or hurts another.
    """
    with fresh_portal(packages) as (portal, wiki):
        thefts = {row: steal(portal, wiki, f"ada{at}") for at, row in enumerate(ROWS)}
        for theft in thefts.values():
            ACTIONS[action](theft)
        alive = list(ROWS)
        last: dict[str, float] = dict.fromkeys(ROWS, 0)
        for minutes in TRIES:
            portal.set_clock(minutes)
            alive = [row for row in alive if ROWS[row](thefts[row])]
            last |= dict.fromkeys(alive, minutes)
    return last


# --- questions ----------------------------------------------------------------------------------


def answered(answer: Answer) -> str:
    """A response of the token endpoint in a word."""
    return outcome(answer.status, answer.json())


def refresh_token_twice(theft: Theft) -> tuple[str, str]:
    """Use a refresh token, use it again, then its successor.

    Returns how the last two were answered, and whether the access token that came with the
    successor was still good before the successor was used.
    """
    first = refresh(theft.portal, theft.refresh_token).json()
    again = refresh(theft.portal, theft.refresh_token)
    access_token = opens(userinfo(theft.portal, first["access_token"]))
    successor = refresh(theft.portal, first["refresh_token"])
    return f"{answered(again)}, then {answered(successor)}", f"{access_token} at userinfo"


def code_twice(theft: Theft) -> str:
    """Redeem one code twice, and try what the first response gave."""
    first = redeem(theft.portal, theft.code).json()
    again = redeem(theft.portal, theft.code)
    if again.status == 200:
        return "the second is answered with tokens"
    access_token = opens(userinfo(theft.portal, first["access_token"]))
    refresh_token = opens(refresh(theft.portal, first["refresh_token"]).status)
    return f"access token {access_token}, refresh token {refresh_token}"


def wrong_verifier_first(theft: Theft) -> str:
    """Redeem a code with a wrong verifier, and then with the right one."""
    wrong = redeem(theft.portal, theft.code, verifier="x" * 43)
    right = redeem(theft.portal, theft.code)
    return f"{wrong.status}, then {right.status}"


def log_out_then_refresh(theft: Theft) -> str:
    """Log out at the provider, then use the refresh token."""
    log_out_at_the_provider(theft)
    return answered(refresh(theft.portal, theft.refresh_token))


def ask_questions(new_theft: Callable[[], Theft]) -> dict[str, str]:
    """Ask each question with a theft of its own."""
    twice, access_token = refresh_token_twice(new_theft())
    no_pkce = {"code_challenge": None, "code_challenge_method": None}
    plain = {"code_challenge": VERIFIER, "code_challenge_method": "plain"}
    ada, theft = new_theft().ada, new_theft()
    return {
        "cookie in another browser, prompt=none": theft.tom().authorize().outcome,
        "refresh token twice, then its successor": twice,
        "access token after the reuse": access_token,
        "code twice: what the first gave, after": code_twice(new_theft()),
        "no PKCE, public client": ada.authorize(**no_pkce).outcome,
        "no PKCE, confidential client": ada.authorize("wiki", **no_pkce).outcome,
        "PKCE plain": ada.authorize(**plain).outcome,
        "wrong verifier, then the right one": wrong_verifier_first(new_theft()),
        "ID token at userinfo": str(userinfo(theft.portal, theft.notes["id_token"])),
        "log out at the provider, then refresh": log_out_then_refresh(new_theft()),
    }


def raced(theft: Theft, turns: str) -> list[str]:
    """Let Ada and Tom refresh in these turns, at the portal of a theft."""

    def refreshed(token: str) -> tuple[int, dict[str, Any]]:
        answer = refresh(theft.portal, token)
        return answer.status, answer.json()

    return race(theft.refresh_token, turns, refreshed)


def questions_and_races(packages: Path) -> tuple[dict[str, str], dict[str, list[str]]]:
    """All questions and all races, at one portal."""
    with fresh_portal(packages) as (portal, wiki):
        names = iter(f"ada{number}" for number in range(100))

        def new_theft() -> Theft:
            return steal(portal, wiki, next(names))

        return ask_questions(new_theft), {turns: raced(new_theft(), turns) for turns in RACES}


# --- a theft, as the audit log tells it ---------------------------------------------------------


def audit_events(lines: Iterable[str]) -> list[dict[str, object]]:
    """The events among the lines of the portal's log, each with the time that stands before it."""
    line_form = re.compile(r"\[(\w+ \w+ +\d+ [\d:]+ \d+)\] \[LLNG:\d+\] \[notice\] (\{.*\})")
    events: list[dict[str, object]] = []
    for line in lines:
        if match := line_form.match(line):
            when = time.strptime(match[1], "%a %b %d %H:%M:%S %Y")
            stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", when)
            events.append({"time": stamp, **json.loads(match[2])})
    return events


def play_theft(packages: Path) -> list[dict[str, object]]:
    """Three people sign in; Tom uses Ada's cookie, and then one refresh token twice.

    Returns the events of the audit log. Nobody has a second factor here: what is at stake is what
    the log says about a session that nobody signed in to.
    """
    with fresh_portal(packages) as (portal, _wiki):
        addresses = {"ada": ADA, "ben": "127.0.0.11", "carol": "127.0.0.12"}
        browsers = {name: Browser(portal, address) for name, address in addresses.items()}
        for minute, (name, browser) in enumerate(browsers.items()):
            portal.set_clock(minute)
            portal.add_person(name, f"password of {name}")
            browser.sign_in(name, f"password of {name}")
            redeem(portal, browser.authorize().code)
        portal.set_clock(5)
        cookies = {"lemonldap": browsers["ada"].session_cookie}
        tokens = redeem(portal, Browser(portal, TOM, "curl/8", cookies).authorize().code).json()
        portal.set_clock(9)
        refresh(portal, tokens["refresh_token"])
        refresh(portal, tokens["refresh_token"])
        portal.set_clock(12)
        Browser(portal, TOM, "curl/8").sign_in("carol", "a guess")
        return audit_events((portal.folder / "log").read_text(encoding="utf-8").splitlines())


# --- all of it ----------------------------------------------------------------------------------


def version(packages: Path) -> str:
    """The version that the portal says it has."""
    text = (packages / "usr/share/perl5/Lemonldap/NG/Portal.pm").read_text(encoding="utf-8")
    match = re.search(r"VERSION = '([\d.]+)'", text)
    return match[1] if match else "unknown"


def platform_name() -> str:
    """The system and the Perl that it ran on."""
    system = platform.freedesktop_os_release()
    perl = run("perl", "-e", "printf '%vd', $^V")
    return f"{system['NAME'].split()[0]} {system.get('VERSION_ID', '')}, Perl {perl}"


def main() -> None:
    """Print the JSON object; with --log, write the audit log of a theft as well."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, help="where Debian's packages are, or will be")
    parser.add_argument("--log", type=Path, help="where to write the events of a theft")
    asked = parser.parse_args()
    if not shutil.which("apt-get") or not shutil.which("perl"):
        sys.exit("This needs Debian, or a system like it: apt-get and perl are not both here.")
    # Whoever ends this ends the portal as well, and removes its folder.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    packages = asked.folder.resolve()
    unpack_packages(packages)
    answers, races = questions_and_races(packages)
    report = {
        "name": "LemonLDAP::NG",
        "version": version(packages),
        "runs_on": platform_name(),
        "settings": SETTINGS,
        "lasts": {action: last_minutes(packages, action) for action in ACTIONS},
        "answers": answers,
        "races": races,
    }
    if asked.log:
        lines = [json.dumps(event) + "\n" for event in play_theft(packages)]
        asked.log.write_text("".join(lines), encoding="utf-8")
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
