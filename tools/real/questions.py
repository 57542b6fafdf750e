"""What every provider is asked in the same way: when a thief tries what he holds, and how a race
between two holders of one refresh token goes.

It is imported by the scripts that run in an environment of their own, without labutils.
"""

import base64
import hashlib
from collections.abc import Callable
from typing import Any

TRIES = (0.5, 4, 6, 61, 601, 1440, 20160, 129600)  # minutes after the action
KEYS_ARE_KEPT = 300  # seconds
VERIFIER = "a-verifier-of-the-thief-which-he-made-up-himself"
SECRETS = {"wiki": "the-wiki-has-this", "backup": "the-backup-has-this", "api": "the-api-has-this"}
RACES = ("Tom Ada Tom Tom", "Ada Tom Ada", "Tom Tom Ada Tom")

# The smallest set of actions after which nothing opens a day later at the course's own provider
# (lesson 05). Everybody is asked about it as a whole, too, as far as they know its actions.
RUNBOOK = (
    "log out at the wiki",
    "drop the signing key",
    "disable the user",
    "replace the client secret",
)
WHOLE = "the whole runbook of lesson 05"


def whole_runbook(actions: dict[str, Callable[[Any], object]]) -> Callable[[Any], None]:
    """The actions of RUNBOOK that a provider knows, one after the other."""

    def carry_out(theft: Any) -> None:
        for action in RUNBOOK:
            if action in actions:
                actions[action](theft)

    return carry_out


def basic(client: str) -> dict[str, str]:
    """The header with a client's name and secret; empty for a public client."""
    if client not in SECRETS:
        return {}
    pair = base64.b64encode(f"{client}:{SECRETS[client]}".encode()).decode()
    return {"authorization": f"Basic {pair}"}


def authorization_request(client: str, callback: str, **changes: str | None) -> dict[str, str]:
    """The parameters of an authorization request with PKCE; None leaves one out."""
    challenge = hashlib.sha256(VERIFIER.encode()).digest()
    query = {
        "response_type": "code",
        "client_id": client,
        "redirect_uri": callback,
        "nonce": "a-nonce",
        "code_challenge": base64.urlsafe_b64encode(challenge).decode().rstrip("="),
        "code_challenge_method": "S256",
        **changes,
    }
    return {name: value for name, value in query.items() if value is not None}


def opens(status: int) -> str:
    """A status in a word."""
    return "opens" if status == 200 else "refused"


def outcome(status: int, body: dict[str, Any]) -> str:
    """A response of the token endpoint in a word: "200", or the status and the error."""
    return f"{status} {body.get('error', '')}".strip()


def race(token: str, turns: str, refresh: Callable[[str], tuple[int, dict[str, Any]]]) -> list[str]:
    """Let Ada and Tom, with a copy each of one refresh token, refresh in these turns. `refresh`
    returns the status and the body of the response."""
    copies = dict.fromkeys(("Ada", "Tom"), token)
    results = []
    for who in turns.split():
        status, body = refresh(copies[who])
        copies[who] = body.get("refresh_token", copies[who])
        results.append("ok" if status == 200 else body["error"])
    return results
