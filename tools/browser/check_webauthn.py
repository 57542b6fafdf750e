"""Let a real Chromium use a security key at the served provider, and behind a phisher's relay, with
all other hosts cut off.

    python tools/browser/check_webauthn.py

The key is Chromium's virtual authenticator (WebAuthn in the DevTools protocol). One line a check
says what was seen; the exit
status is 1 where that is not what should be. It needs the playwright package and Debian's chromium.
"""

import hashlib
import json
import logging
import secrets
import shutil
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import httpx
from fido2.utils import websafe_decode, websafe_encode
from playwright.sync_api import Error, sync_playwright
from werkzeug.serving import make_server
from werkzeug.wrappers import Response

from labutils.identity.course_provider import CALLBACK
from labutils.identity.tokens import json_object, verify_signature
from labutils.incident.relay import Relay

ROOT = Path(__file__).resolve().parent.parent.parent
KEY = {
    "protocol": "ctap2",
    "transport": "usb",
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
CHROMIUM = [
    "--no-sandbox",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost",
]
VERIFIER = secrets.token_urlsafe(32)
REQUEST = "/authorize?" + urlencode(
    {
        "response_type": "code",
        "client_id": "spa",
        "redirect_uri": CALLBACK,
        "scope": "openid",
        "code_challenge_method": "S256",
        "code_challenge": websafe_encode(hashlib.sha256(VERIFIER.encode()).digest()),
    }
)
REFUSED = "403 Sign in: That did not work. Try again."


@contextmanager
def window(browser, key):
    """A page of a browser without cookies, and a function that plugs in `key`: the credentials on
    it, as they are in the end."""
    context = browser.new_context()
    page, plugged = context.new_page(), []
    page.set_default_timeout(10_000)
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")

    def plug_in():
        plugged.append(devtools.send("WebAuthn.addVirtualAuthenticator", {"options": KEY}))
        for credential in key:  # its site is wanted, and not every Chromium gives it back
            named = {"rpId": "localhost"} | credential
            devtools.send("WebAuthn.addCredential", plugged[0] | {"credential": named})

    yield page, plug_in
    key[:] = devtools.send("WebAuthn.getCredentials", plugged[0])["credentials"]
    context.close()


def press(page):
    """Press the first button: the status, the title and the note of the page that comes."""
    with page.expect_navigation() as came:
        page.click("button")
    return f"{came.value.status} {page.title()}: {page.inner_text('[role=status]')}".removesuffix(
        ": "
    )


def password(page, address):
    """Give the password there; then as `press`."""
    page.goto(address)
    page.fill("[name=username]", "ada")
    page.fill("[name=password]", "lab-password")
    return press(page)


def told(page):
    """Press the first button: what the script notes on the page that stays."""
    page.click("button")
    return page.locator("[role=status]", has_text="The browser refused").inner_text()


def sign_in(browser, site, key):
    """Password, key, consent, code, tokens."""
    before = key[0]["signCount"]
    with window(browser, key) as (page, plug_in):
        plug_in()
        pages = [password(page, site + REQUEST), press(page)]
        with page.expect_response(
            lambda answer: answer.status == 303
        ) as moved:  # nobody is at home at the client
            page.click("[value=allow]")
        back = moved.value.headers["location"]
    form = {
        "grant_type": "authorization_code",
        "client_id": "spa",
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
        "code": parse_qs(urlsplit(back).query)["code"][0],
    }
    answer = httpx.post(site + "/token", data=form, trust_env=False).json()
    amr = json_object(
        verify_signature(answer["id_token"], httpx.get(site + "/jwks", trust_env=False).json()),
        "payload",
    )["amr"]
    good = (
        pages == ["200 Second factor", "200 Allow access"]
        and back.startswith(CALLBACK + "?")
        and amr == ["pwd", "hwk", "mfa"]
    )
    counts = f"the key counted {before}, then {key[0]['signCount']}"
    seen = f"{', '.join(pages)}, a code, and the ID token's amr {json.dumps(amr)}; {counts}"
    return good and key[0]["signCount"] > before, seen


def look_alike(browser, site, key, relaying, name, signs):
    """The relay under a name of its own: what the browser does, what the provider does, and what
    the phisher has in the end."""
    fake = f"http://{name}:{relaying.port}"
    with httpx.Client(trust_env=False) as phisher, window(browser, key) as (page, plug_in):
        plug_in()
        relay = relaying.app = Relay(phisher, site, fake)
        good = password(page, fake + REQUEST) == "200 Second factor"
        if signs:
            seen, response = press(page), json.loads(relay.typed["answer"])["response"]
            origin = json.loads(websafe_decode(response["clientDataJSON"]))["origin"]
            good, seen = (
                good and origin == fake and seen == REFUSED,
                f"Chromium signed for {origin.replace(fake, 'this origin')}. {seen}",
            )
        else:
            seen = told(page)
            good = (
                good
                and seen.startswith("The browser refused: SecurityError")
                and "answer" not in relay.typed
            )
        silent = parse_qs(
            urlsplit(phisher.get(site + REQUEST + "&prompt=none").headers["location"]).query
        )  # asks: who is signed in here?
        answer = silent.get("error", ["a code"])[0]
        got = f"{relay.typed['password']}, {len(phisher.cookies)} cookies, {answer}"
    return (
        good and got == "lab-password, 0 cookies, login_required",
        f"{seen} The phisher has: {got}",
    )


def foreign_form(browser, site, relaying):
    """A page of another origin, and one of no origin, send the form that signs a person in."""
    form = (
        f'<form method="post" action="{site}{REQUEST}"><input name="username" value="ada">'
        '<input name="password" value="lab-password">'
    )
    page_of_form = f"<p role=status></p>{form}<button>Win a prize</button></form>"
    relaying.app = Response(page_of_form, content_type="text/html")
    seen = []
    with window(browser, []) as (page, plug_in):
        plug_in()
        for address in (
            f"http://evil.localhost:{relaying.port}/",
            f"data:text/html,{quote(page_of_form)}",
        ):
            page.goto(address)
            with page.expect_navigation() as came:
                page.click("button")
            seen.append(
                f"{came.value.status} for Origin {came.value.request.headers.get('origin', 'none')}"
            )
        cookies = len(page.context.cookies())
    seen = ", ".join(seen).replace(f"http://evil.localhost:{relaying.port}", "of the other site")
    return (
        seen == "403 for Origin of the other site, 403 for Origin null" and cookies == 0,
        f"{seen}; {cookies} cookies",
    )


def checks(browser, site, relaying):
    """One after the other: a name, whether all is well, and what was seen."""
    key = []
    with window(browser, key) as (page, plug_in):
        plug_in()
        password(page, site + "/keys")
        seen = f"{press(page)} {page.locator('p', has_text='registered for you').inner_text()}"
    yield (
        "a key is registered",
        seen.endswith(": The key is registered. Ada Lovelace, keys registered for you: 1."),
        seen,
    )
    yield "a sign-in", *sign_in(browser, site, key)
    yield "a form of another site", *foreign_form(browser, site, relaying)
    yield (
        "a look-alike at evil.localhost",
        *look_alike(browser, site, key, relaying, "evil.localhost", False),
    )
    yield (
        "a look-alike on another port",
        *look_alike(browser, site, key, relaying, "localhost", True),
    )
    with window(browser, key) as (page, plug_in):
        password(page, site + REQUEST)
        page.evaluate("options.timeout = 1000")  # the browser would wait for minutes
        seen = told(page).partition(" See:")[0]
        plug_in()
        again = press(page)
    good = seen.startswith("The browser refused: NotAllowedError") and again == "200 Allow access"
    yield "no key in time", good, f"{seen} With the key, on the same page: {again}"
    yield "another sign-in", *sign_in(browser, site, key)


def main() -> int:
    """Start the provider and the phisher's server, do the checks, and stop them again."""
    with socket.create_server(("localhost", 0)) as probe:
        port = probe.getsockname()[1]
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # no line for each request
    command = [
        sys.executable,
        "-m",
        "labutils",
        "serve",
        "--port",
        str(port),
        "--host",
        "localhost",
    ]
    provider = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, encoding="locale")
    relaying = make_server("localhost", 0, None, threaded=True)
    Thread(target=relaying.serve_forever, daemon=True).start()
    site, judged = provider.stdout.readline().strip().removeprefix("serving "), []
    try:
        with sync_playwright() as p:
            browser = p.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM)
            for name, good, seen in checks(browser, site, relaying):
                judged.append(good)
                print(f"{'ok  ' if good else 'MEND'} {name}: {seen}", flush=True)
            browser.close()
    except (Error, httpx.HTTPError, LookupError, ValueError) as error:
        judged.append(False)
        print(
            f"MEND the next check broke off: {type(error).__name__}: "
            f"{str(error).partition(chr(10))[0]}"
        )
    finally:
        relaying.shutdown()
        provider.terminate()
        provider.wait(timeout=10)
    print(f"{sum(judged)} of {len(judged)} checks of the security key went as they should")
    return 0 if all(judged) else 1


if __name__ == "__main__":
    sys.exit(main())
