"""The cards of a retelling: ten scenes to put in order, and nine to judge (lesson 08)."""

from labutils.incident import ledger
from labutils.lab import seconds

# Letter -> what happened, and the fact that holds it. The letters are in no order of time.
SCENES = {
    "a": ("An alarm: a service account was put into an administrators group.", "nov23-alert"),
    "b": ("Somebody downloads a list of the users of Okta's support system.", "okta-user-report"),
    "c": ("A plug-in of Jira runs what it is given, and Sliver is installed.", "nov22-sliver"),
    "d": ("Cloudflare notices an intruder in its own Okta tenant.", "cf-oct18-detected"),
    "e": ("The last foothold is removed.", "nov24-sliver-removed"),
    "f": ("BeyondTrust's console says no; the API says yes.", "beyondtrust-api-backdoor"),
    "g": ("A service token opens the gateway to Jira and Confluence.", "nov15-atlassian-access"),
    "h": ("An account is made that looks like a colleague's.", "nov16-account-created"),
    "i": ("Somebody begins to probe with credentials that leaked.", "nov14-probing"),
    "j": ("The intruder searches the wiki for the word secret.", "nov16-wiki-search"),
}
# Number -> what happened, what it was, and the fact that holds it.
JUDGED = {
    1: (
        "By one report, a policy of BeyondTrust's refuses the console.",
        "skill",
        "beyondtrust-console-denied",
    ),
    2: (
        "According to reports, BeyondTrust hands Okta a suspicious address.",
        "luck",
        "okta-indicator-received",
    ),
    3: (
        "How the password of the service account was taken.",
        "unknown",
        "okta-service-account-credential",
    ),
    4: (
        "Cloudflare's own team notices the session in October.",
        "skill",
        "cf-oct18-detected",
    ),
    5: (
        "The four credentials lie unused for weeks.",
        "luck",
        "attack-gap",
    ),
    6: (
        "From the AWS environment no way leads on.",
        "skill",
        "nov14-aws-accessed",
    ),
    7: (
        "What refused the attempt on the console server.",
        "unknown",
        "nov22-sao-paulo-denied",
    ),
    8: (
        "A changed group raises an alarm in two minutes.",
        "skill",
        "nov23-alert",
    ),
    9: (
        "Whether the packed repositories left the server.",
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


def active_in_the_gap() -> list[bool]:
    """Whether an intruder, and whether anybody else, did something between the discovery in October
    and the first probe in November, as far as the ledger knows."""
    begin, end = (str(ledger.fact(name).time) for name in ("cf-oct18-detected", "nov14-probing"))
    gap = [fact for fact in ledger.facts() if fact.time and begin < fact.time < end[:10]]
    intruders = [fact for fact in gap if fact.actor.startswith("threat actor")]
    return [bool(intruders), len(gap) > len(intruders)]
