"""11 · Sender-constrained tokens: its target."""

from typing import Any

from labutils.classroom.judging import (
    value,
)
from labutils.classroom.registry import (
    Target,
    code,
)

from .protected_notes import FLAG, Page


def flag_mistake(answer: Any) -> str | None:
    """None for the flag, else the name of what was handed in."""
    if answer == FLAG:
        return None
    text = str(answer)
    if "'error'" in text or '"error"' in text:
        return "refused"
    if isinstance(answer, dict) or hasattr(answer, "json") or FLAG in text:
        return "response"
    return "early" if "closed the page" in text else "other"


TARGET = Target(
    "11-target",
    "value",
    value(flag_mistake),
    "Ada's key never left her page, and you read her notes. There are two ways: a proof that "
    "waits for its date, and a key of your own.",
    {
        "other": (
            "That is not the flag. The answer of either door holds it, once Ada has closed the "
            "page.",
            "answer = 'flag-0000'",
        ),
        "early": (
            "You read the notes while Ada was there. Read them again after scene.leave().",
            'answer = "it comes when Ada has closed the page"',
        ),
        "response": (
            "That is the whole answer. The flag is its member `flag`.",
            "answer = {'notes of': 'u-1815', 'flag': '...'}",
        ),
        "refused": (
            "The door refused that. Its error_description says what it asks for.",
            "answer = {'error': 'invalid_dpop_proof'}",
        ),
    },
    (
        "Take each door alone. What does it ask of a proof, and which answer to that can you "
        "prepare while the script still runs?",
        "A door without a nonce takes a proof that is dated for later. A door with a nonce takes "
        "proofs by the key that the token names, and you may get a token for a key of yours.",
        "Either scene.sign('GET', API + '/export', token=scene.token, ahead=...) for many dates, a "
        "minute apart, then scene.leave(), then a GET with `authorization: DPoP ...` and `dpop` "
        "for each. Or scene.visit(LOGIN + "
        "'/authorize', scene.link), trade the code with a proof by your own key, leave, and answer "
        "the nonce of /notes.",
    ),
    code("""
        url, hers = API + "/export", "DPoP " + scene.token
        dates = range(60, 600, 60)
        proofs = [scene.sign("GET", url, token=scene.token, ahead=seconds) for seconds in dates]
        scene.leave()
        for proof in proofs:
            answer = scene.tom.get(url, headers={"authorization": hers, "dpop": proof})
            if answer.is_success:
                flag = answer.json()["flag"]
    """),
    brief="""The access token scene.token is bound to a key in Ada's page. Tom has script in that \
page.
scene.sign(method, url, token=..., nonce=..., ahead=...) lets the page's key make a proof. It is \
dated `ahead` seconds after now.
scene.visit(url, params) is a GET by Ada's browser, with her cookies; it gives the response.
Then Ada closes the page: scene.leave(). No script runs any more, and some minutes pass: nobody \
tells how many. Tom has scene.tom, his own browser.
The flag stands in Ada's notes, but only after she has left. Two endpoints of https://api.example \
have them:
- GET /notes takes DPoP, with a nonce that changes every 20 seconds
- GET /export takes DPoP, without a nonce
scene.link and scene.verifier may help: an authorization request for the client `notes` with the \
redirect_uri https://notes.example/cb, and its PKCE verifier. scene.now is the time. dpop.prove \
makes a proof with a nonce: dpop.prove(key, method, url, now=, jti=, token=, nonce=).""",
    tools="dpop is a module of labutils.identity.",
    scene=Page,
)
