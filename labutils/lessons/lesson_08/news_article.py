"""The target of lesson 08: an article on the events of 2023, and an editor who wants evidence.

Its twelve claims are in our own words. Some hold. Some are refuted by a fact of the ledger, and
each of these stands in print somewhere. Some nobody can know.
"""

from functools import cache
from html import escape

from labutils.classroom import cards
from labutils.incident import ledger
from labutils.lab import dice

FLAG = "flag-" + next(dice("lesson-08", "correction"))
PATIENCE = 3  # corrections that do not stand until the editor stops
STOPPED = (
    "The editor has stopped: too many corrections failed. Restart the kernel to begin again; "
    "target('08') only brings back the same editor."
)
CLAIMS = {
    1: "According to reports, 1Password was the first customer to alert Okta.",
    2: "The intruder got into Okta's support system with a stolen session cookie.",
    3: "An Okta employee's personal Google account was hacked, and a password was read there.",
    4: "4,893 is the number of systems that Cloudflare reimaged.",
    5: "Of Cloudflare's tickets, fewer than one in 50,000 were read.",
    6: "In October, Cloudflare replaced 5,000 credentials but forgot four of them.",
    7: "From the Jira server the intruder got into the build system.",
    8: "76 code repositories were archived and stolen.",
    9: "The account that the intruder had created was switched off within 90 minutes of the alert.",
    10: "The people who robbed Okta also broke into Cloudflare in November.",
    11: "The intruder tried to reach the console server in São Paulo over SSH.",
    12: "The intruder of November worked for a nation state.",
}
# Claims that are wrong, and the facts that say otherwise: any of them will do.
REFUTED: dict[int, set[str]] = {
    2: {"okta-service-account-credential", "okta-service-account-identified"},
    4: {"code-red-triage", "code-red-reimage"},
    6: {"cf-rotation-missed", "cf-rotation-reason", "code-red-credentials"},
    7: {"other-systems-denied", "scope-only-atlassian"},
}
# Claims that nobody can know, and the facts that say so.
OPEN = {
    3: {"okta-service-account-credential"},
    8: {"repos-exfiltration-unconfirmed"},
    10: {"attack-gap", "attribution"},
    11: {"nov22-sao-paulo-denied"},
    12: {"attribution"},
}
# What is said of a claim -> the claims of which it is so, and the facts that bear it out.
FACTS = {"is wrong": REFUTED, "cannot be known": OPEN}


class Article:
    """The scene: the article, and the editor who takes corrections."""

    claims = CLAIMS

    def __init__(self) -> None:
        self._corrected: set[int] = set()
        self._failed = 0
        self.said: list[str] = []  # by the editor, on each correction

    def show(self) -> None:
        """Show the claims."""
        lines = [f"Claim {number}: {claim}" for number, claim in self.claims.items()]
        html = "".join(f'<div class="lu-line">{escape(line)}</div>' for line in lines)
        cards.show("\n".join(lines), html, "lu-log", "Tonight's article")

    def refute(self, number: int, fact: str | ledger.Fact) -> None:
        """Tell the editor that a claim is wrong, and which fact says so."""
        self._say(self._correct(number, fact, "is wrong"))

    def leave_open(self, number: int, fact: str | ledger.Fact) -> None:
        """Tell the editor that nobody can know a claim, and which fact says so."""
        self._say(self._correct(number, fact, "cannot be known"))

    def _say(self, sentence: str) -> None:
        self.said.append(sentence)
        print(sentence)

    def _correct(self, number: int, fact: str | ledger.Fact, what: str) -> str:
        """What the editor says to a correction: that a claim `is wrong`, or `cannot be known`."""
        if self._failed > PATIENCE:
            return STOPPED
        if not isinstance(number, int) or number not in self.claims:
            return f"There is no claim {number!r}. The claims are numbered 1 to {len(self.claims)}."
        if number in self._corrected:
            return f"Claim {number} is corrected already."
        try:
            name = ledger.fact(fact.id if isinstance(fact, ledger.Fact) else fact).id
        except ledger.UnknownFact as error:
            return str(error)
        if name not in FACTS[what].get(number, ()):
            self._failed += 1
            if self._failed > PATIENCE:
                return STOPPED
            return (
                f"The editor: {_why_not(number, name, what)} "
                f"Corrections that may still fail: {PATIENCE - self._failed}."
            )
        self._corrected.add(number)
        return f"The editor: claim {number} {what}, according to {name}. Corrected."

    def publish(self) -> str:
        """The flag, once nothing stands in the article that the ledger does not bear out."""
        if self._failed > PATIENCE:
            return STOPPED
        if self._corrected != {*REFUTED, *OPEN}:
            return "The editor: the article still has a claim that the ledger does not support."
        return FLAG


def _why_not(number: int, fact: str, what: str) -> str:
    """Why a correction does not stand: the fact says something else of the claim, or nothing."""
    if fact in OPEN.get(number, ()):
        return f"{fact} leaves claim {number} open; it does not refute it."
    if fact in REFUTED.get(number, ()):
        return f"{fact} says that claim {number} is wrong; it does not leave it open."
    return f"{fact} does not say that claim {number} {what}."


@cache
def the_article() -> Article:
    """The scene, which stays the same: the editor remembers each correction that failed."""
    return Article()
