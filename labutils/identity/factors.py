"""Check second factors: one-time codes (RFC 6238), push, and security keys (WebAuthn).

Each asks in its own way, and checks the answer.
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from labutils.identity.oauth import same
from labutils.lab import TellsTime

STEP = 30  # seconds that a one-time code stands for (RFC 6238, 5.2)


class WrongAnswer(Exception):
    """An error for a second factor that was not met; the sentence says why."""


Draw = Callable[[], str]  # the next identifier from the provider's dice
Remembered = TypeVar("Remembered")  # each kind of factor remembers something else


class Factor(Protocol[Remembered]):
    """A way to ask a person for a second proof, and to check the answer.

    `page` is the page of data/pages that asks; `amr` is the method's registered name (RFC 8176).
    """

    page: str
    amr: str

    def ask(self, draw: Draw, /) -> tuple[dict[str, str], Remembered]:
        """Return the texts of the page, and what to remember until the answer comes."""

    def check(self, remembered: Remembered, answer: str, /) -> None:
        """Return if the answer is right, else raise WrongAnswer.

        Each question is answered once.
        """


AnyFactor = Factor[Any]


def totp(secret: bytes, now: float, digits: int = 6) -> str:
    """The one-time code of this half minute: a keyed hash of the time, shortened to a few digits.

    `now` is in seconds (RFC 6238, 4; RFC 4226, 5.3).
    """
    digest = hmac.digest(secret, int(now // STEP).to_bytes(8), "sha1")
    at = digest[-1] & 15
    return str((int.from_bytes(digest[at : at + 4]) & 0x7FFFFFFF) % 10**digits).zfill(digits)


@dataclass
class Totp:
    """The provider's end of an authenticator app.

    `clock` is the lab's; a code is good in its own step and the next, and once.
    """

    secret: bytes
    clock: TellsTime
    last: int = -1  # the step of the last code that was taken (RFC 6238, 5.2: no code twice)
    page = "code"
    amr = "otp"

    def ask(self, _draw: Draw, /) -> tuple[dict[str, str], None]:
        """Send nothing: the person reads the code from the app."""
        return {}, None

    def check(self, _remembered: None, answer: str, /) -> None:
        """Accept the code of this step or the one before, later than the last one accepted.

        Raises WrongAnswer for any other.
        """
        step = int(self.clock.now // STEP)
        fits = [
            candidate
            for candidate in (step - 1, step)
            if candidate > self.last and same(totp(self.secret, candidate * STEP), answer)
        ]
        if not fits:
            raise WrongAnswer("the code is wrong, or too old, or was used before")
        self.last = fits[-1]


@dataclass
class Prompt:
    """A question on the phone: may somebody sign in?

    With `number`, whoever says yes must type what the login page shows.
    """

    number: str | None
    approved: bool = False

    def approve(self, typed: str = "") -> None:
        """Say yes."""
        self.approved = self.number in (None, typed)


@dataclass
class Push:
    """An app that shows prompts. `phone` is its screen."""

    number_matching: bool = False
    phone: list[Prompt] = field(default_factory=list)
    page = "push"
    amr = "mca"

    def ask(self, draw: Draw, /) -> tuple[dict[str, str], Prompt]:
        """Send a prompt; the page shows the number, where there is one."""
        number = None
        if self.number_matching:
            number = str(10 + int(hashlib.sha256(draw().encode()).hexdigest(), 16) % 90)
        prompt = Prompt(number)
        self.phone.append(prompt)
        ask = f"Type {number} on your phone" if number else "Approve it on your phone"
        return {"ask": ask}, prompt

    def check(self, remembered: Prompt, _answer: str, /) -> None:
        """Accept if the person said yes to this prompt. What the browser sends does not count.

        Raises WrongAnswer where nobody did.
        """
        if not remembered.approved:
            raise WrongAnswer("nobody approved it on the phone")
