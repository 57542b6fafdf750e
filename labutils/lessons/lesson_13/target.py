"""13 · Phishing-resistant sign-in: its target."""

from typing import Any

from labutils.classroom.judging import (
    value,
)
from labutils.classroom.registry import (
    Target,
    code,
)


def flag_mistake(answer: Any) -> str | None:
    """What is wrong with a flag."""
    from .all_have_keys import FLAG  # loads fido2

    if answer == FLAG:
        return None
    return "whole" if isinstance(answer, dict) or FLAG in str(answer) else "other"


def scene(**flag: str) -> Any:
    """The target's scene, in a lab of its own."""
    from .all_have_keys import AllHaveKeys  # loads fido2

    return AllHaveKeys(**flag)


TARGET = Target(
    "13-target",
    "value",
    value(flag_mistake),
    "In, past a key that did all that it promises. Three ways lead in: the visitors' network, a "
    "forgotten host below the provider's name, and the lapsed name of an approved client. Which "
    "were not yours?",
    {
        "other": (
            "That is not the flag. The answer to GET /vault holds it, as the member `flag`.",
            "answer = 'flag-0000'",
        ),
        "whole": (
            "That is the whole answer. The flag is its member `flag`.",
            "answer = {'vault of': 'u-1815'}",
        ),
    },
    (
        "The key is not the weak point. Ask of each setting of this lesson what it still lets in: "
        "who may ask for a device code, which clients are approved, and who owns each name in "
        "scene.names.",
        "Three ways: the lobby is in the office's network. A host below login.example is free, and "
        "this server uses the library's default rule for origins. The approved client "
        "`room-planner` sends its codes to a domain that has expired.",
        "The first: scene.lobby posts client_id=screen to "
        "https://login.example/device_authorization; scene.send the verification_uri_complete; "
        "then poll(scene.lobby, started, scene.wait). The second: scene.take('old.login.example', "
        "Relay(...)), and the wiki's link with that host in it. The third: "
        "scene.take('room-planner.test'), scene.send an authorization request with scene.request, "
        "and trade the code in scene.seen[-1] with scene.verifier.",
    ),
    code("""
        host = "https://old.login.example"
        scene.take("old.login.example", Relay(scene.tom, LOGIN, host))
        link = scene.tom.get(WIKI + "/login").headers["location"]
        scene.send(link.replace(LOGIN, host))
        scene.tom.get(WIKI + "/login", follow_redirects=True)
        flag = scene.tom.get(WIKI + "/vault").json()["flag"]
    """),
    brief="""The people of this company have keys and nothing else. No code is taken. Devices may \
ask from the office's network alone. Each client made by another company is approved by an \
administrator. The \
help desk wants to see the second key. Get in as Ada.
The flag stands in the answer to GET /vault, at two places:
- https://api.example/vault, with an access token of Ada's
- https://wiki.example/vault, with a session of Ada's at the wiki.
scene.tom is Tom's browser, at home. scene.lobby is one on the visitors' table.
scene.send(link): Ada gets the link. If its host is login.example, or below, she does what the \
pages ask.
scene.names: the company's names, and what is known of each. scene.take(name, app) puts a WSGI app \
of Tom's at a name that is free: Relay(scene.tom, LOGIN, "https://" + name) is the page in \
between; without an app, a page that notes the visits in scene.seen.
scene.clients: the approved clients. scene.request and scene.verifier: an authorization request of \
the client `room-planner`, and its PKCE verifier. scene.wait(seconds) lets time pass.
Discovery at https://login.example/.well-known/openid-configuration says what is offered.""",
    tools="Relay is in labutils.incident.relay.",
    scene=scene,
)
