"""Small worlds to score in: a folder of Okta events with its ground truth, and hits over them."""

import json

from labutils.hunt import Hit
from labutils.lab import iso, seconds

START = "2023-11-14T00:00:00Z"
STEPS = ("nov14-probing", "nov14-okta-denied", "nov16-wiki-search", "nov22-repos-archived")
DAY, HOUR = 86400, 3600


def event(after=0, who="ada"):
    """An event of this account, so many seconds after the start."""
    published = iso(seconds(START) + after)
    actor = {"alternateId": f"{who}@company.example"}
    return {"eventType": "user.session.start", "published": published, "actor": actor}


def world(folder, events, truth=None, twins=None):
    """Write a world: `truth` is fact by line, `twins` are names by line."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = "".join(json.dumps(one) + "\n" for one in events)
    (folder / "okta.jsonl").write_text(lines, encoding="utf-8")
    facts = {f"okta:{line}": fact for line, fact in (truth or {}).items()}
    (folder / "truth.json").write_text(json.dumps(facts), encoding="utf-8")
    named = {
        f"okta:{line}": {"twin": name, "step": STEPS[0]} for line, name in (twins or {}).items()
    }
    (folder / "twins.json").write_text(json.dumps(named), encoding="utf-8")
    return folder


def hit(*lines, rule="rule", level="high", time=None):
    """A hit of a rule on these lines; one with several lines is that of a correlation."""
    ids = tuple(f"okta:{line}" for line in lines)
    moment = None if time is None else iso(seconds(START) + time)
    return Hit(rule, f"The {rule}", "Ada", level, "okta", ids, moment)
