"""03 · The authorization code flow: its target."""

from typing import Any

from labutils.classroom.judging import (
    value,
)
from labutils.classroom.registry import (
    Target,
    code,
)

from . import missing_defences as stage


def flag_mistake(answer: Any) -> str | None:
    if answer == stage.FLAG:
        return None
    if isinstance(answer, dict | list) or hasattr(answer, "json"):
        return "response"
    return "token" if isinstance(answer, str) and answer.count(".") == 2 else "other"


TARGET = Target(
    "03-target",
    "value",
    value(flag_mistake),
    "That is code injection (RFC 9700, 4.5): the diary redeemed Ada's code for Tom's browser, "
    "with its own secret. A client secret does not stop this attack. Neither does state, because "
    "Tom used his own. PKCE would stop it if the provider enforced it: see below.",
    {
        "other": (
            "That is not the flag. The flag is the first of Ada's notes.",
            "answer = 'flag-0000'",
        ),
        "token": (
            "That is a token. The flag is the first of Ada's notes.",
            "answer = 'a.b.c'",
        ),
        "response": (
            "That is more than the flag. The flag is the first of Ada's notes.",
            "answer = {'owner': 'u-1815', 'notes': []}",
        ),
    },
    (
        "Try the attacks that you know. Tom cannot redeem a code that he reads: that takes the "
        "diary's secret. How does the diary decide which browser it redeems a code for?",
        "The diary redeems a code for any browser that opens /cb, if `state` belongs to that "
        "browser's sign-in. Tom can start his own sign-in and read its state.",
        "scene.tom opens https://diary.example/login, and parameters(the response) contains "
        "his state. Then scene.tom opens /cb with the parameters of Ada's response, but with his "
        "state instead of hers. The page https://diary.example/ shows the notes.",
    ),
    code("""
        hers = parameters(scene.ada_signs_in())
        his = parameters(scene.tom.get("https://diary.example/login"))
        scene.tom.get("https://diary.example/cb", params=hers | {"state": his["state"]})
        flag = scene.tom.get("https://diary.example/").json()["notes"][0]
    """),
    brief=(
        "https://diary.example is a client. Its provider is called login.example, too, but is set "
        "up differently. Client ID: diary, redirect URI: https://diary.example/cb, scope: notes. "
        "https://diary.example/login begins a sign-in, and https://diary.example/ shows the notes "
        "of the person who is signed in. The diary runs on a server, so it has a secret. It sends "
        "a challenge and compares state with the browser's session. "
        "scene.tom is Tom's browser; scene.tom.get(url, params={...}) opens a URL. "
        "scene.ada_signs_in() signs Ada in, and returns the redirect that Tom reads before "
        "the diary gets it. scene.ada_opens(url) makes Ada open a link, and returns the URLs that "
        "her browser then opens at Tom's own hosts, below tom.test; he sees nothing else of it. "
        "The flag is the first of Ada's notes."
    ),
    scene=stage.target_diary,
)
