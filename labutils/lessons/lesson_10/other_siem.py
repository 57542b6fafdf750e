"""One question in the search language of another SIEM: LogRhythm Axon's, and by Sigma."""

from labutils.hunt.axon_search import run
from labutils.incident.logs import Logs
from labutils.stage.sigma_text import sigma

from .hunting import ALARM

PRODUCTS = ("jira", "confluence", "bitbucket")  # whose audit logs have one shape


def by_search(search: str, logs: Logs) -> list[str]:
    """The ids of the lines of three audit logs that a search in Axon's language selects. Raises
    NotASearch with a sentence."""
    return run(search, {source: logs.events(source).values() for source in PRODUCTS})


def by_rule_of_the_alarm(logs: Logs) -> list[str]:
    """The ids of the lines that the Sigma rule for the alarm of 23 November hits."""
    hits = logs.hunt(sigma("alarm", "jira", "Somebody joins the administrators", ALARM))
    return [hit.event_ids[0] for hit in hits]
