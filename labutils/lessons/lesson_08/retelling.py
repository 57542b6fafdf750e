"""The events of the figure, ten scenes to put in order, and nine cards to judge (lesson 08)."""

from labutils.incident import ledger
from labutils.lab import seconds

# Letter -> what happened, and the fact that holds it. The letters are in no order of time.
SCENES = {
    "a": ("An alert: a service account was added to an administrators group.", "nov23-alert"),
    "b": ("Somebody downloads a list of the users of Okta's support system.", "okta-user-report"),
    "c": ("A Jira plug-in runs what it is given, and Sliver is installed.", "nov22-sliver"),
    "d": ("Cloudflare notices an intruder in its own Okta tenant.", "cf-oct18-detected"),
    "e": ("The last foothold is removed.", "nov24-sliver-removed"),
    "f": (
        "At BeyondTrust, the console refuses the stolen session. The API accepts it.",
        "beyondtrust-api-backdoor",
    ),
    "g": (
        "A service token gets through the gateway to Jira and Confluence.",
        "nov15-atlassian-access",
    ),
    "h": ("An account is created that looks like a colleague's.", "nov16-account-created"),
    "i": ("Somebody begins to probe with leaked credentials.", "nov14-probing"),
    "j": ("The intruder searches the wiki for the word secret.", "nov16-wiki-search"),
}
# Number -> for whom it is judged and what happened, what it was, and the fact that holds it.
JUDGED = {
    1: (
        "For BeyondTrust: according to one report, its own policy blocks attempts in the admin "
        "console.",
        "skill",
        "beyondtrust-console-denied",
    ),
    2: (
        "For Okta: according to reports, BeyondTrust gives it a suspicious IP address.",
        "luck",
        "okta-indicator-received",
    ),
    3: (
        "For Okta: how the service account's password was taken.",
        "unknown",
        "okta-service-account-credential",
    ),
    4: (
        "For Cloudflare: its own team notices the misused session in October.",
        "skill",
        "cf-oct18-detected",
    ),
    5: (
        "For Cloudflare: the stolen credentials were first used only in mid-November.",
        "luck",
        "attack-gap",
    ),
    6: (
        "For Cloudflare: there is no way from the AWS environment to the global network.",
        "skill",
        "nov14-aws-accessed",
    ),
    7: (
        "For Cloudflare: what refused the attempt to reach the console server.",
        "unknown",
        "nov22-sao-paulo-denied",
    ),
    8: (
        "For Cloudflare: a change to a group raises an alert within two minutes.",
        "skill",
        "nov23-alert",
    ),
    9: (
        "For Cloudflare: whether the archived repositories left the server.",
        "unknown",
        "repos-exfiltration-unconfirmed",
    ),
}
ON_THE_TIMELINE = (
    "okta-service-account-credential",
    "okta-user-report",
    "okta-support-window",
    "beyondtrust-console-denied",
    "beyondtrust-api-backdoor",
    "cf-oct18-admin-session",
    "nov14-okta-denied",
    "nov15-atlassian-access",
    "nov16-wiki-search",
    "nov16-account-created",
    "nov22-sliver",
    "nov23-admin-group",
    "nov22-repos-archived",
    "nov14-probing",
    "nov14-aws-accessed",
    "nov22-sao-paulo-denied",
    "1password-tells-okta",
    "okta-indicator-received",
    "okta-containment",
    "cf-oct18-detected",
    "nov23-alert",
    "nov23-smartsheet-off",
    "nov23-user-off",
    "nov24-sliver-removed",
)
# What no clock orders, but a sentence does: pairs of events, and the sentence.
SETTLED_BY = {
    frozenset({"okta-user-report", "okta-support-window"}): "the report was exported in the window",
    frozenset({"beyondtrust-console-denied", "beyondtrust-api-backdoor"}): "the console came first",
    frozenset({"nov22-sliver", "nov22-repos-archived"}): "archived over the day after Sliver",
}
LENGTH = {"second": 0, "minute": 59, "day": 86399}


def first_wrong_pair(letters: str) -> tuple[str, str] | None:
    """The first two scenes that stand in an order which their times rule out.

    Two scenes whose order no source settles may stand either way.
    """
    for place, letter in enumerate(letters):
        for later in letters[place + 1 :]:
            if _earliest(letter) > _latest(later):
                return letter, later
    return None


def _earliest(letter: str) -> int:
    return seconds(str(ledger.fact(SCENES[letter][1]).time))


def _latest(letter: str) -> int:
    return _earliest(letter) + LENGTH[str(ledger.fact(SCENES[letter][1]).time_precision)]


def in_the_gap() -> list[ledger.Fact]:
    """What happened between the discovery in October and the first probe in November, as far as the
    ledger knows, in the order of time."""
    begin, end = (str(ledger.fact(name).time) for name in ("cf-oct18-detected", "nov14-probing"))
    gap = [fact for fact in ledger.facts() if fact.time and begin < fact.time < end[:10]]
    return sorted(gap, key=lambda fact: str(fact.time))


def active_in_the_gap() -> list[bool]:
    """Whether an intruder, and whether anybody else, did something in the gap."""
    gap = in_the_gap()
    intruders = [fact for fact in gap if fact.actor.startswith("threat actor")]
    return [bool(intruders), len(gap) > len(intruders)]
