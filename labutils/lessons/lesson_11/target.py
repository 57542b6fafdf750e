"""11 · Sender-constrained tokens: its target."""

from typing import Any

from labutils.classroom.judging import response_mistake, value
from labutils.classroom.registry import (
    Target,
    code,
)

from .protected_notes import FLAG, Page


def flag_mistake(answer: Any) -> str | None:
    """None for the flag, else the name of what was handed in."""
    if answer == FLAG:
        return None
    is_early = isinstance(answer, str) and "closed the page" in answer
    return response_mistake(answer) or ("early" if is_early else "other")


TARGET = Target(
    "11-target",
    "value",
    value(flag_mistake),
    "Ada's key never left her page, but you read her notes. There are two ways: a proof dated for "
    "later, and a key of your own.",
    {
        "other": (
            "That is not the flag. It is in the response from either endpoint, once Ada has "
            "closed the page.",
            "answer = 'flag-0000'",
        ),
        "early": (
            "You read the notes while Ada was still there. Read them again after scene.leave().",
            'answer = "you get it when Ada has closed the page"',
        ),
        "response": (
            "That is the whole response. The flag is in its `flag` member.",
            "answer = {'notes of': 'u-1815', 'flag': '...'}",
        ),
        "refused": (
            "The endpoint refused that. Its error_description says what it requires.",
            "answer = {'error': 'invalid_dpop_proof'}",
        ),
    },
    (
        "Look at each endpoint on its own. What does it require of a proof, and which part of "
        "that can you prepare while the script still runs?",
        "An endpoint without a nonce accepts a proof that is dated for later. An endpoint with a "
        "nonce accepts proofs signed with the key that the token names, and you can get a token "
        "for a key of your own.",
        "Either scene.sign('GET', API + '/export', token=scene.token, ahead=...) for five dates, "
        "each valid for two minutes, then scene.leave(), then a GET with `authorization: DPoP ...` "
        "and `dpop` for each. Or scene.visit(LOGIN + '/authorize', scene.link), exchange the code "
        "with a proof signed with your own key, leave, and use the nonce from /notes.",
    ),
    code("""
        url, hers = API + "/export", "DPoP " + scene.token
        dates = range(60, 600, 120)
        proofs = [scene.sign("GET", url, token=scene.token, ahead=seconds) for seconds in dates]
        scene.leave()
        for proof in proofs:
            answer = scene.tom.get(url, headers={"authorization": hers, "dpop": proof})
            if answer.is_success:
                flag = answer.json()["flag"]
    """),
    brief="""The access token scene.token is bound to a key in Ada's page. Tom has script in that \
page.
scene.sign(method, url, token=..., nonce=..., ahead=...) has the page's key sign a proof. The \
proof is dated `ahead` seconds from now. The page signs five proofs and no more.
scene.visit(url, params) is a GET by Ada's browser, with her cookies; it returns the response.
Then Ada closes the page: scene.leave(). From then on no script runs. Between one and ten \
minutes pass. You are not told how many: if there is a moment that your proofs miss, it will be \
that one. Then Tom has 15 seconds before his address is blocked. scene.tom is his own browser.
The flag is in Ada's notes, but only after she has left. Two endpoints of https://api.example \
return the notes:
- GET /notes requires DPoP, with a nonce that changes every 20 seconds
- GET /export requires DPoP, without a nonce
scene.link and scene.verifier may help: the parameters of an authorization request (GET LOGIN + \
"/authorize") for the client `notes` with the redirect_uri https://notes.example/cb, and its PKCE \
verifier for LOGIN + "/token". scene.now is the time. dpop.prove \
makes a proof with a nonce: dpop.prove(key, method, url, now=, jti=, token=, nonce=).""",
    tools="dpop is a module of labutils.identity.",
    scene=Page,
)
