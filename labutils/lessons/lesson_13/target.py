"""13 · Phishing-resistant sign-in: its target."""

from typing import Any

from labutils.classroom.judging import REFUSED, response_mistake, value
from labutils.classroom.registry import (
    Target,
    code,
)


def flag_mistake(answer: Any) -> str | None:
    """What is wrong with a flag."""
    from .all_have_keys import FLAG  # loads fido2

    if answer == FLAG:
        return None
    return response_mistake(answer) or "other"


def scene(**flag: str) -> Any:
    """The target's scene, in a lab of its own."""
    from .all_have_keys import AllHaveKeys  # loads fido2

    return AllHaveKeys(**flag)


TARGET = Target(
    "13-target",
    "value",
    value(flag_mistake),
    "You are in, past a key that did everything it promised. There are two ways in: a forgotten "
    "host below the provider's name, and the expired domain of an approved client. Which one did "
    "you not use?",
    {
        "other": (
            "That is not the flag. The response to GET /vault contains it, as the member `flag`.",
            "answer = 'flag-0000'",
        ),
        "response": (
            "That is a whole response. The flag is the `flag` member of the vault's response.",
            "answer = {'vault of': 'u-1815'}",
        ),
        "refused": (REFUSED, "answer = {'error': 'access_denied'}"),
    },
    (
        "The key is not the weak point. For each setting in this lesson, ask what it still lets "
        "in: which origins, which clients, and who owns each name in scene.names.",
        "Two ways: a host below login.example is free, and this server uses the library's default "
        "rule for origins. The approved client `room-planner` sends its codes to a domain that has "
        "expired.",
        "The first: scene.take('old.login.example', Relay(...)), and scene.send the wiki's link "
        "with that host in it; then Tom opens WIKI + '/login'. The second: "
        "scene.take('room-planner.test'), scene.send an authorization request with scene.request, "
        "and exchange the code in scene.seen[-1], with scene.verifier.",
    ),
    code("""
        host = "https://old.login.example"
        scene.take("old.login.example", Relay(scene.tom, LOGIN, host))
        link = scene.tom.get(WIKI + "/login").headers["location"]
        scene.send(link.replace(LOGIN, host))
        scene.tom.get(WIKI + "/login", follow_redirects=True)
        flag = scene.tom.get(WIKI + "/vault").json()["flag"]
    """),
    brief="""Everybody at this company signs in with a key. No code is accepted. Devices may ask \
for a sign-in only from the office network. An administrator has to approve every client made by \
another company. The help desk wants to see the second key. Get in as Ada.
Each of these two responses has the flag:
- GET https://api.example/vault, with an access token for Ada
- GET https://wiki.example/vault, with Ada's wiki session.
scene.tom is Tom's browser, at home.
scene.send(link): Ada gets the link. If its host is login.example or a host below it, she does \
what the pages ask. A sign-in begins with the link in the `location` of WIKI + "/login".
scene.names: the company's host names, and what is known about each. scene.take(name, app) puts \
Tom's WSGI app on a name that is free: Relay(scene.tom, LOGIN, "https://" + name) is the page in \
between. Without an app you get a page that records each visit in scene.seen.
scene.clients: the approved clients. scene.request and scene.verifier: an authorization request \
from the `room-planner` client, and its PKCE verifier. scene.wait(seconds) lets time pass.
The discovery document at https://login.example/.well-known/openid-configuration lists what the \
provider offers.""",
    tools="Relay is in labutils.incident.relay.",
    scene=scene,
)
