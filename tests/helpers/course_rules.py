"""The rules of the course, and the steps of the attack that they lead to."""

from labutils.incident import cases
from labutils.lab import data_file

RULES = data_file("rules")
SITE = {name: list(values) for name, values in cases.load().placeholders.items()}
# In whatever traffic.
STEPS = {
    "cf-oct18-admin-session",
    "nov14-probing",
    "nov14-okta-denied",
    "nov15-atlassian-access",
    "nov16-wiki-search",
    "nov16-jira-topics",
    "nov16-account-created",
    "nov20-21-tests",
    "nov22-sliver",
    "nov22-sao-paulo-denied",
    "nov22-repos-viewed",
    "nov22-repos-archived",
    "nov23-admin-group",
    "other-systems-denied",
}
