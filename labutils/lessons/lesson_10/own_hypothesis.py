"""A hypothesis of the learner's own, as a whole rule file: looked at, and run as in a terminal."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import chdir
from functools import cache
from pathlib import Path
from textwrap import dedent
from typing import Any
from uuid import UUID

import yaml

from labutils.classroom.judging import written
from labutils.hunt import rules as sigma_rules
from labutils.hunt.engine import Hit
from labutils.incident.logs import Logs
from labutils.incident.scoring import QUIET, Score, alerting
from labutils.stage.sigma_text import sigma, sigma_name
from labutils.text import counted

from .hunting import (
    ABROAD_DETECTION,
    a_month,
    in_worst_week,
    of_files,
    unseen,
)

ANOTHER = {  # thieves whom a rule should find as well, by the world in which they come
    "W3": "a different thief, with a different address and other accounts",
    "W4": "a different thief, on other days",
}
WEEKLY = 10  # alerts that the rule may have in its worst week
FOR_A_TRUE_ONE = 12  # alerts that it may have, at most
HEAD = ("title", "id", "level", "falsepositives")  # beside the log source and the detection


@cache
def seen_before() -> frozenset[str]:
    """The steps that the rule of 10-1 sees in the month of the lesson."""
    logs = a_month()
    rule = sigma(
        "token_abroad", "cloudflare_access_nonidentity", "From elsewhere", ABROAD_DETECTION
    )
    return frozenset(logs.score(logs.hunt(rule)).seen_steps)


def not_seen(logs: Logs) -> None:
    """Print the logs in which there are steps of the intruder that the first rule does not see, and
    what Sigma calls them."""
    steps: dict[str, set[str]] = {}
    for name, fact in logs.truth.items():
        if fact not in seen_before():
            steps.setdefault(name.rpartition(":")[0], set()).add(fact)
    for source, facts in sorted(steps.items()):
        print(f"{source:<20} {counted(len(facts), 'step'):<9} {sigma_name(source)}")


def command_line(rule_file: str, logs: Logs) -> None:
    """Write a rule file, and hunt with it as one does in a terminal: the command, and what it says.

    The rule meets copies of the logs that it is about, in a folder that is gone afterwards.
    """
    from labutils.__main__ import main

    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        Path("my_rule.yml").write_text(dedent(rule_file.strip("\n")), encoding="utf-8")
        sources = sigma_rules.sources_wanted(sigma_rules.load([Path("my_rule.yml")]))
        files = [f"{source}.jsonl" for source in sorted(sources)]
        for file in files:
            shutil.copy(logs.folder / file, file)
        arguments = ["hunt", "--rules", "my_rule.yml", "--events", *(files or ["."])]
        print("$ python -m labutils", *arguments)
        main(arguments)


# --- what is wrong with it ------------------------------------------------------------------------


def flaw_of_the_file(answer: Any) -> dict[str, str]:
    """What a rule file lacks that others are to run, as far as one sees without a log: the mistake,
    and what shows it."""
    if not isinstance(answer, str):
        return {"no text": written(answer)}
    if lacking := _flaw_of_its_text(answer):
        return lacking
    ruleset = of_files(answer)
    return {"no rule": ruleset.refused[0].reason} if ruleset.refused else {}


def flaw_in_the_month(answer: str) -> dict[str, str]:
    """What a sound rule file lacks in the month of the lesson. Nothing for one that leads to what
    the first rule does not see."""
    logs = a_month()
    hits = logs.hunt(answer)
    return _flaw_of_its_hits(logs.score(alerting(hits)), hits, answer)


def _flaw_of_its_text(text: str) -> dict[str, str]:
    """What a file lacks of all that a rule needs which others are to run."""
    try:
        documents = [one for one in yaml.safe_load_all(dedent(text.strip("\n"))) if one]
    except (yaml.YAMLError, RecursionError) as error:
        return {"no YAML": " ".join(str(error).split())[:160]}
    if not documents or not all(isinstance(one, Mapping) for one in documents):
        return {"head": written(text)}
    rule = documents[-1]  # the rules that a correlation stands on come before it
    if missing := [name for name in HEAD if not rule.get(name)]:
        return {"head": f"a rule without {missing[0]}"}
    if not _is_uuid(rule["id"]):
        return {"id": written(rule["id"])}
    others = rule["falsepositives"]
    if not isinstance(others, list) or not all(map(_says_something, others)):
        return {"falsepositives": written(others)}
    return {"level": written(rule["level"])} if rule["level"] in QUIET else {}


def _is_uuid(text: Any) -> bool:
    """Whether a text is a UUID in the usual notation, and one that somebody drew (RFC 9562)."""
    try:
        return str(UUID(text)) == text and UUID(text).version is not None
    except (AttributeError, TypeError, ValueError):
        return False


def _says_something(text: Any) -> bool:
    """Whether it is more than a word: Sigma's `Unknown` and `None` explain no alert."""
    return isinstance(text, str) and len(text.split()) >= 3


def _flaw_of_its_hits(score: Score, hits: list[Hit], answer: str) -> dict[str, str]:
    """What is wrong with what a rule costs or adds, or that it knows one thief alone."""
    if not hits:
        return {"silent": "no hit"}
    led_to = {step for alert in score.alerts for step in alert.steps}
    if not led_to:
        return {"false": f"{counted(len(score.alerts), 'alert')}, none of them true"}
    if not (new := led_to - seen_before()):
        return {"known": f"{counted(len(led_to), 'step')}, all known"}
    if (alerts := in_worst_week(score)) > WEEKLY:
        return {"budget": f"{alerts} alerts in the rule's worst week"}
    true, every = score.precision.hits, score.precision.trials
    if every > FOR_A_TRUE_ONE * true:
        return {"blunt": f"{true} true of {counted(every, 'alert')} in the lesson's month"}
    for world, words in ANOTHER.items():
        if not new & _found_in(world, answer):
            item = _knows_one_thief(world, answer)
            why = f": {item} matches none of that thief's lines" if item else ""
            return {"indicator": f"no true alert{why} for {words}"}
    return {}


def _found_in(world: str, answer: str) -> set[str]:
    """The steps to which a rule leads in one of the unseen worlds."""
    logs = unseen()[world]
    score = logs.score(alerting(logs.hunt(answer)))
    return {step for alert in score.alerts for step in alert.steps}


def _knows_one_thief(world: str, answer: str) -> str | None:
    """The first item of a detection that fits lines of this thief and none of another's; None where
    each fits both, one by one."""
    for document in yaml.safe_load_all(dedent(answer.strip("\n"))):
        for field, wanted in _items(document):
            alone = {"item": {field: wanted}, "condition": "item"}
            rule = yaml.safe_dump(document | {"detection": alone, "level": "medium"})
            if _of_the_thief(a_month(), rule) and not _of_the_thief(unseen()[world], rule):
                return f"{field}: {wanted}"
    return None


def _items(document: Any) -> Iterator[tuple[str, Any]]:
    """The fields of a rule's selections, with what they ask for."""
    for selection in (document or {}).get("detection", {}).values():
        for row in selection if isinstance(selection, list) else [selection]:
            if isinstance(row, Mapping):
                yield from row.items()


def _of_the_thief(logs: Logs, rule: str) -> bool:
    """Whether a rule hits a line of the intruder."""
    return any(name in logs.truth for hit in logs.hunt(rule) for name in hit.event_ids)
